"""Rows that take the place of others with the same key, in both databases."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table


def upsert(
    connection: "Connection",
    table: "Table",
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
) -> None:
    """Insert rows, or change those that are there; all have the same columns."""
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    if set(rows[0]) == set(key):
        connection.execute(statement.on_conflict_do_nothing(), [dict(row) for row in rows])
        return
    others = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=others),
        [dict(row) for row in rows],
    )


def claim(
    connection: "Connection",
    table: "Table",
    row: Mapping[str, Any],
    *,
    key: Sequence[str],
    where: "Sequence[ColumnElement[bool]]",
) -> bool:
    """Insert a row, or change the one that is there if it still fits; tell whether it was done."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    others = {name: statement.excluded[name] for name in row if name not in key}
    conditional = statement.on_conflict_do_update(
        index_elements=list(key), set_=others, where=and_(*where)
    )
    done = connection.execute(conditional.returning(table.c[key[0]]), dict(row))
    return done.first() is not None
