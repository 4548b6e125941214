"""The watch of one home: a state and what arrives make the next state and the events.

The same arrivals in the same order give the same events, however they are cut into batches and
wherever the state was written and read in between: an embedded worker and a cluster of machines
call the same function.
"""

from collections.abc import Iterable
from itertools import pairwise

from ahorraluz.core.live.arrivals import Arrival, Tick, Totals
from ahorraluz.core.live.days import DAY_MS, day_at, is_day
from ahorraluz.core.live.energy import add_pair, correct, enter_slot, keep, month_start, share_pair
from ahorraluz.core.live.events import Event, Kind, Weight
from ahorraluz.core.live.loads import FRESH_MS, power_of_counter, take_circuit, take_power
from ahorraluz.core.live.looking import look
from ahorraluz.core.live.readings import LiveReading
from ahorraluz.core.live.rules import Role, Rules
from ahorraluz.core.live.state import (
    DAYS_HELD,
    HELD,
    MONTHS_HELD,
    NEVER,
    Known,
    Plan,
    State,
    plan_of,
)
from ahorraluz.core.live.telling import Book

AHEAD_MS = 600_000
"""By how much a reading may be dated later than the clock says. [ms]"""
LAG_MS = 900_000
"""By how much earlier the newest reading may be before it is asked why. [ms]"""
SAME_LAG_MS = 90_000
"""A device that catches up is less late with every reading; one with a wrong clock is not. [ms]"""
WRONG_MS, WRONG_TIMES = 600_000, 3
"""How long and how often a device is late or early alike before its clock is called wrong."""
REWIND_MS = 3_600_000
"""A clock that is put back by more takes what was noted for later with it. [ms]"""
LONGEST_GAP_MS = DAY_MS
GAP_PART = 3
"""An interval counts for one in eight in the usual one. [log2]"""


def step(state: State, arrival: Arrival) -> tuple[State, tuple[Event, ...]]:
    """Return the next state of a home and the events, of one thing that arrived.

    Parameters
    ----------
    state
        As it was; it stays as it is.
    arrival
        A reading of the home, the time, its rules, or totals of the store.
    """
    return run(state, (arrival,))


def run(state: State, arrivals: Iterable[Arrival]) -> tuple[State, tuple[Event, ...]]:
    """Return the next state of a home and the events, of things that arrived in this order.

    The same as :func:`step` for one after the other, in less time.
    """
    new = state.copy()
    events: list[Event] = []
    for arrival in arrivals:
        if type(arrival) is LiveReading:
            plan = new.plan
            if plan is None:
                continue
            role = plan.roles.get(arrival.channel)
            if role is not None:
                _read(new, plan, role, arrival, events)
        else:
            _other(new, arrival, events)
        if new.now >= new.due and new.now and new.plan is not None:
            book = Book(new, new.plan)
            look(new, new.plan, book)
            events += book.events
    return new, tuple(events)


def _other(state: State, arrival: Arrival, events: list[Event]) -> None:
    match arrival:
        case Tick(at_ms=at_ms):
            _tick(state, at_ms)
        case Rules():
            _rules(state, arrival)
        case Totals() if state.plan is not None:
            _totals(state, state.plan, arrival)
    if state.plan is not None and state.recount and isinstance(arrival, Rules):
        _want_totals(state, state.plan, events)


def _read(state: State, plan: Plan, role: Role, reading: LiveReading, events: list[Event]) -> None:
    at, value = reading.at_ms, reading.value
    if at > state.ahead:
        _wrong_clock(state, plan, role, at, events)
        return
    known = state.channels.get(reading.channel)
    if known is not None and at <= known.at:
        _late(state, plan, role, (known, at, value), events)
        known.heard = state.now
        return
    if at > state.now:
        if not is_day(at):
            return
        state.now = at
    if known is None:
        known = state.channels[reading.channel] = Known(at, value, 0)
        state.due_silent = 0
    else:
        _count(state, plan, role, known, reading)
    known.heard = state.now
    if role.energy or role.register:
        keep(known, at, value)
    if at >= state.slot_end:
        enter_slot(state, plan, at)
    if state.clocks or state.clock - at > LAG_MS:
        _late_clock(state, plan, role, at, events)
    # What was sent late says nothing of what is on now.
    if (role.power or role.circuit) and at >= state.now - FRESH_MS:
        _use(state, plan, role, known)


def _use(state: State, plan: Plan, role: Role, known: Known) -> None:
    """Note what is on, by the newest reading of a channel."""
    if role.power:
        mw = power_of_counter(known) if role.register else known.value
        # Who looks at once tells of a load within seconds.
        if mw is not None and take_power(state, plan, known, mw):
            state.due = 0
    if role.circuit and not role.register:
        take_circuit(known, role, plan.rules.thresholds.circuit_on_w)


def _count(state: State, plan: Plan, role: Role, known: Known, reading: LiveReading) -> None:
    """Count what was used between the newest reading of a channel and one after it."""
    at, value = reading.at_ms, reading.value
    gap = at - known.at
    if gap < LONGEST_GAP_MS:
        known.gap += (gap - known.gap) >> GAP_PART if known.gap else gap
    if role.energy:
        add_pair(state, plan, role, (known.at, known.value), (at, value))
    known.at, known.value = at, value


def _late(
    state: State, plan: Plan, role: Role, late: tuple[Known, int, int], events: list[Event]
) -> None:
    """Correct what a reading touches that is not newer than the newest of its channel."""
    known, at, value = late
    if role.energy and not correct(state, plan, role, known, at, value) and not state.recount:
        state.recount = 1
        _want_totals(state, plan, events)
    if at == known.at and value != known.value:
        known.value = value
        if role.power and not role.register:
            take_power(state, plan, known, value)


def _want_totals(state: State, plan: Plan, events: list[Event]) -> None:
    """Ask for totals from the store."""
    book = Book(state, plan)
    book.figure(Kind.RECOUNT, str(state.now), {})
    events += book.events


def _tick(state: State, at_ms: int) -> None:
    if not is_day(at_ms):
        return
    if at_ms < state.clock - REWIND_MS:
        _rewind(state, at_ms)
    state.clock = max(at_ms, state.clock)
    state.ahead = state.clock + AHEAD_MS
    if at_ms > state.now:
        state.now = at_ms


def _rewind(state: State, at_ms: int) -> None:
    """Go back to a time, so that nothing waits for a moment that a wrong clock told."""
    state.clock = state.now = at_ms
    state.epoch += 1
    state.due = state.due_now = state.due_month = state.due_silent = 0
    state.due_summary = min(state.due_summary, 1)
    for name, moment in state.marks.items():
        if name not in ("day", "peak", "night"):
            state.marks[name] = min(moment, at_ms)
        elif state.plan is not None:
            state.marks[name] = min(moment, day_at(state.plan.clock.zone, at_ms))
    for known in state.channels.values():
        known.heard = min(known.heard, at_ms)
        known.on = min(known.on, at_ms)
    for run_ in state.runs:
        run_[0] = min(run_[0], at_ms)


def _wrong_clock(state: State, plan: Plan, role: Role, at: int, events: list[Event]) -> None:
    """Note a reading from the future: it counts for nothing but for the clock that dated it."""
    known = state.channels.get(role.channel)
    if known is not None:
        known.heard = state.now
    _note_clock(state, plan, role, at - state.clock, events)


def _late_clock(state: State, plan: Plan, role: Role, at: int, events: list[Event]) -> None:
    """Note a reading that is the newest of its channel and yet long ago, or that is not."""
    if state.clock - at <= LAG_MS:
        state.clocks.pop(role.device, None)
        return
    noted = state.clocks.get(role.device)
    late = at - state.clock
    if noted is not None and abs(late - noted[0]) > SAME_LAG_MS:
        del state.clocks[role.device]
    _note_clock(state, plan, role, late, events)


def _note_clock(state: State, plan: Plan, role: Role, ahead_ms: int, events: list[Event]) -> None:
    noted = state.clocks.get(role.device)
    if noted is None:
        state.clocks[role.device] = [ahead_ms, state.clock, 1, 0]
        return
    # Held against what it was at first: who catches up slowly catches up.
    noted[2] += 1
    since, times, told = noted[1:]
    if told or times < WRONG_TIMES or state.clock - since < WRONG_MS:
        return
    noted[3] = 1
    mark = f"clock:{role.device}"
    if state.now - state.marks.get(mark, -DAY_MS) < DAY_MS:
        return
    state.marks[mark] = state.now
    book = Book(state, plan)
    figures: dict[str, int | str] = {
        "device": role.device,
        "off_min": abs(ahead_ms) // 60_000,
        "way": "ahead" if ahead_ms > 0 else "behind",
    }
    book.tell(Kind.CLOCK, f"{role.device}:{since}", Weight.NOTICE, figures)
    events += book.events


def _rules(state: State, rules: Rules) -> None:
    old, new = state.plan, plan_of(rules)
    state.plan = new
    state.due_silent = 0
    state.slot_start = state.slot_end = 0
    state.due = state.due_month = 0
    if old is None:
        return
    for id_ in [id_ for id_ in state.channels if id_ not in new.roles]:
        state.power -= state.channels.pop(id_).mw
    if not rules.counted_as(old.rules):
        for known in state.channels.values():
            state.power -= known.mw
            known.mw = known.on = known.told = 0
            del known.ats[:-1], known.values[:-1]
            known.cut = 1
        state.days.clear()
        state.months.clear()
        state.runs.clear()
        state.level = state.other = -1
        state.recount = int(bool(state.channels))
    elif state.now:
        _months(state, new)
    if state.channels:
        enter_slot(state, new, state.now)


def _months(state: State, plan: Plan) -> None:
    """Begin the present month where new rules say, by the days that are held."""
    today = day_at(plan.clock.zone, state.now)
    starts = [month.start for month in plan.rules.months]
    for held in [start for start in state.months if start not in starts]:
        if held >= starts[0]:
            del state.months[held]
    start = month_start(state, plan, today)
    if start is None or start in state.months or not state.days:
        return
    sums = [0] * (plan.bands + 3)
    for day, of_day in state.days.items():
        if start <= day:
            for place, part in enumerate(of_day):
                sums[place] += part
    state.months[start] = sums
    if start < min(state.days):
        state.recount = 1


def _totals(state: State, plan: Plan, totals: Totals) -> None:
    """Take the sums of the store in place of those held, and the readings since."""
    state.recount = 0
    state.days = {
        day: [*of_day.bands_uj, of_day.measured_ms, of_day.night_uj, of_day.night_ms]
        for day, of_day in totals.days[-DAYS_HELD:]
    }
    state.months = {
        start: [*month.bands_uj, month.measured_ms, month.night_uj, month.night_ms]
        for start, month in totals.months[-MONTHS_HELD:]
    }
    series: dict[int, dict[int, int]] = {}
    for reading in totals.readings:
        if (role := plan.roles.get(reading.channel)) is not None and role.energy:
            series.setdefault(reading.channel, {})[reading.at_ms] = reading.value
    for id_, values in series.items():
        role, ats = plan.roles[id_], sorted(values)
        for before, after in pairwise(ats):
            pair = (before, values[before]), (after, values[after])
            share_pair(state, plan, role, pair, since_ms=totals.until_ms)
        newest = ats[-1]
        if not role.register and newest < totals.until_ms:
            # The store lets the newest power hold; here it counts when the next one ends it.
            open_end = (newest, values[newest]), (totals.until_ms, 0)
            share_pair(state, plan, role, open_end, sign=-1)
        known = state.channels.setdefault(id_, Known(newest, values[newest], newest))
        known.at, known.value, known.cut = newest, values[newest], 1
        known.ats, known.values = ats[-HELD:], [values[at] for at in ats[-HELD:]]
        state.now = max(state.now, newest)
    if state.channels:
        enter_slot(state, plan, state.now)
    state.due = state.due_month = 0


def fresh() -> State:
    """Return the state of a home that nothing is known of."""
    return State(ahead=NEVER)
