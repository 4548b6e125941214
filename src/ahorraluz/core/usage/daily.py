"""What each day of a home says: how low it goes, how much it uses above that, and who is in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.robust import Bools, Floats, mean, quantile, windows

QUIET_HOURS = 4
"""Length of the quietest stretch of a day. [h] Four hours hold several cycles of a
refrigerator, so that its mean is in, and are shorter than any night."""
PARTS = 4
"""Parts of a day of six hours each: before dawn, morning, afternoon, evening."""
HOURS_PART = 24 // PARTS
FIRST_HOUR = 6
"""Hour from which a home that is lived in shows it. [h]"""
BASE_HALF, BASE_PART = 14, 0.3
"""Days on each side, and quantile of their floors, that are the base load around a day."""
MEAN_PART = 0.15
"""An absent day's mean above the base load, as a part of a usual day's."""
PEAK_PART = 0.25
"""The same for its highest hour."""
LEAST_MEAN_W, LEAST_PEAK_W = 15.0, 60.0
"""What a refrigerator alone may add to the mean and to one hour. [W]"""
USUAL = 0.6
"""Quantile of days that stands for a usual one: above the middle, so that a home that is
away for a third of the time is still measured by the days it is there."""
USUAL_HALF, USUAL_STEP = 60, 15
"""Days on each side that a usual day is drawn from, and how often it is drawn anew. [day]
Two months: a home that heats in winter must not look empty in summer."""
MIN_USUAL_W = 30.0
"""Use above the base load below which a home is empty or an absence cannot be told. [W]"""
MIN_KNOWN = 0.75
"""Part of a day or of a part of it that must be known for it to count. [0 to 1]"""


class UsageDataError(AhorraLuzError):
    """Readings that cannot answer a question about use."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DailyView:
    """A home day by day, in hours."""

    days: NDArray[np.datetime64]
    """Consecutive local days, shape (d,)."""
    power_w: Floats
    """Mean power of each hour, shape (d, 24). [W]"""
    floor_w: Floats
    """Mean power of the quietest four hours of each day, shape (d,). [W]"""
    excess_w: Floats
    """Mean power above the floor in each part of the day, shape (d, 4). [W]"""
    mean_w: Floats
    """Mean power of each day that is known by three quarters, shape (d,). [W]"""
    hours_known: NDArray[np.int64]
    """Hours of each day that are known, shape (d,)."""
    away: Bools
    """Whole days on which use stays near the base load from morning to night, shape (d,)."""
    weekday: NDArray[np.int64]
    """Day of the week, Monday 0, shape (d,)."""


def daily_view(grid: DayGrid) -> DailyView:
    """Return what each day of a home says.

    Parameters
    ----------
    grid
        Any interval up to an hour.

    Returns
    -------
    DailyView
        NaN for days, or parts of days, of which too little is known.
    """
    power = grid.hourly().power_kw * 1000.0
    # Hours by days: sums and extremes over hours then run along whole years at once.
    columns = np.ascontiguousarray(power.T)
    stretches = 24 - QUIET_HOURS + 1
    stretch = columns[:stretches].copy()
    for hour in range(1, QUIET_HOURS):
        stretch += columns[hour : hour + stretches]
    lowest = np.fmin.reduce(stretch, axis=0) / QUIET_HOURS
    known = (~np.isnan(columns)).reshape(PARTS, HOURS_PART, -1).sum(axis=1).T
    hours_known = known.sum(axis=1)
    enough = hours_known >= MIN_KNOWN * 24
    # Nobody's use is negative: a meter that says so has slipped, or the sun has been netted.
    floor = np.where(enough, np.maximum(lowest, 0.0), np.nan)
    parts = mean(power.reshape(len(power), PARTS, HOURS_PART))
    part_mean = np.where(known >= MIN_KNOWN * HOURS_PART, parts, np.nan)
    return DailyView(
        days=grid.days,
        power_w=power,
        floor_w=floor,
        excess_w=part_mean - floor[:, None],
        mean_w=np.where(enough, mean(power), np.nan),
        hours_known=hours_known,
        away=_away(columns, floor),
        weekday=grid.weekday,
    )


def _away(columns: Floats, floor: Floats) -> Bools:
    """Return the days on which use stays near the base load from morning to night, shape (d,)."""
    above = columns[FIRST_HOUR:] - quantile(windows(floor, BASE_HALF), BASE_PART)
    # A day with an unknown hour is unknown here, and so not away.
    middle, peak = above.mean(axis=0), above.max(axis=0)
    usual_mean, usual_peak = _usual(np.stack([middle, peak]))
    still = middle < np.maximum(MEAN_PART * usual_mean, LEAST_MEAN_W)
    low = peak < np.maximum(PEAK_PART * usual_peak, LEAST_PEAK_W)
    return np.asarray(still & low & (usual_mean > MIN_USUAL_W))


def _usual(values: Floats) -> Floats:
    """Return what a usual day has of some things, shape (k, d) as given.

    Half of it is that of the time of the year, half that of the whole: the first alone
    would forget what usual is during a long absence.
    """
    near = np.stack([windows(row, USUAL_HALF)[::USUAL_STEP] for row in values])
    season = np.repeat(quantile(near, USUAL), USUAL_STEP, axis=1)[:, : values.shape[1]]
    return np.asarray(0.5 * (season + quantile(values, USUAL)[:, None]))
