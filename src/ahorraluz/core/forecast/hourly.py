"""A series of readings of any step up to an hour, brought to local days of hours."""

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import Floats, ForecastError
from ahorraluz.core.forecast.panel import HomeHours, home_hours
from ahorraluz.core.readings.grid import HOUR_S, day_grid
from ahorraluz.core.readings.schema import Quality, make_readings

Ints = NDArray[np.int64]

MAX_KWH = 1_000.0
"""No home's connection carries that much within an hour: such a value is no reading. [kWh]"""
MAX_SPAN_S = 50 * 366 * 86_400
"""A longer record has a broken stamp, and would ask for a table of that length. [s]"""


def hours_of_series(home: str, starts_s: Ints, kwh: Floats, *, zone: str) -> HomeHours:
    """Return a home hour by hour.

    Energy given to the grid counts as nothing taken. A stamp that comes twice is the mean of
    both; an hour is known if three quarters of it are.

    Parameters
    ----------
    home
        Its id.
    starts_s
        Start of each interval in any order, shape (n,). [s since 1970 UTC]
    kwh
        Energy of each interval, NaN unknown, shape (n,). [kWh]
    zone
        IANA zone of the local days.

    Raises
    ------
    ForecastError
        ``series-too-few``: fewer than two readings; ``series-too-coarse``: their usual step is
        longer than an hour, or does not divide it; ``series-too-long``: over fifty years.
    """
    good = np.abs(kwh) <= MAX_KWH
    starts_s, kwh = starts_s[good], np.maximum(kwh[good], 0.0)
    stamps, place = np.unique(starts_s, return_inverse=True)
    step = _usual_step(home, stamps)
    if int(stamps[-1] - stamps[0]) > MAX_SPAN_S:
        raise ForecastError("series-too-long", home=home)
    energy = np.bincount(place, weights=kwh) / np.bincount(place)
    row = (stamps - stamps[0]) // step
    table = np.full(int(row[-1]) + 1, np.nan)
    table[row] = energy
    readings = make_readings(
        stamps[0] + step * np.arange(len(table), dtype=np.int64),
        table,
        np.where(np.isnan(table), Quality.MISSING, Quality.MEASURED).astype(np.int8),
        interval_s=step,
        zone=zone,
    )
    return home_hours(home, day_grid(readings))


def _usual_step(home: str, stamps: Ints) -> int:
    """Return the most frequent time from one stamp to the next. [s]"""
    if len(stamps) < 2:
        raise ForecastError("series-too-few", home=home, readings=len(stamps))
    steps, counts = np.unique(np.diff(stamps), return_counts=True)
    step = int(steps[counts.argmax()])
    if HOUR_S % step:
        raise ForecastError("series-too-coarse", home=home, minutes=round(step / 60, 2))
    return step
