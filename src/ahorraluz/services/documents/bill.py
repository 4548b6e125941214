"""The document of a bill: every line with what it was computed from."""

from ahorraluz.core.tariffs.billing import Bill
from ahorraluz.core.tariffs.lines import BillLine
from ahorraluz.services.documents.parts import (
    Document,
    issue_documents,
    period_document,
    plain,
    soles,
    source_documents,
    supply_document,
    tariff_document,
)
from ahorraluz.services.explain_bill import ExplainedBill
from ahorraluz.texts import Texts

BILL_SCHEMA = "ahorraluz.bill.1"


def bill_document(explained: ExplainedBill, texts: Texts) -> Document:
    """Return an explained bill; layout in ``docs/reference/schemas/bill.json``."""
    return {
        "schema": BILL_SCHEMA,
        **bill_body(explained.bill, texts),
        "issues": issue_documents(explained.issues, texts),
        "sources": source_documents(explained.bill.terms.sources),
        "data_hash": explained.data_hash,
    }


def bill_body(bill: Bill, texts: Texts) -> Document:
    """Return one bill without its issues and sources."""
    consumption = bill.consumption
    return {
        "lines": [_line(line, texts) for line in bill.lines],
        "subtotal": soles(bill.subtotal),
        "igv": soles(bill.igv),
        "total": soles(bill.total),
        "tariff_origin": bill.origin.value,
        "margin": soles(bill.margin),
        "carry": soles(bill.carry),
        "period": period_document(consumption.period),
        "kwh": plain(consumption.energy_kwh),
        "bands_kwh": {band.value: plain(kwh) for band, kwh in consumption.bands_kwh.items()},
        "bracket": {"limit_kwh": plain(bill.bracket.limit_kwh)},
        "supply": supply_document(bill.terms.supply),
        "tariff": tariff_document(bill.terms),
    }


def _line(line: BillLine, texts: Texts) -> Document:
    return {
        "code": line.code.value,
        "label": texts.text(line.label),
        "amount": soles(line.amount),
        "taxed": line.taxed,
        "amount_with_igv": soles(line.with_tax),
        "basis": texts.text(line.basis),
        "parts": [
            {
                "quantity": plain(part.quantity),
                "unit": part.unit,
                "price": str(part.price),
                "band": part.band.value,
            }
            for part in line.parts
        ],
        "informed": soles(line.informed),
    }
