"""What is left of fine readings past their time: the energy of each month, and nothing finer.

The totals are of the clean series, so that a spike that was left out stays out, and what a
register counted over a gap stays in. A stretch of less than a day would tell of single hours: it
is not kept.
"""

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import (
    SOURCE_ESTIMATED,
    TOTAL,
    Channel,
    Ints,
    Measure,
)
from ahorraluz.core.readings.cleaning import clean_channels
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.schema import DAY_S, Quality, Readings, ReadingsError, Step

DAILY_S = 22 * 3_600
"""Rows from here on are of a day or more; with a clock change a day has 23 hours. [s]"""
MOSTLY = 0.5
"""Part of a stretch that must be measured for its total to count as measured."""


def is_fine(channel: Channel) -> NDArray[np.bool_]:
    """Tell which rows are finer than a day, shape (n,)."""
    length = channel.end_s - channel.start_s
    if channel.measure is Measure.ENERGY or not bool(np.any(length == 0)):
        momentary = length == 0
        return np.where(momentary, _step_s(channel) < DAILY_S, length < DAILY_S)
    return np.full(len(channel), _step_s(channel) < DAILY_S)


def staying(channel: Channel, *, before_s: int) -> Channel:
    """Return the rows that stay: those from a moment on, and those of a day or more.

    Of a register its last standing before the moment stays as well where none is of the moment
    itself: what it counts from there on would be lost.
    """
    old = (channel.start_s < before_s) & is_fine(channel)
    if channel.measure is Measure.REGISTER:
        last = _last_standing(channel, before_s)
        old &= channel.start_s != last
    return channel.rows(~old)


def monthly_totals(channel: Channel, *, before_s: int, zone: str) -> Channel | None:
    """Return the energy of each local month that fine rows before a moment tell.

    Parameters
    ----------
    channel
        All rows that count.
    before_s
        A local midnight. [s since 1970 UTC]
    zone
        IANA zone whose months count.

    Returns
    -------
    Channel or None
        Intervals of a month, or of the stretches of it that are known; ``None``: of no day is
        anything known.
    """
    fine = is_fine(channel) & ((channel.flags & TOTAL) == 0)
    if not bool(np.any(fine & (channel.start_s < before_s))):
        return None
    try:
        readings = clean_channels([channel.rows(fine)], zone=zone).readings
    except ReadingsError:
        return None
    if readings.step is not Step.FIXED:
        return None
    until_s = before_s
    if channel.measure is Measure.REGISTER:
        until_s = min(until_s, _last_standing(channel, before_s))
    return _totals(channel, readings, until_s)


def _totals(channel: Channel, readings: Readings, until_s: int) -> Channel | None:
    length_s = readings.interval_s
    known = np.isfinite(readings.energy_kwh) & (readings.starts_s + length_s <= until_s)
    starts_s = readings.starts_s[known]
    if len(starts_s) == 0:
        return None
    days = local_seconds(starts_s, zone=readings.zone) // DAY_S
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    apart = (np.diff(starts_s) != length_s) | (np.diff(months) != 0)
    begin: Ints = np.concatenate(([0], np.flatnonzero(apart) + 1))
    behind: Ints = np.append(begin[1:], len(starts_s))
    energy = np.add.reduceat(readings.energy_kwh[known], begin)
    measured = np.add.reduceat(readings.quality[known] <= Quality.CORRECTED, begin)
    first_s, end_s = starts_s[begin], starts_s[behind - 1] + length_s
    flags = np.where(measured >= MOSTLY * (behind - begin), TOTAL, TOTAL | SOURCE_ESTIMATED)
    told = end_s - first_s >= DAY_S
    if not bool(np.any(told)):
        return None
    return Channel(
        id=channel.id,
        flow=channel.flow,
        measure=Measure.ENERGY,
        start_s=first_s[told],
        end_s=end_s[told],
        value=energy[told],
        line=np.arange(1, int(told.sum()) + 1, dtype=np.int64),
        flags=flags[told].astype(np.uint8),
    )


def _step_s(channel: Channel) -> float:
    """Return how far apart the rows mostly are. [s]"""
    steps = np.diff(np.unique(channel.start_s))
    return float(np.median(steps)) if len(steps) else float(DAY_S)


def _last_standing(channel: Channel, before_s: int) -> int:
    """Return the last moment of a register up to a moment. [s since 1970 UTC]"""
    earlier = channel.start_s[channel.start_s <= before_s]
    return int(earlier.max()) if len(earlier) else before_s
