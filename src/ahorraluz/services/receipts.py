"""Recibos from files and forms, and the connection each one belongs to."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ahorraluz.core.home import Supply
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.ingest.files import FileReadError
from ahorraluz.ingest.receipt import MAX_BYTES, parse_receipt, receipt_from_fields
from ahorraluz.services.read_recibo import content_of, is_document, receipt_from_document
from ahorraluz.services.supplies import SupplyFields, find_supply

NON_RESIDENTIAL = re.compile(r"no[ -]?residencial")
OPTION = re.compile(r"BT\d[A-Z]*")


def receipt_from_file(path: Path) -> Receipt:
    """Return the recibo in a file: JSON, PDF or photo, whatever its name says.

    Raises like :func:`.read_recibo.receipt_from_document` for a PDF or photo, like
    :func:`~..ingest.receipt.parse_receipt` for everything else, and ``FileReadError``.
    """
    content = content_of(path)
    if is_document(content):
        return receipt_from_document(content, name=path.name)
    if len(content) > MAX_BYTES:
        raise FileReadError("file-too-large", file=str(path), limit=MAX_BYTES)
    return parse_receipt(content, name=path.name)


def receipt_from_form(fields: Mapping[str, object]) -> Receipt:
    """Return the recibo a person typed, fields named as in the JSON layout."""
    return receipt_from_fields(fields)


def supply_of(receipt: Receipt, *, user_folder: Path | None = None) -> Supply:
    """Return the connection that a recibo prints, as far as it is told.

    Raises
    ------
    InvalidInputError
        ``distributor-unknown``.
    NoScheduleError
        ``option-not-priced``.
    """
    segment = (receipt.segment or "").casefold()
    words = OPTION.findall((receipt.option or "").upper())
    rural = "rural" in f"{receipt.option} {receipt.segment}".casefold()
    known = SupplyFields(
        distributor=_distributor(receipt.distributor),
        option=words[0] if words else None,
        customer="non-residential" if NON_RESIDENTIAL.match(segment) else "residential",
        sector="rural-interconnected" if rural else None,
    )
    for system in _spellings(receipt.system or ""):
        try:
            return find_supply(replace(known, system=system), user_folder=user_folder)
        except InvalidInputError:
            continue
    return find_supply(known)


def is_of(receipt: Receipt, supply: Supply) -> bool:
    """Tell whether a recibo is of the supply's distributor; one of a name unknown may be."""
    try:
        printed = find_supply(SupplyFields(distributor=_distributor(receipt.distributor)))
    except InvalidInputError:
        return True
    return printed.distributor == supply.distributor


def _distributor(printed: str) -> str:
    """Return the spelling of a printed distributor that is known, else all of it."""
    for spelling in _spellings(printed):
        try:
            find_supply(SupplyFields(distributor=spelling))
        except InvalidInputError:
            continue
        return spelling
    return printed


def _spellings(printed: str) -> list[str]:
    """Return a printed name whole, without its parenthesis, and what stands in it."""
    outside, _, inside = printed.partition("(")
    spellings = (printed, outside, inside.rstrip(") "))
    return [spelling.strip() for spelling in spellings if spelling.strip()]
