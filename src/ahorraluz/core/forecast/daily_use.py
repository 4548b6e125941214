"""The energy of a home's days, and which of them were measured by themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.daily import day_energy
from ahorraluz.core.forecast.forecaster import Days, Floats, ForecastError
from ahorraluz.core.forecast.month_end import PAST_DAYS
from ahorraluz.core.forecast.panel import home_hours
from ahorraluz.core.readings.grid import day_grid, local_seconds
from ahorraluz.core.readings.schema import DAY_S, Quality, Readings, Step

DAY_BY_DAY = 0.75
"""Part of the newest days that must be measured by themselves for how they swing to count. The
energy between two standings is spread evenly: such days look alike, and the month far too sure."""
OWN_HOURS = 0.5
"""Part of a day's hours that must be measured for the day to be measured by itself."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DailyUse:
    """Energy of local days in a row."""

    days: Days
    """datetime64[D], shape (d,)."""
    kwh: Floats
    """NaN where not known, shape (d,). [kWh]"""
    measured: NDArray[np.bool_]
    """Whether a day was measured by itself, not cut out of a longer stretch, shape (d,)."""

    end: np.datetime64
    """Day after the last one with a reading."""

    def of(self, wanted: Days) -> Floats:
        """Return the energy of some days, NaN for those outside the readings. [kWh]"""
        place = (wanted - self.days[0]).astype(np.int64)
        inside = (place >= 0) & (place < len(self.kwh))
        return np.where(inside, self.kwh[np.clip(place, 0, len(self.kwh) - 1)], np.nan)

    def so_far(self, month: Days) -> Floats:
        """Return the energy of a month's known days, added up, shape (len(month),). [kWh]"""
        return np.cumsum(np.nan_to_num(self.of(month)))

    def known_days(self, days: Days) -> int:
        """Return how many of some days are known."""
        return int(np.sum(~np.isnan(self.of(days))))

    def known_lately(self, moment: np.datetime64) -> int:
        """Return how many of the days before a moment are known that a month is told from."""
        return int(self._newest(moment).sum())

    def is_day_by_day(self, moment: np.datetime64) -> bool:
        """Tell whether the newest days before a moment were measured one by one."""
        newest = self._newest(moment)
        return not newest.any() or float(np.mean(self.measured[newest])) >= DAY_BY_DAY

    def mean_before(self, month: Days, moment: np.datetime64) -> float | None:
        """Return the mean of the newest days before a month, ``None`` without any. [kWh/day]"""
        before = self._newest(moment) & (self.days < moment - len(month))
        return float(np.mean(self.kwh[before])) if before.any() else None

    def _newest(self, moment: np.datetime64) -> NDArray[np.bool_]:
        """Return which days are known and among those that a month's end is told from."""
        near = (self.days < moment) & (self.days >= moment - PAST_DAYS)
        return np.asarray(near & ~np.isnan(self.kwh), dtype=np.bool_)


def daily_of(readings: Readings) -> DailyUse:
    """Return the energy of local days, told from 18 hours of a day on as everywhere else.

    Raises
    ------
    ForecastError
        ``forecast-needs-days``: readings of months.
    """
    if readings.step is Step.MONTH:
        raise ForecastError("forecast-needs-days")
    if readings.step is Step.FIXED:
        grid = day_grid(readings).hourly()
        own = np.mean(grid.estimated, axis=1) <= 1 - OWN_HOURS
        return DailyUse(
            days=grid.days,
            kwh=day_energy(home_hours("", grid)),
            measured=np.asarray(own),
            end=_end(grid.days, grid.known > 0),
        )
    local = local_seconds(readings.starts_s, zone=readings.zone)
    days = np.floor_divide(local, DAY_S).astype("datetime64[D]")
    return DailyUse(
        days=days,
        kwh=readings.energy_kwh,
        measured=readings.quality <= Quality.CORRECTED,
        end=_end(days, ~np.isnan(readings.energy_kwh)),
    )


def _end(days: Days, read: NDArray[np.bool_]) -> np.datetime64:
    """Return the day after the last one with a reading, the first one where none has."""
    places = np.flatnonzero(read)
    return np.datetime64(days[places[-1]] + 1 if len(places) else days[0], "D")
