"""A store with a home whose device speaks, for tests; and sums made in the plainest way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from ahorraluz.core.live.readings import LiveChannel, LiveReading, Quantity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.store.database import Store
from ahorraluz.store.errors import StoreError
from ahorraluz.store.live.records import Device
from ahorraluz.store.tables import HOMES

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
SECRET = "cocina de Marcela"
"""What somebody calls a device."""
QUARTER_MS = 900_000
Row = tuple[int, int, int | None, int | None, int]
"""Energy, readings, lowest, highest, measured ms."""


def add_home(store: Store, home: str, *, zone: str = "America/Lima") -> None:
    with store._writing(create=True) as connection:
        connection.execute(insert(HOMES).values(id=home, zone=zone, created_s=0))


def add_device(store: Store, home: str, *, as_of: datetime, name: str = "Enchufe") -> Device:
    device = Device(id=f"device-of-{home}", home=home, name=name, dialect="", made_at=as_of)
    store.live.devices.add(device)
    return device


def add_channel(
    store: Store,
    device: Device,
    quantity: Quantity,
    *,
    as_of: datetime,
    flow: Flow = Flow.IMPORT,
    name: str = "total",
) -> LiveChannel:
    return store.live.devices.channel(device, name, flow, quantity, as_of=as_of)


def naive_quarters(
    points: Mapping[int, int], quantity: Quantity, *, until_ms: int
) -> dict[int, Row]:
    """Return the sums of quarter hours that end by a moment, from everything that was said.

    Every border of a quarter hour is looked at by itself, with fractions.
    """
    if not points:
        return {}
    moments = sorted(points)
    first = moments[0] // QUARTER_MS * QUARTER_MS
    found = {}
    for start in range(first, until_ms - QUARTER_MS + 1, QUARTER_MS):
        end = start + QUARTER_MS
        values = [points[at] for at in moments if start <= at < end]
        if quantity is Quantity.POWER:
            energy, measured = _of_power(points, moments, start, end)
        else:
            energy, measured = _of_register(points, moments, start, end)
        if values or measured:
            lowest, highest = (min(values), max(values)) if values else (None, None)
            found[start // 1000] = (energy, len(values), lowest, highest, measured)
    return found


def _of_power(
    points: Mapping[int, int], moments: Sequence[int], start: int, end: int
) -> tuple[int, int]:
    energy = measured = 0
    for place, at in enumerate(moments):
        over = at + QUARTER_MS
        if place + 1 < len(moments):
            over = min(over, moments[place + 1])
        shared = max(min(over, end) - max(at, start), 0)
        energy += points[at] * shared
        measured += shared
    return energy, measured


def _of_register(
    points: Mapping[int, int], moments: Sequence[int], start: int, end: int
) -> tuple[int, int]:
    used = [0]
    measured = 0
    for before, after in pairwise(moments):
        rise = points[after] - points[before]
        if rise < 0:
            rise = points[after]
        # More than a megawatt, and a kWh more than that: another counter.
        if Fraction(rise - 1_000_000) * 3_600_000 > 10**9 * (after - before):
            rise = 0
        else:
            measured += max(min(after, end) - max(before, start), 0)
        used.append(used[-1] + rise)

    def standing(at: int) -> int:
        if at <= moments[0]:
            return 0
        for place in range(len(moments) - 1):
            before, after = moments[place], moments[place + 1]
            if before <= at <= after:
                part = Fraction(at - before, after - before)
                return floor(used[place] + part * (used[place + 1] - used[place]))
        return used[-1]

    return (standing(end) - standing(start)) * 3_600_000, measured


def added_up(quarters: Mapping[int, Row], *, zone: str | None) -> dict[int, Row]:
    """Return the sums of hours, or of the local days of a zone, by their beginning."""
    groups: dict[int, list[Row]] = {}
    for start_s, row in quarters.items():
        groups.setdefault(_beginning(start_s, zone), []).append(row)
    return {start_s: _sum(rows) for start_s, rows in groups.items()}


def _beginning(start_s: int, zone: str | None) -> int:
    if zone is None:
        return start_s - start_s % 3600
    local = datetime.fromtimestamp(start_s, tz=UTC).astimezone(ZoneInfo(zone))
    return int(local.replace(hour=0, minute=0, second=0).timestamp())


def _sum(rows: Sequence[Row]) -> Row:
    lows = [row[2] for row in rows if row[2] is not None]
    highs = [row[3] for row in rows if row[3] is not None]
    return (
        sum(row[0] for row in rows),
        sum(row[1] for row in rows),
        min(lows, default=None),
        max(highs, default=None),
        sum(row[4] for row in rows),
    )


def readings_of(channel: int, points: Iterable[tuple[int, int]]) -> list[LiveReading]:
    return [LiveReading(channel, at_ms, value) for at_ms, value in points]


def day_at(number: int, hour: int = 0) -> datetime:
    """Return an hour of a day counted from the first of 2026, in UTC."""
    return datetime(2026, 1, 1, hour, tzinfo=UTC) + timedelta(days=number)


def refused(act: Callable[[], object]) -> StoreError:
    with pytest.raises(StoreError) as error:
        act()
    return error.value


def say(store: Store, channel: LiveChannel, *points: tuple[int, int]) -> int:
    return store.live.append(readings_of(channel.id, points), as_of=NOW).new


def every_minute(*, days: int = 1, end_ms: int = NOW_MS) -> list[tuple[int, int]]:
    return [(end_ms - n * 60_000, 1_000 * n) for n in range(1, days * 1_440)]
