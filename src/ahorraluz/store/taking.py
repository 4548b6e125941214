"""Channels of a home out of its blocks: every import that counts, later ones over earlier ones."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from sqlalchemy import Connection, select

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.core.readings.merging import supersede
from ahorraluz.store.blocks import decode
from ahorraluz.store.errors import StoreError
from ahorraluz.store.tables import BLOCKS, IMPORTS

Key = tuple[str, str, str]
"""What makes two files speak of one channel: id, flow and measure."""


def key_of(channel: Channel) -> Key:
    """Return what tells a channel from the others of its home."""
    return channel.id, channel.flow.value, channel.measure.value


def stored_channels(
    connection: Connection, home: str, *, between: tuple[int, int] | None = None
) -> tuple[Channel, ...]:
    """Return the channels of a home, what is put aside included.

    Parameters
    ----------
    connection, home
        Where, and whose.
    between
        First and last start that matter; blocks without any of them stay unread.
        [s since 1970 UTC]

    Raises
    ------
    StoreError
        ``database-block-damaged``.
    """
    wanted = (
        select(
            BLOCKS.c.import_id,
            BLOCKS.c.channel,
            BLOCKS.c.flow,
            BLOCKS.c.measure,
            BLOCKS.c.rows,
            BLOCKS.c.payload,
        )
        .join(IMPORTS, IMPORTS.c.id == BLOCKS.c.import_id)
        .where(IMPORTS.c.home == home, IMPORTS.c.undone_s.is_(None))
        .order_by(BLOCKS.c.import_id, BLOCKS.c.id)
    )
    if between is not None:
        wanted = wanted.where(BLOCKS.c.first_s <= between[1], BLOCKS.c.last_s >= between[0])
    found: dict[Key, list[Channel]] = {}
    for (_, *key), rows in groupby(
        connection.execute(wanted), key=lambda row: (row.import_id, *row[1:4])
    ):
        parts = []
        for row in rows:
            part = decode(
                row.payload, id=row.channel, flow=Flow(row.flow), measure=Measure(row.measure)
            )
            if len(part) != row.rows:
                raise StoreError("database-block-damaged", channel=row.channel)
            parts.append(part)
        name, flow, measure = key
        found.setdefault((name, flow, measure), []).append(_joined(parts))
    return tuple(_merged(files) for files in found.values())


def _joined(parts: Sequence[Channel]) -> Channel:
    """Return the blocks of one import as one channel."""
    first = parts[0]
    if len(parts) == 1:
        return first
    return Channel(
        id=first.id,
        flow=first.flow,
        measure=first.measure,
        start_s=np.concatenate([part.start_s for part in parts]),
        end_s=np.concatenate([part.end_s for part in parts]),
        value=np.concatenate([part.value for part in parts]),
        line=np.concatenate([part.line for part in parts]),
        flags=np.concatenate([part.flags for part in parts]),
    )


def _merged(files: list[Channel]) -> Channel:
    """Return the channels of several imports as one; a later one supersedes."""
    # In pairs, as in a knockout: year by day, one after another would copy the year 365 times.
    while len(files) > 1:
        pairs = [
            supersede(older, newer) for older, newer in zip(files[::2], files[1::2], strict=False)
        ]
        files = pairs + files[len(files) // 2 * 2 :]
    return files[0]
