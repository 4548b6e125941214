"""Questions of strangers: everything is in the request, and nothing is kept."""

from flask import Response

from ahorraluz.api.advising import audit_of, bill_of, forecast_of, inquiry_of, plan_of
from ahorraluz.api.answering import answer
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.models import inquiry_model
from ahorraluz.api.names import pairs_of
from ahorraluz.api.parameters import whole
from ahorraluz.services.connection import Connection
from ahorraluz.services.households.asking import query_of
from ahorraluz.services.inquiries.query import Query


def _endpoint(name: str, path: str, schema: str) -> Endpoint:
    return Endpoint(
        name=name,
        method="POST",
        path=path,
        tag="inquiries",
        takes=inquiry_model,
        gives=Given(schema=schema),
    )


def _query() -> Query:
    return query_of(pairs_of(getattr(asked().body, "answers", None)))


@endpoint(_endpoint("explainBill", "/bill", "bill"))
def bill() -> Response:
    """Return the bill of a period, line by line."""
    return answer(bill_of(inquiry_of(_query())))


@endpoint(_endpoint("auditBill", "/audit", "audit"))
def audit() -> Response:
    """Return a recibo recomputed, with what is wrong in it."""
    return answer(audit_of(_query()))


@endpoint(_endpoint("makePlan", "/plan", "plan"))
def plan() -> Response:
    """Return the plan of a home."""
    return answer(plan_of(inquiry_of(_query())))


@endpoint(
    Endpoint(
        name="forecastMonths",
        method="POST",
        path="/forecast",
        tag="inquiries",
        takes=inquiry_model,
        query=(whole("months", 1, 24),),
        gives=Given(schema="forecast"),
    )
)
def forecast() -> Response:
    """Return the recibos to come."""
    inquiry = inquiry_of(_query())
    receipts = (inquiry.receipt,) if inquiry.receipt else ()
    connection = Connection(supply=inquiry.supply, charges=inquiry.home.charges, receipts=receipts)
    document = forecast_of(asked().query, inquiry=inquiry, connection=connection, found=None)
    return answer(document)
