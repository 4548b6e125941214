"""Reading of data tables: exact text, checked columns, and an error that names the cell.

The shipped tables lie in ``ahorraluz/data``; a person may keep more rows of the same
form in the user's data folder. Nothing here knows what a table means.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from ahorraluz.core.issues import AhorraLuzError, Parameter

E = TypeVar("E", bound=StrEnum)

NUMBER = re.compile(r"-?\d+(\.\d+)?")
LIST_SEPARATOR = ";"
MAX_SHOWN = 60
"""Longest part of a wrong value that a message repeats."""


class CatalogError(AhorraLuzError):
    """A data table that cannot be used as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table, with its place for messages."""

    table: str
    """Path of the table inside its folder, such as ``tariffs/pluz.csv``."""
    line: int
    """Line of the file, the header being line 1."""
    values: Mapping[str, str]

    def refusal(self, code: str, **parameters: Parameter) -> CatalogError:
        """Return the error ``code`` with the place of this row."""
        return CatalogError(code, table=self.table, line=self.line, **parameters)

    def optional(self, column: str) -> str | None:
        """Return the text of a cell, or ``None`` where it is empty."""
        return self.values[column].strip() or None

    def text(self, column: str) -> str:
        """Return the text of a cell that must not be empty (``data-value-missing``)."""
        text = self.optional(column)
        if text is None:
            raise self.refusal("data-value-missing", column=column)
        return text

    def texts(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell that holds a list parted by semicolons."""
        parts = (part.strip() for part in self.values[column].split(LIST_SEPARATOR))
        return tuple(part for part in parts if part)

    def optional_decimal(self, column: str) -> Decimal | None:
        """Return the exact number of a cell, or ``None`` where it is empty.

        Raises
        ------
        CatalogError
            ``data-not-a-number``: anything but digits with a point.
        """
        text = self.optional(column)
        if text is None:
            return None
        if not NUMBER.fullmatch(text):
            raise self.refusal("data-not-a-number", column=column, value=text[:MAX_SHOWN])
        return Decimal(text)

    def decimal(self, column: str) -> Decimal:
        """Return the exact number of a cell that must not be empty."""
        self.text(column)
        value = self.optional_decimal(column)
        assert value is not None  # noqa: S101 - text() refuses empty cells
        return value

    def optional_number(self, column: str) -> float | None:
        """Return a physical quantity, or ``None`` where the cell is empty."""
        value = self.optional_decimal(column)
        return None if value is None else float(value)

    def number(self, column: str) -> float:
        """Return a physical quantity that must not be empty."""
        return float(self.decimal(column))

    def optional_date(self, column: str) -> date | None:
        """Return the day of a cell as ``YYYY-MM-DD``, or ``None`` where it is empty."""
        text = self.optional(column)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.refusal("data-not-a-date", column=column, value=text[:MAX_SHOWN]) from None

    def date(self, column: str) -> date:
        """Return the day of a cell that must not be empty."""
        self.text(column)
        value = self.optional_date(column)
        assert value is not None  # noqa: S101 - text() refuses empty cells
        return value

    def choice(self, column: str, choices: type[E]) -> E:
        """Return one of the members of ``choices`` (``data-value-unknown``)."""
        value = self.one_of(column, [choice.value for choice in choices])
        return choices(value)

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        """Return a text that must be one of ``allowed`` (``data-value-unknown``)."""
        text = self.text(column)
        known = list(allowed)
        if text not in known:
            raise self.refusal(
                "data-value-unknown", column=column, value=text[:MAX_SHOWN], allowed=known
            )
        return text


def shipped_folder() -> Traversable:
    """Return the folder of the data files that come with the program."""
    return files("ahorraluz") / "data"


def shipped_tables() -> tuple[str, ...]:
    """Return the path of every shipped table inside its folder, in order."""
    return tuple(sorted(_csv_names(shipped_folder(), prefix="")))


def _csv_names(folder: Traversable, *, prefix: str) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _csv_names(entry, prefix=f"{prefix}{entry.name}/")
        elif entry.name.endswith(".csv"):
            yield prefix + entry.name


def read_table(name: str, *, columns: Sequence[str], folder: Path | None = None) -> tuple[Row, ...]:
    """Return the rows of a table whose header is exactly ``columns``, in any order.

    Parameters
    ----------
    name
        Path of the table inside its folder, such as ``national.csv``.
    columns
        Every column the table must have.
    folder
        Folder of the table; ``None``: the shipped data.

    Raises
    ------
    CatalogError
        ``data-file-missing``, ``data-file-not-text``, ``data-column-missing``,
        ``data-column-unknown`` or ``data-row-length``.
    """
    content = read_content(name, folder=folder)
    if content is None:
        raise CatalogError("data-file-missing", table=name)
    return parse_table(content, name=name, columns=columns)


def read_any_table(name: str) -> tuple[Row, ...]:
    """Return the rows of a shipped table, whatever its columns."""
    content = read_content(name)
    if content is None:
        raise CatalogError("data-file-missing", table=name)
    header = next(csv.reader(content.decode("utf-8").splitlines()), [])
    return parse_table(content, name=name, columns=header)


def read_optional_table(
    name: str, *, columns: Sequence[str], folder: Path | None = None
) -> tuple[Row, ...]:
    """Return the rows of a table, none where the file does not exist."""
    content = read_content(name, folder=folder)
    return () if content is None else parse_table(content, name=name, columns=columns)


def parse_table(content: bytes, *, name: str, columns: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of a table given as bytes; see :func:`read_table`."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CatalogError("data-file-not-text", table=name) from None
    reader = csv.reader(lines)
    header = [column.strip() for column in next(reader, [])]
    _check_header(header, name=name, columns=columns)
    rows = []
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(header):
            raise CatalogError(
                "data-row-length",
                table=name,
                line=reader.line_num,
                cells=len(cells),
                columns=len(header),
            )
        values = dict(zip(header, cells, strict=True))
        rows.append(Row(table=name, line=reader.line_num, values=values))
    return tuple(rows)


def _check_header(header: Sequence[str], *, name: str, columns: Sequence[str]) -> None:
    unknown = [column for column in header if column not in columns]
    if unknown:
        raise CatalogError(
            "data-column-unknown", table=name, column=unknown[0][:MAX_SHOWN], allowed=list(columns)
        )
    missing = [column for column in columns if column not in header]
    if missing:
        raise CatalogError("data-column-missing", table=name, column=missing[0])
    if len(set(header)) != len(header):
        raise CatalogError("data-column-twice", table=name)


def read_content(name: str, *, folder: Path | None = None) -> bytes | None:
    """Return the bytes of a table, or ``None`` where it does not exist."""
    if folder is None:
        return _shipped_content(name)
    path = folder / name
    return path.read_bytes() if path.is_file() else None


@cache
def _shipped_content(name: str) -> bytes | None:
    path = shipped_folder().joinpath(*name.split("/"))
    return path.read_bytes() if path.is_file() else None


def refuse_duplicates(
    rows: Iterable[Row], *, key: Callable[[Row], tuple[str, ...]]
) -> dict[tuple[str, ...], Row]:
    """Return ``rows`` by ``key``; two rows with the same key are ``data-duplicate``."""
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        figure = key(row)
        if figure in found:
            raise row.refusal(
                "data-duplicate", figure=" ".join(figure), first_line=found[figure].line
            )
        found[figure] = row
    return found


def data_hash(names: Iterable[str], *, user_folder: Path | None = None) -> str:
    """Return a fingerprint of the named tables, shipped and the user's, for results to name.

    Two results with the same fingerprint rest on the same rows; 16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in sorted(set(names)):
        for folder in (None, user_folder) if user_folder else (None,):
            content = read_content(name, folder=folder)
            if content is not None:
                digest.update(f"{name}\0{len(content)}\0".encode())
                digest.update(content)
    return digest.hexdigest()[:16]
