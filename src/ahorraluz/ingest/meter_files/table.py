"""A table before its meaning is known: its form, and a way to get some of its columns as text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from ahorraluz.core.readings.channels import Ints
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.delimiters import (
    DELIMITERS,
    HEAD_LINES,
    TAIL_LINES,
    Cells,
    Shape,
    cut,
    find_table,
    sniff,
)
from ahorraluz.ingest.meter_files.reshape import can_reshape, reshaped
from ahorraluz.ingest.meter_files.strings import Delimited, Strings, parse_delimited
from ahorraluz.ingest.meter_files.words import Word, words_of

HEAD_BYTES = 1_048_576
"""Where the first lines are looked for. [byte]"""
MAX_LAID_BYTES = 32 * 1024 * 1024
"""Largest text that is laid out anew. [byte]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Some columns of all rows."""

    columns: tuple[Strings, ...]
    line: Ints
    """Line or row of the file, from 1, shape (n,)."""
    spoiled: tuple[tuple[int, str], ...] = ()
    """First lines that could not be cut into the columns, with their text."""
    spoiled_rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a file."""

    name: str
    """File, for messages."""
    shape: Shape
    load: Callable[[Sequence[int]], Loaded]
    """Gives the columns of some places, in that order."""
    serials: bool = False
    """Whether bare numbers may be days, as in sheets."""


def text_table(text: bytes, *, name: str) -> Table:
    """Return the table of delimited text.

    Raises
    ------
    MeterFileError
        ``table-no-time-column``, ``table-not-found`` or ``table-too-many-columns``.
    """
    starts, lines = _first_lines(text)
    more = _more_lines(text, after=starts[-1])
    try:
        shape, serials = sniff(lines, more=more, name=name), False
    except MeterFileError:
        laid = _laid_anew(text, lines, name=name)
        if laid is not None:
            return laid
        day_numbers = _of_day_numbers(lines, more=more, name=name)
        if day_numbers is None:
            raise
        shape, serials = day_numbers, True
    offset = starts[shape.body]

    def load(places: Sequence[int]) -> Loaded:
        return _load(text, offset, shape=shape, places=places, name=name)

    return Table(name=name, shape=shape, load=load, serials=serials)


def _of_day_numbers(lines: Sequence[str], *, more: Sequence[str], name: str) -> Shape | None:
    """Return the form of a table whose moments are day numbers of a sheet, if it is that."""
    try:
        shape = sniff(lines, more=more, name=name, serials=True)
    except MeterFileError:
        return None
    return shape if any(Word.TIME in words_of(column) for column in shape.names) else None


def _laid_anew(text: bytes, lines: Sequence[str], *, name: str) -> Table | None:
    """Return the table of a text whose moments stand along the top, or in parts."""
    if len(text) > MAX_LAID_BYTES:
        return None
    for delimiter in DELIMITERS[:4]:
        if can_reshape([cut(line, delimiter) for line in lines]):
            whole = text.decode("utf-8", errors="replace").split("\n")
            laid = reshaped([cut(line, delimiter) for line in whole])
            if laid is not None and len(laid.rows) > 1:
                return rows_table(laid.rows, laid.source, name=name, delimiter=delimiter)
    return None


def rows_table(
    rows: Sequence[Cells],
    source: Sequence[int],
    *,
    name: str,
    delimiter: str = "",
    serials: bool = False,
) -> Table:
    """Return the table of some rows that are held already.

    Parameters
    ----------
    rows
        Cells of each row.
    source
        Row or line of the file that each came from, from 0.
    name
        File, for messages.
    delimiter
        What they were cut by, if they were.
    serials
        Whether bare numbers may be days of a sheet.

    Raises
    ------
    MeterFileError
        ``table-no-time-column`` or ``table-too-many-columns``.
    """
    head = rows[:HEAD_LINES]
    end = max(len(rows) - TAIL_LINES, HEAD_LINES)
    more = (*rows[len(rows) // 2 :][:TAIL_LINES], *rows[end:])
    shape = find_table(head, more=more, name=name, delimiter=delimiter, serials=serials)
    body, line = rows[shape.body :], np.array(source[shape.body :], dtype=np.int64) + 1

    def load(places: Sequence[int]) -> Loaded:
        columns = [Strings.of([_at(cells, place) for cells in body]) for place in places]
        return Loaded(columns=tuple(columns), line=line)

    return Table(name=name, shape=shape, load=load, serials=serials)


def _at(cells: Cells, place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _first_lines(text: bytes) -> tuple[list[int], list[str]]:
    """Return the first lines, and where each starts. [byte]"""
    starts: list[int] = [0]
    lines: list[str] = []
    start = 0
    while len(lines) < HEAD_LINES and start < min(len(text), HEAD_BYTES):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        lines.append(text[start:end].decode("utf-8", errors="replace"))
        start = end + 1
        starts.append(min(start, len(text)))
    return starts, lines


def _more_lines(text: bytes, *, after: int) -> list[str]:
    """Return some lines of the middle and of the end."""
    found: list[str] = []
    size = 128 * TAIL_LINES
    for start in ((len(text) + after) // 2, max(after, len(text) - size)):
        if start - after < size and start != max(after, len(text) - size):
            continue
        piece = text[start : start + size].split(b"\n")
        whole = piece if start in (0, after) else piece[1:]
        if start + size < len(text):
            whole = whole[:-1]
        found += [line.decode("utf-8", errors="replace") for line in whole[:TAIL_LINES]]
    return found


def _load(text: bytes, offset: int, *, shape: Shape, places: Sequence[int], name: str) -> Loaded:
    body = memoryview(text)[offset:]
    if shape.delimiter == " ":
        squeezed = b"\n".join(b" ".join(line.split()) for line in text[offset:].split(b"\n"))
        body = memoryview(squeezed)
    quoted = b'"' in text[offset:] if shape.delimiter != " " else False
    parsed = _parsed(body, shape=shape, places=places, quoted=quoted, name=name)
    line = _lines(text, offset)
    columns, place, spoiled = parsed.columns, parsed.place, list(parsed.spoiled)
    mended = [(at, cells) for at, row in spoiled if (cells := _mended(row, shape))]
    if mended:
        place = np.concatenate([place, np.array([at for at, _ in mended], dtype=np.int64)])
        order = np.argsort(place, kind="stable")
        place = place[order]
        added = [[cells[column] for _, cells in mended] for column in places]
        columns = tuple(
            column.followed_by(texts).take(order)
            for column, texts in zip(columns, added, strict=True)
        )
        repaired = {at for at, _ in mended}
        spoiled = [(at, row) for at, row in spoiled if at not in repaired]
    left = [(at, row) for at, row in spoiled if row.strip(" \t" + shape.delimiter)]
    blank = len(spoiled) - len(left)
    return Loaded(
        columns=columns,
        line=line[np.minimum(place, len(line) - 1)] if len(line) else place + 1,
        spoiled=tuple((int(line[min(at, len(line) - 1)]), row) for at, row in left),
        spoiled_rows=max(parsed.spoiled_rows - len(mended) - blank, 0),
    )


def _parsed(
    body: memoryview, *, shape: Shape, places: Sequence[int], quoted: bool, name: str
) -> Delimited:
    """Return the columns; a quote that never ends is a sign like any other."""
    pa = import_module("pyarrow")

    for quotes in (True, False) if quoted else (False,):
        try:
            return parse_delimited(
                body, delimiter=shape.delimiter, width=shape.width, keep=places, quoted=quotes
            )
        except pa.ArrowInvalid:
            continue
    raise MeterFileError("table-not-found", file=name)


def _mended(row: str, shape: Shape) -> list[str] | None:
    """Return the cells of a row with trailing delimiters too few or too many, else ``None``."""
    cells = cut(row, shape.delimiter)
    if any(cell.strip() for cell in cells[shape.width :]) or not any(map(str.strip, cells)):
        return None
    return (cells + [""] * shape.width)[: shape.width]


def _lines(text: bytes, offset: int) -> Ints:
    """Return the number of every line that is not empty, from an offset on; lines count from 1."""
    data = np.frombuffer(text, dtype=np.uint8)
    first = int(np.count_nonzero(data[:offset] == 10)) + 1
    ends = np.flatnonzero(data[offset:] == 10)
    if not len(data) or data[-1] != 10:
        ends = np.append(ends, len(data) - offset)
    filled = np.diff(ends, prepend=-1) > 1
    return np.flatnonzero(filled).astype(np.int64) + first
