"""What a watch looks at every minute: loads, nights, limits, silent devices, figures for boards."""

from ahorraluz.core.live.days import HOUR_MS
from ahorraluz.core.live.events import Kind, Weight
from ahorraluz.core.live.ladder import CENTS, WH
from ahorraluz.core.live.loads import MW_PER_W, forget_stale
from ahorraluz.core.live.outlook import (
    UJ_PER_WH,
    Outlook,
    outlook,
    power_w,
    present_month,
    today_of,
    today_wh,
)
from ahorraluz.core.live.rules import Limit, Month
from ahorraluz.core.live.state import Plan, State
from ahorraluz.core.live.summing import sum_up
from ahorraluz.core.live.telling import Book

MINUTE_MS = 60_000
NOW_MS = 5 * MINUTE_MS
"""How often power and today are written down. [ms]"""
PEAK_LOOK_MS = HOUR_MS
"""How long after the beginning of hora punta a load counts as taken into it. [ms]"""
NIGHT_LEAST_MS = HOUR_MS
"""Measured part of a night from which it can be unusual. [ms]"""
NIGHT_USUAL_MS, NIGHTS_LEAST = 2 * HOUR_MS, 4
NIGHT_AGAIN_DAYS = 3
LEFT_AGAIN_MS = 6 * HOUR_MS
SILENT_AGAIN_MS = 6 * HOUR_MS
LONGEST_SILENCE_MS = 26 * HOUR_MS
"""A device that tells once a day is not silent in between. [ms]"""
LIMIT_NEAR_PERCENT, LIMIT_SAFE_PERCENT = 97, 95
"""Where the month has to end for a limit to be near, and to be safe again. [%]"""
LIMIT_AGAIN_MS = 72 * HOUR_MS
LIMIT_FROM_MS = 48 * HOUR_MS
"""How much of a month must be over before its end is told to be near a limit. [ms]"""
WITHIN_REACH = 2
"""A limit that would take less than this part of what a day takes cannot be kept any more."""
PASSED_PERCENT = 130
"""A home that ends far above a limit passes it every month, which is no news. [%]"""
MONTH_DAYS = 30


def look(state: State, plan: Plan, book: Book) -> None:
    """Look around at ``state.now``, and set when to do so again."""
    now = state.now
    state.due = (now // MINUTE_MS + 1) * MINUTE_MS
    forget_stale(state, plan)
    _left_on(state, plan, book)
    _silent(state, plan, book)
    if not plan.energies:
        # A plug alone says nothing of the home's bill.
        return
    _peak(state, plan, book)
    _passed(state, plan, book)
    if now >= state.due_now:
        state.due_now = (now // NOW_MS + 1) * NOW_MS
        _write_now(state, plan, book)
        if state.slot_night and now < state.slot_end:
            _night(state, plan, book)
    if now >= state.due_month:
        state.due_month = (now // HOUR_MS + 1) * HOUR_MS
        seen = outlook(state, plan)
        _write_month(state, book, seen)
        _near(state, plan, book, seen)
    if now >= state.due_summary:
        sum_up(state, plan, book)


def marginal_cents(state: State, plan: Plan, wh: int) -> int | None:
    """Return what some more energy costs now, at the price of the next kWh. [céntimo]"""
    month = present_month(state, plan, today_of(state, plan))
    sums = state.months.get(month.start)
    if month.ladder is None or sums is None:
        return None
    used = [max(0, uj) // UJ_PER_WH for uj in sums[: plan.bands]]
    price = month.ladder.marginal(used, state.slot_band)
    return None if price is None else round(price * wh * CENTS / WH)


def _write_now(state: State, plan: Plan, book: Book) -> None:
    figures: dict[str, int | str] = {"today_wh": sum(today_wh(state, plan))}
    watts = power_w(state, plan)
    if watts is not None:
        figures["power_w"] = watts
    book.figure(Kind.NOW, str(state.now // NOW_MS), figures)


def _write_month(state: State, book: Book, seen: Outlook) -> None:
    figures: dict[str, int | str] = {
        "start_day": seen.month.start,
        "end_day": seen.month.end,
        "used_wh": seen.used_wh,
        "missing_min": seen.missing_ms // MINUTE_MS,
    }
    cents = seen.cents()
    if cents is not None:
        figures["used_cents"] = cents
    if seen.ends_wh is not None:
        figures["basis"] = seen.basis
        for name, wh in zip(("low", "middle", "high"), seen.ends_wh, strict=True):
            figures[f"{name}_wh"] = wh
            bill = seen.cents(wh)
            if bill is not None:
                figures[f"{name}_cents"] = bill
    book.figure(Kind.MONTH, str(state.now // HOUR_MS), figures)


def _left_on(state: State, plan: Plan, book: Book) -> None:
    if state.runs:
        for run in state.runs:
            since, mw, told = run
            watts = mw // MW_PER_W
            after = next((m for w, m in plan.rules.thresholds.left_on if watts >= w), 0)
            if not told and after and state.now - since >= after * MINUTE_MS:
                run[2] = 1
                _tell_left(state, plan, book, (str(since), since, watts, ""))
    for id_, known in state.channels.items():
        if known.on and not known.told:
            role = plan.roles.get(id_)
            if role is not None and state.now - known.on >= role.left_on_min * MINUTE_MS:
                known.told = 1
                watts = known.value // MW_PER_W
                left = (f"{id_}:{known.on}", known.on, watts, role.circuit)
                _tell_left(state, plan, book, left)


def _tell_left(state: State, plan: Plan, book: Book, left: tuple[str, int, int, str]) -> None:
    key, since, watts, circuit = left
    weight = Weight.NOTICE
    if state.now - state.marks.get("left", -LEFT_AGAIN_MS) < LEFT_AGAIN_MS:
        weight = Weight.NOTE
    else:
        state.marks["left"] = state.now
    minutes = (state.now - since) // MINUTE_MS
    figures: dict[str, int | str] = {"power_w": watts, "on_min": minutes, "since_ms": since}
    if circuit:
        figures["circuit"] = circuit
    stake = (marginal_cents(state, plan, watts), "hour")
    book.tell(Kind.LEFT_ON, key, weight, figures, stake)


def _silent(state: State, plan: Plan, book: Book) -> None:
    """Tell of devices that fell silent, and of those heard again."""
    if state.now < state.due_silent:
        return
    limits = plan.rules.thresholds
    latest: dict[str, tuple[int, int]] = {}
    for id_, known in state.channels.items():
        role = plan.roles.get(id_)
        if role is not None:
            heard, gap = latest.get(role.device, (0, known.gap))
            latest[role.device] = max(heard, known.heard), min(gap, known.gap)
    due = state.now + HOUR_MS
    for device, (heard, gap) in latest.items():
        mark = f"silent:{device}"
        since = state.marks.get(mark)
        usual = max(limits.silent_min * MINUTE_MS, limits.silent_times * gap)
        longest = min(usual, max(LONGEST_SILENCE_MS, 2 * gap))
        due = min(due, heard + longest if since is None else state.now)
        if since is None:
            if state.now - heard >= longest:
                state.marks[mark] = heard
                _tell_silent(state, book, device, heard)
        elif heard > since:
            del state.marks[mark]
            figures: dict[str, int | str] = {
                "device": device,
                "silent_min": (heard - since) // MINUTE_MS,
            }
            book.tell(Kind.BACK, f"{device}:{since}", Weight.NOTE, figures)
    state.due_silent = due


def _tell_silent(state: State, book: Book, device: str, heard: int) -> None:
    again = f"quiet:{device}"
    weight = Weight.NOTICE
    if state.now - state.marks.get(again, -SILENT_AGAIN_MS) < SILENT_AGAIN_MS:
        weight = Weight.NOTE
    state.marks[again] = state.now
    figures: dict[str, int | str] = {
        "device": device,
        "since_ms": heard,
        "silent_min": (state.now - heard) // MINUTE_MS,
    }
    book.tell(Kind.SILENT, f"{device}:{heard}", weight, figures)


def _peak(state: State, plan: Plan, book: Book) -> None:
    """Tell that a large load is on as hora punta begins."""
    clock = plan.clock
    if clock.peak is None or state.slot_band != clock.peak_band:
        return
    watts = state.level // MW_PER_W
    entered = state.slot_start <= state.now < min(state.slot_end, state.slot_start + PEAK_LOOK_MS)
    if not entered or watts < plan.rules.thresholds.large_w:
        return
    if state.marks.get("peak", 0) >= state.slot_day:
        return
    state.marks["peak"] = state.slot_day
    month = present_month(state, plan, state.slot_day)
    sums = state.months.get(month.start)
    cents = None
    wh = watts * (state.slot_end - state.now) // HOUR_MS
    if month.ladder is not None and sums is not None:
        used = [max(0, uj) // UJ_PER_WH for uj in sums[: plan.bands]]
        dear = month.ladder.marginal(used, clock.peak_band)
        cheap = month.ladder.marginal(used, clock.other_band)
        if dear is not None and cheap is not None:
            cents = round((dear - cheap) * wh * CENTS / WH)
    figures = {"power_w": watts, "until_ms": state.slot_end, "rest_wh": wh}
    book.tell(Kind.PEAK_LOAD, str(state.slot_day), Weight.NOTICE, figures, (cents, "peak"))


def _night(state: State, plan: Plan, book: Book) -> None:
    """Tell of a night that takes far more than nights do."""
    day, bands, limits = state.slot_day, plan.bands, plan.rules.thresholds
    sums = state.days.get(day)
    if sums is None or sums[bands + 2] < NIGHT_LEAST_MS * plan.energies:
        return
    if day - state.marks.get("night", day - NIGHT_AGAIN_DAYS) < NIGHT_AGAIN_DAYS:
        return
    usual = _usual_night_w(state, plan, day)
    if usual is None:
        return
    watts = _night_w(sums, plan)
    if watts * 100 < usual * limits.night_percent or watts < usual + limits.night_w:
        return
    state.marks["night"] = day
    hours = (plan.rules.night.after - plan.rules.night.first) % 24
    month = marginal_cents(state, plan, (watts - usual) * hours * MONTH_DAYS)
    figures = {"power_w": watts, "usual_w": usual, "night_day": day}
    book.tell(Kind.NIGHT_LOAD, str(day), Weight.NOTICE, figures, (month, "nights"))


def _night_w(sums: list[int], plan: Plan) -> int:
    """Return the mean power of a night. [W]"""
    energy, ms = sums[plan.bands + 1], sums[plan.bands + 2]
    return max(0, energy) * plan.energies // max(ms, 1) // MW_PER_W


def _usual_night_w(state: State, plan: Plan, day: int) -> int | None:
    """Return the power of usual nights: that of the rules, or the middle of the last ones. [W]"""
    if plan.rules.usual_night_w is not None:
        return plan.rules.usual_night_w
    nights = sorted(
        _night_w(sums, plan)
        for other, sums in state.days.items()
        if other < day and sums[plan.bands + 2] >= NIGHT_USUAL_MS * plan.energies
    )
    return nights[len(nights) // 2] if len(nights) >= NIGHTS_LEAST else None


def _passed(state: State, plan: Plan, book: Book) -> None:
    """Tell that a limit was passed, where that is news."""
    sums = state.months.get(state.slot_month)
    if sums is None:
        return
    used = sum(sums[: plan.bands]) // UJ_PER_WH
    for month in plan.rules.months:
        if month.start == state.slot_month:
            for limit in month.limits:
                if used > limit.wh and state.marks.get(_mark(month, limit), 0) != -1:
                    _tell_passed(state, plan, book, (month, limit, used))


def _tell_passed(state: State, plan: Plan, book: Book, passed: tuple[Month, Limit, int]) -> None:
    month, limit, used = passed
    mark = _mark(month, limit)
    warned = mark in state.marks
    state.marks[mark] = -1
    seen = outlook(state, plan)
    ends = seen.ends_wh
    if not warned and ends is not None and ends[1] * 100 > limit.wh * PASSED_PERCENT:
        return
    figures: dict[str, int | str] = {"limit_wh": limit.wh, "used_wh": used, "line": limit.kind}
    if ends is not None:
        figures["middle_wh"] = ends[1]
    key = f"{month.start}:{limit.kind}:{limit.wh}"
    basis = "voucher" if limit.kind == "voucher" else "passed"
    book.tell(Kind.LIMIT_PASSED, key, Weight.NOTICE, figures, (seen.stake(limit), basis))


def _near(state: State, plan: Plan, book: Book, seen: Outlook) -> None:
    """Tell of a limit that will probably be passed and can still be kept."""
    if seen.ends_wh is None or seen.day_wh is None or seen.gone_ms < LIMIT_FROM_MS:
        return
    _, middle, high = seen.ends_wh
    for limit in seen.month.limits:
        mark = _mark(seen.month, limit)
        told = state.marks.get(mark, 0)
        if told == -1 or seen.used_wh > limit.wh:
            continue
        if told > 0:
            safe = high * 100 < limit.wh * LIMIT_SAFE_PERCENT
            if safe and state.now - told >= LIMIT_AGAIN_MS:
                del state.marks[mark]
            continue
        day = seen.a_day_wh(limit.wh)
        near = middle * 100 >= limit.wh * LIMIT_NEAR_PERCENT
        if near and day * WITHIN_REACH >= seen.day_wh:
            state.marks[mark] = state.now
            figures: dict[str, int | str] = {
                "line": limit.kind,
                "limit_wh": limit.wh,
                "used_wh": seen.used_wh,
                "left_wh": limit.wh - seen.used_wh,
                "middle_wh": middle,
                "day_wh": day,
                "usual_wh": seen.day_wh,
                "end_day": seen.month.end,
            }
            key = f"{seen.month.start}:{limit.kind}:{limit.wh}:{state.now // HOUR_MS}"
            stake = (seen.stake(limit), "voucher" if limit.kind == "voucher" else "limit")
            book.tell(Kind.LIMIT_NEAR, key, Weight.WARNING, figures, stake)


def _mark(month: Month, limit: Limit) -> str:
    return f"limit:{month.start}:{limit.kind}:{limit.wh}"
