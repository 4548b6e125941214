"""An inquiry turned into documents: the bill, its audit, the plan, and what comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from ahorraluz.api.door import door
from ahorraluz.api.language import texts
from ahorraluz.api.names import digits
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.advise import advise
from ahorraluz.services.audit_receipt import audit_receipt
from ahorraluz.services.connection import Connection
from ahorraluz.services.documents.audit import audit_document
from ahorraluz.services.documents.bill import bill_document
from ahorraluz.services.documents.forecast import forecast_document
from ahorraluz.services.documents.parts import Document
from ahorraluz.services.documents.plan import plan_document
from ahorraluz.services.explain_bill import BillRequest, explain_bill
from ahorraluz.services.find_readings import FoundReadings
from ahorraluz.services.forecast_home import ForecastRequest, forecast_home
from ahorraluz.services.inquiries.checking import checked
from ahorraluz.services.inquiries.inquiry import (
    Inquiry,
    inquire,
    printed_receipt,
    stated_period,
    supply_of,
)
from ahorraluz.services.inquiries.query import Query

WISHES: Mapping[str, str] = {
    "objective": "ob",
    "budget": "bu",
    "instalment": "cu",
    "effort": "ef",
    "any_option": "ao",
}
"""Parameters of a plan by the fields of the inquiry that they change."""


def sound(query: Query, *, needs_printed: bool = False) -> Query:
    """Return a query that can be answered.

    Raises
    ------
    InvalidInputError
        The issue of every field that is missing or cannot be.
    """
    found = checked(query, needs_printed=needs_printed)
    if found.errors:
        raise InvalidInputError.of(tuple(found.errors.values()))
    return found


def inquiry_of(query: Query) -> Inquiry:
    """Return what a query asks today; raises as :func:`sound` and `inquire`."""
    return inquire(sound(query), as_of=_today())


def bill_of(inquiry: Inquiry) -> Document:
    """Return the bill of an inquiry, line by line."""
    asked = BillRequest(
        supply=inquiry.supply,
        period=inquiry.period,
        kwh=inquiry.kwh,
        charges=inquiry.home.charges,
        receipt=inquiry.receipt,
        others=inquiry.evidence.others,
        fose_discount=inquiry.evidence.discount,
    )
    return bill_document(explain_bill(asked, tools=door().tools, as_of=_today()), texts())


def audit_of(query: Query) -> Document:
    """Return the recibo of a query held against the rules."""
    found, tools = sound(query, needs_printed=True), door().tools
    receipt = printed_receipt(found, period=stated_period(found))
    supply = supply_of(found)
    audit = audit_receipt(receipt, tools=tools, as_of=_today(), supply=supply)
    return audit_document(audit, texts(), data_hash=tools.data_hash(supply.distributor))


def plan_of(inquiry: Inquiry) -> Document:
    """Return the plan of an inquiry, with what every budget reaches."""
    advice = advise(
        inquiry.home,
        tools=door().tools,
        as_of=_today(),
        receipt=inquiry.receipt,
        evidence=inquiry.evidence,
        wishes=replace(inquiry.wishes, frontier=True),
    )
    return plan_document(advice, texts())


def wishes_of(query: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    """Return the wishes of a request as changes of an inquiry."""
    for name, field in WISHES.items():
        value = query.get(name)
        if isinstance(value, bool):
            yield field, "1" if value else ""
        elif value is not None:
            yield field, digits(value) if isinstance(value, float) else str(value)


def forecast_of(
    query: Mapping[str, object],
    *,
    inquiry: Inquiry | None,
    connection: Connection | None,
    found: FoundReadings | None,
) -> Document:
    """Return what comes next of a home, from its readings and recibos as far as it has any."""
    hours, months = query.get("hours"), query.get("months")
    month = query.get("month") is True
    if hours is None and months is None and not month:
        # With nothing said: where this month ends, else the next recibo.
        month, months = found is not None, None if found is not None else 1
    request = ForecastRequest(
        hours=hours if isinstance(hours, int) else None,
        month=month,
        months=months if isinstance(months, int) else 0,
    )
    forecast = forecast_home(
        request,
        found=found,
        home=None if inquiry is None else inquiry.home,
        connection=connection,
        tools=door().tools,
        today=_today(),
    )
    return forecast_document(forecast, texts())


def _today() -> date:
    return door().today()
