"""Clocks that were wrong: hours of daylight saving, jumps of the day, stamps off the grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, Floats, Ints
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.lattice import Lattice
from ahorraluz.core.readings.marks import most_common
from ahorraluz.core.readings.schema import DAY_S, Step

HOUR_S, WEEK_S = 3_600, 7 * DAY_S
CHANGE_MONTHS = (3, 4, 9, 10, 11)
"""Months in which countries with daylight saving change their clocks."""
CHANGE_HOURS = 4
"""They change them between midnight and 4:00 of a Sunday."""
SUNDAY = 6
BLOCKS = 4
"""Weeks before and after a jump whose mean days are compared."""
STEADY = 0.6
"""Least mean correlation of single weeks with the mean of their side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """How clearly a daily pattern must have moved."""

    alike: float
    """Least correlation of the day after, moved back, with the day before."""
    better: float
    """How much more alike the moved day must be than the day as it stands."""
    agree: int
    """Of the four weeks on either side, those that must say the same."""


MANY_LEAPS = 4
"""Where stamps leap by as many hours more often, rows are lost here and there."""
SHOWN = _Bar(alike=0.7, better=0.05, agree=3)
"""Where the stamps themselves leap by as many hours."""
UNSEEN = _Bar(alike=0.9, better=0.5, agree=4)
"""Where nothing but the pattern moved: homes do change their habits. Among 77 series of real
homes nothing passes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A move of the whole daily pattern."""

    moment_s: int
    """Start of the week in which it happened. [s since 1970 UTC]"""
    hours: int
    """Hours by which the day came later after it; negative: earlier. [h]"""


def ghost_changes(raw: Channel, ordered: Channel, *, zone: str) -> Ints:
    """Return the starts of hours that repeat or are left out where no clock changes.

    Only for a zone without daylight saving during the data. One repeated hour at a time at
    which other countries change their clocks is enough; left out alone, two are needed,
    as single hours get lost for many reasons.
    """
    none = np.zeros(0, dtype=np.int64)
    start_s = ordered.start_s
    if len(start_s) < 48:
        return none
    steps = np.diff(start_s)
    interval_s = most_common(steps)
    if not 0 < interval_s <= HOUR_S:
        return none
    if len(raw) == len(ordered) and bool(np.all(steps == interval_s)):
        return none
    ends = np.where(ordered.end_s > start_s, ordered.end_s, start_s + interval_s)[:-1]
    skipped = ends[start_s[1:] - ends == HOUR_S]
    repeated = _repeated_hours(raw, ordered, interval_s)
    found = np.concatenate((skipped, repeated))
    if len(found) == 0 or _has_changes(start_s, zone=zone):
        return none
    skipped, repeated = (_at_change(moments, zone=zone) for moments in (skipped, repeated))
    if len(repeated) == 0 and len(skipped) < 2:
        return none
    return np.sort(np.concatenate((skipped, repeated)))


def _has_changes(start_s: Ints, *, zone: str) -> bool:
    moments = np.append(np.arange(int(start_s[0]), int(start_s[-1]), WEEK_S), start_s[-1] + DAY_S)
    return len(np.unique(local_seconds(moments, zone=zone) - moments)) > 1


def _repeated_hours(raw: Channel, ordered: Channel, interval_s: int) -> Ints:
    """Return the starts of single hours whose rows all came twice, with other values."""
    if len(raw) == len(ordered):
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(raw.start_s, kind="stable")
    start_s, value = raw.start_s[order], raw.value[order]
    again = (np.diff(start_s) == 0) & (np.diff(raw.end_s[order]) == 0)
    again &= np.isfinite(value[1:]) & np.isfinite(value[:-1])
    twice, place = np.unique(start_s[1:][again], return_inverse=True)
    differs = np.bincount(place, weights=(value[1:] != value[:-1])[again]) > 0
    if len(twice) == 0:
        return twice
    # Days that a file holds twice are no change of clocks: the hour must stand alone.
    begin = np.flatnonzero(np.append(True, np.diff(twice) != interval_s))
    rows = np.diff(np.append(begin, len(twice)))
    whole = (rows == HOUR_S // interval_s) & np.logical_or.reduceat(differs, begin)
    return np.asarray(twice[begin][whole], dtype=np.int64)


def _at_change(moments: Ints, *, zone: str) -> Ints:
    """Return those of some moments at which other countries change their clocks."""
    local = local_seconds(moments, zone=zone)
    days = local // DAY_S
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    night = local % DAY_S < CHANGE_HOURS * HOUR_S
    fits = ((days + 3) % 7 == SUNDAY) & np.isin(month, CHANGE_MONTHS) & night
    return np.asarray(moments[fits], dtype=np.int64)


def leaps(raw: Channel) -> tuple[Ints, Ints]:
    """Return where stamps leap from one row of a file to the next, and by how much. [s]"""
    steps = np.diff(raw.start_s)
    usual = most_common(steps)
    far = np.flatnonzero(np.abs(steps - usual) >= HOUR_S)
    return raw.start_s[far], steps[far] - usual


def jumps(energy_kwh: Floats, lattice: Lattice, *, leaps: tuple[Ints, Ints]) -> tuple[Jump, ...]:
    """Return the weeks in which the daily pattern moved by whole hours and stayed there.

    Mean days of the four weeks before and after each week are compared at every lag. A
    clock that is set leaves a leap of the stamps of the same size (:func:`leaps`); without one
    the pattern must have moved beyond doubt.
    """
    if lattice.step is not Step.FIXED or HOUR_S % lattice.interval_s:
        return ()
    days, first_s = _mean_weeks(energy_kwh, lattice)
    weeks = len(days)
    if weeks < 2 * BLOCKS + 1:
        return ()
    unit, good = _standard(days)
    at = np.arange(BLOCKS, weeks - BLOCKS)
    offsets = np.arange(1, BLOCKS + 1)
    left, right = at[:, None] - offsets, at[:, None] + offsets
    before, fine = _standard(unit[left].mean(axis=1))
    after, also_fine = _standard(unit[right].mean(axis=1))
    fine &= also_fine & np.all(good[left], axis=1) & np.all(good[right], axis=1)
    likeness = _by_lag(before, after)
    lag = np.argmax(likeness, axis=1)
    best = likeness[np.arange(len(at)), lag]
    better = best - likeness[:, 0]
    fine &= (lag != 0) & (best >= SHOWN.alike) & (better >= SHOWN.better)
    found: list[Jump] = []
    for place in np.flatnonzero(fine).tolist():
        hours = (int(lag[place]) + 12) % 24 - 12
        moment = first_s + int(at[place]) * WEEK_S
        near = np.abs(leaps[0] - moment - WEEK_S // 2) <= WEEK_S
        alike = np.abs(leaps[1] - hours * HOUR_S) < HOUR_S // 2
        seen = bool(np.any(near & alike)) and int(np.count_nonzero(alike)) <= MANY_LEAPS
        bar = SHOWN if seen else UNSEEN
        agree = _agreement(unit, left[place], right[place], int(lag[place]))
        if best[place] < bar.alike or better[place] < bar.better or agree < bar.agree:
            continue
        if not found or moment - found[-1].moment_s > BLOCKS * WEEK_S:
            found.append(Jump(moment_s=moment, hours=hours))
    return tuple(found)


def _mean_weeks(energy_kwh: Floats, lattice: Lattice) -> tuple[Floats, int]:
    """Return the mean day of each week by local hour, shape (w, 24), and the first start."""
    per_hour = HOUR_S // lattice.interval_s
    local = local_seconds(lattice.edges_s[:-1:per_hour], zone=lattice.zone)
    hours = len(energy_kwh) // per_hour
    energy = energy_kwh[: hours * per_hour].reshape(hours, per_hour).sum(axis=1)
    place = local[:hours] // HOUR_S
    begin = int(-(-place[0] // 24) * 24) if hours else 0
    place = place - begin
    size = (int(place[-1]) + 1) // 168 * 168 if hours else 0
    if size <= 0:
        return np.zeros((0, 24)), 0
    hourly = np.full(size, np.nan)
    if bool(np.all(np.diff(place) == 1)):
        first = int(place[0])
        hourly[max(first, 0) :] = energy[max(-first, 0) : size - first]
    else:
        inside = (place >= 0) & (place < size)
        hourly[place[inside]] = energy[inside]
    table = hourly.reshape(-1, 7, 24)
    known = ~np.isnan(table)
    count = known.sum(axis=1)
    total = np.where(known, table, 0.0).sum(axis=1)
    first_s = int(lattice.edges_s[0]) + (begin * HOUR_S - int(local[0]))
    return np.where(count >= 3, total / np.maximum(count, 1), np.nan), first_s


def _standard(days: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return each day less its mean, of length one; and which are known and not flat."""
    centred = days - days.mean(axis=1, keepdims=True)
    size = np.sqrt((centred**2).sum(axis=1))
    with np.errstate(invalid="ignore"):
        good = size > 1e-9
    unit = np.where(good[:, None], centred / np.where(good, size, 1.0)[:, None], 0.0)
    return unit, np.asarray(good)


def _by_lag(before: Floats, after: Floats) -> Floats:
    """Return the correlation of days, the later moved back by 0 to 23 hours, shape (n, 24)."""
    spectrum = np.conj(np.fft.rfft(before, axis=1)) * np.fft.rfft(after, axis=1)
    return np.asarray(np.fft.irfft(spectrum, n=24, axis=1), dtype=np.float64)


def _agreement(unit: Floats, left: Ints, right: Ints, lag: int) -> int:
    """Return how many single weeks of either side say the same as their means."""
    before = np.repeat(unit[left].mean(axis=0)[None, :], BLOCKS, axis=0)
    earlier = _by_lag(before, unit[left])
    later = _by_lag(before, unit[right])
    size = float(np.sqrt((before[0] ** 2).sum()))
    if float(earlier[:, 0].mean()) < STEADY * size:
        return 0
    same = int(np.count_nonzero(np.argmax(earlier, axis=1) == 0))
    moved = int(np.count_nonzero(np.argmax(later, axis=1) == lag))
    return min(same, moved)
