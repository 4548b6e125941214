"""Fit the day mixer on the meter files of a folder, judge it, and write it if it is good."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ahorraluz.core.forecast.cold_start import SEEN_DAYS
from ahorraluz.core.forecast.forecaster import FACTS, QUANTILES, Floats
from ahorraluz.core.forecast.population import Population, fit_population
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.learning.export import Agreement, export
from ahorraluz.learning.judging import KerasMixer, Table, fit_offsets, judged, refusals
from ahorraluz.learning.litert import CARD_FILE, MODEL_FILE, NAME
from ahorraluz.learning.neural import Model, joined, require_tensorflow
from ahorraluz.learning.sampling import Sample, cut_of
from ahorraluz.learning.training import Recipe, fit, tokens_of
from ahorraluz.learning.training_data import Panel, TrainingHome, read_panel
from ahorraluz.services.model_cards import made_on, places, rounded, spread, versions
from ahorraluz.services.write_file import write_whole

SHIPPED = 1
"""Networks whose mean is the model: a second one takes two thousandths off the error and costs
a tenth of a millisecond a home."""
SAMPLE_WINDOWS = 200
"""Windows on which the exported forms are compared."""
SAMPLE_STEP_DAYS = 5
"""Days from one of them to the next. [day]"""
LIBRARIES = ("ahorraluz", "numpy", "keras", "tensorflow-cpu", "tensorflow")

Progress = Callable[[str, int, int], None]
"""Told of each step: a key ``train.step-*``, how much of it is done, how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be trained."""

    data: Path
    """Folder of meter files."""
    out: Path
    """Folder the model is written to; made where there is none."""
    as_of: date
    seeds: int = 3
    """Networks to fit, each from its own seed: 0, 1, 2 …"""
    anyway: bool = False
    """Whether a model that is not good enough is written too; its card then says why not."""
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model that was written."""

    card: Mapping[str, Any]
    """Content of ``card.json``."""
    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fitted:
    """A network, or the mean of some, with what it needs to answer in kWh."""

    model: Model
    population: Population
    offsets: Floats

    def judged(self, homes: list[TrainingHome], seen_days: int | None = None) -> Table:
        """Return the scores of this model and of the bars."""

        def make(free: Any) -> KerasMixer:  # noqa: ANN401 - FreeDays
            return KerasMixer(
                model=self.model, population=self.population, offsets=self.offsets, free=free
            )

        return judged(make, homes, seen_days=seen_days)


def train_models(asked: Asked, *, progress: Progress) -> Trained:
    """Fit, judge and write a model.

    Raises
    ------
    ExtraMissingError
        ``train-extra-missing``: TensorFlow is not installed.
    TrainingDataError
        ``train-no-data``: no meter file that can be learnt from.
    InvalidInputError
        ``train-not-better``, ``train-coverage``: the model is not good enough; nothing is
        written, unless it was asked for anyway.
    ExportError
        ``export-differs``: the exported forms do not agree.
    """
    require_tensorflow()
    progress("read", 0, 1)
    panel = read_panel(asked.data)
    progress("read", 1, 1)
    learnt, unseen = panel.learnt(), panel.unseen()
    population = fit_population([_learnt_part(home) for home in learnt])
    members = _members(learnt, population, asked, progress)
    shipped = _fitted(members[:SHIPPED], learnt, population)
    tables = _judge(shipped, members, learnt, unseen, progress)
    refused = _refusals(tables)
    if refused and not asked.anyway:
        raise InvalidInputError.of(refused)
    progress("export", 0, 1)
    sample = tokens_of(compared_on(learnt), population).inputs
    chosen = {name: values[:SAMPLE_WINDOWS] for name, values in sample.items()}
    agreement = export(shipped.model, asked.out, sample=chosen)
    card = _card(asked, panel, shipped, tables, agreement)
    if refused:
        card["refused"] = sorted({issue.code for issue in refused})
    text = json.dumps(card, ensure_ascii=False, indent=1) + "\n"
    write_whole(asked.out / CARD_FILE, text.encode("utf-8"))
    progress("export", 1, 1)
    return Trained(card=card, agreement=agreement)


def compared_on(learnt: Sequence[TrainingHome]) -> Sample:
    """Return windows on which the exported forms are compared, never none.

    They are of the part to check with; readings too short to have one leave those of the first
    home that was learnt from. Forms compared on nothing would agree whatever they said.
    """
    held = (cut_of(learnt[:8], "check", step_days=SAMPLE_STEP_DAYS),)
    others = (cut_of([home], "learn", step_days=SAMPLE_STEP_DAYS) for home in learnt)
    return next(sample for sample in chain(held, others) if len(sample.cut.home))


def _members(
    homes: list[TrainingHome], population: Population, asked: Asked, progress: Progress
) -> list[Model]:
    rounds = asked.recipe.epochs
    members = []
    for seed in range(asked.seeds):

        def told(done: int, _total: int, _loss: float, before: int = seed * rounds) -> None:
            progress("fit", before + done, asked.seeds * rounds)

        members.append(
            fit(homes, population=population, recipe=asked.recipe, seed=seed, progress=told)
        )
    return members


def _fitted(members: list[Model], homes: list[TrainingHome], population: Population) -> _Fitted:
    model = joined(members)
    offsets = fit_offsets(model, homes, population=population)
    return _Fitted(model=model, population=population, offsets=offsets)


def _stated(homes: list[TrainingHome]) -> dict[str, int]:
    """Return how many homes had stated each of ``FACTS``."""
    counts = np.sum([~np.isnan(home.facts) for home in homes], axis=0)
    return dict(zip(FACTS, counts.tolist(), strict=True))


def _learnt_part(home: TrainingHome) -> Any:  # noqa: ANN401 - HomeHours
    known = home.hours.days < home.learn_until
    return replace(home.hours, days=home.hours.days[known], kwh=home.hours.kwh[known])


def _judge(
    shipped: _Fitted,
    members: list[Model],
    learnt: list[TrainingHome],
    unseen: list[TrainingHome],
    progress: Progress,
) -> dict[str, Any]:
    """Return every table of scores by its name in the card."""
    steps = 2 + len(members) + len(SEEN_DAYS)
    tables: dict[str, Any] = {}
    for name, homes in (("seen", learnt), ("unseen", unseen)):
        tables[name] = shipped.judged(homes) if homes else {}
        progress("judge", len(tables), steps)
    singles = []
    for member in members:
        alone = _fitted([member], learnt, shipped.population)
        singles.append(alone.judged(unseen) if unseen else {})
        progress("judge", 2 + len(singles), steps)
    tables["unseen_by_seed"] = spread(singles, NAME)
    tables["cold_start"] = {}
    for days in SEEN_DAYS:
        if unseen:
            tables["cold_start"][days] = shipped.judged(unseen, days)
        progress("judge", 3 + len(members) + len(tables["cold_start"]) - 1, steps)
    return tables


def _refusals(tables: Mapping[str, Any]) -> list[Issue]:
    return [
        issue
        for homes in ("seen", "unseen")
        for issue in refusals(tables[homes], homes=homes, name=NAME)
    ]


def _card(
    asked: Asked,
    panel: Panel,
    shipped: _Fitted,
    tables: Mapping[str, Any],
    agreement: Agreement,
) -> dict[str, Any]:
    content = (asked.out / MODEL_FILE).read_bytes()
    return {
        "name": NAME,
        "version": hashlib.sha256(content).hexdigest()[:12],
        "trained": asked.as_of.isoformat(),
        "seeds": list(range(asked.seeds)),
        "members": min(SHIPPED, asked.seeds),
        "recipe": asdict(asked.recipe),
        "libraries": versions(LIBRARIES),
        "made_on": made_on(),
        "data": dict(panel.hashes),
        "homes": places(panel),
        "facts": _stated(panel.learnt()),
        "quantiles": list(QUANTILES),
        "offsets": rounded(shipped.offsets.tolist(), 5),
        "population": {
            "shape": rounded(shipped.population.shape.tolist(), 6),
            "quantile_ratio": rounded(shipped.population.quantile_ratio.tolist(), 5),
        },
        "agreement": asdict(agreement),
        "scores": rounded(tables, 4),
    }
