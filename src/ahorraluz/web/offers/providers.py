"""Pages of a provider: its entries, the demand of many homes, and homes that ask to be met."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Permission
from ahorraluz.services.accounts.consents import TECHNOLOGIES
from ahorraluz.services.inquiries.typed import TypedValueError, parse_day, parse_number
from ahorraluz.services.offers.demand import demand
from ahorraluz.services.offers.entries import own_entries, propose_own
from ahorraluz.services.offers.leads import PAGE_OF, Lead, Met, leads, meet
from ahorraluz.services.offers.places import district_name
from ahorraluz.services.outlets import DemandCell
from ahorraluz.services.renewables.entries import entry_name
from ahorraluz.services.renewables.proposals import KINDS, SIZE_UNITS, Proposed
from ahorraluz.services.supplies import department_choices
from ahorraluz.web.account.landing import typed, who_asks
from ahorraluz.web.guard import needs
from ahorraluz.web.offers.asking import OFFERS, told
from ahorraluz.web.page import Page, door, go_to, this_moment
from ahorraluz.web.portfolio.asking import bare_page
from ahorraluz.web.portfolio.days import local_day

TEXTS = ("name", "kind", "web", "size_unit", "remark", "source")
LISTS = ("technologies", "departments")
LONGEST = 250
MOST_CHOSEN = 40

providers = Blueprint("providers", __name__)


@providers.get(OFFERS)
@needs(Permission.OFFER_SOLUTIONS)
def entries() -> Response:
    """Show a provider's own entries, with where each stands."""
    page = bare_page()
    own = own_entries(who_asks().account.id, tools=door().tools)
    return told("entries.html", page, entries=[_shown(one, page) for one in own])


@providers.get(f"{OFFERS}/nueva")
@needs(Permission.OFFER_SOLUTIONS)
def new_entry() -> Response:
    """Ask for an entry."""
    return _form()


@providers.post(f"{OFFERS}/nueva")
@needs(Permission.OFFER_SOLUTIONS)
def proposed() -> Response:
    """Keep an entry as a proposal."""
    try:
        propose_own(_said(), account=who_asks().account, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _form(error)
    return go_to(bare_page().plain_url(OFFERS))


@providers.get(f"{OFFERS}/demanda")
@needs(Permission.OFFER_SOLUTIONS)
def wanted() -> Response:
    """Show how many homes each technology would serve, in groups of ten or more."""
    page, found = bare_page(), demand(tools=door().tools)
    groups = groupby(found.cells if found else (), key=lambda cell: cell.technology)
    return told(
        "demand.html",
        page,
        day=page.texts.date(found.day) if found else "",
        groups=[
            (page.texts.text(f"technology.{name}"), [_row(cell, page) for cell in cells])
            for name, cells in groups
        ],
    )


@providers.get(f"{OFFERS}/interesados")
@needs(Permission.SEE_LEADS)
def interested() -> Response:
    """Show homes that agreed to be met; each owner sees that theirs was shown."""
    return _leads()


@providers.post(f"{OFFERS}/interesados/<int:lead>")
@needs(Permission.SEE_LEADS)
def met(lead: int) -> Response:
    """Show how to reach the owner of one home, if that still is agreed to."""
    try:
        found = meet(who_asks(), lead, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _leads(error)
    return _met(found)


def _met(found: Met) -> Response:
    page = bare_page()
    return told("met.html", page, lead=_lead(found.lead, page), contact=found.contact)


def _leads(error: AhorraLuzError | None = None) -> Response:
    page = bare_page()
    number = request.args.get("pagina", "1")
    asked = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    found = leads(who_asks(), page=max(asked, 1), tools=door().tools, as_of=this_moment())
    return told(
        "leads.html",
        page,
        issues=error.issues if error else (),
        leads=[_lead(lead, page) for lead in found.shown],
        count=found.count,
        technologies=[page.texts.text(f"technology.{name}") for name in found.technologies],
        number=max(asked, 1),
        more=found.count > max(asked, 1) * PAGE_OF,
    )


def _lead(lead: Lead, page: Page) -> Mapping[str, object]:
    texts = page.texts
    return {
        "id": lead.id,
        "technology": texts.text(f"technology.{lead.technology}"),
        "place": lead.place,
        "kwh": _between(lead.kwh_month, page, texts.number),
        "saving": _between(lead.saving_pen_year, page, lambda n: texts.soles(Decimal(n), places=0)),
        "until": local_day(page, lead.until) if lead.until else "",
    }


def _between(ends: tuple[int, int] | None, page: Page, shown: Callable[[int], str]) -> str:
    if ends is None:
        return ""
    return page.t("offers.between", low=shown(ends[0]), high=shown(ends[1]))


def _row(cell: DemandCell, page: Page) -> tuple[str, str]:
    place = department_choices().get(cell.department, cell.department)
    name = district_name(cell.district)
    homes = page.t("offers.homes-from", count=cell.homes)
    return (f"{place}, {name}" if name else page.t("offers.whole", place=place), homes)


def _shown(one: Proposed, page: Page) -> Mapping[str, object]:
    state = one.proposal.state.value
    return {
        "id": one.entry.id,
        "name": entry_name(one.entry, page.texts),
        "state": page.t(f"offers.state-{state}"),
        "published": state == "published",
        "note": one.proposal.note or "",
        "day": local_day(page, one.proposal.proposed_at),
        "technologies": [page.texts.text(f"technology.{t}") for t in one.entry.technologies],
    }


def _said() -> dict[str, Any]:
    """Return what was typed, as a file would say it; what is no number or day stays text."""
    said: dict[str, Any] = {
        name: text for name in TEXTS if (text := typed(name, most=LONGEST).strip())
    }
    for name in LISTS:
        chosen = request.form.getlist(name)[:MOST_CHOSEN]
        if chosen:
            said[name] = chosen
    for name in ("price", "size"):
        if text := typed(name, most=40).strip():
            said[name] = _number(text)
    if text := typed("source_date", most=40).strip():
        said["source_date"] = _day(text)
    return said


def _number(text: str) -> Decimal | str:
    try:
        return parse_number(text)
    except TypedValueError:
        return text


def _day(text: str) -> date | str:
    try:
        return parse_day(text)
    except TypedValueError:
        return text


def _form(error: AhorraLuzError | None = None) -> Response:
    page, texts = bare_page(), bare_page().texts
    posted = request.method == "POST"
    return told(
        "entry_form.html",
        page,
        issues=error.issues if error else (),
        organisation=who_asks().account.organisation,
        said={
            name: typed(name, most=LONGEST) if posted else ""
            for name in (*TEXTS, "price", "size", "source_date")
        },
        chosen={name: request.form.getlist(name) for name in LISTS},
        kinds=[(kind, page.t(f"offers.kind-{kind}")) for kind in KINDS],
        technologies=[(name, texts.text(f"technology.{name}")) for name in TECHNOLOGIES],
        departments=list(department_choices().items()),
        units=SIZE_UNITS,
    )
