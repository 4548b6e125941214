"""What a day and a week came to, told in the morning, and whether days changed lastingly."""

from ahorraluz.core.live.days import DAY_MS, day_at, hour_ms
from ahorraluz.core.live.events import Kind, Weight
from ahorraluz.core.live.ladder import CENTS, WH, Ladder
from ahorraluz.core.live.outlook import (
    UJ_PER_WH,
    day_wh,
    difference,
    is_whole,
    outlook,
    present_month,
    whole_days,
)
from ahorraluz.core.live.state import Plan, State
from ahorraluz.core.live.telling import Book

WEEK_DAYS = 7
WEEK_LEAST = 6
"""Whole days of a week that it takes to hold it against another one."""
USUAL_DAYS, USUAL_LEAST = 14, 3
NEW_DAYS, OLD_DAYS = 3, 7
"""A change is lasting where this many days are unlike the days before."""
CALM_PERCENT = 10
"""Change up to which days are as before again. [%]"""
MONTH_DAYS = 30


def sum_up(state: State, plan: Plan, book: Book) -> None:
    """Tell what the day before, and on a Monday the week before, came to."""
    zone, hour = plan.clock.zone, plan.rules.summary_hour
    today = day_at(zone, state.now)
    begun = bool(state.due_summary)
    due = hour_ms(zone, today, hour)
    state.due_summary = due if state.now < due else hour_ms(zone, today + 1, hour)
    if not begun or state.now < due or state.marks.get("day", 0) >= today:
        return
    state.marks["day"] = today
    _forget_old(state, plan, today)
    _day(state, plan, book, today - 1)
    if (today - 1) % WEEK_DAYS == 0:
        _week(state, plan, book, today - WEEK_DAYS)
    _shift(state, plan, book, today)


def _day(state: State, plan: Plan, book: Book, day: int) -> None:
    sums = state.days.get(day)
    if sums is None:
        return
    figures: dict[str, int | str] = {"day": day, "wh": day_wh(sums, plan)}
    figures["whole"] = int(is_whole(sums, plan, day))
    usual = whole_days(state, plan, day, after=day - USUAL_DAYS)
    if len(usual) >= USUAL_LEAST:
        figures["usual_wh"] = sum(usual) // len(usual)
    seen = outlook(state, plan)
    figures["month_wh"] = seen.used_wh
    cents = seen.cents()
    if cents is not None:
        figures["month_cents"] = cents
    if seen.ends_wh is not None:
        figures["middle_wh"] = seen.ends_wh[1]
        bill = seen.cents(seen.ends_wh[1])
        if bill is not None:
            figures["middle_cents"] = bill
    cost = cost_of_days(state, plan, day, day + 1)
    book.tell(Kind.DAY, str(day), Weight.NOTICE, figures, (cost, "day"))


def _week(state: State, plan: Plan, book: Book, first: int) -> None:
    last = first + WEEK_DAYS
    known = [sums for day, sums in state.days.items() if first <= day < last]
    if not known:
        return
    whole = whole_days(state, plan, last, after=first)
    figures: dict[str, int | str] = {
        "first_day": first,
        "last_day": last - 1,
        "wh": sum(day_wh(sums, plan) for sums in known),
        "days": len(whole),
    }
    before = whole_days(state, plan, first, after=first - WEEK_DAYS)
    if len(before) >= WEEK_LEAST and len(whole) >= WEEK_LEAST:
        new, old = sum(whole) // len(whole), sum(before) // len(before)
        figures["before_wh"] = old * WEEK_DAYS
        figures["change_percent"] = (new - old) * 100 // max(old, 1)
    cost = cost_of_days(state, plan, first, last)
    book.tell(Kind.WEEK, str(first), Weight.NOTICE, figures, (cost, "week"))


def _shift(state: State, plan: Plan, book: Book, today: int) -> None:
    """Tell that days take lastingly more or less than before."""
    new = whole_days(state, plan, today, after=today - NEW_DAYS)
    old = whole_days(state, plan, today - NEW_DAYS, after=today - NEW_DAYS - OLD_DAYS)
    if len(new) < NEW_DAYS or len(old) < OLD_DAYS:
        return
    limits = plan.rules.thresholds
    now, before = sum(new) // len(new), sum(old) // len(old)
    change = now - before
    if abs(change) * 100 <= before * CALM_PERCENT:
        state.shift = 0
        return
    way = 1 if change > 0 else -1
    # The least day of one side against the most of the other: no single day makes a change.
    apart = min(new) > max(old) if change > 0 else max(new) < min(old)
    large = abs(change) * 100 >= before * limits.shift_percent and abs(change) >= limits.shift_wh
    if state.shift == way or not large or not apart:
        return
    state.shift = way
    figures: dict[str, int | str] = {
        "day_wh": now,
        "before_wh": before,
        "change_percent": abs(change) * 100 // max(before, 1),
        "way": "more" if change > 0 else "less",
    }
    month = present_month(state, plan, today)
    sums = state.months.get(month.start)
    cents = None
    if month.ladder is not None and sums is not None:
        used = [max(0, uj) // UJ_PER_WH for uj in sums[: plan.bands]]
        price = month.ladder.marginal(used, plan.clock.other_band)
        if price is not None:
            cents = round(price * abs(change) * MONTH_DAYS * CENTS / WH)
    weight = Weight.NOTICE if change > 0 else Weight.NOTE
    book.tell(Kind.SHIFT, f"{today}:{way}", weight, figures, (cents, "shift"))


def cost_of_days(state: State, plan: Plan, first: int, last: int) -> int | None:
    """Return what some days added to the bills that they are on. [céntimo]

    Each added what the bill grew by while they were used, so that the days of a month add up to
    its bill less what it costs to use nothing.
    """
    cost = 0
    day = first
    while day < last:
        month = present_month(state, plan, day)
        end = min(last, month.end)
        part = _cost_within(state, plan, month.ladder, (month.start, day, end, month.end))
        if part is None:
            return None
        cost += part
        day = max(end, day + 1)
    return cost


def _cost_within(
    state: State, plan: Plan, ladder: Ladder | None, days: tuple[int, int, int, int]
) -> int | None:
    start, first, last, end = days
    sums = state.months.get(start)
    if ladder is None or sums is None:
        return None
    after = list(sums[: plan.bands])
    before = after.copy()
    for day, of_day in state.days.items():
        for band in range(plan.bands):
            if last <= day < end:
                after[band] -= of_day[band]
            if first <= day < end:
                before[band] -= of_day[band]
    less, more = ([max(0, uj) // UJ_PER_WH for uj in bands] for bands in (before, after))
    return difference(ladder, less, more)


def _forget_old(state: State, plan: Plan, today: int) -> None:
    """Forget what was told of months that are over, and of devices that are gone."""
    devices = {role.device for role in plan.rules.roles}
    month = present_month(state, plan, today).start
    for mark, moment in list(state.marks.items()):
        name, _, rest = mark.partition(":")
        old_limit = name == "limit" and int(rest.partition(":")[0]) < month
        gone = name in ("silent", "quiet") and rest not in devices
        long_ago = name == "quiet" and state.now - moment > DAY_MS
        if old_limit or gone or long_ago:
            del state.marks[mark]
