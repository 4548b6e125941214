"""Copies of the two databases for a backup: each a SQLite file, as of one moment.

The file is the same whichever database it was taken from, so that a copy can be opened where
there is no server, and brought back into either. Whoever writes meanwhile goes on: SQLite copies
what its log shows at one moment, PostgreSQL what one ``REPEATABLE READ`` transaction sees.
"""

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Select,
    Table,
    column,
    insert,
    select,
    table,
    text,
)

from ahorraluz.store.connections import WAIT_S, connect, place_of, sqlite_path, writing
from ahorraluz.store.errors import StoreError, database_errors
from ahorraluz.store.key_tables import has_tables, make_tables
from ahorraluz.store.schema import (
    OLDEST_TABLE,
    VERSION_TABLE,
    State,
    run_steps,
    standing,
    standing_of,
)
from ahorraluz.store.vault_table import DATA_KEYS

ROWS_AT_ONCE = 5_000
"""Rows that are held in memory while they go from one database to the other."""
KEEPS_NO_DATA = (VERSION_TABLE, OLDEST_TABLE)


def copy_data(url: str, target: Path) -> None:
    """Copy the database of readings, accounts and trail; nothing in it is changed, no step run.

    Parameters
    ----------
    url
        The database.
    target
        SQLite file to make; it is not there yet.

    Raises
    ------
    StoreError
        ``copy-nothing``: there is nothing to copy; ``database-newer``: its tables are of a
        later program, which has to make the copy; ``copy-value-unkept``; and what keeps a
        database from being read.
    """
    found = standing_of(url)
    if found.state is State.NONE:
        raise StoreError("copy-nothing", place=place_of(url))
    if found.state not in (State.CURRENT, State.BEHIND):
        raise StoreError("database-newer", place=place_of(url))
    path = sqlite_path(url)
    with database_errors(place_of(url)):
        if path is None:
            _copy_server(url, target)
        else:
            _copy_file(path, target)


def copy_keys(url: str, target: Path) -> int:
    """Copy the wrapped keys into a new SQLite file, and return how many there are.

    Raises
    ------
    StoreError
        ``copy-nothing``; what keeps a database from being read.
    """
    if not has_tables(url):
        raise StoreError("copy-nothing", place=place_of(url))
    with (
        database_errors(place_of(url)),
        opened(url) as source,
        at_one_moment(source) as connection,
        opened(f"sqlite:///{target}", create=True) as copy,
    ):
        make_tables(copy)
        with writing(copy) as into:
            count = copy_rows(connection, into, DATA_KEYS)
    single_file(target)
    return count


def owners_of(url: str) -> frozenset[str]:
    """Return whose keys the database of keys holds; none where there is no such database."""
    if not has_tables(url):
        return frozenset()
    with database_errors(place_of(url)), opened(url) as engine, engine.connect() as connection:
        return frozenset(connection.execute(select(DATA_KEYS.c.owner)).scalars())


@contextmanager
def opened(url: str, *, create: bool = False) -> Iterator[Engine]:
    """Give an engine that is let go at the end."""
    engine = connect(url, create=create)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def at_one_moment(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that sees the database as it was at its beginning, and changes nothing."""
    if engine.dialect.name != "postgresql":
        with engine.connect() as connection:
            yield connection
        return
    level = engine.connect().execution_options(isolation_level="REPEATABLE READ")
    with level as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield connection


def tables_of(engine: Engine) -> Sequence[Table]:
    """Return the tables that hold what was kept, those first that others refer to."""
    found = MetaData()
    found.reflect(engine)
    return [one for one in found.sorted_tables if one.name not in KEEPS_NO_DATA]


def rows_of(one: Table) -> Select[Any]:
    """Ask for every row of a table, by its key, as whichever database holds it."""
    key: list[ColumnElement[Any]] = [column(each.name) for each in one.primary_key]
    fields: list[ColumnElement[Any]] = [column(each.name) for each in one.columns]
    query: Select[Any] = select(*fields)
    return query.select_from(table(one.name)).order_by(*key)


def single_file(path: Path) -> None:
    """Let a SQLite database be one file alone, without a log beside it."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")


def _copy_file(path: Path, target: Path) -> None:
    address = f"{path.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=WAIT_S)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        # All pages in one go: in between, a writer would make it begin anew.
        source.backup(copy, pages=-1)
        # Where somebody keeps both in one file, the keys do not travel with the data.
        keys = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'data_keys'").fetchone()
        if keys is not None:
            copy.execute("PRAGMA secure_delete = ON")
            copy.execute("DROP TABLE data_keys")
            copy.commit()
            copy.execute("VACUUM")
    single_file(target)


def _copy_server(url: str, target: Path) -> None:
    with opened(url) as source, at_one_moment(source) as connection:
        version = standing(connection).version
        with opened(f"sqlite:///{target}", create=True) as copy:
            with writing(copy) as into:
                run_steps(into, to=version or "head")
            tables = tables_of(copy)
            with writing(copy) as into:
                triggers = _without_triggers(into)
                for one in tables:
                    # What the steps themselves wrote is in the source as well.
                    into.execute(one.delete())
                for one in tables:
                    copy_rows(connection, into, one)
                _copy_numbers(connection, into)
                for statement in triggers:
                    into.exec_driver_sql(statement)
    single_file(target)


def _without_triggers(connection: Connection) -> Sequence[str]:
    """Take the triggers away, which look at every row again; return how they are made."""
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    named = found.all()
    for name, _ in named:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [statement for _, statement in named]


def copy_rows(source: Connection, into: Connection, one: Table) -> int:
    """Copy the rows of a table between two databases; return how many there were."""
    names = [each.name for each in one.columns]
    rows = source.execution_options(yield_per=ROWS_AT_ONCE).execute(rows_of(one))
    count = 0
    for batch in rows.partitions():
        values = [_kept(dict(zip(names, row, strict=True)), one.name) for row in batch]
        into.execute(insert(one), values)
        count += len(values)
    return count


def _kept(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a row as it is; SQLite keeps every value of ours but one that is no number."""
    for field, value in row.items():
        if isinstance(value, float) and math.isnan(value):
            raise StoreError("copy-value-unkept", table=name, column=field)
    return row


def counting(copy: Connection) -> Sequence[str]:
    """Return the tables of a SQLite copy that give numbers away for good."""
    made = text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
    return copy.execute(made).scalars().all()


def _copy_numbers(source: Connection, into: Connection) -> None:
    """Carry over which numbers were given away: none ever comes back."""
    for name in counting(into):
        asked = source.exec_driver_sql("SELECT pg_get_serial_sequence(%s, 'id')", (name,))
        sequence = asked.scalar_one()
        numbers = text("last_value"), text("is_called")
        given = source.execute(select(*numbers).select_from(text(sequence))).one()
        into.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        if given.is_called:
            into.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, given.last_value)
            )
