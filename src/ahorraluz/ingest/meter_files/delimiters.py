"""Where the table of a text begins, how its lines are cut, and what its columns are called."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.moments import layout_of, serial_layout
from ahorraluz.ingest.meter_files.numbers import is_nothing, number_unit
from ahorraluz.ingest.meter_files.words import Word, words_of

DELIMITERS = (";", "\t", ",", "|", " ")
"""In the order in which they win when two cut equally well."""
MAX_COLUMNS = 2_000
"""Most columns of a table; a file with more is no table of readings."""
HEAD_LINES, TAIL_LINES = 250, 60
"""Lines of the beginning, the middle and the end from which the table is told."""
MIN_WIDE = 12
"""Columns with numbers or hours as names that make a table of one row a day."""
MOST_DETAILS = 3
"""Rows of details of a meter over the header of its readings."""
LONGEST_SPAN = 120
"""Longest cell that may hold two moments. [characters]"""
_SPAN = re.compile(r"(.{8,40}?)(\s+(?:to|a|al|bis|tot|-|–|até|au)\s+|\s*/\s*|–|-)(.{4,40})")
_CLOCKS = re.compile(
    r"\d{1,2}[:h]\d{2}(?::\d{2})?(\s*(?:-|–|a|to|/)\s*)\d{1,2}[:h]\d{2}(?::\d{2})?"
)
_HOURS = re.compile(r"(\d{1,2})(\s*(?:-|–|a|to|/)\s*)(\d{1,2})h?")

Cells = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Form of a table, from its first lines."""

    names: tuple[str, ...]
    has_header: bool
    above: str
    """Everything over the header: banners, names of zones and units."""
    body: int
    """First row of readings, from 0, among all rows or lines."""
    sample: tuple[Cells, ...]
    """Some rows of readings of the beginning, the middle and the end."""
    delimiter: str = ""
    """Empty in a sheet."""
    banner: tuple[Cells, ...] = ()
    """The rows over the header, as they were cut."""
    titles: frozenset[str] = frozenset()
    """First cells of the header and of the banners over it: they may come again below."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.names)


def split_span(text: str) -> tuple[str, str, str] | None:
    """Return the first moment, the mark between and the second of ``A to B``, if it is that."""
    # Two moments and a mark; the search takes far too long in a cell of a megabyte.
    if not 13 <= len(text) <= LONGEST_SPAN:
        return None
    for match in _SPAN.finditer(text.strip()):
        first, mark, second = match.groups()
        start, end = layout_of(first.strip()), layout_of(second.strip())
        if match.end() == len(text.strip()) and start and end and start.has_date:
            return first, mark, second
    return None


def clock_range(text: str) -> str | None:
    """Return the mark between two times of day such as ``00:00 - 01:00``, if it is that."""
    match = _CLOCKS.fullmatch(text.strip())
    if match is not None:
        return match[1]
    hours = _HOURS.fullmatch(text.strip())
    # 05-06 is the sixth hour of a day; 05-12 is none.
    following = hours is not None and (int(hours[3]) - int(hours[1])) % 24 == 1
    return hours[2] if hours is not None and following and int(hours[1]) < 24 else None


def is_dated(cell: str, *, serials: bool = False) -> bool:
    """Tell whether a cell names a day, a month or a moment."""
    text = cell.strip().strip('="').strip()
    if not text or len(text) > 90:
        return False
    layout = layout_of(text) or (serial_layout(text) if serials else None)
    return (layout is not None and layout.has_date) or split_span(text) is not None


def is_body(cells: Sequence[str], *, serials: bool = False) -> bool:
    """Tell whether a row is one of readings: a moment, and a number or nothing beside it."""
    if len(cells) < 2:
        return False
    dated = [place for place, cell in enumerate(cells) if is_dated(cell, serials=serials)]
    if not dated:
        return False
    others = [cell for place, cell in enumerate(cells) if place != dated[0]]
    return any(number_unit(cell) is not None for cell in others) or all(map(is_nothing, others))


def cut(line: str, delimiter: str) -> Cells:
    """Return the cells of one line."""
    if delimiter == " ":
        return line.split()
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def sniff(
    lines: Sequence[str], *, more: Sequence[str] = (), name: str, serials: bool = False
) -> Shape:
    """Return the form of the table in some lines.

    Parameters
    ----------
    lines
        First lines of the file.
    more
        Lines of its middle and its end.
    name
        File, for messages.
    serials
        Whether bare numbers may be days of a sheet.

    Raises
    ------
    MeterFileError
        ``table-no-time-column``, ``table-too-many-columns`` or ``table-not-found``.
    """
    declared = next((line.strip()[4:5] for line in lines[:3] if line.startswith("sep=")), None)
    candidates = (declared,) if declared else DELIMITERS
    best, best_score = candidates[0], (0, 0.0)
    for delimiter in candidates:
        rows = [cut(line, delimiter) for line in lines]
        body = [cells for cells in rows if is_body(cells, serials=serials)]
        typed = sum(_typed_share(cells) for cells in body[:20]) / max(len(body[:20]), 1)
        score = (len(body), round(typed, 2))
        if score[0] > 1.2 * best_score[0] or (
            score[0] >= 0.8 * best_score[0] and score[0] and score[1] > best_score[1] + 0.05
        ):
            best, best_score = delimiter, score
    rows = [cut(line, best) for line in lines]
    if best_score[0] == 0:
        _say_what_lacks(lines, name=name)
    below = [cut(line, best) for line in more]
    return find_table(rows, more=below, delimiter=best, name=name, serials=serials)


def _say_what_lacks(lines: Sequence[str], *, name: str) -> None:
    """Say what is missing: a time, or a table at all."""
    rows = [cut(line, delimiter) for delimiter in DELIMITERS[:4] for line in lines[:1]]
    widest = max(rows, key=len, default=[])
    if len(widest) < 2:
        raise MeterFileError("table-not-found", file=name)
    names = [cell.strip()[:40] for cell in widest[:12]]
    raise MeterFileError("table-no-time-column", file=name, columns=names)


def _typed_share(cells: Cells) -> float:
    typed = sum(
        1 for cell in cells if is_nothing(cell) or number_unit(cell) is not None or is_dated(cell)
    )
    return typed / len(cells)


def find_table(
    rows: Sequence[Cells],
    *,
    more: Sequence[Cells] = (),
    delimiter: str = "",
    name: str,
    serials: bool = False,
) -> Shape:
    """Return the form of the table in some rows that are cut already.

    Raises
    ------
    MeterFileError
        ``table-no-time-column`` or ``table-too-many-columns``.
    """
    bodies = [place for place, cells in enumerate(rows) if is_body(cells, serials=serials)]
    if not bodies:
        first = next((cells for cells in rows if sum(map(bool, cells)) > 1), [])
        raise MeterFileError(
            "table-no-time-column", file=name, columns=[cell.strip()[:40] for cell in first[:12]]
        )
    width = Counter(len(rows[place]) for place in bodies).most_common(1)[0][0]
    if width > MAX_COLUMNS:
        raise MeterFileError("table-too-many-columns", file=name, limit=MAX_COLUMNS, found=width)
    body = _first_row(rows, _past_details(rows, bodies, width=width), width=width)
    header = _header_rows(rows, body, width=width)
    top = body - len(header)
    sample = [cells for cells in (*rows[body:], *more) if len(cells) == width]
    names = _names(header, width) if header else tuple(f"{place + 1}" for place in range(width))
    return Shape(
        names=names,
        has_header=bool(header),
        above="\n".join(" ".join(filter(None, cells)) for cells in rows[:top]),
        body=body,
        banner=tuple(rows[:top]),
        sample=tuple(sample),
        delimiter=delimiter,
        titles=frozenset(_first_cell(cells) for cells in rows[:body]) - {""},
    )


def _first_cell(cells: Sequence[str]) -> str:
    return next((cell.strip().strip('"').strip() for cell in cells if cell.strip()), "")


def _past_details(rows: Sequence[Cells], bodies: Sequence[int], *, width: int) -> int:
    """Return the first row of the table proper: details of the meter may look like one row.

    Exports give the contract in a small table of one row over the readings.
    """
    first = next((place for place in bodies if not any(map(str.strip, rows[place][width:]))), 0)
    first = first or bodies[0]
    above = rows[first - 1] if first else []
    for place in range(first + 1, min(first + 1 + MOST_DETAILS, len(rows))):
        later = next((body for body in bodies if body > place), None)
        if later is not None and rows[place] != above and _is_title_row(rows[place]):
            return later
    return first


def _is_title_row(cells: Sequence[str]) -> bool:
    """Tell whether a row names columns, one of them a time."""
    filled = [cell for cell in cells if cell.strip()]
    plain = all(number_unit(cell) is None and not is_dated(cell) for cell in filled)
    return len(filled) > 1 and plain and any(Word.TIME in words_of(cell) for cell in filled)


def _first_row(rows: Sequence[Cells], body: int, *, width: int) -> int:
    """Return the first row of readings: rows before it that only miss their number are some too."""
    while body > 0:
        cells = rows[body - 1]
        numbers = sum(number_unit(cell) is not None for cell in cells)
        dated = any(map(is_dated, cells))
        if len(cells) != width or not (dated or 0 < numbers < min(MIN_WIDE, width)):
            return body
        # A row of numbers without a time, right under a banner, is a spoiled row.
        if not dated and body < 2:
            return body
        body -= 1
    return body


def _header_rows(rows: Sequence[Cells], body: int, *, width: int) -> list[Cells]:
    """Return the rows right above the body that name its columns."""
    found: list[Cells] = []
    for cells in reversed(rows[:body]):
        filled = [cell for cell in cells if cell.strip()]
        numbers = sum(number_unit(cell) is not None for cell in filled)
        if len(filled) < min(2, width) or len(cells) < width / 2 or 0 < numbers < MIN_WIDE:
            break
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            break
        found.append([cell.strip().strip('"').strip() for cell in cells[:width]])
    plain = [cells for cells in found if not cells[0].startswith("#")]
    # Remarks over a header are none of it; a header may begin like one where it is alone.
    found = plain or found[:1]
    return [cells + [""] * (width - len(cells)) for cells in reversed(found)]


def _names(header: Sequence[Cells], width: int) -> tuple[str, ...]:
    """Return one name a column from all rows of the header."""
    rows = [list(cells) for cells in header]
    for place, cells in enumerate(rows[:-1]):
        # What is said once for several columns stands over the first of them.
        for column in range(1, width):
            cells[column] = cells[column] or cells[column - 1]
        said = {cell for cell in cells[1:] if cell}
        if len(said) < 2 and width > 2 and place < len(rows) - 1:
            # The name of a device, the same for all, is none of a column.
            rows[place] = [""] * width
    names = []
    for column in range(width):
        parts = dict.fromkeys(cells[column] for cells in rows if cells[column])
        names.append(" ".join(parts)[:200] or f"{column + 1}")
    return tuple(names)
