"""Where the month stands, where it will probably end, and what its next kWh costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.live.days import DAY_MS, HOUR_MS, day_at, midnight_ms
from ahorraluz.core.live.energy import (
    month_start,
    next_month,
    tail_uj,
    whole_day_ms,
)
from ahorraluz.core.live.ladder import CENTS, Ladder, scaled
from ahorraluz.core.live.loads import FRESH_MS, MW_PER_W
from ahorraluz.core.live.quarters import UJ_PER_MWH
from ahorraluz.core.live.rules import Limit, Month
from ahorraluz.core.live.state import Plan, State

UJ_PER_WH = 1_000 * UJ_PER_MWH
STALE_DAYS = 4
"""Days after which a forecast gives way to what the days since took. [day]"""
OWN_DAYS = 14
"""Newest whole days that tell the days to come where no forecast does. [day]"""
LEAST_DAYS = 3
WHOLE_PERCENT = 90
"""Part of a day that must be measured for it to count as whole. [%]"""
SHAPE = 1_000
HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A month from where it stands."""

    month: Month
    wh: tuple[int, ...]
    """Energy so far, by band. [Wh]"""
    missing_ms: int
    """Time of the month so far that nothing measured. [ms]"""
    gone_ms: int
    """Time of the month so far. [ms]"""
    left_ms: int
    """[ms]"""
    ends_wh: tuple[int, int, int] | None
    """Energy at its end: low, middle and high; ``None``: nothing tells it. [Wh]"""
    day_wh: int | None
    """What a day of the rest will probably take. [Wh/day]"""
    basis: str
    """``forecast``, ``own-days`` or empty."""

    @property
    def used_wh(self) -> int:
        """Energy so far. [Wh]"""
        return sum(self.wh)

    def cents(self, wh: int | None = None) -> int | None:
        """Return the bill of an energy in the proportions of the month; ``None``: unknown."""
        ladder = self.month.ladder
        if ladder is None:
            return None
        return ladder.total(self.wh if wh is None else scaled(self.wh, wh))

    def a_day_wh(self, limit_wh: int) -> int:
        """Return what each day left may take without passing a limit, rounded down. [Wh/day]"""
        left = max(0, limit_wh - self.used_wh)
        return left * DAY_MS // max(self.left_ms, DAY_MS)

    def next_limit(self) -> Limit | None:
        """Return the first limit that is not passed."""
        return next((limit for limit in self.month.limits if self.used_wh <= limit.wh), None)

    def stake(self, limit: Limit) -> int | None:
        """Return what passing a limit costs. [céntimo]"""
        if limit.cents is not None or self.month.ladder is None:
            return limit.cents
        jump = self.month.ladder.jump(limit.wh, self.wh)
        return None if jump is None else int((jump * CENTS).to_integral_value())


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The figures of a home at this moment; ``None`` where nothing tells them."""

    at_ms: int
    power_w: int | None
    today_wh: int
    today_cents: int | None
    """What today adds to the bill of the month. [céntimo]"""
    month_wh: int
    month_cents: int | None
    low_wh: int | None
    middle_wh: int | None
    high_wh: int | None
    low_cents: int | None
    middle_cents: int | None
    high_cents: int | None
    limit_wh: int | None
    """The next limit that is not passed. [Wh]"""
    limit_left_wh: int | None
    limit_day_wh: int | None
    """What each day left may take without passing it. [Wh/day]"""
    next_kwh: Decimal | None
    """Price of the next kWh. [PEN/kWh]"""
    ends_day: int
    """First day of the next month, by its number."""

    def plain(self) -> dict[str, int]:
        """Return what is known, by name, prices in thousandths of a sol."""
        named = {name: getattr(self, name) for name in Now.__slots__ if name != "next_kwh"}
        known = {name: value for name, value in named.items() if value is not None}
        if self.next_kwh is not None:
            known["next_kwh_milli"] = int((self.next_kwh * 1_000).to_integral_value())
        return known


def now_of(state: State) -> Now | None:
    """Return the figures of a home, ``None`` before anything is known of it."""
    plan = state.plan
    if plan is None or not state.now:
        return None
    seen = outlook(state, plan)
    today = today_wh(state, plan)
    limit = seen.next_limit()
    before = [max(0, used - now) for used, now in zip(seen.wh, today, strict=True)]
    ladder = seen.month.ladder
    ends = seen.ends_wh or (None, None, None)
    bills = [None if end is None else seen.cents(end) for end in ends]
    return Now(
        at_ms=state.now,
        power_w=power_w(state, plan),
        today_wh=sum(today),
        today_cents=difference(ladder, before, seen.wh),
        month_wh=seen.used_wh,
        month_cents=seen.cents(),
        low_wh=ends[0],
        middle_wh=ends[1],
        high_wh=ends[2],
        low_cents=bills[0],
        middle_cents=bills[1],
        high_cents=bills[2],
        limit_wh=None if limit is None else limit.wh,
        limit_left_wh=None if limit is None else limit.wh - seen.used_wh,
        limit_day_wh=None if limit is None else seen.a_day_wh(limit.wh),
        next_kwh=ladder.marginal(seen.wh, state.slot_band) if ladder else None,
        ends_day=seen.month.end,
    )


def difference(ladder: Ladder | None, before: Sequence[int], after: Sequence[int]) -> int | None:
    """Return what one energy costs more than another. [céntimo]"""
    if ladder is None:
        return None
    less, more = ladder.total(before), ladder.total(after)
    return None if less is None or more is None else more - less


def power_w(state: State, plan: Plan) -> int | None:
    """Return the power of the home, ``None`` where nothing fresh tells it. [W]"""
    fresh = [
        known
        for id_, known in state.channels.items()
        if (role := plan.roles.get(id_)) and role.power and known.at >= state.now - FRESH_MS
    ]
    return max(0, state.power) // MW_PER_W if fresh else None


def today_of(state: State, plan: Plan) -> int:
    """Return the number of the local day that it is."""
    # Nearly always the newest reading is of the same stretch of the day.
    if state.slot_start <= state.now < state.slot_end:
        return state.slot_day
    return day_at(plan.clock.zone, state.now)


def today_wh(state: State, plan: Plan) -> tuple[int, ...]:
    """Return the energy of today by band, the newest power held on. [Wh]"""
    day = today_of(state, plan)
    start = midnight_ms(plan.clock.zone, day)
    return _wh(state, plan, state.days.get(day), start_ms=start)


def _wh(state: State, plan: Plan, sums: list[int] | None, *, start_ms: int) -> tuple[int, ...]:
    bands = [max(0, uj) for uj in sums[: plan.bands]] if sums else [0] * plan.bands
    if state.slot_start >= start_ms:
        bands[state.slot_band] += tail_uj(plan, state.channels, state.now)
    return tuple(uj // UJ_PER_WH for uj in bands)


def present_month(state: State, plan: Plan, day: int) -> Month:
    """Return the month of a day; after those of the rules one without prices."""
    for month in plan.rules.months:
        if month.start <= day < month.end:
            return month
    start = month_start(state, plan, day)
    if start is None or start < plan.rules.months[0].start:
        start = start or day
        return Month(start=start, end=plan.rules.months[0].start, ladder=None)
    return Month(start=start, end=next_month(start), ladder=None)


def outlook(state: State, plan: Plan) -> Outlook:
    """Return where the present month stands and will probably end."""
    zone = plan.clock.zone
    day = today_of(state, plan)
    month = present_month(state, plan, day)
    start, end = midnight_ms(zone, month.start), midnight_ms(zone, month.end)
    sums = state.months.get(month.start)
    wh = _wh(state, plan, sums, start_ms=start)
    measured = sums[plan.bands] // max(plan.energies, 1) if sums else 0
    missing = max(0, state.now - start - measured)
    left = max(0, end - state.now)
    rates, basis = _rates(state, plan, day)
    ends = None
    if rates is not None:
        # Time by its part of a day's use: an evening counts more than a night.
        rest = missing + _weighed_left(state, plan, day, end)
        low, middle, high = (sum(wh) + rate * rest // DAY_MS for rate in rates)
        ends = (low, middle, high)
    return Outlook(
        month=month,
        wh=wh,
        missing_ms=missing,
        gone_ms=max(0, state.now - start),
        left_ms=left,
        ends_wh=ends,
        day_wh=None if rates is None else rates[1],
        basis=basis,
    )


def _weighed_left(state: State, plan: Plan, day: int, end_ms: int) -> int:
    """Return the days left, in ms, today by the part of its use that is to come."""
    zone = plan.clock.zone
    midnight = midnight_ms(zone, day + 1)
    whole = max(0, end_ms - midnight)
    expected = plan.rules.expected
    if expected is None or len(expected.shape) != HOURS + 1:
        return whole + max(0, min(midnight, end_ms) - state.now)
    hours, ms = divmod(min(max(0, state.now - midnight_ms(zone, day)), DAY_MS - 1), HOUR_MS)
    before, after = expected.shape[hours], expected.shape[hours + 1]
    gone = before * HOUR_MS + (after - before) * ms
    return whole + (SHAPE * HOUR_MS - gone) * HOURS // SHAPE


def _rates(state: State, plan: Plan, day: int) -> tuple[tuple[int, int, int] | None, str]:
    """Return what a day to come takes, low, middle and high, and what tells it. [Wh/day]"""
    expected = plan.rules.expected
    if expected is not None and day - expected.made <= STALE_DAYS:
        return (expected.low_wh, expected.middle_wh, expected.high_wh), "forecast"
    own = whole_days(state, plan, day)[-OWN_DAYS:]
    if len(own) >= LEAST_DAYS:
        return (min(own), sum(own) // len(own), max(own)), "own-days"
    if expected is not None:
        return (expected.low_wh, expected.middle_wh, expected.high_wh), "forecast"
    return None, ""


def whole_days(state: State, plan: Plan, before: int, *, after: int = 0) -> list[int]:
    """Return the energy of the days that were measured whole, by rising day. [Wh]

    Parameters
    ----------
    before
        The day after the last one.
    after
        First day.
    """
    return [
        day_wh(sums, plan)
        for day, sums in sorted(state.days.items())
        if after <= day < before and is_whole(sums, plan, day)
    ]


def is_whole(sums: Sequence[int], plan: Plan, day: int) -> bool:
    """Tell whether nearly all of a day was measured."""
    return sums[plan.bands] * 100 >= whole_day_ms(plan, day) * WHOLE_PERCENT


def day_wh(sums: Sequence[int], plan: Plan) -> int:
    """Return the energy of a day. [Wh]"""
    return max(0, sum(sums[: plan.bands])) // UJ_PER_WH
