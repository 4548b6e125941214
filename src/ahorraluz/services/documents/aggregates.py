"""What is told of groups as open data: rows, CSV and JSON, with what each column means."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.catalog.districts import load_districts, load_provinces
from ahorraluz.catalog.places import departments
from ahorraluz.catalog.solar import load_border
from ahorraluz.services.publish_aggregates import Aggregates, Place
from ahorraluz.texts import Texts

COLUMNS = (
    "level",
    "code",
    "name",
    "homes",
    "consumption_kwh_month",
    "forecast_kwh_month",
    "fose_share",
    "potential_pen_year",
    "verified_homes",
    "verified_kwh_month",
    "oldest_figure",
)
LEVELS = {0: "country", 2: "department", 4: "province", 6: "district"}
COUNTRY = "Perú"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place on the map."""

    code: str
    name: str
    lat: float
    lon: float


def level_of(place: Place) -> str:
    """Return ``country``, ``department``, ``province`` or ``district``."""
    return LEVELS[len(place.code)]


def name_of(place: Place) -> str:
    """Return a place as people call it."""
    provinces = load_provinces()
    match level_of(place):
        case "department":
            named = {province.code[:2]: province.department for province in provinces.values()}
            return departments()[named[place.code]]
        case "province":
            return provinces[place.code].name
        case "district":
            return load_districts()[place.code].name
        case _:
            return COUNTRY


def spot_of(place: Place) -> Spot | None:
    """Return where a department or province is drawn: at its capital; ``None``: it is not."""
    level = level_of(place)
    if level not in ("department", "province"):
        return None
    # The first province of a department is that of its capital (INEI).
    province = load_provinces()[place.code if level == "province" else f"{place.code}01"]
    return Spot(code=place.code, name=name_of(place), lat=province.lat, lon=province.lon)


def outline() -> tuple[tuple[float, float], ...]:
    """Return the border of the country: latitude and longitude of its corners. [°]"""
    return load_border()


def aggregates_csv(found: Aggregates | None) -> str:
    """Return everything told as CSV; an empty cell is not told."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place in found.places if found else ():
        writer.writerow(_row(place))
    return text.getvalue()


def aggregates_document(found: Aggregates | None, texts: Texts) -> dict[str, object]:
    """Return everything told as a document, with its date, its basis and its columns."""
    places: Sequence[Place] = found.places if found else ()
    return {
        "schema": "ahorraluz.aggregates.1",
        "published": None if found is None else found.at.isoformat(),
        "fose_limit_kwh": None if found is None else str(found.limit_kwh),
        "least_homes": None if found is None else found.least,
        "basis": texts.text("aggregates.basis"),
        "columns": {name: texts.text(f"aggregates.column-{name}") for name in COLUMNS},
        "places": [dict(zip(COLUMNS, _row(place), strict=True)) for place in places],
    }


def aggregates_json(found: Aggregates | None, texts: Texts) -> str:
    """Return :func:`aggregates_document` as text."""
    return json.dumps(aggregates_document(found, texts), ensure_ascii=False)


def _row(place: Place) -> list[str | int | None]:
    return [
        level_of(place),
        place.code,
        name_of(place),
        place.homes,
        str(place.consumption_kwh),
        str(place.forecast_kwh),
        str(place.fose_share),
        str(place.potential_pen),
        place.verified_homes or None,
        None if place.verified_kwh is None else str(place.verified_kwh),
        place.oldest,
    ]
