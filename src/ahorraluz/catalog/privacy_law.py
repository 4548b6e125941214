"""Deadlines and thresholds of the law of personal data: dated rows, each with its document."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import read_table, refuse_duplicates
from ahorraluz.core.history import Dated, History, Status

TABLE = "privacy_law.csv"
COLUMNS = ("start", "name", "unit", "value", "status", "source")
UNITS = ("day", "hour", "person", "year")


@cache
def load_privacy_law() -> Mapping[str, History[Decimal]]:
    """Return every figure by its name, such as ``breach-notice``.

    Raises
    ------
    CatalogError
        ``data-duplicate``, ``data-source-unknown``, ``data-value-unknown``.
    """
    sources = load_sources()
    rows = read_table(TABLE, columns=COLUMNS)
    by_key = refuse_duplicates(rows, key=lambda row: (row.text("name"), row.text("start")))
    dated: dict[str, list[Dated[Decimal]]] = {}
    for (name, _), row in by_key.items():
        row.one_of("unit", UNITS)
        dated.setdefault(name, []).append(
            Dated(
                start=row.date("start"),
                value=row.optional_decimal("value"),
                source=source_of(row, sources),
                status=row.choice("status", Status),
            )
        )
    return MappingProxyType({name: History.of(name, entries) for name, entries in dated.items()})
