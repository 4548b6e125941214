"""When a home uses its energy: an hourly year, measured or made from its uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.renewables.sun import (
    DAYS,
    HOURS,
    MONTH_DAYS,
    MONTH_OF_DAY,
    MONTH_OF_HOUR,
    YEAR_HOURS,
    Floats,
    SolarError,
)

DAY_HOURS = slice(6, 18)
"""Hours in which the sun shines in Peru."""
WEEKEND: NDArray[np.bool_] = (np.arange(DAYS) + 6) % 7 >= 5
"""Saturdays and Sundays of the typical year, which begins on a Sunday, shape (365,)."""
ANY_USE = "other"
"""Row of the table of hours for what has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HomeLoad:
    """The energy of a home in every hour of a typical year."""

    kwh: Floats
    """Shape (8760,), read-only. [kWh/h]"""
    measured: bool
    """Whether the home's own meter told the hours."""

    @property
    def day_share(self) -> float:
        """Part of the energy used from 6 to 18 h. [0 to 1]"""
        whole = float(self.kwh.sum())
        by_day = float(self.kwh.reshape(DAYS, HOURS)[:, DAY_HOURS].sum())
        return by_day / whole if whole else 0.0


def load_of_uses(
    monthly_kwh: Mapping[str, Sequence[float]], hours: Mapping[str, Sequence[float]]
) -> HomeLoad:
    """Return the hours of a home from the months of its uses.

    Parameters
    ----------
    monthly_kwh
        Energy of each use, January to December. [kWh/month]
    hours
        Weights of the 24 hours by use; ``other`` stands for a use without a row.

    Raises
    ------
    SolarError
        ``load-impossible``: months below zero or not twelve, hours not 24.
    """
    year = np.zeros((12, HOURS))
    for use, months in monthly_kwh.items():
        weights = np.asarray(hours.get(use, hours[ANY_USE]), dtype=np.float64)
        energy = np.asarray(months, dtype=np.float64)
        _check(energy, weights, use)
        by_day = energy / np.array(MONTH_DAYS)
        year += by_day[:, None] * (weights / weights.sum())
    return HomeLoad(kwh=_kept(year[MONTH_OF_DAY].ravel()), measured=False)


def load_of_hours(
    month: NDArray[np.int64],
    weekend: NDArray[np.bool_],
    hour: NDArray[np.int64],
    kwh: Floats,
) -> HomeLoad:
    """Return the typical year of a home whose hours were measured.

    Each hour of a kind of day has the mean of those measured in its month; a month
    without readings has the mean of all.

    Parameters
    ----------
    month, weekend, hour
        Of each measured hour: 0 to 11, Saturday or Sunday, 0 to 23, shape (n,).
    kwh
        Its energy; NaN where nothing was measured. [kWh/h]

    Raises
    ------
    SolarError
        ``load-impossible``: an hour of the day was never measured.
    """
    known = ~np.isnan(kwh)
    kind = weekend.astype(np.int64)
    place = (month * 2 + kind) * HOURS + hour
    shape = (12, 2, HOURS)
    total = np.bincount(place[known], weights=kwh[known], minlength=12 * 2 * HOURS).reshape(shape)
    count = np.bincount(place[known], minlength=12 * 2 * HOURS).reshape(shape)
    any_kind, any_month = count.sum(axis=1), count.sum(axis=(0, 1))
    if not bool(np.all(any_month > 0)):
        raise SolarError("load-impossible", field="hours", value=int(np.sum(any_month == 0)))
    always = total.sum(axis=(0, 1)) / any_month
    of_month = np.where(any_kind > 0, total.sum(axis=1) / np.maximum(any_kind, 1), always)
    mean = np.where(count > 0, total / np.maximum(count, 1), of_month[:, None, :])
    year = mean[MONTH_OF_DAY, WEEKEND.astype(np.int64)]
    return HomeLoad(kwh=_kept(year.ravel()), measured=True)


def with_months(load: HomeLoad, monthly_kwh: Sequence[float]) -> HomeLoad:
    """Return ``load`` with the energy of each month as given. [kWh/month]"""
    wanted = np.asarray(monthly_kwh, dtype=np.float64)
    now = np.bincount(MONTH_OF_HOUR, weights=load.kwh, minlength=12)
    hours = np.array(MONTH_DAYS) * HOURS
    scale = np.divide(wanted, now, out=np.zeros(12), where=now > 0)
    flat = np.where(now > 0, 0.0, wanted / hours)
    return HomeLoad(
        kwh=_kept(load.kwh * scale[MONTH_OF_HOUR] + flat[MONTH_OF_HOUR]), measured=load.measured
    )


def tilted(load: HomeLoad, day_share: float) -> HomeLoad:
    """Return ``load`` with another part of every day's energy used from 6 to 18 h.

    Days keep their energy; a day that uses nothing by day, or nothing else, stays so.
    """
    share = min(max(day_share, 0.0), 1.0)
    days = load.kwh.reshape(DAYS, HOURS)
    whole = days.sum(axis=1)
    by_day = days[:, DAY_HOURS].sum(axis=1)
    by_night = whole - by_day
    both = (by_day > 0) & (by_night > 0)
    up = np.where(both, share * whole / np.where(both, by_day, 1.0), 1.0)
    down = np.where(both, (1 - share) * whole / np.where(both, by_night, 1.0), 1.0)
    factor = np.repeat(down[:, None], HOURS, axis=1)
    factor[:, DAY_HOURS] = up[:, None]
    return HomeLoad(kwh=_kept((days * factor).ravel()), measured=load.measured)


def _kept(hourly: Floats) -> Floats:
    if len(hourly) != YEAR_HOURS:
        raise SolarError("load-impossible", field="hours", value=len(hourly))
    hourly.flags.writeable = False
    return hourly


def _check(energy: Floats, weights: Floats, use: str) -> None:
    if len(energy) != len(MONTH_DAYS) or bool(np.any(energy < 0)):
        raise SolarError("load-impossible", field=use, value=len(energy))
    if len(weights) != HOURS or bool(np.any(weights < 0)) or weights.sum() <= 0:
        raise SolarError("load-impossible", field=use, value=len(weights))
