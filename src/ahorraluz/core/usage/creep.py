"""Base load that grows slowly: drift over months, which no single day shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import DailyView, daily_view
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.robust import KWH_MONTH_PER_W, NORMAL, Z80, Floats, median, quantile
from ahorraluz.core.usage.steps import StepChange

BASIS = "basis.weekly-base-load"
WEEK = 7
WEEKS_YEAR = 365.25 / WEEK
PART = 0.3
"""Quantile of the floors of a week that is its base load, as for a month. [0 to 1]"""
MIN_WEEKS = 39
"""Weeks below which a season cannot be told from a drift: three quarters of a year. [week]"""
TWO_SEASONS_WEEKS = 65
"""Weeks from which the same season is seen twice, so that only such weeks are compared. [week]"""
SAME_SEASON_WEEKS = 4
"""Weeks apart, whole years aside, that are the same season. [week]"""
MAX_WEEKS = 260
"""Most weeks looked at, the latest ones: pairs of weeks grow as their square. [week]"""
EACH_THIRD = 0.25
"""Part of a drift within one year that must show from each third to the next: a season turns
back within nine months, a drift does not. [0 to 1]"""
LEAST_W_YEAR = 10.0
"""Smallest drift that is said. [W/year]"""
LEAST_PART_YEAR = 0.1
"""The same as a part of the base load. [1/year]"""
LEAST_SCORE = 3.0
"""Drift over its standard error from which it is said."""
ONE_YEAR_CONFIDENCE = 0.6
"""Most that is believed of a drift of a single year, which a season may imitate. [0 to 1]"""
MOST_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Creep:
    """A base load that drifts."""

    w_year: Estimate
    """[W/year]"""
    energy: Estimate
    """What a year of drift adds. [kWh/month]"""
    since: date
    """First day that was looked at."""
    confidence: float
    """Probability that it is a drift. [0 to 1]"""


def creep(
    grid: DayGrid, *, steps: Sequence[StepChange] = (), view: DailyView | None = None
) -> Creep | None:
    """Return the drift of the base load, or ``None`` where there is none.

    Parameters
    ----------
    grid
        Any interval up to an hour, at least nine months.
    steps
        Steps of the same home (:func:`step_changes`): they are taken out first, since a
        jump is no drift.
    view
        What :func:`daily_view` says of the same grid, if the caller has it already.

    References
    ----------
    Slope: H. Theil (1950), P. K. Sen (1968, doi:10.1080/01621459.1968.10480934). Test: H. B.
    Mann (1945, doi:10.2307/1907187), over pairs of the same season as in R. M. Hirsch and
    others (1982, doi:10.1029/WR018i001p00107), its variance widened for weeks that are alike.
    """
    view = view or daily_view(grid)
    floor = view.floor_w.copy()
    for step in steps:
        if step.kind.always_on:
            floor[view.days >= np.datetime64(step.since)] -= step.base_w.middle
    weeks = min(len(floor) // WEEK, MAX_WEEKS)
    if weeks < MIN_WEEKS:
        return None
    first = len(floor) - weeks * WEEK
    weekly = quantile(floor[first:].reshape(weeks, WEEK), PART)
    slope, score = _drift(weekly)
    level = float(median(view.floor_w))
    enough = max(LEAST_W_YEAR, LEAST_PART_YEAR * level)
    two_seasons = weeks >= TWO_SEASONS_WEEKS
    if score < LEAST_SCORE or abs(slope) < enough or not (two_seasons or _steady(weekly)):
        return None
    half = Z80 * abs(slope) / score
    drift = Estimate(low=slope - half, middle=slope, high=slope + half, unit="W/year", basis=BASIS)
    most = MOST_CONFIDENCE if two_seasons else ONE_YEAR_CONFIDENCE
    return Creep(
        w_year=drift,
        energy=drift.scaled(KWH_MONTH_PER_W, unit="kWh/month"),
        since=view.days[first].item(),
        confidence=most * NORMAL.cdf(score - LEAST_SCORE + 1.0),
    )


def _drift(weekly: Floats) -> tuple[float, float]:
    """Return slope and slope over standard error of a weekly series, shape (n,). [W/year]"""
    known = np.flatnonzero(~np.isnan(weekly))
    if len(known) < MIN_WEEKS:
        return 0.0, 0.0
    one, other = _pairs(len(known))
    apart = (known[other] - known[one]).astype(np.float64)
    if len(weekly) >= TWO_SEASONS_WEEKS:
        off = np.abs(apart - WEEKS_YEAR * np.round(apart / WEEKS_YEAR))
        chosen = (apart > WEEKS_YEAR / 2) & (off <= SAME_SEASON_WEEKS)
        one, other, apart = one[chosen], other[chosen], apart[chosen]
    value = weekly[known]
    rise = value[other] - value[one]
    slope = float(median(rise / apart))
    # Rank correlation over the chosen pairs; independent weeks would give this spread.
    pairs = len(rise)
    agreement = float(np.sign(rise).sum()) / pairs
    years = 2 * pairs / len(known)
    spread = np.sqrt(2.0 * (years + 2.5) / (9.0 * pairs))
    rest = value - slope * known
    rest = rest - median(rest)
    alike = float(np.clip(rest[1:] @ rest[:-1] / max(rest @ rest, 1e-12), 0.0, 0.95))
    wider = np.sqrt((1.0 + alike) / (1.0 - alike))
    return slope * WEEKS_YEAR, abs(agreement) / float(spread * wider)


@lru_cache(maxsize=8)
def _pairs(size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return both places of every pair of a series: the same for every home of a year."""
    one, other = np.triu_indices(size, k=1)
    return one, other


def _steady(weekly: Floats) -> bool:
    """Tell whether a series goes the same way from each third of it to the next."""
    third = len(weekly) // 3
    levels = median(weekly[: 3 * third].reshape(3, third))
    whole = levels[2] - levels[0]
    return bool(np.all(np.diff(levels) * np.sign(whole) >= EACH_THIRD * abs(whole)))


def creep_findings(found: Creep | None) -> tuple[Finding, ...]:
    """Return the finding ``base-creep`` or ``base-fall``, if there is a drift."""
    if found is None:
        return ()
    up = found.w_year.middle > 0
    return (
        Finding(
            id="base-creep" if up else "base-fall",
            weight=Weight.ACT if up else Weight.KNOW,
            numbers={
                "watts": round(abs(found.w_year.middle)),
                "kwh": round(abs(found.energy.middle)),
                "since": found.since,
            },
            energy=found.energy,
            confidence=round(found.confidence, 2),
            since=found.since,
        ),
    )
