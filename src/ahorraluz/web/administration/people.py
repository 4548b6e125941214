"""Pages of accounts: how many people there are data about, who may what, and ways in."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import NEEDS_SECOND_FACTOR, Permission, Role
from ahorraluz.services.administration.people import (
    Invitation,
    count_people,
    find_accounts,
    give_role,
    invite_staff,
    keep_out,
    let_in_again,
    link_back,
    other_account,
)
from ahorraluz.web.account.landing import typed, who_asks
from ahorraluz.web.administration.asking import ADMINISTRATION, bare_page, told
from ahorraluz.web.guard import needs
from ahorraluz.web.page import door, go_to, this_moment

PEOPLE = f"{ADMINISTRATION}/personas"
WORDS, NUMBER = "texto", "pagina"
LONGEST_WORDS = 60
PAGE_OF = 50

people = Blueprint("administration_people", __name__)


@people.get(ADMINISTRATION)
@needs(Permission.SEE_OPERATIONS)
def begin() -> Response:
    """Show how many people there are data about, and lead to everything else."""
    counted = count_people(tools=door().tools, as_of=this_moment())
    return told("index.html", bare_page(), counted=counted, roles=list(Role))


@people.get(PEOPLE)
@needs(Permission.MANAGE_USERS)
def listed() -> Response:
    """Show the accounts that hold some words."""
    return _list()


@people.post(PEOPLE)
@needs(Permission.MANAGE_USERS)
def invited() -> Response:
    """Make an account for somebody of staff, and show the link that opens it."""
    page = bare_page()
    role = _role()
    if role not in NEEDS_SECOND_FACTOR:
        abort(404)
    invitation = Invitation(
        name=typed("nombre"), role=role, organisation=typed("empresa"), language=page.language
    )
    try:
        account, link = invite_staff(
            invitation, actor=_actor(), tools=door().tools, as_of=this_moment()
        )
    except AhorraLuzError as error:
        return _list(error.issues)
    return told("link.html", page, name=account.name, link=link, new=True)


@people.post(f"{PEOPLE}/<account>/rol")
@needs(Permission.MANAGE_USERS)
def role_given(account: str) -> Response:
    """Give an account another role."""
    role = _role()
    return _done(
        lambda: give_role(account, role, actor=_actor(), tools=door().tools, as_of=this_moment())
    )


@people.post(f"{PEOPLE}/<account>/suspender")
@needs(Permission.MANAGE_USERS)
def kept_out(account: str) -> Response:
    """Keep an account out."""
    return _done(lambda: keep_out(account, actor=_actor(), tools=door().tools, as_of=this_moment()))


@people.post(f"{PEOPLE}/<account>/reanudar")
@needs(Permission.MANAGE_USERS)
def let_in(account: str) -> Response:
    """Let an account in again."""
    return _done(
        lambda: let_in_again(account, actor=_actor(), tools=door().tools, as_of=this_moment())
    )


@people.post(f"{PEOPLE}/<account>/enlace")
@needs(Permission.MANAGE_USERS)
def linked(account: str) -> Response:
    """Show a link by which somebody sets a new password."""
    tools, actor = door().tools, _actor()
    try:
        name = other_account(account, actor=actor, tools=tools).name
        link = link_back(account, actor=actor, tools=tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _refused(error)
    return told("link.html", bare_page(), name=name, link=link, new=False)


def _done(act: Callable[[], None]) -> Response:
    try:
        act()
    except AhorraLuzError as error:
        return _refused(error)
    return go_to(bare_page().plain_url(PEOPLE))


def _refused(error: AhorraLuzError) -> Response:
    if error.issue.code == "account-unknown":
        abort(404)
    return _list(error.issues)


def _actor() -> str:
    return who_asks().account.id


def _role() -> Role:
    role = typed("rol", most=20)
    if role not in list(Role):
        abort(404)
    return Role(role)


def _list(issues: Sequence[Issue] = ()) -> Response:
    page = bare_page()
    words = request.args.get(WORDS, "").strip()[:LONGEST_WORDS]
    found = find_accounts(words, tools=door().tools)
    pages = max(1, -(-len(found) // PAGE_OF))
    number = request.args.get(NUMBER, "1")[:9]
    asked = int(number) if number.isascii() and number.isdigit() else 1
    place = min(max(asked, 1), pages)
    return told(
        "people.html",
        page,
        issues=issues,
        accounts=found[(place - 1) * PAGE_OF : place * PAGE_OF],
        count=len(found),
        number=place,
        pages=pages,
        words=words,
        roles=list(Role),
        staff=[role for role in Role if role in NEEDS_SECOND_FACTOR],
        own=_actor(),
    )
