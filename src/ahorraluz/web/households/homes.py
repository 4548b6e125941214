"""Pages of kept homes: the list, one home, and what its people decide about its plan."""

import secrets
from datetime import date

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue
from ahorraluz.security.roles import Act, Permission, may, reach_allows
from ahorraluz.services.households.choosing import Choice, Doing, choose, take_step
from ahorraluz.services.households.keeping import KeptHome, homes_of, keep_home, kept_home
from ahorraluz.services.households.sharing import links_of
from ahorraluz.services.inquiries.fields import LANGUAGE, field_of
from ahorraluz.services.inquiries.inquiry import PRINTED
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.web.account.landing import landing_of
from ahorraluz.web.choices import department_options, distributor_options
from ahorraluz.web.forged import form_token
from ahorraluz.web.guard import needs, reach_of
from ahorraluz.web.households.kept import (
    MY_HOMES,
    OwnHome,
    actor,
    kept_or_404,
    own_home,
    remembered_page,
    view_of,
)
from ahorraluz.web.households.steps import PLACE, first_missing
from ahorraluz.web.page import Page, door, go_to, render, sent, show, this_moment, this_page
from ahorraluz.web.ready import kept_ready
from ahorraluz.web.signed import signed_in

UNPROCESSABLE = 422
DONE = "hecho"
HERE = f"\ue002{secrets.token_hex(16)}"
"""Stands for the token of forms in a page that is remembered; nobody can type it."""
CHOICES = {"luego": Choice.LATER, "no": Choice.NO, "volver": None}
WHAT_IF = ("k", "bu", "ob", "cu", "ef", "u", "y")
"""Fields that a home page tries without keeping them."""
households = Blueprint("households", __name__)


@households.get(MY_HOMES)
@needs(Permission.USE_OWN_ACCOUNT)
def my_homes() -> Response:
    """Show the homes of an account; one with a single home is there at once."""
    who = signed_in()
    page = this_page(read_query({}))
    if who is None:
        abort(401)
    if not may(who.account.role, Permission.OWN_HOMES):
        return go_to(page.plain_url(landing_of(who.account.role)))
    homes = homes_of(who.account.id, tools=door().tools)
    if len(homes) == 1 and "todos" not in request.args:
        return go_to(page.plain_url(f"{MY_HOMES}/{homes[0].id}"))
    return show(
        "households/list.html",
        page,
        homes=[(home.id, name_of(home, page)) for home in homes],
        portfolio=may(who.account.role, Permission.KEEP_PORTFOLIO),
    )


@households.post(MY_HOMES)
@needs(Permission.OWN_HOMES)
def another_home() -> Response:
    """Keep an answer as another home; without one, ask for it."""
    page = this_page(read_query({}))
    typed = read_query(request.form.to_dict(flat=False))
    try:
        kept = keep_home(typed.pairs(), account=actor(), tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _refused(page, error)
    return go_to(page.plain_url(f"{MY_HOMES}/{kept.id}"))


@households.get(f"{MY_HOMES}/<home>")
@needs(Permission.OWN_HOMES, act=Act.READ)
@kept_ready
def one_home(home: str) -> Response:
    """Show how a home goes; fields in the address are tried, and not kept."""
    kept = kept_or_404(home)
    tried = _tried()
    own = own_home(kept, changes=tried)
    if own.answer is None and not tried:
        return go_to(own.page.url(f"/pasos/{first_missing(own.page.query) or PLACE}"))
    return show_home(own, tried=bool(tried))


@households.post(f"{MY_HOMES}/<home>/plan/<step>")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def decided(home: str, step: str) -> Response:
    """Keep that a step was taken, is put off, or is not wanted."""
    tools, now, today = door().tools, this_moment(), door().today()
    own = own_home(kept_or_404(home))
    what = request.form.get("que", "")
    try:
        if what == DONE:
            known = own.asked.inquiry.known if own.asked.inquiry else None
            doing = Doing(home=home, step=step[:60], day=_day(), actor=actor())
            take_step(doing, known, tools=tools, today=today, as_of=now)
        elif what in CHOICES:
            kept = kept_home(home, tools=tools)
            choose(kept, step[:60], CHOICES[what], actor=actor(), tools=tools, as_of=now)
        else:
            raise InvalidInputError("typed-not-a-choice", field="web-que", value=what[:40])
    except AhorraLuzError as error:
        return show_home(own, issues=error.issues)
    return go_to(f"{own.page.url('/respuesta')}#pasos")


def show_home(own: OwnHome, *, tried: bool = False, issues: tuple[Issue, ...] = ()) -> Response:
    """Show the page of a home, with what was refused of what was sent to it."""
    page = own.page
    reach = reach_of(own.kept.id)
    shares = reach is not None and reach_allows(reach, Act.SHARE)
    links = links_of(own.kept.id, tools=door().tools, as_of=this_moment()) if shares else ()
    wrong = [page.issue(issue) for issue in issues]
    if tried:
        wrong += [page.issue(issue) for issue in page.query.errors.values()]

    def made() -> str:
        html = render(
            "households/home.html",
            page,
            wrong=wrong,
            a=own.answer,
            view=view_of(own),
            kept=own.kept,
            tried=tried,
            today=door().today(),
            has_printed=page.query.has(PRINTED),
            may_share=shares,
            links=links,
        )
        return html.replace(form_token(), HERE)

    if wrong or page.who is None:
        html = made()
    else:
        # All that the frame of the page says of who asks, too.
        who = (page.who.account.role, page.default_language, page.way_back_asked, shares, tried)
        html = remembered_page((own.key, *who, *(link.id for link in links)), made)
    # What is remembered holds no token: each answer gets one of its own.
    html = html.replace(HERE, form_token())
    return sent(html, page, status=UNPROCESSABLE if wrong else 200)


def _tried() -> list[tuple[str, str]]:
    """Return the fields of the address that are tried; what may be tried is known by name."""
    return [
        (name, value.strip())
        for name, value in request.args.items()
        if name != LANGUAGE
        and value.strip()
        and (name in WHAT_IF or name.startswith(("x.", "pc.")))
        and field_of(name) is not None
    ]


def _day() -> date:
    typed = request.form.get("dia", "").strip()
    if not typed:
        return door().today()
    query = read_query({"f": [typed]})
    day = query.day("f")
    if day is None:
        raise InvalidInputError.of(tuple(query.errors.values()))
    return day


def name_of(kept: KeptHome, page: Page) -> str:
    """Return how a home is called: by its people, else by its place."""
    said = dict(kept.pairs)
    names = (
        dict(department_options()).get(said.get("dep", "")),
        dict(distributor_options(None)).get(said.get("d", "")),
    )
    return kept.label or " · ".join(filter(None, names)) or page.t("home.unnamed")


def _refused(page: Page, error: AhorraLuzError) -> Response:
    return show(
        "households/refused.html",
        page,
        status=UNPROCESSABLE,
        wrong=[page.issue(issue) for issue in error.issues],
    )
