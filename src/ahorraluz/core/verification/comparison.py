"""How homes like this one moved at the same time: what the step did not do.

A district that turns colder, a holiday, a rise of prices, move every home. What homes alike
did after the day, against what they used before it, is what this home would have done too:
difference in differences, with peers weighted by how alike they were before the day.
"""

from dataclasses import dataclass

import numpy as np

from ahorraluz.core.verification.baseline import Movement, MovementBasis, weights_before
from ahorraluz.core.verification.cells import Cells, Floats, absent_cells

MIN_PEERS = 8
"""Homes below which the chance of single homes outweighs what they share."""
MOST_PEERS = 400
"""Homes nearest in size that are looked at; more change nothing and take time."""
LEAST_SHARED = 0.8
"""Part of this home's cells that a peer must know. [0 to 1]"""
MOST_RATIO = 4.0
"""A peer that moved by more than this factor has had an event of its own."""
SIZE_WEIGHT, SHAPE_WEIGHT = 1.0, 5.0
"""How fast a peer counts less as its size, and its course before the day, differ: by e for
each unit of the logarithm. Chosen on the half of the homes that fits the intervals."""
FLOOR = 0.05
"""Smallest ratio that enters a logarithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Other homes on the cells of this one."""

    kwh_day: Floats
    """NaN where unknown, shape (j, n). [kWh/day]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """Homes that one can be compared with."""

    kwh_day: Floats
    """NaN where unknown or nobody was there, shape (j, n). [kWh/day]"""
    base_kwh_day: Floats
    """Level of each before the day, shape (j,). [kWh/day]"""
    likeness: Floats
    """How much each counts, shape (j,)."""


def compare(cells: Cells, peers: Peers) -> Compared | None:
    """Return the homes like this one, ``None`` where too few can be compared.

    Parameters
    ----------
    cells
        This home.
    peers
        Other homes; this one is not among them.

    References
    ----------
    Comparison groups: CalTRACK 2.0 and Recurve, Comparison Groups for the COVID Era (2021);
    J. D. Angrist, J.-S. Pischke, Mostly Harmless Econometrics (2009), chapter 5.
    """
    homes = np.where(absent_cells(peers.kwh_day), np.nan, peers.kwh_day)
    weight = weights_before(cells)
    before, after = cells.used & cells.is_before, cells.used & ~cells.is_before
    known = ~np.isnan(homes)
    base = _mean(homes, known * weight)
    level = float(np.sum(weight * np.nan_to_num(cells.kwh_day)) / weight.sum())
    good = (
        (known[:, before].mean(axis=1) >= LEAST_SHARED)
        & (known[:, after].mean(axis=1) >= LEAST_SHARED)
        & (base > 0)
    )
    if int(good.sum()) < MIN_PEERS:
        return None
    homes, base = homes[good], base[good]
    size = np.abs(np.log(base / level))
    nearest = np.argsort(size, kind="stable")[:MOST_PEERS]
    ratio = homes[nearest] / base[nearest, None]
    own = np.log(np.maximum(cells.kwh_day[before] / level, FLOOR))
    apart = np.abs(np.log(np.maximum(ratio[:, before], FLOOR)) - own)
    shape = np.nanmean(apart, axis=1)
    likeness = np.exp(-SIZE_WEIGHT * size[nearest] - SHAPE_WEIGHT * (shape - shape.min()))
    return Compared(kwh_day=homes[nearest], base_kwh_day=base[nearest], likeness=likeness)


def movement_of(compared: Compared) -> Movement:
    """Return how homes moved against their levels before the day."""
    likeness = compared.likeness
    return Movement(
        factor=moved_together(compared, compared.base_kwh_day[:, None]),
        basis=MovementBasis.PEERS,
        homes=len(likeness),
        homes_worth=float(likeness.sum() ** 2 / np.sum(likeness**2)),
    )


def moved_together(compared: Compared, usual_kwh_day: Floats) -> Floats:
    """Return by what factor homes used more than something said of them, 1 where none is known.

    Parameters
    ----------
    compared
        The homes.
    usual_kwh_day
        What was said of each, NaN nothing, shape (j, n) or (j, 1). [kWh/day]

    Returns
    -------
    Their mean, each as much as it is alike, shape (n,).
    """
    said = np.where(usual_kwh_day > 0, usual_kwh_day, np.nan)
    ratio = np.clip(compared.kwh_day / said, 1 / MOST_RATIO, MOST_RATIO).T
    moved = _mean(ratio, compared.likeness * ~np.isnan(ratio))
    return np.where(moved > 0, moved, 1.0)


def _mean(values: Floats, weights: Floats) -> Floats:
    """Return weighted means along the last axis, zero where no weight is."""
    total = np.sum(np.nan_to_num(values) * weights, axis=-1)
    whole = np.broadcast_to(weights, values.shape).sum(axis=-1)
    return np.asarray(total / np.maximum(whole, 1e-12))
