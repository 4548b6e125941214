"""Whether the database of keys has its table, and making it; it has no steps."""

from sqlalchemy import Engine, inspect

from ahorraluz.store.connections import SCHEMA_LOCK, connect, lock, place_of, writing
from ahorraluz.store.errors import StoreError, database_errors
from ahorraluz.store.vault_table import DATA_KEYS


def make_tables(engine: Engine) -> bool:
    """Make the table where there is none; tell whether it was made."""
    with engine.connect() as connection:
        # Most often it is there: no reason to wait for whoever changes other tables.
        if inspect(connection).has_table(DATA_KEYS.name):
            return False
    with writing(engine) as connection:
        # Two processes that start at once would both find none.
        lock(connection, SCHEMA_LOCK)
        if inspect(connection).has_table(DATA_KEYS.name):
            return False
        DATA_KEYS.metadata.create_all(connection)
        return True


def has_tables(url: str) -> bool:
    """Tell whether the database of keys at a URL is there with its table; none is made.

    Raises
    ------
    StoreError
        What keeps a database from being asked.
    """
    with database_errors(place_of(url)):
        try:
            engine = connect(url, create=False)
        except StoreError as error:
            if error.issue.code != "database-none":
                raise
            return False
        try:
            with engine.connect() as connection:
                return inspect(connection).has_table(DATA_KEYS.name)
        finally:
            engine.dispose()


def upgrade_keys(url: str) -> bool:
    """Make the database of keys at a URL and its table where they lack; tell whether it did."""
    with database_errors(place_of(url)):
        engine = connect(url, create=True)
        try:
            return make_tables(engine)
        finally:
            engine.dispose()
