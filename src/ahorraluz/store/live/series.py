"""What is asked of live readings and their sums, in SQL."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from ahorraluz.core.live.readings import LiveReading
from ahorraluz.store.live.records import Span, Sum
from ahorraluz.store.live_tables import LIVE_DAYS, LIVE_HOURS, LIVE_QUARTERS, LIVE_READINGS

if TYPE_CHECKING:
    from sqlalchemy import Table

_TABLES: "dict[Span, Table]" = {
    Span.QUARTER: LIVE_QUARTERS,
    Span.HOUR: LIVE_HOURS,
    Span.DAY: LIVE_DAYS,
}
MOST_READINGS = 1_000_000
"""Readings that are returned at once."""


def sums(
    connection: Connection, channels: Sequence[int], span: Span, *, first_s: int, end_s: int
) -> tuple[Sum, ...]:
    """Return the sums of channels that begin in ``[first_s, end_s)``, by channel and moment."""
    rows: Any = _TABLES[span].c
    query = (
        select(
            rows.channel,
            rows.start_s,
            rows.energy_uj,
            rows.readings,
            rows.lowest,
            rows.highest,
            rows.measured_ms,
        )
        .where(rows.channel.in_(list(channels)))
        .where(rows.start_s >= first_s, rows.start_s < end_s)
        .order_by(rows.channel, rows.start_s)
    )
    return tuple(Sum(**row._mapping) for row in connection.execute(query))


def readings(
    connection: Connection, channel: int, *, first_ms: int, end_ms: int, most: int
) -> tuple[LiveReading, ...]:
    """Return single readings of ``[first_ms, end_ms)`` by moment, so many at most."""
    rows = LIVE_READINGS.c
    query = (
        select(rows.channel, rows.at_ms, rows.value)
        .where(rows.channel == channel, rows.at_ms >= first_ms, rows.at_ms < end_ms)
        .order_by(rows.at_ms)
        .limit(min(most, MOST_READINGS))
    )
    return tuple(LiveReading(*row) for row in connection.execute(query))


def latest(connection: Connection, channels: Sequence[int]) -> tuple[LiveReading, ...]:
    """Return the last reading of each channel that has any."""
    rows = LIVE_READINGS.c
    found = []
    for channel in sorted(set(channels)):
        query = select(rows.channel, rows.at_ms, rows.value).where(rows.channel == channel)
        row = connection.execute(query.order_by(rows.at_ms.desc()).limit(1)).first()
        if row is not None:
            found.append(LiveReading(*row))
    return tuple(found)
