"""How wrong a model would have been of each day of some homes, told the midnight before."""

from collections.abc import Callable, Sequence

import numpy as np

from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.drift_days import DayTable
from ahorraluz.core.forecast.drift_errors import SCORES, day_of, score_days, week_before
from ahorraluz.core.forecast.forecaster import CONTEXT_DAYS, Floats, Forecaster, Windows
from ahorraluz.core.forecast.panel import HomeHours

AT_ONCE = 4_096
"""Windows in one call of a model."""
LEAST_KNOWN = 0.5
"""Part of the 28 days before that must be known. [0 to 1]"""
FIRST = 1
"""The first day ahead."""

Progress = Callable[[str, int, int], None]


def silent(_: str, __: int, ___: int) -> None:
    """Tell nobody."""


def day_scores(
    model: Forecaster,
    homes: Sequence[HomeHours],
    table: DayTable,
    *,
    first: np.datetime64 | None = None,
    progress: Progress = silent,
) -> Floats:
    """Return how wrong a model was of each home's day, told the midnight before it.

    Not moved by the home's own past errors, as what is served is.

    Parameters
    ----------
    model
        What is watched.
    homes, table
        The homes of the table, hour by hour.
    first
        First day that is told; ``None``: all that have 28 days before.
    progress
        Told of each home.

    Returns
    -------
    numpy.ndarray
        Columns ``SCORES``, NaN where nothing was told or came, shape (homes, t, 8).
    """
    scores = np.full((len(homes), len(table.days), len(SCORES)), np.nan)
    for place, home in enumerate(homes):
        places = np.arange(CONTEXT_DAYS, len(home.days))
        if first is not None:
            places = places[home.days[places] >= first]
        before = home.kwh[places[:, None] + np.arange(-CONTEXT_DAYS, 0)]
        known = np.mean(~np.isnan(before), axis=(1, 2)) >= LEAST_KNOWN
        good = known & (~np.isnan(home.kwh[places])).any(axis=1)
        places, before = places[good], before[good]
        start = int((home.days[0] - table.days[0]).astype(int))
        for part in range(0, len(places), AT_ONCE):
            some = places[part : part + AT_ONCE]
            windows = _windows(before[part : part + AT_ONCE], home.days[some])
            scores[place, start + some] = _scored(model, windows, home.kwh[some])
        progress("scores", place + 1, len(homes))
    return scores


def _windows(kwh: Floats, origin: np.ndarray) -> Windows:
    return Windows(kwh=kwh, origin=origin, bill_kwh_day=np.full(len(origin), np.nan))


def _scored(model: Forecaster, windows: Windows, actual: Floats) -> Floats:
    told = day_of(model.predict(windows, days=FIRST), FIRST)
    usual = climatology(windows, days=FIRST)
    return score_days(told, usual, week_before(windows, FIRST), actual)
