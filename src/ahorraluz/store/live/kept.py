"""Live readings as channels of a home, in SQL: energy of quarter hours, of old ones by day."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, select

from ahorraluz.core.live.quarters import QUARTER_S
from ahorraluz.core.live.readings import Quantity
from ahorraluz.core.readings.channels import SOURCE_ESTIMATED, Channel, Flow, Ints, Measure
from ahorraluz.store.live.sums import local_days
from ahorraluz.store.live_tables import LIVE_CHANNELS, LIVE_DAYS, LIVE_QUARTERS
from ahorraluz.store.tables import HOMES

UJ_PER_KWH = 3.6e12
LEAST_PARTS = 2
"""An interval is told if one of so many equal parts of it is known."""
TOTAL = "total"
"""Name of a channel of which others of its device are parts."""


def live_channels(connection: Connection, home: str) -> tuple[Channel, ...]:
    """Return the energy of quarter hours of what a home's devices measure, each once.

    An interval that was measured in part is scaled to the whole, and told as an estimate.
    """
    rows = LIVE_CHANNELS.c
    query = select(LIVE_CHANNELS, HOMES.c.zone).join(HOMES, HOMES.c.id == rows.home)
    query = query.where(rows.home == home, rows.ignored == 0)
    found: dict[tuple[str, Flow], dict[str, list[Channel]]] = {}
    for row in sorted(connection.execute(query), key=_counters_first):
        channel = _channel(connection, row)
        if len(channel):
            names = found.setdefault((row.device, channel.flow), {})
            names.setdefault(row.name, []).append(channel)
    channels = []
    for names in found.values():
        # Of one thing a counter tells more than a power, and a total more than its parts.
        chosen = [names[TOTAL]] if TOTAL in names else list(names.values())
        channels += [of_name[0] for of_name in chosen]
    return tuple(channels)


def _counters_first(row: Row[Any]) -> tuple[bool, int]:
    return row.quantity != Quantity.REGISTER.value, row.id


def _channel(connection: Connection, row: Row[Any]) -> Channel:
    """Return the quarter hours of a channel that are known well enough, before them the days."""
    quarter = LIVE_QUARTERS.c
    query = select(quarter.start_s, quarter.energy_uj, quarter.measured_ms)
    query = query.where(quarter.channel == row.id).order_by(quarter.start_s)
    quarters = _table(connection.execute(query), columns=3)
    days = _days(connection, row, quarters)
    if len(days):
        quarters = quarters[quarters[:, 0] >= days[-1, 1]]
    fine = np.insert(quarters, 1, quarters[:, 0] + QUARTER_S, axis=1)
    start_s, end_s, energy_uj, measured_ms = np.concatenate((days, fine)).T
    length_ms = (end_s - start_s) * 1000
    known = measured_ms * LEAST_PARTS >= length_ms
    channel = Channel(
        id=f"live-{row.id} {row.name}",
        flow=Flow(row.flow),
        measure=Measure.ENERGY,
        start_s=start_s,
        end_s=end_s,
        value=energy_uj / UJ_PER_KWH * (length_ms / np.maximum(measured_ms, 1)),
        line=np.arange(1, len(start_s) + 1, dtype=np.int64),
        flags=np.where(measured_ms < length_ms, SOURCE_ESTIMATED, 0).astype(np.uint8),
    )
    return channel.rows(known)


def _days(connection: Connection, row: Row[Any], quarters: Ints) -> Ints:
    """Return days whose quarter hours are past their time: start, end, energy, measured time."""
    day = LIVE_DAYS.c
    query = select(day.start_s, day.energy_uj, day.measured_ms).where(day.channel == row.id)
    if len(quarters):
        query = query.where(day.start_s < int(quarters[0, 0]))
    found = []
    for start_s, energy_uj, measured_ms in connection.execute(query.order_by(day.start_s)):
        ((_, _, end_s),) = local_days(start_s, start_s + 1, zone=row.zone)
        left_ms = int(quarters[quarters[:, 0] < end_s, 2].sum())
        # A channel that began within a day has all quarter hours of it.
        if left_ms < measured_ms:
            found.append((start_s, end_s, energy_uj, measured_ms))
    return _table(found, columns=4)


def _table(rows: Iterable[Sequence[Any]], *, columns: int) -> Ints:
    return np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, columns)
