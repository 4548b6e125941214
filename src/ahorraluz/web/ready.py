"""Pages that are ready: made once for a session, and sent again while nothing they hang on changed.

Whether that is so is asked of the database with every request, so that it holds in every process:
the session and its account, who may do what with the home, everything that is kept of it, and the
keys that it lies under. A page is sent again only where all of that is as it was before the guard
let its visitor in and the page was made; else the guard and the view are asked as always.

Pages are kept in memory, for minutes, and for their own session alone; what a browser is told
about keeping them is told each time.
"""

import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import Headers

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Reach
from ahorraluz.security.tokens import hash_token
from ahorraluz.services.accounts.sessions import SEEN_EVERY
from ahorraluz.services.inquiries.fields import LANGUAGE
from ahorraluz.texts import languages
from ahorraluz.web.forged import form_token
from ahorraluz.web.guard import HOME, SAFE
from ahorraluz.web.packing import Packed, pack
from ahorraluz.web.page import door, this_moment
from ahorraluz.web.signed import session_token

View = TypeVar("View", bound=Callable[..., object])
MARK = "ahorraluz_ready"
PAGES = "ahorraluz.ready"
MOST = 256
LONGEST_S = 600.0
"""What hangs on other homes, and on no stamp, is at most so old. [s]"""
NOT_AGAIN = ("X-Request-Id", "Content-Length")
"""Headers of one answer alone."""
NEVER = ("Set-Cookie", "Clear-Site-Data")
"""An answer with one of them does more than to show a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which page is asked for, and by whom."""

    path: str
    language: str
    session: str
    """Hash of the token of a session; empty: a stranger."""
    home: str | None
    packed: bool
    secure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A page as it is sent."""

    proof: Hashable
    """What it hangs on, as it was before the page was made."""
    content: bytes | Packed
    """Ready for every answer, but for the token of its forms where it has any."""
    headers: tuple[tuple[str, str], ...]

    def sent(self) -> bytes:
        """Return the page with a token of its own."""
        if isinstance(self.content, bytes):
            return self.content
        return self.content.with_token(form_token().encode())


@dataclass(slots=True)
class ReadyPages:
    """The newest pages, each for whom it was made."""

    clock: Callable[[], float] = time.monotonic
    most: int = MOST
    _kept: "OrderedDict[Asked, Ready]" = field(default_factory=OrderedDict)
    _period: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, asked: Asked, proof: Hashable) -> Ready | None:
        """Return a page of which everything it hangs on is as it was; another is let go."""
        with self._lock:
            found = self._kept.get(asked)
            if found is None:
                return None
            if found.proof != proof:
                del self._kept[asked]
                return None
            self._kept.move_to_end(asked)
            return found

    def keep(self, asked: Asked, ready: Ready) -> None:
        """Keep a page; the one that was asked for longest ago makes room for it."""
        with self._lock:
            self._kept[asked] = ready
            self._kept.move_to_end(asked)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)

    def drop(self, session: str) -> None:
        """Let go of every page of a session."""
        with self._lock:
            for asked in [a for a in self._kept if a.session == session]:
                del self._kept[asked]

    def period(self) -> int:
        """Return the number of this span of minutes; with a new one all pages go."""
        now = int(self.clock() // LONGEST_S)
        with self._lock:
            if now != self._period:
                self._period = now
                self._kept.clear()
        return now

    def __len__(self) -> int:
        """Return how many pages are kept."""
        return len(self._kept)


def kept_ready(view: View) -> View:
    """Let the page of a view be sent again; it may hang on nothing that no stamp tells."""
    setattr(view, MARK, True)
    return view


def ready_pages(app: Flask) -> ReadyPages:
    """Return the pages that an application keeps ready."""
    found: ReadyPages = app.extensions[PAGES]
    return found


def send_ready(app: Flask, clock: Callable[[], float]) -> None:
    """Send pages again before anything else is asked, and keep those that were made."""
    pages = app.extensions[PAGES] = ReadyPages(clock=clock)

    @app.before_request
    def _send() -> Response | None:
        asked = _asked()
        if asked is None:
            return None
        proof, fresh = _proof(asked, pages.period())
        if proof is None:
            pages.drop(asked.session)
            return None
        g.ready_for = (asked, proof)
        found = pages.get(asked, proof) if fresh else None
        if found is None:
            return None
        g.sent_ready = True
        return Response(found.sent(), headers=Headers(found.headers))

    @app.after_request
    def _keep(response: Response) -> Response:
        if request.method not in SAFE:
            token = session_token()
            if token is not None:
                pages.drop(hash_token(token))
            return response
        known: tuple[Asked, Hashable] | None = g.get("ready_for")
        if known is not None and "sent_ready" not in g and _may_keep(known[0], response):
            content = _content(response)
            if content is not None:
                headers = [(n, v) for n, v in response.headers.items() if n not in NOT_AGAIN]
                ready = Ready(proof=known[1], content=content, headers=tuple(headers))
                pages.keep(known[0], ready)
        return response


def was_ready() -> bool:
    """Tell whether the answer of this request was made before, headers and all."""
    return "sent_ready" in g


def _asked() -> Asked | None:
    """Return which page is asked for, ``None`` for one that is never kept ready."""
    if request.method != "GET" or request.endpoint is None:
        return None
    if not getattr(current_app.view_functions.get(request.endpoint), MARK, False):
        return None
    language = ""
    if request.query_string:
        language = request.args.get(LANGUAGE, "")
        if len(request.args) != 1 or language not in languages():
            return None
    token = session_token()
    home = (request.view_args or {}).get(HOME)
    if token is None and home is not None:
        return None
    return Asked(
        path=request.path,
        language=language,
        session="" if token is None else hash_token(token),
        home=home,
        packed=request.accept_encodings.quality("gzip") > 0,
        secure=request.is_secure,
    )


def _proof(asked: Asked, period: int) -> tuple[Hashable | None, bool]:
    """Return what a page hangs on now, and whether its session needs no look by the guard."""
    tools, now = door().tools, this_moment()
    who, fresh = b"", True
    if asked.session:
        try:
            stamp = tools.store.people.stamps.page(asked.session, asked.home, at=now)
        except AhorraLuzError:
            # The guard tells what is the matter.
            return None, False
        if stamp is None or stamp.expires_s <= now.timestamp():
            return None, False
        # Now and then it is to be noted that a session is in use.
        fresh = now.timestamp() - stamp.seen_s < SEEN_EVERY.total_seconds()
        who = stamp.digest
    return (who, door().today(), tools.facts_stamp(), tools.model_mark(), period), fresh


def _content(response: Response) -> bytes | Packed | None:
    """Return what is kept of an answer, ``None`` where its forms cannot get another token."""
    sent = response.get_data()
    token: str | None = g.get("form_token")
    if token is None:
        return sent
    squeezed = response.headers.get("Content-Encoding") == "gzip"
    parts = (gzip.decompress(sent) if squeezed else sent).split(token.encode())
    if len(parts) == 1:
        return sent
    return pack(parts, length=len(token)) if squeezed else Packed(parts=tuple(parts))


def _may_keep(asked: Asked, response: Response) -> bool:
    """Tell whether an answer is the page of this visitor, and nothing else was done."""
    if response.status_code != 200 or response.is_streamed:
        return False
    if any(name in response.headers for name in NEVER):
        return False
    if not asked.session:
        # A token of a form hangs on the cookie of its visitor.
        return "form_token" not in g and g.get("signed_in") is None
    if g.get("signed_in") is None or g.signed_in.session.hash != asked.session:
        return False
    # Every look of a consultant is written down: it never comes from here.
    return asked.home is None or g.get("reach") == (asked.home, Reach.OWNER)
