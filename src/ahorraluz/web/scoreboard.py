"""The public page of results: soles promised and measured, also as CSV and JSON."""

import json
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, make_response

from ahorraluz.core.verification.scoreboard import Score
from ahorraluz.services.documents.verification import (
    board_text,
    scoreboard_csv,
    scoreboard_document,
)
from ahorraluz.services.scoreboard import scoreboard
from ahorraluz.services.supplies import distributor_choices
from ahorraluz.texts import Texts
from ahorraluz.web.page import door, show, this_page

PUBLIC = "public, max-age=3600"
"""Nothing on it is one person's, and it changes once a night at most."""

results = Blueprint("results", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownScore:
    """One row as it is read."""

    step: str
    distributor: str
    homes: int
    promised: str
    measured: str
    between: str
    gained: str
    oldest: str


@results.get("/resultados")
def page() -> Response:
    """Show what was promised and what was measured."""
    this = this_page()
    found = scoreboard(tools=door().tools)
    response = show(
        "scoreboard.html",
        this,
        rows=[_shown(score, this.texts) for score in found.scores],
        text=board_text(found, this.texts),
        measured_on=found.measured_on,
    )
    if this.who is None:
        response.headers["Cache-Control"] = PUBLIC
    return response


@results.get("/resultados.csv")
def as_csv() -> Response:
    """Give the table as CSV."""
    return _file(scoreboard_csv(scoreboard(tools=door().tools)), "text/csv; charset=utf-8")


@results.get("/resultados.json")
def as_json() -> Response:
    """Give the table as JSON."""
    document = scoreboard_document(scoreboard(tools=door().tools), this_page().texts)
    return _file(json.dumps(document, ensure_ascii=False), "application/json")


@results.get("/resultados-huellas.txt")
def hashes() -> Response:
    """Give the hash of every promise in order, for those who noted some before."""
    lines = "".join(f"{text}\n" for text in scoreboard(tools=door().tools).hashes)
    return _file(lines, "text/plain; charset=utf-8")


def _file(text: str, content_type: str) -> Response:
    response = make_response(text)
    response.headers["Content-Type"] = content_type
    response.headers["Cache-Control"] = PUBLIC
    return response


def _shown(score: Score, texts: Texts) -> ShownScore:
    everything = texts.text("scoreboard.all")
    names = {choice.id: choice.name for choice in distributor_choices()}
    low, high = (texts.number(value, places=0) for value in (score.low, score.high))
    title = f"measure.{score.step}.title"
    return ShownScore(
        step=texts.text(title) if texts.has(title) else score.step or everything,
        distributor=names.get(score.distributor, score.distributor) or everything,
        homes=score.homes,
        promised=texts.number(score.promised, places=0),
        measured=texts.number(score.measured, places=0),
        between=texts.text("verify.range", low=low, high=high),
        gained=texts.number(score.gained),
        oldest=texts.date(date.fromisoformat(score.oldest)),
    )
