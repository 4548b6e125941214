"""Amounts seen on real recibos: hints for an audit, never prices of a bill."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import Row, read_table
from ahorraluz.core.history import Source

TABLE = "observed.csv"
COLUMNS = (
    "month",
    "distributor",
    "system",
    "name",
    "range_low_kwh",
    "range_high_kwh",
    "unit",
    "value",
    "source",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedAmount:
    """One amount printed on a real recibo, before IGV."""

    start: date
    """First day of the month or year it was billed in."""
    end: date
    """First day after it."""
    distributor: str
    system: str | None
    name: str
    """A line code, such as ``lighting``."""
    range_low_kwh: Decimal | None
    """Lowest energy the amount was billed for. [kWh/month]"""
    range_high_kwh: Decimal | None
    unit: str
    value: Decimal
    source: Source


@cache
def load_observed() -> tuple[ObservedAmount, ...]:
    """Return every amount on file, in the order of the table."""
    sources = load_sources()
    return tuple(_amount(row, sources) for row in read_table(TABLE, columns=COLUMNS))


def _amount(row: Row, sources: Mapping[str, Source]) -> ObservedAmount:
    start, end = _span(row)
    return ObservedAmount(
        start=start,
        end=end,
        distributor=row.one_of("distributor", load_distributors()),
        system=row.optional("system"),
        name=row.text("name"),
        range_low_kwh=row.optional_decimal("range_low_kwh"),
        range_high_kwh=row.optional_decimal("range_high_kwh"),
        unit=row.text("unit"),
        value=row.decimal("value"),
        source=source_of(row, sources),
    )


def _span(row: Row) -> tuple[date, date]:
    """Return the days of a cell like ``2026-08``, or of a whole year where no month is known."""
    year, _, month = row.text("month").partition("-")
    try:
        if not month:
            return date(int(year), 1, 1), date(int(year) + 1, 1, 1)
        first = date(int(year), int(month), 1)
        return first, date(int(year) + int(month) // 12, int(month) % 12 + 1, 1)
    except ValueError:
        raise row.refusal("data-not-a-date", column="month", value=row.text("month")) from None
