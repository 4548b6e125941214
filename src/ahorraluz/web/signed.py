"""Who asks: the cookie of a session, and the account behind it."""

from flask import Request, Response, g, request

from ahorraluz.services.accounts.sessions import LONGEST, NewSession, SignedIn, session_of
from ahorraluz.web.page import door, this_moment

COOKIE = "ahorraluz"
HOST_COOKIE = "__Host-ahorraluz"
"""Over HTTPS: no other site or subdomain can set a cookie of this name (RFC 6265bis)."""
LONGEST_COOKIE = 200


def cookie_name(asked: Request) -> str:
    """Return what the cookie is called; over plain HTTP no browser takes the stricter one."""
    return HOST_COOKIE if asked.is_secure else COOKIE


def session_token() -> str | None:
    """Return the token that the browser sent, whatever it is worth."""
    token = request.cookies.get(cookie_name(request), "")
    return token if 0 < len(token) <= LONGEST_COOKIE else None


def signed_in() -> SignedIn | None:
    """Return who asks, ``None`` for a stranger; looked up once in a request."""
    if "signed_in" not in g:
        token = session_token()
        found = None
        if token is not None:
            found = session_of(token, tools=door().tools, as_of=this_moment())
        g.signed_in = found
    known: SignedIn | None = g.signed_in
    return known


def let_in(response: Response, new: NewSession) -> Response:
    """Give the browser the token of a new session, and let it forget what others kept there."""
    forget_kept(response)
    response.set_cookie(
        cookie_name(request),
        new.token,
        max_age=int(LONGEST.total_seconds()),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def forget_kept(response: Response) -> Response:
    """Let the browser forget the pages that it keeps for when there is no net."""
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def let_out(response: Response) -> Response:
    """Take the token back, and everything else that the browser keeps of this site."""
    response.delete_cookie(
        cookie_name(request), secure=request.is_secure, httponly=True, samesite="Lax", path="/"
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
