"""Live readings past their time, in SQL: single readings by whole days, then all but days."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select, text, update

from ahorraluz.store.live.holding import hold_everything
from ahorraluz.store.live.partitions import DAY_MS, is_hypertable, is_parted, partition
from ahorraluz.store.live_tables import (
    LIVE_CLOSING,
    LIVE_DIRTY,
    LIVE_HOURS,
    LIVE_QUARTERS,
    LIVE_READINGS,
)

if TYPE_CHECKING:
    from ahorraluz.store.opened import Opened

DAY_S = 86_400
HOUR_S = 3_600
_CARRY = {
    "sqlite": """
        INSERT INTO live_carried (channel, at_ms, value)
        SELECT channel, max(at_ms), value FROM live_readings
        WHERE at_ms < :before GROUP BY channel
        ON CONFLICT (channel) DO UPDATE SET at_ms = excluded.at_ms, value = excluded.value""",
    "postgresql": """
        INSERT INTO live_carried (channel, at_ms, value)
        SELECT live_channels.id, latest.at_ms, latest.value FROM live_channels, LATERAL (
            SELECT at_ms, value FROM live_readings
            WHERE channel = live_channels.id AND at_ms < :before ORDER BY at_ms DESC LIMIT 1
        ) AS latest
        ON CONFLICT (channel) DO UPDATE SET at_ms = excluded.at_ms, value = excluded.value""",
}
"""Keep the last reading of each channel before a moment; SQLite takes ``value`` from the row of
the maximum."""
_PARTITIONS = """
    SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid
    WHERE inhparent = to_regclass('live_readings') AND relname < :first ORDER BY relname"""


def drop_readings(writing: "Opened", *, before_day: int) -> int:
    """Delete single readings of days that are summed up; return the day from which they stay.

    Parameters
    ----------
    writing
        Way into the database.
    before_day
        Days since 1970 UTC: those before it go, unless something of them is still to be summed.
    """
    with writing() as connection:
        hold_everything(connection)
        closing = connection.execute(select(LIVE_CLOSING)).one()
        first_mark = connection.execute(
            select(LIVE_DIRTY.c.start_s).order_by(LIVE_DIRTY.c.start_s).limit(1)
        ).scalar()
        until_s = closing.closed_s if first_mark is None else min(closing.closed_s, first_mark)
        before_ms = min(before_day, until_s * 1000 // DAY_MS) * DAY_MS
        if before_ms <= closing.kept_from_ms:
            return int(closing.kept_from_ms // DAY_MS)
        connection.execute(text(_CARRY[connection.dialect.name]), {"before": before_ms})
        connection.execute(update(LIVE_CLOSING).values(kept_from_ms=before_ms))
        _delete(connection, before_ms)
        return int(before_ms // DAY_MS)


def _delete(connection: Connection, before_ms: int) -> None:
    if is_parted(connection):
        first = partition(before_ms // DAY_MS)
        for name in connection.execute(text(_PARTITIONS), {"first": first}).scalars().all():
            connection.exec_driver_sql(f"DROP TABLE {name}")
    elif is_hypertable(connection):
        connection.execute(
            text("SELECT drop_chunks('live_readings', older_than => CAST(:before AS bigint))"),
            {"before": before_ms},
        )
    else:
        connection.execute(delete(LIVE_READINGS).where(LIVE_READINGS.c.at_ms < before_ms))


def drop_quarters(connection: Connection, *, before_s: int) -> int:
    """Delete quarter hours and hours before a moment whose readings are gone.

    Returns
    -------
    int
        How many quarter hours; days stay.
    """
    kept_from_ms = connection.execute(select(LIVE_CLOSING.c.kept_from_ms)).scalar_one()
    # Days that begin before the oldest reading are still made of them.
    last_s = min(before_s, kept_from_ms // 1000 - 2 * DAY_S) // HOUR_S * HOUR_S
    connection.execute(delete(LIVE_HOURS).where(LIVE_HOURS.c.start_s < last_s))
    quarters = delete(LIVE_QUARTERS).where(LIVE_QUARTERS.c.start_s < last_s)
    return connection.execute(quarters).rowcount
