"""A channel of any kind as spans of time with their energy, apart and in order."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import SOURCE_ESTIMATED, Channel, Floats, Flow, Ints, Measure
from ahorraluz.core.readings.checks import check_values, unit_factor
from ahorraluz.core.readings.marks import Mark, mark, most_common
from ahorraluz.core.readings.ordering import apart, in_order, with_ends
from ahorraluz.core.readings.registers import increments
from ahorraluz.core.readings.schema import Quality

HOLD_INTERVALS = 5
"""A power at a moment holds until the next one, if that comes within this many intervals."""
MIN_HOLD_S = 300
"""Loggers that write at every change may be silent for minutes. [s]"""
MOST = 1e12
"""No counter shows more; sums of larger floats would lose the smaller ones. [kWh, kW]"""
REGULAR = 0.9
"""Part of the steps that must be equal for momentary powers to count as regular."""
STRAY_S = 365 * 86_400
STRAY_PART = 0.01
"""A device that lost its clock writes a few rows with a date years away."""
GAP_FACTOR = 1.5
"""A step between standings longer than this many usual ones is a gap."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """Energy of stretches of time of one channel, in order and apart."""

    flow: Flow
    measure: Measure
    start_s: Ints
    end_s: Ints
    energy_kwh: Floats
    """NaN where missing, shape (n,). [kWh]"""
    quality: NDArray[np.int8]
    interval_s: int
    """Most common length. [s]"""
    sampled: bool = False
    """Powers at moments, held until the next: their length says nothing about the meter."""

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self.start_s)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scanned:
    """One channel as spans, and what was wrong with it."""

    spans: Spans
    kwh_as_read: float
    """Energy as the file says it, nothing cleaned. [kWh]"""
    marks: tuple[Mark, ...]


def with_numbers(channel: Channel) -> Channel:
    """Return the channel with nothing where a value is no number of any meter."""
    with np.errstate(invalid="ignore"):
        odd = ~(np.abs(channel.value) <= MOST) & ~np.isnan(channel.value)
    if not bool(np.any(odd)):
        return channel
    return replace(channel, value=np.where(odd, np.nan, channel.value))


def prepare(channel: Channel) -> tuple[Channel, tuple[Mark, ...]]:
    """Return the rows of a channel in order, each once, apart, with an end each."""
    ordered, marks = in_order(channel)
    ordered, stray = _without_strays(ordered)
    marks += stray
    if channel.measure is Measure.REGISTER:
        return ordered, marks
    whole, more = apart(_held(with_ends(ordered)))
    return whole, marks + more


def _without_strays(channel: Channel) -> tuple[Channel, tuple[Mark, ...]]:
    """Return the rows without the few that lie years away from all others."""
    start_s = channel.start_s
    if len(channel) < 3 or int(start_s[-1] - start_s[0]) <= STRAY_S:
        return channel, ()
    jumps = np.flatnonzero(np.diff(start_s) > STRAY_S) + 1
    stray = np.zeros(len(channel), dtype=bool)
    for place in jumps.tolist():
        if place <= STRAY_PART * len(channel):
            stray[:place] = True
        elif len(channel) - place <= STRAY_PART * len(channel):
            stray[place:] = True
    if not bool(np.any(stray)):
        return channel, ()
    return channel.rows(~stray), mark("stray-date", "dropped", channel, stray)


def _held(channel: Channel) -> Channel:
    """Return momentary powers as intervals: each holds until the next, within reason."""
    if channel.measure is not Measure.POWER or len(channel) == 0:
        return channel
    momentary = channel.end_s == channel.start_s
    if not bool(np.any(momentary)):
        return channel
    steps = np.diff(channel.start_s)
    steps_on = steps[steps > 0]
    usual = int(np.median(steps_on)) if len(steps_on) else 3_600
    reach = max(HOLD_INTERVALS * usual, MIN_HOLD_S) if usual < MIN_HOLD_S else usual * GAP_FACTOR
    hold = np.append(np.where((steps <= reach) & (steps > 0), steps, usual), usual)
    ends = np.where(momentary, channel.start_s + hold, channel.end_s)
    return replace(channel, end_s=ends.astype(np.int64))


def kwh_as_read(channel: Channel) -> float:
    """Return the plain energy of a file's intervals or powers, duplicates and all. [kWh]"""
    if channel.measure is Measure.ENERGY:
        whole = float(channel.value.sum())
        return float(np.nansum(channel.value)) if math.isnan(whole) else whole
    seconds = channel.end_s - channel.start_s
    if not bool(np.any(seconds == 0)):
        return float(np.nansum(channel.value * (seconds / 3_600)))
    steps = np.abs(np.diff(channel.start_s))
    usual = most_common(steps[steps > 0])
    if usual and float(np.mean(steps == usual)) >= REGULAR:
        return float(np.nansum(channel.value)) * usual / 3_600
    held = _held(in_order(channel)[0])
    return float(np.nansum(held.value * ((held.end_s - held.start_s) / 3_600)))


def scan(channel: Channel, *, sampled: bool, maximum_kw: float) -> Scanned:
    """Return the spans of a prepared channel with the marks of its values.

    Parameters
    ----------
    channel
        As :func:`prepare` returned it.
    sampled
        It holds powers at moments, not means of intervals.
    maximum_kw
        Most that the supply can carry. [kW]
    """
    marks = _empty(channel) + mark(
        "source-estimated",
        "marked-estimated",
        channel,
        (channel.flags & SOURCE_ESTIMATED).astype(np.bool_),
    )
    if channel.measure is Measure.REGISTER:
        found = _register_spans(channel, maximum_kw=maximum_kw)
    else:
        found = _interval_spans(channel, sampled=sampled, maximum_kw=maximum_kw)
    return replace(found, marks=marks + found.marks)


def _empty(channel: Channel) -> tuple[Mark, ...]:
    action = "spread" if channel.measure is Measure.REGISTER else "filled-short"
    return mark("value-missing", action, channel, ~np.isfinite(channel.value))


def _register_spans(channel: Channel, *, maximum_kw: float) -> Scanned:
    steps_s = most_common(np.diff(channel.start_s))
    factor, marks = unit_factor(channel, steps_s)
    scaled = channel if factor == 1.0 else replace(channel, value=channel.value * factor)
    found = increments(scaled, maximum_kw=maximum_kw)
    start_s, end_s = channel.start_s[found.rows[:-1]], channel.start_s[found.rows[1:]]
    estimated = (channel.flags[found.rows] & SOURCE_ESTIMATED).astype(np.bool_)
    quality = found.quality.copy()
    flagged = (estimated[1:] | estimated[:-1]) & (quality < Quality.ESTIMATED)
    quality[flagged] = Quality.ESTIMATED
    if factor != 1.0:
        quality = np.maximum(quality, np.int8(Quality.CORRECTED))
    length = end_s - start_s
    usual = most_common(length)
    gaps = found.rows[:-1][length > GAP_FACTOR * usual]
    lost = (length[length > GAP_FACTOR * usual] - usual) / 3_600
    marks += found.marks + _gap_mark(channel, gaps, lost, action="spread")
    spans = Spans(
        flow=channel.flow,
        measure=channel.measure,
        start_s=start_s,
        end_s=end_s,
        energy_kwh=found.energy_kwh,
        quality=quality,
        interval_s=usual,
    )
    read = float(np.nansum(found.energy_kwh)) / factor
    return Scanned(spans=spans, kwh_as_read=read, marks=marks)


def _gap_mark(channel: Channel, rows: Ints, hours: Floats, *, action: str) -> tuple[Mark, ...]:
    if len(rows) == 0:
        return ()
    return mark(
        "gaps",
        action,
        channel,
        rows,
        hours=round(float(hours.sum()), 2),
        longest_hours=round(float(hours.max()), 2),
    )


def is_sampled(channel: Channel) -> bool:
    """Tell whether a raw channel holds powers at moments."""
    return channel.measure is Measure.POWER and bool(np.any(channel.end_s == channel.start_s))


def _interval_spans(channel: Channel, *, sampled: bool, maximum_kw: float) -> Scanned:
    seconds = channel.end_s - channel.start_s
    interval_s = most_common(seconds)
    channel = _to_the_minute(channel, interval_s)
    checked = check_values(channel, seconds, interval_s=interval_s, maximum_kw=maximum_kw)
    marks = checked.marks
    between_s = channel.start_s[1:] - channel.end_s[:-1]
    # A few seconds between stamps that jitter are no gap.
    gaps = np.flatnonzero(between_s > max(interval_s // 20, 0))
    marks += _gap_mark(channel, gaps, between_s[gaps] / 3_600, action="filled-short")
    lengths = () if sampled else _other_lengths(channel, seconds, interval_s)
    spans = Spans(
        flow=channel.flow,
        measure=channel.measure,
        start_s=channel.start_s,
        end_s=channel.end_s,
        energy_kwh=checked.energy_kwh,
        quality=checked.quality,
        interval_s=interval_s,
        sampled=sampled,
    )
    return Scanned(spans=spans, kwh_as_read=0.0, marks=marks + lengths)


def _to_the_minute(channel: Channel, interval_s: int) -> Channel:
    """Return short intervals that all begin at the same second of a minute at its full."""
    if not 60 <= interval_s < 900 or len(channel) == 0:
        return channel
    second = int(channel.start_s[0]) % 60
    if second == 0 or not bool(np.all(channel.start_s % 60 == second)):
        return channel
    move = second if second < 30 else second - 60
    return replace(channel, start_s=channel.start_s - move, end_s=channel.end_s - move)


def _other_lengths(channel: Channel, seconds: Ints, interval_s: int) -> tuple[Mark, ...]:
    """Return the mark of intervals of another length; days and months vary by themselves."""
    if len(seconds) == 0 or bool(np.all(seconds == interval_s)):
        return ()
    slack = 0.05 if interval_s < 80_000 else 0.15 if interval_s < 2_000_000 else 0.5
    other = np.abs(seconds - interval_s) > slack * interval_s
    length = most_common(seconds[other])
    return mark(
        "resolution-change",
        "brought-together",
        channel,
        other,
        usual_minutes=round(interval_s / 60, 2),
        other_minutes=round(length / 60, 2),
    )
