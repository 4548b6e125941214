"""Who waits for whom around live readings in PostgreSQL; SQLite has one writer anyway.

Whoever takes readings in, or sums them up, holds the lock of readings together with others of
their kind. Whoever deletes, or ends an epoch of marks, holds it alone: it begins when none of
the others is at work, and everything that they did can be seen.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from ahorraluz.store.connections import OURS, lock
from ahorraluz.store.tables import HOMES

READINGS_LOCK = -4
"""Lock of PostgreSQL for readings that come in."""
CLOSER_LOCK = -5
"""Lock of PostgreSQL for summing up: one at a time."""


def hold_with_others(connection: Connection) -> None:
    """Hold back whoever deletes readings or ends an epoch, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(OURS, READINGS_LOCK)))


def hold_everything(connection: Connection) -> None:
    """Hold back everybody who takes readings in or sums them up."""
    lock(connection, READINGS_LOCK)


def hold_closing(connection: Connection) -> None:
    """Hold back others who sum up."""
    lock(connection, CLOSER_LOCK)


def known_homes(connection: Connection, homes: Sequence[str]) -> set[str]:
    """Return which homes are there; they stay while they are held."""
    query = select(HOMES.c.id).where(HOMES.c.id.in_(list(homes)))
    return set(connection.execute(query).scalars())
