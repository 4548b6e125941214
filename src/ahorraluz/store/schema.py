"""Bring a database to the tables of this program: at once if it has them, else by Alembic.

Two releases use one database while one takes the place of the other (decision 0021). So a
database says in a second table which program is the oldest that can still use it: one that finds
steps it does not know goes on where that says so, and refuses elsewhere.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, delete, insert, inspect, select, table
from sqlalchemy.exc import OperationalError

from ahorraluz.store.boards import building
from ahorraluz.store.connections import (
    PAUSE_S,
    SCHEMA_LOCK,
    WAIT_S,
    connect,
    lock,
    place_of,
    writing,
)
from ahorraluz.store.errors import StoreError, database_errors

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

SCRIPTS = "ahorraluz.store:migrations"
"""Where the steps are."""
HEAD = "0012"
"""Newest step in ``migrations/versions``."""
FIRST = "0012"
"""Newest step of the first release, which came with all before it: no program knows fewer."""
VERSION_TABLE = "ahorraluz_schema"
"""Where a database says which steps it has; of our own name, for a database may be shared."""
OLDEST_TABLE = "ahorraluz_schema_oldest"
"""Where it says up to which step a program must know at least; none: :data:`FIRST`."""
HOLD_MS = 500
"""How long a step waits for a table that somebody uses: whoever comes later waits behind it. Less
than the second after which PostgreSQL looks who waits for each other and sends one away. [ms]"""
AGAIN = ("55P03", "40P01")
"""What PostgreSQL calls it if that was too long, or if two waited for each other."""


class State(StrEnum):
    """How the tables of a database stand to this program."""

    NONE = "none"
    """There are none."""
    BEHIND = "behind"
    """Steps are missing."""
    CURRENT = "current"
    AHEAD = "ahead"
    """It has steps of a later program, and this one can use it all the same."""
    NEWER = "newer"
    """It has steps of a later program that this one cannot use."""


USABLE = (State.CURRENT, State.AHEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The tables of a database, and what they lack."""

    version: str | None
    """Newest step that it has."""
    state: State
    missing: tuple[str, ...] = ()
    """Steps to run, the first one first."""


def bring_up_to_date(engine: Engine, *, place: str) -> tuple[str, ...]:
    """Run the steps that a database lacks, all or none of them; return them.

    A step that has to wait for a table lets go and tries again, so that others who come for that
    table do not wait behind it for long.

    Raises
    ------
    StoreError
        ``database-newer``: a later version of the program made its tables, and this one cannot
        use them.
    """
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return ()
    give_up = time.monotonic() + WAIT_S
    while True:
        try:
            return _bring(engine, place)
        except OperationalError as error:
            busy = getattr(error.orig, "sqlstate", None) in AGAIN
            if not busy or time.monotonic() > give_up:
                raise
        time.sleep(PAUSE_S)


def _bring(engine: Engine, place: str) -> tuple[str, ...]:
    with writing(engine) as connection:
        lock(connection, SCHEMA_LOCK)
        # Another process may have been here while this one waited.
        found = standing(connection)
        if found.state is State.NEWER:
            raise StoreError("database-newer", place=place)
        if found.state in USABLE:
            return ()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{HOLD_MS}ms'")
        # Views hang on tables that a step may change.
        building.clear(connection)
        _upgrade(connection, found.version, place)
        building.build_if_allowed(connection)
        return found.missing


def standing(connection: Connection) -> Standing:
    """Return how the tables of a database stand to this program; nothing is changed."""
    version = _version(connection)
    if version == HEAD:
        return Standing(version=version, state=State.CURRENT)
    known = tuple(sorted(_steps()))
    if version is None:
        return Standing(version=None, state=State.NONE, missing=known)
    if version in known:
        missing = tuple(step for step in known if step > version)
        return Standing(version=version, state=State.BEHIND, missing=missing)
    oldest = _oldest(connection)
    usable = oldest is not None and oldest <= HEAD
    return Standing(version=version, state=State.AHEAD if usable else State.NEWER)


def standing_of(url: str) -> Standing:
    """Return how the database at a URL stands to this program; none is made.

    Raises
    ------
    StoreError
        As :func:`~ahorraluz.store.errors.database_errors`, ``database-url-invalid``.
    """
    with database_errors(place_of(url)):
        try:
            engine = connect(url, create=False)
        except StoreError as error:
            if error.issue.code != "database-none":
                raise
            return Standing(version=None, state=State.NONE, missing=tuple(sorted(_steps())))
        try:
            with engine.connect() as connection:
                return standing(connection)
        finally:
            engine.dispose()


def upgrade(url: str) -> tuple[str, ...]:
    """Make the database at a URL where there is none, and run the steps that it lacks.

    Raises
    ------
    StoreError
        As :func:`bring_up_to_date`, and what keeps a database from being opened.
    """
    place = place_of(url)
    with database_errors(place):
        engine = connect(url, create=True)
        try:
            return bring_up_to_date(engine, place=place)
        finally:
            engine.dispose()


def run_steps(connection: Connection, *, to: str = "head") -> None:
    """Run the steps that a database lacks, up to one."""
    # Imported here: a database that is up to date never needs Alembic.
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext, RevisionStep

    scripts = _scripts()

    def steps(found: object, _: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs(to, found)  # type: ignore[arg-type]

    config = _config()
    with EnvironmentContext(config, scripts, fn=steps, destination_rev=to) as environment:
        environment.configure(
            connection=connection, version_table=VERSION_TABLE, transactional_ddl=True
        )
        environment.run_migrations()
    _say_oldest(connection)


def _upgrade(connection: Connection, version: str | None, place: str) -> None:
    run_steps(connection)


def _say_oldest(connection: Connection) -> None:
    """Write down which program is the oldest that can use the tables as they are now."""
    version = _version(connection)
    if version is None or version <= FIRST:
        return
    oldest = max(least for step, least in _steps().items() if step <= version)
    if not inspect(connection).has_table(OLDEST_TABLE):
        connection.exec_driver_sql(f"CREATE TABLE {OLDEST_TABLE} (oldest TEXT NOT NULL)")
    says = table(OLDEST_TABLE, column("oldest"))
    connection.execute(delete(says))
    connection.execute(insert(says).values(oldest=oldest))


def _oldest(connection: Connection) -> str | None:
    if not inspect(connection).has_table(OLDEST_TABLE):
        return None
    oldest = connection.execute(select(table(OLDEST_TABLE, column("oldest")).c.oldest)).scalar()
    return None if oldest is None else str(oldest)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    versions = table(VERSION_TABLE, column("version_num"))
    version = connection.execute(select(versions.c.version_num)).scalar()
    return None if version is None else str(version)


def _steps() -> Mapping[str, str]:
    """Return every step with the one that a program must know at least to use what it leaves."""
    return {
        step.revision: str(getattr(step.module, "oldest", FIRST))
        for step in _scripts().walk_revisions()
    }


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return config


def _scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())
