"""Pages for who forgot a password; none of them tells who has an account."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, Response

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.services.accounts.mail import afterwards, can_mail
from ahorraluz.services.accounts.recovery import (
    PATH,
    ByCode,
    look_at_link,
    mail_link,
    reset_by_code,
    reset_by_link,
)
from ahorraluz.web.account.landing import shown, typed
from ahorraluz.web.account.own import moment_of
from ahorraluz.web.guard import open_to_all
from ahorraluz.web.page import Page, door, this_moment, this_page

recovering = Blueprint("recovering", __name__)


@recovering.get(PATH)
@open_to_all(form=True)
def recover_form() -> Response:
    """Offer the ways to a new password."""
    return _form(this_page())


@recovering.post(PATH)
@open_to_all(form=True)
def link_asked() -> Response:
    """Say that a link is on its way if there is such an account, and look afterwards."""
    page, tools = this_page(), door().tools
    if can_mail(tools.settings):
        afterwards(partial(mail_link, typed("nombre"), tools=tools, as_of=this_moment()))
    return _form(page, sent=True)


@recovering.post(f"{PATH}/codigo")
@open_to_all(form=True)
def code_given() -> Response:
    """Set a new password by a recovery code."""
    page = this_page()
    given = ByCode(name=typed("nombre"), code=typed("codigo"), password=typed("nueva"))
    try:
        reset_by_code(given, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _form(page, issues=error.issues)
    return shown("recovered.html", page)


@recovering.get(f"{PATH}/<token>")
@open_to_all(form=True)
def link_form(token: str) -> Response:
    """Ask for the new password of a link."""
    return _link(token)


@recovering.post(f"{PATH}/<token>")
@open_to_all(form=True)
def link_used(token: str) -> Response:
    """Set the new password of a link."""
    try:
        reset_by_link(token, typed("nueva"), tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _link(token, issues=error.issues)
    return shown("recovered.html", this_page())


def _link(token: str, *, issues: Sequence[Issue] = ()) -> Response:
    page = this_page()
    link = look_at_link(token, tools=door().tools, as_of=this_moment())
    opens = None
    if link is not None and link.opens_at is not None:
        opens = moment_of(page, link.opens_at)
    return shown("link.html", page, issues=issues, token=token, link=link, opens=opens)


def _form(page: Page, *, sent: bool = False, issues: Sequence[Issue] = ()) -> Response:
    mails = can_mail(door().tools.settings)
    return shown("recover.html", page, issues=issues, sent=sent, mails=mails, name=typed("nombre"))
