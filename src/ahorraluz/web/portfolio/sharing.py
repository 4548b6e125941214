"""Pages by which residents let consultants in, see who looked, and take it back."""

from datetime import timedelta

from flask import Blueprint, Response, request

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Act, Permission, may
from ahorraluz.services.accounts.own import called, owned_homes
from ahorraluz.services.accounts.trail import trail_of_home
from ahorraluz.services.portfolio.access import accesses, withdraw_access
from ahorraluz.services.portfolio.invitations import (
    SHARE_DAYS,
    Accepting,
    Invited,
    invite,
    invited_by,
    open_invitations,
    share_home,
    take_over,
    void_invitations,
    words_of_share,
)
from ahorraluz.web.account.landing import typed, who_asks
from ahorraluz.web.guard import needs, open_to_all
from ahorraluz.web.page import Page, door, go_to, this_moment
from ahorraluz.web.portfolio.asking import PORTFOLIO, bare_page, told
from ahorraluz.web.portfolio.days import local_day, local_minute
from ahorraluz.web.signed import signed_in

INVITATIONS = f"{PORTFOLIO}/invitaciones"
INVITATION = "/invitacion"
ACCESS = "/hogares/<home>/acceso"
CODE = "codigo"
LONGEST_CODE = 60
SHOWN_LOOKS = 60

sharing = Blueprint("sharing", __name__)


@sharing.get(INVITATIONS)
@needs(Permission.KEEP_PORTFOLIO)
def invitations() -> Response:
    """Show how a resident is invited."""
    return _invitations()


@sharing.post(INVITATIONS)
@needs(Permission.KEEP_PORTFOLIO)
def made() -> Response:
    """Make a code by which a resident shares a home, and show it this once."""
    page = bare_page()
    try:
        new = invite(who_asks().account.id, home=None, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _invitations(error)
    return shown_code(page, new.code, local_day(page, new.expires_at), home="")


@sharing.post(f"{INVITATIONS}/anular")
@needs(Permission.KEEP_PORTFOLIO)
def voided() -> Response:
    """Take back every code that nobody took up yet."""
    void_invitations(who_asks().account.id, tools=door().tools, as_of=this_moment())
    return go_to(bare_page().plain_url(INVITATIONS))


@sharing.get(INVITATION)
@open_to_all(form=True)
def ask_code() -> Response:
    """Ask a resident for the code."""
    return _invited(None, "")


@sharing.post(INVITATION)
@open_to_all(form=True)
def invited() -> Response:
    """Show who invites to what; nothing is agreed to yet."""
    code = typed(CODE, most=LONGEST_CODE)
    try:
        return _invited(invited_by(code, tools=door().tools, as_of=this_moment()), code)
    except AhorraLuzError as error:
        return _invited(None, code, error)


@sharing.post(f"{INVITATION}/aceptar")
@needs(Permission.OWN_HOMES)
def accepted() -> Response:
    """Share a home, or make one that was described one's own."""
    page, tools, now = bare_page(), door().tools, this_moment()
    code = typed(CODE, most=LONGEST_CODE)
    account = who_asks().account.id
    accepting = Accepting(code=code, account=account, texts=page.texts)
    home, days = typed("hogar", most=80), typed("dias", most=6)
    try:
        if home:
            number = int(days) if days.isascii() and days.isdigit() else 0
            share_home(accepting, home=home, days=number, tools=tools, as_of=now)
        else:
            home = take_over(accepting, tools=tools, as_of=now)
    except AhorraLuzError as error:
        return _invited(None, code, error)
    return go_to(page.plain_url(f"/hogares/{home}/acceso"))


@sharing.get(ACCESS)
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def access(home: str) -> Response:
    """Show the owner who may look at the home, and who did."""
    page, tools = bare_page(), door().tools
    found = [
        (one, local_day(page, one.since), local_day(page, one.until) if one.until else None)
        for one in accesses(home, tools=tools, as_of=this_moment())
    ]
    lines = trail_of_home(home, tools=tools)[:SHOWN_LOOKS]
    own = who_asks().account.id
    looks = [
        (
            local_minute(page, line.at),
            _act(page, line.act),
            called(line.actor, tools=tools) if line.actor and line.actor != own else "",
        )
        for line in lines
    ]
    return told("access.html", page, home=home, found=found, looks=looks)


@sharing.post(f"{ACCESS}/quitar")
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def withdrawn(home: str) -> Response:
    """Let a consultant look no more, at once."""
    withdraw_access(
        home,
        typed("quien", most=80),
        owner=who_asks().account.id,
        tools=door().tools,
        as_of=this_moment(),
    )
    return go_to(bare_page().plain_url(f"/hogares/{home}/acceso"))


def shown_code(page: Page, code: str, until: str, *, home: str) -> Response:
    """Return the page that shows a code, once."""
    return told(
        "code.html",
        page,
        code=code,
        until=until,
        home=home,
        address=f"{request.host}{INVITATION}",
    )


def _invitations(error: AhorraLuzError | None = None) -> Response:
    waiting = open_invitations(who_asks().account.id, tools=door().tools, as_of=this_moment())
    issues = error.issues if error else ()
    return told("invitations.html", bare_page(), issues=issues, waiting=waiting)


def _invited(found: Invited | None, code: str, error: AhorraLuzError | None = None) -> Response:
    page, who = bare_page(), signed_in()
    owner = who is not None and who.complete and may(who.account.role, Permission.OWN_HOMES)
    homes = owned_homes(who.account.id, tools=door().tools) if who is not None and owner else ()
    terms = []
    if found is not None:
        for days in SHARE_DAYS:
            until = this_moment() + timedelta(days=days)
            terms.append((days, words_of_share(found, page.texts, until=until)))
    return told(
        "invited.html",
        page,
        issues=error.issues if error else (),
        invited=found,
        code=code,
        owner=owner,
        homes=[(home.id, home.label or page.t("access.nameless")) for home in homes],
        terms=terms,
        words_open="" if found is None else words_of_share(found, page.texts, until=None),
    )


def _act(page: Page, act: str) -> str:
    key = f"trail.{act}"
    return page.texts.text(key) if page.texts.has(key) else act
