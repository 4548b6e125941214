"""What is told of a kept home: its bill, audit, plan, forecast, use and tariff options."""

from flask import Response

from ahorraluz.api.advising import audit_of, bill_of, forecast_of, inquiry_of, plan_of, wishes_of
from ahorraluz.api.answering import answer
from ahorraluz.api.door import door
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.language import texts
from ahorraluz.api.models import inquiry_model
from ahorraluz.api.names import pairs_of
from ahorraluz.api.parameters import WISHES, Parameter, flag, whole
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.compare_tariffs import compare_tariffs
from ahorraluz.services.documents.comparison import compare_document
from ahorraluz.services.documents.understanding import understanding_document
from ahorraluz.services.households.asking import AskedHome, ask_home
from ahorraluz.services.households.keeping import Pairs, kept_home
from ahorraluz.services.receive_readings import ReadingsRefusedError
from ahorraluz.services.understand_usage import Understanding


def _endpoint(
    name: str, path: str, schema: str, scope: Scope, query: tuple[Parameter, ...] = ()
) -> Endpoint:
    return Endpoint(
        name=name,
        method="GET",
        path=f"/homes/<home>{path}",
        tag="advice",
        scope=scope,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        query=query,
        gives=Given(schema=schema, headers=("ETag",)),
    )


def _asked_home(home: str, *, changes: Pairs = ()) -> AskedHome:
    kept = kept_home(home, tools=door().tools)
    return ask_home(kept, changes=changes, tools=door().tools, as_of=door().today())


def _known(home: str) -> tuple[AskedHome, Understanding]:
    found = _asked_home(home)
    if found.understanding is None:
        raise ReadingsRefusedError("home-without-readings", home=home)
    return found, found.understanding


@endpoint(_endpoint("showBill", "/bill", "bill", Scope.HOMES_READ))
def bill(home: str) -> Response:
    """Return the newest recibo of a home, line by line."""
    found = _asked_home(home)
    return answer(bill_of(found.inquiry or inquiry_of(found.query)))


@endpoint(_endpoint("showAudit", "/audit", "audit", Scope.HOMES_READ))
def audit(home: str) -> Response:
    """Return the newest recibo of a home, recomputed."""
    return answer(audit_of(_asked_home(home).query))


@endpoint(_endpoint("showPlan", "/plan", "plan", Scope.PLAN_READ, WISHES))
def plan(home: str) -> Response:
    """Return the plan of a home, under other wishes where the address names some."""
    found = _asked_home(home, changes=tuple(wishes_of(asked().query)))
    return answer(plan_of(found.inquiry or inquiry_of(found.query)))


@endpoint(
    Endpoint(
        name="tryPlan",
        method="POST",
        path="/homes/<home>/plan",
        tag="advice",
        scope=Scope.PLAN_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        takes=inquiry_model,
        gives=Given(schema="plan"),
    )
)
def try_plan(home: str) -> Response:
    """Return what the plan would be if some answers were others; nothing is kept."""
    changes = pairs_of(getattr(asked().body, "answers", None))
    found = _asked_home(home, changes=changes)
    return answer(plan_of(found.inquiry or inquiry_of(found.query)))


@endpoint(
    _endpoint(
        "showForecast",
        "/forecast",
        "forecast",
        Scope.PLAN_READ,
        (whole("hours", 1, 168), flag("month"), whole("months", 1, 24)),
    )
)
def forecast(home: str) -> Response:
    """Return the hours, the end of this month and the months to come."""
    found = _asked_home(home)
    readings = None if found.understanding is None else found.understanding.found
    if readings is None and found.inquiry is None:
        inquiry_of(found.query)
    document = forecast_of(
        asked().query,
        inquiry=found.inquiry,
        connection=found.connection,
        found=readings,
    )
    return answer(document)


@endpoint(_endpoint("showUsage", "/usage", "usage", Scope.READINGS_READ))
def usage(home: str) -> Response:
    """Return what the readings say, with the findings and what each costs."""
    return answer(understanding_document(_known(home)[1], texts()))


@endpoint(_endpoint("compareTariffs", "/tariffs", "tariffs-compare", Scope.READINGS_READ))
def tariffs(home: str) -> Response:
    """Return the measured year under every tariff option."""
    found, known = _known(home)
    if found.connection is None:
        raise InvalidInputError("typed-missing", field="web-d")
    compared = compare_tariffs(
        known.readings, found.connection, tools=door().tools, as_of=door().today()
    )
    return answer(compare_document(compared, texts()))
