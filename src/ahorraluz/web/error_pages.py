"""Pages for what cannot be served: what happened and what to do, in the reader's language."""

from http import HTTPStatus

from flask import Response

from ahorraluz.services.inquiries.query import Query
from ahorraluz.web.page import show, this_page

TOLD = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
)
"""Errors with words of their own; another one is told as its family."""
_FIRST_OF_SERVER = 500
_NOTHING = Query(raw={}, values={}, errors={})


def error_page(status: HTTPStatus) -> Response:
    """Return the page of an error; nothing that was typed is on it."""
    told = status if status in TOLD else _family(status)
    return show("error.html", this_page(_NOTHING), status=status.value, told=told.value)


def _family(status: HTTPStatus) -> HTTPStatus:
    if status.value >= _FIRST_OF_SERVER:
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return HTTPStatus.NOT_FOUND
