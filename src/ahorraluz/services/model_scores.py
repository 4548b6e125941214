"""The scores of models over the homes of a file, and whether one is better than another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.backtest import (
    Ratio,
    average,
    home_draws,
    missing_reason,
    no_ratio_reason,
    ratio,
    terciles,
)
from ahorraluz.core.forecast.forecaster import HORIZON_DAYS, HOURS_DAY, Floats, Forecaster
from ahorraluz.core.forecast.metrics import ERRORS, HomeScores
from ahorraluz.services.forecast_models import BARS, BASELINES, FITTED
from ahorraluz.services.month_scores import SEED
from ahorraluz.services.panel_homes import Cohorts

LEAST_TERCILE = 3
"""Homes it takes to speak of thirds."""
WEEK_H = HORIZON_DAYS * HOURS_DAY

Scores = Mapping[tuple[str, int], HomeScores]
"""Scores by name of the model and hours ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BestRatio:
    """An error over that of the baseline with the least of it."""

    bar: str
    ratio: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCohort:
    """The homes of one group."""

    name: str
    homes: int
    """With a score."""
    windows: int
    averages: Mapping[str, float]
    best: Mapping[str, BestRatio]
    """Each error over that of the baseline that did best on these homes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A third of the homes by what they used before the test."""

    third: int
    """0 for those that use the least, 2 for the most."""
    homes: int
    low_kwh_day: float
    high_kwh_day: float
    averages: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonScore:
    """How one model did some hours ahead."""

    hours: int
    homes: int
    windows: int
    averages: Mapping[str, float]
    """Scores averaged over homes by their names, NaN where no home has one."""
    reasons: Mapping[str, str]
    """Why those are missing."""
    ratios: Mapping[str, Mapping[str, Ratio | None]]
    """Each error over that of a bar, by the bar's name."""
    ratio_reasons: Mapping[str, Mapping[str, str]]
    """Why those are ``None``, by the bar's name and the error's."""
    best: Mapping[str, BestRatio]
    """Each error over that of the baseline with the least of it; of the others, for a baseline."""
    cohorts: tuple[Cohort, ...] = ()
    named: tuple[NamedCohort, ...] = ()
    """Groups that a table of homes names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScore:
    """How one model did."""

    name: str
    version: str
    horizons: tuple[HorizonScore, ...]
    calibrated: bool = False
    """Whether its quantiles were moved by its errors of the days before each origin."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HomeParts:
    """How the homes are parted."""

    level: Floats | None
    """Mean energy of an hour before the test, shape (homes,); ``None``: no thirds. [kWh]"""
    cohorts: Cohorts


def summary(
    found: Scores, models: Sequence[Forecaster], *, horizons_h: Sequence[int], parts: HomeParts
) -> tuple[ModelScore, ...]:
    """Return how some models did, each beside the baselines.

    Parameters
    ----------
    found
        Scores by home of those models and of every baseline.
    models
        Those to tell of.
    horizons_h
        Hours ahead. [h]
    parts
        How the homes are parted.
    """
    homes = max(len(of_homes.windows) for of_homes in found.values())
    draws = home_draws(homes, chance=np.random.default_rng(SEED))
    return tuple(
        ModelScore(
            name=model.name,
            version=model.version,
            horizons=tuple(
                _horizon(found, (model.name, ahead), parts, draws) for ahead in horizons_h
            ),
            calibrated=parts.level is not None and model.name in FITTED,
        )
        for model in models
    )


def _horizon(
    found: Scores, chosen: tuple[str, int], parts: HomeParts, draws: NDArray[np.int64]
) -> HorizonScore:
    (name, ahead), ours = chosen, found[chosen]
    averages = average(ours)
    return HorizonScore(
        hours=ahead,
        homes=int((ours.windows > 0).sum()),
        windows=int(ours.windows.sum()),
        averages=averages,
        reasons={
            metric: missing_reason(metric, ours, days=ahead // HOURS_DAY)
            for metric, value in averages.items()
            if np.isnan(value)
        },
        ratios={
            bar: {
                metric: ratio(getattr(ours, metric), getattr(found[bar, ahead], metric), draws)
                for metric in _errors(ahead)
            }
            for bar in BARS
            if bar != name
        },
        ratio_reasons=_ratio_reasons(found, chosen),
        best=_best(found, chosen, draws),
        cohorts=() if parts.level is None else tuple(_cohorts(ours, parts.level)),
        named=tuple(_named(found, chosen, parts.cohorts, draws)),
    )


def _ratio_reasons(found: Scores, chosen: tuple[str, int]) -> Mapping[str, Mapping[str, str]]:
    """Return why ratios are missing, of the bars for which one is."""
    (name, ahead), by_bar = chosen, {}
    for bar in (bar for bar in BARS if bar != name):
        reasons = {}
        for metric in _errors(ahead):
            ours, theirs = (getattr(found[model, ahead], metric) for model in (name, bar))
            reason = no_ratio_reason(ours, theirs)
            if reason is not None:
                reasons[metric] = reason
        if reasons:
            by_bar[bar] = reasons
    return by_bar


def _errors(ahead: int) -> list[str]:
    return [metric for metric in ERRORS if metric != "week_kwh_error" or ahead == WEEK_H]


def _best(
    found: Scores,
    chosen: tuple[str, int],
    draws: NDArray[np.int64],
    inside: NDArray[np.bool_] | None = None,
) -> Mapping[str, BestRatio]:
    """Return each error over the least that another baseline has on these homes."""
    (name, ahead), best = chosen, {}
    for metric in _errors(ahead):
        scores = {bar: getattr(found[bar, ahead], metric) for bar in (*BASELINES, name)}
        # One home without a score would be an easier set of homes for one of them.
        good = ~np.any(np.isnan(list(scores.values())), axis=0)
        good = good if inside is None else good & inside
        if not bool(good.any()):
            continue
        others = [bar for bar in BASELINES if bar != name]
        least = min(others, key=lambda bar: float(scores[bar][good].mean()))
        of_all = ratio(np.where(good, scores[name], np.nan), scores[least], draws)
        if of_all is not None:
            best[metric] = BestRatio(bar=least, ratio=of_all)
    return best


def _named(
    found: Scores, chosen: tuple[str, int], cohorts: Cohorts, draws: NDArray[np.int64]
) -> Iterator[NamedCohort]:
    ours = found[chosen]
    for place, name in enumerate(cohorts.names):
        inside = cohorts.place == place
        yield NamedCohort(
            name=name,
            homes=int(((ours.windows > 0) & inside).sum()),
            windows=int(ours.windows[inside].sum()),
            averages=average(ours, inside),
            best=_best(found, chosen, draws, inside),
        )


def _cohorts(found: HomeScores, level: NDArray[np.float64]) -> Iterator[Cohort]:
    with_window = found.windows > 0
    third = terciles(np.where(with_window, level, np.nan))
    if int((third >= 0).sum()) < LEAST_TERCILE:
        return
    for place in range(LEAST_TERCILE):
        chosen = third == place
        yield Cohort(
            third=place,
            homes=int(chosen.sum()),
            low_kwh_day=float(level[chosen].min()) * HOURS_DAY,
            high_kwh_day=float(level[chosen].max()) * HOURS_DAY,
            averages=average(found, chosen),
        )
