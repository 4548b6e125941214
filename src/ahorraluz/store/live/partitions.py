"""Days of readings in PostgreSQL: a partition each, or chunks where TimescaleDB keeps them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from ahorraluz.store.connections import lock
from ahorraluz.store.live_tables import LIVE_CLOSING

if TYPE_CHECKING:
    from ahorraluz.store.live.remembered import Remembered
    from ahorraluz.store.opened import Opened

DAY_MS = 86_400_000
PARTITIONS_LOCK = -6
"""Lock of PostgreSQL for the partitions themselves."""
_KIND = (
    "SELECT relkind = 'p' AND relispartition IS FALSE FROM pg_class"
    " WHERE oid = to_regclass('live_readings')"
)


def make_room(writing: "Opened", days: set[int], *, remembered: "Remembered") -> None:
    """Make the partitions of days, in a transaction of its own; others go on reading and writing.

    Parameters
    ----------
    writing
        Way into the database.
    days
        Days since 1970 UTC that readings lie in.
    remembered
        What this process made or found before.
    """
    lacking = remembered.days_lacking(days)
    if not lacking:
        return
    with writing() as connection:
        if is_parted(connection):
            lock(connection, PARTITIONS_LOCK)
            kept_from_ms = connection.execute(select(LIVE_CLOSING.c.kept_from_ms)).scalar_one()
            for day in sorted(lacking):
                # None is made for readings that are past their time: they are not taken.
                if day * DAY_MS >= kept_from_ms:
                    _make(connection, day)
    remembered.parted(lacking)


def make_days(connection: Connection, days: set[int]) -> None:
    """Make the partitions of days where readings lie in any, in a transaction that fills them."""
    if is_parted(connection):
        for day in sorted(days):
            _make(connection, day)


def is_parted(connection: Connection) -> bool:
    """Tell whether readings lie in partitions that we make."""
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.exec_driver_sql(_KIND).scalar())


def is_hypertable(connection: Connection) -> bool:
    """Tell whether TimescaleDB keeps the readings."""
    return connection.dialect.name == "postgresql" and not is_parted(connection)


def partition(day: int) -> str:
    """Return the name of the table of a day."""
    return f"live_readings_{datetime.fromtimestamp(day * DAY_MS // 1000, tz=UTC):%Y%m%d}"


def _make(connection: Connection, day: int) -> None:
    name = partition(day)
    found = connection.exec_driver_sql("SELECT to_regclass(%s)", (name,)).scalar()
    if found is not None:
        return
    connection.exec_driver_sql(f"CREATE TABLE {name} (LIKE live_readings INCLUDING ALL)")
    # Joined afterwards: so nobody who reads or writes has to wait.
    connection.exec_driver_sql(
        f"ALTER TABLE live_readings ATTACH PARTITION {name}"
        f" FOR VALUES FROM ({day * DAY_MS}) TO ({(day + 1) * DAY_MS})"
    )
