"""Keys of homes and accounts, in a database of their own.

Everything that tells who somebody is lies in the store under such a key. The keys are wrapped by
the key ring and kept apart, so that taking one away makes its home or account unreadable in every
copy of the store that was ever made.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from ahorraluz.store.errors import StoreError, database_errors
from ahorraluz.store.looking import apart, once, reading
from ahorraluz.store.statements import MOST, Statement

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect, Engine

    from ahorraluz.security.keyring import DataKey, Keyring


def home_owner(home: str) -> str:
    """Return by what the key of a home is called."""
    return f"home:{home}"


def account_owner(account: str) -> str:
    """Return by what the key of an account is called."""
    return f"account:{account}"


def job_owner(job: str) -> str:
    """Return by what the key of a job of nobody is called."""
    return f"job:{job}"


class Vault:
    """Data keys by the name of whom they belong to; every method is one transaction."""

    def __init__(self, url: str, *, keyring: "Callable[[], Keyring]") -> None:
        self._url = url
        self._keyring = keyring
        self._opened: Engine | None = None
        self._place = ""
        self._opening = Lock()

    @property
    def keyring(self) -> "Keyring":
        """The ring that wraps every key."""
        return self._keyring()

    def holds_any(self) -> bool:
        """Tell whether there is any key; asks nothing of the ring."""
        from sqlalchemy import select

        from ahorraluz.store.vault_table import DATA_KEYS

        with self._reading() as connection:
            return connection.execute(select(DATA_KEYS.c.owner).limit(1)).first() is not None

    def make(self, owner: str) -> "DataKey":
        """Return the key of an owner, made if there is none."""
        from sqlalchemy import insert

        from ahorraluz.store.vault_table import DATA_KEYS

        found = self.find(owner)
        if found is not None:
            return found
        with self._writing() as connection:
            wrapped = _wrapped(connection, owner)
            if wrapped is not None:
                return self.keyring.data_key(wrapped)
            key, wrapped = self.keyring.new_data_key()
            connection.execute(insert(DATA_KEYS).values(owner=owner, wrapped=wrapped))
            return key

    def find(self, owner: str) -> "DataKey | None":
        """Return the key of an owner, or ``None``."""
        return once((self, owner), lambda: self._find(owner))

    def _find(self, owner: str) -> "DataKey | None":
        with self._reading() as connection:
            wrapped = _wrapped(connection, owner)
        return None if wrapped is None else self.keyring.data_key(wrapped)

    def get(self, owner: str) -> "DataKey":
        """Return the key of an owner.

        Raises
        ------
        StoreError
            ``key-gone``: it was destroyed, or never was.
        """
        found = self.find(owner)
        if found is None:
            raise StoreError("key-gone")
        return found

    def wrapped(self, owners: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
        """Return the keys of one or two owners as they lie there; nothing is unwrapped."""
        asked = {"one": owners[0], "other": owners[-1]}
        engine = self._engine()
        with database_errors(self._place):
            rows = _wrapped_statement(engine.dialect).ask(engine, asked)
        return tuple((owner, bytes(wrapped)) for owner, wrapped in rows)

    def destroy(self, owner: str) -> None:
        """Erase the key of an owner for good; what lies under it can be read by nobody."""
        from sqlalchemy import delete

        from ahorraluz.store.connections import wipe_freed
        from ahorraluz.store.vault_table import DATA_KEYS

        with self._writing() as connection:
            connection.execute(delete(DATA_KEYS).where(DATA_KEYS.c.owner == owner))
        with apart(), database_errors(self._place):
            wipe_freed(self._engine(), tables=("data_keys",))

    def rewrap(self) -> int:
        """Wrap every key under the newest key of the ring; return how many were not yet."""
        from sqlalchemy import select, update

        from ahorraluz.store.vault_table import DATA_KEYS

        ring, changed = self.keyring, 0
        with self._writing() as connection:
            for row in connection.execute(select(DATA_KEYS)).all():
                if ring.is_newest(row.wrapped):
                    continue
                connection.execute(
                    update(DATA_KEYS)
                    .where(DATA_KEYS.c.owner == row.owner)
                    .values(wrapped=ring.rewrap(row.wrapped))
                )
                changed += 1
        return changed

    def close(self) -> None:
        """Let the database go; the vault opens it again if it is used."""
        with self._opening:
            if self._opened is not None:
                self._opened.dispose()
                self._opened = None

    def _engine(self) -> "Engine":
        from ahorraluz.store.connections import connect, place_of
        from ahorraluz.store.key_tables import make_tables

        with self._opening:
            if self._opened is None:
                self._place = place_of(self._url)
                engine = connect(self._url, create=True)
                with database_errors(self._place):
                    make_tables(engine)
                self._opened = engine
            return self._opened

    @contextmanager
    def _reading(self) -> "Iterator[Connection]":
        engine = self._engine()
        with database_errors(self._place), reading(engine) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> "Iterator[Connection]":
        from ahorraluz.store.connections import writing

        engine = self._engine()
        with apart(), database_errors(self._place), writing(engine) as connection:
            yield connection


@lru_cache(maxsize=MOST)
def _wrapped_statement(dialect: "Dialect") -> Statement:
    from sqlalchemy import bindparam, select

    from ahorraluz.store.vault_table import DATA_KEYS

    keys = DATA_KEYS.c
    of_both = keys.owner.in_([bindparam("one"), bindparam("other")])
    query = select(keys.owner, keys.wrapped).where(of_both).order_by(keys.owner)
    return Statement.of(query, dialect)


def _wrapped(connection: "Connection", owner: str) -> bytes | None:
    from sqlalchemy import select

    from ahorraluz.store.vault_table import DATA_KEYS

    query = select(DATA_KEYS.c.wrapped).where(DATA_KEYS.c.owner == owner)
    found: bytes | None = connection.execute(query).scalar()
    return found
