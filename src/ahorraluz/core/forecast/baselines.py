"""The bars for every other model: what anybody would say without a model."""

from dataclasses import dataclass

import numpy as np

from ahorraluz.core.forecast.climatology import (
    WEEK,
    climatology,
    nearest_hours,
    same_hour_mean,
    with_population,
)
from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HORIZON_DAYS,
    HOURS_DAY,
    QUANTILES,
    Floats,
    Hours,
    Windows,
)
from ahorraluz.core.forecast.population import UNINFORMED, Population

NOT_FITTED = "core"
"""Version of models without anything that was fitted."""


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """The same hour of the last day, or of the last week."""

    lag_h: int
    """Hours from an hour to the one it repeats: whole days, at most 28. [h]"""
    population: Population = UNINFORMED

    @property
    def name(self) -> str:
        """``seasonal-naive-24`` or ``seasonal-naive-168``."""
        return f"seasonal-naive-{self.lag_h}"

    @property
    def version(self) -> str:
        """Nothing is fitted."""
        return NOT_FITTED

    def predict(self, windows: Windows, *, days: int = HORIZON_DAYS) -> Hours:
        """Return the hours ahead; unknown ones as the mean of the week at the same hour.

        Raises
        ------
        ForecastError
            ``forecast-nothing-known``.
        """
        lag = self.lag_h // HOURS_DAY
        repeated = windows.kwh[:, CONTEXT_DAYS - lag + np.arange(days) % lag]
        usual = _week_mean(windows)[:, None]
        return _point(np.where(np.isnan(repeated), usual, repeated), windows, self.population)


@dataclass(frozen=True, slots=True)
class SevenDayMean:
    """The mean of the last seven days at the same hour."""

    population: Population = UNINFORMED

    @property
    def name(self) -> str:
        """``seven-day-mean``."""
        return "seven-day-mean"

    @property
    def version(self) -> str:
        """Nothing is fitted."""
        return NOT_FITTED

    def predict(self, windows: Windows, *, days: int = HORIZON_DAYS) -> Hours:
        """Return the hours ahead, the same for every day.

        Raises
        ------
        ForecastError
            ``forecast-nothing-known``.
        """
        every_day = np.tile(_week_mean(windows)[:, None], (1, days, 1))
        return _point(every_day, windows, self.population)


@dataclass(frozen=True, slots=True)
class Climatology:
    """The quantiles of 28 days at the same hour and the two beside it."""

    population: Population = UNINFORMED

    @property
    def name(self) -> str:
        """``climatology-28``."""
        return "climatology-28"

    @property
    def version(self) -> str:
        """Nothing is fitted."""
        return NOT_FITTED

    def predict(self, windows: Windows, *, days: int = HORIZON_DAYS) -> Hours:
        """Return the hours ahead, the same for every day.

        Raises
        ------
        ForecastError
            ``forecast-nothing-known``.
        """
        return climatology(windows, days=days, population=self.population)


def _week_mean(windows: Windows) -> Floats:
    """Return the mean of the last week by hour, of the month where unknown, shape (w, 24)."""
    week, month = same_hour_mean(windows.kwh[:, -WEEK:]), same_hour_mean(windows.kwh)
    return nearest_hours(np.where(np.isnan(week), month, week))


def _point(kwh: Floats, windows: Windows, population: Population) -> Hours:
    """Return one value for each hour as all of its quantiles; ``kwh`` has shape (w, d, 24)."""
    days = kwh.shape[1]
    mean = np.maximum(kwh.reshape(len(windows), days * HOURS_DAY), 0.0)
    quantiles = np.broadcast_to(mean[..., None], (*mean.shape, len(QUANTILES)))
    point = Hours(quantiles=quantiles, mean=mean)
    return with_population(point, windows, days=days, population=population)
