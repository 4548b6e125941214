"""Pages of residents: from the last recibo to an answer, in three steps that can be left."""

from dataclasses import replace

from flask import Blueprint, Response, abort

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.tariffs.figures import FOSE_LIMIT_KWH
from ahorraluz.services.audit_receipt import ReceiptAudit, audit_receipt
from ahorraluz.services.example_homes import example_home
from ahorraluz.services.inquiries.checking import checked
from ahorraluz.services.inquiries.fields import Step, field_of
from ahorraluz.services.inquiries.inquiry import (
    PRINTED,
    inquire,
    inquiry_of,
    issues_by_parameter,
    printed_receipt,
    stated_period,
    supply_of,
)
from ahorraluz.services.inquiries.query import Query
from ahorraluz.services.inquiries.retelling import retell
from ahorraluz.services.write_claim import write_claim
from ahorraluz.web.answer import Answer, make_answer
from ahorraluz.web.audit_view import shown_audit
from ahorraluz.web.choices import (
    appliance_groups,
    bill_options,
    department_options,
    distributor_options,
    example_cards,
    home_options,
    system_options,
)
from ahorraluz.web.page import Page, door, show, this_page
from ahorraluz.web.ready import kept_ready
from ahorraluz.web.sources import source_groups

UNPROCESSABLE = 422
FORM_ORDER = (Step.START, Step.BILL, Step.HOME)

residents = Blueprint("residents", __name__)


@residents.get("/")
@kept_ready
def start() -> Response:
    """Ask for the distributor, the kWh and the soles of the last recibo."""
    page = this_page()
    return _start_form(page, status=UNPROCESSABLE if page.query.errors else 200)


@residents.get("/respuesta")
def answer() -> Response:
    """Answer with everything that is known so far."""
    page = _checked(this_page())
    if any(step_of(name) in FORM_ORDER for name in page.query.errors):
        return _form_with_errors(page)
    try:
        inquiry = inquire(page.query, as_of=door().today())
        shown = make_answer(inquiry, page, tools=door().tools, as_of=door().today())
    except AhorraLuzError as error:
        found = issues_by_parameter(error, otherwise="d")
        return _form_with_errors(replace(page, query=page.query.with_errors(found)))
    return _show_answer(_with_own_errors(page, shown), shown)


@residents.get("/recibo")
def bill_form() -> Response:
    """Ask for what the recibo prints."""
    return _bill_form(this_page())


@residents.get("/hogar")
def home_form() -> Response:
    """Ask for the home and its appliances."""
    return _home_form(this_page())


@residents.get("/revision")
def audit() -> Response:
    """Show the recibo recomputed, line by line, with what to do."""
    page = _checked(this_page(), needs_printed=True)
    if page.query.errors:
        return _form_with_errors(page)
    try:
        audited = _audit(page.query)
    except AhorraLuzError as error:
        found = issues_by_parameter(error, otherwise="p")
        return _form_with_errors(replace(page, query=page.query.with_errors(found)))
    return show("audit.html", page, audit=shown_audit(audited, page.texts))


@residents.get("/reclamo")
def claim() -> Response:
    """Show the claim letter, ready to print."""
    page = _checked(this_page(), needs_printed=True)
    if page.query.errors:
        return _form_with_errors(page)
    try:
        audited = _audit(page.query)
        letter = write_claim(audited, tools=door().tools, as_of=door().today(), texts=page.texts)
    except AhorraLuzError as error:
        found = issues_by_parameter(error, otherwise="p")
        return _form_with_errors(replace(page, query=page.query.with_errors(found)))
    return show("claim.html", page, letter=letter, claimable=audited.claimable)


@residents.get("/acerca")
def about() -> Response:
    """Say how it is worked out, what is not known, and from which documents."""
    page = this_page()
    return show("about.html", page, groups=source_groups(door().tools, page.texts))


@residents.get("/ejemplos")
def examples() -> Response:
    """Show the example homes."""
    page = this_page()
    return show("examples.html", page, examples=example_cards(page.texts))


@residents.get("/ejemplos/<example>")
def example_answer(example: str) -> Response:
    """Answer for one example home; its forms start from what it states."""
    cards = {card.id: card for card in example_cards(this_page().texts)}
    if example not in cards:
        abort(404)
    known = example_home(example, as_of=door().today())
    page = this_page(retell(known.home, known.receipt))
    shown = make_answer(inquiry_of(known), page, tools=door().tools, as_of=door().today())
    return _show_answer(page, shown, example=cards[example].title)


def _with_own_errors(page: Page, shown: Answer) -> Page:
    """Return the page with the errors of the small forms that the answer itself shows."""
    asked = {*shown.plan.parameters, *(("u", "y") if shown.situation.cliff else ())}
    own = {name: issue for name, issue in page.query.errors.items() if name in asked}
    return replace(page, query=replace(page.query, errors=own))


def _show_answer(page: Page, shown: Answer, *, example: str | None = None) -> Response:
    return show(
        "answer.html",
        page,
        status=UNPROCESSABLE if page.query.errors else 200,
        answer=shown,
        example=example,
        has_printed=page.query.has(PRINTED),
        meter_steps=(Step.METER,),
    )


def _audit(query: Query) -> ReceiptAudit:
    # Dates that nobody typed are left out: the rules are those of today, and the audit
    # says nothing of days it does not know.
    receipt = printed_receipt(query, period=stated_period(query))
    return audit_receipt(receipt, tools=door().tools, as_of=door().today(), supply=supply_of(query))


def _checked(page: Page, *, needs_printed: bool = False) -> Page:
    return replace(page, query=checked(page.query, needs_printed=needs_printed))


def _form_with_errors(page: Page) -> Response:
    """Return the first form that holds a wrong field, everything typed still in it."""
    wrong = {step_of(name) for name in page.query.errors}
    step = next((step for step in FORM_ORDER if step in wrong), Step.START)
    forms = {Step.START: _start_form, Step.BILL: _bill_form, Step.HOME: _home_form}
    return forms[step](page, status=UNPROCESSABLE)


def step_of(parameter: str) -> Step:
    """Return the step that asks for a parameter."""
    field = field_of(parameter)
    if field is None:
        return Step.HOME
    return field.step


def _start_form(page: Page, *, status: int = 200) -> Response:
    day = door().today()
    figures = door().tools.book(distributor_options(None)[0][0]).figures
    return show(
        "start.html",
        page,
        status=status,
        limit=figures.value(FOSE_LIMIT_KWH, day),
        distributors=distributor_options(_known_department(page.query)),
        departments=department_options(),
        systems=system_options(page.query.text("d")),
        start_steps=(Step.START, Step.METER),
        examples=example_cards(page.texts),
    )


def _known_department(query: Query) -> str | None:
    department = query.text("dep")
    if department is None or "dep" in query.errors or "d" in query.raw:
        return None
    return department if department in dict(department_options()) else None


def _bill_form(page: Page, *, status: int = 200) -> Response:
    return show(
        "bill_form.html",
        page,
        status=status,
        options=bill_options(page.texts),
        systems=system_options(page.query.text("d")),
        distributors=distributor_options(None),
        bill_steps=(Step.START, Step.BILL),
    )


def _home_form(page: Page, *, status: int = 200) -> Response:
    return show(
        "home_form.html",
        page,
        status=status,
        options=home_options(page.texts),
        departments=department_options(),
        groups=appliance_groups(page.texts),
        home_steps=(Step.HOME,),
    )
