"""Where each role goes once it is signed in, and what every page of an account shares."""

from collections.abc import Mapping, Sequence

from flask import Response, abort, current_app, request
from werkzeug.exceptions import HTTPException

from ahorraluz.core.issues import Issue
from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.confirming import Proof
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.web.page import Page, show
from ahorraluz.web.signed import signed_in

ACCOUNT = "/cuenta"
LONGEST_TYPED = 300
UNPROCESSABLE = 422
DONE = "hecho"
"""Says in an address what a form has just done."""
DONE_ACTS = ("name", "language", "password", "device", "factor", "home", "reset")
_LANDINGS: Mapping[Role, str] = {
    Role.RESIDENT: "/hogares",
    Role.CONSULTANT: "/cartera",
    Role.PROVIDER: "/ofertas",
    Role.AGENCY: "/agregados",
    Role.ADMINISTRATOR: "/administracion",
}


def landing_of(role: Role) -> str:
    """Return the page a role begins with; its account where this program has no such page."""
    path = _LANDINGS[role]
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return ACCOUNT
    return path


def who_asks() -> SignedIn:
    """Return who is signed in, on a page that the guard opens to nobody else."""
    who = signed_in()
    if who is None:
        abort(401)
    return who


def typed(field: str, *, most: int = LONGEST_TYPED) -> str:
    """Return what was typed into a field."""
    return request.form.get(field, "")[:most]


def proof() -> Proof:
    """Return what was typed to show again who one is."""
    return Proof(password=typed("clave"), code=typed("segundo", most=60))


def device() -> str:
    """Return how the browser calls itself."""
    return request.headers.get("User-Agent", "")


def done_address(page: Page, path: str, act: str) -> str:
    """Return the address of a page that says what was done."""
    address = page.plain_url(path)
    return f"{address}{'&' if '?' in address else '?'}{DONE}={act}"


def done_words(page: Page) -> str | None:
    """Return what was just done, as the address says it."""
    act = request.args.get(DONE, "")
    return page.t(f"own.done-{act}") if act in DONE_ACTS else None


def shown(
    template: str, page: Page, *, issues: Sequence[Issue] = (), **context: object
) -> Response:
    """Return a page of an account; with issues it says what is wrong, and that nothing was done."""
    return show(
        f"account/{template}",
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=[page.issue(issue) for issue in issues],
        **context,
    )
