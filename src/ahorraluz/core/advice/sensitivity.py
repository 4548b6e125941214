"""Which unknowns a result hangs on: first-order indices from the draws that are there.

The index of an unknown is the part of the variance that would go if it were known:
``Var(E[y | x]) / Var(y)``. It is read from the same draws that give the ranges: they are
ordered by ``x``, and what slow cosines explain of ``y`` along that order is what ``x``
explains (the COSI method). Nothing is assumed about straight lines or independence, so
unknowns that move together may each claim what they share.

References
----------
E. Plischke, "How to compute variance-based sensitivity indicators with your spreadsheet
software", Environmental Modelling & Software 35, 2012. doi:10.1016/j.envsoft.2012.03.004
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WAVES = 8
"""Cosines along the order: enough for a cliff, too few to follow the noise."""


def first_order(inputs: Sequence[Floats], results: Floats) -> Floats:
    """Return the part of the variance of each result that each input explains.

    Parameters
    ----------
    inputs
        Drawn values of each input, shape (draws,) each, without ties.
    results
        Drawn results, shape (k, draws).

    Returns
    -------
    ndarray
        Shape (inputs, k), at most one; around zero, and on either side of it, where an
        input explains nothing, so that parts may be added up; zero where a result does
        not vary.
    """
    draws = results.shape[1]
    if not inputs or draws <= 2 * WAVES:
        return np.zeros((len(inputs), len(results)))
    centred = results - results.mean(axis=1, keepdims=True)
    variance = (centred**2).sum(axis=1)
    chance = WAVES / (draws - 1)
    found = np.zeros((len(inputs), len(results)))
    for row, values in zip(found, inputs, strict=True):
        ordered = centred[:, np.argsort(values, kind="stable")]
        explained = ((ordered @ slow_waves(draws)) ** 2).sum(axis=1)
        part = explained / np.where(variance > 0, variance, 1.0)
        row[:] = np.where(variance > 0, (part - chance) / (1 - chance), 0.0)
    return np.minimum(found, 1.0)


def narrowed(signal: Floats, result: Floats, *, groups: int) -> float:
    """Return the mean width from P10 to P90 within groups of like signal.

    Parameters
    ----------
    signal
        What would be known, shape (draws,).
    result
        Drawn result, shape (draws,).
    groups
        How many groups of equal size.
    """
    ordered = result[np.argsort(signal, kind="stable")]
    size = len(ordered) // groups
    parts = ordered[: size * groups].reshape(groups, size)
    low, high = np.quantile(parts, (0.1, 0.9), axis=1)
    return float((high - low).mean())


@cache
def slow_waves(draws: int) -> Floats:
    """Return the slowest cosines along an order, orthonormal, shape (draws, waves)."""
    along = (np.arange(draws) + 0.5) / draws
    waves: Floats = np.cos(np.pi * along[:, None] * np.arange(1, WAVES + 1)) * np.sqrt(2 / draws)
    waves.setflags(write=False)
    return waves
