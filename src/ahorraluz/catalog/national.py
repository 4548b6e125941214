"""National figures: tax, levy, FOSE, thresholds, factors and editable assumptions."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import Row, read_optional_table, read_table, refuse_duplicates
from ahorraluz.core.history import Dated, History, Source, Status
from ahorraluz.core.tariffs.figures import NationalFigures

TABLE = "national.csv"
COLUMNS = ("start", "name", "unit", "value", "status", "source")
UNITS = (
    "PEN",
    "PEN/month",
    "UIT/MWh",
    "day-of-month",
    "hour",
    "kWh",
    "kWh/month",
    "kgCO2e/kWh",
    "month",
    "ratio",
    "working-day",
    "year",
)


def load_national(*, user_folder: Path | None = None) -> NationalFigures:
    """Return every national figure; a row in the user's folder wins over the shipped one.

    Raises
    ------
    CatalogError
        ``data-duplicate``, ``data-source-unknown``, ``data-value-unknown`` (unit or
        status) or what :func:`~ahorraluz.catalog.tables.read_table` refuses.
    """
    if user_folder is None or not (user_folder / TABLE).is_file():
        return _shipped_national()
    entries = _entries(read_table(TABLE, columns=COLUMNS), load_sources())
    own = read_optional_table(TABLE, columns=COLUMNS, folder=user_folder)
    return _figures(entries | _entries(own, load_sources(user_folder=user_folder)))


@cache
def _shipped_national() -> NationalFigures:
    return _figures(_entries(read_table(TABLE, columns=COLUMNS), load_sources()))


Key = tuple[str, ...]
"""Figure, day and status."""


def _entries(rows: tuple[Row, ...], sources: Mapping[str, Source]) -> dict[Key, Dated[Decimal]]:
    by_key = refuse_duplicates(rows, key=_key)
    return {key: _entry(row, sources) for key, row in by_key.items()}


def _key(row: Row) -> Key:
    """Return figure, day and status: an announced value may stand beside the one it follows."""
    return row.text("name"), row.date("start").isoformat(), row.text("status")


def _entry(row: Row, sources: Mapping[str, Source]) -> Dated[Decimal]:
    row.one_of("unit", UNITS)
    return Dated(
        start=row.date("start"),
        value=row.optional_decimal("value"),
        source=source_of(row, sources),
        status=row.choice("status", Status),
    )


def _figures(entries: Mapping[Key, Dated[Decimal]]) -> NationalFigures:
    by_name: dict[str, list[Dated[Decimal]]] = {}
    for (name, _, _), entry in entries.items():
        by_name.setdefault(name, []).append(entry)
    # Sorting is stable, so what is announced for a day comes after what ends on it.
    for dated in by_name.values():
        dated.sort(key=lambda entry: entry.status is Status.EXPECTED)
    return NationalFigures({name: History.of(name, dated) for name, dated in by_name.items()})
