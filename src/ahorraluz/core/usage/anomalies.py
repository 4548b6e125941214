"""Days unlike the others: much more or much less than this home uses on such a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import DailyView, daily_view
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.robust import MAD_TO_SD, Floats, by_group, median, quantile, windows

SEASON_HALF = 14
"""Days on each side whose median is what the season makes usual. [day]"""
HOUR_HALF = 7
"""Days on each side whose median is usual for an hour. [day]"""
LEAST_SCORE = 3.5
"""Spreads from which a day is unusual."""
LEAST_PART = 0.3
"""Least difference, as a part of what was expected. [0 to 1]"""
MIN_DAYS = 28
"""Known days below which nothing is usual. [day]"""
MOST = 5
"""Days returned at most."""
MUCH_OF_HOURS = 0.6
"""The hours named hold at least this part of the difference. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusualDay:
    """A day unlike the others."""

    day: date
    energy_kwh: float
    expected_kwh: float
    """What that weekday at that time of the year uses in this home."""
    score: float
    """Difference in usual spreads, with its sign."""
    first_hour: int
    last_hour: int
    """Shortest stretch of hours that holds most of the difference. [h]"""

    @property
    def extra_kwh(self) -> float:
        """More than expected; negative: less. [kWh]"""
        return self.energy_kwh - self.expected_kwh


def unusual_days(grid: DayGrid, *, view: DailyView | None = None) -> tuple[UnusualDay, ...]:
    """Return the days most unlike the others, by how much energy they differ.

    Parameters
    ----------
    grid
        Any interval up to an hour, at least four weeks.
    view
        What :func:`daily_view` says of the same grid, if the caller has it already.

    Returns
    -------
    tuple of UnusualDay
        At most five. Days on which nobody was at home are absences, not here.
    """
    view = view or daily_view(grid)
    energy = view.power_w.sum(axis=1) / 1000
    if np.sum(~np.isnan(energy)) < MIN_DAYS:
        return ()
    expected = expected_kwh(energy, view)
    rest = np.where(view.away, np.nan, energy - expected)
    spread = float(MAD_TO_SD * median(np.abs(rest)))
    if not spread > 0:
        return ()
    score = rest / spread
    odd = (np.abs(score) >= LEAST_SCORE) & (np.abs(rest) >= LEAST_PART * expected)
    chosen = np.flatnonzero(odd)
    chosen = chosen[np.argsort(-np.abs(rest[chosen]), kind="stable")][:MOST]
    found = []
    for place in chosen.tolist():
        first, last = _hours(view, place, sign=float(np.sign(rest[place])))
        found.append(
            UnusualDay(
                day=view.days[place].item(),
                energy_kwh=float(energy[place]),
                expected_kwh=float(expected[place]),
                score=float(score[place]),
                first_hour=first,
                last_hour=last,
            )
        )
    return tuple(found)


def expected_kwh(energy: Floats, view: DailyView) -> Floats:
    """Return the median of the season around each day, moved by its weekday, shape (d,). [kWh]"""
    season = quantile(windows(energy, SEASON_HALF), 0.5)
    by_weekday = np.nan_to_num(median(by_group(energy - season, view.weekday, 7)))
    return np.asarray(np.maximum(season + by_weekday[view.weekday], 0.0))


def _hours(view: DailyView, place: int, *, sign: float) -> tuple[int, int]:
    """Return the shortest stretch of hours with most of the difference of one day."""
    near = view.power_w[max(place - HOUR_HALF, 0) : place + HOUR_HALF + 1]
    extra = np.nan_to_num(sign * (view.power_w[place] - median(near.T)))
    total = np.concatenate([[0.0], np.cumsum(extra)])
    held = total[None, :] - total[:, None]
    length = np.arange(25)[None, :] - np.arange(25)[:, None]
    enough = (length > 0) & (held >= MUCH_OF_HOURS * np.maximum(extra, 0.0).sum())
    if not enough.any():
        return 0, 24
    # Of the stretches that hold enough, the shortest; of those, the one that holds most.
    shortest = length == length[enough].min()
    first, last = np.unravel_index(
        int(np.argmax(np.where(enough & shortest, held, -np.inf))), (25, 25)
    )
    return int(first), int(last)


def unusual_findings(found: Sequence[UnusualDay]) -> tuple[Finding, ...]:
    """Return ``unusual-high`` and ``unusual-low``, one for each day, largest first."""
    return tuple(
        Finding(
            id="unusual-high" if item.extra_kwh > 0 else "unusual-low",
            weight=Weight.KNOW,
            numbers={
                "day": item.day,
                "kwh": round(item.energy_kwh, 1),
                "expected": round(item.expected_kwh, 1),
                "extra": round(abs(item.extra_kwh), 1),
                "from": f"{item.first_hour}:00",
                "to": f"{item.last_hour}:00",
            },
            since=item.day,
        )
        for item in found
    )
