"""What every page needs: its language, its addresses, and its words inside templates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import cast
from urllib.parse import urlencode

from flask import current_app, g, make_response, redirect, render_template, request
from flask.wrappers import Response
from markupsafe import Markup, escape

from ahorraluz.core.issues import Issue, Parameter
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.services.inquiries.fields import LANGUAGE, Step
from ahorraluz.services.inquiries.query import Query, read_query
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.texts import Texts, languages, offered_languages, open_texts
from ahorraluz.web.assets import asset_address

EXTENSION = "ahorraluz"
PERU_TIME = timezone(timedelta(hours=-5))
"""Peru keeps no summer time."""
SEE_OTHER = 303
OF_A_HOME = {
    "/": "/pasos/lugar",
    "/respuesta": "",
    "/recibo": "/pasos/recibos",
    "/hogar": "/pasos/casa",
}
"""Where a kept home has what anonymous answers have elsewhere."""
PRIVATE = "private, no-cache"
"""Pages hold what one person typed: only their own browser keeps them, and asks first."""

# Private-use characters: no text holds them, and no browser shows them.
_OPEN, _CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the pages were opened with."""

    tools: Toolbox
    language: str
    """Language where an address asks for none: ``es`` or ``en``."""
    today: Callable[[], date]


def door() -> Door:
    """Return what the pages of this application were opened with."""
    return cast(Door, current_app.extensions[EXTENSION])


def today_in_peru() -> date:
    """Return the local day."""
    return datetime.now(PERU_TIME).date()


def this_moment() -> datetime:
    """Return the present moment, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page being made: words, addresses and what was typed."""

    texts: Texts
    query: Query
    path: str
    language: str
    default_language: str
    keeps_query: bool = True
    """Whether the address of this page holds the query; not so for an example."""
    who: SignedIn | None = None
    """Who asks, ``None`` for a stranger."""
    base: str = ""
    """Where the pages of a kept home are: its answers are in the store, not in addresses."""

    def t(self, key: str, **parameters: Parameter) -> str:
        """Return the sentence of a page, ``web.<key>``."""
        return self.texts.text(f"web.{key}", **parameters)

    def rich(self, key: str, **parameters: str) -> Markup:
        """Return the sentence of a page with its parameters set off as strong text."""
        marked = {name: f"{_OPEN}{value}{_CLOSE}" for name, value in parameters.items()}
        sentence = str(escape(self.t(key, **marked)))
        return Markup(  # noqa: S704 - escaped above; the marks are ours
            sentence.replace(_OPEN, "<strong>").replace(_CLOSE, "</strong>")
        )

    def label(self, parameter: str) -> str:
        """Return the label of a field."""
        return self.texts.text(f"field.web-{parameter.partition('.')[0]}")

    def issue(self, issue: Issue) -> str:
        """Return the sentence of an issue."""
        return self.texts.issue(issue)

    def day(self, at: datetime) -> date:
        """Return the day of a moment in Peru, which late in the evening is not that of UTC."""
        return at.astimezone(PERU_TIME).date()

    def url(self, path: str, changes: Mapping[str, str | None] | None = None) -> str:
        """Return an address that keeps everything typed so far and the language."""
        if self.base:
            told = {**(changes or {}), LANGUAGE: self._asked}
            path = self.base + OF_A_HOME.get(path, path)
            encoded = urlencode([(name, value) for name, value in told.items() if value])
        else:
            encoded = self.query.encoded({**(changes or {}), LANGUAGE: self._asked})
        return f"{path}?{encoded}" if encoded else path

    def plain_url(self, path: str) -> str:
        """Return an address that keeps the language only."""
        return f"{path}?{LANGUAGE}={self._asked}" if self._asked else path

    def in_language(self, language: str) -> str:
        """Return the address of this page in another language, with the same answer."""
        asked = None if language == self.default_language else language
        if not self.keeps_query:
            return f"{self.path}?{LANGUAGE}={asked}" if asked else self.path
        encoded = self.query.encoded({LANGUAGE: asked})
        return f"{self.path}?{encoded}" if encoded else self.path

    def hidden(self, without: Sequence[Step]) -> list[tuple[str, str]]:
        """Return what a form has to carry on besides the fields of its own steps."""
        pairs = [] if self.base else list(self.query.pairs(without=without))
        return [*pairs, (LANGUAGE, self._asked)] if self._asked else pairs

    @property
    def way_back_asked(self) -> bool:
        """Whether somebody else asked for a link into the account of who asks."""
        if self.who is None or not self.who.complete:
            return False
        until = self.who.account.reset_until
        return until is not None and this_moment() < until

    @property
    def other_language(self) -> str:
        """The language the switch leads to."""
        return self.other_languages[0]

    @property
    def other_languages(self) -> tuple[str, ...]:
        """Every language that is offered but the one of this page."""
        return tuple(language for language in offered_languages() if language != self.language)

    def language_name(self, language: str) -> str:
        """Return what a language calls itself; its code where it does not say."""
        named, spanish = (open_texts(code).text("web.nav.own-name") for code in (language, "es"))
        return language.upper() if named == spanish and language != "es" else named

    @property
    def _asked(self) -> str | None:
        return None if self.language == self.default_language else self.language


def this_page(query: Query | None = None) -> Page:
    """Return the page of the present request."""
    asked = request.args.get(LANGUAGE, "")
    who: SignedIn | None = g.get("signed_in")
    default = door().language if who is None else who.account.language
    language = asked if asked in languages() else default
    return Page(
        texts=open_texts(language, commands=False),
        query=read_query(request.args.to_dict(flat=False)) if query is None else query,
        keeps_query=query is None,
        path=request.path,
        language=language,
        default_language=default,
        who=who,
    )


def go_to(address: str) -> Response:
    """Send the browser on after a form, so that a reload sends nothing twice."""
    return make_response(redirect(address, SEE_OTHER))


def show(template: str, page: Page, *, status: int = 200, **context: object) -> Response:
    """Return a page made from a template."""
    return sent(render(template, page, **context), page, status=status)


def render(template: str, page: Page, **context: object) -> str:
    """Return the text of a page made from a template."""
    g.page = page
    return render_template(
        template, page=page, t=page.t, texts=page.texts, asset=asset_address, **context
    )


def sent(html: str, page: Page, *, status: int = 200) -> Response:
    """Return a page as it is sent: kept by nobody but the browser of a stranger."""
    g.page = page
    response = make_response(html, status)
    response.headers["Content-Language"] = page.texts.language
    kept = status == 200 and page.who is None
    response.headers.setdefault("Cache-Control", PRIVATE if kept else "no-store")
    return response
