"""Clocks on walls to UTC: hours that come twice by the order of rows, hours that never were."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from ahorraluz.core.readings.channels import Ints
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.strings import Bools

DAY_S = 86_400
SAMPLE_S = 7 * DAY_S
"""No zone changes its clock and back within a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A moment at which a zone sets its clock."""

    at_s: int
    """[s since 1970-01-01T00:00Z]"""
    before_s: int
    """Offset from UTC until then. [s]"""
    after_s: int
    """Offset from UTC from then on. [s]"""


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of a name.

    Raises
    ------
    MeterFileError
        ``meter-file-zone-unknown``.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise MeterFileError("meter-file-zone-unknown", zone=name[:60]) from None


def offset_at(zone: ZoneInfo, moment_s: int) -> int:
    """Return the offset from UTC at a moment. [s]"""
    offset = dt.datetime.fromtimestamp(moment_s, tz=zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


@lru_cache(maxsize=64)
def changes(name: str, first_year: int, last_year: int) -> tuple[int, tuple[Change, ...]]:
    """Return the offset at the start of a year, and every change until the end of another."""
    zone = zone_of(name)
    start = int(dt.datetime(first_year, 1, 1, tzinfo=dt.UTC).timestamp()) - DAY_S
    end = int(dt.datetime(last_year, 12, 31, tzinfo=dt.UTC).timestamp()) + 2 * DAY_S
    found = []
    offset = first = offset_at(zone, start)
    for left in range(start, end, SAMPLE_S):
        right = left + SAMPLE_S
        after = offset_at(zone, right)
        if after != offset:
            low, high = left, right
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset_at(zone, middle) == offset else (low, middle)
            found.append(Change(at_s=high, before_s=offset, after_s=after))
            offset = after
    return first, tuple(found)


def to_utc(clock_s: Ints, zone: str, *, again: Bools | None = None) -> tuple[Ints, int]:
    """Return moments in UTC of times on the clock of a zone.

    Parameters
    ----------
    clock_s
        Seconds since 1970-01-01 by the clock of the zone, shape (n,), in the order in
        which they were written. [s]
    zone
        IANA name.
    again
        Rows that come the second time on the clock; ``None``: told by their order, a
        time that was there already is the second one.

    Returns
    -------
    tuple
        Seconds since 1970-01-01T00:00Z, shape (n,), and how many rows name a time that
        the clock skipped; they are moved on by what was skipped.
    """
    if not len(clock_s):
        return clock_s, 0
    years = (
        np.asarray([clock_s.min(), clock_s.max()]).astype("datetime64[s]").astype("datetime64[Y]")
    )
    first_year, last_year = (int(year) + 1970 for year in years.astype(np.int64))
    first, turns = changes(zone, first_year, last_year)
    offset = np.full(len(clock_s), first, dtype=np.int64)
    skipped = 0
    for change in turns:
        low, high = sorted((change.at_s + change.before_s, change.at_s + change.after_s))
        if change.after_s > change.before_s:
            offset[clock_s >= high] = change.after_s
            skipped += int(((clock_s >= low) & (clock_s < high)).sum())
            continue
        offset[clock_s >= high] = change.after_s
        twice = np.flatnonzero((clock_s >= low) & (clock_s < high))
        if len(twice):
            second = _repeated(clock_s[twice]) if again is None else again[twice]
            offset[twice[second]] = change.after_s
    return clock_s - offset, skipped


def _repeated(clock_s: Ints) -> Bools:
    """Tell which times were there in an earlier row."""
    _, first = np.unique(clock_s, return_index=True)
    repeated = np.ones(len(clock_s), dtype=np.bool_)
    repeated[first] = False
    return repeated


def from_utc(moment_s: Ints, zone: str) -> Ints:
    """Return the seconds by the clock of a zone at moments in UTC, shape (n,). [s]"""
    if not len(moment_s):
        return moment_s
    years = np.asarray([moment_s.min(), moment_s.max()]).astype("datetime64[s]")
    first_year, last_year = (int(y) + 1970 for y in years.astype("datetime64[Y]").astype(np.int64))
    first, turns = changes(zone, first_year, last_year)
    offset = np.full(len(moment_s), first, dtype=np.int64)
    for change in turns:
        offset[moment_s >= change.at_s] = change.after_s
    return moment_s + offset
