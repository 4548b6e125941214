"""Readings by calendar month: the energy that prices ask for, and how much of it was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.option_years import MeasuredMonth
from ahorraluz.core.consumption import exact_kwh
from ahorraluz.core.periods import Period, month_after
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.schema import DAY_S, Readings, Step

WHOLE = 0.9
"""Part of a month that must be known for it to stand for the month. [0 to 1]"""
YEAR_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUse:
    """Energy of one calendar month as far as it is known."""

    period: Period
    kwh: float
    """Energy of the intervals that are known. [kWh]"""
    peak_kwh: float | None
    """Its part in hora punta; ``None``: the intervals are too long to tell. [kWh]"""
    known: float
    """Part of the month's time that is known. [0 to 1]"""

    @property
    def calendar(self) -> int:
        """Calendar month its middle falls in, 1 to 12: recibos are named so."""
        return (self.period.start + timedelta(days=self.period.days // 2)).month

    @property
    def is_whole(self) -> bool:
        """Whether enough is known for the month to be priced."""
        return self.known >= WHOLE

    @property
    def whole_kwh(self) -> float:
        """Energy of the whole month, at the mean of what is known. [kWh]"""
        return self.kwh / self.known if self.known else 0.0

    def measured(self) -> MeasuredMonth:
        """Return the month ready to be priced, to the watt-hour."""
        peak = (self.peak_kwh or 0.0) / self.known if self.known else 0.0
        kwh = exact_kwh(self.whole_kwh)
        return MeasuredMonth(period=self.period, kwh=kwh, peak_kwh=min(exact_kwh(peak), kwh))


def months_of(readings: Readings, *, peak: NDArray[np.bool_] | None = None) -> tuple[MonthUse, ...]:
    """Return every calendar month the readings touch, by rising date.

    An interval counts in the month it starts in. Readings of months, such as recibos,
    stay as they are: from one reading of the meter to the next.

    Parameters
    ----------
    readings
        The clean series.
    peak
        Which intervals are in hora punta, shape (n,); ``None``: not to be told.
    """
    local = local_seconds(readings.starts_s, zone=readings.zone)
    if readings.step is Step.MONTH:
        return _as_read(readings, local)
    month = local.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    first = int(month[0])
    place = month - first
    size = int(place[-1]) + 1
    energy = np.nan_to_num(readings.energy_kwh)
    ends = np.append(readings.starts_s[1:], np.int64(readings.end_s))
    seconds = np.where(np.isnan(readings.energy_kwh), 0, ends - readings.starts_s)
    kwh = np.bincount(place, weights=energy, minlength=size)
    known = np.bincount(place, weights=seconds, minlength=size)
    in_peak = None if peak is None else np.bincount(place, weights=energy * peak, minlength=size)
    return tuple(
        MonthUse(
            period=period,
            kwh=float(kwh[at]),
            peak_kwh=None if in_peak is None else float(in_peak[at]),
            known=min(1.0, float(known[at]) / (period.days * DAY_S)),
        )
        for at, period in enumerate(_periods(first, size))
    )


def _as_read(readings: Readings, local_s: NDArray[np.int64]) -> tuple[MonthUse, ...]:
    end = local_seconds(np.array([int(readings.end.timestamp())]), zone=readings.zone)
    days = np.append(local_s, end).astype("datetime64[s]").astype("datetime64[D]").astype(date)
    return tuple(
        MonthUse(
            period=Period(start, after),
            kwh=0.0 if np.isnan(kwh) else float(kwh),
            peak_kwh=None,
            known=0.0 if np.isnan(kwh) else 1.0,
        )
        for start, after, kwh in zip(days, days[1:], readings.energy_kwh, strict=False)
        if after > start
    )


def _periods(first: int, count: int) -> Sequence[Period]:
    start = np.datetime64(first, "M").astype("datetime64[D]").astype(date)
    periods = []
    for _ in range(count):
        periods.append(Period(start, month_after(start)))
        start = periods[-1].end
    return periods


def latest_year(months: Sequence[MonthUse]) -> tuple[MonthUse, ...]:
    """Return the latest whole months, at most twelve, each calendar month once."""
    chosen: dict[int, MonthUse] = {}
    for month in reversed(months):
        if month.is_whole and month.calendar not in chosen:
            chosen[month.calendar] = month
    return tuple(sorted(chosen.values(), key=lambda month: month.period.start))


def year_to_come(
    months: Sequence[MonthUse], periods: Sequence[Period]
) -> tuple[Decimal, ...] | None:
    """Return the energy of months to come if nothing changes. [kWh/month]

    The same calendar month where it was measured whole, else the mean of the days of
    the whole months, or of all that is known; ``None``: nothing is known.

    Parameters
    ----------
    months
        What was measured (:func:`months_of`).
    periods
        Months to come.
    """
    whole = latest_year(months)
    by_month = {month.calendar: month for month in whole}
    counted = whole or tuple(months)
    days = sum(month.known * month.period.days for month in counted)
    if not days:
        return None
    daily = sum(month.kwh for month in counted) / days
    energies = []
    for period in periods:
        middle = period.start + (period.end - period.start) / 2
        same = by_month.get(middle.month)
        per_day = daily if same is None else same.whole_kwh / same.period.days
        energies.append(exact_kwh(per_day * period.days))
    return tuple(energies)
