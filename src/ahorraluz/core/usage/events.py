"""When something large ran: switch-on to switch-off, from the shape of the power alone.

Up to a quarter of an hour per interval, edges are found and paired: a rise ends at the
fall of its size, or where the power has come down again to where it began. Coarser
readings show no edges; there a block is what stands above the hours around it, its
energy is counted and its power is only bounded from below.

References
----------
G. W. Hart, "Nonintrusive appliance load monitoring", Proceedings of the IEEE 80 (12),
1992. doi:10.1109/5.192069
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.periods import MEAN_MONTH_DAYS
from ahorraluz.core.readings.grid import HOUR_S, DayGrid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BLURRED_S = 60
"""Longest interval that resolves a kettle. [s]"""
CYCLING_MAX_S = 300
"""Longest interval in which a compressor can be seen to switch. [s]"""
EDGE_MAX_S = 900
"""Longest interval in which a switch-on is still an edge. [s]"""
WORK_S = 30
"""Finer readings are averaged to at most this: heaters switch slower. [s]"""
EDGE_W = 300.0
"""Least step that counts: below the smallest pump, above the start of a compressor. [W]"""
BLOCK_W = 250.0
"""Least excess of an hour over the hours around it; a lamp or a television is no event. [W]"""
BLOCK_WINDOW_H = 6
"""What lasts longer than this is background, not a block. [h]"""
RESOLVING = 2
"""Intervals that an event must fill before its power can be told, where they are long: one
alone may hold a kettle or a heater that ran all the time."""
LONGEST_S = 6 * HOUR_S
"""Longest time between the edges of one event. [s]"""
_PARTIAL = 0.2
"""Part of ``EDGE_W`` from which a step may be the rest of an edge cut by an interval."""
_SAME_SIZE = 0.15
"""How far the two edges of one event may differ, as a part of the first."""
_SAME_W = 60.0
"""The same in watts, for small events. [W]"""
_FALLEN = 0.35
"""Part of the rise below which the power has come down again."""
_MOST_FALLS = 40
"""Falls looked at for the end of one event."""
_INTERIOR = 4
"""Intervals from which the first and the last, which may be partial, are left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Events:
    """Switch-on to switch-off of large loads, by rising start, as columns."""

    day: NDArray[np.datetime64]
    """Local day of the start, shape (n,)."""
    hour: Floats
    """Local hour of the start, shape (n,). [0 to 24)"""
    minutes: Floats
    """Energy over power: how long it ran, shape (n,). [min]"""
    power_w: Floats
    """Power above the background while it ran, shape (n,). [W]

    A lower bound where ``resolved`` is false: something shorter than an interval.
    """
    energy_kwh: Floats
    """Energy above the background, shape (n,). [kWh]"""
    resolved: Flags
    """Whether the interval is short enough to tell the power, shape (n,)."""
    interval_s: int
    known_days: float
    """Days of the series whose power is known. [day]"""

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.power_w)

    @property
    def start_minute(self) -> Floats:
        """Start since the first local midnight of 1970, shape (n,). [min]"""
        days = self.day.astype("datetime64[D]").astype(np.int64)
        return np.asarray(days * 1440.0 + self.hour * 60.0)

    def month_kwh(self, chosen: Flags | Floats) -> float:
        """Return the energy of the chosen or weighted events in a mean month. [kWh/month]"""
        if self.known_days <= 0:
            return 0.0
        return float(self.energy_kwh @ chosen) / self.known_days * MEAN_MONTH_DAYS


def limits(interval_s: int) -> tuple[Issue, ...]:
    """Return what readings of this interval cannot tell about single uses.

    Parameters
    ----------
    interval_s
        Length of an interval. [s]

    Returns
    -------
    tuple of Issue
        Among ``events-power-blurred`` (more than a minute: what runs for a shorter time
        has a power bounded from below), ``events-cycling-blurred`` (more than five
        minutes: no compressor can be seen switching) and ``events-only-blocks`` (more
        than a quarter of an hour: energy can be counted, power and number cannot).
    """
    minutes = round(interval_s / 60, 1)
    issues = []
    if interval_s > EDGE_MAX_S:
        parameters = {"minutes": minutes}
        issues.append(
            Issue(code="events-only-blocks", severity=Severity.NOTE, parameters=parameters)
        )
    elif interval_s > BLURRED_S:
        parameters = {"minutes": minutes}
        issues.append(
            Issue(code="events-power-blurred", severity=Severity.NOTE, parameters=parameters)
        )
    if interval_s > CYCLING_MAX_S:
        parameters = {"minutes": minutes}
        issues.append(
            Issue(code="events-cycling-blurred", severity=Severity.NOTE, parameters=parameters)
        )
    return tuple(issues)


def find_events(grid: DayGrid) -> Events:
    """Return every use of a large load that the power shows.

    Parameters
    ----------
    grid
        Power by day and time of day; any interval up to one hour.

    Returns
    -------
    Events
        Edges and their pairs up to a quarter of an hour, blocks above the hours around
        them beyond it. Nothing in intervals that are not known.
    """
    power_w, interval_s = _series(grid)
    if interval_s > EDGE_MAX_S:
        first, length, energy_wh, peak = _blocks(power_w, interval_s)
        resolved = np.zeros(len(first), dtype=bool)
        minutes = length * interval_s / 60.0
    else:
        first, length, energy_wh, peak = _pulses(power_w, interval_s)
        minutes = energy_wh / np.maximum(peak, 1.0) * 60.0
        intervals = 1 if interval_s <= BLURRED_S else RESOLVING
        resolved = minutes * 60.0 >= intervals * interval_s
    slots = power_w.size // len(grid.days)
    return Events(
        day=grid.days[first // slots],
        hour=np.asarray((first % slots) * (interval_s / HOUR_S), dtype=np.float64),
        minutes=minutes,
        power_w=peak,
        energy_kwh=energy_wh / 1000.0,
        resolved=resolved,
        interval_s=interval_s,
        known_days=grid.known_days,
    )


def _series(grid: DayGrid) -> tuple[Floats, int]:
    """Return the power as one series and its interval, averaged to what is worked on. [W]"""
    slots, step = grid.slots, grid.interval_s
    factor = max(
        n for n in range(1, WORK_S + 1) if slots % n == 0 and n * step <= max(WORK_S, step)
    )
    table = grid.power_kw * 1000.0
    if factor > 1:
        table = table.reshape(len(grid.days), -1, factor).mean(axis=2)
    return table.reshape(-1), step * factor


# --- edges ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edges:
    """Steps of one sign, by rising place."""

    before: Ints
    """Last sample before the step."""
    after: Ints
    """First sample after it."""
    size_w: Floats


def _edges(power_w: Floats) -> tuple[_Edges, _Edges]:
    """Return rises and falls; steps in a row of one sign are one edge."""
    step = np.diff(power_w)
    sign = np.where(step > EDGE_W * _PARTIAL, 1, 0) - np.where(step < -EDGE_W * _PARTIAL, 1, 0)
    starts = np.flatnonzero(np.diff(sign, prepend=0))
    starts = starts[sign[starts] != 0]
    # A run ends where the sign changes; runs are short, so the next change is its end.
    changes = np.flatnonzero(np.diff(sign, append=0))
    ends = changes[np.searchsorted(changes, starts)] + 1
    size = power_w[ends] - power_w[starts]
    result = []
    for chosen in (size >= EDGE_W, size <= -EDGE_W):
        result.append(
            _Edges(before=starts[chosen], after=ends[chosen], size_w=np.abs(size[chosen]))
        )
    return result[0], result[1]


def _pulses(power_w: Floats, interval_s: int) -> tuple[Ints, Ints, Floats, Floats]:
    """Return first sample, length, energy [Wh] and power [W] of each paired event."""
    rises, falls = _edges(power_w)
    end = _ends(power_w, rises, falls, longest=LONGEST_S // interval_s)
    paired = end > 0
    first, end = rises.before[paired] + 1, end[paired]
    length = end - first + 1
    floor = power_w[rises.before[paired]]
    excess, offsets = _clipped(power_w, first, length, floor, rises.size_w[paired])
    sums = np.add.reduceat(excess, offsets) if len(first) else np.zeros(0)
    last = excess[offsets + length - 1] if len(first) else np.zeros(0)
    ends_sum = (excess[offsets] if len(first) else np.zeros(0)) + last
    inner = length >= _INTERIOR
    mean = np.where(inner, (sums - ends_sum) / np.maximum(length - 2, 1), rises.size_w[paired])
    good = np.isfinite(sums) & (mean >= EDGE_W / 2)
    energy_wh = sums * (interval_s / HOUR_S)
    return first[good], length[good], energy_wh[good], mean[good]


def _clipped(
    power_w: Floats, first: Ints, length: Ints, floor: Floats, most: Floats
) -> tuple[Floats, Ints]:
    """Return the power of every event above its floor and up to its size, end to end. [W]"""
    offsets = np.concatenate([[0], np.cumsum(length)[:-1]]).astype(np.int64)
    places = np.repeat(first - offsets, length) + np.arange(int(length.sum()))
    excess = power_w[places] - np.repeat(floor, length)
    return np.clip(excess, 0.0, np.repeat(most, length)), offsets


def _ends(power_w: Floats, rises: _Edges, falls: _Edges, *, longest: int) -> Ints:
    """Return the last sample of the event each rise begins, -1 where it does not end.

    Every rise looks at one fall after another. One of its own size ends it, unless a
    later rise claims the same fall: what was switched on last is switched off first.
    """
    end = np.full(len(rises.size_w), -1, dtype=np.int64)
    if not len(falls.size_w):
        return end
    pointer = np.searchsorted(falls.before, rises.after)
    floor = power_w[rises.before]
    taken = np.zeros(len(falls.size_w), dtype=bool)
    active = np.arange(len(end))
    for _ in range(_MOST_FALLS):
        inside = pointer[active] < len(taken)
        active = active[inside]
        fall = pointer[active]
        near = falls.before[fall] - rises.before[active] <= longest
        active, fall = active[near], fall[near]
        if not len(active):
            break
        size = rises.size_w[active]
        fits = np.abs(falls.size_w[fall] - size) <= np.maximum(_SAME_SIZE * size, _SAME_W)
        claims = np.flatnonzero(fits & ~taken[fall])
        # Of several rises that claim a fall the last one wins: it is written last.
        winner = np.full(len(taken), -1, dtype=np.int64)
        winner[fall[claims]] = active[claims]
        won = winner[fall] == active
        taken[fall[won]] = True
        fallen = power_w[falls.after[fall]] < floor[active] + _FALLEN * size
        done = won | fallen
        end[active[done]] = falls.after[fall[done]] - 1
        active = active[~done]
        pointer[active] += 1
    return end


# --- blocks --------------------------------------------------------------------------------------


def _blocks(power_w: Floats, interval_s: int) -> tuple[Ints, Ints, Floats, Floats]:
    """Return first sample, length, energy [Wh] and least power [W] of each block."""
    floor = background(power_w, interval_s)
    excess = np.where(np.isnan(power_w), 0.0, power_w - floor)
    over = excess >= BLOCK_W
    edges = np.flatnonzero(over[1:] != over[:-1]) + 1
    if over[0]:
        edges = np.concatenate([[0], edges])
    if over[-1]:
        edges = np.concatenate([edges, [len(over)]])
    first, end = edges[::2], edges[1::2]
    if not len(first):
        return first, end, np.zeros(0), np.zeros(0)
    sums = np.concatenate([[0.0], np.cumsum(excess)])
    energy_wh = (sums[end] - sums[first]) * (interval_s / HOUR_S)
    peak = np.maximum.reduceat(excess, first)
    return first, end - first, energy_wh, peak


def background(power_w: Floats, interval_s: int) -> Floats:
    """Return what stays when everything shorter than ``BLOCK_WINDOW_H`` is taken away.

    A morphological opening: the highest of the lowest values around each interval. It
    never lies above the power. Unknown intervals do not count. [W]
    """
    width = max(BLOCK_WINDOW_H * HOUR_S // interval_s, 1)
    known = np.where(np.isnan(power_w), np.inf, power_w)
    # The second window is the mirror of the first, or an even width would shift.
    low = _lowest_around(known, width, before=width // 2)
    low[np.isinf(low)] = -np.inf
    high = -_lowest_around(-low, width, before=width - 1 - width // 2)
    opened = np.minimum(high, known)
    return np.where(np.isfinite(opened), opened, 0.0)


def _lowest_around(values: Floats, width: int, *, before: int) -> Floats:
    """Return the least of ``width`` values around each, so many of them before it, shape (n,).

    Windows that reach beyond an end see the value at the end.
    """
    low, span = np.pad(values, (before, width - 1 - before), mode="edge"), 1
    # Windows of twice the width come from two that touch: a few passes do for any width.
    while 2 * span <= width:
        low = np.minimum(low[:-span], low[span:])
        span *= 2
    rest = width - span
    return np.minimum(low[:-rest], low[rest:]) if rest else low
