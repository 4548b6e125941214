"""Pages of accounts: how many people there are data about, who may what, and ways in."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import NEEDS_SECOND_FACTOR, Permission, Role
from ahorraluz.services.accounts.resetting import WayBack, resets_of
from ahorraluz.services.administration.people import (
    GIVEN_ROLES,
    Invitation,
    agree_to_link,
    count_people,
    find_accounts,
    give_role,
    invite_staff,
    keep_out,
    let_in_again,
    link_back,
    take_link_back,
)
from ahorraluz.web.account.landing import typed, who_asks
from ahorraluz.web.account.own import moment_of
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
    """Make an account for somebody of staff, and mail or show the link that opens it."""
    page = bare_page()
    role = _role()
    if role not in NEEDS_SECOND_FACTOR:
        abort(404)
    invitation = Invitation(
        name=typed("nombre"), role=role, organisation=typed("empresa"), language=page.language
    )
    try:
        account, way = invite_staff(
            invitation, actor=_actor(), tools=door().tools, as_of=this_moment()
        )
    except AhorraLuzError as error:
        return _list(error.issues)
    return _way(account.name, way, new=True)


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
    """Ask for a link by which somebody sets a new password."""
    try:
        found, way = link_back(account, actor=_actor(), tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _refused(error)
    return _way(found.name, way, new=False)


@people.post(f"{PEOPLE}/<account>/enlace/aprobar")
@needs(Permission.MANAGE_USERS)
def link_agreed_to(account: str) -> Response:
    """Agree to a link that another administrator asked for."""
    return _done(
        lambda: agree_to_link(account, actor=_actor(), tools=door().tools, as_of=this_moment())
    )


@people.post(f"{PEOPLE}/<account>/enlace/anular")
@needs(Permission.MANAGE_USERS)
def link_taken_back(account: str) -> Response:
    """Take back a link that was asked for."""
    return _done(
        lambda: take_link_back(account, actor=_actor(), tools=door().tools, as_of=this_moment())
    )


def _way(name: str, way: WayBack, *, new: bool) -> Response:
    page = bare_page()
    opens = moment_of(page, way.opens_at) if way.opens_at > this_moment() else None
    return told("link.html", page, name=name, way=way, opens=opens, new=new)


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
        roles=GIVEN_ROLES,
        staff=[role for role in GIVEN_ROLES if role in NEEDS_SECOND_FACTOR],
        own=_actor(),
        resets={
            account: (reset, moment_of(page, reset.opens_at))
            for account, reset in resets_of(tools=door().tools, as_of=this_moment()).items()
        },
    )
