"""Sun and air temperature of 45 cities, expected yields, and the rule on exported energy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ahorraluz.catalog.distributors import squeeze
from ahorraluz.catalog.sources import load_sources, optional_source, source_of
from ahorraluz.catalog.tables import MAX_SHOWN, CatalogError, Row, read_table, refuse_duplicates
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import Source
from ahorraluz.core.issues import InvalidInputError
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
)
YIELD_TABLE = "solar_yield.csv"
YIELD_COLUMNS = ("city", "low", "middle", "high", "unit", "source")
YIELD_UNIT = "kWh/kWp/year"
YIELD_BASIS = "basis.solar-yield"
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
    source = source_of(rows[0], load_sources())
    return SolarFacts(
        city=rows[0].text("city"),
        ghi_kwh_m2_day=_monthly(rows, "ghi_kwh_m2_day"),
        ghi_low_kwh_m2_day=_monthly(rows, "ghi_low_kwh_m2_day"),
        ghi_high_kwh_m2_day=_monthly(rows, "ghi_high_kwh_m2_day"),
        monthly_temp_c=_temperatures(rows),
        yield_kwh_kwp_year=_yields().get(rows[0].text("city")),
        grade=source.grade,
        source=source.id,
    )


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


def _temperatures(rows: tuple[Row, ...]) -> tuple[float, ...]:
    sources = load_sources()
    known = [row for row in rows if optional_source(row, sources, column="temp_source")]
    return _monthly(tuple(known), "temp_c") if len(known) == MONTHS else ()


@cache
def _yields() -> Mapping[str, Estimate]:
    rows = read_table(YIELD_TABLE, columns=YIELD_COLUMNS)
    by_city = refuse_duplicates(rows, key=lambda row: (row.text("city"),))
    sources: Mapping[str, Source] = load_sources()
    return {city: _yield(row, sources) for (city,), row in by_city.items()}


def _yield(row: Row, sources: Mapping[str, Source]) -> Estimate:
    source_of(row, sources)
    return Estimate(
        low=row.number("low"),
        middle=row.number("middle"),
        high=row.number("high"),
        unit=row.one_of("unit", (YIELD_UNIT,)),
        basis=YIELD_BASIS,
    )
