"""Tables of a consultant's clients: CSV, XLSX, or a ZIP of them, as rows of text within limits.

A workbook is a ZIP of XML, so that both may be bombs: what they unpack to is counted as it is
unpacked, names of members are never used as paths, and XML that declares entities is refused.
"""

import csv
import datetime as dt
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.meter_files.content import content_of_bytes
from ahorraluz.ingest.meter_files.text import read_text
from ahorraluz.ingest.sheet_reader import open_book

MAX_UNPACKED_BYTES = 32 * 1024 * 1024
"""Largest content of an archive or workbook, all members together. [byte]"""
MAX_MEMBERS = 200
MAX_SHEETS = 30
MAX_ROWS = 5_000
MAX_COLUMNS = 100
MAX_CELLS = 400_000
"""Most cells that a sheet spans, empty ones included."""
LONGEST_CELL = 300
LONGEST_NAME = 80
CHUNK_BYTES = 256 * 1024
DELIMITERS = (";", "\t", ",", "|")
"""In the order in which they win when two cut equally well."""
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = 0x1
SYMLINK, KIND_SHIFT, KIND_MASK = 0o120000, 16, 0o170000
TEXT_ENDS = (".csv", ".tsv", ".txt", ".xlsx")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})([0-9]{1,7})[\"']")
_ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class ClientFileError(AhorraLuzError):
    """A file that holds no table of clients, or is not to be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table as it was found."""

    name: str
    """File, and sheet of a workbook, for messages."""
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Rows that hold anything: line or row from 1, and the cells."""


def read_sheets(content: bytes, *, name: str) -> tuple[Sheet, ...]:
    """Return the tables of a file.

    Parameters
    ----------
    content
        CSV, XLSX, or a ZIP of such files.
    name
        Its name, for messages alone: the kind is told from the content.

    Raises
    ------
    ClientFileError
        ``client-file-empty``, ``client-file-kind``, ``client-file-broken``,
        ``client-file-locked``, ``client-archive-path``, ``client-archive-too-large``,
        ``client-archive-members``, ``client-table-too-large``.
    MeterFileError
        ``meter-file-empty``, ``table-not-text`` or ``table-line-too-long``.
    """
    shown = _shown(name)
    if content.startswith(ZIP) and not _is_workbook(content, name=shown):
        sheets = tuple(
            sheet
            for member, data in _members(content, name=shown)
            for sheet in _sheets(data, name=member)
        )
    else:
        sheets = tuple(_sheets(content, name=shown))
    if not any(sheet.rows for sheet in sheets):
        raise ClientFileError("client-file-empty", file=shown)
    if sum(len(sheet.rows) for sheet in sheets) > MAX_ROWS:
        raise ClientFileError("client-table-too-large", file=shown, limit=MAX_ROWS)
    return sheets


def _sheets(content: bytes, *, name: str) -> Iterator[Sheet]:
    if content.startswith(ZIP):
        if not _is_workbook(content, name=name):
            raise ClientFileError("client-file-kind", file=name)
        yield from _workbook(content, name=name)
    elif content.startswith((OLE, b"%PDF")):
        raise ClientFileError("client-file-kind", file=name)
    else:
        yield _delimited(content, name=name)


# --- archives --------------------------------------------------------------------------------


def _is_workbook(content: bytes, *, name: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(member.startswith("xl/") for member in archive.namelist())
    except _BROKEN:
        raise ClientFileError("client-file-broken", file=name) from None


def _members(content: bytes, *, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the tables of an archive, unpacked within the limits of all together."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            _check_members(entries, name=name)
            left = MAX_UNPACKED_BYTES
            for entry in entries:
                own = _shown(entry.filename)
                if entry.filename.startswith("__MACOSX/") or own.startswith("."):
                    continue
                if not own.casefold().endswith(TEXT_ENDS):
                    raise ClientFileError("client-file-kind", file=own)
                data = _unpacked(archive, entry, left=left, name=name)
                left -= len(data)
                yield own, data
    except _BROKEN:
        raise ClientFileError("client-file-broken", file=name) from None


def _check_members(entries: list[zipfile.ZipInfo], *, name: str) -> None:
    if len(entries) > MAX_MEMBERS:
        raise ClientFileError("client-archive-members", file=name, limit=MAX_MEMBERS)
    for entry in entries:
        path = entry.filename.replace("\\", "/")
        is_link = (entry.external_attr >> KIND_SHIFT) & KIND_MASK == SYMLINK
        if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":" or is_link:
            raise ClientFileError("client-archive-path", file=name, member=_shown(path))
        if entry.flag_bits & ENCRYPTED:
            raise ClientFileError("client-file-locked", file=name)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, left: int, name: str) -> bytes:
    """Return a member; its size as declared may be a lie, so that what comes out is counted."""
    kept = io.BytesIO()
    with archive.open(entry) as member:
        while chunk := member.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                megabytes = MAX_UNPACKED_BYTES // (1024 * 1024)
                raise ClientFileError("client-archive-too-large", file=name, limit=megabytes)
            kept.write(chunk)
    return kept.getvalue()


# --- workbooks -------------------------------------------------------------------------------


def _workbook(content: bytes, *, name: str) -> Iterator[Sheet]:
    _check_workbook(content, name=name)
    book = open_book(content, broken=lambda: _broken(name))
    names = book.names
    if len(names) > MAX_SHEETS:
        raise ClientFileError("client-archive-members", file=name, limit=MAX_SHEETS)
    for sheet in names:
        grid = book.grid(sheet, broken=lambda: _broken(name))
        cells = ([_text(cell) for cell in row] for row in grid.rows)
        rows = _filled(enumerate(cells, start=grid.first + 1), name=name)
        shown = f"{name} · {_shown(sheet)}" if len(names) > 1 else name
        yield Sheet(name=shown, rows=rows)


def _broken(name: str) -> ClientFileError:
    return ClientFileError("client-file-broken", file=name)


def _check_workbook(content: bytes, *, name: str) -> None:
    """Refuse a workbook that unpacks to too much, spans too many cells or declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            _check_members(entries, name=name)
            left = MAX_UNPACKED_BYTES
            for entry in entries:
                data = _unpacked(archive, entry, left=left, name=name)
                left -= len(data)
                # In UTF-16 every other byte is zero.
                if _ENTITY.search(data) or _ENTITY.search(data.replace(b"\x00", b"")):
                    raise ClientFileError("client-file-broken", file=name)
                _check_span(data, name=name)
    except _BROKEN:
        raise ClientFileError("client-file-broken", file=name) from None


def _check_span(sheet: bytes, *, name: str) -> None:
    """Refuse a sheet whose last cell lies so far out that all before it would fill the memory."""
    row, column = 0, 0
    for letters, digits in _PLACE.findall(sheet):
        number = 0
        for letter in letters.upper():
            number = number * 26 + letter - 64
        row, column = max(row, int(digits)), max(column, number)
    if row * max(column, 1) > MAX_CELLS:
        raise ClientFileError("client-table-too-large", file=name, limit=MAX_ROWS)


def _text(cell: object) -> str:
    """Return a cell as a person would type it."""
    match cell:
        case str():
            return cell
        case bool():
            return "1" if cell else "0"
        case float() | int():
            if isinstance(cell, float) and not math.isfinite(cell):
                return ""
            whole = cell == int(cell) and abs(cell) < 1e15
            return str(int(cell)) if whole else f"{round(cell, 6):f}".rstrip("0")
        case dt.datetime():
            return cell.date().isoformat()
        case dt.date():
            return cell.isoformat()
    return ""


# --- text ------------------------------------------------------------------------------------


def _delimited(content: bytes, *, name: str) -> Sheet:
    text = read_text(content_of_bytes(content, name=name)).decode("utf-8", errors="replace")
    head = [line for line in text.split("\n", 20)[:20] if line.strip()]
    delimiter = max(DELIMITERS, key=lambda sign: (_least(head, sign), -DELIMITERS.index(sign)))
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        return Sheet(
            name=name, rows=_filled(((reader.line_num, cells) for cells in reader), name=name)
        )
    except csv.Error:
        raise ClientFileError("client-file-broken", file=name) from None


def _least(lines: list[str], sign: str) -> int:
    """Return how many cells most lines are cut into."""
    counts = sorted(line.count(sign) for line in lines)
    return counts[len(counts) // 2] if counts else 0


def _filled(
    rows: Iterable[tuple[int, list[str]]], *, name: str
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the rows that hold anything, their cells short and without signs nobody sees."""
    kept: list[tuple[int, tuple[str, ...]]] = []
    for line, cells in rows:
        seen = [_clean(cell) for cell in cells]
        while seen and not seen[-1]:
            seen.pop()
        if not seen:
            continue
        if len(seen) > MAX_COLUMNS or len(kept) >= MAX_ROWS:
            raise ClientFileError("client-table-too-large", file=name, limit=MAX_ROWS)
        kept.append((line, tuple(seen)))
    return tuple(kept)


def _clean(cell: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in cell).strip()[:LONGEST_CELL]


def _shown(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2] or name
    return "".join(sign if sign.isprintable() else "?" for sign in last)[:LONGEST_NAME] or "?"
