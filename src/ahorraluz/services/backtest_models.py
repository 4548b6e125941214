"""How the models would have done on the homes of a file, one against the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.backtest import (
    HISTORY_DAYS,
    Trial,
    as_served,
    first_origin,
    joined_scores,
    judge,
    make_trial,
    predict_all,
)
from ahorraluz.core.forecast.cold_start import SEEN_DAYS, cold_trial, seen_windows
from ahorraluz.core.forecast.forecaster import CONTEXT_DAYS, HOURS_DAY, Forecaster, Hours
from ahorraluz.core.forecast.metrics import HomeScores
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.learning.panel_files import holds_features
from ahorraluz.learning.served import Serving
from ahorraluz.services.candidate import held_out_homes, with_candidate
from ahorraluz.services.forecast_models import BASELINES, FITTED, open_models
from ahorraluz.services.model_scores import HomeParts, ModelScore, Scores, summary
from ahorraluz.services.panel_homes import (
    UTC_ZONE,
    PanelHomes,
    Progress,
    cohorts_of_homes,
    read_homes,
    silent,
)

HORIZONS_H = (24, 168)
"""Hours ahead that are reported. [h]"""
GROUP_WINDOWS = 10_000
"""Windows of the homes that are held in memory together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a backtest is to find out."""

    as_of: date
    """Last day that can have been measured."""
    first: date | None = None
    """First origin; ``None``: the last fifth of the calendar."""
    zone: str | None = None
    """IANA zone of local days; ``None``: UTC."""
    models: tuple[str, ...] | None = None
    """Names of those to show; ``None``: all that are there."""
    horizons_h: tuple[int, ...] = HORIZONS_H
    cold_start: bool = False
    """Whether also with only the last days of readings, and with none."""
    cohorts: Path | None = None
    """Table of the groups of homes; ``None``: the column of the file, where it has one."""
    candidate: Path | None = None
    """Folder of a network that is judged in the place of the one that is served."""
    serving: Serving | None = None
    """Where the served one is taken from; ``None``: the one that comes with the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdScore:
    """How the models did with a few days of readings."""

    seen_days: int
    models: tuple[ModelScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What was found out."""

    name: str
    zone: str
    first: date
    last: date
    """Last origin."""
    homes: int
    windows: int
    models: tuple[ModelScore, ...]
    cold: tuple[ColdScore, ...]
    issues: tuple[Issue, ...]


def backtest_models(path: Path, asked: Asked, *, progress: Progress = silent) -> Backtest:
    """Return how the models would have done on the homes of a tidy table.

    Parameters
    ----------
    path
        Readings; see :func:`~ahorraluz.ingest.panels.read_panel`. Or a folder that ``ahorraluz
        features`` has written, of which the homes are judged that are never learnt from.
    asked
        What is to be found out.
    progress
        Told of the work.

    Raises
    ------
    InvalidInputError
        ``backtest-too-short``: no home has two weeks before an origin and half a day after it;
        what :func:`read_homes`, :func:`cohorts_of_homes`, :func:`open_models`,
        :func:`with_candidate` and :func:`held_out_homes` raise.
    AhorraLuzError
        The file cannot be read as such a table.
    """
    opened = open_models(asked.models, zone=asked.zone or UTC_ZONE, serving=asked.serving)
    if asked.candidate is not None:
        opened = with_candidate(opened, asked.candidate, zone=asked.zone or UTC_ZONE)
    if holds_features(path):
        panel, first = held_out_homes(path, zone=asked.zone)
    else:
        panel = read_homes(path, zone=asked.zone, as_of=asked.as_of, progress=progress)
        first = first_origin(panel.homes)
    first = first if asked.first is None else np.datetime64(asked.first, "D")
    shown = tuple(model.name for model in opened.models)
    bars = open_models(BASELINES, zone=asked.zone or UTC_ZONE).models
    bars = tuple(bar for bar in bars if bar.name not in shown)
    cohorts = cohorts_of_homes([home.id for home in panel.homes], panel.cohorts, asked.cohorts)
    work = _Work(panel, first, (*bars, *opened.models), asked, progress)
    work.run()
    if not work.windows:
        raise InvalidInputError(
            "backtest-too-short",
            days=max(len(home.days) for home in panel.homes),
            day=first.astype(object),
            least=CONTEXT_DAYS // 2 + 1,
        )
    warm = HomeParts(level=np.concatenate(work.levels), cohorts=cohorts)
    cold = HomeParts(level=None, cohorts=cohorts)
    horizons = asked.horizons_h
    return Backtest(
        name=panel.name,
        zone=panel.zone,
        first=min(work.origins).astype(object),
        last=max(work.origins).astype(object),
        homes=work.homes,
        windows=work.windows,
        models=summary(work.joined(None), opened.models, horizons_h=horizons, parts=warm),
        cold=tuple(
            ColdScore(
                seen_days=days,
                models=summary(work.joined(days), opened.models, horizons_h=horizons, parts=cold),
            )
            for days in (SEEN_DAYS if asked.cold_start else ())
        ),
        issues=(*panel.issues, *opened.issues, *cohorts.issues, *work.issues(panel)),
    )


class _Work:
    """The run over groups of homes, and what comes together on the way."""

    def __init__(
        self,
        panel: PanelHomes,
        first: np.datetime64,
        models: Sequence[Forecaster],
        asked: Asked,
        progress: Progress,
    ) -> None:
        self._groups = list(_groups(panel.homes, first))
        self._first, self._models, self._asked = first, models, asked
        self._progress, self._done = progress, 0
        self._scores: dict[tuple[int | None, str, int], list[HomeScores]] = {}
        self.levels: list[NDArray[np.float64]] = []
        self.origins: set[np.datetime64] = set()
        self.windows = self.homes = 0

    def run(self) -> None:
        """Judge every model on every group."""
        for group in self._groups:
            served = make_trial(group, first=self._first, history_days=HISTORY_DAYS)
            trial = served.rows(served.tested)
            self.levels.append(trial.level)
            self.windows += len(trial.cut.windows)
            self.homes += len(np.unique(trial.cut.home))
            self.origins |= set(np.unique(trial.cut.windows.origin))
            for model in self._models:
                if model.name in FITTED:
                    hours = as_served(predict_all(model, served.cut.windows), served)
                    self._judge(hours, served, model, seen=None)
                else:
                    self._judge(predict_all(model, trial.cut.windows), trial, model, seen=None)
            if self._asked.cold_start:
                self._run_cold(cold_trial(trial))

    def _run_cold(self, trial: Trial) -> None:
        # A home of a few days has no errors of its own to be moved by.
        for days, shown in seen_windows(trial):
            for model in self._models:
                self._judge(predict_all(model, shown), trial, model, seen=days)

    def _judge(self, hours: Hours, trial: Trial, model: Forecaster, *, seen: int | None) -> None:
        for ahead in self._asked.horizons_h:
            found = judge(hours, trial, days=ahead // HOURS_DAY)
            self._scores.setdefault((seen, model.name, ahead), []).append(found)
        rounds = 1 + (len(SEEN_DAYS) if self._asked.cold_start else 0)
        self._done += 1
        self._progress("models", self._done, len(self._groups) * len(self._models) * rounds)

    def joined(self, seen: int | None) -> Scores:
        """Return the scores of all homes with so many days seen; ``None``: all there are."""
        return {
            (name, ahead): joined_scores(parts)
            for (days, name, ahead), parts in self._scores.items()
            if days == seen
        }

    def issues(self, panel: PanelHomes) -> Iterator[Issue]:
        """Yield what the reader must know of the homes."""
        without = len(panel.homes) - self.homes
        if without:
            yield Issue(
                code="backtest-homes-without-window",
                severity=Severity.NOTE,
                parameters={"count": without, "homes": len(panel.homes)},
            )


def _groups(homes: Sequence[HomeHours], first: np.datetime64) -> Iterator[tuple[HomeHours, ...]]:
    """Yield homes in groups that fit in memory."""
    start = first - np.timedelta64(HISTORY_DAYS, "D")
    sizes = [int((home.days >= start).sum()) for home in homes]
    numbers = [total // GROUP_WINDOWS for total in accumulate(sizes)]
    for number in dict.fromkeys(numbers):
        yield tuple(
            home for home, of_group in zip(homes, numbers, strict=True) if of_group == number
        )
