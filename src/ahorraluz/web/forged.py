"""Forms that were sent by our own pages: a token in each, bound to a cookie of its visitor."""

import base64
import hmac
import secrets

from flask import Response, g, request
from markupsafe import Markup

from ahorraluz.web.page import door
from ahorraluz.web.signed import session_token

FIELD = "csrf"
HEADER = "X-CSRF-Token"
"""Where a script that sends a form says it."""
VISIT, HOST_VISIT = "ahorraluz-visit", "__Host-ahorraluz-visit"
"""Cookie of a visitor without a session, who is about to begin one; the second over HTTPS: no
other site or subdomain can set one of that name, to know the tokens of forms beforehand."""
TOKEN_BYTES = 32
LONGEST_VISIT_S = 3_600 * 12


def form_token() -> str:
    """Return the token for the forms of this page; other letters each time, as pages are squeezed.

    A visitor without a session gets a cookie to bind it to with this answer.
    """
    if "form_token" not in g:
        bound = session_token() or _visit(make=True)
        pad = secrets.token_bytes(TOKEN_BYTES)
        g.form_token = base64.urlsafe_b64encode(pad + _xor(pad, _of(bound))).decode()
    made: str = g.form_token
    return made


def token_field() -> Markup:
    """Return the hidden field that every form has to hold."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, form_token())


def is_ours() -> bool:
    """Tell whether the form of this request holds the token of its visitor."""
    bound = session_token() or _visit(make=False)
    if not bound:
        return False
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    try:
        raw = base64.b64decode(sent.encode(), altchars=b"-_", validate=True)
    except ValueError:
        return False
    if len(raw) != 2 * TOKEN_BYTES:
        return False
    secret = _xor(raw[:TOKEN_BYTES], raw[TOKEN_BYTES:])
    return hmac.compare_digest(secret, _of(bound))


def keep_visit(response: Response) -> Response:
    """Send the cookie of a visitor for whom a token was made."""
    made = g.get("new_visit")
    if made is not None:
        response.set_cookie(
            _visit_name(),
            made,
            max_age=LONGEST_VISIT_S,
            secure=request.is_secure,
            httponly=True,
            samesite="Strict",
            path="/",
        )
    return response


def _visit_name() -> str:
    return HOST_VISIT if request.is_secure else VISIT


def _visit(*, make: bool) -> str:
    known = request.cookies.get(_visit_name(), "")
    if known or not make:
        return known[:100]
    if "new_visit" not in g:
        g.new_visit = secrets.token_urlsafe(TOKEN_BYTES)
    made: str = g.new_visit
    return made


def _of(bound: str) -> bytes:
    return hmac.digest(door().tools.form_key, bound.encode(), "sha256")


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
