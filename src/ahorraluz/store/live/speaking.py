"""Devices that speak, many at once: what it takes to understand them, in three questions."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ahorraluz.core.live.readings import LiveChannel, Quantity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.store.live.records import Device
from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Row

AT_ONCE = 5_000
"""Devices asked for in one question: databases take no more than some ten thousand numbers."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A device that may write, and what is known around it."""

    device: Device
    """Without its name, which is under the key of the home."""
    zone: str
    """IANA zone of its home."""
    channels: tuple[LiveChannel, ...]


def speakers(reading: Opened, devices: Iterable[str]) -> Mapping[str, Speaker]:
    """Return those of some devices that are there and were not revoked, by their id."""
    names = sorted(set(devices))
    found: dict[str, Speaker] = {}
    for first in range(0, len(names), AT_ONCE):
        found |= _some(reading, names[first : first + AT_ONCE])
    return found


def _some(reading: Opened, names: list[str]) -> dict[str, Speaker]:
    from sqlalchemy import select

    from ahorraluz.store.live_tables import LIVE_CHANNELS, LIVE_DEVICES
    from ahorraluz.store.tables import HOMES

    rows, of_channels = LIVE_DEVICES.c, LIVE_CHANNELS.c
    columns = (rows.id, rows.home, rows.dialect, rows.mapping, rows.settings, rows.clock_ms)
    query = (
        select(*columns, rows.made_s, rows.last_seen_ms, HOMES.c.zone)
        .join(HOMES, HOMES.c.id == rows.home)
        .where(rows.id.in_(names), rows.revoked_s.is_(None))
    )
    channels: dict[str, list[LiveChannel]] = {name: [] for name in names}
    with reading() as connection:
        asked = select(LIVE_CHANNELS).where(of_channels.device.in_(names)).order_by(of_channels.id)
        for row in connection.execute(asked):
            channels[row.device].append(channel_of(row))
        return {
            row.id: Speaker(_device(row), row.zone, tuple(channels[row.id]))
            for row in connection.execute(query)
        }


def _device(row: "Row[*tuple[Any, ...]]") -> Device:
    from ahorraluz.store.imports import moment

    return Device(
        id=row.id,
        home=row.home,
        name="",
        dialect=row.dialect,
        mapping=json.loads(row.mapping),
        settings=json.loads(row.settings),
        clock_ms=row.clock_ms,
        made_at=moment(row.made_s),
        last_seen_ms=row.last_seen_ms,
    )


def channel_of(row: "Row[Any]") -> LiveChannel:
    """Return a channel as a row has it."""
    return LiveChannel(
        id=row.id,
        home=row.home,
        device=row.device,
        name=row.name,
        flow=Flow(row.flow),
        quantity=Quantity(row.quantity),
    )
