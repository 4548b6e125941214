"""Exponential smoothing chosen by its information criterion: a rule to be held against.

Statsmodels is imported inside the functions: it serves backtests, not homes.
"""

import warnings
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

SHAPES: tuple[Mapping[str, object], ...] = (
    {"error": "add", "trend": None},
    {"error": "add", "trend": "add", "damped_trend": True},
    {"error": "add", "trend": None, "seasonal": "add", "seasonal_periods": 12},
)
"""Models that are tried: a level, one with a damped trend, one with the months of the year."""
LEAST_MONTHS = 5
"""Months without which nothing can be fitted. [month]"""
LEAST_FOR_YEAR = 24
"""Months without which the months of the year are not tried. [month]"""


def ets_is_there() -> bool:
    """Tell whether statsmodels is installed."""
    return find_spec("statsmodels") is not None


def next_by_ets(kwh: NDArray[np.float64]) -> float:
    """Return what comes after a series by the model with the least corrected AIC.

    Parameters
    ----------
    kwh
        Months in a row, oldest first, all known, shape (n,). [kWh]

    Returns
    -------
    float
        Not negative; the last month where nothing could be fitted. [kWh]
    """
    model = import_module("statsmodels.tsa.exponential_smoothing.ets").ETSModel
    best, answer = np.inf, float(kwh[-1])
    if len(kwh) < LEAST_MONTHS:
        return answer
    for shape in SHAPES:
        if "seasonal" in shape and len(kwh) < LEAST_FOR_YEAR:
            continue
        with warnings.catch_warnings():
            # Short series often end the search early; the criterion judges what came of it.
            warnings.simplefilter("ignore")
            try:
                fitted = model(kwh, **shape).fit(disp=False, maxiter=200)
                criterion, ahead = float(fitted.aicc), float(fitted.forecast(1)[0])
            except (ValueError, ArithmeticError, np.linalg.LinAlgError):
                continue
        if np.isfinite(criterion) and np.isfinite(ahead) and criterion < best:
            best, answer = criterion, max(ahead, 0.0)
    return answer
