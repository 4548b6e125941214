"""What a PDF or photo of a recibo says, as answers that its household looks through."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ahorraluz.services.read_recibo import FieldRow, recibo_from_bytes, rows_of_fields
from ahorraluz.services.supplies import distributor_choices

PARAMETERS: Mapping[str, str] = {
    "kwh": "k",
    "total": "t",
    "reading_from": "f",
    "reading_to": "h",
    "unit_price": "p",
    "energy": "e",
    "fixed": "c",
    "connection": "r",
    "lighting": "al",
    "interest": "i",
    "subtotal": "st",
    "igv": "ig",
    "rural_electrification": "lr",
    "late_interest": "im",
    "other": "ot",
    "total_before": "tm",
    "rounding_previous": "rp",
    "rounding_current": "ra",
    "tariff_option": "o",
}
"""Parameter of an answer by the name of what a recibo prints."""
HISTORY, DISTRIBUTOR = "history_kwh", "distributor"
SURE = "sure"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecibo:
    """A recibo as answers."""

    pairs: Mapping[str, str]
    """What is surely printed, by parameter."""
    rows: Sequence[tuple[str, FieldRow]]
    """Every other field with its parameter, for a person to fill in."""


def read_document(content: bytes, *, name: str) -> ReadRecibo:
    """Return a PDF or photo as answers; nothing is kept.

    Raises
    ------
    ReciboFileError
        What :func:`.read_recibo.recibo_from_bytes` refuses.
    """
    rows = rows_of_fields(recibo_from_bytes(content, name=name))
    return ReadRecibo(pairs=dict(_pairs(rows)), rows=tuple(_open(rows)))


def _pairs(rows: Sequence[FieldRow]) -> Iterator[tuple[str, str]]:
    names = {choice.name: choice.id for choice in distributor_choices()}
    for row in rows:
        if row.status != SURE or not row.values:
            continue
        value = row.values[0]
        if row.name == DISTRIBUTOR and value in names:
            yield "d", names[value]
        elif row.name == HISTORY:
            yield "hk", value.replace(",", " ")
        elif row.name in PARAMETERS:
            yield PARAMETERS[row.name], value


def _open(rows: Sequence[FieldRow]) -> Iterator[tuple[str, FieldRow]]:
    for row in rows:
        parameter = {**PARAMETERS, DISTRIBUTOR: "d"}.get(row.name)
        if parameter is not None and row.status != SURE:
            yield parameter, row
