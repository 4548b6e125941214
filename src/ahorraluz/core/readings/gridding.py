"""Spans of any length brought to a grid: no energy lost, and said where it was not measured."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Floats, Ints
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.lattice import Lattice
from ahorraluz.core.readings.schema import DAY_S, Quality, Step
from ahorraluz.core.readings.spans import Spans

FULL, HALF = 0.95, 0.5
"""Part of a cell that must be known for its energy to stand, and to be scaled up."""
LONG = 1.5
"""A span of more cells than this is spread by the home's shape, not evenly."""
SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Energy of each interval of a grid."""

    energy_kwh: Floats
    """NaN where missing, shape (m,). [kWh]"""
    quality: NDArray[np.int8]
    apportioned: int = 0
    """Cells that share an interval of the file with a neighbour."""


def to_cells(spans: Spans, lattice: Lattice) -> Cells:
    """Return the energy of a channel on a grid that covers it.

    Spans that lie on the grid are taken as they are. Those off it are apportioned by time;
    those over several cells are spread by the home's typical shape (``ESTIMATED``) with
    their sum kept. A cell known for less than half is missing; one known in
    part is scaled up (``ESTIMATED`` if under 95 %).
    """
    if lattice.step is Step.FIXED:
        exact = _on_grid(spans, lattice)
        if exact is not None:
            return exact
    known = np.flatnonzero(np.isfinite(spans.energy_kwh))
    start_s, end_s = _snapped(spans, lattice, known)
    whole = np.flatnonzero(end_s > start_s)
    known, start_s, end_s = known[whole], start_s[whole], end_s[whole]
    first, behind = lattice.at_or_before(start_s), lattice.at_or_after(end_s)
    one = behind - first == 1
    cell_s = np.diff(lattice.edges_s)
    long = ~one & (end_s - start_s > LONG * cell_s[first])
    if spans.sampled:
        long[:] = False
    sums = _Sums(len(lattice))
    quality = spans.quality[known]
    energy = spans.energy_kwh[known]
    sums.add(first[one], energy[one], (end_s - start_s)[one], quality[one])
    parts = _parts(start_s, end_s, first, behind, ~one & ~long, lattice)
    part_quality = quality[parts.span].copy()
    wide = (end_s - start_s)[parts.span] * 2 > cell_s[parts.cell]
    if spans.sampled:
        wide[:] = False
    part_quality[wide] = np.maximum(part_quality[wide], np.int8(Quality.CORRECTED))
    share = parts.seconds / (end_s - start_s)[parts.span]
    sums.add(parts.cell, energy[parts.span] * share, parts.seconds, part_quality)
    apportioned = int(np.count_nonzero(np.bincount(parts.cell[wide])))
    if bool(np.any(long)):
        parts = _parts(start_s, end_s, first, behind, long, lattice)
        weight = parts.seconds * _weights(sums, lattice, parts.cell)
        estimated = np.full(len(parts.cell), Quality.ESTIMATED, dtype=np.int8)
        spread = _spread(energy[long], weight, parts.span, long)
        sums.add(parts.cell, spread, parts.seconds, estimated)
    result = sums.cells(cell_s)
    return Cells(energy_kwh=result.energy_kwh, quality=result.quality, apportioned=apportioned)


def _on_grid(spans: Spans, lattice: Lattice) -> Cells | None:
    """Return the cells of spans that lie on the grid one by one, else ``None``."""
    start_s = spans.start_s
    if not bool(np.all(spans.end_s - start_s == lattice.interval_s)):
        return None
    offset = start_s - lattice.edges_s[0]
    if not bool(np.all(offset % lattice.interval_s == 0)):
        return None
    if len(spans) == len(lattice):
        return Cells(energy_kwh=spans.energy_kwh, quality=spans.quality)
    place = offset // lattice.interval_s
    energy = np.full(len(lattice), np.nan)
    quality = np.full(len(lattice), Quality.MISSING, dtype=np.int8)
    energy[place] = spans.energy_kwh
    quality[place] = spans.quality
    return Cells(energy_kwh=energy, quality=quality)


def _snapped(spans: Spans, lattice: Lattice, known: Ints) -> tuple[Ints, Ints]:
    """Return starts and ends, moved to the edge of the grid where they all but lie on it."""
    edges = lattice.edges_s
    ends = []
    for moment in (spans.start_s[known], spans.end_s[known]):
        after = np.clip(lattice.at_or_after(moment), 1, len(edges) - 1)
        low, high = edges[after - 1], edges[after]
        near = np.where(moment - low <= high - moment, low, high)
        moved = np.where(np.abs(near - moment) <= lattice.snap_s, near, moment)
        ends.append(np.clip(moved, edges[0], edges[-1]))
    short = ends[1] <= ends[0]
    if bool(np.any(short)):
        # A span shorter than the snap would vanish: it keeps its own ends.
        ends[0] = np.where(short, np.clip(spans.start_s[known], edges[0], edges[-1]), ends[0])
        ends[1] = np.where(short, np.clip(spans.end_s[known], edges[0], edges[-1]), ends[1])
    return ends[0], ends[1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """Pieces of spans, one per cell that a span touches."""

    span: Ints
    cell: Ints
    seconds: Ints


def _parts(
    start_s: Ints,
    end_s: Ints,
    first: Ints,
    behind: Ints,
    chosen: NDArray[np.bool_],
    lattice: Lattice,
) -> _Parts:
    span = np.flatnonzero(chosen)
    count = (behind - first)[span]
    owner = np.repeat(span, count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    cell = first[owner] + place
    begin = np.maximum(start_s[owner], lattice.edges_s[cell])
    end = np.minimum(end_s[owner], lattice.edges_s[cell + 1])
    return _Parts(span=owner, cell=cell, seconds=end - begin)


def _spread(energy: Floats, weight: Floats, owner: Ints, chosen: NDArray[np.bool_]) -> Floats:
    """Return each span's energy over its pieces by weight; the pieces add up to it."""
    group = (np.cumsum(chosen) - 1)[owner]
    total = np.bincount(group, weights=weight, minlength=len(energy))
    spread = energy[group] * weight / total[group]
    last = np.flatnonzero(np.append(group[1:] != group[:-1], True))
    sums = np.bincount(group, weights=spread, minlength=len(energy))
    spread[last] = np.maximum(spread[last] + (energy - sums), 0.0)
    return np.asarray(spread, dtype=np.float64)


def _weights(sums: "_Sums", lattice: Lattice, cells: Ints) -> Floats:
    """Return how much the home typically uses in some cells, relative to the others."""
    if lattice.step is not Step.FIXED:
        return np.ones(len(cells))
    measured = np.flatnonzero(sums.known_s >= FULL * lattice.interval_s)
    if len(measured) == 0:
        return np.ones(len(cells))
    slots = DAY_S // lattice.interval_s
    slot, kind = _slots(lattice.edges_s[measured], lattice)
    energy = sums.energy[measured]
    key = kind * slots + slot
    count = np.bincount(key, minlength=2 * slots).reshape(2, slots)
    total = np.bincount(key, weights=energy, minlength=2 * slots).reshape(2, slots)
    both = np.where(
        count.sum(axis=0) > 0, total.sum(axis=0) / np.maximum(count.sum(axis=0), 1), energy.mean()
    )
    shape = np.where(count >= 2, total / np.maximum(count, 1), both)
    # Never quite zero, so that a gap in hours without use has somewhere to go.
    shape = np.maximum(shape, 1e-6 * max(float(shape.mean()), 1e-12))
    slot, kind = _slots(lattice.edges_s[cells], lattice)
    return np.asarray(shape[kind, slot], dtype=np.float64)


def _slots(starts_s: Ints, lattice: Lattice) -> tuple[Ints, Ints]:
    """Return the slot of the local day, and 1 on Saturdays and Sundays, 0 on others."""
    local = local_seconds(starts_s, zone=lattice.zone)
    weekday = (local // DAY_S + 3) % 7
    return local % DAY_S // lattice.interval_s, (weekday >= SATURDAY).astype(np.int64)


class _Sums:
    """Energy, known time and worst quality of cells, gathered piece by piece."""

    def __init__(self, cells: int) -> None:
        self.energy = np.zeros(cells)
        self.known_s = np.zeros(cells)
        self.quality = np.zeros(cells, dtype=np.int8)

    def add(self, cell: Ints, energy: Floats, seconds: Ints, quality: NDArray[np.int8]) -> None:
        if len(cell) == 0:
            return
        size = len(self.energy)
        self.energy += np.bincount(cell, weights=energy, minlength=size)
        self.known_s += np.bincount(cell, weights=seconds, minlength=size)
        for level in (Quality.CORRECTED, Quality.ESTIMATED):
            at = cell[quality == level]
            self.quality[at] = np.maximum(self.quality[at], np.int8(level))

    def cells(self, cell_s: Ints) -> Cells:
        part = self.known_s / cell_s
        energy, quality = self.energy, self.quality
        scaled = (part >= HALF) & (part < 1)
        energy[scaled] = energy[scaled] / part[scaled]
        quality[scaled & (part < FULL)] = Quality.ESTIMATED
        missing = part < HALF
        energy[missing] = np.nan
        quality[missing] = Quality.MISSING
        return Cells(energy_kwh=energy, quality=quality)


def added(channels: Sequence[Cells]) -> Cells:
    """Return the sum of channels on one grid.

    A cell missing in one channel is missing in the sum, except before the channel's
    first value and after its last: there it did not exist.
    """
    if len(channels) == 1:
        return channels[0]
    size = len(channels[0].energy_kwh)
    energy, quality = np.zeros(size), np.zeros(size, dtype=np.int8)
    anywhere = np.zeros(size, dtype=bool)
    for cells in channels:
        known = np.flatnonzero(~np.isnan(cells.energy_kwh))
        if len(known) == 0:
            continue
        own = slice(int(known[0]), int(known[-1]) + 1)
        energy[own] += cells.energy_kwh[own]
        quality[own] = np.maximum(quality[own], cells.quality[own])
        anywhere[own] = True
    energy[~anywhere] = np.nan
    quality[~anywhere | np.isnan(energy)] = Quality.MISSING
    return Cells(
        energy_kwh=energy, quality=quality, apportioned=max(c.apportioned for c in channels)
    )
