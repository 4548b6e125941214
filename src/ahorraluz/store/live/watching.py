"""What watches of homes remember and found, in SQL: both at once, or neither."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ahorraluz.store.live.records import LiveEvent, NewEvent, Now, Told
from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a watch of one home came to."""

    home: str
    version: int
    """Of the form of the state."""
    state: bytes
    events: tuple[NewEvent, ...] = ()
    now: tuple[Now, ...] = ()
    """Latest figures that are new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchBook:
    """States, events and latest figures of homes; every method is one transaction."""

    reading: Opened
    writing: Opened

    def state(self, home: str) -> tuple[int, bytes] | None:
        """Return the version and state of a home's watch."""
        return self.states([home]).get(home)

    def states(self, homes: Sequence[str]) -> Mapping[str, tuple[int, bytes]]:
        """Return the versions and states of homes that have one."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_STATES

        rows = LIVE_STATES.c
        query = select(rows.home, rows.version, rows.content).where(rows.home.in_(list(homes)))
        with self.reading() as connection:
            return {
                row.home: (row.version, bytes(row.content)) for row in connection.execute(query)
            }

    def keep(self, watched: Sequence[Watched], *, at_ms: int) -> None:
        """Keep what watches came to, all or nothing; homes that were forgotten are left out."""
        with self.writing() as connection:
            keep_watched(connection, watched, at_ms=at_ms)

    def events(self, home: str, *, since_ms: int = 0, most: int = 1000) -> tuple[LiveEvent, ...]:
        """Return the events of a home from a moment on, newest first."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_EVENTS

        rows = LIVE_EVENTS.c
        query = select(LIVE_EVENTS).where(rows.home == home, rows.at_ms >= since_ms)
        query = query.order_by(rows.at_ms.desc(), rows.id.desc()).limit(most)
        with self.reading() as connection:
            return tuple(map(_event, connection.execute(query)))

    def waiting(self, *, at_ms: int, most: int = 1000) -> tuple[LiveEvent, ...]:
        """Return events that are to be told by a moment, oldest first."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_EVENTS

        rows = LIVE_EVENTS.c
        query = select(LIVE_EVENTS).where(rows.told == Told.WAITING.value)
        query = query.where(rows.not_before_ms <= at_ms).order_by(rows.id).limit(most)
        with self.reading() as connection:
            return tuple(map(_event, connection.execute(query)))

    def settle(self, event: int, told: Told, *, not_before_ms: int = 0) -> None:
        """Note what became of an event; with ``waiting``, from when to try again."""
        from sqlalchemy import update

        from ahorraluz.store.live_tables import LIVE_EVENTS

        with self.writing() as connection:
            connection.execute(
                update(LIVE_EVENTS)
                .where(LIVE_EVENTS.c.id == event)
                .values(told=told.value, not_before_ms=not_before_ms)
            )

    def now(self, home: str) -> tuple[Now, ...]:
        """Return the latest figures of a home, by name."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_NOW

        rows = LIVE_NOW.c
        query = select(rows.name, rows.at_ms, rows.value, rows.unit)
        query = query.where(rows.home == home).order_by(rows.name)
        with self.reading() as connection:
            return tuple(
                Now(name=row.name, at_ms=row.at_ms, value=row.value, unit=row.unit)
                for row in connection.execute(query)
            )

    def drop_events(self, *, before_ms: int) -> int:
        """Delete events before a moment, told or not; return how many."""
        from sqlalchemy import delete, select

        from ahorraluz.store.live_tables import LIVE_EVENTS, LIVE_SENT

        old = LIVE_EVENTS.c.at_ms < before_ms
        with self.writing() as connection:
            numbers = select(LIVE_EVENTS.c.id).where(old)
            connection.execute(delete(LIVE_SENT).where(LIVE_SENT.c.event.in_(numbers)))
            return connection.execute(delete(LIVE_EVENTS).where(old)).rowcount


def keep_watched(connection: "Connection", watched: Sequence[Watched], *, at_ms: int) -> None:
    """Keep what watches came to, in a transaction that is open."""
    from sqlalchemy import insert

    from ahorraluz.store.live.holding import hold_with_others, known_homes
    from ahorraluz.store.live.upserts import upsert
    from ahorraluz.store.live_tables import LIVE_EVENTS, LIVE_NOW, LIVE_STATES

    hold_with_others(connection)
    known = known_homes(connection, [one.home for one in watched])
    kept = sorted((one for one in watched if one.home in known), key=lambda one: one.home)
    states = [
        {"home": one.home, "version": one.version, "content": one.state, "changed_ms": at_ms}
        for one in kept
    ]
    events = [
        {
            "home": one.home,
            "kind": event.kind,
            "at_ms": event.at_ms,
            "cents": event.cents,
            "content": json.dumps(event.content, ensure_ascii=False, sort_keys=True),
            "not_before_ms": event.not_before_ms,
            "made_ms": at_ms,
        }
        for one in kept
        for event in one.events
    ]
    now = [
        {"home": one.home, **{name: getattr(figure, name) for name in figure.__slots__}}
        for one in kept
        for figure in one.now
    ]
    upsert(connection, LIVE_STATES, states, key=("home",))
    if events:
        connection.execute(insert(LIVE_EVENTS), events)
    upsert(connection, LIVE_NOW, now, key=("home", "name"))


def _event(row: "Row[Any]") -> LiveEvent:
    return LiveEvent(
        id=row.id,
        home=row.home,
        kind=row.kind,
        at_ms=row.at_ms,
        content=json.loads(row.content),
        cents=row.cents,
        told=Told(row.told),
        not_before_ms=row.not_before_ms,
        made_ms=row.made_ms,
    )
