"""The documents of an audited recibo and of two recibos compared."""

from ahorraluz.core.tariffs.checks import Checked
from ahorraluz.core.tariffs.comparison import Change
from ahorraluz.core.tariffs.findings import Finding
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.services.audit_receipt import ReceiptAudit
from ahorraluz.services.documents.parts import (
    Document,
    issue_documents,
    period_document,
    plain,
    soles,
    supply_document,
)
from ahorraluz.services.wording import finding_mend, finding_text, line_name, why
from ahorraluz.texts import Texts

AUDIT_SCHEMA = "ahorraluz.audit.1"
CHANGE_SCHEMA = "ahorraluz.change.1"


def audit_document(audit: ReceiptAudit, texts: Texts, *, data_hash: str) -> Document:
    """Return an audit; layout in ``docs/reference/schemas/audit.json``."""
    recomputed = audit.recomputed
    return {
        "schema": AUDIT_SCHEMA,
        "receipt": receipt_document(audit.receipt),
        "supply": supply_document(audit.supply),
        "lines": [_checked(checked, texts) for checked in recomputed.lines],
        "subtotal": _checked(recomputed.subtotal, texts),
        "total_before": _checked(recomputed.total_before, texts),
        "total": _checked(recomputed.total, texts),
        "findings": [_finding(finding, texts) for finding in audit.findings],
        "overcharge": soles(audit.overcharge),
        "claimable": audit.claimable,
        "issues": issue_documents(audit.issues, texts),
        "data_hash": data_hash,
    }


def change_document(change: Change, texts: Texts) -> Document:
    """Return why a recibo changed; layout in ``docs/reference/schemas/change.json``."""
    daily = change.kwh_a_day
    return {
        "schema": CHANGE_SCHEMA,
        "before": receipt_document(change.before),
        "after": receipt_document(change.after),
        "difference": soles(change.difference),
        "parts": [
            {
                "cause": cause.value,
                "label": texts.text(f"cause.{cause.value}"),
                "amount": soles(amount),
            }
            for cause, amount in change.parts.items()
        ],
        "kwh_a_day": None
        if daily is None
        else {"before": f"{daily[0]:.2f}", "after": f"{daily[1]:.2f}"},
    }


def receipt_document(receipt: Receipt) -> Document:
    """Return what identifies a recibo: no name and no supply number."""
    return {
        "id": receipt.id,
        "distributor": receipt.distributor,
        "month": receipt.label,
        "period": period_document(receipt.period) if receipt.period else None,
        "kwh": plain(receipt.kwh),
        "unit_price": plain(receipt.unit_price),
        "total": soles(receipt.total),
    }


def _checked(checked: Checked, texts: Texts) -> Document:
    known = checked.printed is not None and checked.computed is not None
    return {
        "code": checked.code,
        "label": line_name(checked.code, texts),
        "printed": soles(checked.printed),
        "computed": soles(checked.computed),
        "difference": soles(checked.difference) if known else None,
        "verdict": checked.verdict.value,
        "why": why(checked, texts),
    }


def _finding(finding: Finding, texts: Texts) -> Document:
    return {
        "code": finding.code,
        "text": finding_text(finding, texts),
        "what_to_do": finding_mend(finding, texts),
        "amount": soles(finding.amount),
        "claimable": finding.claimable,
        "lines": list(finding.lines),
    }
