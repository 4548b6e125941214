"""What is the same for everybody: distributors, renewables, results."""

from flask import Response

from ahorraluz.api.answering import answer
from ahorraluz.api.door import door
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.language import texts
from ahorraluz.api.parameters import Parameter
from ahorraluz.api.problems import problem
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.renewables.technologies import EntryKind, Need
from ahorraluz.services.documents.renewables import list_document, show_document
from ahorraluz.services.documents.verification import scoreboard_document
from ahorraluz.services.renewables.entries import Filters, find_entries, find_entry
from ahorraluz.services.scoreboard import scoreboard
from ahorraluz.services.supplies import distributor_choices

LONGEST_FILTER = 80
NOT_FOUND = 404


def _filter(name: str, *known: str) -> Parameter:
    schema: dict[str, object] = {"type": "string", "maxLength": LONGEST_FILTER}
    if known:
        schema["examples"] = list(known)
    return Parameter(name=name, schema=schema)


FILTERS = (
    _filter("text"),
    _filter("region", "arequipa"),
    _filter("need", *Need),
    _filter("technology", "solar-pv"),
    _filter("kind", *EntryKind),
)


@endpoint(
    Endpoint(
        name="listDistributors",
        method="GET",
        path="/distributors",
        tag="facts",
        gives=Given(schema="distributors", headers=("ETag",)),
    )
)
def distributors() -> Response:
    """Return the distributors with their electric systems."""
    known = [
        {
            "id": choice.id,
            "name": choice.name,
            "regions": choice.regions,
            "systems": [{"id": id_, "name": name} for id_, name in choice.systems.items()],
            "has_sheets": choice.has_sheets,
        }
        for choice in distributor_choices()
    ]
    return answer({"distributors": known}, public=True)


@endpoint(
    Endpoint(
        name="listRenewables",
        method="GET",
        path="/renewables",
        tag="facts",
        query=FILTERS,
        gives=Given(schema="renewables-list", headers=("ETag",)),
    )
)
def renewables() -> Response:
    """Return what there is of renewable energy, as ``renewables list --json``."""
    typed = {name: str(value).strip() for name, value in asked().query.items()}
    filters = {p.name: typed[p.name] for p in FILTERS if typed.get(p.name)}
    found = find_entries(Filters(**filters), tools=door().tools, texts=texts())
    return answer(list_document(found, texts()), public=True)


@endpoint(
    Endpoint(
        name="showRenewable",
        method="GET",
        path="/renewables/<entry>",
        tag="facts",
        gives=Given(schema="renewables-show", headers=("ETag",)),
    )
)
def renewable(entry: str) -> Response:
    """Return one entry."""
    try:
        found = find_entry(entry, tools=door().tools)
    except InvalidInputError as error:
        return problem(NOT_FOUND, issues=error.issues)
    return answer(show_document(found, texts()), public=True)


@endpoint(
    Endpoint(
        name="showScoreboard",
        method="GET",
        path="/scoreboard",
        tag="facts",
        gives=Given(schema="scoreboard", headers=("ETag",)),
    )
)
def results() -> Response:
    """Return what was promised and what was measured, by groups that tell nobody apart."""
    return answer(scoreboard_document(scoreboard(tools=door().tools), texts()), public=True)
