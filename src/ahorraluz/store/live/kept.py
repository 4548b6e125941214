"""Live readings as channels of a home, in SQL: the energy of its quarter hours."""

from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, select

from ahorraluz.core.live.quarters import QUARTER_MS, QUARTER_S
from ahorraluz.core.live.readings import Quantity
from ahorraluz.core.readings.channels import SOURCE_ESTIMATED, Channel, Flow, Measure
from ahorraluz.store.live_tables import LIVE_CHANNELS, LIVE_QUARTERS

UJ_PER_KWH = 3.6e12
LEAST_MEASURED_MS = QUARTER_MS // 2
"""A quarter hour that is known for less than this is not told. [ms]"""
TOTAL = "total"
"""Name of a channel of which others of its device are parts."""


def live_channels(connection: Connection, home: str) -> tuple[Channel, ...]:
    """Return the energy of quarter hours of what a home's devices measure, each once.

    A quarter hour that was measured in part is scaled to the whole, and told as an estimate.
    """
    rows = LIVE_CHANNELS.c
    query = select(LIVE_CHANNELS).where(rows.home == home, rows.ignored == 0).order_by(rows.id)
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
    """Return the quarter hours of a channel that are known well enough."""
    quarter = LIVE_QUARTERS.c
    query = (
        select(quarter.start_s, quarter.energy_uj, quarter.measured_ms)
        .where(quarter.channel == row.id, quarter.measured_ms >= LEAST_MEASURED_MS)
        .order_by(quarter.start_s)
    )
    sums = np.array([tuple(one) for one in connection.execute(query)], dtype=np.int64)
    start_s, energy_uj, measured_ms = sums.reshape(-1, 3).T
    whole = measured_ms >= QUARTER_MS
    return Channel(
        id=f"live-{row.id} {row.name}",
        flow=Flow(row.flow),
        measure=Measure.ENERGY,
        start_s=start_s,
        end_s=start_s + QUARTER_S,
        value=energy_uj / UJ_PER_KWH * (QUARTER_MS / measured_ms),
        line=np.arange(1, len(start_s) + 1, dtype=np.int64),
        flags=np.where(whole, 0, SOURCE_ESTIMATED).astype(np.uint8),
    )
