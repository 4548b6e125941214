"""The tables of the two databases: what they lack, and running it before others start."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.settings import Settings

DATA, KEYS = "data", "keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """One database, and how its tables stand to this program."""

    database: str
    """``data`` or ``keys``."""
    place: str
    """File or server, without user and password."""
    state: str
    """``none``, ``behind``, ``current``, ``ahead`` (of a later program, usable) or ``newer``."""
    version: str | None = None
    """Newest step that it has; the database of keys has no steps."""
    missing: Sequence[str] = ()
    """Steps to run, the first one first."""

    @property
    def is_usable(self) -> bool:
        """Whether this program can use it as it is."""
        return self.state in ("current", "ahead")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseUpgrade:
    """What was run for one database."""

    database: str
    place: str
    steps: Sequence[str]
    """Steps of the data, or the name of the table of keys; nothing where nothing was missing."""


def newest_step() -> str:
    """Return the newest step that this program knows."""
    from ahorraluz.store.schema import HEAD

    return HEAD


def database_states(settings: Settings) -> tuple[DatabaseState, DatabaseState]:
    """Return how the databases of data and of keys stand to this program; nothing is changed.

    Raises
    ------
    StoreError
        A database that cannot be asked.
    """
    from ahorraluz.store.connections import place_of
    from ahorraluz.store.key_tables import has_tables
    from ahorraluz.store.schema import standing_of

    found = standing_of(settings.database)
    data = DatabaseState(
        database=DATA,
        place=place_of(settings.database),
        state=found.state.value,
        version=found.version,
        missing=found.missing,
    )
    there = has_tables(settings.keys)
    keys = DatabaseState(
        database=KEYS, place=place_of(settings.keys), state="current" if there else "none"
    )
    return data, keys


def upgrade_databases(settings: Settings) -> tuple[DatabaseUpgrade, DatabaseUpgrade]:
    """Run what the databases of data and of keys lack, each all or none of it.

    May be run at any time and by several at once: one runs the steps, the others find none.

    Raises
    ------
    StoreError
        ``database-newer``, and what keeps a database from being opened.
    """
    from ahorraluz.store.connections import place_of
    from ahorraluz.store.key_tables import upgrade_keys
    from ahorraluz.store.schema import upgrade

    data = DatabaseUpgrade(
        database=DATA, place=place_of(settings.database), steps=upgrade(settings.database)
    )
    made = upgrade_keys(settings.keys)
    keys = DatabaseUpgrade(
        database=KEYS, place=place_of(settings.keys), steps=("data_keys",) if made else ()
    )
    return data, keys
