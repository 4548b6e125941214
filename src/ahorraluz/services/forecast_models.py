"""The models of hourly use by their names: those of the core, and those that were fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING

from ahorraluz.core.forecast.baselines import Climatology, SeasonalNaive, SevenDayMean
from ahorraluz.core.forecast.forecaster import Forecaster
from ahorraluz.core.forecast.holidays import COUNTRY, FreeDays, no_free, peru_free
from ahorraluz.core.forecast.population import UNINFORMED, Population
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue, Severity
from ahorraluz.services.quiet_runtime import quiet_runtime

if TYPE_CHECKING:
    from ahorraluz.learning.served import Serving

NAIVE = "seasonal-naive-24"
WEEK_MEAN = "seven-day-mean"
CLIMATOLOGY = "climatology-28"
BARS = (NAIVE, WEEK_MEAN, CLIMATOLOGY)
"""Models that every other one is held against."""
BASELINES = ("seasonal-naive-24", "seasonal-naive-168", "seven-day-mean", "climatology-28")
FITTED: Mapping[str, str] = {
    "boosting": "ahorraluz.learning.boosting:load_default",
    "day-mixer": "ahorraluz.learning.litert:load_default",
}
"""Where each fitted model is opened, ``module:function``; imported when it is asked for."""
SERVED = "day-mixer"
"""The one that homes are told by, of which other versions are promoted."""
NAMES = (*BASELINES, *FITTED)
MOST_ZONES = 1_024
"""Zones whose calendar is remembered: more than there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenModels:
    """Models that can answer here, and why others cannot."""

    models: tuple[Forecaster, ...]
    """The baselines first."""
    issues: tuple[Issue, ...]


def open_models(
    names: Sequence[str] | None = None, *, zone: str, serving: "Serving | None" = None
) -> OpenModels:
    """Return models by their names.

    Parameters
    ----------
    names
        Any of ``NAMES``, which must then be there; ``None``: all that are there.
    zone
        IANA zone of the homes: the holidays are those of its country.
    serving
        Where the day mixer is taken from, so that it is the one in use; ``None``: the one that
        comes with the program.

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
    free = holidays_of(zone)
    known = _baselines(population_known())
    models: list[Forecaster] = []
    issues: list[Issue] = []
    for name in NAMES if names is None else (name for name in NAMES if name in names):
        served = serving if name == SERVED else None
        model = known.get(name) or _fitted(name, free, served)
        if model is not None:
            models.append(model)
        elif names is not None:
            raise InvalidInputError("forecast-model-missing", model=name)
        else:
            missing = {"model": name}
            issues.append(
                Issue(code="forecast-model-missing", severity=Severity.NOTE, parameters=missing)
            )
    return OpenModels(models=tuple(models), issues=tuple(issues))


@lru_cache(maxsize=MOST_ZONES)
def holidays_of(zone: str) -> FreeDays:
    """Return the national holidays of a zone's country; of a zone of no country there are none.

    Parameters
    ----------
    zone
        IANA zone, such as ``America/Lima``.
    """
    country = country_of(zone)
    if country is None:
        return no_free
    if country == COUNTRY:
        return peru_free
    from ahorraluz.learning.sampling import free_days

    return partial(free_days, country)


@cache
def country_of(zone: str) -> str | None:
    """Return the ISO code of the country that a zone is of."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if not line.startswith("#") and line.split("\t")[2] == zone:
            return line[:2]
    return None


def _baselines(population: Population) -> Mapping[str, Forecaster]:
    models: tuple[Forecaster, ...] = (
        SeasonalNaive(24, population),
        SeasonalNaive(168, population),
        SevenDayMean(population),
        Climatology(population),
    )
    return {model.name: model for model in models}


def warned(error: AhorraLuzError) -> Issue:
    """Return why a model does not run here, as a warning beside the answer of another."""
    return replace(error.issue, severity=Severity.WARNING)


def population_known() -> Population:
    """Return how the homes behind the default model spread their energy, if it is there."""
    from ahorraluz.learning.litert import default_population

    try:
        return default_population()
    except OSError:
        return UNINFORMED


def _fitted(name: str, free: FreeDays, serving: "Serving | None") -> Forecaster | None:
    """Return a fitted model; ``None``: what runs it is not installed, or it was not fitted."""
    module, _, function = FITTED[name].partition(":")
    try:
        if serving is not None:
            return serving.forecaster(free=free)
        with quiet_runtime():
            model: Forecaster = getattr(import_module(module), function)(free=free)
    except (ImportError, OSError, AhorraLuzError):
        return None
    return model
