"""Readings past their time, in SQL: fine rows go, and leave the energy of each month.

The totals lie with the newest import that told any of the rows: they are over what earlier ones
said, as the rows were, and count no more if it is undone. Rows that were put aside leave nothing.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from ahorraluz.core.readings.channels import Channel
from ahorraluz.core.readings.retaining import monthly_totals, staying
from ahorraluz.store.blocks import Block, blocks_of, sealed
from ahorraluz.store.quarantine import counting_channels
from ahorraluz.store.tables import BLOCKS, IMPORTS
from ahorraluz.store.taking import key_of, stored_channels

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

DAY_S = 86_400


def homes_with_fine(connection: Connection, *, before_s: int) -> tuple[str, ...]:
    """Return the homes that hold readings finer than a day from before a moment."""
    blocks = BLOCKS.c
    finer = blocks.end_s - blocks.first_s < blocks.rows * DAY_S
    query = (
        select(IMPORTS.c.home)
        .join(BLOCKS, blocks.import_id == IMPORTS.c.id)
        .where(blocks.first_s < before_s, finer)
    )
    return tuple(connection.execute(query.distinct().order_by(IMPORTS.c.home)).scalars())


def leave_totals(
    connection: Connection, home: str, *, before_s: int, zone: str, key: "DataKey | None"
) -> int:
    """Put monthly totals in the place of fine readings; the lock of the home is held.

    Parameters
    ----------
    connection, home
        Where, and whose.
    before_s
        Local midnight at which a month begins: earlier rows go. [s since 1970 UTC]
    zone
        IANA zone of the home.
    key
        Key of the home; ``None`` for a home that was kept without one.

    Returns
    -------
    int
        How many blocks went.
    """
    totals = {
        key_of(channel): monthly_totals(channel, before_s=before_s, zone=zone)
        for channel in counting_channels(connection, home, key=key)
    }
    count = 0
    newest_first = (
        select(IMPORTS.c.id, IMPORTS.c.undone_s)
        .where(IMPORTS.c.home == home)
        .order_by(IMPORTS.c.id.desc())
    )
    for row in connection.execute(newest_first).all():
        for channel in stored_channels(connection, home, key=key, only=row.id):
            stays = staying(channel, before_s=before_s)
            if len(stays) == len(channel):
                continue
            left = [stays]
            if row.undone_s is None:
                total = totals.pop(key_of(channel), None)
                left += [] if total is None else [total]
            count += _replace(connection, row.id, channel, left, key=key)
    return count


def _replace(
    connection: Connection,
    import_id: int,
    channel: Channel,
    left: list[Channel],
    *,
    key: "DataKey | None",
) -> int:
    """Write what is left of a channel of an import; return how many blocks went."""
    id_, flow, measure = key_of(channel)
    old = delete(BLOCKS).where(
        BLOCKS.c.import_id == import_id,
        BLOCKS.c.channel == id_,
        BLOCKS.c.flow == flow,
        BLOCKS.c.measure == measure,
    )
    gone = connection.execute(old).rowcount
    new = [(part, block) for part in left for block in blocks_of(part)]
    if new:
        rows = [_row(import_id, part, block, key=key) for part, block in new]
        connection.execute(insert(BLOCKS), rows)
    return gone


def _row(
    import_id: int, channel: Channel, block: Block, *, key: "DataKey | None"
) -> dict[str, object]:
    return {
        "import_id": import_id,
        "channel": channel.id,
        "flow": channel.flow.value,
        "measure": channel.measure.value,
        "month": block.month,
        "rows": block.rows,
        "first_s": block.first_s,
        "end_s": block.end_s,
        "payload": sealed(block.payload, key),
    }
