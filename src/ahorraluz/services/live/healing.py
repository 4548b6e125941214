"""Totals of a home from the store, and what its watch missed: for a state that fell behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ahorraluz.core.live.arrivals import Arrival, Tick, Totals
from ahorraluz.core.live.arrivals import Sum as SumHeld
from ahorraluz.core.live.days import DAY_MS, HOUR_MS, midnight_ms, slot_at
from ahorraluz.core.live.events import Event
from ahorraluz.core.live.readings import LiveReading
from ahorraluz.core.live.rules import Rules
from ahorraluz.core.live.state import DAYS_HELD, Plan, State, plan_of
from ahorraluz.core.live.step import run
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import Span, Sum

QUARTER_MS = 900_000
NEIGHBOUR_MS = (2 * HOUR_MS, 2 * DAY_MS, 70 * DAY_MS)
"""How far back the last reading before the sums is looked for, step by step. [ms]"""
MISSED_MS = 2 * DAY_MS
"""What a watch missed longer ago makes no events any more. [ms]"""
TICK_MS = 60_000
AHEAD_MS = DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Healed:
    """A state that is up to date, and what it has to say."""

    state: State
    events: tuple[Event, ...]


def heal(state: State, rules: Rules, *, tools: Toolbox, as_of: datetime) -> Healed:
    """Return the state of a home with the totals of the store and the readings it missed.

    Where the store has readings that the state has not seen (a crash between keeping the ones
    and stepping the other, or a watch that was off), they are stepped first, in order of time,
    so that nothing they should tell is lost; what the state has seen is not told again, for its
    own newest readings are the place to go on from. Then totals are taken from the store.

    Parameters
    ----------
    state
        As it was kept; fresh for a home that was never watched.
    rules
        Of the home, as things are now.
    tools
        The store.
    as_of
        The moment.
    """
    now_ms = int(as_of.timestamp() * 1_000)
    gone_on = go_on(state, rules, tools=tools, as_of=as_of)
    totals = totals_for(plan_of(rules), tools=tools, now_ms=now_ms)
    new, events = run(gone_on.state, [rules, totals, Tick(now_ms)])
    return Healed(state=new, events=(*gone_on.events, *events))


def go_on(state: State, rules: Rules, *, tools: Toolbox, as_of: datetime) -> Healed:
    """Return the state of a home with the readings that it missed, by their moments."""
    if not state.channels:
        return Healed(state=state, events=())
    now_ms = int(as_of.timestamp() * 1_000)
    arrivals: list[Arrival] = []
    told = state.clock
    for reading in _missed(state, rules, tools, now_ms):
        # The time that it was then: silence and nights are told by it.
        if reading.at_ms >= told + TICK_MS and reading.at_ms <= now_ms:
            told = reading.at_ms
            arrivals.append(Tick(told))
        arrivals.append(reading)
    new, events = run(state, arrivals)
    return Healed(state=new, events=events)


def _missed(state: State, rules: Rules, tools: Toolbox, now_ms: int) -> list[LiveReading]:
    """Return the readings of the store that are newer than those a state has seen, by moment."""
    found: list[LiveReading] = []
    for role in rules.roles:
        known = state.channels.get(role.channel)
        since = max(known.at + 1 if known else 0, now_ms - MISSED_MS)
        found += tools.store.live.readings(role.channel, first_ms=since, end_ms=now_ms + AHEAD_MS)
    return sorted(found, key=lambda reading: (reading.at_ms, reading.channel))


def totals_for(plan: Plan, *, tools: Toolbox, now_ms: int) -> Totals:
    """Return the sums of a home by day and month, as the store has them.

    Sums of quarter hours that ended are made first, so that they are those of all readings.
    """
    live = tools.store.live
    until = now_ms // QUARTER_MS * QUARTER_MS
    live.close_up_to(datetime.fromtimestamp(until / 1_000, tz=UTC))
    zone = plan.clock.zone
    today = slot_at(plan.clock, now_ms).day
    starts = [month.start for month in plan.rules.months if month.start <= today][-2:]
    first_day = min([today - DAYS_HELD + 1, *starts])
    channels = [id_ for id_, role in plan.roles.items() if role.energy]
    # Hours are whole hours of UTC: a zone that is not whole hours away is summed by quarters.
    span = Span.HOUR if midnight_ms(zone, today) % HOUR_MS == 0 else Span.QUARTER
    sums = live.sums(
        channels, span, first_s=midnight_ms(zone, first_day) // 1_000, end_s=until // 1_000
    )
    days = _by_day(plan, sums)
    months = {
        start: _added(plan, (row for day, row in days.items() if start <= day < end))
        for start, end in zip(starts, [*starts[1:], today + 1], strict=True)
    }
    return Totals(
        until_ms=until,
        days=tuple(
            (day, _held(plan, row)) for day, row in sorted(days.items()) if day > today - DAYS_HELD
        ),
        months=tuple((start, _held(plan, row)) for start, row in sorted(months.items())),
        readings=tuple(_since(channels, until, tools=tools, now_ms=now_ms)),
    )


def _by_day(plan: Plan, sums: Sequence[Sum]) -> Mapping[int, list[int]]:
    """Return sums as a state holds them, by number of the local day."""
    found: dict[int, list[int]] = {}
    bands = plan.bands
    for one in sums:
        slot = slot_at(plan.clock, one.start_s * 1_000)
        row = found.setdefault(slot.day, [0] * (bands + 3))
        row[slot.band] += one.energy_uj
        row[bands] += one.measured_ms
        if slot.night:
            row[bands + 1] += one.energy_uj
            row[bands + 2] += one.measured_ms
    return found


def _added(plan: Plan, rows: Iterable[Sequence[int]]) -> list[int]:
    whole = [0] * (plan.bands + 3)
    for row in rows:
        for place, part in enumerate(row):
            whole[place] += part
    return whole


def _held(plan: Plan, row: Sequence[int]) -> SumHeld:
    bands = plan.bands
    return SumHeld(
        bands_uj=tuple(row[:bands]),
        measured_ms=row[bands],
        night_uj=row[bands + 1],
        night_ms=row[bands + 2],
    )


def _since(
    channels: Sequence[int], until_ms: int, *, tools: Toolbox, now_ms: int
) -> list[LiveReading]:
    """Return the readings from a moment on, and of each channel the last one before it."""
    found: list[LiveReading] = []
    for channel in channels:
        for back in NEIGHBOUR_MS:
            some = tools.store.live.readings(
                channel, first_ms=until_ms - back, end_ms=now_ms + AHEAD_MS
            )
            before = [reading for reading in some if reading.at_ms < until_ms]
            if before or back == NEIGHBOUR_MS[-1]:
                found += [*before[-1:], *some[len(before) :]]
                break
    return found
