"""Readings put aside, in SQL: nothing is taken out of the blocks, and all of it can come back."""

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection, insert, select, update

from ahorraluz.core.live.beside_files import beside_files
from ahorraluz.core.readings.channels import Channel
from ahorraluz.core.readings.merging import without
from ahorraluz.store.errors import StoreError
from ahorraluz.store.imports import moment, seconds
from ahorraluz.store.live.kept import live_channels
from ahorraluz.store.records import Quarantined
from ahorraluz.store.tables import QUARANTINE
from ahorraluz.store.taking import stored_channels

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

MAX_REASON = 500
"""Longest reason kept. [characters]"""


def put_aside(
    connection: Connection, home: str, aside: Quarantined, *, key: "DataKey | None"
) -> int:
    """Put the readings of a period aside and return the number to release them by.

    Raises
    ------
    StoreError
        ``channel-not-stored`` or ``quarantine-without-readings``: nothing begins there.
    """
    channels = _channels(connection, home, key=key)
    found = [channel for channel in channels if channel.id == aside.channel]
    if not found:
        names = [channel.id for channel in channels]
        raise StoreError("channel-not-stored", value=aside.channel[:60], home=home, allowed=names)
    if not any(len(_starts(channel, aside)) for channel in found):
        raise StoreError("quarantine-without-readings", value=aside.channel[:60], home=home)
    made = connection.execute(
        insert(QUARANTINE)
        .values(
            home=home,
            channel=aside.channel,
            start_s=aside.start_s,
            end_s=aside.end_s,
            reason=aside.reason.replace("\0", "")[:MAX_REASON],
            created_s=seconds(aside.created_at),
        )
        .returning(QUARANTINE.c.id)
    )
    return int(made.scalar_one())


def release(connection: Connection, home: str, quarantine_id: int, *, as_of: datetime) -> None:
    """Let readings that were put aside count again; released ones keep their moment.

    Raises
    ------
    StoreError
        ``quarantine-unknown``.
    """
    found = {aside.id: aside for aside in quarantined(connection, home)}
    if quarantine_id not in found:
        allowed = [str(known) for known in found]
        raise StoreError("quarantine-unknown", value=quarantine_id, home=home, allowed=allowed)
    connection.execute(
        update(QUARANTINE)
        .where(QUARANTINE.c.id == quarantine_id, QUARANTINE.c.released_s.is_(None))
        .values(released_s=seconds(as_of))
    )


def quarantined(connection: Connection, home: str) -> tuple[Quarantined, ...]:
    """Return everything that was put aside for a home, oldest first, released ones as well."""
    rows = connection.execute(
        select(QUARANTINE).where(QUARANTINE.c.home == home).order_by(QUARANTINE.c.id)
    )
    return tuple(
        Quarantined(
            id=row.id,
            channel=row.channel,
            start_s=row.start_s,
            end_s=row.end_s,
            reason=row.reason,
            created_at=moment(row.created_s),
            released_at=None if row.released_s is None else moment(row.released_s),
        )
        for row in rows
    )


def counting_channels(
    connection: Connection, home: str, *, key: "DataKey | None"
) -> tuple[Channel, ...]:
    """Return the channels of a home without what is put aside; emptied ones are left out."""
    aside = [item for item in quarantined(connection, home) if item.released_at is None]
    kept = list[Channel]()
    for channel in _channels(connection, home, key=key):
        for item in aside:
            if item.channel == channel.id:
                channel = without(channel, _starts(channel, item))
        if len(channel):
            kept.append(channel)
    return tuple(kept)


def _channels(connection: Connection, home: str, *, key: "DataKey | None") -> tuple[Channel, ...]:
    """Return the channels of a home, of files and of devices, what is put aside included."""
    return beside_files(stored_channels(connection, home, key=key), live_channels(connection, home))


def _starts(channel: Channel, aside: Quarantined) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return the starts of a channel's readings that are put aside."""
    end_s = max(aside.end_s, aside.start_s + 1)
    return np.unique(
        channel.start_s[(channel.start_s >= aside.start_s) & (channel.start_s < end_s)]
    )
