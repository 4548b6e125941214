"""Pages to join, to sign in and to sign out."""

from flask import Blueprint, Response, request

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Permission, Role
from ahorraluz.security.throttle import sender_of
from ahorraluz.services.accounts.entering import Joining, join, sign_in
from ahorraluz.services.accounts.sessions import NewSession, close_session, open_session
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.inquiries.query import Query, read_query
from ahorraluz.web.account.landing import landing_of
from ahorraluz.web.guard import SECOND_FACTOR, needs, open_to_all
from ahorraluz.web.page import Page, door, go_to, show, this_moment, this_page
from ahorraluz.web.signed import let_in, let_out, signed_in

JOIN, SIGN_IN, SIGN_OUT = "/crear-cuenta", "/entrar", "/salir"
MY_HOMES = "/hogares"
NAME, PASSWORD = "nombre", "clave"
LONGEST_TYPED = 300
UNPROCESSABLE = 422

entering = Blueprint("entering", __name__)


@entering.get(JOIN)
@open_to_all(form=True)
def join_form() -> Response:
    """Ask for a name and a password, to keep the answer that was typed."""
    return _form("account/join.html", this_page())


@entering.post(JOIN)
@open_to_all(form=True)
def joined() -> Response:
    """Make an account, keep the answer for it, and let its person in."""
    page = this_page(read_query(request.form.to_dict(flat=False)))
    new = Joining(
        name=_typed(NAME),
        password=_typed(PASSWORD),
        language=page.language,
        asker=sender_of(request.remote_addr or "") or "nowhere",
    )
    try:
        account = join(new, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _form("account/join.html", page, issues=error.issues)
    opened = open_session(
        account, device=_device(), complete=True, tools=door().tools, as_of=this_moment()
    )
    return _let_in(opened, page, role=account.role, keep=page.query)


@entering.get(SIGN_IN)
@open_to_all(form=True)
def sign_in_form() -> Response:
    """Ask for name and password."""
    if signed_in() is not None:
        return go_to(this_page().plain_url(SECOND_FACTOR))
    return _form("account/sign_in.html", this_page())


@entering.post(SIGN_IN)
@open_to_all(form=True)
def signed() -> Response:
    """Let somebody in."""
    page = this_page(read_query(request.form.to_dict(flat=False)))
    try:
        account = sign_in(_typed(NAME), _typed(PASSWORD), tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _form("account/sign_in.html", page, issues=error.issues)
    opened = open_session(
        account,
        device=_device(),
        complete=not account.has_second_factor,
        tools=door().tools,
        as_of=this_moment(),
    )
    return _let_in(opened, page, role=account.role, keep=page.query)


@entering.post(SIGN_OUT)
@needs(Permission.USE_OWN_ACCOUNT, unfinished=True)
def signed_out() -> Response:
    """Let somebody out."""
    who = signed_in()
    if who is not None:
        close_session(who, tools=door().tools)
    return let_out(go_to(this_page().plain_url("/")))


def _let_in(opened: NewSession, page: Page, *, role: Role, keep: Query) -> Response:
    """Give the browser a new session, and keep what was typed before for its account."""
    tools, now = door().tools, this_moment()
    if (former := signed_in()) is not None:
        close_session(former, tools=tools)
    if not opened.session.complete:
        # Nothing is kept for who has shown a password alone: the answer waits in the address.
        return let_in(go_to(page.url(SECOND_FACTOR)), opened)
    target = landing_of(role)
    if keep.has(("d", "k")) and target == MY_HOMES:
        kept = keep_home(keep.pairs(), account=opened.session.account, tools=tools, as_of=now)
        target = f"{MY_HOMES}/{kept.id}"
    return let_in(go_to(page.plain_url(target)), opened)


def _device() -> str:
    return request.headers.get("User-Agent", "")


def _typed(field: str) -> str:
    return request.form.get(field, "")[:LONGEST_TYPED]


def _form(template: str, page: Page, *, issues: tuple[Issue, ...] = ()) -> Response:
    return show(
        template,
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=[page.issue(issue) for issue in issues],
        name=_typed(NAME) if request.method == "POST" else "",
    )
