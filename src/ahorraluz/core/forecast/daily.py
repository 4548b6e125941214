"""The energy of a home's days, from readings of hours or from readings of days."""

from dataclasses import dataclass

import numpy as np

from ahorraluz.core.forecast.forecaster import HOURS_DAY, Days, Floats, ForecastError
from ahorraluz.core.forecast.hourly import MAX_KWH, MAX_SPAN_S, Ints
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.readings.grid import HOUR_S, local_seconds
from ahorraluz.core.readings.schema import DAY_S

LEAST_HOURS = 18
"""Known hours from which a day's energy is told. [h]"""
AROUND_DAY_S = (DAY_S - HOUR_S, DAY_S + HOUR_S)
"""Time from one day to the next: the clock may change between them. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HomeDays:
    """One home day by day."""

    id: str
    days: Days
    """Consecutive local days, datetime64[D], shape (d,)."""
    kwh: Floats
    """Energy of each day, NaN where not known, shape (d,). [kWh]"""


def day_energy(home: HomeHours) -> Floats:
    """Return the energy of each day, NaN where under 18 hours of it are known. [kWh]"""
    known = ~np.isnan(home.kwh)
    count = known.sum(axis=1)
    total = np.where(known, home.kwh, 0.0).sum(axis=1)
    return np.where(count >= LEAST_HOURS, total / np.maximum(count, 1) * HOURS_DAY, np.nan)


def days_of_hours(home: HomeHours) -> HomeDays:
    """Return a home day by day."""
    return HomeDays(id=home.id, days=home.days, kwh=day_energy(home))


def is_daily(starts_s: Ints) -> bool:
    """Tell whether most stamps are a day apart.

    Parameters
    ----------
    starts_s
        Stamps in any order, some of them twice perhaps, shape (n,). [s]
    """
    steps = np.diff(np.unique(starts_s))
    if len(steps) == 0:
        return False
    low, high = AROUND_DAY_S
    return bool(low <= np.median(steps) <= high)


def days_of_series(home: str, starts_s: Ints, kwh: Floats, *, zone: str) -> HomeDays:
    """Return a home from one reading for each day.

    Energy given to the grid counts as nothing taken; a day that comes twice is the mean of
    both. A stamp names the local day whose midnight is nearest, so that midnights of the
    universal clock and of the local one name the same day.

    Parameters
    ----------
    home
        Its id.
    starts_s
        Start of each day in any order, shape (n,). [s since 1970 UTC]
    kwh
        Energy of each day, NaN unknown, shape (n,). [kWh]
    zone
        IANA zone of the local days.

    Raises
    ------
    ForecastError
        ``series-too-few``: fewer than two readings; ``series-too-long``: over fifty years.
    """
    good = np.abs(kwh) <= MAX_KWH * HOURS_DAY
    starts_s, kwh = starts_s[good], np.maximum(kwh[good], 0.0)
    if len(starts_s) < 2:
        raise ForecastError("series-too-few", home=home, readings=len(starts_s))
    if int(starts_s.max() - starts_s.min()) > MAX_SPAN_S:
        raise ForecastError("series-too-long", home=home)
    number = np.floor_divide(local_seconds(starts_s, zone=zone) + DAY_S // 2, DAY_S)
    first = int(number.min())
    place = (number - first).astype(np.int64)
    count = np.bincount(place)
    energy = np.where(count > 0, np.bincount(place, weights=kwh) / np.maximum(count, 1), np.nan)
    days = np.arange(first, first + len(energy)).astype("datetime64[D]")
    return HomeDays(id=home, days=days, kwh=energy)
