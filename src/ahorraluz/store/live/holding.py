"""Who waits for whom around live readings in PostgreSQL; SQLite has one writer anyway.

Whoever takes readings in, or sums them up, holds the lock of readings together with others of
their kind. Whoever deletes, or ends an epoch of marks, holds it alone: it begins when none of
the others is at work, and everything that they did can be seen.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from ahorraluz.store.connections import OURS, lock
from ahorraluz.store.tables import HOMES

LONG_S = 0.25
"""How long somebody who takes readings in may have to wait for a long piece of work. [s]"""
PAUSE_S = 0.12
"""Longer than who waits for SQLite sleeps between two looks. [s]"""
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


@dataclass(slots=True)
class Turns:
    """Cuts long work into pieces that hold nobody up for long, and lets others between them.

    Who waits for SQLite looks now and then whether it is free: without a pause the one who has
    just let it go would have it again each time.
    """

    most: int
    """Parts to do at once, at most."""
    size: int = 0
    """Parts to do at once now."""
    _began_s: float = 0.0
    _worked_s: float = 0.0

    def __post_init__(self) -> None:
        """Begin with as many parts as there may be."""
        self.size = self.size or self.most

    def begin(self) -> None:
        """Note that a piece begins: what it needs is held."""
        self._began_s = time.monotonic()

    def end(self, connection: Connection) -> None:
        """Note that a piece is committed, and pause where others have waited for long."""
        took_s = time.monotonic() - self._began_s
        self._worked_s += took_s
        if took_s > LONG_S:
            self.size = max(1, self.size // 2)
        elif took_s < LONG_S / 4:
            self.size = min(self.most, self.size * 2)
        if connection.dialect.name == "sqlite" and self._worked_s >= LONG_S:
            time.sleep(PAUSE_S)
            self._worked_s = 0.0
