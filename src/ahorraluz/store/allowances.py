"""How much was asked for, in SQL: counted by every process of a service together.

A row is the moment when its key may ask for as much again as at first (the theoretical time of
arrival of the generic cell rate algorithm): one number, which one statement reads and writes.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Connection

CLOCK_SLACK_MS = 300_000
"""By how much clocks of two machines may differ. A row still further ahead is of a clock that was
set back meanwhile, and says nothing: nobody is locked out until it is reached again. [ms]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What somebody wants to spend of what they may."""

    key: str
    count: int
    """``0``: look only."""
    each_ms: int
    """After how long one more comes. [ms]"""
    room_ms: int
    """How long everything that may be spent at once takes to come again. [ms]"""

    def latest_ms(self, now_ms: int) -> int:
        """Return until when, at most, a room can be not whole again. [ms]"""
        return now_ms + self.room_ms + CLOCK_SLACK_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceBook:
    """What was spent, by key; every method is one transaction."""

    reading: Opened
    writing: Opened

    def spend(self, spending: Spending, *, now_ms: int) -> tuple[bool, int]:
        """Spend, or refuse to: in one statement, so that two at once never share.

        Returns
        -------
        tuple of bool and int
            Whether it was spent, and until when (in ms) the key's room is not whole again.
        """
        with self.writing() as connection:
            until = _spent(connection, spending, now_ms)
            if until is not None:
                return True, until
            return False, _until(connection, spending.key) or now_ms

    def until(self, key: str) -> int:
        """Return until when the room of a key is not whole again; ``0``: nothing was spent. [ms]"""
        with self.reading() as connection:
            return _until(connection, key) or 0

    def tidy(self, *, now_ms: int) -> int:
        """Delete what says nothing any more: whose room is whole again; return how many."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import ALLOWANCES

        with self.writing() as connection:
            over = delete(ALLOWANCES).where(ALLOWANCES.c.until_ms <= now_ms)
            return connection.execute(over).rowcount


def _spent(connection: "Connection", spending: Spending, now_ms: int) -> int | None:
    from sqlalchemy import case
    from sqlalchemy.dialects import postgresql, sqlite

    from ahorraluz.store.account_tables import ALLOWANCES

    cost = spending.count * spending.each_ms
    until = ALLOWANCES.c.until_ms
    latest = spending.latest_ms(now_ms)
    then = case((until.between(now_ms, latest), until), else_=now_ms) + cost
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    spent = insert(ALLOWANCES).values(key=spending.key, until_ms=now_ms + cost)
    spent = spent.on_conflict_do_update(
        index_elements=[ALLOWANCES.c.key],
        set_={"until_ms": then},
        where=then <= now_ms + spending.room_ms,
    )
    found = connection.execute(spent.returning(until)).scalar()
    return None if found is None else int(found)


def _until(connection: "Connection", key: str) -> int | None:
    from sqlalchemy import select

    from ahorraluz.store.account_tables import ALLOWANCES

    found = connection.execute(
        select(ALLOWANCES.c.until_ms).where(ALLOWANCES.c.key == key)
    ).scalar()
    return None if found is None else int(found)
