"""The hours ahead of many homes: one tensor for all of them and for the past they are judged by."""

from functools import cache

from ahorraluz.core.forecast.baselines import Climatology
from ahorraluz.core.forecast.forecaster import Forecaster, ForecastError
from ahorraluz.services.forecast_models import population_known
from ahorraluz.services.quiet_runtime import quiet_runtime


@cache
def hours_model() -> Forecaster:
    """Return the model that homes of Peru are told by, or the one that needs no runtime."""
    from ahorraluz.learning.litert import load_default

    try:
        with quiet_runtime():
            return load_default()
    except ForecastError:
        return Climatology(population_known())
