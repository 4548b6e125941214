"""Readings of a home: taken in, whole or not at all, and handed out again."""

import json
from datetime import date
from http import HTTPStatus
from typing import Any

from flask import Response

from ahorraluz.api.answering import answer, file, nothing
from ahorraluz.api.door import PREFIX, door, this_moment
from ahorraluz.api.endpoints import CSV, GZIP, KILOBYTE, NDJSON, Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.language import language, texts
from ahorraluz.api.models import ReadingsSaid
from ahorraluz.api.parameters import IDEMPOTENCY, Parameter, choice, day, text
from ahorraluz.api.problems import RETRY_S, problem
from ahorraluz.api.repeating import once
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.accounts.consents import renew_comparison
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.documents.readings import list_document
from ahorraluz.services.jobs import KeptJob, failure_of
from ahorraluz.services.manage_readings import (
    csv_of_readings,
    list_kept,
    ndjson_of_readings,
    readings_between,
)
from ahorraluz.services.readings_job import (
    SentReadings,
    keep_sent,
    keep_sent_later,
    kept_by,
    sent_job,
)
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.services.waiting_jobs import is_open, takes_long

LARGEST_READINGS = 8 * KILOBYTE * KILOBYTE
"""About half a year of minutes, or forty years of hours, as text. [byte]"""
ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"%PDF", b"PAR1", b"\xd0\xcf\x11\xe0")
"""Beginnings of what is no text; those go through the pages."""

HINTS: tuple[Parameter, ...] = (
    text("zone", pattern=r"^[A-Za-z0-9_+/-]{1,60}$"),
    choice("unit", "Wh", "kWh", "MWh", "W", "kW"),
    choice("measure", "energy", "register", "power"),
    choice("stamp", "start", "end"),
)


@endpoint(
    Endpoint(
        name="sendReadings",
        method="POST",
        path="/homes/<home>/readings",
        tag="readings",
        scope=Scope.READINGS_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.EDIT,
        query=HINTS,
        headers=(IDEMPOTENCY,),
        takes=lambda: ReadingsSaid,
        media=(NDJSON, CSV, GZIP),
        largest=LARGEST_READINGS,
        gives=Given(schema="readings-import"),
        later="job",
    )
)
def send(home: str) -> Response:
    """Keep readings of a home, whole or not at all."""
    return once(lambda: _send(home))


def _send(home: str) -> tuple[Response, str]:
    content, tools, now = _content(), door().tools, this_moment()
    if content.startswith(ARCHIVES):
        raise InvalidInputError("api-readings-not-text", field="body")
    given: dict[str, Any] = {
        hint.name: str(value) for hint in HINTS if (value := asked().query.get(hint.name))
    }
    account = asked().who.account.id
    sent = SentReadings(home=home, content=content, account=account, hints=given)
    if takes_long(content):
        job = keep_sent_later(sent, tools=tools, as_of=now)
        headers = {"Location": f"{PREFIX}/jobs/{job.id}", "Retry-After": str(RETRY_S)}
        return answer(_job(job), status=HTTPStatus.ACCEPTED, headers=headers), home
    return answer(keep_sent(sent, texts=texts(), tools=tools, as_of=now)), home


@endpoint(
    Endpoint(
        name="getJob",
        method="GET",
        path="/jobs/<job>",
        tag="readings",
        scope=Scope.READINGS_WRITE,
        permission=Permission.OWN_HOMES,
        gives=Given(schema="job", headers=("ETag",)),
    )
)
def job_of(job: str) -> Response:
    """Tell how far the readings of a large body are; what refused them is a problem."""
    found = sent_job(job, account=asked().who.account.id, tools=door().tools)
    refused = failure_of(found)
    if refused:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, issues=refused)
    response = answer(_job(found))
    if is_open(found):
        response.headers["Retry-After"] = str(RETRY_S)
    return response


def _job(job: KeptJob) -> dict[str, object]:
    finished = job.finished_at
    return {
        "id": job.id,
        "state": job.state.value,
        "created_at": job.created_at.isoformat(),
        "finished_at": None if finished is None else finished.isoformat(),
        "result": kept_by(job, language()),
    }


def _content() -> bytes:
    body = asked().body
    if not isinstance(body, ReadingsSaid):
        return asked().content
    lines = (json.dumps(reading.model_dump(), separators=(",", ":")) for reading in body.readings)
    return "".join(f"{line}\n" for line in lines).encode()


@endpoint(
    Endpoint(
        name="exportReadings",
        method="GET",
        path="/homes/<home>/readings",
        tag="readings",
        scope=Scope.READINGS_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        query=(choice("format", "csv", "ndjson"), day("since"), day("until")),
        gives=Given(media=(CSV, NDJSON), headers=("ETag",)),
    )
)
def export(home: str) -> Response:
    """Return the clean series of a home, or some days of it."""
    query = asked().query
    _, cleaned = readings_of(home, tools=door().tools)
    since, until = query.get("since"), query.get("until")
    rows = readings_between(
        cleaned.readings,
        since=since if isinstance(since, date) else None,
        until=until if isinstance(until, date) else None,
    )
    if query.get("format") == "ndjson":
        return file(ndjson_of_readings(rows), NDJSON, name="readings.ndjson")
    return file(csv_of_readings(rows), f"{CSV}; charset=utf-8", name="readings.csv")


@endpoint(
    Endpoint(
        name="listImports",
        method="GET",
        path="/homes/<home>/imports",
        tag="readings",
        scope=Scope.READINGS_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        gives=Given(schema="readings-list", headers=("ETag",)),
    )
)
def imports(home: str) -> Response:
    """Return what the readings of a home came from."""
    kept = list_kept(tools=door().tools, home=home)
    return answer(list_document(kept.homes, kept.imports, kept.aside))


@endpoint(
    Endpoint(
        name="undoImport",
        method="DELETE",
        path="/homes/<home>/imports/<int:number>",
        tag="readings",
        scope=Scope.READINGS_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.EDIT,
        gives=Given(status=204, media=()),
    )
)
def undo(home: str, number: int) -> Response:
    """Let an import count no more; what it superseded counts again."""
    tools, now = door().tools, this_moment()
    tools.store.undo_import(home, number, now)
    actor = asked().who.account.id
    note_home("readings-undone", home, tools=tools, as_of=now, actor=actor)
    renew_comparison(home, tools=tools, as_of=now)
    return nothing()
