"""The model of hourly use that a process serves, as its settings say."""

from ahorraluz.core.forecast.baselines import Climatology
from ahorraluz.core.forecast.forecaster import Forecaster, ForecastError
from ahorraluz.core.issues import Issue
from ahorraluz.learning.served import Serving
from ahorraluz.learning.serving import TensorFlowServing
from ahorraluz.learning.shelf import FOLDER
from ahorraluz.services.forecast_models import holidays_of, population_known, warned
from ahorraluz.services.quiet_runtime import quiet_runtime
from ahorraluz.settings import Settings
from ahorraluz.telemetry import ModelMeters


def open_serving(settings: Settings) -> Serving:
    """Return the model of a data folder; it is loaded when it is first asked."""
    meters = ModelMeters()
    server = None
    if settings.serving_url:
        server = TensorFlowServing(
            url=settings.serving_url,
            meters=meters,
            timeout_s=settings.serving_timeout_ms / 1_000,
        )
    return Serving(
        shelf=settings.data_dir / FOLDER, meters=meters, server=server, quietly=quiet_runtime
    )


def served_forecaster(serving: Serving, *, zone: str) -> tuple[Forecaster, tuple[Issue, ...]]:
    """Return the version in use for the homes of a zone, for all that one request asks.

    Where the system cannot run it: the climatology, with the issue that says so.
    """
    try:
        return serving.forecaster(free=holidays_of(zone)), ()
    except ForecastError as error:
        return Climatology(population_known()), (warned(error),)
