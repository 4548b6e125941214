"""What happens to models, told to boards and to the trail, where there is a database."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.learning.shelf import versions as shelf_versions
from ahorraluz.learning.shelved import SHIPPED_NUMBER
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.live.model_figures import of_card
from ahorraluz.services.models.book import Act, Book
from ahorraluz.services.models.folder import shipped_folder
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import ModelFigure

FIGURES: Mapping[str, str] = {"promoted": "promotion", "rolled-back": "rollback"}
"""Name of the figure of each kind of change; its value is the number that is served from then."""
RETRAINING = "retraining"
"""Name of the figure of a model that was registered; its value is its number."""
OF_CHALLENGER = "{model}-challenger"
"""Whose figures those of a model are that is not served."""
NONE = "database-none"


def tell_act(act: Act, *, book: Book, tools: Toolbox) -> list[Issue]:
    """Tell a change, and beside it what is known of the model that is served from then on."""
    at = datetime.fromisoformat(act.at)
    at_s = int(at.timestamp())
    told = [_figure(FIGURES[act.kind], act.number, model=book.name, at_s=at_s)]
    card = _card(act.number, book)
    if card is not None:
        told += [replace(one, at_s=at_s) for one in of_card(card)]
    issues = _keep(told, tools=tools)
    if issues is None:
        return []
    detail = f"{book.name} {act.number} ({act.version})"
    try:
        name = "model-promoted" if act.kind == "promoted" else "model-rolled-back"
        note(name, tools=tools, as_of=at, detail=detail)
    except AhorraLuzError as error:
        issues += _not_told(error)
    return issues


def tell_registered(
    card: Mapping[str, Any], number: int, *, tools: Toolbox, as_of: datetime
) -> list[Issue]:
    """Tell that a model was registered, and what its card says, as figures of a challenger."""
    model = OF_CHALLENGER.format(model=card["name"])
    at_s = int(as_of.timestamp())
    told = [replace(one, model=model, at_s=at_s) for one in of_card(card)]
    told.append(_figure(RETRAINING, number, model=model, at_s=at_s))
    return _keep(told, tools=tools) or []


def tell_comparison(
    ratios: Mapping[tuple[str, int, str], float],
    homes: Mapping[str, int],
    *,
    model: str,
    tools: Toolbox,
    as_of: datetime,
) -> list[Issue]:
    """Tell errors of a challenger over those of the champion, by group, hours and score."""
    at_s = int(as_of.timestamp())
    told = [
        ModelFigure(
            at_s=at_s,
            model=OF_CHALLENGER.format(model=model),
            name=f"{score}_over_champion",
            cohort=group,
            horizon_h=hours,
            value=value,
            homes=homes.get(group, 0),
            unit="1",
        )
        for (group, hours, score), value in ratios.items()
    ]
    return _keep(told, tools=tools) or []


def _keep(told: list[ModelFigure], *, tools: Toolbox) -> list[Issue] | None:
    """Keep figures; ``None``: there is no database, which is nothing wrong."""
    try:
        tools.store.live.figures.keep_of_models(told)
    except AhorraLuzError as error:
        return None if error.issue.code == NONE else _not_told(error)
    return []


def _not_told(error: AhorraLuzError) -> list[Issue]:
    # What is served changed all the same: boards are told later or not, which is no reason to stop.
    said = {"code": error.issue.code}
    return [Issue(code="models-not-told", severity=Severity.WARNING, parameters=said)]


def _figure(name: str, number: int, *, model: str, at_s: int) -> ModelFigure:
    return ModelFigure(
        at_s=at_s, model=model, name=name, value=float(number), homes=0, unit="version"
    )


def _card(number: int, book: Book) -> Mapping[str, Any] | None:
    if number == SHIPPED_NUMBER:
        return shipped_folder().card
    for one in shelf_versions(book.shelf, name=book.name):
        if one.number == number:
            card: Mapping[str, Any] = json.loads(one.read("card.json"))
            return card
    return None
