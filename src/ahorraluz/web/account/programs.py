"""Pages of the keys by which programs come in the name of an account."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.accounts.confirming import confirm
from ahorraluz.services.accounts.tokens import (
    LONGEST_LABEL,
    TokenRequest,
    known_scopes,
    make_token,
    revoke_token,
    tokens_of,
)
from ahorraluz.web.account.landing import ACCOUNT, proof, shown, typed, who_asks
from ahorraluz.web.guard import needs
from ahorraluz.web.page import PERU_TIME, Page, door, go_to, this_moment, this_page

PROGRAMS = f"{ACCOUNT}/programas"
DAYS = (30, 90, 365)
"""How long a key may last. [day]"""
USUAL_DAYS = 90
MOST_SCOPES = 20
LABEL, SCOPES, LENGTH = "para", "permiso", "dias"

programs = Blueprint("programs", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """One key as it is listed."""

    id: int
    label: str
    may: str
    until: str
    used: str | None
    """``None``: not yet."""


@programs.get(PROGRAMS)
@needs(Permission.USE_OWN_ACCOUNT)
def listed() -> Response:
    """Show the keys of an account, and ask for a new one."""
    return _page(this_page())


@programs.post(PROGRAMS)
@needs(Permission.USE_OWN_ACCOUNT)
def made() -> Response:
    """Make a key, and show it this once."""
    page, who, tools, now = this_page(), who_asks(), door().tools, this_moment()
    days = typed(LENGTH)
    try:
        asked = TokenRequest(
            label=typed(LABEL),
            scopes=known_scopes(request.form.getlist(SCOPES)[:MOST_SCOPES]),
            days=int(days) if days in map(str, DAYS) else 0,
        )
        confirm(who, proof(), tools=tools, as_of=now)
        new = make_token(asked, account=who.account, tools=tools, as_of=now)
    except AhorraLuzError as error:
        return _page(page, issues=error.issues)
    return shown("program_made.html", page, key=new.text, label=new.token.label)


@programs.post(f"{PROGRAMS}/<int:key>/quitar")
@needs(Permission.USE_OWN_ACCOUNT)
def revoked(key: int) -> Response:
    """End a key."""
    account, now = who_asks().account, this_moment()
    if not revoke_token(key, account=account, tools=door().tools, as_of=now):
        abort(404)
    return go_to(this_page().plain_url(PROGRAMS))


def _page(page: Page, *, issues: tuple[Issue, ...] = ()) -> Response:
    again = request.method == "POST"
    return shown(
        "programs.html",
        page,
        issues=issues,
        keys=_keys(page),
        scopes=_scopes(page),
        coded=who_asks().account.has_second_factor,
        days=DAYS,
        label=typed(LABEL) if again else "",
        longest=LONGEST_LABEL,
        ticked=request.form.getlist(SCOPES) if again else [],
        chosen=typed(LENGTH) if again else str(USUAL_DAYS),
    )


def _scopes(page: Page) -> Mapping[str, str]:
    """Return what each scope opens, in words."""
    return {scope.value: page.texts.text(_key(scope)) for scope in Scope}


def _key(scope: Scope) -> str:
    return f"scope.{scope.value.replace(':', '-')}"


def _keys(page: Page) -> list[ShownKey]:
    tokens = tokens_of(who_asks().account, tools=door().tools, as_of=this_moment())
    texts = page.texts
    return [
        ShownKey(
            id=token.id,
            label=token.label,
            may=" · ".join(texts.text(_key(scope)) for scope in Scope if scope in token.scopes),
            until=texts.date(token.expires_at.astimezone(PERU_TIME).date()),
            used=None
            if token.used_at is None
            else texts.date(token.used_at.astimezone(PERU_TIME).date()),
        )
        for token in tokens
    ]
