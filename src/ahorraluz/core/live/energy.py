"""Energy between two readings, shared among the days, bands and months that it was used in.

Whole numbers all the way: the energy of any stretch is the difference of a counter at its ends,
so parts add up to the whole, and taking a pair of readings out again leaves nothing behind. That
is why a late reading corrects the totals to what they had been with readings in order.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date

from ahorraluz.core.live.days import Slot, day_at, midnight_ms, slot_at, slots
from ahorraluz.core.live.quarters import HOLDS_MS, UJ_PER_MWH, used_between
from ahorraluz.core.live.rules import Role
from ahorraluz.core.live.state import DAYS_HELD, HELD, MONTHS_HELD, MOST_HELD, Known, Plan, State

REACH_DAYS = 70
"""Days back that a total may need: two months and some."""

Pair = tuple[tuple[int, int], tuple[int, int]]
"""Two neighbouring readings of a channel: moment and value of each."""


def add_pair(
    state: State, plan: Plan, role: Role, before: tuple[int, int], after: tuple[int, int]
) -> None:
    """Add the energy between two neighbouring readings to the totals.

    Parameters
    ----------
    before, after
        Moment and value of each. [ms; mW or mWh]
    """
    (start, old), (end, new) = before, after
    if role.register:
        if state.slot_start <= start and end <= state.slot_end:
            used = used_between(old, new, end - start)
            if used is not None:
                _put(state, plan, used * UJ_PER_MWH, end - start)
            return
    else:
        if end - start > HOLDS_MS:
            end = start + HOLDS_MS
        if state.slot_start <= start and end <= state.slot_end:
            _put(state, plan, old * (end - start), end - start)
            return
    share_pair(state, plan, role, (before, after))


def _put(state: State, plan: Plan, energy_uj: int, ms: int) -> None:
    """Add energy to the stretch that the newest reading lies in."""
    bands = plan.bands
    for sums in (state.days.get(state.slot_day), state.months.get(state.slot_month)):
        if sums is not None:
            sums[state.slot_band] += energy_uj
            sums[bands] += ms
            if state.slot_night:
                sums[bands + 1] += energy_uj
                sums[bands + 2] += ms


def share_pair(
    state: State,
    plan: Plan,
    role: Role,
    pair: Pair,
    *,
    sign: int = 1,
    since_ms: int = 0,
) -> None:
    """Share the energy between two readings among the stretches between them.

    Parameters
    ----------
    pair
        Moment and value of each. [ms; mW or mWh]
    sign
        1, or -1 to take it out again.
    since_ms
        What was used before it is left out. [ms]
    """
    for slot, energy_uj, ms in pieces(plan, role, pair, since_ms=since_ms):
        _add(state, plan, slot, sign * energy_uj, sign * ms)


def pieces(
    plan: Plan, role: Role, pair: Pair, *, since_ms: int = 0
) -> Iterator[tuple[Slot, int, int]]:
    """Yield each stretch between two readings with its energy and its length. [µJ, ms]"""
    (start, old), (end, new) = pair
    span = end - start
    used: int | None = None
    if role.register:
        used = used_between(old, new, span)
        if used is None:
            return
    else:
        end = min(end, start + HOLDS_MS)
    far = midnight_ms(plan.clock.zone, day_at(plan.clock.zone, end) - REACH_DAYS)
    at = max(start, since_ms, far)
    while at < end:
        slot = slot_at(plan.clock, at)
        to = min(slot.end_ms, end)
        if used is not None:
            counted = used * (to - start) // span - used * (at - start) // span
            yield slot, counted * UJ_PER_MWH, to - at
        else:
            yield slot, old * (to - at), to - at
        at = to


def _add(state: State, plan: Plan, slot: Slot, energy_uj: int, ms: int) -> None:
    bands = plan.bands
    for sums in (day_sums(state, plan, slot.day), month_sums(state, plan, slot.day)):
        if sums is not None:
            sums[slot.band] += energy_uj
            sums[bands] += ms
            if slot.night:
                sums[bands + 1] += energy_uj
                sums[bands + 2] += ms


def day_sums(state: State, plan: Plan, day: int) -> list[int] | None:
    """Return the sums of a day; ``None``: it is too long ago to be held."""
    sums = state.days.get(day)
    if sums is not None:
        return sums
    newest = max(state.days, default=day)
    if day <= newest - DAYS_HELD:
        return None
    state.days[day] = sums = [0] * (plan.bands + 3)
    if day > newest:
        for old in [known for known in state.days if known <= day - DAYS_HELD]:
            del state.days[old]
    return sums


def month_sums(state: State, plan: Plan, day: int) -> list[int] | None:
    """Return the sums of the month of a day; ``None``: it is too long ago to be held."""
    start = month_start(state, plan, day)
    if start is None:
        return None
    sums = state.months.get(start)
    if sums is not None:
        return sums
    held = sorted(state.months)
    if len(held) >= MONTHS_HELD and start < held[-MONTHS_HELD]:
        return None
    state.months[start] = sums = [0] * (plan.bands + 3)
    for old in sorted(state.months)[:-MONTHS_HELD]:
        del state.months[old]
    return sums


def month_start(state: State, plan: Plan, day: int) -> int | None:
    """Return the first day of the month of a day; ``None``: nobody told when it began.

    After the months that the rules tell, each is as long as a calendar month.
    """
    months = plan.rules.months
    if day < months[0].start:
        return max((start for start in state.months if start <= day), default=None)
    for month in months:
        if day < month.end:
            return month.start
    start = months[-1].end
    while (following := next_month(start)) <= day:
        start = following
    return start


def next_month(day: int) -> int:
    """Return the same day of the next month, the last of a shorter one."""
    present = date.fromordinal(day)
    year, month = present.year + present.month // 12, present.month % 12 + 1
    for last in range(present.day, 27, -1):
        try:
            return date(year, month, last).toordinal()
        except ValueError:
            continue
    return date(year, month, present.day).toordinal()


def enter_slot(state: State, plan: Plan, at_ms: int) -> None:
    """Make the stretch of a moment the one that readings are looked for in first."""
    slot = slot_at(plan.clock, at_ms)
    state.slot_start, state.slot_end = slot.start_ms, slot.end_ms
    state.slot_day, state.slot_band, state.slot_night = slot.day, slot.band, int(slot.night)
    state.slot_month = month_start(state, plan, slot.day) or 0
    day_sums(state, plan, slot.day)
    month_sums(state, plan, slot.day)


def keep(known: Known, at: int, value: int) -> None:
    """Keep the newest reading of a channel as a neighbour of those to come."""
    known.ats.append(at)
    known.values.append(value)
    if len(known.ats) > MOST_HELD:
        _let_go(known)


def _let_go(known: Known) -> None:
    del known.ats[:-HELD]
    del known.values[:-HELD]
    known.cut = 1


def correct(state: State, plan: Plan, role: Role, known: Known, at: int, value: int) -> bool:
    """Take in a reading that is not newer than the newest of its channel.

    Returns
    -------
    bool
        Whether the totals are still right; not where the state holds no neighbour of it.
    """
    ats, values = known.ats, known.values
    place = bisect_left(ats, at)
    same = place < len(ats) and ats[place] == at
    if same and values[place] == value:
        return True
    # What a power does before it is the business of the one before.
    if place == 0 and known.cut and not (same and not role.register):
        return False
    for pair in _pairs(ats, values, place, same=same):
        share_pair(state, plan, role, pair, sign=-1)
    if same:
        values[place] = value
    else:
        ats.insert(place, at)
        values.insert(place, value)
    for pair in _pairs(ats, values, place, same=True):
        share_pair(state, plan, role, pair)
    if len(ats) > MOST_HELD:
        _let_go(known)
    return True


def _pairs(ats: list[int], values: list[int], place: int, *, same: bool) -> Iterator[Pair]:
    """Yield the pairs of neighbours that a reading at a place is part of, or falls into."""
    last = place + 1 if same else place
    for right in range(max(place, 1), min(last, len(ats) - 1) + 1):
        yield (ats[right - 1], values[right - 1]), (ats[right], values[right])


def tail_uj(plan: Plan, channels: dict[int, Known], until_ms: int) -> int:
    """Return what newest powers add until a moment, which no next reading has closed yet. [µJ]"""
    found = 0
    for id_, known in channels.items():
        role = plan.roles.get(id_)
        if role is not None and role.energy and not role.register:
            found += known.value * min(max(until_ms - known.at, 0), HOLDS_MS)
    return found


def whole_day_ms(plan: Plan, day: int) -> int:
    """Return how long a day is, for all energy channels together. [ms]"""
    parts = slots(plan.clock, day)
    return (parts[-1].end_ms - parts[0].start_ms) * max(plan.energies, 1)
