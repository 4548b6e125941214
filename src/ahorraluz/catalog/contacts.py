"""Phones of the authority that decides claims."""

from collections.abc import Mapping
from functools import cache

from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import read_table, refuse_duplicates

TABLE = "contacts.csv"
COLUMNS = ("id", "value", "source")


@cache
def load_contacts() -> Mapping[str, str]:
    """Return every contact by id."""
    rows = read_table(TABLE, columns=COLUMNS)
    sources = load_sources()
    by_id = refuse_duplicates(rows, key=lambda row: (row.text("id"),))
    for row in by_id.values():
        source_of(row, sources)
    return {row.text("id"): row.text("value") for row in by_id.values()}
