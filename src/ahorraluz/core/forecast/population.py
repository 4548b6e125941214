"""How homes spread their energy over a day: the answer where only a recibo is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HORIZON_DAYS,
    HOURS_DAY,
    QUANTILES,
    Days,
    Floats,
    ForecastError,
    Hours,
    tidy,
)
from ahorraluz.core.forecast.panel import HomeHours

DAY_KINDS = 2
"""Weekdays and weekends."""
LEAST_DAYS = 14
"""Days known of the 28 before, for a home's level to stand for a recibo. [day]"""
FINE = tuple((step + 0.5) / 100 for step in range(100))
"""Probabilities that stand for one home among others, so that a long record does not count
for more than a short one. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """The day of a home of which only the level is known."""

    shape: Floats
    """Mean part of a day's energy in each hour, weekdays then weekends, each row adding up to
    one, shape (2, 24)."""
    quantile_ratio: Floats
    """Energy of an hour over its mean at each of ``QUANTILES``, rising, shape (24, 9)."""

    def __post_init__(self) -> None:
        """Refuse tables that are not as described (``population-malformed``)."""
        good = (
            self.shape.shape == (DAY_KINDS, HOURS_DAY)
            and self.quantile_ratio.shape == (HOURS_DAY, len(QUANTILES))
            and bool(np.all(self.shape >= 0))
            and bool(np.allclose(self.shape.sum(axis=1), 1.0, atol=1e-3))
            and bool(np.all(self.quantile_ratio >= 0))
            and bool(np.all(np.diff(self.quantile_ratio, axis=1) >= 0))
        )
        if not good:
            raise ForecastError("population-malformed")


UNINFORMED = Population(
    shape=np.full((DAY_KINDS, HOURS_DAY), 1 / HOURS_DAY),
    quantile_ratio=np.tile(-np.log1p(-np.array(QUANTILES)), (HOURS_DAY, 1)),
)
"""What is known before any home was seen: every hour alike, and the exponential distribution,
the widest there is for a quantity that is never negative and of which the mean is known."""


def population_hours(
    level_kwh: Floats, origin: Days, *, days: int = HORIZON_DAYS, population: Population
) -> Hours:
    """Return the hours ahead of homes of which only the level is known.

    Parameters
    ----------
    level_kwh
        Mean energy of a day, shape (w,). [kWh]
    origin
        First day ahead, datetime64[D], shape (w,).
    days
        Days ahead. [day]
    population
        How homes spread their energy.
    """
    ahead = origin[:, None] + np.arange(days).astype("timedelta64[D]")
    shape = population.shape[is_weekend(ahead).astype(np.int64)]
    mean = level_kwh[:, None, None] * shape
    quantiles = mean[..., None] * population.quantile_ratio
    hours = days * HOURS_DAY
    return tidy(
        quantiles.reshape(len(origin), hours, len(QUANTILES)), mean.reshape(len(origin), hours)
    )


def fit_population(homes: Sequence[HomeHours]) -> Population:
    """Return how some homes spread their energy; every home counts the same.

    A home's hours are held against the mean of the 28 days before them, as a recibo gives it,
    so that the quantiles hold what changes from month to month, from home to home and from
    day to day.

    Raises
    ------
    ForecastError
        ``population-too-few-days``: no home has two weeks before a known day.
    """
    found = [ratios for home in homes if (ratios := _ratios(home)) is not None]
    parts = [part for part in (_shares(days, ratio) for days, ratio in found) if part is not None]
    if not parts:
        raise ForecastError("population-too-few-days", homes=len(homes), days=LEAST_DAYS)
    shape = np.mean(parts, axis=0)
    shape /= shape.sum(axis=1, keepdims=True)
    # An hour of a flat shape at the least: a ratio to nothing would have no bound.
    by_hour = np.maximum(shape, 1e-6)
    fine = [
        np.nanquantile(ratio / by_hour[is_weekend(days).astype(np.int64)], FINE, axis=0)
        for days, ratio in found
        if bool(np.all(np.any(~np.isnan(ratio), axis=0)))
    ]
    pooled = np.concatenate(fine)
    return Population(shape=shape, quantile_ratio=np.quantile(pooled, QUANTILES, axis=0).T)


def _ratios(home: HomeHours) -> tuple[Days, Floats] | None:
    """Return days and their hours over the mean day before, shapes (d,) and (d, 24)."""
    if len(home.days) <= LEAST_DAYS:
        return None
    known = ~np.isnan(home.kwh)
    hours = np.concatenate([[0.0], np.cumsum(known.sum(axis=1))])
    energy = np.concatenate([[0.0], np.cumsum(np.where(known, home.kwh, 0.0).sum(axis=1))])
    end = np.arange(len(home.days))
    start = np.maximum(end - CONTEXT_DAYS, 0)
    count = hours[end] - hours[start]
    level = (energy[end] - energy[start]) / np.maximum(count, 1) * HOURS_DAY
    good = (count >= LEAST_DAYS * HOURS_DAY) & (level > 0)
    if not bool(np.any(good)):
        return None
    return home.days[good], home.kwh[good] / level[good][:, None]


def _shares(days: Days, ratio: Floats) -> Floats | None:
    """Return a home's part of a day in each hour, shape (2, 24); ``None``: an hour is unknown."""
    weekend = is_weekend(days)
    rows = []
    for kind in (~weekend, weekend):
        known = ~np.isnan(ratio[kind])
        count = known.sum(axis=0)
        if not bool(np.all(count > 0)):
            return None
        rows.append(np.where(known, ratio[kind], 0.0).sum(axis=0) / count)
    shape = np.stack(rows)
    total = shape.sum(axis=1, keepdims=True)
    return shape / total if bool(np.all(total > 0)) else None


def is_weekend(days: Days) -> NDArray[np.bool_]:
    """Tell which days are a Saturday or a Sunday, same shape."""
    weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return np.asarray(weekday >= 5)
