"""What runs when nobody uses anything: the always-on power of a home, refrigerator included.

Each day is taken at its quietest four hours in a row, long enough to hold several cycles of
a refrigerator; a month at a low quantile of its days, so that neither a night with guests
nor a winter with heating on most nights counts as always on; a home at the middle of its
months, so that an absence or a meter that fell silent for some days changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import DailyView, UsageDataError, daily_view
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.robust import (
    KWH_MONTH_PER_W,
    Floats,
    by_group,
    mean,
    median,
    month_of,
    quantile,
    quantiles,
)

QUIET, LOWEST_DAYS = "basis.quiet-hours", "basis.lowest-days"
PART = 0.3
"""Quantile of the daily floors of a month that is its base load. [0 to 1]"""
LOW_PART, HIGH_PART = 0.1, 0.5
"""Quantiles of the same that bound it: the truth was between them, widened as below, in four
months of five where it could be measured."""
LOW_FACTOR, HIGH_FACTOR = 0.9, 1.15
"""How far beyond these quantiles the truth may lie: the quietest stretch is a little quieter
than the mean of the night, and always-on loads are read together with what cycles."""
MIN_DAYS = 7
"""Days with a floor below which nothing is said. [day]"""
MIN_DAYS_MONTH = 5
"""Days with a floor below which a month is left out. [day]"""
MUCH = 0.3
"""Share of the total from which the base load is worth acting on. [0 to 1]"""

DAYS_PART = 0.05
"""Quantile of daily energies that stands for a nearly empty home, where days are all there is."""
DAYS_LOW, DAYS_MIDDLE, DAYS_HIGH = 0.27, 0.67, 1.0
"""Base load as a part of such a day's mean power: tenth, middle and ninetieth of 67
real homes whose hours are known (``docs/explanation/usage-accuracy.md``)."""
MIN_DAYS_DAILY = 60
"""Days of energies needed for that. [day]"""
HOURS_YEAR = 8_766
"""Hours of a mean year. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBase:
    """Base load of one calendar month."""

    month: date
    """Its first day."""
    power_w: float
    """[W]"""
    days: int
    """Days it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseLoad:
    """Always-on power of a home."""

    power_w: Estimate
    """[W]"""
    energy_month: Estimate
    """[kWh/month]"""
    energy_year: Estimate
    """[kWh/year]"""
    share: float
    """Part of the energy of the same time. [0 to 1]"""
    by_month: tuple[MonthBase, ...]
    """Months with enough days, by date; empty where only daily energies are known."""
    days: int
    """Days it rests on."""
    issues: tuple[Issue, ...] = ()


def base_load(grid: DayGrid, *, view: DailyView | None = None) -> BaseLoad:
    """Return the always-on power of a home.

    Parameters
    ----------
    grid
        Any interval up to an hour, at least seven days. The refrigerator is included at
        every interval: what is always there is a mean over its cycles.
    view
        What :func:`daily_view` says of the same grid, if the caller has it already.

    Returns
    -------
    BaseLoad
        Middle of the months; the range is that of quiet and of ordinary days.

    Raises
    ------
    UsageDataError
        ``base-load-too-few-days``.
    """
    view = view or daily_view(grid)
    days = int(np.sum(~np.isnan(view.floor_w)))
    if days < MIN_DAYS:
        raise UsageDataError("base-load-too-few-days", days=days, min_days=MIN_DAYS)
    months, number = month_of(view.days)
    floors = by_group(view.floor_w, number, len(months))
    count = np.sum(~np.isnan(floors), axis=1)
    chosen = count >= min(MIN_DAYS_MONTH, int(count.max()))
    monthly = quantiles(floors, LOW_PART, PART, HIGH_PART)
    low, middle, high = (float(median(part[chosen])) for part in monthly)
    power = Estimate(
        low=low * LOW_FACTOR, middle=middle, high=high * HIGH_FACTOR, unit="W", basis=QUIET
    )
    by_month = tuple(
        MonthBase(month=month, power_w=watts, days=known)
        for month, watts, known in zip(
            months[chosen].astype("datetime64[D]").tolist(),
            monthly[1][chosen].tolist(),
            count[chosen].tolist(),
            strict=True,
        )
    )
    return _base(power, total_w=_total(view), by_month=by_month, days=days)


def base_load_from_days(daily_kwh: Floats) -> BaseLoad:
    """Return what daily energies say about the always-on power: hardly more than a bound.

    Parameters
    ----------
    daily_kwh
        Energy of each day, NaN where unknown, shape (d,), at least 60 known. [kWh]

    Returns
    -------
    BaseLoad
        Wide, with the issue ``base-load-from-days``.

    Raises
    ------
    UsageDataError
        ``base-load-too-few-days``. Months of energy hold no trace of a base load: there is
        no function for them, and ``base-load-needs-days`` says so (:func:`no_base_load`).
    """
    known = daily_kwh[~np.isnan(daily_kwh)]
    if len(known) < MIN_DAYS_DAILY:
        raise UsageDataError("base-load-too-few-days", days=len(known), min_days=MIN_DAYS_DAILY)
    lowest = max(0.0, float(quantile(known, DAYS_PART)) * 1000 / 24)
    power = Estimate(
        low=lowest * DAYS_LOW,
        middle=lowest * DAYS_MIDDLE,
        high=lowest * DAYS_HIGH,
        unit="W",
        basis=LOWEST_DAYS,
    )
    note = Issue(code="base-load-from-days", severity=Severity.WARNING)
    return _base(
        power,
        total_w=float(known.mean()) * 1000 / 24,
        by_month=(),
        days=len(known),
        issues=(note,),
    )


def no_base_load() -> Issue:
    """Return the issue for a home whose months are all that is known."""
    return Issue(code="base-load-needs-days", severity=Severity.NOTE)


def _total(view: DailyView) -> float:
    """Return the mean power of the home. [W]"""
    return float(mean(view.mean_w))


def _base(
    power: Estimate,
    *,
    total_w: float,
    by_month: Sequence[MonthBase],
    days: int,
    issues: tuple[Issue, ...] = (),
) -> BaseLoad:
    return BaseLoad(
        power_w=power,
        energy_month=power.scaled(KWH_MONTH_PER_W, unit="kWh/month"),
        energy_year=power.scaled(HOURS_YEAR / 1000, unit="kWh/year"),
        share=min(1.0, power.middle / total_w) if total_w > 0 else 0.0,
        by_month=tuple(by_month),
        days=days,
        issues=issues,
    )


def base_load_findings(base: BaseLoad) -> tuple[Finding, ...]:
    """Return the finding ``base-load``; it asks to act where it is much of the total."""
    return (
        Finding(
            id="base-load",
            weight=Weight.ACT if base.share >= MUCH else Weight.KNOW,
            numbers={
                "watts": round(base.power_w.middle),
                "kwh": round(base.energy_month.middle),
                "percent": round(100 * base.share),
            },
            energy=base.energy_month,
        ),
    )
