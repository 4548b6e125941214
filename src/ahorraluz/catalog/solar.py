"""Sun and air of 45 cities and of any place in Peru, and the rule on exported energy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import cos, floor, hypot, radians

from ahorraluz.catalog.distributors import squeeze
from ahorraluz.catalog.sources import load_sources, optional_source, source_of
from ahorraluz.catalog.tables import MAX_SHOWN, CatalogError, Row, read_table, refuse_duplicates
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.renewables.facts import GenerationRule, SolarFacts
from ahorraluz.core.usage.facts import ClimateFacts

TABLE = "solar.csv"
COLUMNS = (
    "city",
    "city_name",
    "department",
    "lat",
    "lon",
    "altitude_m",
    "month",
    "ghi_kwh_m2_day",
    "ghi_low_kwh_m2_day",
    "ghi_high_kwh_m2_day",
    "source",
    "temp_c",
    "temp_source",
    "wind_m_s",
    "wind_source",
)
GRID_TABLE = "solar_grid.csv"
GRID_COLUMNS = ("lat_south", "lon_west", "month", "ghi_kwh_m2_day", "source")
BORDER_TABLE = "border.csv"
BORDER_COLUMNS = ("lat", "lon", "source")
HOURS_TABLE = "use_hours.csv"
HOURS_COLUMNS = ("end_use", *(f"h{hour:02}" for hour in range(24)), "source")
YIELD_TABLE = "solar_yield.csv"
YIELD_COLUMNS = ("city", "low", "high", "unit", "source")
YIELD_UNIT = "kWh/kWp/year"
GENERATION_TABLE = "generation_rules.csv"
GENERATION_COLUMNS = (
    "scheme",
    "status",
    "start",
    "end",
    "max_kw",
    "export_price_pen_kwh",
    "credit_months",
    "checked_on",
    "source",
)
SCHEMES = ("none", "net-billing", "net-metering")
MONTHS = 12
MAX_LAT, MAX_LON = 90.0, 180.0
KM_DEGREE = 111.2
NEAR_KM = 25.0
"""Within it, and at a like height, a place has the sun of the city."""
NEAR_M = 400.0
KM_FOR_A_METRE = 0.1
"""A city a thousand metres higher is as unlike as one a hundred kilometres away."""
LAPSE_K_M = 0.0065
"""Standard atmosphere. [K/m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """One city with its sun, as forms and maps need it."""

    id: str
    name: str
    department: str
    lat: float
    lon: float
    altitude_m: float


@cache
def load_cities() -> Mapping[str, City]:
    """Return every city of the table by id."""
    return {city: _city(rows[0]) for city, rows in _months_by_city().items()}


def find_city(text: str) -> City:
    """Return the city that a person calls ``text``: id or name.

    Raises
    ------
    InvalidInputError
        ``city-unknown``, with the cities known.
    """
    for city in load_cities().values():
        if squeeze(text) in (squeeze(city.id), squeeze(city.name)):
            return city
    raise InvalidInputError(
        "city-unknown",
        field="city",
        value=text[:MAX_SHOWN],
        known=[city.name for city in load_cities().values()],
    )


def cities_in(department: str) -> tuple[City, ...]:
    """Return the cities of a department, by its id."""
    return tuple(city for city in load_cities().values() if city.department == department)


@cache
def load_solar(city: str) -> SolarFacts:
    """Return the sun of a city, by its id; raises ``city-unknown``."""
    rows = _months_by_city()[find_city(city).id]
    source, at = source_of(rows[0], load_sources()), _city(rows[0])
    temperatures = _known(rows, "temp_c")
    return SolarFacts(
        city=at.id,
        lat=at.lat,
        lon=at.lon,
        altitude_m=at.altitude_m,
        ghi_kwh_m2_day=_monthly(rows, "ghi_kwh_m2_day"),
        ghi_low_kwh_m2_day=_monthly(rows, "ghi_low_kwh_m2_day"),
        ghi_high_kwh_m2_day=_monthly(rows, "ghi_high_kwh_m2_day"),
        monthly_temp_c=temperatures,
        monthly_wind_m_s=_known(rows, "wind_m_s"),
        yield_band_kwh_kwp_year=_bands().get(at.id),
        grade=source.grade,
        source=source.id,
        issues=() if temperatures else (Issue(code="solar-air-unknown", severity=Severity.NOTE),),
    )


def solar_at(lat: float, lon: float, *, altitude_m: float | None = None) -> SolarFacts:
    """Return the sun of any place in Peru.

    Within :data:`NEAR_KM` of a city the city's, which rests on more sources; elsewhere that
    of its cell of one degree. Air is that of the nearest city, moved to the altitude.

    Raises
    ------
    InvalidInputError
        ``place-impossible``: no coordinate at all; ``place-outside-peru``: another country,
        or the sea.
    """
    if not (abs(lat) <= MAX_LAT and abs(lon) <= MAX_LON):
        raise InvalidInputError("place-impossible", field="place", value=f"{lat}, {lon}")
    if not _inside_peru(lat, lon):
        raise InvalidInputError("place-outside-peru", field="place", value=f"{lat}, {lon}")
    city = min(load_cities().values(), key=lambda city: _km(city, lat, lon))
    known = load_solar(city.id)
    if _km(city, lat, lon) <= NEAR_KM and _same_height(city, altitude_m):
        return replace(known, lat=lat, lon=lon)
    cell = _grid().get((floor(lat), floor(lon)))
    if cell is None:
        raise InvalidInputError("place-outside-peru", field="place", value=f"{lat}, {lon}")
    warm = min(
        (city for city in load_cities().values() if load_solar(city.id).monthly_temp_c),
        key=lambda city: _km(city, lat, lon) + _climb(city, altitude_m) * KM_FOR_A_METRE,
    )
    air = load_solar(warm.id)
    height = warm.altitude_m if altitude_m is None else altitude_m
    cooler = (height - warm.altitude_m) * LAPSE_K_M
    issues = [
        Issue(
            code="solar-from-grid",
            severity=Severity.NOTE,
            parameters={"city": warm.name, "km": round(_km(warm, lat, lon))},
        )
    ]
    if altitude_m is None:
        issues.append(Issue(code="solar-altitude-unknown", parameters={"city": warm.name}))
    return SolarFacts(
        city=warm.id,
        lat=lat,
        lon=lon,
        altitude_m=height,
        ghi_kwh_m2_day=cell[1],
        ghi_low_kwh_m2_day=cell[1],
        ghi_high_kwh_m2_day=cell[1],
        monthly_temp_c=tuple(round(value - cooler, 2) for value in air.monthly_temp_c),
        monthly_wind_m_s=air.monthly_wind_m_s,
        from_grid=True,
        grade=load_sources()[cell[0]].grade,
        source=cell[0],
        issues=tuple(issues),
    )


def _climb(city: City, altitude_m: float | None) -> float:
    return 0.0 if altitude_m is None else abs(city.altitude_m - altitude_m)


def _same_height(city: City, altitude_m: float | None) -> bool:
    return _climb(city, altitude_m) <= NEAR_M


def _km(city: City, lat: float, lon: float) -> float:
    """Return the distance to a city; Peru is small enough for a plane."""
    east = (city.lon - lon) * cos(radians((city.lat + lat) / 2))
    return hypot(city.lat - lat, east) * KM_DEGREE


def _inside_peru(lat: float, lon: float) -> bool:
    """Tell whether a ray to the east crosses the border an odd number of times."""
    border = load_border()
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in zip(border, (*border[1:], border[0]), strict=True):
        if (lat_a > lat) != (lat_b > lat):
            crossing = lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
            inside ^= lon < crossing
    return inside


@cache
def load_border() -> tuple[tuple[float, float], ...]:
    """Return the outline of the country, latitude and longitude of each corner. [°]"""
    rows = read_table(BORDER_TABLE, columns=BORDER_COLUMNS)
    source_of(rows[0], load_sources())
    return tuple((row.number("lat"), row.number("lon")) for row in rows)


@cache
def _grid() -> Mapping[tuple[int, int], tuple[str, tuple[float, ...]]]:
    """Return the source and twelve months of every cell that touches Peru, by its corner."""
    cells: dict[tuple[int, int], list[Row]] = {}
    for row in read_table(GRID_TABLE, columns=GRID_COLUMNS):
        corner = (int(row.decimal("lat_south")), int(row.decimal("lon_west")))
        cells.setdefault(corner, []).append(row)
    found = {}
    for corner, rows in cells.items():
        if [int(row.decimal("month")) for row in rows] != list(range(1, MONTHS + 1)):
            raise rows[0].refusal("data-months-missing", value=str(corner))
        found[corner] = (
            source_of(rows[0], load_sources()).id,
            _monthly(tuple(rows), "ghi_kwh_m2_day"),
        )
    return found


@cache
def load_use_hours() -> Mapping[str, tuple[float, ...]]:
    """Return the weights of the 24 hours of every end use, by its id."""
    rows = read_table(HOURS_TABLE, columns=HOURS_COLUMNS)
    by_use = refuse_duplicates(rows, key=lambda row: (row.text("end_use"),))
    for row in by_use.values():
        source_of(row, load_sources())
    return {
        row.text("end_use"): tuple(row.number(f"h{hour:02}") for hour in range(24))
        for row in by_use.values()
    }


@cache
def load_climate(city: str) -> ClimateFacts | None:
    """Return the air temperature of a city, ``None`` where no source on file has it."""
    temperatures = load_solar(city).monthly_temp_c
    return ClimateFacts(city=city, monthly_temp_c=temperatures) if temperatures else None


@cache
def load_generation_rule() -> GenerationRule:
    """Return the rule in force on energy that a home gives to the grid.

    Raises
    ------
    CatalogError
        ``generation-rule-missing``: no row is in force.
    """
    for row in read_table(GENERATION_TABLE, columns=GENERATION_COLUMNS):
        scheme = row.one_of("scheme", SCHEMES)
        if row.one_of("status", ("in-force", "draft", "hypothetical")) == "in-force":
            return GenerationRule(
                scheme=scheme,
                export_price_pen_kwh=row.decimal("export_price_pen_kwh"),
                checked_on=row.date("checked_on").isoformat(),
                source=source_of(row, load_sources()).id,
            )
    raise CatalogError("generation-rule-missing", table=GENERATION_TABLE)


@cache
def _months_by_city() -> Mapping[str, tuple[Row, ...]]:
    rows = read_table(TABLE, columns=COLUMNS)
    refuse_duplicates(rows, key=lambda row: (row.text("city"), row.text("month")))
    by_city: dict[str, list[Row]] = {}
    for row in rows:
        by_city.setdefault(row.text("city"), []).append(row)
    for city, months in by_city.items():
        if [int(row.decimal("month")) for row in months] != list(range(1, MONTHS + 1)):
            raise months[0].refusal("data-months-missing", value=city)
    return {city: tuple(months) for city, months in by_city.items()}


def _city(row: Row) -> City:
    return City(
        id=row.text("city"),
        name=row.text("city_name"),
        department=row.text("department"),
        lat=row.number("lat"),
        lon=row.number("lon"),
        altitude_m=row.number("altitude_m"),
    )


def _monthly(rows: tuple[Row, ...], column: str) -> tuple[float, ...]:
    return tuple(row.number(column) for row in rows)


def _known(rows: tuple[Row, ...], column: str) -> tuple[float, ...]:
    """Return a column whose every month has a source; else nothing."""
    sources, named = load_sources(), f"{column.split('_')[0]}_source"
    known = [row for row in rows if optional_source(row, sources, column=named)]
    return _monthly(tuple(known), column) if len(known) == MONTHS else ()


@cache
def _bands() -> Mapping[str, tuple[float, float]]:
    """Return the ends between which arrays of a city are known to lie."""
    rows = read_table(YIELD_TABLE, columns=YIELD_COLUMNS)
    by_city = refuse_duplicates(rows, key=lambda row: (row.text("city"),))
    for row in by_city.values():
        source_of(row, load_sources())
        row.one_of("unit", (YIELD_UNIT,))
        if row.number("low") > row.number("high"):
            raise row.refusal("data-range-order", columns="low, high")
    return {city: (row.number("low"), row.number("high")) for (city,), row in by_city.items()}
