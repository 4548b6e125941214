"""``ahorraluz bill``: what a period costs, line by line."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import (
    as_of_option,
    charge_options,
    energy_of,
    energy_options,
    known_of,
    period_of,
    period_options,
    printed_of,
    printed_options,
    supply_options,
)
from ahorraluz.cli.tables import issue_lines, kwh_text, period_text, table
from ahorraluz.cli.words import Given, TextCommand
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.tariffs.billing import Bill
    from ahorraluz.core.tariffs.lines import BillLine
    from ahorraluz.services.explain_bill import BillRequest, ExplainedBill


NOT_KNOWN = "?"
"""Stands for an amount that only the recibo tells."""


def request_of(given: Given, *, session: Session, kwh: Decimal | None = None) -> "BillRequest":
    """Return the period to price; without dates, the month to come and ``kwh`` if not typed."""
    from ahorraluz.services.explain_bill import BillRequest

    as_of = session.day(given.day("as_of"))
    known = known_of(given, as_of=as_of, user_folder=session.tools.user_folder)
    period = period_of(given, default=None if kwh is None else as_of)
    energy = energy_of(given, default=kwh)
    printed = printed_of(given, supply=known.supply, period=period, energy=energy)
    receipts = [*filter(None, [printed]), *known.receipts]
    return BillRequest(
        supply=known.supply,
        period=period,
        kwh=energy.kwh,
        bands_kwh=energy.bands_kwh,
        charges=known.charges,
        receipt=receipts[0] if receipts else None,
        others=tuple(receipts[1:]),
        fose_discount=known.fose_discount,
    )


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.bill import bill_document
    from ahorraluz.services.explain_bill import explain_bill

    request = request_of(given, session=session)
    explained = explain_bill(request, tools=session.tools, as_of=session.day(given.day("as_of")))
    texts = session.texts
    session.show(bill_document(explained, texts), _lines(explained, texts))


def _lines(explained: "ExplainedBill", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.supplies import supply_name

    bill = explained.bill
    yield f"{supply_name(bill.terms.supply)} · {period_text(bill.consumption.period, texts)}"
    yield ""
    yield from bill_table(bill, texts)
    yield ""
    yield texts.text("cli.prices-from", origin=texts.text(f"origin.{bill.origin.value}"))
    if bill.margin:
        yield texts.text("cli.margin", margin=texts.soles(bill.margin))
    yield from _cliff(explained, texts)
    yield from issue_lines(explained.issues, texts)


def bill_table(bill: "Bill", texts: Texts) -> Iterator[str]:
    """Yield the lines of a bill, its IGV and its total."""
    rows = []
    for line in bill.lines:
        amount = NOT_KNOWN if line.basis == "basis.not-known" else texts.soles(line.amount)
        shown = "" if line.informed is not None else amount
        rows.append((texts.text(line.label), _how(line, texts), shown))
    rows.append((texts.text("line.total"), "", texts.soles(bill.total)))
    yield from table(rows, right=[2])


def _how(line: "BillLine", texts: Texts) -> str:
    products = [
        f"{kwh_text(part.quantity, texts)} × {texts.number(part.price)}" for part in line.parts
    ]
    if line.informed is not None:
        return texts.text("cli.informed", amount=texts.soles(line.informed))
    return " + ".join(products)


def _cliff(explained: "ExplainedBill", texts: Texts) -> Iterator[str]:
    """Yield how far the nearest cliff is, ahead or behind."""
    if explained.curve is None:
        return
    kwh = explained.bill.consumption.energy_kwh
    ahead, behind = explained.curve.next_cliff(kwh), explained.curve.last_cliff(kwh)
    if ahead is not None:
        yield texts.text(
            "cli.cliff-ahead",
            left=kwh_text(ahead.at_kwh - kwh, texts),
            limit=kwh_text(ahead.at_kwh, texts),
            jump=texts.soles(ahead.next_kwh_total),
        )
    elif behind is not None:
        saving = explained.curve.cost(kwh) - explained.curve.cost(behind.at_kwh)
        yield texts.text(
            "cli.cliff-behind",
            over=kwh_text(kwh - behind.at_kwh, texts),
            limit=kwh_text(behind.at_kwh, texts),
            saving=texts.soles(saving),
        )


bill = TextCommand(
    "bill",
    params=[
        *supply_options(),
        *period_options(),
        *energy_options(),
        *charge_options(),
        *printed_options(),
        as_of_option(),
    ],
    run=_run,
)
