"""Readings of a kept home as a picture that moves needs them: hours and days in plain numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.pricing import YearPrices
from ahorraluz.core.readings.grid import HOUR_S, day_grid
from ahorraluz.core.readings.schema import Readings, Step
from ahorraluz.core.tariffs.year_arrays import UNPRICED
from ahorraluz.core.verification.panel import days_of
from ahorraluz.services.households.spans import Span, spans_of
from ahorraluz.services.understand_usage import Understanding, has_hours

MOST_DAYS = 366
"""Days of which every hour is sent at once: a year stays small on a slow line."""
MOST_DAILY = 3_660
"""Days that are sent at once, one number each."""
WH = 1000
CENTIMOS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Energies one after the other, each of as long a time."""

    start: date
    wh: Sequence[int | None]
    """``None``: not known. [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a home used, to be looked at from near and from far."""

    hours: Numbers | None
    """24 for each local day; ``None``: the readings are not so fine."""
    days: Numbers
    soles_kwh: float | None
    """What a kWh costs in a mean month; ``None``: no prices are known, or each hour has its
    own. [PEN/kWh]"""


def has_series(readings: Readings) -> bool:
    """Tell whether readings are fine enough for a picture that moves."""
    return readings.step is Step.DAY or Span.DAY in spans_of(readings)


def numbers_of(known: Understanding, day: date | None) -> Series:
    """Return the days of the readings, and the hours of the year about one of them.

    Parameters
    ----------
    known
        The home; its readings are such that :func:`has_series`.
    day
        Any local day; ``None``, or one out of reach: the last day read.
    """
    readings = known.readings
    return Series(
        hours=_hours(readings, day) if Span.DAY in spans_of(readings) else None,
        days=_days(readings),
        soles_kwh=soles_of_kwh(known),
    )


def soles_of_kwh(known: Understanding) -> float | None:
    """Return what a kWh costs in a mean month of the year to come, taxes and all. [PEN/kWh]

    What has to be paid with nothing used is no part of it.
    """
    if not known.terms or not known.kwh_by_month or has_hours(known.terms):
        return None
    wh = np.array([[int(kwh * WH)] for kwh in known.kwh_by_month], dtype=np.int64)
    prices = YearPrices(known.terms)
    totals, connected, energy = prices.totals(wh)[:, 0], prices.connected, int(wh.sum())
    if not energy or UNPRICED in totals or UNPRICED in connected:
        return None
    return float((totals - connected).sum()) / CENTIMOS / (energy / WH)


def _hours(readings: Readings, day: date | None) -> Numbers:
    grid = day_grid(readings)
    last = len(grid.days)
    if day is not None:
        # The day in the middle, as far as there is a year about it.
        place = int((np.datetime64(day, "D") - grid.days[0].astype("datetime64[D]")).astype(int))
        last = min(last, max(place + MOST_DAYS // 2, MOST_DAYS))
    first = max(0, last - MOST_DAYS)
    # Mean power of an hour is its energy.
    per_hour = HOUR_S // grid.interval_s
    hours = grid.power_kw[first:last].reshape(-1, per_hour).mean(axis=1)
    return _numbers(_day(grid.days[first]), hours)


def _days(readings: Readings) -> Numbers:
    days, kwh = days_of(readings)
    # A day that is not there is a day of which nothing is known.
    places = (days - days[0]).astype(np.int64)
    dense = np.full(int(places[-1]) + 1, np.nan)
    dense[places] = kwh
    first = max(0, len(dense) - MOST_DAILY)
    return _numbers(_day(days[0] + np.timedelta64(first, "D")), dense[first:])


def _numbers(start: date, kwh: NDArray[np.float64]) -> Numbers:
    wh = [None if np.isnan(value) else round(float(value) * WH) for value in kwh]
    return Numbers(start=start, wh=wh)


def _day(moment: np.datetime64) -> date:
    found: date = moment.astype("datetime64[D]").astype(object)
    return found
