"""Groups of homes in SQL: who is told together, under pseudonyms, and what was told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.core.anonymity import Block, Member
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ahorraluz.security.keyring import DataKey

Topics = Mapping[str, tuple[Block, ...]]
AGGREGATES_LOCK = -2
"""Lock of PostgreSQL for publishing; those of homes are not negative."""
TOLD = "aggregate:told"
Sealed = dict[tuple[int | str, str], bytes | None]
"""What is sealed of each member, by its block, or its topic for a new block, and its mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateBook:
    """What was told of groups; every method is one transaction."""

    reading: Opened
    writing: Opened

    def publish(
        self,
        renew: Callable[[Topics], tuple[Topics, str]],
        *,
        keys: Mapping[str, "DataKey"],
        as_of: datetime,
    ) -> bool:
        """Renew all blocks and keep what is told of them now; two at once wait for each other.

        Parameters
        ----------
        renew
            From the blocks as they stand, by topic, to what they become and what is told, JSON.
        keys
            Key of each home that is there, by its mark.
        as_of
            The moment.

        Returns
        -------
        bool
            Whether anything is told that was not told before.
        """
        from sqlalchemy import delete, insert, select

        from ahorraluz.store.aggregate_tables import (
            AGGREGATE_BLOCKS,
            AGGREGATE_MEMBERS,
            PUBLICATIONS,
        )
        from ahorraluz.store.connections import lock
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            lock(connection, AGGREGATES_LOCK)
            before, sealed = _blocks(connection, keys)
            blocks, content = renew(before)
            connection.execute(delete(AGGREGATE_MEMBERS))
            for topic, group in blocks.items():
                for block in group:
                    _write(connection, topic, block, keys=keys, sealed=sealed)
            kept = {b.number for group in blocks.values() for b in group}
            lost = [b.number for group in before.values() for b in group if b.number not in kept]
            connection.execute(delete(AGGREGATE_BLOCKS).where(AGGREGATE_BLOCKS.c.id.in_(lost)))
            newest = select(PUBLICATIONS.c.content).order_by(PUBLICATIONS.c.id.desc()).limit(1)
            if connection.execute(newest).scalar() == content:
                return False
            connection.execute(insert(PUBLICATIONS).values(at_s=seconds(as_of), content=content))
            return True

    def latest(self) -> tuple[datetime, str] | None:
        """Return when something was told last, and what, as JSON; ``None``: nothing ever was."""
        from sqlalchemy import select

        from ahorraluz.store.aggregate_tables import PUBLICATIONS
        from ahorraluz.store.imports import moment

        query = select(PUBLICATIONS).order_by(PUBLICATIONS.c.id.desc()).limit(1)
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else (moment(row.at_s), str(row.content))


def _blocks(connection: "Connection", keys: Mapping[str, "DataKey"]) -> tuple[Topics, Sealed]:
    """Return every block by topic, and what is sealed of each member."""
    from sqlalchemy import select

    from ahorraluz.store.aggregate_tables import AGGREGATE_BLOCKS, AGGREGATE_MEMBERS

    rows = connection.execute(select(AGGREGATE_BLOCKS).order_by(AGGREGATE_BLOCKS.c.id)).all()
    members: dict[int, list[Member]] = {row.id: [] for row in rows}
    topic_of = {row.id: row.topic for row in rows}
    sealed: Sealed = {}
    ordered = select(AGGREGATE_MEMBERS).order_by(
        AGGREGATE_MEMBERS.c.block, AGGREGATE_MEMBERS.c.mark
    )
    for row in connection.execute(ordered):
        sealed[row.block, row.mark] = sealed[topic_of[row.block], row.mark] = row.sealed
        told = _opened(row.sealed, keys.get(row.mark))
        members[row.block].append(Member(mark=row.mark, core=bool(row.core), told=told))
    topics: dict[str, tuple[Block, ...]] = {}
    for row in rows:
        block = Block(
            place=row.place,
            members=tuple(members[row.id]),
            live=bool(row.live),
            number=row.id,
            **json.loads(row.content),
        )
        topics[row.topic] = (*topics.get(row.topic, ()), block)
    return topics, sealed


def _opened(sealed: bytes | None, key: "DataKey | None") -> dict[str, tuple[int, ...]] | None:
    if sealed is None or key is None:
        return None
    told = open_json(key, sealed, context=TOLD)
    return {name: tuple(map(int, values)) for name, values in told.items()}  # type: ignore[call-overload]


def _write(
    connection: "Connection",
    topic: str,
    block: Block,
    *,
    keys: Mapping[str, "DataKey"],
    sealed: Mapping[tuple[int | str, str], bytes | None],
) -> None:
    from sqlalchemy import insert, update

    from ahorraluz.store.aggregate_tables import AGGREGATE_BLOCKS, AGGREGATE_MEMBERS

    content = {"sums": block.sums, "days": block.days, "bounds": block.bounds}
    values = {
        "topic": topic,
        "place": block.place,
        "live": int(block.live),
        "content": json.dumps({name: dict(part) for name, part in content.items()}),
    }
    number = block.number
    if number is None:
        made = insert(AGGREGATE_BLOCKS).values(**values).returning(AGGREGATE_BLOCKS.c.id)
        number = int(connection.execute(made).scalar_one())
    else:
        same = AGGREGATE_BLOCKS.c.id == number
        connection.execute(update(AGGREGATE_BLOCKS).where(same).values(**values))
    rows = []
    for member in block.members:
        key = keys.get(member.mark)
        told = sealed.get((topic if block.number is None else block.number, member.mark))
        if key is not None and member.told is not None:
            told = seal_json(key, dict(member.told), context=TOLD)
        rows.append(
            {"block": number, "mark": member.mark, "core": int(member.core), "sealed": told}
        )
    if rows:
        connection.execute(insert(AGGREGATE_MEMBERS), rows)
