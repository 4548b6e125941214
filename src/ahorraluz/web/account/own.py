"""Pages of one's own account: how one signs in, where it is open, and what is on its record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Permission, may
from ahorraluz.services.accounts.own import (
    NewPassword,
    called,
    change_language,
    change_name,
    change_password,
    devices_of,
    end_device,
    end_others,
    guards_of,
    owned_homes,
)
from ahorraluz.services.accounts.resetting import refuse_reset
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.services.accounts.tokens import tokens_of
from ahorraluz.services.accounts.trail import TrailLine, trail_of_account, trail_of_home
from ahorraluz.web.account.landing import (
    ACCOUNT,
    done_address,
    done_words,
    proof,
    shown,
    typed,
    who_asks,
)
from ahorraluz.web.guard import needs
from ahorraluz.web.page import PERU_TIME, Page, door, go_to, this_moment, this_page
from ahorraluz.web.signed import let_in

RECORD = f"{ACCOUNT}/registro"
KEEP = "quedan"
"""What the tick says by which keys of programs outlive a password."""
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
"""What browsers call themselves: each also calls itself some of those behind it."""

own = Blueprint("own", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One line of the record as it is read."""

    at: str
    act: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDevice:
    """One device as it is listed."""

    handle: str
    here: bool
    name: str
    seen: str


@own.get(ACCOUNT)
@needs(Permission.USE_OWN_ACCOUNT)
def account() -> Response:
    """Show one's own account."""
    return _account(who_asks(), this_page())


@own.post(f"{ACCOUNT}/nombre")
@needs(Permission.USE_OWN_ACCOUNT)
def renamed() -> Response:
    """Set another name to sign in with."""
    who, page = who_asks(), this_page()
    try:
        new = change_name(
            who,
            proof(),
            name=typed("nombre"),
            tools=door().tools,
            as_of=this_moment(),
        )
    except AhorraLuzError as error:
        return _account(who, page, issues=error.issues)
    return let_in(go_to(done_address(page, ACCOUNT, "name")), new)


@own.post(f"{ACCOUNT}/idioma")
@needs(Permission.USE_OWN_ACCOUNT)
def language_set() -> Response:
    """Set the language of pages and letters."""
    who, page = who_asks(), this_page()
    try:
        change_language(who, typed("idioma"), tools=door().tools)
    except AhorraLuzError as error:
        return _account(who, page, issues=error.issues)
    return go_to(f"{ACCOUNT}?hecho=language")


@own.post(f"{ACCOUNT}/clave")
@needs(Permission.USE_OWN_ACCOUNT)
def password_set() -> Response:
    """Set another password."""
    who, page = who_asks(), this_page()
    change = NewPassword(proof=proof(), new=typed("nueva"), keep_tokens=typed("llaves") == KEEP)
    try:
        new = change_password(who, change, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _account(who, page, issues=error.issues)
    return let_in(go_to(done_address(page, ACCOUNT, "password")), new)


@own.post(f"{ACCOUNT}/equipos")
@needs(Permission.USE_OWN_ACCOUNT)
def others_ended() -> Response:
    """Close the account everywhere else."""
    end_others(who_asks(), tools=door().tools, as_of=this_moment())
    return go_to(done_address(this_page(), ACCOUNT, "device"))


@own.post(f"{ACCOUNT}/equipos/<handle>")
@needs(Permission.USE_OWN_ACCOUNT)
def device_ended(handle: str) -> Response:
    """Close the account on one device."""
    if not end_device(who_asks(), handle, tools=door().tools, as_of=this_moment()):
        abort(404)
    return go_to(done_address(this_page(), ACCOUNT, "device"))


@own.post(f"{ACCOUNT}/enlace/anular")
@needs(Permission.USE_OWN_ACCOUNT)
def link_refused() -> Response:
    """Refuse a link to a new password that somebody else asked for."""
    refuse_reset(who_asks(), tools=door().tools, as_of=this_moment())
    return go_to(done_address(this_page(), ACCOUNT, "reset"))


@own.get(RECORD)
@needs(Permission.USE_OWN_ACCOUNT)
def record() -> Response:
    """Show who did what with one's account and homes."""
    who, page, tools = who_asks(), this_page(), door().tools
    parts = [
        (page.t("own.trail-account"), trail_of_account(who.account.id, tools=tools)),
        *((label, trail_of_home(home, tools=tools)) for home, label in labels_of(who, page)),
    ]
    shown_parts = [(label, [_line(line, who, page) for line in lines]) for label, lines in parts]
    return shown("record.html", page, parts=shown_parts)


def labels_of(who: SignedIn, page: Page) -> Sequence[tuple[str, str]]:
    """Return the homes that an account owns, each with what its people call it."""
    return [
        (home.id, home.label or page.t("own.home-unnamed", number=number))
        for number, home in enumerate(owned_homes(who.account.id, tools=door().tools), start=1)
    ]


def moment_of(page: Page, at: datetime) -> str:
    """Return a moment as it is read in Peru."""
    local = at.astimezone(PERU_TIME)
    return f"{page.texts.date(local.date(), form='medium')}, {local:%H:%M}"


def _device_name(agent: str, page: Page) -> str:
    """Return a device as people know it; one that says nothing known is told so."""
    browser = next((name for mark, name in BROWSERS if mark in agent), None)
    system = next((name for mark, name in SYSTEMS if mark in agent), None)
    if browser is None or system is None:
        return page.t("own.device-unknown")
    return page.t("own.device-named", browser=browser, system=system)


def _line(line: TrailLine, who: SignedIn, page: Page) -> RecordLine:
    key = f"trail.{line.act}"
    act = page.texts.text(key) if page.texts.has(key) else line.act
    by = ""
    if line.actor == who.account.id:
        by = page.t("own.trail-you")
    elif line.actor is not None:
        by = called(line.actor, tools=door().tools) or page.t("own.trail-other")
    return RecordLine(at=moment_of(page, line.at), act=act, who=by)


def _account(who: SignedIn, page: Page, *, issues: Sequence[Issue] = ()) -> Response:
    tools, now = door().tools, this_moment()
    return shown(
        "account.html",
        page,
        issues=issues,
        done=done_words(page),
        account=who.account,
        owns=may(who.account.role, Permission.OWN_HOMES),
        guards=guards_of(who, tools=tools),
        keys=len(tokens_of(who.account, tools=tools, as_of=now)),
        devices=[
            ShownDevice(
                handle=found.handle,
                here=found.here,
                name=_device_name(found.session.device, page),
                seen=moment_of(page, found.session.seen_at),
            )
            for found in devices_of(who, tools=tools, as_of=now)
        ],
    )
