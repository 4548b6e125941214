"""Readings past their time, in SQL: whole blocks of fine readings that ended before a moment."""

from sqlalchemy import Connection, delete

from ahorraluz.store.tables import BLOCKS

DAY_S = 86_400


def drop_fine_readings(connection: Connection, *, before_s: int) -> int:
    """Delete blocks of readings finer than a day that ended before a moment; return how many."""
    blocks = BLOCKS.c
    finer = blocks.end_s - blocks.first_s < blocks.rows * DAY_S
    old = delete(BLOCKS).where(blocks.end_s <= before_s, finer)
    return connection.execute(old).rowcount
