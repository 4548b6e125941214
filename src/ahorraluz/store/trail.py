"""The audit trail: who did what when, in a chain of hashes that the database guards."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.account_records import TrailEntry
from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

GENESIS = "0" * 64
TRAIL_LOCK = 5
"""Lock of PostgreSQL for the end of the chain."""
COLUMNS = ("at_s", "actor", "subject", "act", "detail")
MAX_DETAIL = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailCheck:
    """A trail every line of which is as it was written."""

    count: int
    head: str
    """Hash of the last line: whoever notes it elsewhere notices later if the end is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Lines about acts; a line names nobody, and is never changed."""

    reading: Opened
    writing: Opened

    def note(
        self, act: str, *, actor: str, subject: str = "", detail: str = "", as_of: datetime
    ) -> None:
        """Write a line.

        Parameters
        ----------
        act
            What was done, such as ``share-made``.
        actor, subject
            Pseudonyms of who did it, and of what it was done to.
        detail
            What else matters, without a personal word.
        as_of
            The moment, with its zone.
        """
        with self.writing(create=True) as connection:
            append(connection, act, actor=actor, subject=subject, detail=detail, as_of=as_of)

    def newest(
        self,
        *,
        limit: int,
        before: int | None = None,
        subject: str | None = None,
        actor: str | None = None,
        act: str | None = None,
    ) -> tuple[TrailEntry, ...]:
        """Return lines, newest first, of everything or of one subject, actor or act."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import TRAIL

        query = select(TRAIL).order_by(TRAIL.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(TRAIL.c.id < before)
        if subject is not None:
            query = query.where(TRAIL.c.subject == subject)
        if actor is not None:
            query = query.where(TRAIL.c.actor == actor)
        if act is not None:
            query = query.where(TRAIL.c.act == act)
        with self.reading() as connection:
            return tuple(map(_entry, connection.execute(query)))

    def check(self, *, head: str | None = None) -> TrailCheck:
        """Return what the trail holds where every line is as it was written.

        Parameters
        ----------
        head
            Hash of a line that was noted elsewhere: a chain tells that a line in it was changed
            or taken out, and not that its end was cut off.

        Raises
        ------
        StoreError
            ``trail-altered``: with the number of the first line that is not as it was;
            ``trail-head-unknown``: no line has the hash.
        """
        from sqlalchemy import select

        from ahorraluz.store.account_tables import TRAIL

        previous, count, found = GENESIS, 0, head in (None, GENESIS)
        with self.reading() as connection:
            for row in connection.execute(select(TRAIL).order_by(TRAIL.c.id)):
                content = [getattr(row, name) for name in COLUMNS]
                if row.previous != previous or row.hash != _digest(previous, content):
                    raise StoreError("trail-altered", number=row.id)
                previous = row.hash
                count += 1
                found = found or row.hash == head
        if not found:
            raise StoreError("trail-head-unknown", number=count)
        return TrailCheck(count=count, head=previous)


def append(
    connection: "Connection", act: str, *, actor: str, subject: str, detail: str, as_of: datetime
) -> None:
    """Write a line within a transaction that also does what it tells of."""
    from sqlalchemy import insert, select

    from ahorraluz.store.account_tables import TRAIL
    from ahorraluz.store.connections import lock
    from ahorraluz.store.imports import seconds

    lock(connection, TRAIL_LOCK)
    newest = select(TRAIL.c.hash).order_by(TRAIL.c.id.desc()).limit(1)
    previous = connection.execute(newest).scalar() or GENESIS
    content = [seconds(as_of), actor, subject, act, detail[:MAX_DETAIL]]
    row = dict(zip(COLUMNS, content, strict=True))
    digest = _digest(previous, content)
    connection.execute(insert(TRAIL).values(**row, previous=previous, hash=digest))


def _digest(previous: str, content: list[object]) -> str:
    return hashlib.sha256(json.dumps([previous, *content]).encode()).hexdigest()


def _entry(row: "Row[tuple[object, ...]]") -> TrailEntry:
    from ahorraluz.store.imports import moment

    return TrailEntry(
        id=row.id,
        at=moment(row.at_s),
        actor=row.actor,
        subject=row.subject,
        act=row.act,
        detail=row.detail,
    )
