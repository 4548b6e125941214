"""Answers: JSON with its validator, parts of lists, and files."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Response, request

from ahorraluz.api.endpoints import JSON
from ahorraluz.api.language import texts

PUBLIC = "public, max-age=300"
"""Nothing in it is one person's."""
PRIVATE = "private, no-cache"
VALIDATOR_DIGITS = 20


def answer(
    document: Mapping[str, object] | Sequence[object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    public: bool = False,
    version: int | None = None,
) -> Response:
    """Return a document.

    Parameters
    ----------
    document
        What ``json.dumps`` writes.
    status
        Of the answer.
    headers
        More of them.
    public
        Whether anybody may keep it for a while.
    version
        Number of the version of a resource, which is its strong validator; ``None``: a weak
        one is made from its content.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return _finished(Response(text + "\n", status, content_type=JSON), headers, public, version)


def file(content: bytes, media: str, *, name: str) -> Response:
    """Return a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return _finished(Response(content, 200, content_type=media), headers, False, None)


def nothing() -> Response:
    """Return that it is done."""
    response = Response(b"", 204)
    response.headers.remove("Content-Type")
    return response


def page_of(items: Sequence[str], *, limit: int, after: str | None) -> tuple[list[str], str | None]:
    """Return one page of a list by its ids, and the last id on it if there are more.

    Raises
    ------
    ValueError
        ``after`` is not in the list.
    """
    start = 0 if after is None else list(items).index(after) + 1
    page = list(items[start : start + limit])
    return page, page[-1] if page and start + limit < len(items) else None


def next_link(cursor: str) -> str:
    """Return the ``Link`` header that leads to the next page."""
    asked = {**request.args.to_dict(), "cursor": cursor}
    return f'<{request.path}?{urlencode(asked)}>; rel="next"'


def _finished(
    response: Response, headers: Mapping[str, str] | None, public: bool, version: int | None
) -> Response:
    response.headers["Content-Language"] = texts().language
    response.headers["Cache-Control"] = PUBLIC if public else PRIVATE
    response.headers.add("Vary", "Accept-Language")
    if not public:
        response.headers.add("Vary", "Authorization")
    response.headers.update(headers or {})
    if version is not None:
        response.set_etag(str(version))
    elif request.method in ("GET", "HEAD"):
        digest = hashlib.sha256(response.get_data()).hexdigest()
        response.set_etag(digest[:VALIDATOR_DIGITS], weak=True)
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        made: Response = response.make_conditional(request)  # type: ignore[assignment]
        return made
    return response
