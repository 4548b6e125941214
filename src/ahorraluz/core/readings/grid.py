"""A series as a table of local days by time of day: the form every analysis of use works on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.schema import (
    DAY_S,
    MAX_FIXED_S,
    Quality,
    Readings,
    ReadingsError,
    Step,
)

HOUR_S = 3_600
WEEK_S = 7 * DAY_S
"""No zone changes its clocks twice within a week. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayGrid:
    """Mean power of a home by local day and time of day."""

    days: NDArray[np.datetime64]
    """Consecutive local days, datetime64[D], shape (d,)."""
    power_kw: NDArray[np.float64]
    """Mean power, NaN where nothing is known, shape (d, s). [kW]

    Slot j of a day begins ``j * interval_s`` after local midnight by the clock. The hour
    that a clock change repeats is the mean of both; the one it skips is NaN.
    """
    estimated: NDArray[np.bool_]
    """Where the power was not measured but estimated, shape (d, s)."""
    interval_s: int

    @property
    def slots(self) -> int:
        """Slots of a day."""
        return int(self.power_kw.shape[1])

    @property
    def hours(self) -> NDArray[np.float64]:
        """Local hour at which each slot begins, shape (s,). [h]"""
        return np.arange(self.slots, dtype=np.float64) * (self.interval_s / HOUR_S)

    @property
    def weekday(self) -> NDArray[np.int64]:
        """Day of the week, Monday 0, shape (d,)."""
        return (self.days.astype("datetime64[D]").astype(np.int64) + 3) % 7

    @property
    def known(self) -> NDArray[np.float64]:
        """Part of each day whose power is known, shape (d,). [0 to 1]"""
        return np.asarray(np.mean(~np.isnan(self.power_kw), axis=1), dtype=np.float64)

    @property
    def known_days(self) -> float:
        """Days of known power, parts of days added up. [day]"""
        return int(np.count_nonzero(~np.isnan(self.power_kw))) / self.slots

    @property
    def daily_kwh(self) -> NDArray[np.float64]:
        """Energy of each day, NaN unless the whole day is known, shape (d,). [kWh]"""
        energy = self.power_kw.sum(axis=1) * (self.interval_s / HOUR_S)
        return np.asarray(energy, dtype=np.float64)

    def hourly(self) -> "DayGrid":
        """Return the same in hours; an hour is known if three quarters of it are."""
        per_hour = HOUR_S // self.interval_s
        if per_hour <= 1:
            return self
        blocks = self.power_kw.reshape(len(self.days), 24, per_hour)
        known = ~np.isnan(blocks)
        count = known.sum(axis=2)
        total = np.where(known, blocks, 0.0).sum(axis=2)
        power = np.where(count >= 0.75 * per_hour, total / np.maximum(count, 1), np.nan)
        estimated = np.any(self.estimated.reshape(len(self.days), 24, per_hour), axis=2)
        return DayGrid(
            days=self.days, power_kw=power, estimated=np.asarray(estimated), interval_s=HOUR_S
        )


def day_grid(readings: Readings) -> DayGrid:
    """Return the series by local day and time of day.

    Raises
    ------
    ReadingsError
        ``readings-too-coarse``: intervals of a day or longer, or that do not divide an hour.
    """
    step = readings.interval_s
    if readings.step is not Step.FIXED or step > MAX_FIXED_S or HOUR_S % step:
        raise ReadingsError("readings-too-coarse", interval_s=step)
    slots = DAY_S // step
    local = local_seconds(readings.starts_s, zone=readings.zone)
    slot_number = np.floor_divide(local, step)
    first, last = int(slot_number[0]) // slots, int(slot_number.max()) // slots
    place = slot_number - first * slots
    size = (last - first + 1) * slots
    power = readings.energy_kwh * (HOUR_S / step)
    estimated = readings.quality == Quality.ESTIMATED
    if bool(np.all(np.diff(place) == 1)):
        table = np.full(size, np.nan)
        table[place[0] : place[0] + len(place)] = power
        marks = np.zeros(size, dtype=bool)
        marks[place[0] : place[0] + len(place)] = estimated
    else:
        known = ~np.isnan(power)
        count = np.bincount(place[known], minlength=size)
        total = np.bincount(place[known], weights=power[known], minlength=size)
        table = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        marks = np.bincount(place[estimated], minlength=size) > 0
    days = np.arange(first, last + 1).astype("datetime64[D]")
    return DayGrid(
        days=days,
        power_kw=table.reshape(-1, slots),
        estimated=marks.reshape(-1, slots),
        interval_s=step,
    )


def local_seconds(starts_s: NDArray[np.int64], *, zone: str) -> NDArray[np.int64]:
    """Return the local clock of UTC moments, as seconds since 1970 of that clock. [s]"""
    if len(starts_s) == 0:
        return starts_s
    since, offsets = _offsets(zone, int(starts_s.min()), int(starts_s.max()))
    if len(offsets) == 1:
        return starts_s + int(offsets[0])
    place = np.searchsorted(since, starts_s, side="right") - 1
    return np.asarray(starts_s + offsets[place], dtype=np.int64)


@lru_cache(maxsize=256)
def _offsets(zone: str, first_s: int, last_s: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return from when on a zone had each of its offsets, both shape (k,). [s]"""
    clock = ZoneInfo(zone)
    since, offsets = [first_s], [_offset(clock, first_s)]
    for moment in (*range(first_s + WEEK_S, last_s, WEEK_S), last_s):
        offset = _offset(clock, moment)
        if offset != offsets[-1]:
            since.append(_change(clock, max(moment - WEEK_S, since[-1]), moment))
            offsets.append(offset)
    return np.array(since, dtype=np.int64), np.array(offsets, dtype=np.int64)


def _offset(clock: ZoneInfo, moment_s: int) -> int:
    """Return by how much local time is ahead of UTC at a moment. [s]"""
    offset = datetime.fromtimestamp(moment_s, tz=UTC).astimezone(clock).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def _change(clock: ZoneInfo, before_s: int, after_s: int) -> int:
    """Return the first moment with the offset of ``after_s``, one change apart. [s]"""
    old = _offset(clock, before_s)
    while after_s - before_s > 1:
        middle = (before_s + after_s) // 2
        if _offset(clock, middle) == old:
            before_s = middle
        else:
            after_s = middle
    return after_s
