"""Judge a fitted day mixer as ``ahorraluz backtest`` does, and say whether it may be shipped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ahorraluz.core.forecast import calibration
from ahorraluz.core.forecast.backtest import (
    Trial,
    average,
    joined_scores,
    judge,
    make_trial,
    predict_all,
)
from ahorraluz.core.forecast.baselines import Climatology, SeasonalNaive, SevenDayMean
from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.cold_start import cold_trial
from ahorraluz.core.forecast.forecaster import (
    HORIZON_DAYS,
    Floats,
    Forecaster,
    Hours,
    Windows,
)
from ahorraluz.core.forecast.holidays import FreeDays
from ahorraluz.core.forecast.metrics import HomeScores
from ahorraluz.core.forecast.population import Population
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.learning.day_tokens import bare_as_others, hours_of_answer, tokens
from ahorraluz.learning.neural import Model
from ahorraluz.learning.sampling import cut_of, free_days
from ahorraluz.learning.training import tokens_of
from ahorraluz.learning.training_data import TrainingHome

BATCH = 512
HORIZONS_DAYS = (1, 7)
"""Days ahead that are reported. [day]"""
COVERAGE = (0.75, 0.85)
"""What the 80 % band must cover. [0 to 1]"""
BAR_MEAN, BAR_USUAL = "seven-day-mean", "climatology-28"
"""Whom the mean and whom the quantiles must beat."""

Averages = Mapping[str, float]
"""Scores averaged over homes, by their names."""
Table = dict[int, dict[str, Averages]]
"""Scores by days ahead and by the name of the model."""
MakeForecaster = Callable[[FreeDays], Forecaster]
"""A model with the holidays of a place."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KerasMixer:
    """A network in Keras behind the protocol of all forecasters."""

    model: Model
    population: Population
    offsets: Floats
    """What is added to the quantiles of each day ahead, shape (7, 9). [of a mean hour]"""
    free: FreeDays
    name: str = "day-mixer"
    version: str = "fitted"

    def predict(self, windows: Windows, *, days: int = HORIZON_DAYS) -> Hours:
        """Return the hours of the first days ahead; raises ``forecast-nothing-known``."""
        base = climatology(windows, days=HORIZON_DAYS, population=self.population)
        seen = tokens(windows, base, free=self.free)
        answer = self.model.predict(seen.inputs, batch_size=BATCH, verbose=0)
        told = hours_of_answer(answer[:, :days], seen.level, self.offsets)
        return bare_as_others(told, windows, base)


def fit_offsets(
    model: Model, homes: Sequence[TrainingHome], *, population: Population, step_days: int = 1
) -> Floats:
    """Return by how much to move the quantiles of each day ahead, shape (7, 9).

    Each quantile is moved so that its part of the hours to check with lies below it (split
    conformal); hours are in mean hours of their window. [of a mean hour]

    Parameters
    ----------
    model
        What ``neural.joined`` returns.
    homes
        Homes that were learnt from; their part to check with was not.
    population
        For windows without any reading.
    step_days
        Days from one origin to the next. [day]
    """
    sample = cut_of(homes, "check", step_days=step_days)
    if len(sample.cut.home) == 0:
        return calibration.NO_OFFSETS.shift
    seen = tokens_of(sample, population)
    answer = model.predict(seen.inputs, batch_size=BATCH, verbose=0)
    said = hours_of_answer(answer, seen.level, calibration.NO_OFFSETS.shift)
    return calibration.fit_offsets(said, np.maximum(sample.cut.actual, 0.0), seen.level).shift


def judged(
    make: MakeForecaster, homes: Sequence[TrainingHome], *, seen_days: int | None = None
) -> Table:
    """Return the scores of a model and of the bars on the part to judge with.

    Parameters
    ----------
    make
        The model for the holidays of a place.
    homes
        Homes to judge on.
    seen_days
        Days of readings that are shown; ``None``: all of the 28.
    """
    found: dict[tuple[int, str], list[HomeScores]] = {}
    for place in sorted({home.place for home in homes}):
        here = [home for home in homes if home.place == place]
        trial = make_trial([home.hours for home in here], first=here[0].judge_from)
        if seen_days is not None:
            trial = cold_trial(trial)
            shown = replace(trial.cut, windows=trial.cut.windows.seen(seen_days))
            trial = replace(trial, cut=shown)
        if len(trial.cut.home) == 0:
            continue
        for model in _with_bars(make(partial(free_days, here[0].country))):
            _judge(model, trial, found)
    table: Table = {days: {} for days in HORIZONS_DAYS}
    for (days, name), parts in found.items():
        table[days][name] = average(joined_scores(parts))
    return table


def refusals(table: Table, *, homes: str, name: str = "day-mixer") -> list[Issue]:
    """Return why a model may not be shipped, nothing where it may.

    Parameters
    ----------
    table
        What ``judged`` returns.
    homes
        Which homes these are: ``seen`` or ``unseen``.
    name
        Name of the model in the table.
    """
    issues = []
    for days, scores in table.items():
        if name not in scores:
            continue
        for score, bar in (("nrmse", BAR_MEAN), ("wql", BAR_USUAL)):
            own, theirs = scores[name][score], scores[bar][score]
            if not own < theirs:
                issues.append(
                    Issue(
                        code="train-not-better",
                        severity=Severity.ERROR,
                        parameters={
                            "homes": homes,
                            "days": days,
                            "score": score.upper(),
                            "value": own,
                            "bar": bar,
                            "limit": theirs,
                        },
                    )
                )
        covered = scores[name]["coverage80"]
        if not COVERAGE[0] <= covered <= COVERAGE[1]:
            issues.append(
                Issue(
                    code="train-coverage",
                    severity=Severity.ERROR,
                    parameters={"homes": homes, "days": days, "value": covered},
                )
            )
    return issues


def _with_bars(model: Forecaster) -> list[Forecaster]:
    return [model, SeasonalNaive(24), SeasonalNaive(168), SevenDayMean(), Climatology()]


def _judge(model: Forecaster, trial: Trial, found: dict[tuple[int, str], list[HomeScores]]) -> None:
    hours = predict_all(model, trial.cut.windows)
    for days in HORIZONS_DAYS:
        found.setdefault((days, model.name), []).append(judge(hours, trial, days=days))
