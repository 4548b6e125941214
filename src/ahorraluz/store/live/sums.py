"""Quarter hours, hours and days in SQL: rows that came out the same stay untouched."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from ahorraluz.core.live.quarters import QUARTER_S, QuarterSum, quarter_sums
from ahorraluz.core.live.readings import Quantity
from ahorraluz.store.live.raw import with_neighbours
from ahorraluz.store.live_tables import LIVE_QUARTERS, LIVE_VERSIONS

HOUR_S = 3_600
PIECES_AT_ONCE = 64
"""Pieces whose readings are held in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A period of a channel whose sums are to be computed, in whole quarter hours."""

    channel: int
    home: str
    zone: str
    quantity: Quantity
    first_s: int
    end_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """What was computed."""

    quarters: int
    homes: frozenset[str]
    """Whose sums changed."""


def keep_sums(connection: Connection, pieces: Sequence[Piece]) -> Summed:
    """Compute the sums of periods from their readings, and keep those that changed."""
    count = 0
    changed = list[Piece]()
    for first in range(0, len(pieces), PIECES_AT_ONCE):
        some = pieces[first : first + PIECES_AT_ONCE]
        asked = [(piece.channel, piece.first_s * 1000, piece.end_s * 1000) for piece in some]
        changes = _Changes()
        readings = with_neighbours(connection, asked)
        for piece, points, old in zip(some, readings, _kept(connection, some), strict=True):
            new = quarter_sums(points, piece.quantity, first_s=piece.first_s, end_s=piece.end_s)
            count += len(new)
            if changes.between(piece.channel, old, new):
                changed.append(piece)
        changes.write(connection)
    _add_up(connection, changed)
    homes = frozenset(piece.home for piece in changed)
    _count_version(connection, sorted(homes))
    return Summed(quarters=count, homes=homes)


class _Changes:
    """Rows of quarter hours that go, and that come."""

    def __init__(self) -> None:
        self._stale: list[dict[str, Any]] = []
        self._fresh: list[dict[str, Any]] = []

    def between(self, channel: int, old: dict[int, QuarterSum], new: Sequence[QuarterSum]) -> bool:
        """Note what makes the new sums of the old ones; tell whether that is anything."""
        made = {one.start_s: one for one in new}
        gone = [start_s for start_s, one in old.items() if made.get(start_s) != one]
        come = [one for one in new if old.get(one.start_s) != one]
        self._stale += [{"of": channel, "at": start_s} for start_s in gone]
        self._fresh += [{"channel": channel, **one._asdict()} for one in come]
        return bool(gone or come)

    def write(self, connection: Connection) -> None:
        quarter = LIVE_QUARTERS.c
        if self._stale:
            chosen = (quarter.channel == bindparam("of"), quarter.start_s == bindparam("at"))
            connection.execute(delete(LIVE_QUARTERS).where(*chosen), self._stale)
        if self._fresh:
            connection.execute(insert(LIVE_QUARTERS), self._fresh)


def _kept(connection: Connection, pieces: Sequence[Piece]) -> Iterator[dict[int, QuarterSum]]:
    """Yield the quarter hours of each piece as they are kept, by their beginning."""
    quarter = LIVE_QUARTERS.c
    found = defaultdict[int, dict[int, QuarterSum]](dict)
    for first_s in {piece.first_s for piece in pieces}:
        alike = [piece for piece in pieces if piece.first_s == first_s]
        rows = connection.execute(
            select(LIVE_QUARTERS)
            .where(quarter.channel.in_([piece.channel for piece in alike]))
            .where(quarter.start_s >= first_s)
            .where(quarter.start_s < max(piece.end_s for piece in alike))
        )
        for channel, *sums in rows:
            found[channel][sums[0]] = QuarterSum(*sums)
    for piece in pieces:
        of_channel = found[piece.channel]
        starts = range(piece.first_s, piece.end_s, QUARTER_S)
        yield {start_s: of_channel[start_s] for start_s in starts if start_s in of_channel}


def _add_up(connection: Connection, pieces: Sequence[Piece]) -> None:
    """Make the hours and days anew that some pieces touch."""
    hours = {
        (piece.channel, start_s)
        for piece in pieces
        for start_s in range(piece.first_s // HOUR_S * HOUR_S, piece.end_s, HOUR_S)
    }
    days = {
        (piece.channel, *day)
        for piece in pieces
        for day in local_days(piece.first_s, piece.end_s, zone=piece.zone)
    }
    _replace(
        connection,
        "live_hours",
        [
            {"channel": channel, "first": start_s, "until": start_s + HOUR_S}
            for channel, start_s in sorted(hours)
        ],
    )
    _replace(
        connection,
        "live_days",
        [
            {"channel": channel, "first": start_s, "until": until_s, "day": day.isoformat()}
            for channel, day, start_s, until_s in sorted(days)
        ],
    )


def _replace(connection: Connection, table: str, spans: Sequence[dict[str, Any]]) -> None:
    """Make rows anew of the quarter hours that lie in them."""
    if not spans:
        return
    which = "channel = :channel AND start_s >= :first AND start_s < :until"
    connection.execute(text(f"DELETE FROM {table} WHERE {which}"), spans)  # noqa: S608 - ours
    name, value = (", day", ", :day") if "day" in spans[0] else ("", "")
    connection.execute(
        text(
            f"INSERT INTO {table} (channel, start_s{name},"  # noqa: S608 - ours
            " energy_uj, readings, lowest, highest, measured_ms)"
            f" SELECT channel, :first{value}, sum(energy_uj), sum(readings),"
            " min(lowest), max(highest), sum(measured_ms)"
            f" FROM live_quarters WHERE {which} GROUP BY channel"
        ),
        spans,
    )


def local_days(first_s: int, end_s: int, *, zone: str) -> Iterator[tuple[date, int, int]]:
    """Yield the local days that a period touches, each with its beginning and end."""
    clock = ZoneInfo(zone)
    day = datetime.fromtimestamp(first_s, tz=clock).date()
    while (start_s := _midnight_s(day, clock)) < end_s:
        yield day, start_s, _midnight_s(day + timedelta(days=1), clock)
        day += timedelta(days=1)


def _midnight_s(day: date, clock: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=clock).astimezone(UTC).timestamp())


def _count_version(connection: Connection, homes: Sequence[str]) -> None:
    """Give the sums of homes another number."""
    if not homes:
        return
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = upsert(LIVE_VERSIONS)
    statement = statement.on_conflict_do_update(
        index_elements=["home"], set_={"version": LIVE_VERSIONS.c.version + 1}
    )
    connection.execute(statement, [{"home": home, "version": 1} for home in homes])
