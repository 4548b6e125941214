"""What went wrong, as ``application/problem+json`` (RFC 9457) in the reader's language."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

from ahorraluz.api.door import PREFIX
from ahorraluz.api.endpoints import PROBLEM
from ahorraluz.api.language import texts
from ahorraluz.api.names import field_name
from ahorraluz.core.issues import AhorraLuzError, Issue

NOT_THERE = ("job-unknown", "home-unknown", "home-without-answers", "import-unknown")
CONFLICTS = (
    "home-taken",
    "home-without-readings",
    "homes-too-many",
    "once-gone",
    "once-in-progress",
    "once-key-of-another",
    "promise-made-already",
)
LATE = ("home-changed-meanwhile",)
BUSY = "database-"
TOLD = (400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 428, 429, 500, 503)
"""Statuses with words of their own, ``api.problem.<status>``; another is told as its family."""
RETRY_S = 2


def problem(
    status: int, *, issues: Sequence[Issue] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem; what is wrong in the request stands in its ``issues``."""
    document = status_document(status, issues=issues)
    response = Response(
        json.dumps(document, ensure_ascii=False) + "\n", status, content_type=PROBLEM
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = texts().language
    response.headers.update(headers or {})
    return response


def status_document(status: int, *, issues: Sequence[Issue] = ()) -> dict[str, object]:
    """Return a problem as it stands in an answer."""
    words = texts()
    told = status if status in TOLD else (500 if status >= 500 else 400)
    return {
        # A path: the name of the host is what the request says it is.
        "type": f"{PREFIX}/docs#problem-{told}",
        "title": words.text(f"api.problem.{told}"),
        "status": status,
        "detail": " ".join(dict.fromkeys(words.issue(issue) for issue in issues))
        or words.text(f"api.problem.{told}.detail"),
        "issues": [_told(issue) for issue in issues],
    }


def _told(issue: Issue) -> dict[str, object]:
    document: dict[str, object] = {
        "code": issue.code,
        "severity": issue.severity.value,
        "text": texts().issue(issue),
    }
    if named := issue.parameters.get("field"):
        document["field"] = field_name(str(named))
    return document


def of_error(error: AhorraLuzError) -> Response:
    """Return the problem of what a service refused."""
    status = _status_of(error.issue.code)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return problem(status, headers={"Retry-After": str(RETRY_S)})
    return problem(status, issues=error.issues)


def problem_of_error(error: AhorraLuzError) -> dict[str, object]:
    """Return the problem of a part of an answer that a service refused."""
    return status_document(_status_of(error.issue.code), issues=error.issues)


def _status_of(code: str) -> HTTPStatus:
    if code.startswith(BUSY):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if code in NOT_THERE:
        return HTTPStatus.NOT_FOUND
    if code in LATE:
        return HTTPStatus.PRECONDITION_FAILED
    return HTTPStatus.CONFLICT if code in CONFLICTS else HTTPStatus.UNPROCESSABLE_ENTITY


def of_http(error: HTTPException) -> Response:
    """Return the problem of a status, with what it asks for (Allow, Retry-After)."""
    given = error.get_response()
    kept = {n: given.headers[n] for n in ("Allow", "Retry-After") if n in given.headers}
    return problem(given.status_code, headers=kept)
