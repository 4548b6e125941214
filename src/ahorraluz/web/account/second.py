"""The second step: its page, and the pages where a code app, a passkey or codes are made."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Permission
from ahorraluz.services.accounts.confirming import confirm, needs_proof
from ahorraluz.services.accounts.own import guards_of
from ahorraluz.services.accounts.passkeys import (
    add_passkey,
    ask_to_add,
    ask_to_show,
    party_of,
    remove_passkey,
    show_passkey,
)
from ahorraluz.services.accounts.second_factor import (
    Offer,
    accept_authenticator,
    make_recovery_codes,
    may_set_up,
    offer_authenticator,
    remove_authenticator,
    same_offer,
    show_code,
)
from ahorraluz.services.accounts.sessions import NewSession, SignedIn
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.web.account.landing import (
    ACCOUNT,
    done_address,
    landing_of,
    proof,
    shown,
    typed,
    who_asks,
)
from ahorraluz.web.guard import SECOND_FACTOR, needs
from ahorraluz.web.page import Page, door, go_to, this_moment, this_page
from ahorraluz.web.signed import let_in

APP, KEYS, NEW_KEY = f"{ACCOUNT}/codigo", f"{ACCOUNT}/llaves", f"{ACCOUNT}/llaves/nueva"
MOST_ANSWER = 65_000
MY_HOMES = "/hogares"

second = Blueprint("second", __name__)


@second.get(SECOND_FACTOR)
@needs(Permission.USE_OWN_ACCOUNT, unfinished=True)
def step() -> Response:
    """Ask for the second factor, or for one to be set up where the role needs it."""
    who, page = who_asks(), this_page()
    if who.complete:
        return go_to(page.plain_url(landing_of(who.account.role)))
    if not who.account.has_second_factor:
        return go_to(page.plain_url(APP))
    return _step(who, page)


@second.post(SECOND_FACTOR)
@needs(Permission.USE_OWN_ACCOUNT, unfinished=True)
def code_shown() -> Response:
    """Complete a session by a code."""
    who, page = who_asks(), this_page(read_query(request.form.to_dict(flat=False)))
    if who.complete or not who.account.has_second_factor:
        return go_to(page.plain_url(SECOND_FACTOR))
    try:
        new = show_code(who, typed("codigo"), tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _step(who, page, issues=error.issues)
    return _entered(who, new, page)


@second.post(f"{SECOND_FACTOR}/llave")
@needs(Permission.USE_OWN_ACCOUNT, unfinished=True)
def key_shown() -> Response:
    """Complete a session by a passkey."""
    who, page = who_asks(), this_page(read_query(request.form.to_dict(flat=False)))
    party = party_of(request.url_root, tools=door().tools)
    if who.complete or party is None:
        return go_to(page.plain_url(SECOND_FACTOR))
    answer = typed("respuesta", most=MOST_ANSWER)
    try:
        new = show_passkey(who, answer, party, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _step(who, page, issues=error.issues)
    return _entered(who, new, page)


@second.get(APP)
@needs(Permission.USE_OWN_ACCOUNT, unfinished=True)
def app_form() -> Response:
    """Offer a secret to an authenticator app."""
    who, page = who_asks(), this_page()
    if not may_set_up(who):
        return go_to(page.plain_url(SECOND_FACTOR))
    return _app(
        who, page, offer_authenticator(who.account, tools=door().tools, as_of=this_moment())
    )


@second.post(APP)
@needs(Permission.USE_OWN_ACCOUNT, unfinished=True)
def app_set() -> Response:
    """Keep an authenticator app whose code was shown, and show the recovery codes once."""
    who, page, tools, now = who_asks(), this_page(), door().tools, this_moment()
    if not may_set_up(who):
        abort(403)
    sealed = typed("oferta", most=2_000)
    try:
        if needs_proof(who, as_of=now):
            confirm(who, proof(), tools=tools, as_of=now)
        new, codes = accept_authenticator(who, sealed, typed("codigo"), tools=tools, as_of=now)
    except AhorraLuzError as error:
        offer = same_offer(who.account, sealed, tools=tools, as_of=now)
        return _app(who, page, offer, issues=error.issues)
    return let_in(_codes(page, codes), new)


@second.post(f"{APP}/quitar")
@needs(Permission.USE_OWN_ACCOUNT)
def app_removed() -> Response:
    """Forget the authenticator app."""
    who, page, tools, now = who_asks(), this_page(), door().tools, this_moment()
    try:
        confirm(who, proof(), tools=tools, as_of=now)
        new = remove_authenticator(who, tools=tools, as_of=now)
    except AhorraLuzError as error:
        return shown("refused.html", page, issues=error.issues)
    return let_in(go_to(done_address(page, ACCOUNT, "factor")), new)


@second.post(f"{ACCOUNT}/rescate")
@needs(Permission.USE_OWN_ACCOUNT)
def codes_made() -> Response:
    """Make recovery codes, and show them once."""
    who, page, tools, now = who_asks(), this_page(), door().tools, this_moment()
    try:
        confirm(who, proof(), tools=tools, as_of=now)
    except AhorraLuzError as error:
        return shown("refused.html", page, issues=error.issues)
    return _codes(page, make_recovery_codes(who.account, tools=tools, as_of=now))


@second.get(NEW_KEY)
@needs(Permission.USE_OWN_ACCOUNT, unfinished=True)
def key_form() -> Response:
    """Ask a device to make a passkey."""
    who, page = who_asks(), this_page()
    if not may_set_up(who):
        return go_to(page.plain_url(SECOND_FACTOR))
    return _key(who, page)


@second.post(NEW_KEY)
@needs(Permission.USE_OWN_ACCOUNT, unfinished=True)
def key_made() -> Response:
    """Keep a passkey that a device has made."""
    who, page, tools, now = who_asks(), this_page(), door().tools, this_moment()
    party = party_of(request.url_root, tools=tools)
    if not may_set_up(who) or party is None:
        abort(403)
    answer, label = typed("respuesta", most=MOST_ANSWER), typed("nombre")
    try:
        if needs_proof(who, as_of=now):
            confirm(who, proof(), tools=tools, as_of=now)
        new = add_passkey(who, answer, party, label=label, tools=tools, as_of=now)
    except AhorraLuzError as error:
        return _key(who, page, issues=error.issues)
    return let_in(go_to(done_address(page, ACCOUNT, "factor")), new)


@second.post(f"{KEYS}/<credential>/quitar")
@needs(Permission.USE_OWN_ACCOUNT)
def key_removed(credential: str) -> Response:
    """Forget a passkey."""
    who, page, tools, now = who_asks(), this_page(), door().tools, this_moment()
    if credential not in {key.credential for key in guards_of(who, tools=tools).passkeys}:
        abort(404)
    try:
        confirm(who, proof(), tools=tools, as_of=now)
        new = remove_passkey(who, credential, tools=tools, as_of=now)
    except AhorraLuzError as error:
        return shown("refused.html", page, issues=error.issues)
    return let_in(go_to(done_address(page, ACCOUNT, "factor")), new)


def _entered(who: SignedIn, new: NewSession, page: Page) -> Response:
    """Let somebody in, and keep the answer that was typed before signing in."""
    target = landing_of(who.account.role)
    if page.query.has(("d", "k")) and target == MY_HOMES:
        pairs, account = page.query.pairs(), who.account.id
        kept = keep_home(pairs, account=account, tools=door().tools, as_of=this_moment())
        target = f"{MY_HOMES}/{kept.id}"
    return let_in(go_to(page.plain_url(target)), new)


def _step(who: SignedIn, page: Page, *, issues: Sequence[Issue] = ()) -> Response:
    tools = door().tools
    guards = guards_of(who, tools=tools)
    party = party_of(request.url_root, tools=tools)
    options = None
    if guards.passkeys and party is not None:
        options = ask_to_show(who, party, tools=tools, as_of=this_moment())
    return shown("second.html", page, issues=issues, guards=guards, options=options)


def _app(who: SignedIn, page: Page, offer: Offer, *, issues: Sequence[Issue] = ()) -> Response:
    return shown(
        "app.html",
        page,
        issues=issues,
        offer=offer,
        complete=who.complete,
        asks=needs_proof(who, as_of=this_moment()),
        coded=who.account.has_second_factor,
    )


def _key(who: SignedIn, page: Page, *, issues: Sequence[Issue] = ()) -> Response:
    tools, options = door().tools, None
    party = party_of(request.url_root, tools=tools)
    try:
        if party is not None:
            options = ask_to_add(who, party, tools=tools, as_of=this_moment())
    except AhorraLuzError as error:
        issues = error.issues
    return shown(
        "key.html",
        page,
        issues=issues,
        options=options,
        asks=needs_proof(who, as_of=this_moment()),
        coded=who.account.has_second_factor,
    )


def _codes(page: Page, codes: Sequence[str]) -> Response:
    return shown("codes.html", page, codes=codes)
