"""What a home's hours usually are: quantiles and means at the same hour, inside the window."""

import numpy as np

from ahorraluz.core.forecast.forecaster import (
    HORIZON_DAYS,
    HOURS_DAY,
    QUANTILES,
    Floats,
    ForecastError,
    Hours,
    Windows,
    tidy,
)
from ahorraluz.core.forecast.population import UNINFORMED, Population, population_hours

WEEK = 7
"""Days of the short mean: a week has one of each weekday. [day]"""
SHORT_WEIGHT = 0.7
"""Weight of the last week in the mean, the 28 days having the rest: the week follows the
season, the month is steadier. [0 to 1]"""
FURTHEST = HOURS_DAY // 2
"""Hours on the clock between an hour and the furthest from it. [h]"""


def climatology(
    windows: Windows, *, days: int = HORIZON_DAYS, population: Population = UNINFORMED
) -> Hours:
    """Return what each home's hours usually are, the same for every day ahead.

    Quantiles are those of the 28 days before at the same hour and the two beside it; the
    mean leans on the last week. Hours that are unknown all over the window are those beside
    them on the clock. A window without any reading is the population at its recibo's level.

    Parameters
    ----------
    windows
        Homes at their origins, w of them.
    days
        Days ahead. [day]
    population
        For windows without any reading.

    Raises
    ------
    ForecastError
        ``forecast-nothing-known``: a window has neither a reading nor a recibo.
    """
    usual = tidy(
        nearest_hours(same_hour_quantiles(windows.kwh)), nearest_hours(usual_mean(windows.kwh))
    )
    by_hour = Hours(
        quantiles=np.tile(usual.quantiles, (1, days, 1)), mean=np.tile(usual.mean, (1, days))
    )
    return with_population(by_hour, windows, days=days, population=population)


def with_population(hours: Hours, windows: Windows, *, days: int, population: Population) -> Hours:
    """Return hours whose windows without any reading are the population at the recibo's level.

    Parameters
    ----------
    hours
        NaN throughout where a window holds no reading, and nowhere else.
    windows
        Where they came from.
    days
        Days ahead. [day]
    population
        How homes spread their energy.

    Raises
    ------
    ForecastError
        ``forecast-nothing-known``: a window has neither a reading nor a recibo.
    """
    bare = np.isnan(hours.mean).any(axis=1)
    if not bool(np.any(bare)):
        return hours
    level = windows.bill_kwh_day[bare]
    if bool(np.any(np.isnan(level))):
        raise ForecastError("forecast-nothing-known", windows=int(np.isnan(level).sum()))
    drawn = population_hours(level, windows.origin[bare], days=days, population=population)
    quantiles, mean = hours.quantiles.copy(), hours.mean.copy()
    quantiles[bare], mean[bare] = drawn.quantiles, drawn.mean
    return Hours(quantiles=quantiles, mean=mean)


def same_hour_quantiles(kwh: Floats) -> Floats:
    """Return the quantiles of each hour of the clock with the two beside it.

    Parameters
    ----------
    kwh
        Energy by hour, NaN unknown, shape (w, d, 24). [kWh]

    Returns
    -------
    numpy.ndarray
        Quantiles at each of ``QUANTILES`` by linear interpolation between ranks, NaN where
        none of the three hours is known on any day, shape (w, 24, 9). [kWh]
    """
    by_hour = kwh.transpose(0, 2, 1)
    # Unknown hours come last in a sorted row, so the known ones have the ranks below ``count``.
    rows = np.sort(
        np.concatenate([by_hour, np.roll(by_hour, 1, axis=1), np.roll(by_hour, -1, axis=1)], axis=2)
    )
    count = (~np.isnan(rows)).sum(axis=2, keepdims=True)
    rank = np.maximum(count - 1, 0) * np.array(QUANTILES)
    below = rank.astype(np.int64)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    low, high = (np.take_along_axis(rows, place, axis=2) for place in (below, above))
    return np.asarray(low + (high - low) * (rank - below))


def same_hour_mean(kwh: Floats) -> Floats:
    """Return the mean of each hour of the clock, NaN where never known, shape (w, 24). [kWh]

    Parameters
    ----------
    kwh
        Energy by hour, NaN unknown, shape (w, d, 24). [kWh]
    """
    known = ~np.isnan(kwh)
    count = known.sum(axis=1)
    total = np.where(known, kwh, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def usual_mean(kwh: Floats) -> Floats:
    """Return the mean of each hour that leans on the last week, shape (w, 24). [kWh]

    Parameters
    ----------
    kwh
        Energy by hour, NaN unknown, shape (w, d, 24). [kWh]
    """
    month = same_hour_mean(kwh)
    week = same_hour_mean(kwh[:, -WEEK:])
    week = np.where(np.isnan(week), month, week)
    return SHORT_WEIGHT * week + (1 - SHORT_WEIGHT) * month


def nearest_hours(by_hour: Floats) -> Floats:
    """Return hours of the clock, unknown ones as the mean of the nearest known on each side.

    Parameters
    ----------
    by_hour
        NaN where unknown, shape (w, 24) or (w, 24, 9); the clock is a circle.
    """
    filled = by_hour
    for distance in range(1, FURTHEST + 1):
        unknown = np.isnan(filled)
        if not bool(np.any(unknown)):
            break
        sides = np.stack([np.roll(by_hour, distance, axis=1), np.roll(by_hour, -distance, axis=1)])
        known = ~np.isnan(sides)
        count = known.sum(axis=0)
        near = np.where(known, sides, 0.0).sum(axis=0) / np.maximum(count, 1)
        filled = np.where(unknown & (count > 0), near, filled)
    return filled
