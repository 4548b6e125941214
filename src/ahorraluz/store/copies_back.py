"""Copies brought back: looked at without a service, and put where there is nothing yet."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, inspect, select, text

from ahorraluz.store.boards import building
from ahorraluz.store.connections import SCHEMA_LOCK, connect, lock, place_of, sqlite_path, writing
from ahorraluz.store.copies import ROWS_AT_ONCE, counting, opened, rows_of, single_file, tables_of
from ahorraluz.store.errors import StoreError, database_errors
from ahorraluz.store.live.partitions import DAY_MS, make_days
from ahorraluz.store.schema import HEAD, State, run_steps, standing, standing_of
from ahorraluz.store.trail import Trail
from ahorraluz.store.vault_table import DATA_KEYS

READINGS = "live_readings"
OWNERS = {
    "homes": "SELECT 'home:' || id FROM homes",
    "accounts": "SELECT 'account:' || id FROM accounts",
}
"""Tables whose rows have a key of their own, and how their keys are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCopy:
    """What a copy of the data holds."""

    version: str
    tables: Mapping[str, int]
    """Rows by table."""
    trail_count: int
    trail_head: str
    """Hash of the last line of the trail."""
    owners: frozenset[str]
    """By what the keys of its homes and accounts are called."""


def look_at_data(path: Path) -> DataCopy:
    """Return what a copy of the data holds, once all of it was looked at.

    Raises
    ------
    StoreError
        ``database-damaged``: SQLite or a row that refers to none says so; ``database-newer``;
        ``trail-altered``.
    """
    url = f"sqlite:///{path}"
    found = standing_of(url)
    if found.version is None or found.state is State.NONE:
        raise StoreError("database-damaged", place=path.name)
    if found.state not in (State.CURRENT, State.BEHIND):
        raise StoreError("database-newer", place=path.name)
    with database_errors(path.name), opened(url) as engine, engine.connect() as connection:
        if connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() != ["ok"]:
            raise StoreError("database-damaged", place=path.name)
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise StoreError("database-damaged", place=path.name)
        tables = tables_of(engine)
        rows = {one.name: _count(connection, one) for one in tables}
        count, head = _trail(connection, there="trail" in rows)
        owners = frozenset(
            str(owner)
            for kind, query in OWNERS.items()
            if kind in rows
            for owner in connection.execute(text(query)).scalars()
        )
    single_file(path)
    return DataCopy(
        version=found.version, tables=rows, trail_count=count, trail_head=head, owners=owners
    )


def look_at_keys(path: Path) -> Mapping[str, bytes]:
    """Return the wrapped keys of a copy by their owner.

    Raises
    ------
    StoreError
        ``database-damaged``.
    """
    url = f"sqlite:///{path}"
    with database_errors(path.name), opened(url) as engine, engine.connect() as connection:
        if not inspect(connection).has_table(DATA_KEYS.name):
            raise StoreError("database-damaged", place=path.name)
        if connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() != ["ok"]:
            raise StoreError("database-damaged", place=path.name)
        rows = connection.execute(select(DATA_KEYS)).all()
    single_file(path)
    return {row.owner: bytes(row.wrapped) for row in rows}


def refuse_taken(url: str, *, keys: bool = False) -> None:
    """Refuse a place where there is a database already.

    Raises
    ------
    StoreError
        ``copy-place-taken``; what keeps a database from being asked.
    """
    path = sqlite_path(url)
    if path is not None:
        if path.exists():
            raise StoreError("copy-place-taken", place=str(path))
        return
    with database_errors(place_of(url)), opened(url) as engine, engine.connect() as connection:
        there = (
            inspect(connection).has_table(DATA_KEYS.name)
            if keys
            else standing(connection).state is not State.NONE
        )
        if there:
            raise StoreError("copy-place-taken", place=place_of(url))


@contextmanager
def bringing_back(copy: Path, url: str, *, keys: bool = False) -> Iterator[None]:
    """Put a copy where there is nothing, once what is done inside went well, or not at all.

    Raises
    ------
    StoreError
        ``copy-place-taken``: somebody was faster; what keeps a database from being written.
    """
    path = sqlite_path(url)
    if path is not None:
        with _file_beside(copy, path) as part:
            yield
            try:
                # Unlike a rename, a link never takes the place of a file.
                os.link(part, path)
            except FileExistsError:
                raise StoreError("copy-place-taken", place=str(path)) from None
        return
    engine = connect(url, create=False)
    try:
        with (
            database_errors(place_of(url)),
            opened(f"sqlite:///{copy}") as source,
            source.connect() as rows,
            writing(engine) as connection,
        ):
            lock(connection, SCHEMA_LOCK)
            refuse_taken(url, keys=keys)
            if keys:
                DATA_KEYS.metadata.create_all(connection)
                _fill(rows, connection, DATA_KEYS)
            else:
                _fill_data(rows, connection, tables_of(source))
            yield
    finally:
        engine.dispose()


@contextmanager
def keys_taken_back(url: str) -> Iterator[None]:
    """Take away keys that were brought back, if what follows fails."""
    try:
        yield
    except BaseException:
        path = sqlite_path(url)
        if path is not None:
            path.unlink(missing_ok=True)
        else:
            with opened(url) as engine, writing(engine) as connection:
                DATA_KEYS.metadata.drop_all(connection)
        raise


@contextmanager
def _file_beside(copy: Path, path: Path) -> Iterator[Path]:
    part = path.with_name(f".{path.name}.restore")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(part)) as into:
            part.chmod(0o600)
            source.backup(into)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        yield part
    except OSError:
        raise StoreError("database-not-opened", place=str(path)) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _fill_data(source: Connection, into: Connection, tables: Sequence[Table]) -> None:
    version = standing(source).version or "head"
    run_steps(into, to=version)
    for one in reversed(tables):
        # What the steps themselves wrote is in the copy as well.
        into.execute(one.delete())
    for one in tables:
        # They look at every row again, which were as they are when they were copied.
        into.exec_driver_sql(f"ALTER TABLE {one.name} DISABLE TRIGGER USER")
        if one.name == READINGS:
            days = text("SELECT DISTINCT at_ms / :day_ms FROM live_readings")
            found = source.execute(days, {"day_ms": DAY_MS}).scalars()
            make_days(into, {int(day) for day in found})
        _fill(source, into, one)
        into.exec_driver_sql(f"ALTER TABLE {one.name} ENABLE TRIGGER USER")
    _set_numbers(source, into)
    if version == HEAD:
        building.build_if_allowed(into)


def _fill(source: Connection, into: Connection, one: Table) -> None:
    names = [each.name for each in one.columns]
    raw: Any = into.connection.driver_connection
    listed = ", ".join(building.quoted(name) for name in names)
    rows = source.execution_options(yield_per=ROWS_AT_ONCE).execute(rows_of(one))
    with raw.cursor() as cursor, cursor.copy(f"COPY {one.name} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(tuple(row))


def _set_numbers(source: Connection, into: Connection) -> None:
    """Let no number be given away a second time."""
    numbers = source.execute(text("SELECT name, seq FROM sqlite_sequence"))
    given: dict[str, int] = {row.name: row.seq for row in numbers}
    for name in counting(source):
        if given.get(name):
            sequence = func.pg_get_serial_sequence(name, "id")
            into.execute(select(func.setval(sequence, given[name], True)))


def _count(connection: Connection, one: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(one)).scalar_one())


def _trail(connection: Connection, *, there: bool) -> tuple[int, str]:
    """Return how long the trail is and how it ends, once its chain was checked."""
    if not there:
        return 0, ""

    @contextmanager
    def reading(*_: object) -> Iterator[Connection]:
        yield connection

    found = Trail(reading=reading, writing=reading).check()
    return found.count, found.head
