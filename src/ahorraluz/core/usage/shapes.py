"""When a home uses energy: its days, weeks and seasons, and its peaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import Parameter
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import DailyView, UsageDataError, daily_view
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.robust import (
    DAYS_MONTH,
    Z80,
    Bools,
    Floats,
    mean,
    median,
    month_of,
    quantiles,
)

BASIS = "basis.measured-days"
MIN_DAYS = 7
"""Days that are known in part, below which there is no shape. [day]"""
LOW, HIGH = 0.1, 0.9
"""Quantiles of days between which a curve is shown. [0 to 1]"""
SATURDAY = 5
NIGHT_HOURS = 6
"""Hours after midnight that are night. [h]"""
NIGHT_MUCH = 0.3
"""Part of the energy from which the night is worth a sentence; a flat home has a quarter."""
HOURS = 24
NEAR_H = 1
"""Hours on each side of the usual peak that count as the same time. [h]"""
PEAK_OFTEN = 0.4
"""Part of the days from which a peak has a usual time; by chance it would be an eighth."""
WEEKEND_PART, WEEKEND_SCORE = 0.1, 3.0
"""Least difference of a weekend day, and in standard errors, that is worth a sentence."""


Groups = Sequence[tuple[NDArray[np.int64], int]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """A day's curve: mean power by hour, and how far days are from it."""

    mean_kw: Floats
    """Shape (24,); NaN where nothing is known. [kW]"""
    low_kw: Floats
    """Tenth of the days, shape (24,). [kW]"""
    high_kw: Floats
    """Ninetieth of the days, shape (24,). [kW]"""
    days: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayShapes:
    """Curves of a home."""

    all_days: Curve
    weekday: Curve
    """Monday to Friday."""
    weekend: Curve
    by_weekday_kw: Floats
    """Mean power of each weekday by hour, Monday first, shape (7, 24). [kW]"""
    months: NDArray[np.datetime64]
    """Months of the readings, datetime64[M], shape (m,)."""
    by_month_kw: Floats
    """Mean power of each of them by hour, shape (m, 24). [kW]"""
    by_season_kw: Floats
    """Mean power by hour of summer (December to February), autumn, winter and spring of the
    south, shape (4, 24); NaN for seasons without readings. [kW]"""
    month_kwh_day: Floats
    """Mean energy of a day in each month, shape (m,). [kWh/day]"""
    weekend_more: Estimate
    """What a weekend day uses more than a weekday; negative: less. [kWh/day]"""
    night_share: float
    """Part of the energy that is used from midnight to six. [0 to 1]"""


def day_shapes(grid: DayGrid, *, view: DailyView | None = None) -> DayShapes:
    """Return the mean curves of a home by kind of day, month and season.

    Parameters
    ----------
    grid
        Any interval up to an hour, at least seven days.
    view
        What :func:`daily_view` says of the same grid, if the caller has it already.

    Raises
    ------
    UsageDataError
        ``shapes-too-few-days``.
    """
    view = view or daily_view(grid)
    power, weekday = view.power_w / 1000.0, view.weekday
    some = view.hours_known > 0
    days = int(np.count_nonzero(some))
    if days < MIN_DAYS:
        raise UsageDataError("shapes-too-few-days", days=days, min_days=MIN_DAYS)
    months, number = month_of(grid.days)
    season = (months.astype(np.int64) % 12 + 1) % 12 // 3
    by_hour = mean(power, axis=0)
    groups = ((number, len(months)), (weekday, 7), (season[number], 4))
    by_month, by_weekday, by_season = _by_groups(power, groups)
    return DayShapes(
        all_days=_curve(power[some]),
        weekday=_curve(power[some & (weekday < SATURDAY)]),
        weekend=_curve(power[some & (weekday >= SATURDAY)]),
        by_weekday_kw=by_weekday,
        months=months,
        by_month_kw=by_month,
        by_season_kw=by_season,
        month_kwh_day=by_month.sum(axis=1),
        weekend_more=_weekend(power.sum(axis=1), weekday),
        night_share=_part(by_hour[:NIGHT_HOURS].sum(), by_hour.sum()),
    )


def _curve(power: Floats) -> Curve:
    """Return the curve of some days, each known in part at least."""
    if len(power) == 0:
        empty = np.full(24, np.nan)
        return Curve(mean_kw=empty, low_kw=empty, high_kw=empty, days=0)
    low, high = quantiles(power.T, LOW, HIGH)
    return Curve(
        mean_kw=mean(power, axis=0),
        low_kw=low,
        high_kw=high,
        days=len(power),
    )


def _by_groups(power: Floats, groups: Groups) -> list[Floats]:
    """Return the mean of each hour over the days of each group of each kind, (groups, 24) each.

    Parameters
    ----------
    power
        Shape (d, 24), NaN where unknown.
    groups
        For each kind of group the number of each day's, from 0, shape (d,), and how many.
    """
    known = ~np.isnan(power)
    members = np.concatenate([np.arange(count)[:, None] == number for number, count in groups])
    members = members.astype(np.float64)
    count = members @ known
    total = members @ np.where(known, power, 0.0)
    means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.split(means, np.cumsum([count for _, count in groups])[:-1])


def _part(some: float, whole: float) -> float:
    return float(some / whole) if whole > 0 else 0.0


def _weekend(energy: Floats, weekday: NDArray[np.int64]) -> Estimate:
    """Return what a weekend day uses more than the weekdays of the same weeks. [kWh/day]"""
    known = ~np.isnan(energy)
    week = (np.arange(len(energy)) - weekday + 6) // 7
    weeks = int(week[-1]) + 1
    sums = []
    for chosen in (known & (weekday < SATURDAY), known & (weekday >= SATURDAY)):
        count = np.bincount(week[chosen], minlength=weeks)
        total = np.bincount(week[chosen], energy[chosen], minlength=weeks)
        sums.append(np.where(count > 0, total / np.maximum(count, 1), np.nan))
    more = sums[1] - sums[0]
    more = more[~np.isnan(more)]
    if len(more) < 2:
        return Estimate(low=-np.inf, middle=0.0, high=np.inf, unit="kWh/day", basis=BASIS)
    middle = float(more.mean())
    half = Z80 * float(more.std(ddof=1) / np.sqrt(len(more)))
    return Estimate(
        low=middle - half, middle=middle, high=middle + half, unit="kWh/day", basis=BASIS
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """The highest powers of a home, and when they come."""

    highest_kw: float
    """Highest mean power of one hour. [kW]"""
    highest_at: datetime
    """Local start of that hour."""
    highest_interval_kw: float
    """Highest mean power of one interval of the readings. [kW]"""
    usual_kw: float
    """Median of the highest hours of days. [kW]"""
    usual_hour: int
    """Hour at which a day's peak most often begins. [h]"""
    usual_part: float
    """Part of the days whose peak comes within an hour of it. [0 to 1]"""
    spread_h: float
    """Mean distance of a day's peak from that hour, around the clock. [h]"""
    load_factor: float
    """Mean power over the highest hour. [0 to 1]"""


def peaks(grid: DayGrid, *, view: DailyView | None = None) -> Peaks:
    """Return the peaks of a home.

    Parameters
    ----------
    grid
        Any interval up to an hour.
    view
        What :func:`daily_view` says of the same grid, if the caller has it already.

    Raises
    ------
    UsageDataError
        ``shapes-too-few-days``: fewer than seven complete days.
    """
    view = view or daily_view(grid)
    power = view.power_w / 1000.0
    complete = np.flatnonzero(view.hours_known == HOURS)
    if len(complete) < MIN_DAYS:
        raise UsageDataError("shapes-too-few-days", days=len(complete), min_days=MIN_DAYS)
    day, hour = divmod(int(np.where(np.isnan(power), -np.inf, power).argmax()), HOURS)
    highest = float(power[day, hour])
    daily_hour = power[complete].argmax(axis=1)
    count = np.bincount(daily_hour, minlength=24)
    around = np.arange(HOURS)
    near = count + count[around - NEAR_H] + count[(around + NEAR_H) % HOURS]
    usual = int(np.argmax(near))
    apart = np.abs(daily_hour - usual)
    at = datetime.combine(grid.days[day].item(), datetime.min.time()) + timedelta(hours=hour)
    return Peaks(
        highest_kw=highest,
        highest_at=at,
        highest_interval_kw=float(np.fmax.reduce(grid.power_kw, axis=None)),
        usual_kw=float(median(power[complete].max(axis=1))),
        usual_hour=usual,
        usual_part=float(near[usual] / len(complete)),
        spread_h=float(np.minimum(apart, 24 - apart).mean()),
        load_factor=_part(float(mean(power.reshape(-1))), highest),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedShare:
    """Energy inside chosen hours, such as hora punta."""

    share: float
    """Part of all energy. [0 to 1]"""
    energy: Estimate
    """[kWh/month]"""
    time_share: float
    """Part of the time that these hours are: what the share of a flat home would be. [0 to 1]"""
    months: NDArray[np.datetime64]
    """Months of the readings, datetime64[M], shape (m,)."""
    by_month: Floats
    """Share in each of them, shape (m,). [0 to 1]"""


def peak_share(grid: DayGrid, mask: Bools) -> MaskedShare:
    """Return how much of the energy is used in chosen hours.

    Parameters
    ----------
    grid
        Any interval up to an hour.
    mask
        Which slots are chosen, shape (s,) for the same hours every day or (d, s).

    Raises
    ------
    UsageDataError
        ``shapes-too-few-days``: nothing is known.
    """
    known = ~np.isnan(grid.power_kw)
    if not known.any():
        raise UsageDataError("shapes-too-few-days", days=0, min_days=1)
    power = np.where(known, grid.power_kw, 0.0)
    chosen = mask & known
    slots = np.ones(grid.slots)
    months, number = month_of(grid.days)
    inside, whole = (
        np.bincount(number, table @ slots, minlength=len(months)) for table in (power * mask, power)
    )
    share = _part(float(inside.sum()), float(whole.sum()))
    month_kwh = float(whole.sum() / np.count_nonzero(known)) * 24 * DAYS_MONTH
    by_month = np.where(whole > 0, inside / np.where(whole > 0, whole, 1.0), np.nan)
    used = by_month[whole > 0]
    error = float(used.std() / np.sqrt(len(months))) if used.size else 0.0
    return MaskedShare(
        share=share,
        energy=Estimate(
            low=max(0.0, share - Z80 * error) * month_kwh,
            middle=share * month_kwh,
            high=min(1.0, share + Z80 * error) * month_kwh,
            unit="kWh/month",
            basis=BASIS,
        ),
        time_share=np.count_nonzero(chosen) / np.count_nonzero(known),
        months=months,
        by_month=by_month,
    )


def shape_findings(shapes: DayShapes, peak: Peaks) -> tuple[Finding, ...]:
    """Return what matters about shapes and peaks.

    ``peak-time`` where peaks have a usual time, ``weekend-more`` or ``weekend-less`` where
    weekends differ, ``night-use`` where much is used at night.
    """
    found = []
    if peak.usual_part >= PEAK_OFTEN:
        numbers: dict[str, Parameter] = {
            "from": f"{(peak.usual_hour - NEAR_H) % 24}:00",
            "to": f"{(peak.usual_hour + NEAR_H + 1) % 24}:00",
            "percent": round(100 * peak.usual_part),
            "kw": round(peak.usual_kw, 1),
        }
        found.append(Finding(id="peak-time", weight=Weight.KNOW, numbers=numbers))
    found += _weekend_finding(shapes)
    if shapes.night_share >= NIGHT_MUCH:
        night: dict[str, Parameter] = {"percent": round(100 * shapes.night_share)}
        found.append(Finding(id="night-use", weight=Weight.KNOW, numbers=night))
    return tuple(found)


def _weekend_finding(shapes: DayShapes) -> list[Finding]:
    more = shapes.weekend_more
    usual = float(shapes.weekday.mean_kw.sum())
    error = (more.high - more.low) / (2 * Z80)
    clear = np.isfinite(error) and abs(more.middle) >= WEEKEND_SCORE * error
    if not (clear and usual > 0 and abs(more.middle) >= WEEKEND_PART * usual):
        return []
    numbers = {
        "kwh": round(abs(more.middle), 1),
        "percent": round(100 * abs(more.middle) / usual),
    }
    name = "weekend-more" if more.middle > 0 else "weekend-less"
    return [Finding(id=name, weight=Weight.KNOW, numbers=numbers)]
