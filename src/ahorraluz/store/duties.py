"""What the service does by itself, in SQL: when next, who is at it, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Row

DUTIES_LOCK = -10
"""Lock of PostgreSQL for who takes a duty."""
CLOCK_SLACK_S = 300
"""By how much clocks of two machines may differ. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something that is done every day."""

    name: str
    due_at: datetime
    began_at: datetime | None
    """Of the last time; ``None``: it was never done."""
    ended_at: datetime | None
    """``None``: it was never done, or is being done now."""
    outcome: str
    """What came of the last time that is over, as the service wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyBook:
    """Duties by name; every method is one transaction."""

    reading: Opened
    writing: Opened

    def take(self, name: str, *, worker: str, at: datetime, until: datetime, due: datetime) -> bool:
        """Take a duty that is due, so that nobody else does it.

        Parameters
        ----------
        name
            The duty; one that is new is due at ``due``.
        worker
            Who takes it.
        at
            The moment.
        until
            When it is taken from a worker of which nothing was heard.
        due
            When a new one is due.
        """
        from sqlalchemy import insert, select, update

        from ahorraluz.store.account_tables import DUTIES
        from ahorraluz.store.connections import lock
        from ahorraluz.store.imports import seconds

        now = seconds(at)
        with self.writing() as connection:
            lock(connection, DUTIES_LOCK)
            row = connection.execute(select(DUTIES).where(DUTIES.c.name == name)).first()
            if row is None:
                connection.execute(insert(DUTIES).values(name=name, due_s=seconds(due)))
                return False
            # Taken until later than anybody can take it now: the clock was set back since.
            latest = seconds(until) + CLOCK_SLACK_S
            if row.due_s > now or (row.worker is not None and now < row.until_s <= latest):
                return False
            taken = update(DUTIES).where(DUTIES.c.name == name)
            values = {"worker": worker, "until_s": seconds(until), "began_s": now, "ended_s": None}
            connection.execute(taken.values(**values))
            return True

    def end(self, name: str, *, worker: str, at: datetime, due: datetime, outcome: str) -> bool:
        """Keep what came of a duty; ``False`` where it was taken from the worker meanwhile."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import DUTIES
        from ahorraluz.store.imports import seconds

        own = (DUTIES.c.name == name, DUTIES.c.worker == worker)
        with self.writing() as connection:
            ended = update(DUTIES).where(*own)
            values = {"worker": None, "until_s": None, "outcome": outcome, "due_s": seconds(due)}
            changed = connection.execute(ended.values(ended_s=seconds(at), **values))
            return changed.rowcount == 1

    def bring_forward(self, name: str, due: datetime) -> None:
        """Let a duty be due earlier, after the daily time was changed."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import DUTIES
        from ahorraluz.store.imports import seconds

        later = (DUTIES.c.name == name, DUTIES.c.due_s > seconds(due))
        with self.writing() as connection:
            connection.execute(update(DUTIES).where(*later).values(due_s=seconds(due)))

    def everything(self) -> tuple[Duty, ...]:
        """Return every duty by its name; none where there is no database."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import DUTIES

        try:
            with self.reading() as connection:
                rows = connection.execute(select(DUTIES).order_by(DUTIES.c.name)).all()
        except StoreError as error:
            if error.issue.code == "database-none":
                return ()
            raise
        return tuple(map(_duty, rows))


def _duty(row: "Row[tuple[object, ...]]") -> Duty:
    from ahorraluz.store.imports import moment

    return Duty(
        name=row.name,
        due_at=moment(row.due_s),
        began_at=None if row.began_s is None else moment(row.began_s),
        ended_at=None if row.ended_s is None else moment(row.ended_s),
        outcome=row.outcome,
    )
