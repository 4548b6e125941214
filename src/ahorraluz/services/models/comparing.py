"""Compare a challenger with the champion, and write down what came of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.learning.registry import CHALLENGER, CHAMPION
from ahorraluz.learning.training_data import read_panel
from ahorraluz.services.models.card_figures import data_version
from ahorraluz.services.models.folder import ModelFolder
from ahorraluz.services.models.held_out import WARM, judge_both
from ahorraluz.services.models.opening import Numbered, Opened, opened, said_in
from ahorraluz.services.models.telling import tell_comparison
from ahorraluz.services.models.verdicts import Judged, of_cards, of_homes
from ahorraluz.services.toolbox import Toolbox

VERDICT = "verdict"
"""Tag of a version: what the last comparison said, and with which champion."""
TRAINING = "training"
"""Gate of a model that was written although training found it not good enough."""

Progress = Callable[[str, int, int], None]
"""Told of each step: a key ``models.step-*``, how much of it is done, how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two."""

    number: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came of a comparison."""

    challenger: Side
    champion: Side
    data_version: str
    """Of the data that they were judged on."""
    judged: Judged
    issues: tuple[Issue, ...]


def compare(
    wanted: str | None,
    data: Path | None,
    *,
    tools: Toolbox,
    as_of: datetime,
    progress: Progress = lambda _step, _done, _all: None,
) -> Comparison:
    """Compare a version with the champion, on homes that neither learnt from.

    Parameters
    ----------
    wanted
        Number, hash or alias of a version; ``None``: the challenger.
    data
        Folder of meter files, of which the homes that are always held out are judged on;
        ``None``: by the cards, where both were trained on the same data.
    tools
        Settings and the store.
    as_of
        The moment.
    progress
        Told of the work.

    Raises
    ------
    InvalidInputError
        ``models-version-unknown``, ``models-no-alias``, ``models-version-unclear``;
        ``models-same``: it is the champion; ``models-data-differs``: cards of other data and no
        folder; ``models-no-held-out``.
    TrainingDataError
        ``train-no-data``.
    BookError, RegistryError
        As of :func:`~ahorraluz.services.models.opening.opened`.
    """
    with opened(tools=tools, as_of=as_of) as found:
        challenger = found.find(wanted or CHALLENGER)
        champion = found.find(CHAMPION)
        if challenger.number == champion.number:
            raise InvalidInputError("models-same", number=champion.number)
        with found.files(challenger) as ours, found.files(champion) as theirs:
            judged, version = _judged(ours, theirs, data, progress)
            judged = _as_trained(judged, ours)
        issues = [*found.issues, *_write_down(found, challenger, champion, judged, version)]
        found.settle()
    return Comparison(
        challenger=Side(number=challenger.number, version=challenger.kept.version),
        champion=Side(number=champion.number, version=champion.kept.version),
        data_version=version,
        judged=judged,
        issues=tuple(issues),
    )


def verdict_of(one: Numbered, champion: Numbered) -> str:
    """Return what the last comparison of a version with this very champion said; empty: none."""
    said = said_in(one.kept.tags.get(VERDICT, ""))
    return str(said.get("verdict", "")) if said.get("champion") == champion.kept.content else ""


def _judged(
    ours: ModelFolder, theirs: ModelFolder, data: Path | None, progress: Progress
) -> tuple[Judged, str]:
    if data is None:
        own, other = data_version(ours.card), data_version(theirs.card)
        if own != other:
            raise InvalidInputError("models-data-differs", challenger=own, champion=other)
        return of_cards(ours.card, theirs.card), own
    progress("read", 0, 1)
    panel = read_panel(data)
    progress("read", 1, 1)
    homes = panel.unseen()
    progress("judge", 0, 1)
    found = of_homes(judge_both(ours, theirs, homes))
    progress("judge", 1, 1)
    return found, data_version({"data": dict(panel.hashes)})


def _as_trained(judged: Judged, ours: ModelFolder) -> Judged:
    """Return a verdict that minds what training said: what it would have refused is no better."""
    if not ours.card.get("refused"):
        return judged
    return replace(judged, failed=(*judged.failed, TRAINING), verdict="not-better")


def _write_down(
    found: Opened, one: Numbered, champion: Numbered, judged: Judged, version: str
) -> list[Issue]:
    """Keep the verdict with the version, its ratios with the run and for boards."""
    said = {
        "verdict": judged.verdict,
        "champion": champion.kept.content,
        "basis": judged.basis,
        "data_version": version,
        "at": found.as_of.isoformat(),
        "failed": list(judged.failed),
    }
    at = found.as_of
    ratios = {(row.cohort, row.hours, row.score): row.ratio for row in judged.rows}
    figures = {
        f"compare/{cohort}/{hours}h/{score}_over_champion": value
        for (cohort, hours, score), value in ratios.items()
    }
    for name, by_hours in judged.others.items():
        figures |= {f"compare/all/{h}h/wql_over_{name}": value for h, value in by_hours.items()}
    found.registry.add_figures(one.kept.run, figures, at=at)
    found.registry.note(found.name, one.kept.registered, VERDICT, json.dumps(said))
    homes = {row.cohort: row.homes for row in judged.rows}
    told = {("" if c == WARM else c, h, s): value for (c, h, s), value in ratios.items()}
    homes[""] = judged.homes
    return tell_comparison(told, homes, model=found.name, tools=found.tools, as_of=at)


def as_document(one: Comparison) -> Mapping[str, Any]:
    """Return a comparison as JSON would hold it."""
    judged = asdict(one.judged)
    judged["coverage"] = {str(hours): value for hours, value in one.judged.coverage.items()}
    judged["others"] = {
        name: {str(hours): value for hours, value in by_hours.items()}
        for name, by_hours in one.judged.others.items()
    }
    return {
        "challenger": asdict(one.challenger),
        "champion": asdict(one.champion),
        "data_version": one.data_version,
        **judged,
    }
