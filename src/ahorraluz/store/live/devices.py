"""Devices and their channels in SQL; what people call a device is under the key of its home."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ahorraluz.core.live.readings import LiveChannel, Quantity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.store.errors import StoreError
from ahorraluz.store.live.records import Device, Refused
from ahorraluz.store.live.speaking import Speaker, channel_of, speakers
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_text, seal_text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from ahorraluz.security.keyring import DataKey

FINDABLE = ("key_hash", "certificate")
"""Columns by which a device is found that says who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceBook:
    """Devices, their channels and what they sent in vain; every method is one transaction."""

    reading: Opened
    changing: Opened
    writing: Opened
    key: "Callable[[str], DataKey | None]"
    """Key of a home."""

    def add(self, device: Device) -> None:
        """Keep a new device of a home that is there.

        Raises
        ------
        StoreError
            ``live-device-taken``: there is one with its id or key.
        """
        from sqlalchemy import insert, select

        from ahorraluz.store.live_tables import LIVE_DEVICES

        rows = LIVE_DEVICES.c
        values = {"id": device.id, "home": device.home, **_values(device, self.key(device.home))}
        with self.changing(device.home) as connection:
            same = rows.id == device.id
            if device.key_hash is not None:
                same |= rows.key_hash == device.key_hash
            if connection.execute(select(rows.id).where(same)).first() is not None:
                raise StoreError("live-device-taken")
            connection.execute(insert(LIVE_DEVICES).values(**values))

    def change(self, device: Device) -> None:
        """Keep a device as it is now, but for what it was seen last, which stays.

        Raises
        ------
        StoreError
            ``live-device-unknown``: its home has none with its id.
        """
        from sqlalchemy import update

        from ahorraluz.store.live_tables import LIVE_DEVICES

        rows = LIVE_DEVICES.c
        values = _values(device, self.key(device.home))
        del values["last_seen_ms"]
        with self.changing(device.home) as connection:
            chosen = (rows.id == device.id, rows.home == device.home)
            changed = connection.execute(update(LIVE_DEVICES).where(*chosen).values(**values))
            if changed.rowcount == 0:
                raise StoreError("live-device-unknown")

    def learn(self, device: Device, *, clock_ms: int | None, units: Mapping[str, str]) -> Device:
        """Keep what a device showed of itself, and nothing else of it.

        Parameters
        ----------
        device
            Which; what its people changed meanwhile stays.
        clock_ms
            By how much its clock is ahead; ``None``: as before.
        units
            Units of its topics, beside those known.

        Raises
        ------
        StoreError
            ``live-device-unknown``: it was erased meanwhile.
        """
        from sqlalchemy import select, update

        from ahorraluz.store.live_tables import LIVE_DEVICES

        rows = LIVE_DEVICES.c
        with self.changing(device.home) as connection:
            query = select(LIVE_DEVICES).where(rows.id == device.id)
            if (row := connection.execute(query).first()) is None:
                raise StoreError("live-device-unknown")
            settings = json.loads(row.settings)
            settings["units"] = {**settings.get("units", {}), **units}
            values = {
                "clock_ms": row.clock_ms if clock_ms is None else clock_ms,
                "settings": json.dumps(settings, ensure_ascii=False),
            }
            connection.execute(update(LIVE_DEVICES).where(rows.id == device.id).values(**values))
            return _device(connection.execute(query).one(), self.key(device.home))

    def remove(self, home: str, device: str) -> None:
        """Erase a device with everything that it said.

        Raises
        ------
        StoreError
            ``live-device-unknown``.
        """
        from sqlalchemy import delete, select

        from ahorraluz.store.live.forgetting import forget_channels
        from ahorraluz.store.live_tables import LIVE_CHANNELS, LIVE_DEVICES, LIVE_REFUSED

        with self.changing(home) as connection:
            mine = (LIVE_DEVICES.c.id == device, LIVE_DEVICES.c.home == home)
            if connection.execute(select(LIVE_DEVICES.c.id).where(*mine)).first() is None:
                raise StoreError("live-device-unknown")
            of_device = LIVE_CHANNELS.c.device == device
            forget_channels(connection, select(LIVE_CHANNELS.c.id).where(of_device))
            connection.execute(delete(LIVE_CHANNELS).where(of_device))
            connection.execute(delete(LIVE_REFUSED).where(LIVE_REFUSED.c.device == device))
            connection.execute(delete(LIVE_DEVICES).where(*mine))

    def get(self, device: str) -> Device | None:
        """Return a device by its id, also one that was revoked."""
        return next(iter(self._where("id", device)), None)

    def by(self, column: str, value: str) -> Device | None:
        """Return the device with a ``key_hash`` or ``certificate``."""
        if column not in FINDABLE:
            raise ValueError(column)
        return next(iter(self._where(column, value)), None)

    def of_home(self, home: str) -> tuple[Device, ...]:
        """Return every device of a home, the oldest first."""
        return self._where("home", home)

    def everything(self) -> tuple[Device, ...]:
        """Return every device, such as for the password file of a broker."""
        return self._where(None, None)

    def seen(self, devices: Mapping[str, int]) -> None:
        """Note when devices were heard of last. [ms since 1970 UTC]"""
        with self.writing() as connection:
            note_seen(connection, devices)

    def channel(
        self, device: Device, name: str, flow: Flow, quantity: Quantity, *, as_of: datetime
    ) -> LiveChannel:
        """Return a channel of a device, made if it is new.

        Raises
        ------
        StoreError
            ``live-device-unknown``: it was erased meanwhile.
        """
        from sqlalchemy import insert, select

        from ahorraluz.store.imports import seconds
        from ahorraluz.store.live_tables import LIVE_CHANNELS, LIVE_DEVICES

        rows = LIVE_CHANNELS.c
        made = {
            "home": device.home,
            "device": device.id,
            "name": name,
            "flow": flow.value,
            "quantity": quantity.value,
        }
        query = select(LIVE_CHANNELS).where(*(rows[column] == made[column] for column in made))
        with self.changing(device.home) as connection:
            there = select(LIVE_DEVICES.c.id).where(LIVE_DEVICES.c.id == device.id)
            if connection.execute(there).first() is None:
                raise StoreError("live-device-unknown")
            if (row := connection.execute(query).first()) is None:
                connection.execute(insert(LIVE_CHANNELS).values(**made, made_s=seconds(as_of)))
                row = connection.execute(query).one()
            return channel_of(row)

    def speakers(self, devices: Iterable[str]) -> Mapping[str, Speaker]:
        """Return those of some devices that may write, by their id, with what is around them."""
        return speakers(self.reading, devices)

    def channels(self, home: str | None = None) -> tuple[LiveChannel, ...]:
        """Return the channels of a home, or of all."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_CHANNELS

        query = select(LIVE_CHANNELS).order_by(LIVE_CHANNELS.c.id)
        if home is not None:
            query = query.where(LIVE_CHANNELS.c.home == home)
        with self.reading() as connection:
            return tuple(map(channel_of, connection.execute(query)))

    def ignored(self, home: str) -> frozenset[int]:
        """Return the channels of a home that do not count."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_CHANNELS

        rows = LIVE_CHANNELS.c
        with self.reading() as connection:
            query = select(rows.id).where(rows.home == home, rows.ignored == 1)
            return frozenset(connection.execute(query).scalars())

    def ignore(self, home: str, channel: int, *, ignored: bool) -> None:
        """Let a channel of a home count, or not: another one measures the same."""
        from sqlalchemy import update

        from ahorraluz.store.live_tables import LIVE_CHANNELS

        rows = LIVE_CHANNELS.c
        with self.changing(home) as connection:
            chosen = update(LIVE_CHANNELS).where(rows.id == channel, rows.home == home)
            connection.execute(chosen.values(ignored=int(ignored)))

    def refused(self, device: Device) -> tuple[Refused, ...]:
        """Return the latest messages that could not be taken, newest first."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_REFUSED

        key = self.key(device.home)
        rows = LIVE_REFUSED.c
        query = select(LIVE_REFUSED).where(rows.device == device.id).order_by(rows.id.desc())
        with self.reading() as connection:
            return tuple(
                Refused(
                    device=row.device,
                    at_ms=row.at_ms,
                    reason=row.reason,
                    topic=open_text(key, row.topic),
                    payload=open_text(key, row.payload).encode("latin-1"),
                )
                for row in connection.execute(query)
            )

    def _where(self, column: str | None, value: str | None) -> tuple[Device, ...]:
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_DEVICES

        query = select(LIVE_DEVICES).order_by(LIVE_DEVICES.c.made_s, LIVE_DEVICES.c.id)
        if column is not None:
            query = query.where(LIVE_DEVICES.c[column] == value)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        keys = {home: self.key(home) for home in {row.home for row in rows}}
        return tuple(_device(row, keys[row.home]) for row in rows)


def note_seen(connection: "Connection", devices: Mapping[str, int]) -> None:
    """Note when devices were heard of last, never earlier than before."""
    from sqlalchemy import text

    if devices:
        connection.execute(
            text(
                "UPDATE live_devices SET last_seen_ms = :seen"
                " WHERE id = :device AND coalesce(last_seen_ms, 0) < :seen"
            ),
            [{"device": device, "seen": devices[device]} for device in sorted(devices)],
        )


def _values(device: Device, key: "DataKey | None") -> dict[str, Any]:
    from ahorraluz.store.imports import seconds

    return {
        "name": seal_text(key, device.name),
        "dialect": device.dialect,
        "mapping": json.dumps(device.mapping, ensure_ascii=False),
        "settings": json.dumps(device.settings, ensure_ascii=False),
        "key_hash": device.key_hash,
        "broker_password": device.broker_password,
        "certificate": device.certificate,
        "clock_ms": device.clock_ms,
        "made_s": seconds(device.made_at),
        "last_seen_ms": device.last_seen_ms,
        "revoked_s": None if device.revoked_at is None else seconds(device.revoked_at),
    }


def _device(row: "Row[Any]", key: "DataKey | None") -> Device:
    from ahorraluz.store.imports import moment

    return Device(
        id=row.id,
        home=row.home,
        name=open_text(key, row.name),
        dialect=row.dialect,
        mapping=json.loads(row.mapping),
        settings=json.loads(row.settings),
        key_hash=row.key_hash,
        broker_password=row.broker_password,
        certificate=row.certificate,
        clock_ms=row.clock_ms,
        made_at=moment(row.made_s),
        last_seen_ms=row.last_seen_ms,
        revoked_at=None if row.revoked_s is None else moment(row.revoked_s),
    )


def keep_refused(
    connection: "Connection",
    refused: Iterable[Refused],
    *,
    homes: Mapping[str, str],
    keys: "Mapping[str, DataKey | None]",
) -> None:
    """Keep messages that could not be taken: the latest fifty of each device.

    Parameters
    ----------
    connection
        Where.
    refused
        The messages; those of devices without a home are left out.
    homes
        Home of each device.
    keys
        Key of each home.
    """
    from sqlalchemy import delete, insert, select

    from ahorraluz.store.live_tables import LIVE_REFUSED

    rows = LIVE_REFUSED.c
    touched = set[str]()
    for one in refused:
        if one.device not in homes:
            continue
        home = homes[one.device]
        touched.add(one.device)
        connection.execute(
            insert(LIVE_REFUSED).values(
                device=one.device,
                home=home,
                at_ms=one.at_ms,
                reason=one.reason,
                topic=seal_text(keys[home], one.topic[:MOST_TOPIC].replace("\0", "")),
                payload=seal_text(keys[home], _text_of(one.payload)),
            )
        )
    for device in sorted(touched):
        newest = select(rows.id).where(rows.device == device).order_by(rows.id.desc())
        oldest = newest.offset(MOST_REFUSED).limit(1).scalar_subquery()
        connection.execute(delete(LIVE_REFUSED).where(rows.device == device, rows.id <= oldest))


MOST_REFUSED = 50
"""Messages kept of one device."""
MOST_TOPIC = 200
"""Longest topic kept. [characters]"""
MOST_PAYLOAD = 500
"""Longest payload kept. [bytes]"""


def _text_of(payload: bytes) -> str:
    # A byte is a character; PostgreSQL keeps no noughts in a text.
    return payload[:MOST_PAYLOAD].decode("latin-1").replace("\0", " ")
