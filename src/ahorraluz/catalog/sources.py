"""Documents that figures come from."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ahorraluz.catalog.tables import Row, read_optional_table, read_table, refuse_duplicates
from ahorraluz.core.history import Grade, Source

TABLE = "sources.csv"
COLUMNS = ("id", "title", "issuer", "url", "published", "consulted", "grade")


def load_sources(*, user_folder: Path | None = None) -> Mapping[str, Source]:
    """Return the documents by id: the shipped ones, or the user's over them.

    Raises
    ------
    CatalogError
        ``data-duplicate``, ``data-consulted-before-published`` or what
        :func:`~ahorraluz.catalog.tables.read_table` refuses.
    """
    shipped = _shipped_sources()
    if user_folder is None:
        return shipped
    rows = read_optional_table(TABLE, columns=COLUMNS, folder=user_folder)
    return {**shipped, **_sources_of(rows)}


@cache
def _shipped_sources() -> Mapping[str, Source]:
    return _sources_of(read_table(TABLE, columns=COLUMNS))


def _sources_of(rows: tuple[Row, ...]) -> dict[str, Source]:
    by_id = refuse_duplicates(rows, key=lambda row: (row.text("id"),))
    return {row.text("id"): _source(row) for row in by_id.values()}


def _source(row: Row) -> Source:
    published, consulted = row.optional_date("published"), row.date("consulted")
    if published is not None and consulted < published:
        raise row.refusal(
            "data-consulted-before-published",
            value=row.text("id"),
            published=published,
            consulted=consulted,
        )
    return Source(
        id=row.text("id"),
        title=row.text("title"),
        issuer=row.text("issuer"),
        url=row.optional("url") or "",
        published=published,
        consulted=consulted,
        grade=row.choice("grade", Grade),
    )


def source_of(row: Row, sources: Mapping[str, Source], *, column: str = "source") -> Source:
    """Return the document a row names; one that is not listed is ``data-source-unknown``."""
    name = row.text(column)
    if name not in sources:
        raise row.refusal("data-source-unknown", column=column, value=name)
    return sources[name]


def optional_source(
    row: Row, sources: Mapping[str, Source], *, column: str = "source"
) -> Source | None:
    """Return the document a row names, or ``None`` where it names none."""
    return source_of(row, sources, column=column) if row.optional(column) else None
