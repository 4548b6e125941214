"""Tables of one row a day, with a column for each part of it: found, and laid out in one line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ahorraluz.ingest.meter_files.columns import Column, Kind
from ahorraluz.ingest.meter_files.delimiters import MIN_WIDE
from ahorraluz.ingest.meter_files.numbers import Numbers
from ahorraluz.ingest.meter_files.times import DAY_S, Moments
from ahorraluz.ingest.meter_files.words import Word, words_of

_CLOCKS = re.compile(
    r"(\D*?)(\d{1,2})(?:[:.h](\d{2})(?::\d{2})?)?(?:\s*([ap])\.?\s?m\.?)?"
    r"(?:\s*(?:-|–|a|to)\s*(\d{1,2})[:.h](\d{2})(?::\d{2})?(?:\s*[ap]\.?\s?m\.?)?)?(\D*)",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"(\D*?)0*(\d{1,3})(\D*)")
_OTHERWISE = (Word.CIRCUIT, Word.SERIES, Word.HOME)
"""What numbered columns may be instead of hours."""
LEAST_S = 300
"""Shortest part of a day that has a column of its own. [s]"""


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
    """Return columns called by the times of a day."""
    for alike in _alike(columns, _CLOCKS):
        named = [(place, match) for place, match in alike if match[3] or match[4]]
        matches = [match for _, match in named]
        if len(named) < MIN_WIDE:
            continue
        starts = [_seconds(match) for match in matches]
        step = int(np.median(np.abs(np.diff(starts))))
        if not LEAST_S <= step <= DAY_S // MIN_WIDE or max(starts) > DAY_S:
            continue
        ends = all(match[5] is None for match in matches)
        if ends and starts[0] == step and starts[-1] != step:
            # The first is called 00:15, the last 24:00 or 00:00: the ends of their parts.
            starts = [(start or DAY_S) - step for start in starts]
        return _wide([place for place, _ in named], starts, step)
    return None


def _seconds(match: re.Match[str]) -> int:
    hour = int(match[2])
    if match[4] is not None:
        hour = hour % 12 + (12 if match[4].casefold() == "p" else 0)
    return hour * 3600 + int(match[3] or 0) * 60


def _alike(
    columns: Sequence[Column], pattern: re.Pattern[str]
) -> list[list[tuple[int, re.Match[str]]]]:
    """Return the columns whose names differ in a number only, those of energy first."""
    found: dict[tuple[str, str], list[tuple[int, re.Match[str]]]] = {}
    for column in columns:
        match = pattern.fullmatch(column.name.strip())
        if match is not None:
            around = (match[1].casefold(), match[match.re.groups].casefold())
            found.setdefault(around, []).append((column.place, match))
    return sorted(found.values(), key=lambda named: Word.OTHER in words_of(named[0][1][0]))


def _by_count(columns: Sequence[Column]) -> Wide | None:
    """Return columns numbered from 0 or 1 that share a day evenly."""
    for named in _alike(columns, _COUNTED):
        counts = [int(match[2]) for _, match in named]
        parts, called = len(named), words_of(named[0][1][1])
        if parts not in (24, 25, 48, 50, 96, 100, 144, 288) or sorted(counts) not in (
            list(range(parts)), list(range(1, parts + 1)),
        ) or not called.isdisjoint(_OTHERWISE):  # fmt: skip
            continue
        # The 25th hour is used on the day on which the clock goes back.
        step = DAY_S // {25: 24, 50: 48, 100: 96}.get(parts, parts)
        first = min(counts)
        return _wide([place for place, _ in named], [(n - first) * step for n in counts], step)
    return None


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
