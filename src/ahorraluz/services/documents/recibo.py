"""The document of a recibo that was read from a PDF or a photo."""

from ahorraluz.ingest.recibo.found import Candidate, Field
from ahorraluz.ingest.recibo.reading import ReciboReading
from ahorraluz.services.documents.parts import Document
from ahorraluz.services.read_recibo import shown_value
from ahorraluz.texts import Texts

RECIBO_SCHEMA = "ahorraluz.recibo.1"


def recibo_document(reading: ReciboReading, texts: Texts, *, out: str | None) -> Document:
    """Return what was read; layout in ``docs/reference/schemas/recibo.json``.

    It holds what was taken for a field and nothing else of the sheet: no name, no address,
    no supply number.
    """
    return {
        "schema": RECIBO_SCHEMA,
        "file": reading.name,
        "read_as": reading.way.value,
        "pages": reading.pages,
        "complete": reading.complete,
        "asked": list(reading.asked),
        "fields": [_field(field, texts) for field in reading.fields],
        "receipt": completable(reading, texts),
        "out": out,
    }


def completable(reading: ReciboReading, texts: Texts) -> Document:
    """Return the recibo in its JSON form; ``to_fill_in`` tells what the ``null``s are."""
    to_fill_in = [
        {
            "field": name,
            "label": texts.text(f"field.{name}"),
            "why": texts.text(f"recibo.why.{reading.field(name).why.value}"),
            "candidates": [shown_value(c.value) for c in reading.field(name).candidates],
        }
        for name in reading.asked
    ]
    return reading.form | ({"to_fill_in": to_fill_in} if to_fill_in else {})


def _field(field: Field, texts: Texts) -> Document:
    return {
        "name": field.name,
        "label": texts.text(f"field.{field.name}"),
        "status": field.status.value,
        "value": None if field.value is None else shown_value(field.value),
        "why": field.why.value,
        "why_text": texts.text(f"recibo.why.{field.why.value}"),
        "read_from": [_candidate(candidate) for candidate in field.candidates],
    }


def _candidate(candidate: Candidate) -> Document:
    return {
        "page": candidate.page,
        "beside": candidate.label or None,
        "printed": candidate.text,
        "value": shown_value(candidate.value),
    }
