"""The channels of a home on one grid, and everything noticed on the way there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.core.readings.clocks import ghost_changes, jumps, leaps
from ahorraluz.core.readings.gridding import Cells, added, to_cells
from ahorraluz.core.readings.joining import joined
from ahorraluz.core.readings.lattice import Lattice, lattice_of
from ahorraluz.core.readings.marks import Mark, mark, most_common, runs_of
from ahorraluz.core.readings.schema import DAY_S, Step
from ahorraluz.core.readings.spans import (
    Spans,
    is_sampled,
    kwh_as_read,
    prepare,
    scan,
    with_numbers,
)

ZEROS_S, ZEROS_RARE_S, ZEROS_MADE_S = DAY_S, 6 * 3_600, 10 * DAY_S
"""Hours of nothing that stand out: always, where the home has no such habit, and for
energy made or given away, which is nothing every night."""
HABIT = 0.05
"""Six hours of nothing on more than this part of the days are a habit, as with panels."""
STEPS_OF_REGISTER = 10
"""A counter of whole kWh stands still between two steps; this many usual pauses are too long."""
MOST_OFF = 0.5
"""Part of the intervals off the grid from which on the clock itself is off."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """What the channels of a home hold."""

    rows: int
    intervals: int
    """Intervals with a value, each once."""
    interval_s: int
    """Most common length in the file. [s]"""
    start_s: int | None
    end_s: int | None
    kwh_total: float
    lattice: Lattice | None
    """``None``: there is no energy of any stretch of time."""
    cells: Cells | None
    marks: tuple[Mark, ...]


def scan_channels(
    channels: Sequence[Channel], *, zone: str, interval_s: int | None, maximum_kw: float
) -> Scan:
    """Return the sum of some channels on one grid with the marks of all checks."""
    prepared: list[Channel] = []
    sampled = any(is_sampled(channel) for channel in channels)
    marks: tuple[Mark, ...] = ()
    kwh = 0.0
    channels = [with_numbers(channel) for channel in channels]
    for channel in channels:
        whole, found = prepare(channel)
        prepared.append(whole)
        marks += found + _ghosts(channel, whole, zone=zone)
        if channel.measure is not Measure.REGISTER:
            kwh += kwh_as_read(channel)
    together = joined(prepared)
    parts: list[tuple[Channel, Spans]] = []
    for channel in together:
        scanned = scan(channel, sampled=sampled, maximum_kw=maximum_kw)
        marks += scanned.marks
        kwh += scanned.kwh_as_read
        if bool(np.any(np.isfinite(scanned.spans.energy_kwh))):
            parts.append((channel, scanned.spans))
    rows = sum(len(channel) for channel in channels)
    if not parts:
        return Scan(
            rows=rows, intervals=0, interval_s=0, start_s=None, end_s=None, kwh_total=kwh,
            lattice=None, cells=None, marks=marks,
        )  # fmt: skip
    lattice = lattice_of([spans for _, spans in parts], zone=zone, interval_s=interval_s)
    each = [to_cells(spans, lattice) for _, spans in parts]
    marks += _off_grid(parts, each, lattice)
    lattice, cells = _trimmed(lattice, added(each))
    marks += _silences(parts[0][0], cells, lattice) + _jumps(channels[0], cells, lattice)
    longest = max((spans for _, spans in parts), key=len)
    return Scan(
        rows=rows,
        intervals=max(int(np.isfinite(spans.energy_kwh).sum()) for _, spans in parts),
        interval_s=longest.interval_s,
        start_s=min(int(spans.start_s[0]) for _, spans in parts),
        end_s=max(int(spans.end_s[-1]) for _, spans in parts),
        kwh_total=kwh,
        lattice=lattice,
        cells=cells,
        marks=marks,
    )


def _trimmed(lattice: Lattice, cells: Cells) -> tuple[Lattice, Cells]:
    """Return the grid without missing intervals at its ends."""
    missing = np.isnan(cells.energy_kwh)
    if not (missing[0] or missing[-1]):
        return lattice, cells
    known = np.flatnonzero(~missing)
    if len(known) == 0:
        return lattice, cells
    first, behind = int(known[0]), int(known[-1]) + 1
    kept = Cells(
        energy_kwh=cells.energy_kwh[first:behind],
        quality=cells.quality[first:behind],
        apportioned=cells.apportioned,
    )
    return replace(lattice, edges_s=lattice.edges_s[first : behind + 1]), kept


def _ghosts(raw: Channel, ordered: Channel, *, zone: str) -> tuple[Mark, ...]:
    moments = ghost_changes(raw, ordered, zone=zone)
    places = np.clip(np.searchsorted(ordered.start_s, moments), 0, max(len(ordered) - 1, 0))
    return mark("clock-shift", "told", ordered, places, zone=zone)


def _off_grid(
    parts: Sequence[tuple[Channel, Spans]], each: Sequence[Cells], lattice: Lattice
) -> tuple[Mark, ...]:
    marks: tuple[Mark, ...] = ()
    for (channel, spans), cells in zip(parts, each, strict=True):
        if cells.apportioned == 0 or spans.sampled or lattice.step is not Step.FIXED:
            continue
        regular = float(np.mean(spans.end_s - spans.start_s == spans.interval_s)) >= MOST_OFF
        offset = (spans.start_s - lattice.edges_s[0]) % lattice.interval_s
        off = np.flatnonzero(
            (offset > lattice.snap_s) & (offset < lattice.interval_s - lattice.snap_s)
        )
        if not regular or spans.interval_s * 2 <= lattice.interval_s or len(off) == 0:
            continue
        rows = np.clip(np.searchsorted(channel.start_s, spans.start_s[off]), 0, len(channel) - 1)
        code = "clock-shift-grid" if len(off) >= MOST_OFF * len(offset) else "off-grid"
        seconds = most_common(offset[off])
        marks += mark(code, "apportioned", channel, rows, seconds=seconds)
    return marks


def _silences(channel: Channel, cells: Cells, lattice: Lattice) -> tuple[Mark, ...]:
    """Return the mark of long runs of zeros, of a register or of an interval series."""
    if lattice.step is not Step.FIXED:
        return ()
    zero = cells.energy_kwh == 0.0
    if not bool(np.any(zero)):
        return ()
    begin, length = runs_of(zero)
    seconds = length * lattice.interval_s
    limit = _limit_of_silence(channel, zero, zero[begin] & (seconds >= ZEROS_RARE_S), lattice)
    long: NDArray[np.bool_] = zero[begin] & (seconds >= limit)
    if not bool(np.any(long)):
        return ()
    starts = lattice.edges_s[begin[long]]
    rows = np.clip(np.searchsorted(channel.start_s, starts), 0, len(channel) - 1)
    register = channel.measure is Measure.REGISTER
    hours = seconds[long] / 3_600
    return mark(
        "register-still" if register else "zeros",
        "kept",
        channel,
        rows,
        hours=round(float(hours.sum()), 1),
        longest_hours=round(float(hours.max()), 1),
    )


def _limit_of_silence(
    channel: Channel, zero: NDArray[np.bool_], silences: NDArray[np.bool_], lattice: Lattice
) -> float:
    """Return how long nothing must be used to stand out. [s]"""
    if channel.flow in (Flow.PRODUCTION, Flow.EXPORT):
        return ZEROS_MADE_S
    days = max(len(zero) * lattice.interval_s / DAY_S, 1.0)
    counted = max(int(np.count_nonzero(~zero)), 1)
    pause = len(zero) / counted * lattice.interval_s
    if channel.measure is Measure.REGISTER:
        return max(ZEROS_S, STEPS_OF_REGISTER * pause)
    habit = int(np.count_nonzero(silences)) > HABIT * days
    coarse = pause * STEPS_OF_REGISTER > ZEROS_RARE_S
    return ZEROS_S if habit or coarse else ZEROS_RARE_S


def _jumps(channel: Channel, cells: Cells, lattice: Lattice) -> tuple[Mark, ...]:
    found = jumps(cells.energy_kwh, lattice, leaps=leaps(channel))
    if not found:
        return ()
    moments = np.array([jump.moment_s for jump in found], dtype=np.int64)
    order = np.argsort(channel.start_s, kind="stable")
    place = np.searchsorted(channel.start_s[order], moments)
    rows = order[np.minimum(place, len(channel) - 1)]
    return mark("clock-shift-jump", "told", channel, rows, hours=found[0].hours)
