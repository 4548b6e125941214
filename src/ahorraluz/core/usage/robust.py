"""Statistics that outliers and unknown values do not move, on whole tables at once."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.periods import MEAN_MONTH_DAYS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KWH_MONTH_PER_W = 0.7305
"""Energy of one watt that runs all the time: 24 h times 365.25 / 12 days. [kWh/month]"""
DAYS_MONTH = MEAN_MONTH_DAYS
"""Days of a mean month. [day]"""
MAD_TO_SD = 1.4826
"""Median absolute deviation to standard deviation, for normal errors."""
NORMAL = NormalDist()
"""Errors of standard deviation one."""
Z80 = 1.2816
"""Half-width of the middle 80 % of a normal error, in standard deviations."""


def quantiles(values: Floats, *parts: float) -> tuple[Floats, ...]:
    """Return quantiles along the last axis, unknown values left out.

    Parameters
    ----------
    values
        Shape (..., n), n at least one; NaN where unknown.
    *parts
        Which quantiles, linear between values. [0 to 1]

    Returns
    -------
    tuple of numpy.ndarray
        Shape (...) each; NaN where nothing is known.

    Examples
    --------
    >>> low, high = quantiles(np.array([[3.0, np.nan, 1.0]]), 0.0, 0.5)
    >>> low.tolist(), high.tolist()
    ([1.0], [2.0])
    """
    # numpy.nanquantile does the same, some twenty times slower on many short rows.
    size = values.shape[-1]
    in_order = np.sort(values, axis=-1)
    # Unknown values come last: without one at the end all rows are known whole.
    if not np.isnan(in_order[..., -1]).any():
        return tuple(_between(in_order, part * (size - 1)) for part in parts)
    shape, rows = values.shape[:-1], in_order.reshape(-1, size)
    last = np.maximum(~np.isnan(rows) @ np.ones(size) - 1, 0)
    row = np.arange(0, rows.size, size)
    flat = rows.reshape(-1)
    found = []
    for part in parts:
        place = part * last
        below = place.astype(np.intp)
        low = flat[row + below]
        high = flat[row + np.minimum(below + 1, last).astype(np.intp)]
        found.append((low + (high - low) * (place - below)).reshape(shape))
    return tuple(found)


def _between(in_order: Floats, place: float) -> Floats:
    """Return what lies at a place, whole or not, of the sorted values of each row."""
    below = int(place)
    low = in_order[..., below]
    if place == below:
        return low
    return np.asarray(low + (in_order[..., below + 1] - low) * (place - below))


def quantile(values: Floats, part: float) -> Floats:
    """Return one quantile along the last axis, unknown values left out: see :func:`quantiles`."""
    return quantiles(values, part)[0]


def median(values: Floats) -> Floats:
    """Return the median along the last axis, unknown values left out."""
    return quantile(values, 0.5)


def mean(values: Floats, axis: int = -1) -> Floats:
    """Return the mean along an axis, unknown values left out; NaN where nothing is known."""
    known = ~np.isnan(values)
    if known.all():
        return _mean_of_known(values, axis)
    if axis == -1:
        # A product with ones is several times faster than a sum over many short rows.
        ones = np.ones(values.shape[-1])
        count, total = known.astype(np.float64) @ ones, np.where(known, values, 0.0) @ ones
    else:
        count, total = known.sum(axis=axis), np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _mean_of_known(values: Floats, axis: int) -> Floats:
    """Return the mean along the first or the last axis of a table without unknown values."""
    size = values.shape[axis]
    ones = np.ones(size)
    if axis == 0:
        rest = values.shape[1:]
        return np.asarray((ones @ values.reshape(size, -1)).reshape(rest) / max(size, 1))
    whole = values.reshape(-1, size) @ ones
    return np.asarray(whole.reshape(values.shape[:-1]) / max(size, 1))


def spread(values: Floats) -> float:
    """Return the robust standard deviation of a series, shape (n,); NaN without values."""
    middle = quantile(values, 0.5)
    return float(MAD_TO_SD * quantile(np.abs(values - middle), 0.5))


def windows(values: Floats, half: int) -> Floats:
    """Return the neighbours of each value, shape (n, 2 half + 1); NaN beyond the ends.

    Parameters
    ----------
    values
        Shape (n,).
    half
        Neighbours on each side.
    """
    padded = np.full(len(values) + 2 * half, np.nan)
    padded[half : half + len(values)] = values
    # Rows that overlap in memory, as numpy's sliding_window_view makes them, without its checks.
    step = padded.itemsize
    return np.ndarray((len(values), 2 * half + 1), np.float64, padded, strides=(step, step))


def by_group(values: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Return the values of a series as one row per group, padded with NaN.

    Parameters
    ----------
    values
        Shape (n,).
    group
        Row of each value, from 0, shape (n,).
    groups
        Number of rows.

    Examples
    --------
    >>> by_group(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 0]), 2).tolist()
    [[1.0, 3.0], [2.0, nan]]
    """
    order = np.argsort(group, kind="stable")
    count = np.bincount(group, minlength=groups)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    table = np.full((groups, int(count.max(initial=0))), np.nan)
    table[group[order], np.arange(len(values)) - first[group[order]]] = values[order]
    return table


def month_of(days: NDArray[np.datetime64]) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """Return the calendar months of consecutive days, and the place of each day's month."""
    months = days.astype("datetime64[M]")
    number = months.astype(np.int64) - int(months[0].astype(np.int64))
    every = months[0] + np.arange(int(number[-1]) + 1)
    return every, number
