"""The hours ahead of series that a program brings, one or many, and the model that tells them."""

from flask import Response

from ahorraluz.api.answering import answer
from ahorraluz.api.door import door
from ahorraluz.api.endpoints import KILOBYTE, Endpoint, Given, endpoint
from ahorraluz.api.forecast_models import BatchSaid, ForecastsSaid, SeriesSaid, forecasts_model
from ahorraluz.api.guard import asked, refused_home, spend_more
from ahorraluz.api.language import texts
from ahorraluz.api.problems import problem_of_error
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.documents.parts import Document
from ahorraluz.services.documents.series import model_document, series_document
from ahorraluz.services.forecast_series import (
    Series,
    SeriesTold,
    forecast_series,
    unknown_home,
)

LARGEST_BATCH = 2_048 * KILOBYTE
"""A hundred series of three months. [byte]"""
SERIES_A_TOKEN = 2
"""Series that count as one request against what a program may ask for."""


@endpoint(
    Endpoint(
        name="showForecastModel",
        method="GET",
        path="/forecasts",
        tag="forecasts",
        gives=Given(schema="forecast-model", headers=("ETag",)),
    )
)
def model() -> Response:
    """Return which model tells the hours ahead at the moment."""
    return answer(model_document(door().tools.serving), public=True)


@endpoint(
    Endpoint(
        name="forecastSeries",
        method="POST",
        path="/forecasts",
        tag="forecasts",
        scope=Scope.PLAN_READ,
        permission=Permission.OWN_HOMES,
        takes=forecasts_model,
        largest=LARGEST_BATCH,
        gives=Given(schema="forecasts"),
    )
)
def series() -> Response:
    """Return the hours ahead of one series, or of many in one call of the model."""
    said = asked().body
    content = said.root if isinstance(said, ForecastsSaid) else None
    if isinstance(content, BatchSaid):
        refused = spend_more((len(content.series) - 1) // SERIES_A_TOKEN)
        return refused or answer(_batch(content.series))
    if not isinstance(content, SeriesSaid):
        raise TypeError("the guard lets no other body in")
    refusal = _refusal(content)
    if refusal is not None:
        raise refusal
    told = forecast_series([_series(content)], tools=door().tools, today=door().today())
    (item,) = told.items
    if isinstance(item, AhorraLuzError):
        raise item
    return answer(_document(told, [series_document(item, content.id, texts())]))


def _batch(said: list[SeriesSaid]) -> Document:
    """Return what is told of each series, a problem in the place of one that cannot be told."""
    refusals = [_refusal(each) for each in said]
    allowed = [_series(each) for each, no in zip(said, refusals, strict=True) if no is None]
    told = forecast_series(allowed, tools=door().tools, today=door().today())
    items, found = iter(told.items), list[Document]()
    for each, refusal in zip(said, refusals, strict=True):
        item = next(items) if refusal is None else refusal
        if isinstance(item, AhorraLuzError):
            found.append({"id": each.id, "problem": problem_of_error(item)})
        else:
            found.append(series_document(item, each.id, texts()))
    return _document(told, found)


def _document(told: SeriesTold, items: list[Document]) -> Document:
    return {
        "model": told.model,
        "version": told.version,
        "number": told.number,
        "served_by": told.served_by,
        "forecasts": items,
        "issues": [
            {"code": i.code, "severity": i.severity.value, "text": texts().issue(i)}
            for i in told.issues
        ],
    }


def _refusal(said: SeriesSaid) -> AhorraLuzError | None:
    """Return that a home is not there for whoever asks; ``None`` where it is, or none is named."""
    if said.home is None or refused_home(said.home, Act.READ, asked().who) is None:
        return None
    return unknown_home(said.home)


def _series(said: SeriesSaid) -> Series:
    facts = said.facts
    return Series(
        kwh=None if said.kwh is None else tuple(said.kwh),
        home=said.home,
        zone=said.zone,
        origin=said.origin,
        hours=said.hours,
        recibo_kwh_day=said.recibo_kwh_day,
        facts=(facts.people, facts.hourly_tariff, facts.electric_water),
    )
