"""What can be seen of how the service runs: the trail by pseudonyms, and the models in use."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.services.accounts.trail import check_trail
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import TrailEntry
from ahorraluz.store.trail import TrailCheck

MODELS = ("boosting", "day-mixer")
"""Folders of ``data/models`` that hold the card of a model."""
PAGE_OF = 100
BAR = "seasonal-naive-24"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """Lines of the trail, the newest first."""

    lines: tuple[TrailEntry, ...]
    older: int | None
    """Where the next lines begin; ``None``: there are no older ones."""
    whole: TrailCheck | None
    """What the trail holds, each line as it was written; ``None``: it was altered."""
    altered: Issue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What is on record of a model that ships with the program."""

    name: str
    trained: str
    windows: int | None
    places: tuple[tuple[str, int, int], ...]
    """Places of the homes it learnt from, and of those it was held against."""
    scores: tuple["ModelScore", ...]
    libraries: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    """Files it learnt from, each with the beginning of its hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScore:
    """What a model was found to be worth on hours it had not seen."""

    homes: str
    """``seen`` or ``unseen`` homes."""
    days: int
    """How far ahead."""
    nmae: float
    """Mean error of an hour, in a ratio to the mean use."""
    bar: float
    """The same of the rule that repeats the day before."""
    coverage: float
    """How many hours fell into the range that is to hold eight in ten."""


def trail_page(*, act: str = "", before: int | None, tools: Toolbox) -> TrailPage:
    """Return a part of the trail; of one act alone where it is named."""
    trail = tools.store.people.trail
    try:
        lines = trail.newest(limit=PAGE_OF + 1, before=before, act=act or None)
    except AhorraLuzError as error:
        if error.issue.code != "database-none":
            raise
        return TrailPage(lines=(), older=None, whole=check_trail(tools=tools), altered=None)
    whole, altered = None, None
    try:
        whole = check_trail(tools=tools)
    except AhorraLuzError as error:
        altered = error.issue
    shown = lines[:PAGE_OF]
    older = shown[-1].id if len(lines) > PAGE_OF else None
    return TrailPage(lines=shown, older=older, whole=whole, altered=altered)


def model_cards() -> Sequence[ModelCard]:
    """Return the cards of the models that ship with the program."""
    return [_card(name) for name in MODELS]


def _card(name: str) -> ModelCard:
    path = files("ahorraluz").joinpath("data", "models", name, "card.json")
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    windows = said.get("windows") or said.get("recipe", {}).get("windows")
    return ModelCard(
        name=name,
        trained=str(said["trained"]),
        windows=None if windows is None else int(windows),
        places=tuple(
            (str(place["place"]), int(place["learnt"]), int(place["held_out"]))
            for place in said["homes"]
        ),
        scores=tuple(
            ModelScore(
                homes=homes,
                days=int(days),
                nmae=float(models[name]["nmae"]),
                bar=float(models[BAR]["nmae"]),
                coverage=float(models[name]["coverage80"]),
            )
            for homes, by_days in said["scores"].items()
            for days, models in by_days.items()
            if name in models and BAR in models
        ),
        libraries=tuple((str(k), str(v)) for k, v in said["libraries"].items()),
        files=tuple((str(k), str(v)[:12]) for k, v in said["data"].items()),
    )
