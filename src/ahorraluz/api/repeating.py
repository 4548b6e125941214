"""Requests with an ``Idempotency-Key``: done once, answered as often as they come."""

from collections.abc import Callable

from flask import Response, request

from ahorraluz.api.door import door, this_moment
from ahorraluz.api.guard import asked
from ahorraluz.api.parameters import IDEMPOTENCY
from ahorraluz.services.accounts.once import Answered, OnceKey, do_once

KEPT_HEADERS = ("Content-Type", "Content-Language", "Cache-Control", "ETag", "Location")
REPEATED = "Idempotency-Replayed"

Work = Callable[[], tuple[Response, str | None]]


def once(work: Work) -> Response:
    """Return the answer of ``work``, or the one that it gave the first time.

    Parameters
    ----------
    work
        What is to be done; returns its answer and the home that the answer is about. What it
        refuses it raises, so that the key is free again.
    """
    name = asked().headers.get(IDEMPOTENCY.name)
    if name is None:
        return work()[0]

    def do() -> Answered:
        response, home = work()
        headers = {n: response.headers[n] for n in KEPT_HEADERS if n in response.headers}
        return Answered(
            status=response.status_code, body=response.get_data(), headers=headers, home=home
        )

    account = asked().who.account.id
    wanted = f"{request.method} {request.full_path}\n{request.content_type}\n".encode()
    key = OnceKey(account=account, name=name, request=wanted + request.get_data())
    answered = do_once(key, do, tools=door().tools, as_of=this_moment())
    response = Response(answered.body, answered.status, headers=dict(answered.headers))
    if answered.repeated:
        response.headers[REPEATED] = "true"
    return response
