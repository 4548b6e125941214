"""The regular grid of a clean series: how long its intervals are and where they begin."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ahorraluz.core.readings.channels import Ints, Measure
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.schema import DAY_S, MAX_FIXED_S, ReadingsError, Step
from ahorraluz.core.readings.spans import Spans

GRID_S = (60, 120, 180, 240, 300, 360, 600, 720, 900, 1_200, 1_800, 3_600)
"""Lengths of intervals that divide the hour and are no shorter than a minute. [s]"""
MONTH_FROM_S = 20 * DAY_S
"""Spans from here on are months or the time between two readings; below, days. [s]"""
MONTH_S = 30 * DAY_S
DOMINANT = 0.1
"""Part of the time that a length must cover to count when resolutions are mixed."""
SNAP_PART, SNAP_S = 20, 60
"""Stamps this near to the grid are on it: a twentieth of the interval, a minute at most."""
MAX_CELLS, CELLS_PER_ROW = 1_000_000, 10
"""Intervals that a grid may have: a century of hours, or ten for each row of the file.

Two standings years apart are no reason to fill memory with minutes.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lattice:
    """Edges of consecutive intervals."""

    step: Step
    interval_s: int
    edges_s: Ints
    """Starts of the intervals and the end of the last, shape (m + 1,). [s since 1970 UTC]"""
    zone: str
    snap_s: int

    def __len__(self) -> int:
        """Return the number of intervals."""
        return len(self.edges_s) - 1

    def at_or_before(self, moments: Ints) -> Ints:
        """Return the place of the last edge at or before each moment of the grid."""
        if self.step is Step.FIXED:
            return np.asarray((moments - self.edges_s[0]) // self.interval_s, dtype=np.int64)
        return np.searchsorted(self.edges_s, moments, side="right") - 1

    def at_or_after(self, moments: Ints) -> Ints:
        """Return the place of the first edge at or after each moment of the grid."""
        if self.step is Step.FIXED:
            return np.asarray(-((self.edges_s[0] - moments) // self.interval_s), dtype=np.int64)
        return np.searchsorted(self.edges_s, moments, side="left")


def lattice_of(channels: Sequence[Spans], *, zone: str, interval_s: int | None) -> Lattice:
    """Return the grid for some channels, none of them empty.

    Unless ``interval_s`` says so, it is the coarsest length up to an hour that covers a
    tenth of the time of a channel, rounded up to a divisor of the hour; days where most of
    the time is told in longer spans, and the spans themselves where these are months.

    Raises
    ------
    ReadingsError
        ``readings-too-long``: ``interval_s`` would make more intervals than memory should hold.
    """
    first = min(int(spans.start_s[0]) for spans in channels)
    last = max(int(spans.end_s[-1]) for spans in channels)
    length = interval_s or max(_length(spans) for spans in channels)
    if length <= MAX_FIXED_S * 1.05:
        most = MAX_CELLS + CELLS_PER_ROW * sum(len(spans) for spans in channels)
        if interval_s is None:
            length = next((g for g in GRID_S if length <= 1.05 * g), MAX_FIXED_S)
            while (last - first) // length > most and length < MAX_FIXED_S:
                length = next(g for g in GRID_S if g > length)
        if (last - first) // length <= most:
            return _fixed(first, last, int(length), zone=zone)
        if interval_s is not None:
            raise ReadingsError("readings-too-long", interval_s=interval_s, limit=most)
    if length < MONTH_FROM_S:
        return _days(first, last, zone=zone)
    return _months(channels, zone=zone)


def _length(spans: Spans) -> float:
    """Return the length that stands for a channel. [s]"""
    seconds = spans.end_s - spans.start_s
    if bool(np.all(seconds == seconds[0])):
        return float(seconds[0])
    # A gap of a register is one long span: there every span counts once, not by its time.
    weight = (
        np.ones(len(seconds)) if spans.measure is Measure.REGISTER else seconds.astype(np.float64)
    )
    if spans.sampled:
        return float(np.median(seconds))
    lengths, place = np.unique(seconds, return_inverse=True)
    part = np.bincount(place, weights=weight) / weight.sum()
    fine = lengths <= MAX_FIXED_S * 1.05
    if part[fine].sum() < 0.5:
        lengths, part = lengths[~fine], part[~fine]
    else:
        lengths, part = lengths[fine], part[fine]
    part = part / part.sum()
    dominant = lengths[part >= DOMINANT]
    if len(dominant) and float(part[part >= DOMINANT].sum()) >= 0.5:
        return float(dominant[-1]) if dominant[-1] <= MAX_FIXED_S * 1.05 else float(dominant[0])
    return float(lengths[np.searchsorted(np.cumsum(part), 0.5)])


def _fixed(first: int, last: int, length: int, *, zone: str) -> Lattice:
    moment = np.array([first], dtype=np.int64)
    offset = int(local_seconds(moment, zone=zone)[0]) - first
    snap = min(length // SNAP_PART, SNAP_S)
    phase = -offset % length
    begin = (first + snap - phase) // length * length + phase
    cells = max(1, -((begin - (last - snap)) // length))
    edges = begin + np.arange(cells + 1, dtype=np.int64) * length
    return Lattice(step=Step.FIXED, interval_s=length, edges_s=edges, zone=zone, snap_s=snap)


def midnights(first_day: int, last_day: int, *, zone: str) -> Ints:
    """Return the local midnights of days counted from 1970, the last included. [s UTC]"""
    import pandas as pd

    days = np.arange(first_day, last_day + 1).astype("datetime64[D]").astype("datetime64[s]")
    ambiguous = np.ones(len(days), dtype=bool)
    local = pd.DatetimeIndex(days).tz_localize(
        zone, ambiguous=ambiguous, nonexistent="shift_forward"
    )
    return local.as_unit("s").asi8


def _days(first: int, last: int, *, zone: str) -> Lattice:
    snap = 3_600
    local = local_seconds(np.array([first + snap, last - snap - 1], dtype=np.int64), zone=zone)
    days = local // DAY_S
    edges = midnights(int(days[0]), max(int(days[0]), int(days[1])) + 1, zone=zone)
    return Lattice(step=Step.DAY, interval_s=DAY_S, edges_s=edges, zone=zone, snap_s=snap)


def _months(channels: Sequence[Spans], *, zone: str) -> Lattice:
    spans = max(channels, key=len)
    edges = np.unique(np.concatenate((spans.start_s, spans.end_s)))
    # A gap of some hours between two periods is no period of its own.
    wide = np.append(np.diff(edges) >= 2 * DAY_S, True)
    wide[0] = True
    return Lattice(
        step=Step.MONTH,
        interval_s=MONTH_S,
        edges_s=edges[wide].astype(np.int64),
        zone=zone,
        snap_s=2 * DAY_S,
    )
