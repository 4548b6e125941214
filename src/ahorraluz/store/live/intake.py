"""Readings that come in, in SQL: each is kept once, and marks the quarter hour it lies in."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from ahorraluz.core.live.quarters import QUARTER_MS, QUARTER_S
from ahorraluz.store.live.arrays import array, arrays
from ahorraluz.store.live.holding import hold_with_others
from ahorraluz.store.live.records import AppendResult
from ahorraluz.store.live_tables import LIVE_CLOSING

if TYPE_CHECKING:
    from ahorraluz.core.live.readings import LiveReading
    from ahorraluz.store.live.remembered import Remembered

DAY_MS = 86_400_000
MOST_PAST_DAYS = 400
"""Older readings are of a clock that is wrong, or belong into a file. [day]"""
MOST_AHEAD_MS = DAY_MS
"""Readings further ahead are of a clock that is wrong. [ms]"""

Row = tuple[int, int, int]
"""Channel, moment and value."""
Mark = tuple[int, int]
"""Channel and beginning of a quarter hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch, and what to remember once it is committed."""

    result: AppendResult
    epoch: int
    marks: set[Mark]


def last_said(readings: "Iterable[LiveReading]") -> dict[tuple[int, int], int]:
    """Return the value of each channel and moment: of two the later one counts."""
    return {(one.channel, one.at_ms): one.value for one in readings}


def within_reach(said: dict[tuple[int, int], int], *, as_of_ms: int) -> dict[tuple[int, int], int]:
    """Return what is not of a moment that no reading can be of."""
    first, last = as_of_ms - MOST_PAST_DAYS * DAY_MS, as_of_ms + MOST_AHEAD_MS
    return {key: value for key, value in said.items() if first <= key[1] <= last}


def take(
    connection: Connection,
    said: dict[tuple[int, int], int],
    *,
    remembered: "Remembered",
) -> Taken:
    """Keep readings of channels that are there; their days have partitions."""
    hold_with_others(connection)
    closing = connection.execute(select(LIVE_CLOSING.c.epoch, LIVE_CLOSING.c.kept_from_ms)).one()
    known = _known(connection, {channel for channel, _ in said})
    gone = sum(channel not in known for channel, _ in said)
    # In one order, lest two writers wait for each other.
    rows = sorted(
        (channel, at_ms, value)
        for (channel, at_ms), value in said.items()
        if channel in known and at_ms >= closing.kept_from_ms
    )
    put = _put_postgresql if connection.dialect.name == "postgresql" else _put_sqlite
    new, corrected = put(connection, rows) if rows else (0, 0)
    marks = set[Mark]()
    if new or corrected:
        marks = {(channel, at_ms // QUARTER_MS * QUARTER_S) for channel, at_ms, _ in rows}
        marks = remembered.marks_lacking(marks, epoch=closing.epoch)
        _mark(connection, sorted(marks), epoch=closing.epoch)
    result = AppendResult(
        new=new,
        same=len(rows) - new - corrected,
        corrected=corrected,
        outside=len(said) - gone - len(rows),
        gone=gone,
    )
    return Taken(result=result, epoch=closing.epoch, marks=marks)


def _known(connection: Connection, channels: set[int]) -> set[int]:
    """Return which channels there are: those of a home that was forgotten are not."""
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(
            "SELECT id FROM live_channels WHERE id = ANY(%s::int4[])", (array(channels),)
        )
    else:
        found = connection.exec_driver_sql(
            "SELECT id FROM live_channels WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(channels)),),
        )
    return set(found.scalars())


def _put_postgresql(connection: Connection, rows: Sequence[Row]) -> tuple[int, int]:
    """Return how many rows are new and how many replaced another value."""
    columns = arrays(rows)
    new = connection.exec_driver_sql(
        "INSERT INTO live_readings (channel, at_ms, value)"
        " SELECT * FROM unnest(%s::int4[], %s::int8[], %s::int8[])"
        " ON CONFLICT (channel, at_ms) DO NOTHING",
        columns,
    ).rowcount
    if new == len(rows):
        return new, 0
    # What another writer committed meanwhile is seen here, for this is a statement of its own.
    changed = connection.exec_driver_sql(
        "UPDATE live_readings AS kept SET value = said.value"
        " FROM unnest(%s::int4[], %s::int8[], %s::int8[]) AS said (channel, at_ms, value)"
        " WHERE kept.channel = said.channel AND kept.at_ms = said.at_ms"
        " AND kept.value <> said.value",
        columns,
    )
    return new, changed.rowcount


def _put_sqlite(connection: Connection, rows: Sequence[Row]) -> tuple[int, int]:
    new = connection.exec_driver_sql(
        "INSERT OR IGNORE INTO live_readings (channel, at_ms, value) VALUES (?, ?, ?)", list(rows)
    ).rowcount
    if new == len(rows):
        return new, 0
    changed = connection.exec_driver_sql(
        "UPDATE live_readings SET value = ?1 WHERE channel = ?2 AND at_ms = ?3 AND value <> ?1",
        [(value, channel, at_ms) for channel, at_ms, value in rows],
    )
    return new, changed.rowcount


def _mark(connection: Connection, marks: Sequence[Mark], *, epoch: int) -> None:
    if not marks:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "INSERT INTO live_dirty (channel, start_s, epoch)"
            " SELECT channel, start_s, %s FROM unnest(%s::int4[], %s::int8[])"
            " AS marked (channel, start_s) ON CONFLICT DO NOTHING",
            (epoch, *arrays(marks)),
        )
        return
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO live_dirty (channel, start_s, epoch) VALUES (?, ?, ?)",
        [(channel, start_s, epoch) for channel, start_s in marks],
    )
