"""What every model of hourly use is given, and what it answers with.

One window is one home at one local midnight: the 28 days before it, hour by hour, and
nothing after it. Models take many windows at once, so that a thousand homes are one call.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

QUANTILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Probabilities of the quantiles, rising. [0 to 1]"""
MEDIAN = QUANTILES.index(0.5)
LOW, HIGH = QUANTILES.index(0.1), QUANTILES.index(0.9)
"""Ends of the 80 % band."""
CONTEXT_DAYS = 28
"""Days before the origin that a model may look at. [day]"""
HORIZON_DAYS = 7
"""Days ahead. [day]"""
HOURS_DAY = 24
FACTS = ("people", "hourly_tariff", "electric_water")
"""What a model may know of a home beside its energy: how many live in it, whether its hours have
prices of their own, whether it heats its water with electricity (1 yes, 0 no)."""


class ForecastError(AhorraLuzError):
    """A home whose use to come cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """Homes at their origins, w of them."""

    kwh: Floats
    """Energy of each hour of the 28 days before the origin, oldest first; NaN where nothing
    is known, shape (w, 28, 24). [kWh]"""
    origin: Days
    """First day ahead, datetime64[D], shape (w,). Hours count from its local midnight."""
    bill_kwh_day: Floats
    """Mean energy of a day by the home's recibos, NaN where none is known, shape (w,). [kWh]"""
    temp_c: Floats | None = None
    """Mean temperature of the 28 days and of the days ahead as forecast at the origin, NaN where
    not known, shape (w, 28 + 7). [°C]"""
    facts: Floats | None = None
    """Columns ``FACTS``, NaN where not known, shape (w, 3)."""

    def __post_init__(self) -> None:
        """Refuse columns that do not belong together (``forecast-windows``)."""
        count = len(self.origin)
        good = (
            self.kwh.shape == (count, CONTEXT_DAYS, HOURS_DAY)
            and self.bill_kwh_day.shape == (count,)
            and (self.temp_c is None or self.temp_c.shape == (count, CONTEXT_DAYS + HORIZON_DAYS))
            and (self.facts is None or self.facts.shape == (count, len(FACTS)))
        )
        if not good:
            raise ForecastError("forecast-windows", windows=count)

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.origin)

    def rows(self, chosen: NDArray[np.int64] | NDArray[np.bool_] | slice) -> "Windows":
        """Return some of the windows."""
        return Windows(
            kwh=self.kwh[chosen],
            origin=self.origin[chosen],
            bill_kwh_day=self.bill_kwh_day[chosen],
            temp_c=None if self.temp_c is None else self.temp_c[chosen],
            facts=None if self.facts is None else self.facts[chosen],
        )

    def seen(self, days: int) -> "Windows":
        """Return the windows as they were with only the last ``days`` days of readings.

        With none, the recibo is all that is known: its mean day is then that of the hidden
        days, where no recibo was given.
        """
        kwh = self.kwh.copy()
        kwh[:, : CONTEXT_DAYS - days] = np.nan
        bill = self.bill_kwh_day
        if days == 0:
            bill = np.where(np.isnan(bill), mean_day(self.kwh), bill)
        return replace(self, kwh=kwh, bill_kwh_day=bill)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hours:
    """What a model says of the hours ahead."""

    quantiles: Floats
    """Energy of each hour at each of ``QUANTILES``; never negative, never crossing, never NaN,
    shape (w, h, 9). [kWh]"""
    mean: Floats
    """Expected energy of each hour: what sums and money are made of, shape (w, h). [kWh]"""


class Forecaster(Protocol):
    """A model of hourly use."""

    @property
    def name(self) -> str:
        """Short name, such as ``seasonal-naive-24``."""

    @property
    def version(self) -> str:
        """What was fitted: a hash or a number; ``core`` where nothing is fitted."""

    def predict(self, windows: Windows, *, days: int = HORIZON_DAYS) -> Hours:
        """Return the hours of the first ``days`` days ahead, h = 24 × days.

        A window without any reading is answered from its recibo; one without both raises
        ``forecast-nothing-known``.
        """


def mean_day(kwh: Floats) -> Floats:
    """Return the mean energy of a day of each window, NaN without any hour. [kWh]

    The mean of known hours by hour of day comes first, so that a day of which only the
    evening is known does not count as a whole one.

    Parameters
    ----------
    kwh
        Energy by hour, shape (w, d, 24). [kWh]
    """
    known = ~np.isnan(kwh)
    count = known.sum(axis=1)
    total = np.where(known, kwh, 0.0).sum(axis=1)
    by_hour = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    hours = (count > 0).sum(axis=1)
    sums = np.where(count > 0, by_hour, 0.0).sum(axis=1)
    return np.where(hours > 0, sums / np.maximum(hours, 1) * HOURS_DAY, np.nan)


def tidy(quantiles: Floats, mean: Floats) -> Hours:
    """Return hours with quantiles in order and nothing below zero."""
    return Hours(quantiles=np.sort(np.maximum(quantiles, 0.0), axis=-1), mean=np.maximum(mean, 0.0))
