"""Sheets of XLSX, XLS and ODS files to channels: the sheet and its table are found by content."""

import datetime as dt
import io
import math
import re
import zipfile
import zlib
from typing import IO

from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.meter_files.content import Content, MeterFileError
from ahorraluz.ingest.meter_files.delimiters import MAX_COLUMNS
from ahorraluz.ingest.meter_files.meaning import read_rows
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.parts import Part, joined
from ahorraluz.ingest.meter_files.reshape import reshaped
from ahorraluz.ingest.meter_files.table import Table, rows_table
from ahorraluz.ingest.meter_files.words import fold
from ahorraluz.ingest.sheet_reader import Book, open_book

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_CELLS = 8_000_000
"""Most cells of one sheet, empty ones included."""
MAX_SHEETS = 60
MAX_PACKED_BYTES = 64 * 1024 * 1024
"""Largest workbook taken: it unpacks to many times its size. [byte]"""
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
"""Largest content of a workbook. [byte]"""
ODS_ROWS = 1_048_576
_CELL = re.compile(rb' r="([A-Z]{1,3})([0-9]{1,7})"')
_REPEATED = re.compile(rb'number-rows-repeated="([0-9]{1,9})"')
_MEMBERS = (
    b"xl/workbook",
    b"xl/_rels",
    b"xl/worksheets",
    b"application/vnd.oasis.opendocument.spr",
)


def is_workbook(content: Content) -> bool:
    """Tell whether a content is an XLSX, XLS or ODS file."""
    if content.head.startswith(OLE_MARK):
        return True
    if not content.head.startswith(b"PK\x03\x04"):
        return False
    if any(member in content.head for member in _MEMBERS):
        return True
    return any(member in _tail(content) for member in _MEMBERS)


def _tail(content: Content) -> bytes:
    """Return the end of a content, where an archive lists its members."""
    with content.opened() as file:
        file.seek(max(0, content.size - 65_536))
        return file.read(65_536)


def parse_workbook(content: Content, options: ReadOptions) -> MeterFile:
    """Return what the sheet with readings of a workbook says.

    Parameters
    ----------
    content
        XLSX, XLS or ODS.
    options
        What a person says about it; ``sheet`` names the sheet.

    Raises
    ------
    MeterFileError
        ``workbook-unreadable``, ``workbook-too-large``, ``workbook-sheet-unknown``,
        ``workbook-no-readings``, or what ``tabular.parse_table`` raises for its only table.
    """
    book = _open(content)
    names = list(book.names)[:MAX_SHEETS]
    if options.sheet is not None:
        wanted = fold(options.sheet)
        if not any(fold(name) == wanted for name in names):
            raise MeterFileError(
                "workbook-sheet-unknown", file=content.name, sheet=options.sheet[:60],
                sheets=[name[:40] for name in names[:12]],
            )  # fmt: skip
        names = [name for name in names if fold(name) == wanted]
    refused: list[MeterFileError] = []
    read: list[Part] = []
    for name in names:
        try:
            found = read_rows(_table(book, name, content=content), options, form="workbook")
        except MeterFileError as error:
            refused.append(error)
            continue
        read.append(Part(name, found))
    if read:
        # Sheets of one month each are one file; of others the fullest counts.
        together = joined(read)
        best = max(read, key=lambda part: part.file.rows - part.file.broken_rows)
        return best.file if together is None else together
    # What is wrong with a table of readings helps more than that another sheet holds none.
    told = [error for error in refused if error.issue.code != "table-no-time-column"]
    if told or len(refused) == 1:
        raise (told or refused)[0]
    raise MeterFileError(
        "workbook-no-readings", file=content.name, sheets=[name[:40] for name in names[:12]]
    )


def _open(content: Content) -> Book:
    """Return the open workbook, after a look at how large it would get."""
    data = content.read(limit=MAX_PACKED_BYTES)
    if not data.startswith(OLE_MARK):
        _check_size(data, name=content.name)
    return open_book(data, broken=lambda: _unreadable(content.name))


def _unreadable(name: str) -> MeterFileError:
    return MeterFileError("workbook-unreadable", file=name)


def _check_size(data: bytes, *, name: str) -> None:
    """Refuse an archive whose content, or whose sheets with their empty parts, are too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
                raise MeterFileError("workbook-too-large", file=name)
            for member in members:
                if member.filename.startswith("xl/worksheets/") or member.filename == "content.xml":
                    with archive.open(member) as sheet:
                        if _cells_of(sheet) > MAX_CELLS:
                            raise MeterFileError("workbook-too-large", file=name)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        raise MeterFileError("workbook-unreadable", file=name) from None


def _cells_of(sheet: IO[bytes]) -> int:
    """Return how many cells a sheet spans: one in the last corner makes all before it.

    The size an archive declares may be a lie: what is unpacked is counted.
    """
    last_row, last_column, repeated, read, rest = 0, 0, 0, 0, b""
    while chunk := sheet.read(1 << 20):
        read += len(chunk)
        if read > MAX_UNPACKED_BYTES:
            return MAX_CELLS + 1
        piece = rest + chunk
        for letters, row in _CELL.findall(piece):
            last_row = max(last_row, int(row))
            last_column = max(last_column, _column(letters))
        for count in _REPEATED.findall(piece):
            # Sheets end in one repeat of empty rows down to their last one.
            repeated = max(repeated, int(count) if int(count) < ODS_ROWS - 200_000 else 0)
        rest = piece[-64:]
    return max(last_row * last_column, repeated)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _table(book: Book, name: str, *, content: Content) -> Table:
    """Return the table of one sheet."""
    grid = book.grid(name, broken=lambda: _unreadable(content.name))
    rows = [[_text(cell) for cell in row] for row in grid.rows]
    width = max((len(cells) for cells in rows), default=0)
    if width > MAX_COLUMNS:
        raise MeterFileError(
            "table-too-many-columns", file=content.name, limit=MAX_COLUMNS, found=width
        )
    source = range(grid.first, grid.first + len(rows))
    try:
        return rows_table(rows, source, name=content.name)
    except MeterFileError:
        laid = reshaped(rows)
        if laid is not None and len(laid.rows) > 1:
            lines = [source[row] for row in laid.source]
            return rows_table(laid.rows, lines, name=content.name)
        return rows_table(rows, source, name=content.name, serials=True)


def _text(cell: object) -> str:
    """Return a cell as a text file would hold it."""
    match cell:
        case str():
            return cell
        case bool():
            return "1" if cell else "0"
        case float() | int():
            if isinstance(cell, float) and not math.isfinite(cell):
                return ""
            return str(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else repr(cell)
        case dt.datetime():
            # Sheets keep a moment as a fraction of a day, a few microseconds off.
            near = cell + dt.timedelta(microseconds=500_000) if cell.microsecond else cell
            return near.replace(microsecond=0).isoformat(sep=" ")
        case dt.date():
            return cell.isoformat()
        case dt.time():
            return cell.replace(microsecond=0).isoformat()
        case dt.timedelta():
            seconds = round(cell.total_seconds())
            return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return ""
