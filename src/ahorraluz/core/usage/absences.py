"""Days on which nobody used anything: use stays near the base load from morning to night."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import DailyView, daily_view
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.robust import Bools, mean, quantile

MIN_DAYS_SAID = 2
"""Shortest absence that is worth a sentence. [day]"""
MOST_SAID = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days in a row on which nobody was at home."""

    first: date
    """First day away."""
    until: date
    """First day back."""
    power_w: float
    """Mean power while away. [W]"""
    saved_kwh: float
    """What usual days of the same number would have used more. [kWh]"""

    @property
    def days(self) -> int:
        """Number of days away."""
        return (self.until - self.first).days


def absences(grid: DayGrid, *, view: DailyView | None = None) -> tuple[Absence, ...]:
    """Return the absences of a home by date.

    Parameters
    ----------
    grid
        Any interval up to an hour.
    view
        What :func:`daily_view` says of the same grid, if the caller has it already.

    Returns
    -------
    tuple of Absence
        Whole days only: who leaves at noon is away from the next day on. Empty where the
        home uses so little that an absence would look like any other day.
    """
    view = view or daily_view(grid)
    gone = view.away
    usual = float(quantile(view.mean_w[~gone], 0.5)) if not gone.all() else np.nan
    found = []
    for first, end in runs(gone):
        power = float(mean(view.mean_w[first:end]))
        saved = max(0.0, (usual - power) * (end - first) * 24 / 1000)
        found.append(
            Absence(
                first=view.days[first].item(),
                until=(view.days[end - 1] + 1).item(),
                power_w=power,
                saved_kwh=0.0 if np.isnan(saved) else saved,
            )
        )
    return tuple(found)


def runs(marks: Bools) -> list[tuple[int, int]]:
    """Return the first place and the place after the last of each run of marks.

    Examples
    --------
    >>> runs(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def absence_findings(found: Sequence[Absence]) -> tuple[Finding, ...]:
    """Return what is worth saying about absences: the longest ones, by date."""
    said = sorted(found, key=lambda item: -item.days)[:MOST_SAID]
    return tuple(
        Finding(
            id="absence",
            weight=Weight.KNOW,
            numbers={
                "days": item.days,
                "start": item.first,
                "end": item.until,
                "watts": round(item.power_w),
            },
            since=item.first,
            until=item.until,
        )
        for item in sorted(said, key=lambda item: item.first)
        if item.days >= MIN_DAYS_SAID
    )
