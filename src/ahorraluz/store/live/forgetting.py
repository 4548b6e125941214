"""What channels said goes with their home, in SQL: those rows name a channel only."""

from sqlalchemy import Connection, Select, delete, select

from ahorraluz.store.live.holding import hold_everything
from ahorraluz.store.live_tables import (
    LIVE_CARRIED,
    LIVE_CHANNELS,
    LIVE_DAYS,
    LIVE_DIRTY,
    LIVE_HOURS,
    LIVE_QUARTERS,
    LIVE_READINGS,
)

OF_CHANNELS = (
    LIVE_READINGS,
    LIVE_CARRIED,
    LIVE_DIRTY,
    LIVE_QUARTERS,
    LIVE_HOURS,
    LIVE_DAYS,
)
"""Every table whose rows belong to a channel."""


def forget_readings(connection: Connection, home: str) -> bool:
    """Delete readings and sums of every channel of a home; tell whether there is any channel.

    The channels themselves are left.
    """
    channels = select(LIVE_CHANNELS.c.id).where(LIVE_CHANNELS.c.home == home)
    if connection.execute(channels.limit(1)).first() is None:
        # Whoever takes readings in, or keeps what a watch found, is held back all the same.
        hold_everything(connection)
        return False
    forget_channels(connection, channels)
    return True


def forget_channels(connection: Connection, channels: Select[tuple[int]]) -> None:
    """Delete readings and sums of channels while nothing is taken in or summed up."""
    hold_everything(connection)
    for table in OF_CHANNELS:
        connection.execute(delete(table).where(table.c.channel.in_(channels)))
