"""The page of permissions: every purpose with its exact words, given and taken back with a tap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Permission
from ahorraluz.services.accounts.consents import (
    BY_HAND,
    CONTACT_DAYS,
    PAGES,
    TECHNOLOGIES,
    Asked,
    HeldConsent,
    Purpose,
    give_consent,
    holding,
    withdraw_consent,
    words_of,
)
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.web.account.landing import ACCOUNT, shown, typed, who_asks
from ahorraluz.web.account.own import labels_of
from ahorraluz.web.guard import needs
from ahorraluz.web.page import PERU_TIME, Page, door, go_to, this_moment, this_page

PERMISSIONS = f"{ACCOUNT}/permisos"
MOST_DIGITS = 4

permissions = Blueprint("permissions", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One purpose for one home, as it is offered or held."""

    purpose: str
    title: str
    text: str
    consent: int | None = None
    """Number of the consent that holds; ``None``: none does."""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownContact:
    """A contact by providers as it is asked for, in its exact words."""

    home: str
    technology: str
    days: int
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfHome:
    """Permissions of one home."""

    id: str
    label: str
    purposes: tuple[Shown, ...]
    contacts: tuple[Shown, ...]
    """Consents to be contacted and to share with a consultant, which hold."""


@permissions.get(PERMISSIONS)
@needs(Permission.OWN_HOMES)
def listed() -> Response:
    """Show what is permitted and what may be."""
    return _page(who_asks(), this_page())


@permissions.post(PERMISSIONS)
@needs(Permission.OWN_HOMES)
def given() -> Response:
    """Keep that somebody agreed to one purpose."""
    who, page = who_asks(), this_page()
    purpose = typed("para")
    if purpose not in (*BY_HAND, Purpose.CONTACT):
        abort(404)
    contact = purpose == Purpose.CONTACT
    days = typed("dias", most=MOST_DIGITS)
    asked = Asked(
        account=who.account.id,
        home=typed("hogar"),
        purpose=Purpose(purpose),
        subject=typed("tecnologia") if contact else "",
        days=int(days) if contact and days.isascii() and days.isdigit() else None,
    )
    try:
        give_consent(
            asked, texts=page.texts, channel=PAGES, tools=door().tools, as_of=this_moment()
        )
    except AhorraLuzError as error:
        return _page(who, page, issues=error.issues)
    return go_to(page.plain_url(PERMISSIONS))


@permissions.post(f"{PERMISSIONS}/<int:consent>/quitar")
@needs(Permission.OWN_HOMES)
def withdrawn(consent: int) -> Response:
    """Take a permission back."""
    who, page = who_asks(), this_page()
    try:
        withdraw_consent(who.account.id, consent, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        response = _page(who, page, issues=error.issues)
        response.status_code = 404
        return response
    return go_to(page.plain_url(PERMISSIONS))


def _page(who: SignedIn, page: Page, *, issues: Sequence[Issue] = ()) -> Response:
    held = holding(who.account.id, tools=door().tools, as_of=this_moment())
    homes = [
        OfHome(
            id=home,
            label=label,
            purposes=tuple(_purposes(home, held, page)),
            contacts=tuple(_others(home, held, page)),
        )
        for home, label in labels_of(who, page)
    ]
    return shown(
        "permissions.html",
        page,
        issues=issues,
        homes=homes,
        technologies=[(t, page.texts.text(f"technology.{t}")) for t in TECHNOLOGIES],
        days=[(days, page.t("own.permissions-days-one", days=days)) for days in CONTACT_DAYS],
        asked=_contact_asked(page),
    )


def _contact_asked(page: Page) -> ShownContact | None:
    """Return the contact that was chosen, with its exact words, before anybody agrees to it."""
    technology, days = request.args.get("tecnologia", ""), request.args.get("dias", "")
    if technology not in TECHNOLOGIES or days not in map(str, CONTACT_DAYS):
        return None
    words = words_of(Purpose.CONTACT, page.texts, subject=technology, days=int(days))
    title, _, text = words.partition("\n")
    return ShownContact(
        home=request.args.get("hogar", ""),
        technology=technology,
        days=int(days),
        title=title,
        text=text,
    )


def _purposes(home: str, held: Sequence[HeldConsent], page: Page) -> Iterator[Shown]:
    for purpose in BY_HAND:
        found = next((c for c in held if (c.home, c.purpose) == (home, purpose)), None)
        yield _shown(purpose, found, page)


def _others(home: str, held: Sequence[HeldConsent], page: Page) -> Iterator[Shown]:
    for consent in held:
        if consent.home == home and consent.purpose not in BY_HAND:
            yield _shown(Purpose(consent.purpose), consent, page)


def _shown(purpose: Purpose, consent: HeldConsent | None, page: Page) -> Shown:
    subject = "" if consent is None else consent.subject
    days = None
    if consent is not None and consent.until is not None:
        days = (consent.until - consent.given_at).days
    title, _, text = words_of(purpose, page.texts, subject=subject, days=days).partition("\n")
    if consent is None:
        return Shown(purpose=purpose.value, title=title, text=text)
    until = consent.until
    return Shown(
        purpose=purpose.value,
        title=title,
        text=text,
        consent=consent.id,
        since=page.texts.date(consent.given_at.astimezone(PERU_TIME).date()),
        until="" if until is None else page.texts.date(until.astimezone(PERU_TIME).date()),
    )
