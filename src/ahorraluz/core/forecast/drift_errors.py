"""How wrong forecasts that were served turned out to be, day by day, beside what is usual."""

import numpy as np

from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HIGH,
    HOURS_DAY,
    LOW,
    MEDIAN,
    QUANTILES,
    Floats,
    Hours,
    Windows,
)

ERRORS = ("error", "over_usual", "coverage")
"""Numbers of a day's forecast. ``error``: logarithm of its weighted quantile loss over the day's
energy; ``over_usual``: logarithm of that loss over the climatology's for the same hours;
``coverage``: part of its hours within the 80 % band."""
SCORES = (
    "hours",
    "kwh",
    "told_kwh",
    "loss_kwh",
    "usual_loss_kwh",
    "off_kwh",
    "naive_off_kwh",
    "inside",
)
"""Sums over the known hours of a day that was told before: how many they are, what they used, what
was expected of them, twice the pinball loss meaned over the nine quantiles, the same of the
climatology, errors of the median without sign, those of the rule that repeats the week before
(NaN where that was not known), and hours within the 80 % band."""
LEAST_HOURS = 18
"""Known hours from which a day's errors are told. [h]"""
LEAST_KWH = 0.05
"""A day that used less says nothing of errors as parts of it. [kWh]"""
LEAST_LOSS_KWH = 1e-4
WEEK = 7


def score_days(told: Hours, usual: Hours, naive: Floats, actual: Floats) -> Floats:
    """Return how wrong forecasts of days were, columns ``SCORES``, shape (w, 8).

    Parameters
    ----------
    told, usual
        What the model and the climatology said of one day each, h = 24.
    naive
        The same hours a week before, NaN where not known, shape (w, 24). [kWh]
    actual
        What came, NaN where not known, shape (w, 24). [kWh]
    """
    known = ~np.isnan(actual)
    used = np.where(known, actual, 0.0)
    low, middle, high = (told.quantiles[..., place] for place in (LOW, MEDIAN, HIGH))
    both = known & ~np.isnan(naive)
    off = np.abs(np.where(both, naive, 0.0) - used)

    def sums(values: Floats) -> Floats:
        return np.asarray(np.where(known, values, 0.0).sum(axis=1))

    columns = (
        known.sum(axis=1),
        sums(used),
        sums(told.mean),
        sums(pinball(told.quantiles, used)),
        sums(pinball(usual.quantiles, used)),
        sums(np.abs(middle - used)),
        np.where((both == known).all(axis=1), sums(off), np.nan),
        sums(((used >= low) & (used <= high)).astype(np.float64)),
    )
    return np.stack(columns, axis=-1).astype(np.float64)


def pinball(quantiles: Floats, actual: Floats) -> Floats:
    """Return twice the pinball loss, meaned over the quantiles, one axis less. [kWh]

    Parameters
    ----------
    quantiles
        Shape (..., 9). [kWh]
    actual
        Shape (...). [kWh]
    """
    asked = np.array(QUANTILES)
    short = actual[..., None] - quantiles
    return np.asarray(2 * np.maximum(asked * short, (asked - 1) * short).mean(axis=-1))


def week_before(windows: Windows, ahead: int) -> Floats:
    """Return the hours a week before a day ahead, shape (w, 24). [kWh]

    Parameters
    ----------
    windows
        Homes at their origins.
    ahead
        1 for the first day ahead, to 7. [day]
    """
    return windows.kwh[:, CONTEXT_DAYS - WEEK + ahead - 1]


def day_of(hours: Hours, ahead: int) -> Hours:
    """Return one of the days ahead, the first is 1."""
    span = slice((ahead - 1) * HOURS_DAY, ahead * HOURS_DAY)
    return Hours(quantiles=hours.quantiles[:, span], mean=hours.mean[:, span])


def error_columns(score: Floats) -> Floats:
    """Return ``ERRORS`` of some scores, NaN where too little is known.

    Parameters
    ----------
    score
        Columns ``SCORES``, NaN without a score, shape (..., 8).
    """
    at = {name: score[..., place] for place, name in enumerate(SCORES)}
    good = (at["hours"] >= LEAST_HOURS) & (at["kwh"] >= LEAST_KWH)
    loss = np.log(np.maximum(at["loss_kwh"], LEAST_LOSS_KWH))
    usual = np.log(np.maximum(at["usual_loss_kwh"], LEAST_LOSS_KWH))
    columns = (
        loss - np.log(np.maximum(at["kwh"], LEAST_KWH)),
        loss - usual,
        at["inside"] / np.maximum(at["hours"], 1),
    )
    return np.stack([np.where(good, column, np.nan) for column in columns], axis=-1)
