"""How well the months of many homes are told, each from the recibos before it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.bills_only import PAST_MONTHS, YEARS, month_quantiles
from ahorraluz.core.forecast.forecaster import HIGH, LOW, MEDIAN, Floats
from ahorraluz.core.forecast.months import QuantileNet

Ints = NDArray[np.int64]

YEAR_MONTHS = 12
RECENT = 3
"""Months of the simple mean that stands in where a year is not on record. [month]"""
LEAST_FOR_SWING = 3
"""Months that a home's swing is told from. [month]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ToldMonths:
    """Months that were told, with what came and what simple rules say; n of them."""

    home: Ints
    """Place of each month's home in the table."""
    month: Ints
    """Place of the month in the table."""
    known: Ints
    """Months on record before it."""
    actual: Floats
    """What came. [kWh]"""
    quantiles: Floats
    """Shape (n, 9). [kWh]"""
    mean: Floats
    last: Floats
    """The newest month before it. [kWh]"""
    recent: Floats
    """Mean of the newest three months, as far as they are known. [kWh]"""
    year: Floats
    """The same month of the newest earlier year that holds it, NaN where none does. [kWh]"""
    swing: Floats
    """Spread of the steps between months before it, NaN below three months. [log]"""

    def rows(self, chosen: NDArray[np.bool_]) -> "ToldMonths":
        """Return some of the months."""
        return ToldMonths(**{item.name: getattr(self, item.name)[chosen] for item in fields(self)})

    @property
    def median(self) -> Floats:
        """The point that half of the months lie above: what percentages are judged by. [kWh]"""
        return self.quantiles[:, MEDIAN]

    @property
    def average(self) -> Floats:
        """Mean of the last month and the same month last year. [kWh]"""
        return (self.last + self.year) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PointScores:
    """Errors of one rule; NaN where no month could be scored."""

    months: int
    """Months with some use: a percentage of nothing is not defined."""
    mean_ape: float
    """Mean absolute error as a percentage of what came. [%]"""
    median_ape: float
    total_ape: float
    """Sum of the absolute errors over the sum of what came, empty months included. [%]"""
    mean_error: float
    """Mean absolute error, empty months included. [kWh, or soles of a recibo]"""


def tell_months(kwh: Floats, net: QuantileNet, *, horizon: int = 1) -> ToldMonths:
    """Return every month that has a known month ``horizon`` before it, told from there.

    Parameters
    ----------
    kwh
        Energy by home and calendar month, NaN where there is no bill, shape (homes, m). [kWh]
    horizon
        Months from the newest known month to the one to tell.
    """
    homes, months = kwh.shape
    padded = np.concatenate([np.full((homes, PAST_MONTHS), np.nan), kwh], axis=1)
    parts = []
    for target in range(horizon, months):
        newest = PAST_MONTHS + target - horizon
        past = padded[:, newest - PAST_MONTHS + 1 : newest + 1][:, ::-1]
        good = np.flatnonzero(~np.isnan(kwh[:, target]) & ~np.isnan(past[:, 0]))
        if len(good):
            parts.append(_told(good, target, past[good], kwh[good, target], net, horizon))
    return _joined(parts)


def point_scores(point: Floats, actual: Floats) -> PointScores:
    """Return the errors of a point for each month; months of no use count in the total alone."""
    some = actual > 0
    total, errors = float(actual.sum()), np.abs(point - actual)
    share = shares_wrong(point, actual)[some]
    return PointScores(
        months=int(some.sum()),
        mean_ape=float(np.mean(share)) if len(share) else np.nan,
        median_ape=float(np.median(share)) if len(share) else np.nan,
        total_ape=float(errors.sum() / total * 100) if total > 0 else np.nan,
        mean_error=float(errors.mean()) if len(errors) else np.nan,
    )


def shares_wrong(point: Floats, actual: Floats) -> Floats:
    """Return each absolute error over what came, NaN where nothing came, shape (n,). [%]"""
    some = actual > 0
    return np.where(some, np.abs(point - actual) / np.where(some, actual, 1.0) * 100, np.nan)


def band_scores(told_quantiles: Floats, actual: Floats) -> tuple[float, float]:
    """Return how often the 80 % band held, and its mean width over the mean of what came.

    Both are shares, NaN without any month.
    """
    if len(actual) == 0:
        return np.nan, np.nan
    low, high = told_quantiles[:, LOW], told_quantiles[:, HIGH]
    mean = float(actual.mean())
    held = float(np.mean((actual >= low) & (actual <= high)))
    return held, float(np.mean(high - low)) / mean if mean > 0 else np.nan


def by_swing(told: ToldMonths) -> Mapping[str, ToldMonths]:
    """Return the months of calm, middling and restless homes, thirds by their swing."""
    swing = told.swing[~np.isnan(told.swing)]
    if len(swing) == 0:
        return {}
    lower, upper = np.quantile(swing, [1 / 3, 2 / 3])
    return {
        "calm": told.rows(told.swing <= lower),
        "middling": told.rows((told.swing > lower) & (told.swing <= upper)),
        "restless": told.rows(told.swing > upper),
    }


def _told(
    homes: Ints, target: int, past: Floats, actual: Floats, net: QuantileNet, horizon: int
) -> ToldMonths:
    quantiles, mean = month_quantiles(past, np.full(len(homes), horizon, dtype=np.int64), net)
    year = np.full(len(homes), np.nan)
    for back in YEARS:
        if back >= horizon:
            year = np.where(np.isnan(year), past[:, back - horizon], year)
    known = ~np.isnan(past)
    near = known[:, :RECENT]
    recent = np.where(near, past[:, :RECENT], 0.0).sum(axis=1) / near.sum(axis=1)
    return ToldMonths(
        home=homes.astype(np.int64),
        month=np.full(len(homes), target, dtype=np.int64),
        known=known.sum(axis=1).astype(np.int64),
        actual=actual,
        quantiles=quantiles,
        mean=mean,
        last=past[:, 0],
        recent=recent,
        year=year,
        swing=_swing(past),
    )


def _swing(past: Floats) -> Floats:
    """Return the root mean square of the steps between months that follow each other. [log]"""
    logs = np.log(past[:, :YEAR_MONTHS] + 1.0)
    steps = np.diff(logs, axis=1)
    both = ~np.isnan(steps)
    squares = np.where(both, steps**2, 0.0).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    return np.where(both.sum(axis=1) >= LEAST_FOR_SWING - 1, np.sqrt(squares), np.nan)


def _joined(parts: list[ToldMonths]) -> ToldMonths:
    if parts:
        names = [item.name for item in fields(ToldMonths)]
        columns = {n: np.concatenate([getattr(part, n) for part in parts]) for n in names}
        return ToldMonths(**columns)
    none, no_numbers = np.zeros(0, dtype=np.int64), np.zeros(0)
    return ToldMonths(
        home=none, month=none, known=none, actual=no_numbers, quantiles=np.zeros((0, 9)),
        mean=no_numbers, last=no_numbers, recent=no_numbers, year=no_numbers, swing=no_numbers,
    )  # fmt: skip
