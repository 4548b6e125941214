"""Homes: list, keep, read, replace under ``If-Match``, delete."""

from http import HTTPStatus

from flask import Response, request

from ahorraluz.api.answering import answer, next_link, nothing, page_of
from ahorraluz.api.door import PREFIX, door, this_moment
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.models import home_model
from ahorraluz.api.names import answers_of, pairs_of
from ahorraluz.api.parameters import CURSOR, IDEMPOTENCY, IF_MATCH, LIMIT
from ahorraluz.api.problems import problem
from ahorraluz.api.repeating import once
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.security.roles import Act, Permission, Reach
from ahorraluz.security.scopes import Scope
from ahorraluz.services.households.keeping import KeptHome, keep_home, kept_home
from ahorraluz.services.households.replacing import (
    Replacement,
    check_replacement,
    delete_home,
    replace_home,
)

USUAL_LIMIT = 20


@endpoint(
    Endpoint(
        name="listHomes",
        method="GET",
        path="/homes",
        tag="homes",
        scope=Scope.HOMES_READ,
        permission=Permission.OWN_HOMES,
        query=(LIMIT, CURSOR),
        gives=Given(schema="homes", headers=("ETag", "Link")),
    )
)
def homes() -> Response:
    """Return the homes that the account may see, page by page."""
    query = asked().query
    reached = _reached(asked().who.account.id)
    cursor, limit = query.get("cursor"), query.get("limit", USUAL_LIMIT)
    try:
        page, following = page_of(
            list(reached),
            limit=limit if isinstance(limit, int) else USUAL_LIMIT,
            after=None if cursor is None else str(cursor),
        )
    except ValueError:
        raise InvalidInputError("api-cursor-unknown", field="cursor", value=str(cursor)) from None
    headers = {} if following is None else {"Link": next_link(following)}
    found = [_document(kept_home(id_, tools=door().tools), reached[id_]) for id_ in page]
    return answer({"homes": found, "next": following}, headers=headers)


@endpoint(
    Endpoint(
        name="keepHome",
        method="POST",
        path="/homes",
        tag="homes",
        scope=Scope.HOMES_WRITE,
        permission=Permission.OWN_HOMES,
        headers=(IDEMPOTENCY,),
        takes=home_model,
        gives=Given(schema="home", status=201, headers=("ETag", "Location")),
    )
)
def keep() -> Response:
    """Keep a new home."""
    return once(_keep)


def _keep() -> tuple[Response, str]:
    said, tools, now = _said(), door().tools, this_moment()
    check_replacement(said)
    account = asked().who.account.id
    new = keep_home(said.pairs, account=account, tools=tools, as_of=now)
    if said.label or said.choices:
        new = replace_home(new, said, actor=account, tools=tools, as_of=now)
    return _home(new, status=HTTPStatus.CREATED), new.id


@endpoint(
    Endpoint(
        name="showHome",
        method="GET",
        path="/homes/<home>",
        tag="homes",
        scope=Scope.HOMES_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        gives=Given(schema="home", headers=("ETag",)),
    )
)
def show(home: str) -> Response:
    """Return one home."""
    return _home(kept_home(home, tools=door().tools))


@endpoint(
    Endpoint(
        name="replaceHome",
        method="PUT",
        path="/homes/<home>",
        tag="homes",
        scope=Scope.HOMES_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.EDIT,
        headers=(IF_MATCH,),
        takes=home_model,
        gives=Given(schema="home", headers=("ETag",)),
    )
)
def change(home: str) -> Response:
    """Replace what is kept of a home, if it is still the version that was read."""
    said, tools = _said(), door().tools
    present = kept_home(home, tools=tools)
    if not request.if_match.contains(str(present.version)):
        return problem(HTTPStatus.PRECONDITION_FAILED)
    account = asked().who.account.id
    return _home(replace_home(present, said, actor=account, tools=tools, as_of=this_moment()))


@endpoint(
    Endpoint(
        name="deleteHome",
        method="DELETE",
        path="/homes/<home>",
        tag="homes",
        scope=Scope.HOMES_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.DELETE,
        gives=Given(status=204, media=()),
    )
)
def delete(home: str) -> Response:
    """Erase everything that is kept of a home."""
    account = asked().who.account.id
    delete_home(home, actor=account, tools=door().tools, as_of=this_moment())
    return nothing()


def _said() -> Replacement:
    body = asked().body
    return Replacement(
        pairs=pairs_of(getattr(body, "answers", None)),
        label=" ".join(str(getattr(body, "label", "")).split()),
        choices=dict(getattr(body, "choices", {})),
    )


def _reached(account: str) -> dict[str, Reach]:
    homes = door().tools.store.people.households.homes_of(account)
    return {reached.home: reached.reach for reached in homes}


def _home(home: KeptHome, *, status: int = HTTPStatus.OK) -> Response:
    mine = _reached(asked().who.account.id)[home.id]
    headers = {"Location": f"{PREFIX}/homes/{home.id}"} if status == HTTPStatus.CREATED else {}
    document = _document(home, mine)
    return answer(document, status=status, headers=headers, version=home.version)


def _document(home: KeptHome, reach: Reach) -> dict[str, object]:
    return {
        "id": home.id,
        "label": home.label,
        "version": home.version,
        "reach": reach.value,
        "answers": answers_of(home.pairs),
        "choices": dict(home.choices),
    }
