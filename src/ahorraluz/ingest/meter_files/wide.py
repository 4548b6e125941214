"""Tables of one row a day, with a column for each part of it: found, and laid out in one line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ahorraluz.ingest.meter_files.columns import Column, Kind
from ahorraluz.ingest.meter_files.delimiters import MIN_WIDE
from ahorraluz.ingest.meter_files.numbers import Numbers
from ahorraluz.ingest.meter_files.times import DAY_S, Moments

_CLOCKS = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?::\d{2})?(?:\s*(?:-|–|a|to)\s*(\d{1,2})[:.h](\d{2}).*)?"
)
_HOURS = re.compile(r"(?:h|hora|hour|hr|ora|uur|e|v|p|q|val|kwh)?[ _]?0*(\d{1,3})h?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """Columns of the parts of a day."""

    places: tuple[int, ...]
    starts_s: tuple[int, ...]
    """Seconds from midnight at which each begins."""
    ends_s: tuple[int, ...]


def find_wide(columns: Sequence[Column]) -> Wide | None:
    """Return the columns of the parts of a day, or ``None`` where there are none."""
    numbers = [column for column in columns if column.kind in (Kind.NUMBER, Kind.EMPTY)]
    return _by_clock(numbers) or _by_count(numbers)


def _by_clock(columns: Sequence[Column]) -> Wide | None:
    named = [
        (column.place, match) for column in columns
        if (match := _CLOCKS.fullmatch(column.name.strip()))
    ]  # fmt: skip
    if len(named) < MIN_WIDE:
        return None
    starts = [int(match[1]) * 3600 + int(match[2]) * 60 for _, match in named]
    step = int(np.median(np.abs(np.diff(starts))))
    if not 0 < step <= DAY_S // MIN_WIDE:
        return None
    if all(match[3] is None for _, match in named) and (starts[0] == step and starts[-1] != step):
        # The first column is called 00:15, the last 24:00 or 00:00: the ends of their parts.
        starts = [(start or DAY_S) - step for start in starts]
    return _wide([place for place, _ in named], starts, step)


def _by_count(columns: Sequence[Column]) -> Wide | None:
    """Return columns numbered from 0 or 1 that share a day evenly."""
    named = [
        (column.place, int(match[1])) for column in columns
        if (match := _HOURS.fullmatch(column.name.strip()))
    ]  # fmt: skip
    counts = [count for _, count in named]
    parts = len(named)
    if parts not in (24, 25, 48, 50, 96, 100) or sorted(counts) not in (
        list(range(parts)), list(range(1, parts + 1)),
    ):  # fmt: skip
        return None
    # The 25th hour is used on the day on which the clock goes back.
    step = DAY_S // {25: 24, 50: 48, 100: 96}.get(parts, parts)
    first = min(counts)
    return _wide([place for place, _ in named], [(n - first) * step for n in counts], step)


def _wide(places: Sequence[int], starts: Sequence[int], step: int) -> Wide:
    return Wide(
        places=tuple(places),
        starts_s=tuple(starts),
        ends_s=tuple(start + step for start in starts),
    )


def lay_out(days: Moments, wide: Wide) -> tuple[Moments, Moments]:
    """Return the starts and ends of all parts of all days, day by day."""
    parts = len(wide.places)

    def laid(offsets: Sequence[int]) -> Moments:
        clock = (days.clock_s[:, None] + np.asarray(offsets, dtype=np.int64)).ravel()
        return replace(
            days,
            clock_s=clock,
            offset_s=np.repeat(days.offset_s, parts),
            fixed=np.repeat(days.fixed, parts),
            readable=np.repeat(days.readable, parts),
            has_clock=True,
        )

    return laid(wide.starts_s), laid(wide.ends_s)


def lay_numbers(numbers: Mapping[int, Numbers], wide: Wide) -> Numbers:
    """Return the numbers of all parts of all days, day by day."""
    columns = [numbers[place] for place in wide.places]
    return Numbers(
        value=np.column_stack([column.value for column in columns]).ravel(),
        readable=np.column_stack([column.readable for column in columns]).ravel(),
        unavailable=np.column_stack([column.unavailable for column in columns]).ravel(),
    )
