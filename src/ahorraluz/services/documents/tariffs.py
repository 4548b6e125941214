"""Documents of the price sheets: those on file, what one says, what an import did."""

from collections.abc import Iterable
from decimal import Decimal

from ahorraluz.services.documents.parts import Document, issue_documents, source_documents
from ahorraluz.services.import_tariffs import ImportedSheet
from ahorraluz.services.sheet_checks import PriceChange
from ahorraluz.services.tariff_sheets import SheetOnFile, ShownPrice, ShownTariff
from ahorraluz.texts import Texts

LIST_SCHEMA = "ahorraluz.tariffs-list.1"
SHOW_SCHEMA = "ahorraluz.tariffs-show.1"
IMPORT_SCHEMA = "ahorraluz.tariffs-import.1"


def list_document(sheets: Iterable[SheetOnFile]) -> Document:
    """Return the sheets on file; layout in ``docs/reference/schemas/tariffs-list.json``."""
    return {
        "schema": LIST_SCHEMA,
        "sheets": [
            {
                "distributor": sheet.distributor,
                "system": sheet.system,
                "start": sheet.start.isoformat(),
                "options": list(sheet.options),
                "origin": origin(imported=sheet.imported),
                "source": source_documents([sheet.source])[0],
            }
            for sheet in sheets
        ],
    }


def show_document(tariff: ShownTariff, texts: Texts) -> Document:
    """Return the prices of a day; layout in ``docs/reference/schemas/tariffs-show.json``."""
    return {
        "schema": SHOW_SCHEMA,
        "distributor": tariff.distributor,
        "day": tariff.day.isoformat(),
        "lists": [
            {
                "system": shown.system,
                "option": shown.option,
                "start": shown.start.isoformat(),
                "sure_until": shown.sure_until.isoformat(),
                "prices": [_price(price) for price in shown.prices],
            }
            for shown in tariff.lists
        ],
        "issues": issue_documents(tariff.issues, texts),
        "sources": source_documents(tariff.sources),
    }


def _price(price: ShownPrice) -> Document:
    row = price.row
    return {
        "segment": row.segment,
        "charge": row.charge,
        "unit": row.unit,
        "published": digits(row.value),
        "igv_included": row.igv_included,
        "before_igv": digits(price.before_igv),
        "with_igv": digits(price.with_igv),
        "origin": origin(imported=row.imported),
        "source": row.source.id,
        "grade": row.source.grade.value,
    }


def import_document(sheet: ImportedSheet, texts: Texts) -> Document:
    """Return what an import did; layout in ``docs/reference/schemas/tariffs-import.json``."""
    return {
        "schema": IMPORT_SCHEMA,
        "outcome": sheet.outcome.value,
        "kind": sheet.kind.value,
        "distributor": sheet.distributor,
        "system": sheet.system.id,
        "start": sheet.start.isoformat(),
        "prices": [_change(change) for change in sheet.changes],
        "ignored_options": list(sheet.ignored_options),
        "ignored_charges": list(sheet.ignored_charges),
        "issues": issue_documents(sheet.issues, texts),
        "source": source_documents([sheet.source])[0],
        "files": [str(path) for path in sheet.files],
    }


def _change(change: PriceChange) -> Document:
    row, ratio = change.row, change.ratio
    return {
        "option": row.option,
        "segment": row.segment,
        "charge": row.charge,
        "unit": row.unit,
        "published": digits(row.value),
        "igv_included": row.igv_included,
        "new": digits(change.new),
        "old": digits(change.old),
        "old_start": change.known_start.isoformat() if change.known_start else None,
        "change_percent": None if ratio is None else percent(ratio),
    }


def digits(value: Decimal | None) -> str | None:
    """Return a price with every digit it has."""
    return None if value is None else format(value, "f")


def percent(ratio: Decimal) -> str:
    """Return a relative change in percent, to one decimal, with its sign.

    Examples
    --------
    >>> percent(Decimal("0.0452")), percent(Decimal(0))
    ('+4.5', '0.0')
    """
    rounded = round(ratio * 100, 1)
    return f"{rounded:+.1f}" if rounded else "0.0"


def origin(*, imported: bool) -> str:
    """Return where a sheet lies: it came with the program, or the person imported it."""
    return "imported" if imported else "shipped"
