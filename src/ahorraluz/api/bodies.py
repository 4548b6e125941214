"""The body of a request: its type, its size, unpacked within limits, and read by its model."""

import zlib
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from flask import Response, request
from pydantic import BaseModel, ValidationError

from ahorraluz.api.endpoints import GZIP, JSON, Endpoint
from ahorraluz.api.problems import problem
from ahorraluz.core.issues import Issue, Severity

MOST_ISSUES = 20
SHOWN = 60
TIMES_UNPACKED = 8
"""Readings as text shrink six to twelve times; what unpacks to more than this many times the
largest body is refused before it is unpacked."""
MOST_MEMBERS = 1_000
"""Parts of one gzip, each packed on its own; writers make one, or one a block."""
GZIP_WINDOW = 31
CHUNK = 64 * 1024
"""Unpacked at once. [byte]"""
UTF8 = ("", "utf-8", "utf8", "us-ascii")

Read = tuple[BaseModel | None, bytes]


def read_body(made: Endpoint) -> Read | Response:
    """Return what the body says, or the problem of one that cannot be."""
    if not made.has_body:
        # Nobody reads it; a client that sends one all the same is not punished.
        return None, b""
    taken = (JSON, *made.media) if made.takes is not None else made.media
    charset = request.mimetype_params.get("charset", "").casefold()
    if request.mimetype not in taken or charset not in UTF8:
        issue = _issue("api-content-type", "Content-Type", request.mimetype, list(taken))
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, issues=[issue])
    encoding = request.headers.get("Content-Encoding", "identity").strip().casefold()
    if encoding not in ("identity", "gzip"):
        issue = _issue("api-content-encoding", "Content-Encoding", encoding, ["gzip"])
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, issues=[issue])
    content = _content(made, packed=encoding == "gzip")
    if isinstance(content, Response):
        return content
    if request.mimetype == JSON and made.takes is not None:
        return _model(made.takes(), content)
    return None, content


def _content(made: Endpoint, *, packed: bool) -> bytes | Response:
    if request.content_length is None and "Transfer-Encoding" not in request.headers:
        raw = b""
    else:
        request.max_content_length = made.largest
        raw = request.get_data()
    times = int(packed) + int(request.mimetype == GZIP)
    for _ in range(times):
        try:
            raw = _unpacked(raw, most=made.largest * TIMES_UNPACKED)
        except OverflowError:
            issue = _issue("api-body-bomb", "Content-Encoding", "gzip", [])
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, issues=[issue])
        except zlib.error:
            issue = _issue("api-body-not-gzip", "Content-Encoding", "gzip", [])
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, issues=[issue])
    return raw


def _unpacked(raw: bytes, *, most: int) -> bytes:
    """Return the content of gzip, one or several members; raises ``OverflowError`` beyond most.

    Members are counted, too: each costs as much as its neighbours' bytes that are at hand, so
    that a body of nothing but empty ones would keep a server for an hour.
    """
    parts: list[bytes] = []
    left, at = most, 0
    for _ in range(MOST_MEMBERS):
        unpacker = zlib.decompressobj(wbits=GZIP_WINDOW)
        while not unpacker.eof:
            waiting = unpacker.unconsumed_tail
            if not waiting:
                waiting = raw[at : at + CHUNK]
                at += len(waiting)
            if not waiting:
                raise zlib.error("cut off")
            part = unpacker.decompress(waiting, min(CHUNK, left + 1))
            left -= len(part)
            if left < 0:
                raise OverflowError
            parts.append(part)
        at -= len(unpacker.unused_data)
        if at == len(raw):
            return b"".join(parts)
    raise OverflowError


def _model(model: type[BaseModel], content: bytes) -> Read | Response:
    try:
        return model.model_validate_json(content), b""
    except ValidationError as error:
        return problem(HTTPStatus.BAD_REQUEST, issues=list(_found(error)))


def _found(error: ValidationError) -> Iterator[Issue]:
    for one in error.errors(include_url=False)[:MOST_ISSUES]:
        where = ".".join(str(part) for part in one["loc"]) or "body"
        value = one.get("input")
        shown = "" if isinstance(value, dict | list | bytes) else str(value)[:SHOWN]
        parameters = {"field": where[:SHOWN], "value": shown, "reason": str(one["type"])}
        yield Issue(
            code="api-body-invalid" if one["loc"] else "api-body-not-json",
            severity=Severity.ERROR,
            parameters=parameters,
        )


def _issue(code: str, name: str, value: str, known: Sequence[str]) -> Issue:
    return Issue(
        code=code,
        severity=Severity.ERROR,
        parameters={"field": name, "value": value[:SHOWN], "known": list(known)},
    )
