"""The two databases behind one way to connect: URL to engine, one writer at a time."""

import logging
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError

from ahorraluz.store.errors import StoreError

SQLITE = "sqlite:///"
POSTGRESQL = "postgresql://"
DRIVER = "postgresql+psycopg"
WAIT_S = 30
"""How long one writer waits for another before it gives up. [s]"""
CONNECT_S = 10
"""How long to wait for a server to answer. [s]"""
PAUSE_S = 0.02
"""Between two attempts to switch a new file to write-ahead logging. [s]"""
SCHEMA_LOCK = 0
"""Lock of PostgreSQL for the tables themselves; those of homes are other numbers."""
JOBS_LOCK = -9
"""Lock of PostgreSQL for new jobs."""
OURS = 0x61686C7A
"""First half of our advisory locks, so that other programs in the database have others."""
_WRITER = "ahorraluz_writer"


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite URL, taken as it is; ``None`` for another database."""
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def place_of(url: str) -> str:
    """Return where a database is, for messages: never its user or password.

    Raises
    ------
    StoreError
        ``database-url-invalid``.
    """
    path = sqlite_path(url)
    if path is not None:
        return str(path)
    parts = _server(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.host or 'localhost'}{port}/{parts.database or ''}"


def _server(url: str) -> URL:
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password: it is repeated nowhere.
        raise StoreError("database-url-invalid") from None
    if not url.startswith(POSTGRESQL):
        raise StoreError("database-url-invalid")
    return parts.set(drivername=DRIVER)


def connect(url: str, *, create: bool) -> Engine:
    """Return an engine; for a SQLite file, make it and its folder if ``create``.

    Raises
    ------
    StoreError
        ``database-url-invalid``, ``database-not-opened``, ``database-none`` (a file that is
        not there and not to be made) or ``extra-missing`` (no driver for PostgreSQL).
    """
    path = sqlite_path(url)
    if path is None:
        return _postgresql(_server(url))
    if not path.exists():
        if not create:
            raise StoreError("database-none", place=str(path))
        _make_file(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": WAIT_S}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_file(path: Path) -> None:
    """Make an empty database that only its owner can read; SQLite's other files copy that."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError:
        raise StoreError("database-not-opened", place=str(path)) from None


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # We say BEGIN ourselves: the driver would begin late, and leave tables outside.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {WAIT_S * 1000}")
    _use_write_ahead_log(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    # The switch is refused at once, without the usual wait, while another process is at it.
    give_up = time.monotonic() + WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
        else:
            return
        time.sleep(PAUSE_S)


def _begin_sqlite(connection: Connection) -> None:
    # A writer that began as a reader could not wait: it would be refused at once.
    writer = connection.get_execution_options().get(_WRITER, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def _postgresql(url: URL) -> Engine:
    arguments: dict[str, Any] = {
        "connect_timeout": CONNECT_S,
        "application_name": "ahorraluz",
        "options": f"-c lock_timeout={WAIT_S}s -c timezone=UTC",
    }
    # The driver warns about a connection that broke; we hear of it as an error, and tell it.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    # What the URL itself says goes first.
    given = {name: value for name, value in arguments.items() if name not in url.query}
    try:
        # A pooled connection may be older than the last restart of the server.
        return create_engine(url, connect_args=given, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise StoreError("extra-missing", extra="postgres") from None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that writes: kept whole at the end, or not at all."""
    with (
        engine.connect().execution_options(**{_WRITER: True}) as connection,
        connection.begin(),
    ):
        yield connection


def lock(connection: Connection, number: int) -> None:
    """Hold back other writers of ``number`` until the transaction ends; SQLite has one anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(OURS, number)))


def lock_home(connection: Connection, home: str) -> None:
    """Hold back other writers of a home until the transaction ends."""
    # 31 bits above nought: PostgreSQL takes two signed numbers of 32. Two homes with the same
    # number only wait for each other.
    lock(connection, (zlib.crc32(home.encode()) & 0x7FFF_FFFF) or 1)


def wipe_freed(engine: Engine, *, tables: Sequence[str], rewrite: bool = False) -> None:
    """Overwrite what was deleted, as far as it is in the hands of a user of the database."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM {', '.join(tables)}")
        return
    # `secure_delete` has written noughts over the pages; those in the log go with the log. If
    # somebody reads meanwhile it stays until the last of them has closed the database.
    with closing(engine.raw_connection()) as raw:
        if rewrite:
            raw.cursor().execute("VACUUM")
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
