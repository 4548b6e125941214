"""Columns of moments to seconds of the clock they were written by, many rows at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ahorraluz.core.readings.channels import Ints
from ahorraluz.ingest.meter_files.moments import Layout, Span, layout_of, serial_layout
from ahorraluz.ingest.meter_files.strings import Bools, Bytes, Strings

MAX_PATTERNS = 400
"""Different patterns of digits and signs that one column may hold; 12 months, 7 days, am and pm."""
MAX_TRIES = 3
"""Rows of one pattern that are looked at before the pattern counts as no moment."""
DAY_S = 86_400
EARLIEST_S, LATEST_S = 0, 4_102_444_800
"""1970 and 2100: no meter wrote before, none writes after."""
SERIAL_EPOCH_DAYS = 25_569
"""Days from 1899-12-30 to 1970-01-01."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Moments of one column; a time of day alone counts from 1970-01-01."""

    clock_s: Ints
    """Seconds from 1970-01-01 by the clock as written, shape (n,). [s]"""
    offset_s: Ints
    """Offset of that clock from UTC where one is written, shape (n,). [s]"""
    fixed: Bools
    """Rows with an offset, a ``Z`` or a Unix time: they need no zone."""
    readable: Bools
    has_date: bool
    has_clock: bool
    monthly: bool
    """Months without a day."""
    in_doubt: bool
    """Day and month could be either, and day first was taken."""
    midnights: bool
    """Some row says 24:00, the end of a day."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of one pattern."""

    rows: Ints | slice
    layout: Layout
    digits: Bytes
    """Shape (k, length)."""

    def number(self, span: Span) -> Ints:
        """Return the number that stands in a span of every row."""
        value = np.zeros(len(self.digits), dtype=np.int64)
        for place in range(*span):
            value *= 10
            value += self.digits[:, place] - np.uint8(48)
        return value

    def either(self, span: Span | None, default: int) -> Ints | int:
        """Return the number in a span, or a default where the layout has none."""
        return default if span is None else self.number(span)


def parse_moments(
    column: Strings, *, day_first: bool | None = None, serials: bool = False
) -> Moments:
    """Return the moments of a column of text.

    Parameters
    ----------
    column
        Texts, shape (n,).
    day_first
        Order of day and month where neither is spelt out; ``None``: told by all rows.
    serials
        Whether bare numbers may be day numbers of a sheet.
    """
    column = column.trimmed("=")
    groups = list(_groups(column, serials=serials))
    first, in_doubt = _order(groups, day_first)
    count = len(column)
    clock, offset = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    fixed, readable = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    midnights = False
    for group in groups:
        if group.layout.serial:
            clock[group.rows], readable[group.rows] = _serials(column, group.rows)
            continue
        clock[group.rows], readable[group.rows] = _clock_of(group, day_first=first)
        fixed[group.rows] = group.layout.epoch is not None or group.layout.offset_sign is not None
        offset[group.rows] = _offset_of(group)
        midnights = midnights or _says_midnight(group)
    layouts = [group.layout for group in groups]
    return Moments(
        clock_s=clock,
        offset_s=offset,
        fixed=fixed,
        readable=readable,
        has_date=any(layout.has_date for layout in layouts),
        has_clock=any(layout.has_clock for layout in layouts),
        monthly=bool(layouts) and all(layout.monthly for layout in layouts),
        in_doubt=in_doubt,
        midnights=midnights,
    )


def _groups(column: Strings, *, serials: bool) -> Iterator[_Group]:
    """Yield the rows of each pattern of digits, signs and letters."""
    data, starts = column.buffers()
    lengths = np.diff(starts)
    if not len(lengths):
        return
    budget = MAX_PATTERNS
    sizes = lengths[:1] if bool((lengths == lengths[0]).all()) else np.unique(lengths)
    for size in sizes.tolist():
        if not 1 < size <= 80:
            continue
        if len(sizes) == 1:
            matrix = data[starts[0] : starts[-1]].reshape(-1, size)
            rows: Ints | slice = slice(None)
        else:
            rows = np.flatnonzero(lengths == size)
            matrix = data[starts[rows][:, None] + np.arange(size)]
        while len(matrix) and budget > 0:
            budget -= 1
            same = _same_pattern(matrix, matrix[0])
            layout = _layout_among(matrix, same, serials=serials)
            everything = bool(same.all())
            if layout is not None:
                chosen = rows if everything else np.arange(len(column))[rows][same]
                yield _Group(chosen, layout, matrix if everything else matrix[same])
            if everything:
                break
            rows = np.arange(len(column))[rows][~same]
            matrix = matrix[~same]


def _same_pattern(matrix: Bytes, model: Bytes) -> Bools:
    """Tell which rows have digits where the model has, and the same signs elsewhere."""
    same = np.ones(len(matrix), dtype=np.bool_)
    for place, byte in enumerate(model.tolist()):
        values = matrix[:, place]
        same &= (values - np.uint8(48)) <= 9 if 48 <= byte <= 57 else values == byte
    return same


def _layout_among(matrix: Bytes, same: Bools, *, serials: bool) -> Layout | None:
    """Return the layout of rows of one pattern; the first of them may be spoiled."""
    rows = np.flatnonzero(same)
    for row in rows[np.linspace(0, len(rows) - 1, MAX_TRIES).astype(np.int64)]:
        text = matrix[row].tobytes().decode("utf-8", errors="replace")
        layout = layout_of(text) or (serial_layout(text) if serials else None)
        if layout is not None:
            return layout if text.isascii() else _in_bytes(layout, text)
    return None


def _in_bytes(layout: Layout, text: str) -> Layout:
    """Return the layout with spans of bytes instead of letters."""
    place = [len(text[:end].encode()) for end in range(len(text) + 1)]
    names = ("year", "month", "day", "hour", "minute", "second", "one", "two", "offset", "epoch")
    spans: dict[str, Any] = {
        name: (place[span[0]], place[span[1]])
        for name in names
        if (span := getattr(layout, name)) is not None
    }
    return Layout(
        **spans,
        named_month=layout.named_month,
        afternoon=layout.afternoon,
        offset_sign=layout.offset_sign,
        offset_named_h=layout.offset_named_h,
        epoch_scale=layout.epoch_scale,
    )


def _order(groups: list[_Group], day_first: bool | None) -> tuple[bool, bool]:
    """Return whether the day comes first, and whether that is in doubt."""
    unsaid = [group for group in groups if group.layout.one is not None]
    if not unsaid or day_first is not None:
        return (True if day_first is None else day_first), False
    ones = [group.number(group.layout.one) for group in unsaid if group.layout.one]
    twos = [group.number(group.layout.two) for group in unsaid if group.layout.two]
    # One spoiled row must not turn the whole file around: the side with more evidence wins.
    days_first = sum(int((values > 12).sum()) for values in ones)
    months_first = sum(int((values > 12).sum()) for values in twos)
    if days_first != months_first:
        return days_first > months_first, False
    one, two = np.concatenate(ones), np.concatenate(twos)
    clocks = any(group.layout.hour is not None for group in unsaid)
    told = _order_by_pace(one, two) if clocks else None
    return (True, True) if told is None else (told, False)


def _order_by_pace(one: Ints, two: Ints) -> bool | None:
    """Return whether the day comes first, by which number changes from day to day.

    Rows of several times a day that follow each other walk through days, not months.
    """
    steps_one, steps_two = int((np.diff(one) != 0).sum()), int((np.diff(two) != 0).sum())
    if max(steps_one, steps_two) < 2 or steps_one == steps_two or len(one) < 8:
        return None
    return steps_one > steps_two


def _clock_of(group: _Group, *, day_first: bool) -> tuple[Ints, Bools]:
    """Return the seconds by the clock as written, and which rows are real moments."""
    layout = group.layout
    if layout.epoch is not None:
        seconds = group.number(layout.epoch) // layout.epoch_scale
        return seconds, (seconds >= EARLIEST_S) & (seconds < LATEST_S)
    hour = group.either(layout.hour, 0)
    if layout.afternoon is not None:
        hour = np.asarray(hour) % 12 + (12 if layout.afternoon else 0)
    minute, second = group.either(layout.minute, 0), group.either(layout.second, 0)
    of_day = np.asarray(hour * 3600 + minute * 60 + second, dtype=np.int64)
    good = (of_day <= DAY_S) & (np.asarray(minute) < 60) & (np.asarray(second) < 61)
    if layout.year is None:
        return np.broadcast_to(of_day, (len(group.digits),)), good
    month_span, day_span = layout.month, layout.day
    if layout.one is not None:
        month_span, day_span = layout.two, layout.one
        if not day_first:
            month_span, day_span = day_span, month_span
    year = group.number(layout.year)
    if layout.year[1] - layout.year[0] == 2:
        year += 2000
    month = (
        np.full(len(year), layout.named_month, dtype=np.int64)
        if layout.named_month is not None
        else np.asarray(group.either(month_span, 1))
    )
    day = np.asarray(group.either(day_span, 1))
    days, real = _days(year, month, day)
    return days * DAY_S + of_day, good & real


def _days(year: Ints, month: Ints, day: Ints) -> tuple[Ints, Bools]:
    """Return the days since 1970-01-01, and which dates exist."""
    real = (year >= 1970) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    months = (year - 1970) * 12 + month - 1
    # Each month is looked up once, however many rows it has.
    span = np.arange(0, 131 * 12)
    firsts = span.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    months = np.where(real, months, 0)
    first, following = firsts[months], firsts[months + 1]
    return first + day - 1, real & (day <= following - first)


def _offset_of(group: _Group) -> Ints | int:
    layout = group.layout
    if layout.offset is None:
        return layout.offset_named_h * 3600
    start, end = layout.offset
    seconds = group.number((start, start + 2)) * 3600
    if end - start > 2:
        seconds += group.number((end - 2, end)) * 60
    return seconds * (layout.offset_sign or 1)


def _says_midnight(group: _Group) -> bool:
    hour = group.layout.hour
    return hour is not None and bool((group.number(hour) == 24).any())


def _serials(column: Strings, rows: Ints | slice) -> tuple[Ints, Bools]:
    numbers = column.take(np.arange(len(column))[rows]).replaced(",", ".").floats()
    if numbers is None:
        count = len(np.arange(len(column))[rows])
        return np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    # Sheets keep a minute as a fraction with an error of some microseconds.
    seconds = np.rint((numbers - SERIAL_EPOCH_DAYS) * DAY_S).astype(np.int64)
    return seconds, (seconds >= EARLIEST_S) & (seconds < LATEST_S)
