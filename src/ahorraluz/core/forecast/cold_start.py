"""How a model does with a home it hardly knows: the same windows, less and less of them seen."""

from collections.abc import Iterator

import numpy as np

from ahorraluz.core.forecast.backtest import LEAST_KNOWN, Trial
from ahorraluz.core.forecast.forecaster import Windows

SEEN_DAYS = (0, 1, 2, 3, 7, 14, 28)
"""Days of readings that are shown; none: the recibo alone. [day]"""


def cold_trial(trial: Trial) -> Trial:
    """Return a trial on the windows whose last day is known, so that one day shows something.

    The home's recibo, where none is known, is the mean day of the window, readings that are
    not shown included: that is what a recibo tells.
    """
    last_day = trial.cut.windows.kwh[:, -1]
    return trial.rows(np.mean(~np.isnan(last_day), axis=1) >= LEAST_KNOWN)


def seen_windows(trial: Trial) -> Iterator[tuple[int, Windows]]:
    """Yield the windows of a trial with their last 0, 1, 2, 3, 7, 14 and 28 days."""
    for days in SEEN_DAYS:
        yield days, trial.cut.windows.seen(days)
