"""The energy of a home's days, and which of them were measured by themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import Days, Floats, ForecastError
from ahorraluz.core.forecast.month_end import PAST_DAYS
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
    """NaN unless the whole day is known, shape (d,). [kWh]"""
    measured: NDArray[np.bool_]
    """Whether a day was measured by itself, not cut out of a longer stretch, shape (d,)."""

    def of(self, wanted: Days) -> Floats:
        """Return the energy of some days, NaN for those outside the readings. [kWh]"""
        place = (wanted - self.days[0]).astype(np.int64)
        inside = (place >= 0) & (place < len(self.kwh))
        return np.where(inside, self.kwh[np.clip(place, 0, len(self.kwh) - 1)], np.nan)

    def so_far(self, month: Days, moment: np.datetime64) -> Floats:
        """Return the energy of a month's days before a moment, added up, shape (len(month),).

        Unknown days count as the month's mean day, or as the mean of the days before it. [kWh]
        """
        kwh = self.of(month)
        known = kwh[~np.isnan(kwh)]
        usual = known if len(known) else self.kwh[self._newest(moment)]
        return np.cumsum(np.where(np.isnan(kwh), usual.mean() if len(usual) else 0.0, kwh))

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
    """Return the energy of local days; raises ``forecast-needs-days`` for readings of months."""
    if readings.step is Step.MONTH:
        raise ForecastError("forecast-needs-days")
    if readings.step is Step.FIXED:
        grid = day_grid(readings).hourly()
        own = np.mean(grid.estimated, axis=1) <= 1 - OWN_HOURS
        return DailyUse(days=grid.days, kwh=grid.daily_kwh, measured=np.asarray(own))
    local = local_seconds(readings.starts_s, zone=readings.zone)
    return DailyUse(
        days=np.floor_divide(local, DAY_S).astype("datetime64[D]"),
        kwh=readings.energy_kwh,
        measured=readings.quality <= Quality.CORRECTED,
    )
