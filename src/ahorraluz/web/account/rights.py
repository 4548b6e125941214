"""Pages of one's rights: take everything away in one file, delete a home, delete the account."""

from collections.abc import Sequence

from flask import Blueprint, Response

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Act, Permission
from ahorraluz.services.accounts.confirming import confirm
from ahorraluz.services.accounts.erasing import erase_account, erase_home
from ahorraluz.services.accounts.export import export_all
from ahorraluz.services.accounts.privacy import privacy_facts
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.web.account.landing import (
    ACCOUNT,
    done_address,
    proof,
    shown,
    who_asks,
)
from ahorraluz.web.account.own import labels_of
from ahorraluz.web.guard import needs, open_to_all
from ahorraluz.web.page import Page, door, go_to, show, this_moment, this_page
from ahorraluz.web.signed import forget_kept, let_out

EXPORT, DELETE, PRIVACY = f"{ACCOUNT}/mis-datos", f"{ACCOUNT}/borrar", "/privacidad"
DELETE_HOME = f"{ACCOUNT}/hogares/<home>/borrar"

rights = Blueprint("rights", __name__)


@rights.post(EXPORT)
@needs(Permission.USE_OWN_ACCOUNT)
def exported() -> Response:
    """Hand everything out that is kept of an account and its homes."""
    who, page, tools, now = who_asks(), this_page(), door().tools, this_moment()
    try:
        confirm(who, proof(), tools=tools, as_of=now)
    except AhorraLuzError as error:
        return shown("refused.html", page, issues=error.issues)
    content = export_all(who.account, texts=page.texts, tools=tools, as_of=now)
    response = Response(content, content_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="ahorraluz-mis-datos.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@rights.get(DELETE)
@needs(Permission.USE_OWN_ACCOUNT)
def delete_form() -> Response:
    """Say what is deleted with the account, and ask for the password."""
    return _account(who_asks(), this_page())


@rights.post(DELETE)
@needs(Permission.USE_OWN_ACCOUNT)
def deleted() -> Response:
    """Delete the account with its homes."""
    who, page = who_asks(), this_page()
    try:
        erase_account(who, proof(), tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _account(who, page, issues=error.issues)
    return let_out(go_to(page.plain_url("/")))


@rights.get(DELETE_HOME)
@needs(Permission.OWN_HOMES, act=Act.DELETE)
def delete_home_form(home: str) -> Response:
    """Say what is deleted with a home, and ask for the password."""
    return _home(who_asks(), home, this_page())


@rights.post(DELETE_HOME)
@needs(Permission.OWN_HOMES, act=Act.DELETE)
def home_deleted(home: str) -> Response:
    """Delete a home."""
    who, page, tools = who_asks(), this_page(), door().tools
    try:
        erase_home(home, who=who, proof=proof(), tools=tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _home(who, home, page, issues=error.issues)
    return forget_kept(go_to(done_address(page, ACCOUNT, "home")))


@rights.get(PRIVACY)
@open_to_all()
def privacy() -> Response:
    """Say who keeps what, why, for how long, and how to use one's rights."""
    facts = privacy_facts(tools=door().tools, as_of=door().today())
    return show("account/privacy.html", this_page(), facts=facts)


def _account(who: SignedIn, page: Page, *, issues: Sequence[Issue] = ()) -> Response:
    homes = labels_of(who, page)
    return shown(
        "delete.html",
        page,
        issues=issues,
        heading=page.t("own.delete-heading"),
        told=page.t("own.delete-told"),
        submit=page.t("own.delete-submit"),
        action=DELETE,
        coded=who.account.has_second_factor,
        labels=[label for _, label in homes],
        others=[
            (DELETE_HOME.replace("<home>", home), page.t("own.delete-home-link", label=label))
            for home, label in homes
        ],
    )


def _home(who: SignedIn, home: str, page: Page, *, issues: Sequence[Issue] = ()) -> Response:
    label = dict(labels_of(who, page)).get(home, "")
    return shown(
        "delete.html",
        page,
        issues=issues,
        heading=page.t("own.delete-home-heading", label=label),
        told=page.t("own.delete-home-told"),
        submit=page.t("own.delete-home-submit"),
        action=DELETE_HOME.replace("<home>", home),
        coded=who.account.has_second_factor,
        labels=(),
        others=(),
    )
