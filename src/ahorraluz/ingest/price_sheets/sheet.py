"""What a price sheet says, before anybody decides what of it is meant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.ingest.price_sheets.words import Unit

MAX_BYTES = 20_000_000
MAX_PAGES = 60
MAX_LINES = 20_000
MAX_SHOWN = 80
"""Longest part of a line that a message repeats. [char]"""


class PriceSheetError(InvalidInputError):
    """A file that is no price sheet, or one that cannot be read for sure."""


def check_length(lines: int) -> None:
    """Refuse a document with more lines than any price sheet (``sheet-too-many-lines``)."""
    if lines > MAX_LINES:
        raise PriceSheetError("sheet-too-many-lines", limit=MAX_LINES)


class SheetKind(StrEnum):
    """What a file turned out to be, by its content."""

    HTML = "html"
    PDF = "pdf"
    TEXT = "text"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetNames:
    """Names to look for in a sheet; the facts on file give them."""

    distributors: Mapping[str, tuple[str, ...]]
    """Ways to call each distributor, by its id."""
    systems: Mapping[tuple[str, str], str]
    """Name of each known electric system, by distributor and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a printed table."""

    column: int
    """Place of its first column, from 0."""
    span: int = 1
    text: str
    continued: bool = False
    """The cell began in a row above and reaches down into this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One line or table row of a document, in plain words."""

    number: int
    """Line of the file, or row of the document, from 1."""
    raw: str
    texts: tuple[str, ...]
    """Plain text of what is neither a unit nor a number, from left to right."""
    unit: Unit | None = None
    values: tuple[tuple[int, str], ...] = ()
    """Printed numbers, each with its column."""
    cells: tuple[Cell, ...] = ()
    """Cells of a table row; empty for a line of text."""
    table: int = 0
    """Which table of the document the row is of; 0 for a line of text."""
    mixed: bool = False
    """Two charges stand side by side on the line."""

    @property
    def shown(self) -> str:
        """The line as a message repeats it."""
        return self.raw[:MAX_SHOWN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document as lines, with what its format tells besides."""

    kind: SheetKind
    lines: tuple[SheetLine, ...]
    selected: tuple[str, ...] = ()
    """Texts chosen in the drop-down lists of a saved page."""
    url: str = ""
    """Where a saved page came from."""
    official: bool = False
    """Whether the page is the regulator's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceColumn:
    """One column of prices."""

    number: int
    """From 1, as a person counts the columns of prices."""
    heading: str = ""
    system: str | None = None
    igv_included: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPrice:
    """One price of a sheet; ``None``: this row does not say it, the sheet may."""

    option: str
    segment: str
    charge: str
    unit: str
    """PEN/month, PEN/kWh or PEN/30kWh; céntimos have become soles."""
    value: Decimal
    column: int
    line: int
    label: str
    """The words of the sheet."""
    distributor: str | None = None
    system: str | None = None
    start: date | None = None
    igv_included: bool | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Option, segment and charge."""
        return self.option, self.segment, self.charge


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSystem:
    """An electric system that a sheet names."""

    id: str
    name: str
    distributor: str | None = None
    """``None``: not on file, the sheet alone names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSheet:
    """Everything recognised in one file."""

    kind: SheetKind
    prices: tuple[PrintedPrice, ...]
    columns: tuple[PriceColumn, ...]
    distributors: tuple[str, ...] = ()
    """Ids of the distributors the sheet speaks of; one, or it is not certain."""
    systems: tuple[FoundSystem, ...] = ()
    systems_labelled: bool = False
    """Whether a label or the headings of columns name them; else they are only mentioned."""
    starts: tuple[date, ...] = ()
    """Days the sheet says its prices hold from."""
    igv: tuple[bool, ...] = ()
    """What the sheet says of IGV as a whole: with it, without, or both."""
    published: date | None = None
    other_days: tuple[date, ...] = ()
    """Days without a word that says what they are."""
    ignored_options: tuple[str, ...] = ()
    ignored_charges: tuple[str, ...] = ()
    unplaced: int = 0
    """Prices under a heading without an option."""
    url: str = ""
    official: bool = False
    from_list: bool = field(default=False)
    """The system or the day was read from a drop-down list of a saved page."""
