"""Invented homes for the tests of forecasts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.baselines import Climatology
from ahorraluz.core.forecast.forecaster import Hours, Windows
from ahorraluz.core.forecast.holidays import FreeDays
from ahorraluz.core.forecast.panel import HomeHours

ORIGIN = np.datetime64("2026-03-02")
"""A Monday."""


def windows_of(kwh: NDArray[np.float64], *, bill: float = float("nan")) -> Windows:
    """Return windows that end at one Monday, from hours of shape (w, 28, 24)."""
    return Windows(
        kwh=kwh,
        origin=np.full(len(kwh), ORIGIN),
        bill_kwh_day=np.full(len(kwh), bill),
    )


def random_kwh(count: int, *, seed: int = 0, unknown: float = 0.0) -> NDArray[np.float64]:
    """Return hours of shape (w, 28, 24) that repeat nothing, some of them unknown. [kWh]"""
    chance = np.random.default_rng(seed)
    kwh = chance.exponential(0.3, size=(count, 28, 24))
    kwh[chance.random(kwh.shape) < unknown] = np.nan
    return kwh


def home_of(
    days: int, *, name: str = "home", seed: int = 0, level: float = 0.3, first: str = "2026-01-01"
) -> HomeHours:
    """Return a home with more use in the evening. [kWh]"""
    chance = np.random.default_rng(seed)
    shape = np.where(np.arange(24) >= 18, 3.0, 0.5)
    return HomeHours(
        id=name,
        days=np.arange(days) + np.datetime64(first, "D"),
        kwh=level * shape * chance.exponential(size=(days, 24)),
    )


@dataclass(frozen=True)
class Narrow:
    """A model that is too sure of itself."""

    name: str = "narrow"
    version: str = "test"

    def predict(self, windows: Windows, *, days: int = 7) -> Hours:
        """Return a tenth of the usual band."""
        usual = Climatology().predict(windows, days=days)
        median = usual.quantiles[..., 4:5]
        return Hours(quantiles=median + 0.1 * (usual.quantiles - median), mean=usual.mean)


def load_narrow(*, free: FreeDays) -> Narrow:
    """Return the model that is too sure of itself, as fitted ones are opened."""
    assert callable(free)
    return Narrow()
