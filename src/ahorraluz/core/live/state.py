"""What a home's watch remembers between two arrivals: plain numbers, some kilobytes of JSON.

Two lines: the rules, which seldom change, and the rest. A state that was written and read is the
state that was written, so a watch may be moved or started anew after any arrival.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ahorraluz.core.live.days import Clock
from ahorraluz.core.live.readings import LiveError
from ahorraluz.core.live.rules import Role, Rules, read_rules, write_rules

VERSION = 1
NEVER = 1 << 62
"""Later than every moment. [ms]"""
HELD, MOST_HELD = 12, 18
"""Newest readings of an energy channel that are kept to correct totals by; from the larger
number on the oldest are let go."""
DAYS_HELD, MONTHS_HELD = 16, 2
PLANS_HELD = 128
"""Plans that are kept for states that will be read again; each is some 15 kB, and every recount of
a home makes a new one, so that many would grow a watch for hours."""
_JSON = json.JSONEncoder(separators=(",", ":"))


@dataclass(slots=True)
class Known:
    """What is known of one channel."""

    at: int
    """Moment of its newest reading. [ms]"""
    value: int
    """[mW or mWh]"""
    heard: int
    """When it was heard of last, by our clock. [ms]"""
    gap: int = 0
    """Its usual interval. [ms]"""
    mw: int = 0
    """Its part of the power of the home. [mW]"""
    on: int = 0
    """Since when its circuit is on; nought: it is off. [ms]"""
    told: int = 0
    """Whether that is told already."""
    cut: int = 0
    """Whether older readings were let go."""
    ats: list[int] = field(default_factory=list)
    """Moments of its newest readings, rising; of channels of energy alone. [ms]"""
    values: list[int] = field(default_factory=list)

    def copy(self) -> "Known":
        """Return another one like it."""
        return Known(
            self.at,
            self.value,
            self.heard,
            self.gap,
            self.mw,
            self.on,
            self.told,
            self.cut,
            self.ats.copy(),
            self.values.copy(),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Rules as a watch looks things up."""

    rules: Rules
    clock: Clock
    roles: Mapping[int, Role]
    bands: int
    """Number of bands; of the sums of a day the first ones, then measured time, energy of the
    night and its measured time."""
    energies: int
    """Channels that add up to the home's energy."""
    text: str
    """The rules as a line."""


@dataclass(slots=True)
class State:
    """One home."""

    plan: Plan | None = None
    clock: int = 0
    """The newest tick; nought: none came. [ms]"""
    now: int = 0
    """The newest moment heard of. [ms]"""
    ahead: int = NEVER
    """Readings after it are dated wrongly. [ms]"""
    due: int = 0
    """When to look around again. [ms]"""
    due_now: int = 0
    due_month: int = 0
    due_summary: int = 0
    due_silent: int = 0
    """Before it no device can have fallen silent. [ms]"""
    slot_start: int = 0
    """The stretch of the day that the newest reading lies in. [ms]"""
    slot_end: int = 0
    slot_day: int = 0
    slot_band: int = 0
    slot_night: int = 0
    slot_month: int = 0
    power: int = 0
    """[mW]"""
    level: int = -1
    """Power that holds; -1: none yet. [mW]"""
    other: int = -1
    """Another power that may come to hold. [mW]"""
    recount: int = 0
    """Whether totals are to be taken from the store."""
    shift: int = 0
    """Whether days take lastingly more (1) or less (-1), and that is told."""
    epoch: int = 0
    """How often the clock was put back."""
    notices_day: int = 0
    notices: int = 0
    channels: dict[int, Known] = field(default_factory=dict)
    days: dict[int, list[int]] = field(default_factory=dict)
    months: dict[int, list[int]] = field(default_factory=dict)
    runs: list[list[int]] = field(default_factory=list)
    """Loads that went on: since when, how large, whether that is told. [ms, mW]"""
    marks: dict[str, int] = field(default_factory=dict)
    """When something was told last, or what of it. [ms]"""
    clocks: dict[str, list[int]] = field(default_factory=dict)
    """Devices whose clock may be wrong: by how much, since when, how often, whether it is told."""

    def copy(self) -> "State":
        """Return another one like it, of which nothing is shared that changes."""
        new = State(*[getattr(self, name) for name in PLAIN_WITH_PLAN])
        new.channels = {id_: known.copy() for id_, known in self.channels.items()}
        new.days = {day: sums.copy() for day, sums in self.days.items()}
        new.months = {start: sums.copy() for start, sums in self.months.items()}
        new.runs = [run.copy() for run in self.runs]
        new.marks = self.marks.copy()
        new.clocks = {device: marks.copy() for device, marks in self.clocks.items()}
        return new


PLAIN = tuple(State.__slots__[1 : State.__slots__.index("channels")])
"""Fields that are one whole number."""
PLAIN_WITH_PLAN = ("plan", *PLAIN)
KNOWN = tuple(Known.__slots__[:-2])


def plan_of(rules: Rules) -> Plan:
    """Return rules as a watch looks things up."""
    return _plan(write_rules(rules))


@lru_cache(maxsize=PLANS_HELD)
def _plan(text: str) -> Plan:
    rules = read_rules(text)
    return Plan(
        rules=rules,
        clock=rules.clock,
        roles={role.channel: role for role in rules.roles},
        bands=len(rules.bands),
        energies=sum(role.energy for role in rules.roles),
        text=text,
    )


def write_state(state: State) -> bytes:
    """Return a state as bytes."""
    rules = state.plan.text if state.plan else ""
    body = {
        "version": VERSION,
        "plain": [getattr(state, name) for name in PLAIN],
        "channels": [
            [id_, *[getattr(known, name) for name in KNOWN], _steps(known.ats), known.values]
            for id_, known in state.channels.items()
        ],
        "days": [[day, *sums] for day, sums in state.days.items()],
        "months": [[start, *sums] for start, sums in state.months.items()],
        "runs": state.runs,
        "marks": state.marks,
        "clocks": state.clocks,
    }
    return f"{rules}\n{_JSON.encode(body)}".encode()


def read_state(content: bytes) -> State:
    """Return the state that :func:`write_state` wrote.

    Raises
    ------
    LiveError
        ``live-state-unknown``: it is of another version, or no state at all.
    """
    try:
        rules, _, text = content.decode().partition("\n")
        body: dict[str, Any] = json.loads(text)
        if body["version"] != VERSION:
            raise LiveError("live-state-unknown", version=str(body["version"])[:20])
        state = State(_plan(rules) if rules else None, *body["plain"])
        for id_, *plain, steps, values in body["channels"]:
            known = state.channels[id_] = Known(*plain)
            known.ats, known.values = _added(steps), values
        state.days = {day: sums for day, *sums in body["days"]}
        state.months = {start: sums for start, *sums in body["months"]}
        state.runs, state.marks, state.clocks = body["runs"], body["marks"], body["clocks"]
    except (ValueError, KeyError, TypeError) as error:
        raise LiveError("live-state-unknown", version="?") from error
    return state


def _steps(ats: list[int]) -> list[int]:
    """Return moments as the first and the steps after it: half the digits."""
    return [*ats[:1], *(after - before for before, after in pairwise(ats))]


def _added(steps: list[int]) -> list[int]:
    moments, at = [], 0
    for step in steps:
        at += step
        moments.append(at)
    return moments
