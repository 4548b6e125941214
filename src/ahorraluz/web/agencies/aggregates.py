"""What is told of groups of homes: a map, tables by place, and open data."""

from decimal import Decimal

from flask import Blueprint, Response, make_response, request

from ahorraluz.security.roles import Permission, may
from ahorraluz.services.documents.aggregates import (
    COLUMNS,
    Spot,
    aggregates_csv,
    aggregates_json,
    level_of,
    name_of,
    spot_of,
)
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.publish_aggregates import Aggregates, Place, latest_aggregates
from ahorraluz.texts import Texts
from ahorraluz.web.account.landing import who_asks
from ahorraluz.web.agencies.map_picture import draw_map
from ahorraluz.web.guard import needs
from ahorraluz.web.page import PERU_TIME, Page, door, show, this_page

AGGREGATES = "/agregados"
LEVEL, SHOWN = "nivel", "dato"
LEVELS = ("department", "province", "district")
INDICATORS = ("consumption", "forecast", "fose", "potential", "verified")

aggregates = Blueprint("aggregates", __name__)


@aggregates.get(AGGREGATES)
@needs(Permission.SEE_AGGREGATES)
def told_groups() -> Response:
    """Show what is told, on a map and as a table."""
    page, found = this_page(read_query({})), latest_aggregates(tools=door().tools)
    level, indicator = _one_of(LEVEL, LEVELS), _one_of(SHOWN, INDICATORS)
    rows = [place for place in found.places if level_of(place) == level] if found else []
    country = found.places[0] if found and found.places else None
    return show(
        "agencies/aggregates.html",
        page,
        found=found,
        published=None if found is None else page.texts.date(found.at.astimezone(PERU_TIME).date()),
        country=None if country is None else _told(country, page.texts),
        rows=[_told(place, page.texts) for place in rows],
        picture=draw_map(_spots(found, level, indicator, page.texts)),
        level=level,
        indicator=indicator,
        levels=LEVELS,
        indicators=INDICATORS,
        columns=[(name, page.texts.text(f"aggregates.column-{name}")) for name in COLUMNS],
        desk=may(who_asks().account.role, Permission.TRY_POLICIES),
        address=lambda **changes: _address(page, {LEVEL: level, SHOWN: indicator, **changes}),
    )


@aggregates.get(f"{AGGREGATES}.csv")
@needs(Permission.SEE_AGGREGATES)
def as_csv() -> Response:
    """Give everything told as CSV."""
    return _file(aggregates_csv(latest_aggregates(tools=door().tools)), "csv", "text/csv")


@aggregates.get(f"{AGGREGATES}.json")
@needs(Permission.SEE_AGGREGATES)
def as_json() -> Response:
    """Give everything told as JSON, with what each column means."""
    texts = this_page(read_query({})).texts
    found = latest_aggregates(tools=door().tools)
    return _file(aggregates_json(found, texts), "json", "application/json")


def _file(text: str, ending: str, content_type: str) -> Response:
    response = make_response(text)
    response.headers["Content-Type"] = f"{content_type}; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="ahorraluz-agregados.{ending}"'
    return response


def _one_of(name: str, choices: tuple[str, ...]) -> str:
    asked = request.args.get(name, "")
    return asked if asked in choices else choices[0]


def _address(page: Page, asked: dict[str, str]) -> str:
    address = page.plain_url(AGGREGATES)
    joint = "&" if "?" in address else "?"
    return address + joint + "&".join(f"{name}={value}" for name, value in asked.items())


def _told(place: Place, texts: Texts) -> dict[str, str]:
    """Return a row as it is read."""
    saved = place.verified_kwh
    return {
        "name": name_of(place),
        "homes": texts.number(place.homes),
        "consumption": texts.number(place.consumption_kwh, places=0),
        "forecast": texts.number(place.forecast_kwh, places=0),
        "fose": texts.percent(place.fose_share),
        "potential": texts.soles(place.potential_pen, places=0),
        "verified": "" if saved is None else texts.number(saved, places=1),
        "oldest": place.oldest,
    }


def _spots(
    found: Aggregates | None, level: str, indicator: str, texts: Texts
) -> list[tuple[Spot, Decimal, str]]:
    """Return what the map shows: provinces where districts are asked for, which have no spot."""
    drawn = "province" if level == "district" else level
    spots = []
    for place in found.places if found else ():
        amount = {
            "consumption": place.consumption_kwh,
            "forecast": place.forecast_kwh,
            "fose": place.fose_share,
            "potential": place.potential_pen,
            "verified": place.verified_kwh,
        }[indicator]
        spot = spot_of(place)
        if level_of(place) == drawn and spot is not None and amount is not None:
            spots.append((spot, amount, f"{spot.name}: {_told(place, texts)[indicator]}"))
    return spots
