"""Fit boosted trees on the meter files of a folder, judge them, and write them if they are good.

Homes, calendar cuts, bars and limits are those of the day mixer; TensorFlow is not needed.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ahorraluz.core.forecast.cold_start import SEEN_DAYS
from ahorraluz.core.forecast.forecaster import QUANTILES, Forecaster
from ahorraluz.core.forecast.holidays import FreeDays
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.learning.boosting import (
    CARD_FILE,
    NAME,
    Boosting,
    Recipe,
    calibrated,
    require_lightgbm,
    save,
    train_boosting,
)
from ahorraluz.learning.judging import Table, judged, refusals
from ahorraluz.learning.sampling import calendar_of, cut_of, drawn
from ahorraluz.learning.training_data import Panel, TrainingHome, read_panel
from ahorraluz.services.model_cards import places, rounded, spread, versions
from ahorraluz.services.write_file import FileWriteError

WINDOWS = 8_000
"""Windows drawn to learn from."""
CHECK_STEP_DAYS = 2
"""Days from one origin to the next where bands are set. [day]"""
SHIPPED = Recipe(rounds=120, leaves=16, rate=0.08)
"""Half of what would still help: the files of all trees stay below one megabyte."""
LIBRARIES = ("ahorraluz", "numpy", "lightgbm")

Progress = Callable[[str, int, int], None]
"""Told of each step: a key ``train.step-*``, how much of it is done, how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be fitted."""

    data: Path
    """Folder of meter files."""
    out: Path
    """Folder the model is written to; made where there is none."""
    as_of: date
    seeds: int = 3
    """Sets of trees to fit, each from its own seed: 0, 1, 2 …; the first is written, the
    others show how much is chance."""
    windows: int = WINDOWS
    recipe: Recipe = field(default_factory=lambda: SHIPPED)


def train_trees(asked: Asked, *, progress: Progress) -> Mapping[str, Any]:
    """Fit, judge and write boosted trees; return the content of their card.

    Raises
    ------
    BoostingError
        ``extra-missing``: LightGBM is not installed. ``boosting-too-few-hours``.
    TrainingDataError
        ``train-no-data``: no meter file that can be learnt from.
    InvalidInputError
        ``train-not-better``, ``train-coverage``: the trees are not good enough; nothing is
        written.
    FileWriteError
        ``file-not-written``.
    """
    require_lightgbm()
    progress("read", 0, 1)
    panel = read_panel(asked.data)
    progress("read", 1, 1)
    models = [_fitted(panel, asked, seed, progress) for seed in range(asked.seeds)]
    tables = _tables(models, panel, progress)
    refused = [
        issue
        for homes in ("seen", "unseen")
        for issue in refusals(tables[homes], homes=homes, name=NAME)
    ]
    if refused:
        raise InvalidInputError.of(refused)
    card = _card(asked, panel, tables)
    try:
        save(models[0], asked.out, card=card)
    except OSError:
        raise FileWriteError("file-not-written", file=str(asked.out / CARD_FILE)) from None
    progress("export", 1, 1)
    return {"name": NAME, "version": models[0].version, **card}


def _fitted(panel: Panel, asked: Asked, seed: int, progress: Progress) -> Boosting:
    """Return trees fitted on one part of the learnt homes, their bands set on the next."""
    learnt = panel.learnt()
    if not learnt:
        raise InvalidInputError("train-nothing-learnt", homes=len(panel.homes))
    sample = drawn(learnt, asked.windows, np.random.default_rng(seed))
    model = train_boosting(
        sample.cut,
        free=calendar_of(sample.country),
        recipe=asked.recipe,
        seed=seed,
        progress=lambda done, total: progress("fit", seed * total + done, asked.seeds * total),
    )
    check = cut_of(learnt, "check", step_days=CHECK_STEP_DAYS)
    return calibrated(model, check.cut, free=calendar_of(check.country))


def _tables(models: list[Boosting], panel: Panel, progress: Progress) -> dict[str, Any]:
    """Return every table of scores by its name in the card."""
    steps = 1 + len(models) + len(SEEN_DAYS)
    shipped, unseen = models[0], panel.unseen()
    tables: dict[str, Any] = {"seen": _judged(shipped, panel.learnt())}
    progress("judge", 1, steps)
    singles = []
    for model in models:
        singles.append(_judged(model, unseen))
        progress("judge", 1 + len(singles), steps)
    tables["unseen"] = singles[0]
    tables["unseen_by_seed"] = spread(singles, NAME)
    tables["cold_start"] = {}
    for days in SEEN_DAYS:
        tables["cold_start"][days] = _judged(shipped, unseen, days)
        progress("judge", 1 + len(models) + len(tables["cold_start"]), steps)
    return tables


def _judged(model: Boosting, homes: list[TrainingHome], seen_days: int | None = None) -> Table:
    def make(free: FreeDays) -> Forecaster:
        return replace(model, free=free)

    return judged(make, homes, seen_days=seen_days) if homes else {}


def _card(asked: Asked, panel: Panel, tables: Mapping[str, Any]) -> dict[str, Any]:
    recipe = {name: value for name, value in asdict(asked.recipe).items() if name != "threads"}
    return {
        "trained": asked.as_of.isoformat(),
        "seeds": list(range(asked.seeds)),
        "windows": asked.windows,
        "recipe": recipe,
        "libraries": versions(LIBRARIES),
        "data": dict(panel.hashes),
        "homes": places(panel),
        "quantiles": list(QUANTILES),
        "scores": rounded(tables, 4),
    }
