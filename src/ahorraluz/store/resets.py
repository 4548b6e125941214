"""Links to a new password that somebody else asked for, in SQL: by account, as hashes."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.account_records import Reset
from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Row, Select

NOBODY_NEEDED = ""
"""Kept as who approved: nobody has to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBook:
    """What was asked for, and when it opens; every method is one transaction."""

    reading: Opened
    writing: Opened

    def ask(self, reset: Reset, hash_: str) -> None:
        """Keep a link in place of a former one of the same account."""
        from sqlalchemy import delete, insert

        from ahorraluz.store.account_tables import RESETS
        from ahorraluz.store.connections import lock_home
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            # Two administrators at once: the later one's link counts.
            lock_home(connection, reset.account)
            connection.execute(delete(RESETS).where(RESETS.c.account == reset.account))
            connection.execute(
                insert(RESETS).values(
                    account=reset.account,
                    hash=hash_,
                    asked_by=reset.asked_by or "",
                    approved_by=None if reset.waits_for_approval else NOBODY_NEEDED,
                    asked_s=seconds(reset.asked_at),
                    opens_s=seconds(reset.opens_at),
                    expires_s=seconds(reset.expires_at),
                )
            )

    def find(self, hash_: str, *, at: datetime) -> Reset | None:
        """Return what a link is for, though it may not open yet; ``None``: it is over."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import RESETS

        return self._one(select(RESETS).where(RESETS.c.hash == hash_), at)

    def of_account(self, account: str, *, at: datetime) -> Reset | None:
        """Return what was asked for an account and is not over."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import RESETS

        return self._one(select(RESETS).where(RESETS.c.account == account), at)

    def waiting(self, *, at: datetime) -> tuple[Reset, ...]:
        """Return everything that is not over, the oldest first."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import RESETS
        from ahorraluz.store.imports import seconds

        query = select(RESETS).where(RESETS.c.expires_s > seconds(at)).order_by(RESETS.c.asked_s)
        with self.reading() as connection:
            return tuple(map(_reset, connection.execute(query).all()))

    def approve(self, account: str, *, by: str) -> bool:
        """Keep who approved; ``False``: nothing waits, it was approved, or they asked for it."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import RESETS

        resets = RESETS.c
        waits = (resets.account == account, resets.approved_by.is_(None), resets.asked_by != by)
        with self.writing() as connection:
            changed = connection.execute(update(RESETS).where(*waits).values(approved_by=by))
            return changed.rowcount == 1

    def take(self, hash_: str, *, at: datetime) -> Reset | None:
        """Return a link that is open and use it up; ``None`` where it is not, and then it stays."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import RESETS
        from ahorraluz.store.imports import seconds

        resets, now = RESETS.c, seconds(at)
        open_ = (
            resets.hash == hash_,
            resets.opens_s <= now,
            resets.expires_s > now,
            resets.approved_by.is_not(None),
        )
        with self.writing() as connection:
            row = connection.execute(delete(RESETS).where(*open_).returning(*resets)).first()
        return None if row is None else _reset(row)

    def cancel(self, account: str, *, of_administrators: bool = False) -> bool:
        """Take back what was asked for an account; ``False``: there was nothing.

        Parameters
        ----------
        account
            Whose.
        of_administrators
            Whether what whoever runs the machine asked for stays.
        """
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import RESETS

        with self.writing() as connection:
            own = delete(RESETS).where(RESETS.c.account == account)
            if of_administrators:
                own = own.where(RESETS.c.asked_by != "")
            return connection.execute(own).rowcount == 1

    def tidy(self, *, at: datetime) -> int:
        """Delete what is over; return how many."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import RESETS
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            over = delete(RESETS).where(RESETS.c.expires_s <= seconds(at))
            return connection.execute(over).rowcount

    def _one(self, query: "Select[tuple[object, ...]]", at: datetime) -> Reset | None:
        with self.reading() as connection:
            row = connection.execute(query).first()
        found = None if row is None else _reset(row)
        return found if found is not None and at < found.expires_at else None


def _reset(row: "Row[tuple[object, ...]]") -> Reset:
    from ahorraluz.store.imports import moment

    return Reset(
        account=row.account,
        asked_by=row.asked_by or None,
        approved_by=row.approved_by or None,
        waits_for_approval=row.approved_by is None,
        asked_at=moment(row.asked_s),
        opens_at=moment(row.opens_s),
        expires_at=moment(row.expires_s),
    )
