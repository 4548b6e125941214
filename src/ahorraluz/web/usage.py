"""Pages of a home's measured use: what it says, as a page, a table and a report."""

from datetime import date

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Act, Permission
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.compare_tariffs import compare_tariffs
from ahorraluz.services.connection import Connection
from ahorraluz.services.documents.comparison import option_sentence
from ahorraluz.services.find_readings import FoundReadings
from ahorraluz.services.forecast_home import PresentMonth, month_of
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.households.joining import join_meter
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.inquiries.inquiry import supply_of
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.manage_readings import csv_of_readings
from ahorraluz.services.receive_readings import HOME_NAME, readings_of
from ahorraluz.services.understand_usage import About, Understanding, understand_usage
from ahorraluz.web.account.rights import DELETE_HOME
from ahorraluz.web.choices import distributor_options
from ahorraluz.web.guard import needs, open_to_all, reach_of
from ahorraluz.web.meter import HOME_BYTES, HOME_PREFIX, own_homes
from ahorraluz.web.page import Page, door, go_to, show, this_moment, this_page
from ahorraluz.web.report import usage_report
from ahorraluz.web.signed import forget_kept, signed_in
from ahorraluz.web.usage_view import usage_view

NOT_HERE = ("home-unknown", "home-without-readings", "database-none")
"""A stranger learns no more than that there is nothing at this address."""
INTO = "hogar"
"""Home of the account that a meter joins; empty: it is one of its own."""
NAME_LENGTH = len(HOME_PREFIX) + 2 * HOME_BYTES

usage = Blueprint("usage", __name__)


@usage.get("/consumo/<home>")
@open_to_all(act=Act.READ)
def home_usage(home: str) -> Response:
    """Show what the readings of a home say."""
    page = this_page()
    known = _understood(home, page)
    return show(
        "usage.html",
        page,
        view=usage_view(known, page.texts, month=_month(known)),
        distributors=distributor_options(None),
        compare=comparing(known, page),
        homes=[own for own in own_homes(page) if own[1] != home],
    )


@usage.get("/consumo/<home>/informe")
@open_to_all(act=Act.READ)
def report(home: str) -> Response:
    """Show the report that stands alone, to keep or to print."""
    page = this_page()
    known = _understood(home, page)
    html = usage_report(known, page.texts, day=_today(), month=_month(known))
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="ahorraluz.html"'
    response.headers["Cache-Control"] = "no-store"
    return response


@usage.get("/consumo/<home>/datos.csv")
@open_to_all(act=Act.READ)
def table(home: str) -> Response:
    """Hand out the clean series as a table."""
    readings = _kept(home).cleaned.readings
    response = Response(csv_of_readings(readings), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="lecturas.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@usage.post("/consumo/<home>/guardar")
@needs(Permission.OWN_HOMES)
def adopt(home: str) -> Response:
    """Keep a home of which only the meter is known for the account that asks, or in one it has."""
    _kept(home)
    page = this_page(read_query(request.form.to_dict(flat=False)))
    who = signed_in()
    if who is None:
        abort(401)
    account, tools, now = who.account.id, door().tools, this_moment()
    into = request.form.get(INTO, "")
    try:
        if into:
            join_meter(home, into, account=account, tools=tools, as_of=now)
        else:
            keep_home(page.query.pairs(), account=account, tools=tools, as_of=now, home=home)
    except AhorraLuzError as error:
        if error.issue.code in ("home-taken", "home-not-own", "home-unknown"):
            # It is somebody's already: a stranger learns no more than at its pages.
            abort(404)
        raise
    address = page.plain_url(f"/hogares/{into}/consumo" if into else f"/hogares/{home}")
    return forget_kept(go_to(address)) if into else go_to(address)


@usage.post("/consumo/<home>/borrar")
@open_to_all(act=Act.DELETE)
def forget(home: str) -> Response:
    """Erase everything kept of a home that is nobody's; one's own asks for the password first."""
    _kept(home)
    if reach_of(home) is not None:
        return go_to(this_page().plain_url(DELETE_HOME.replace("<home>", home)))
    forget_home(home, tools=door().tools)
    note("meter-deleted", tools=door().tools, as_of=this_moment())
    return forget_kept(go_to(this_page().plain_url("/medidor")))


def _today() -> date:
    return door().today()


def _kept(home: str) -> FoundReadings:
    """Return the readings of a home kept through these pages; any other is not found here."""
    if len(home) != NAME_LENGTH or not home.startswith(HOME_PREFIX):
        abort(404)
    if not HOME_NAME.fullmatch(home):
        abort(404)
    try:
        channels, cleaned = readings_of(home, tools=door().tools)
    except AhorraLuzError as error:
        if error.issue.code in NOT_HERE:
            abort(404)
        raise
    return FoundReadings(name="", channels=channels, cleaned=cleaned)


def _understood(home: str, page: Page) -> Understanding:
    found = _kept(home)
    connection = None
    if page.query.has("d"):
        try:
            connection = Connection(supply=supply_of(page.query))
        except AhorraLuzError:
            connection = None
    return understand_usage(
        found, about=About(connection=connection), tools=door().tools, as_of=_today()
    )


def _month(known: Understanding) -> PresentMonth:
    return month_of(known, tools=door().tools, today=_today())


def comparing(known: Understanding, page: Page) -> list[str]:
    """Return what other tariff options would cost, where they can be told."""
    if known.connection is None:
        return []
    try:
        compared = compare_tariffs(
            known.readings, known.connection, tools=door().tools, as_of=_today()
        )
    except AhorraLuzError:
        return []
    told = [option_sentence(option, page.texts) for option in compared.options]
    return [*told, page.texts.text("compare.year-to-come")] if told else []
