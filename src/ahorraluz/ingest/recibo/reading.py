"""A PDF or photo of a recibo to its fields, each sure, unsure or missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from ahorraluz.ingest.files import read_limited
from ahorraluz.ingest.recibo.bill import read_bill
from ahorraluz.ingest.recibo.dates import read_days
from ahorraluz.ingest.recibo.form import Form, form_of
from ahorraluz.ingest.recibo.found import Field, Status, Why
from ahorraluz.ingest.recibo.history import read_history
from ahorraluz.ingest.recibo.identity import (
    read_customer,
    read_distributor,
    read_kind,
    read_option,
)
from ahorraluz.ingest.recibo.kinds import check_kind
from ahorraluz.ingest.recibo.meter import read_meter
from ahorraluz.ingest.recibo.pdf_text import pdf_words
from ahorraluz.ingest.recibo.places import Sheet, laid_below
from ahorraluz.ingest.recibo.problems import ReciboFileError
from ahorraluz.ingest.recibo.words import Word, rows_of

MAX_BYTES = 25_000_000
"""Largest file that is opened. [byte]"""
HEAD = 1024
"""A PDF may begin after so much of something else. [byte]"""
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
FEWEST_WORDS = 25
"""A page with fewer words of text is a picture of a page."""
MAX_ROWS = 1500
"""Rows of print, all pages and looks together; a page has less than a hundred."""
NEEDED = ("distributor", "kwh", "energy", "total")
"""Fields without which a recibo is no use."""
UNASKED = ("history_kwh", "reading_type", "segment", "days", "period")
"""Fields that nobody is asked for: what is missing there changes no amount."""


class Kind(StrEnum):
    """What a file is, by its first bytes."""

    PDF = "pdf"
    PHOTO = "photo"


class Way(StrEnum):
    """How the letters were got."""

    TEXT = "text"
    """The file's own text: what stands there is certain."""
    OCR = "ocr"
    """Letters recognised in a picture: each may be another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Facts from outside that the reader holds a recibo against."""

    names: Mapping[str, str]
    """Name of the distributor by every name and alias that may be printed."""
    igv_rates: Sequence[Decimal]
    """Rates of the IGV that may hold. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReciboReading:
    """What a recibo says, as far as it is sure."""

    name: str
    """Name of the file."""
    way: Way
    pages: int
    fields: tuple[Field, ...]
    asked: tuple[str, ...]
    """Names of the fields that a person has to fill in."""
    form: Form
    """The recibo in its JSON form, with ``null`` for what is asked."""

    @property
    def complete(self) -> bool:
        """Whether nothing has to be asked."""
        return not self.asked

    def field(self, name: str) -> Field:
        """Return the first field of a name, missing where there is none."""
        missing = Field(name=name, status=Status.MISSING, why=Why.NOT_FOUND)
        return next((field for field in self.fields if field.name == name), missing)


def kind_of(content: bytes) -> Kind | None:
    """Return what a file is by its content; ``None`` for neither PDF nor photo.

    Examples
    --------
    >>> kind_of(b"%PDF-1.7 ..."), kind_of(b'{"kwh": 1}')
    (<Kind.PDF: 'pdf'>, None)
    """
    if content.startswith((PNG, JPEG)):
        return Kind.PHOTO
    head = content[:HEAD]
    # JSON may quote anything; a PDF never begins with a brace.
    return Kind.PDF if b"%PDF" in head and not head.lstrip().startswith(b"{") else None


def read_recibo(path: Path, *, known: Known) -> ReciboReading:
    """Return what the recibo in the file ``path`` says; raises like :func:`parse_recibo`."""
    return parse_recibo(read_limited(path, limit=MAX_BYTES), known=known, name=path.name)


def parse_recibo(content: bytes, *, known: Known, name: str) -> ReciboReading:
    """Return what a recibo says.

    Parameters
    ----------
    content
        A PDF, PNG or JPEG.
    known
        Names of distributors and rates of the tax.
    name
        Name of the file, for messages.

    Raises
    ------
    ReciboFileError
        ``recibo-not-a-file`` for other contents, ``recibo-is-water`` and its like for other
        papers, and what :func:`.pdf_text.pdf_words` and :mod:`.ocr` refuse.
    """
    kind = kind_of(content)
    if kind is None:
        raise ReciboFileError("recibo-not-a-file", file=name)
    pages = 1
    if kind is Kind.PDF:
        words, pages = pdf_words(content, name=name)
        if len(words) >= FEWEST_WORDS:
            return _reading(words, known=known, name=name, way=Way.TEXT, pages=pages)
    return _looked_at(content, kind, known=known, name=name, pages=pages)


def _looked_at(content: bytes, kind: Kind, *, known: Known, name: str, pages: int) -> ReciboReading:
    """Return what a picture says, looked at in one way after the other.

    Each look adds what it reads to what the others did: of several readings of a number
    the sums tell which is right, and where two could be the field is asked for.
    """
    from ahorraluz.ingest.recibo.ocr import VIEWS, image_words, page_words

    look = image_words if kind is Kind.PHOTO else page_words
    words: tuple[Word, ...] = ()
    reading: ReciboReading | None = None
    refused: ReciboFileError | None = None
    for number, view in enumerate(VIEWS):
        try:
            words += laid_below(look(content, name=name, view=view), look=number)
            reading = _reading(words, known=known, name=name, way=Way.OCR, pages=pages)
        except ReciboFileError as error:
            if number == 0 and error.issue.code != "recibo-not-recognised":
                raise
            refused = error
            continue
        if reading.complete:
            break
    if reading is None:
        assert refused is not None  # noqa: S101 - there is at least one look
        raise refused
    return reading


def _reading(
    words: Sequence[Word], *, known: Known, name: str, way: Way, pages: int
) -> ReciboReading:
    sheet = Sheet(rows_of(words))
    if len(sheet.rows) > MAX_ROWS:
        raise ReciboFileError("recibo-too-complex", file=name, page=1)
    check_kind(sheet, name=name)
    bill = read_bill(sheet, rates=known.igv_rates)
    days = read_days(sheet)
    meter = read_meter(sheet, energy=bill.energy)
    kwh, billed = meter.kwh.value, days.month.value
    fields = [
        read_distributor(sheet, names=known.names),
        *days.all,
        read_option(sheet),
        read_customer(sheet),
        read_kind(sheet),
        meter.kwh,
        meter.unit_price,
        *bill.fields,
        read_history(
            sheet,
            billed=billed if isinstance(billed, str) else None,
            kwh=kwh if isinstance(kwh, Decimal) else None,
        ),
    ]
    listed = tuple(field for field in fields if field is not None)
    asked = _asked(listed)
    return ReciboReading(
        name=name,
        way=way,
        pages=pages,
        fields=listed,
        asked=asked,
        form=form_of(listed, taxed=bill.taxed, after=bill.after, asked=asked),
    )


def _asked(fields: Sequence[Field]) -> tuple[str, ...]:
    """Return the fields to fill in: needed ones that are not sure, and every doubtful one."""
    by_name = {field.name: field for field in reversed(fields)}
    open_fields = [
        name
        for name, field in by_name.items()
        if field.status is Status.UNSURE and name not in UNASKED
    ]
    needed = [
        name for name in NEEDED if name not in by_name or by_name[name].status is not Status.SURE
    ]
    order = {field.name: at for at, field in enumerate(fields)}
    asked = dict.fromkeys([*needed, *open_fields])
    return tuple(sorted(asked, key=lambda name: order.get(name, len(order))))
