"""What is published about measures, fuels, equipment and homes: ranges with their source.

An empty end of a range is a figure nobody published; it is never zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import Row, read_table, refuse_duplicates
from ahorraluz.core.history import Source

MEASURES_TABLE = "measures.csv"
MEASURES_COLUMNS = (
    "id",
    "saving_low",
    "saving_high",
    "saving_unit",
    "basis",
    "cost_low",
    "cost_high",
    "cost_unit",
    "life_years",
    "caution",
    "source",
)
SAVING_UNITS = (
    "PEN",
    "PEN/month",
    "celsius-warmer",
    "percent-of-bill",
    "percent-of-cooking-energy",
    "percent-of-cooking-spend",
    "percent-of-firewood",
    "percent-of-home-kwh",
    "percent-of-hot-month-kwh",
    "percent-of-hot-water-spend",
    "percent-of-lamp-kwh",
    "percent-of-spend",
    "percent-per-label-step",
)
COST_UNITS = ("PEN", "PEN/year")
FUELS_TABLE = "fuels.csv"
FUELS_COLUMNS = (
    "id",
    "kind",
    "value_low",
    "value_high",
    "unit",
    "geography",
    "period",
    "source",
)
FUEL_KINDS = ("price", "energy", "emission-factor")
EQUIPMENT_TABLE = "renewables.csv"
EQUIPMENT_COLUMNS = (
    "technology",
    "item",
    "size",
    "size_unit",
    "low",
    "central",
    "high",
    "unit",
    "basis",
    "source",
)
INDICATORS_TABLE = "indicators.csv"
INDICATORS_COLUMNS = (
    "metric",
    "item",
    "geography",
    "group",
    "value",
    "unit",
    "period",
    "source",
)
CONTACTS_TABLE = "contacts.csv"
CONTACTS_COLUMNS = ("id", "value", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFacts:
    """What the evidence says about one measure."""

    id: str
    saving_low: Decimal | None
    saving_high: Decimal | None
    saving_unit: str | None
    """Of what the saving is a part, such as ``percent-of-home-kwh``."""
    basis: str
    """In English: who says so, and how."""
    cost_low: Decimal | None
    cost_high: Decimal | None
    cost_unit: str | None
    """``PEN`` or ``PEN/year``."""
    life_years: Decimal | None
    caution: str | None
    """In English: what to beware of before the figure is used."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class FuelFacts:
    """One figure about a fuel: price, energy content or emissions."""

    id: str
    kind: str
    low: Decimal | None
    high: Decimal | None
    unit: str
    geography: str | None
    period: str | None
    """ISO day, month or year the figure is of, or two of them with a slash between."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentFacts:
    """One price, life or yield of equipment."""

    technology: str
    item: str
    size: Decimal | None
    size_unit: str | None
    low: Decimal | None
    central: Decimal | None
    high: Decimal | None
    unit: str | None
    basis: str | None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One published figure about homes of Peru."""

    metric: str
    item: str
    geography: str
    group: str
    value: Decimal
    unit: str
    period: str | None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One telephone number, as it is written."""

    id: str
    value: str
    source: Source


@cache
def load_measure_facts() -> Mapping[str, MeasureFacts]:
    """Return what the evidence says of every measure, by its id."""
    rows = _rows(MEASURES_TABLE, MEASURES_COLUMNS, key=("id",))
    return {row.text("id"): _measure(row) for row in rows}


@cache
def load_fuels() -> Mapping[str, FuelFacts]:
    """Return every figure about fuels, by its id."""
    return {row.text("id"): _fuel(row) for row in _rows(FUELS_TABLE, FUELS_COLUMNS, key=("id",))}


@cache
def load_equipment() -> tuple[EquipmentFacts, ...]:
    """Return every figure about equipment, in the order of the table."""
    key = ("technology", "item", "size", "basis")
    return tuple(_equipment(row) for row in _rows(EQUIPMENT_TABLE, EQUIPMENT_COLUMNS, key=key))


@cache
def load_indicators() -> tuple[Indicator, ...]:
    """Return every published figure about homes, in the order of the table."""
    key = ("metric", "item", "geography", "group", "period")
    return tuple(_indicator(row) for row in _rows(INDICATORS_TABLE, INDICATORS_COLUMNS, key=key))


@cache
def load_contacts() -> Mapping[str, Contact]:
    """Return where to turn with a claim, by id."""
    rows = _rows(CONTACTS_TABLE, CONTACTS_COLUMNS, key=("id",))
    return {
        row.text("id"): Contact(id=row.text("id"), value=row.text("value"), source=_source(row))
        for row in rows
    }


def _rows(table: str, columns: tuple[str, ...], *, key: Iterable[str]) -> Iterable[Row]:
    rows = read_table(table, columns=columns)
    names = tuple(key)
    return refuse_duplicates(rows, key=lambda row: tuple(row.values[n] for n in names)).values()


def _source(row: Row) -> Source:
    return source_of(row, load_sources())


def _measure(row: Row) -> MeasureFacts:
    _check_range(row, "saving_low", "saving_high")
    _check_range(row, "cost_low", "cost_high")
    has_unit = row.optional("saving_unit")
    has_cost = row.optional("cost_unit")
    return MeasureFacts(
        id=row.text("id"),
        saving_low=row.optional_decimal("saving_low"),
        saving_high=row.optional_decimal("saving_high"),
        saving_unit=row.one_of("saving_unit", SAVING_UNITS) if has_unit else None,
        basis=row.text("basis"),
        cost_low=row.optional_decimal("cost_low"),
        cost_high=row.optional_decimal("cost_high"),
        cost_unit=row.one_of("cost_unit", COST_UNITS) if has_cost else None,
        life_years=row.optional_decimal("life_years"),
        caution=row.optional("caution"),
        source=_source(row),
    )


def _fuel(row: Row) -> FuelFacts:
    _check_range(row, "value_low", "value_high")
    return FuelFacts(
        id=row.text("id"),
        kind=row.one_of("kind", FUEL_KINDS),
        low=row.optional_decimal("value_low"),
        high=row.optional_decimal("value_high"),
        unit=row.text("unit"),
        geography=row.optional("geography"),
        period=row.optional("period"),
        source=_source(row),
    )


def _equipment(row: Row) -> EquipmentFacts:
    _check_range(row, "low", "central", "high")
    return EquipmentFacts(
        technology=row.text("technology"),
        item=row.text("item"),
        size=row.optional_decimal("size"),
        size_unit=row.optional("size_unit"),
        low=row.optional_decimal("low"),
        central=row.optional_decimal("central"),
        high=row.optional_decimal("high"),
        unit=row.optional("unit"),
        basis=row.optional("basis"),
        source=_source(row),
    )


def _indicator(row: Row) -> Indicator:
    return Indicator(
        metric=row.text("metric"),
        item=row.text("item"),
        geography=row.text("geography"),
        group=row.text("group"),
        value=row.decimal("value"),
        unit=row.text("unit"),
        period=row.optional("period"),
        source=_source(row),
    )


def _check_range(row: Row, *columns: str) -> None:
    """Refuse a range whose ends are not in order (``data-range-order``)."""
    known = [value for column in columns if (value := row.optional_decimal(column)) is not None]
    if known != sorted(known):
        raise row.refusal("data-range-order", columns=", ".join(columns))
