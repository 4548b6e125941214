"""Fit boosted trees on the meter files of a folder, judge them, and write them if they are good.

Homes, calendar cuts, bars and limits are those of the day mixer; TensorFlow is not needed.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

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
from ahorraluz.services.model_cards import places, rounded, versions
from ahorraluz.services.write_file import FileWriteError

WINDOWS = 4_000
"""Windows drawn to learn from."""
CHECK_STEP_DAYS = 2
"""Days from one origin to the next where bands are set. [day]"""
SHIPPED = Recipe(rounds=60, leaves=10, rate=0.14)
"""Smaller than ``Recipe()``: the files of all trees stay below half a megabyte."""
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
    seed: int = 0
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
    model = _fitted(panel, asked, progress)
    tables: dict[str, Table] = {}
    for homes, chosen in (("seen", panel.learnt()), ("unseen", panel.unseen())):
        tables[homes] = _judged(model, chosen)
        progress("judge", len(tables), 2)
    refused = [
        issue
        for homes, table in tables.items()
        for issue in refusals(table, homes=homes, name=NAME)
    ]
    if refused:
        raise InvalidInputError.of(refused)
    card = _card(asked, panel, tables)
    try:
        save(model, asked.out, card=card)
    except OSError:
        raise FileWriteError("file-not-written", file=str(asked.out / CARD_FILE)) from None
    progress("export", 1, 1)
    return {"name": NAME, "version": model.version, **card}


def _fitted(panel: Panel, asked: Asked, progress: Progress) -> Boosting:
    """Return trees fitted on one part of the learnt homes, their bands set on the next."""
    learnt = panel.learnt()
    if not learnt:
        raise InvalidInputError("train-nothing-learnt", homes=len(panel.homes))
    sample = drawn(learnt, asked.windows, np.random.default_rng(asked.seed))
    model = train_boosting(
        sample.cut,
        free=calendar_of(sample.country),
        recipe=asked.recipe,
        seed=asked.seed,
        progress=lambda done, total: progress("fit", done, total),
    )
    check = cut_of(learnt, "check", step_days=CHECK_STEP_DAYS)
    return calibrated(model, check.cut, free=calendar_of(check.country))


def _judged(model: Boosting, homes: list[TrainingHome]) -> Table:
    def make(free: FreeDays) -> Forecaster:
        return replace(model, free=free)

    return judged(make, homes) if homes else {}


def _card(asked: Asked, panel: Panel, tables: Mapping[str, Table]) -> dict[str, Any]:
    recipe = {name: value for name, value in asdict(asked.recipe).items() if name != "threads"}
    return {
        "trained": asked.as_of.isoformat(),
        "seed": asked.seed,
        "windows": asked.windows,
        "recipe": recipe,
        "libraries": versions(LIBRARIES),
        "data": dict(panel.hashes),
        "homes": places(panel),
        "quantiles": list(QUANTILES),
        "scores": rounded(tables, 4),
    }
