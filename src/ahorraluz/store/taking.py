"""Channels of a home out of its blocks: every import that counts, later ones over earlier ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection, select

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.core.readings.merging import supersede
from ahorraluz.store.blocks import decode, is_sealed, unsealed
from ahorraluz.store.errors import StoreError
from ahorraluz.store.tables import BLOCKS, IMPORTS

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

Key = tuple[str, str, str]
"""What makes two files speak of one channel: id, flow and measure."""


def key_of(channel: Channel) -> Key:
    """Return what tells a channel from the others of its home."""
    return channel.id, channel.flow.value, channel.measure.value


def stored_channels(
    connection: Connection,
    home: str,
    *,
    key: "DataKey | None",
    between: tuple[int, int] | None = None,
    only: int | None = None,
) -> tuple[Channel, ...]:
    """Return the channels of a home, what is put aside included.

    Parameters
    ----------
    connection, home
        Where, and whose.
    key
        Key of the home; ``None`` for a home that was kept without one.
    between
        Period that matters; blocks that do not touch it stay unread. [s since 1970 UTC]
    only
        One import, whether it counts or was undone; ``None``: all that count.

    Raises
    ------
    StoreError
        ``database-block-damaged``, ``key-gone``, ``seal-broken``.
    """
    which = IMPORTS.c.undone_s.is_(None) if only is None else IMPORTS.c.id == only
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
        .where(IMPORTS.c.home == home, which)
        .order_by(BLOCKS.c.import_id, BLOCKS.c.id)
    )
    if between is not None:
        wanted = wanted.where(BLOCKS.c.first_s <= between[1], BLOCKS.c.end_s >= between[0])
    found: dict[Key, list[Channel]] = {}
    for (_, *name), rows in groupby(
        connection.execute(wanted), key=lambda row: (row.import_id, *row[1:4])
    ):
        parts = []
        for row in rows:
            payload = unsealed(row.payload, key) if is_sealed(row.payload) else row.payload
            part = decode(
                payload, id=row.channel, flow=Flow(row.flow), measure=Measure(row.measure)
            )
            if len(part) != row.rows:
                raise StoreError("database-block-damaged", channel=row.channel)
            parts.append(part)
        id_, flow, measure = name
        found.setdefault((id_, flow, measure), []).append(_joined(parts))
    return tuple(merged(files) for files in found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Rows of a channel that no row of another part meets."""

    channel: Channel
    first_s: int
    last_s: int
    end_s: int

    def before(self, other: "_Part") -> bool:
        """Tell whether all rows are over when those of the other begin."""
        return self.end_s <= other.first_s and self.last_s < other.first_s


def _part(channel: Channel) -> _Part:
    return _Part(
        channel=channel,
        first_s=int(channel.start_s.min()),
        last_s=int(channel.start_s.max()),
        end_s=int(channel.end_s.max()),
    )


def merged(files: Sequence[Channel]) -> Channel:
    """Return the channels of several imports as one, each over those before it."""
    parts: list[_Part] = []
    for file in files:
        # Only what a file meets is worked on: of a year day by day, nothing.
        new = _part(file)
        before = [part for part in parts if part.before(new)]
        after = [part for part in parts if new.before(part)]
        met = parts[len(before) : len(parts) - len(after)]
        if met:
            new = _part(supersede(_joined([part.channel for part in met]), file))
        parts = [*before, new, *after]
    return _joined([part.channel for part in parts])


def _joined(parts: Sequence[Channel]) -> Channel:
    """Return the rows of several channels, one after another, as one."""
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
