"""Pages of a portfolio: the list, one client, the group in pictures, and figures to reckon."""

import time
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.security.roles import Act, Permission, Reach
from ahorraluz.services.portfolio.access import leave_home, looking, note_looks
from ahorraluz.services.portfolio.clients import ORDERS, client, reckon_waiting
from ahorraluz.services.portfolio.cohort import Cohort, Group, cohort_of
from ahorraluz.services.portfolio.invitations import invite
from ahorraluz.services.portfolio.notes import add_note, notes_of
from ahorraluz.web.account.landing import typed, who_asks
from ahorraluz.web.guard import needs, reach_of
from ahorraluz.web.page import Page, door, go_to, this_moment
from ahorraluz.web.portfolio.asking import (
    NUMBER,
    ORDER,
    PORTFOLIO,
    WORDS,
    asked_portfolio,
    bare_page,
    findings,
    part_of,
    soles,
    sought,
    told,
)
from ahorraluz.web.portfolio.days import local_day
from ahorraluz.web.portfolio.pictures import draw_bars
from ahorraluz.web.portfolio.sharing import shown_code

RECKON_S = 8.0
"""How long one request reckons figures; what is left waits for the next. [s]"""
LONGEST_NOTE = 2_000

clients = Blueprint("clients", __name__)


@clients.get(PORTFOLIO)
@needs(Permission.KEEP_PORTFOLIO)
def homes() -> Response:
    """Show the homes of clients, by default those with the greatest potential first."""
    page, found = bare_page(), asked_portfolio()
    order, words = sought()
    number, pages, shown = part_of(found.clients)
    note_looks(
        [c.home for c in shown if c.owned],
        who=looking(who_asks()),
        tools=door().tools,
        as_of=this_moment(),
    )
    return told(
        "list.html",
        page,
        clients=shown,
        found=found,
        soles=lambda amount: soles(page, amount),
        order=order,
        orders=list(ORDERS),
        words=words,
        number=number,
        pages=pages,
        address=lambda **changes: _address(page, PORTFOLIO, **changes),
    )


@clients.post(f"{PORTFOLIO}/calcular")
@needs(Permission.KEEP_PORTFOLIO)
def reckoned() -> Response:
    """Reckon the figures that wait, as many as a request has time for."""
    began = time.monotonic()
    for _ in reckon_waiting(who_asks().account.id, tools=door().tools, as_of=this_moment()):
        if time.monotonic() - began > RECKON_S:
            break
    return go_to(bare_page().plain_url(PORTFOLIO))


@clients.get(f"{PORTFOLIO}/cuadros")
@needs(Permission.KEEP_PORTFOLIO)
def cohort() -> Response:
    """Show how the homes are spread, in pictures and tables."""
    page, found = bare_page(), asked_portfolio()
    spread = cohort_of(found.clients)
    return told("cohort.html", page, cohort=_shown(spread, page), waiting=found.waiting)


@clients.get(f"{PORTFOLIO}/<home>")
@needs(Permission.KEEP_PORTFOLIO, act=Act.READ)
def one_client(home: str) -> Response:
    """Show one client: figures, findings, notes, and who owns the home."""
    return _client(home)


@clients.post(f"{PORTFOLIO}/<home>/notas")
@needs(Permission.KEEP_PORTFOLIO, act=Act.READ)
def noted(home: str) -> Response:
    """Keep a note about a client."""
    _only_consultant(home)
    try:
        add_note(
            home,
            typed("nota", most=LONGEST_NOTE + 1),
            account=who_asks().account.id,
            tools=door().tools,
            as_of=this_moment(),
        )
    except InvalidInputError as error:
        return _client(home, error)
    return go_to(bare_page().plain_url(f"{PORTFOLIO}/{home}"))


@clients.post(f"{PORTFOLIO}/<home>/invitar")
@needs(Permission.KEEP_PORTFOLIO, act=Act.READ)
def offered(home: str) -> Response:
    """Make a code by which a resident takes the home over."""
    _only_consultant(home)
    page = bare_page()
    account = who_asks().account.id
    try:
        made = invite(account, home=home, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _client(home, error)
    return shown_code(page, made.code, local_day(page, made.expires_at), home=home)


@clients.post(f"{PORTFOLIO}/<home>/quitar")
@needs(Permission.KEEP_PORTFOLIO, act=Act.READ)
def left(home: str) -> Response:
    """Take a home out of the portfolio; one that nobody owns is erased."""
    _only_consultant(home)
    if request.form.get("seguro") != "1":
        return _client(home, InvalidInputError("client-not-sure"))
    leave_home(home, who_asks().account.id, tools=door().tools, as_of=this_moment())
    return go_to(bare_page().plain_url(PORTFOLIO))


def _client(home: str, error: AhorraLuzError | None = None) -> Response:
    _only_consultant(home)
    page, tools, now = bare_page(), door().tools, this_moment()
    shown = client(home, tools=tools, as_of=now)
    titles = [
        (page.texts.text(f"measure.{step.measure}.title"), soles(page, step.saving_pen_year))
        for step in (shown.figures.steps if shown.figures else ())
    ]
    notes = notes_of(home, account=who_asks().account.id, tools=tools)
    return told(
        "client.html",
        page,
        issues=error.issues if error else (),
        client=shown,
        soles=lambda amount: soles(page, amount),
        steps=titles,
        findings=findings(shown, page),
        notes=[(note.text, local_day(page, note.created_at)) for note in notes],
        typed=typed("nota", most=LONGEST_NOTE) if error else "",
        longest=LONGEST_NOTE,
    )


def _only_consultant(home: str) -> None:
    """Refuse the portfolio's pages for a home that is one's own."""
    if reach_of(home) is not Reach.CONSULTANT:
        abort(404)


def _address(page: Page, path: str, **changes: str | int | None) -> str:
    order, words = sought()
    asked = {ORDER: order, WORDS: words, NUMBER: None, **changes}
    kept = {name: str(value) for name, value in asked.items() if value}
    address = page.plain_url(path)
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(kept)}" if kept else address


def _shown(spread: Cohort, page: Page) -> dict[str, object]:
    def rows(groups: tuple[Group, ...]) -> list[tuple[str, ...]]:
        return [
            (
                group.name or page.t("portfolio.no-place"),
                page.texts.number(group.homes),
                "" if group.kwh is None else page.texts.number(group.kwh, places=0),
                soles(page, group.saving),
                soles(page, group.total),
            )
            for group in groups
        ]

    return {
        "known": spread.known,
        "kwh": draw_bars(spread.kwh, page.texts),
        "saving": draw_bars(spread.saving, page.texts),
        "by_place": rows(spread.by_place),
        "by_option": rows(spread.by_option),
    }
