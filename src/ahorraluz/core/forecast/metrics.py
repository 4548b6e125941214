"""How wrong a model was: one number of each kind for each home."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import (
    HIGH,
    HOURS_DAY,
    LOW,
    MEDIAN,
    QUANTILES,
    Floats,
    Hours,
)
from ahorraluz.core.forecast.panel import HomeHours

WEEK_H = 168
"""Hours of a week. [h]"""
PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HomeScores:
    """Errors of a model by home, each of shape (homes,); NaN where a home has none."""

    nmae: Floats
    """Sum of the errors of the median over the sum of what was used."""
    nrmse: Floats
    """Root of the mean square error of the mean, over the mean use; as BuildingsBench has it."""
    mase: Floats
    """Mean error of the median over that of yesterday's same hour before the test."""
    wql: Floats
    """Twice the pinball loss, meaned over the nine quantiles, over the sum of what was used."""
    coverage80: Floats
    """Part of the hours between the quantiles 0.1 and 0.9. [0 to 1]"""
    width80: Floats
    """Mean width of that band over the mean use."""
    day_kwh_error: Floats
    """Errors of the energy of days by the mean, over what they were. [%]"""
    week_kwh_error: Floats
    """The same of whole weeks; NaN for less than a week ahead. [%]"""
    windows: NDArray[np.int64]
    """Windows with a known hour ahead."""


METRICS = tuple(item.name for item in fields(HomeScores) if item.name != "windows")
"""Names of the scores."""
ERRORS = tuple(name for name in METRICS if name not in ("coverage80", "width80"))
"""Those of which less is better, whatever the others are."""


def scores(hours: Hours, actual: Floats, *, home: NDArray[np.int64], scale: Floats) -> HomeScores:
    """Return how wrong a model was for each home.

    Parameters
    ----------
    hours
        What the model said of w windows, h hours ahead.
    actual
        Energy that was used, never negative, NaN where it is not known: such hours count
        nowhere, not in sums of days either; shape (w, h). [kWh]
    home
        Place of the home of each window, shape (w,).
    scale
        Error of yesterday's same hour for each home (:func:`naive_scale`), shape (homes,).
        [kWh]
    """
    homes = len(scale)

    def by_home(of_window: Floats) -> Floats:
        return np.bincount(home, weights=of_window, minlength=homes).astype(np.float64)

    known = ~np.isnan(actual)
    used = np.where(known, actual, 0.0)
    count, energy = by_home(known.sum(axis=1)), by_home(used.sum(axis=1))
    low, middle, high = (hours.quantiles[..., place] for place in (LOW, MEDIAN, HIGH))
    absolute = by_home(np.where(known, np.abs(middle - used), 0.0).sum(axis=1))
    square = by_home(np.where(known, (hours.mean - used) ** 2, 0.0).sum(axis=1))
    inside = by_home((known & (low <= used) & (used <= high)).sum(axis=1))
    width = by_home(np.where(known, high - low, 0.0).sum(axis=1))
    wrong = np.where(known, hours.mean, 0.0) - used
    days = np.abs(wrong.reshape(len(used), used.shape[1] // HOURS_DAY, HOURS_DAY).sum(axis=2)).sum(
        axis=1
    )
    weeks = np.abs(wrong.sum(axis=1)) if actual.shape[1] == WEEK_H else np.full(len(used), np.nan)
    load = _part(energy, count)
    return HomeScores(
        nmae=_part(absolute, energy),
        nrmse=_part(np.sqrt(_part(square, count)), load),
        mase=_part(_part(absolute, count), scale),
        wql=_part(2 * by_home(_pinball(hours, used, known)), energy),
        coverage80=_part(inside, count),
        width80=_part(_part(width, count), load),
        day_kwh_error=PERCENT * _part(by_home(days), energy),
        week_kwh_error=PERCENT * _part(by_home(weeks), energy),
        windows=np.bincount(home, weights=known.any(axis=1), minlength=homes).astype(np.int64),
    )


def naive_scale(home: HomeHours, *, before: np.datetime64) -> float:
    """Return the mean error of yesterday's same hour before a day, NaN where unknown. [kWh]"""
    past = home.kwh[home.days < before]
    return _mean(np.abs(np.diff(past, axis=0)))


def mean_hour(home: HomeHours, *, before: np.datetime64) -> float:
    """Return the mean energy of an hour before a day, NaN where nothing is known. [kWh]"""
    return _mean(home.kwh[home.days < before])


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _pinball(hours: Hours, used: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return the pinball loss of each window, meaned over the quantiles, shape (w,). [kWh]"""
    total = np.zeros(len(used))
    for place, probability in enumerate(QUANTILES):
        short = used - hours.quantiles[..., place]
        loss = np.maximum(probability * short, (probability - 1) * short)
        total += np.where(known, loss, 0.0).sum(axis=1)
    return total / len(QUANTILES)


def _part(amount: Floats, whole: Floats) -> Floats:
    """Return a quotient, NaN where nothing stands below."""
    good = whole > 0
    return np.where(good, amount / np.where(good, whole, 1.0), np.nan)
