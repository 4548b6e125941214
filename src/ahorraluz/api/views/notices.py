"""What happened in a home, and how the account of a token is told of it."""

from http import HTTPStatus

from flask import Response

from ahorraluz.api.answering import answer, nothing
from ahorraluz.api.door import door, this_moment
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.language import texts
from ahorraluz.api.models import NoticesSaid, NoticeWaySaid
from ahorraluz.api.parameters import whole
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.live.noticed import MOST_SHOWN, last_events
from ahorraluz.services.live.wishing import (
    Choice,
    NewWay,
    Way,
    Wishes,
    add_way,
    change_wishes,
    remove_way,
    try_way,
    wishes_of,
)

USUAL_EVENTS = 30


@endpoint(
    Endpoint(
        name="listEvents",
        method="GET",
        path="/homes/<home>/events",
        tag="notices",
        scope=Scope.READINGS_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        query=(whole("count", 1, MOST_SHOWN),),
        gives=Given(schema="events", headers=("ETag",)),
    )
)
def events(home: str) -> Response:
    """Return the last events of a home, newest first."""
    count = asked().query.get("count", USUAL_EVENTS)
    found = last_events(
        home,
        _account(),
        texts=texts(),
        tools=door().tools,
        most=count if isinstance(count, int) else USUAL_EVENTS,
    )
    return answer({"events": [one.said() for one in found]})


@endpoint(
    Endpoint(
        name="showNotices",
        method="GET",
        path="/homes/<home>/notices",
        tag="notices",
        scope=Scope.HOMES_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        gives=Given(schema="notices", headers=("ETag",)),
    )
)
def notices(home: str) -> Response:
    """Return how the account is told of a home."""
    return answer(_document(wishes_of(home, _account(), tools=door().tools)))


@endpoint(
    Endpoint(
        name="chooseNotices",
        method="PUT",
        path="/homes/<home>/notices",
        tag="notices",
        scope=Scope.HOMES_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        takes=lambda: NoticesSaid,
        gives=Given(schema="notices", headers=("ETag",)),
    )
)
def choose(home: str) -> Response:
    """Keep of what, when and in which language to tell the account."""
    body = asked().body
    if not isinstance(body, NoticesSaid):
        raise TypeError("a choice comes as JSON")
    quiet = None if body.quiet is None else (body.quiet.first, body.quiet.after)
    choice = Choice(
        groups=body.events, quiet=quiet, most_day=body.most_a_day, language=body.language
    )
    kept = change_wishes(home, _account(), choice, tools=door().tools, as_of=this_moment())
    return answer(_document(kept))


@endpoint(
    Endpoint(
        name="addNoticeWay",
        method="POST",
        path="/homes/<home>/notices/ways",
        tag="notices",
        scope=Scope.HOMES_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        takes=lambda: NoticeWaySaid,
        gives=Given(schema="notice-way", status=201),
    )
)
def add(home: str) -> Response:
    """Keep a way to tell the account; the same address twice is refused."""
    body = asked().body
    if not isinstance(body, NoticeWaySaid):
        raise TypeError("a way comes as JSON")
    new = NewWay(name=body.name, url=body.address, agreed=body.agreed)
    way = add_way(home, _account(), new, texts=texts(), tools=door().tools, as_of=this_moment())
    return answer(_way(way), status=HTTPStatus.CREATED)


@endpoint(
    Endpoint(
        name="tryNoticeWay",
        method="POST",
        path="/homes/<home>/notices/ways/<way>/trial",
        tag="notices",
        scope=Scope.HOMES_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        gives=Given(schema="notice-trial"),
    )
)
def try_one(home: str, way: str) -> Response:
    """Send a message on trial, and tell what became of it."""
    result = try_way(home, _account(), way, texts=texts(), tools=door().tools, as_of=this_moment())
    return answer({"outcome": result.outcome.value, "status": result.status})


@endpoint(
    Endpoint(
        name="removeNoticeWay",
        method="DELETE",
        path="/homes/<home>/notices/ways/<way>",
        tag="notices",
        scope=Scope.HOMES_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        gives=Given(status=204, media=()),
    )
)
def remove(home: str, way: str) -> Response:
    """Erase a way."""
    remove_way(home, _account(), way, tools=door().tools, as_of=this_moment())
    return nothing()


def _account() -> str:
    return asked().who.account.id


def _document(wishes: Wishes) -> dict[str, object]:
    quiet = wishes.quiet
    return {
        "ways": [_way(way) for way in wishes.ways],
        "events": list(wishes.groups),
        "quiet": None if quiet is None else {"first": quiet.first, "after": quiet.after},
        "most_a_day": wishes.most_day,
        "language": wishes.language,
    }


def _way(way: Way) -> dict[str, object]:
    """Return a way without its address, which holds secrets."""
    return {"id": way.id, "name": way.name, "service": way.shown}
