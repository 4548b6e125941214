"""The models of hourly use by their names: those of the core, and those that were fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from ahorraluz.core.forecast.baselines import Climatology, SeasonalNaive, SevenDayMean
from ahorraluz.core.forecast.forecaster import Forecaster
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue, Severity

NAIVE = "seasonal-naive-24"
WEEK_MEAN = "seven-day-mean"
CLIMATOLOGY = "climatology-28"
BARS = (NAIVE, WEEK_MEAN, CLIMATOLOGY)
"""Models that every other one is held against."""
BASELINES: Mapping[str, Forecaster] = {
    model.name: model
    for model in (SeasonalNaive(24), SeasonalNaive(168), SevenDayMean(), Climatology())
}
FITTED: Mapping[str, str] = {
    "boosting": "ahorraluz.learning.boosting:load_default",
    "day-mixer": "ahorraluz.learning.litert:load_default",
}
"""Where each fitted model is opened, ``module:function``; imported when it is asked for."""
NAMES = (*BASELINES, *FITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenModels:
    """Models that can answer here, and why others cannot."""

    models: tuple[Forecaster, ...]
    """The baselines first."""
    issues: tuple[Issue, ...]


def open_models(names: Sequence[str] | None = None) -> OpenModels:
    """Return models by their names.

    Parameters
    ----------
    names
        Any of ``NAMES``, which must then be there; ``None``: all that are there.

    Raises
    ------
    InvalidInputError
        ``forecast-model-unknown``: no model has that name; ``forecast-model-missing``: one
        that was named is not installed or was not fitted.
    """
    for name in names or ():
        if name not in NAMES:
            raise InvalidInputError(
                "forecast-model-unknown", value=name[:60], choices=", ".join(NAMES)
            )
    models: list[Forecaster] = []
    issues: list[Issue] = []
    for name in NAMES if names is None else (name for name in NAMES if name in names):
        model = BASELINES.get(name) or _fitted(name)
        if model is not None:
            models.append(model)
        elif names is not None:
            raise InvalidInputError("forecast-model-missing", model=name)
        else:
            issues.append(
                Issue(
                    code="forecast-model-missing",
                    severity=Severity.NOTE,
                    parameters={"model": name},
                )
            )
    return OpenModels(models=tuple(models), issues=tuple(issues))


def _fitted(name: str) -> Forecaster | None:
    """Return a fitted model; ``None``: what runs it is not installed, or it was not fitted."""
    module, _, function = FITTED[name].partition(":")
    try:
        model: Forecaster = getattr(import_module(module), function)()
    except (ImportError, OSError, AhorraLuzError):
        return None
    return model
