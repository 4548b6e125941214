"""A recibo as PDF or photo: what it surely says, and what its household has to fill in."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.catalog.national import load_national
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.tariffs.figures import IGV
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.ingest.files import read_limited
from ahorraluz.ingest.receipt import receipt_from_fields
from ahorraluz.ingest.recibo.found import Field, Value
from ahorraluz.ingest.recibo.reading import (
    MAX_BYTES,
    Known,
    ReciboReading,
    kind_of,
    parse_recibo,
    read_recibo,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field as it is shown."""

    name: str
    status: str
    """``sure``, ``unsure`` or ``missing``."""
    values: tuple[str, ...]
    """The value, or every value it may be."""
    why: str
    """Key of the reason, behind ``recibo.why``."""


def rows_of_fields(reading: ReciboReading) -> tuple[FieldRow, ...]:
    """Return the fields of a recibo as they are shown, in the order of the recibo."""
    return tuple(
        FieldRow(
            name=field.name,
            status=field.status.value,
            values=tuple(shown_value(candidate.value) for candidate in field.candidates),
            why=field.why.value,
        )
        for field in reading.fields
    )


def is_document(content: bytes) -> bool:
    """Tell whether a file is a PDF or a photo, by its content."""
    return kind_of(content) is not None


def content_of(path: Path) -> bytes:
    """Return the content of a recibo of any kind; raises like :func:`.files.read_limited`."""
    return read_limited(path, limit=MAX_BYTES)


def recibo_from_file(path: Path) -> ReciboReading:
    """Return what a PDF or photo says; raises like :func:`.reading.parse_recibo`."""
    return read_recibo(path, known=_known())


def recibo_from_bytes(content: bytes, *, name: str) -> ReciboReading:
    """Return what the bytes of a PDF or photo say; raises like :func:`.reading.parse_recibo`."""
    return parse_recibo(content, known=_known(), name=name)


def receipt_from_document(content: bytes, *, name: str) -> Receipt:
    """Return the recibo in a PDF or photo, if nothing of it has to be asked.

    Raises
    ------
    InvalidInputError
        ``recibo-field-missing`` or ``recibo-field-unsure`` for every field to fill in, then
        ``recibo-incomplete``, which says how.
    ReciboFileError
        What :func:`.reading.parse_recibo` refuses.
    """
    reading = parse_recibo(content, known=_known(), name=name)
    if reading.complete:
        return receipt_from_fields(reading.form)
    asked = [_asked(reading.field(field)) for field in reading.asked]
    way_out = Issue(
        code="recibo-incomplete",
        severity=Severity.ERROR,
        parameters={"file": name, "count": len(asked)},
    )
    raise InvalidInputError.of([*asked, way_out])


def shown_value(value: Value) -> str:
    """Return a value as the form writes it."""
    if isinstance(value, tuple):
        return ", ".join(f"{kwh:f}" for kwh in value)
    return str(value)


def _asked(field: Field) -> Issue:
    """Return the issue of a field that a person has to fill in."""
    if not field.candidates:
        return Issue(
            code="recibo-field-missing",
            severity=Severity.ERROR,
            parameters={"field": field.name},
        )
    values = [shown_value(candidate.value) for candidate in field.candidates]
    return Issue(
        code="recibo-field-unsure",
        severity=Severity.ERROR,
        parameters={"field": field.name, "values": values},
    )


@cache
def _known() -> Known:
    """Return names of distributors and rates of the tax, as they are on file."""
    names = {
        spelling: distributor.name
        for distributor in load_distributors().values()
        for spelling in (distributor.name, *_parts(distributor.name), *distributor.aliases)
    }
    rates = load_national().histories[IGV].entries
    return Known(
        names=names,
        igv_rates=tuple({entry.value for entry in rates if entry.value is not None}),
    )


def _parts(name: str) -> tuple[str, ...]:
    """Return a name without its parenthesis, which some recibos leave out."""
    outside, _, inside = name.partition(" (")
    return (outside, inside.rstrip(")")) if inside else ()
