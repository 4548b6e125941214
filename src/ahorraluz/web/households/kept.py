"""A kept home as its pages need it: read from the store, asked, and answered."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from flask import abort, current_app

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.households.asking import AskedHome, ask_home
from ahorraluz.services.households.keeping import KeptHome, kept_home
from ahorraluz.services.inquiries.inquiry import issues_by_parameter
from ahorraluz.services.inquiries.query import Query, read_query
from ahorraluz.web.answer import Answer, make_answer
from ahorraluz.web.households.home_view import HomeView, home_view
from ahorraluz.web.households.remembered import Remembered
from ahorraluz.web.page import Page, door, this_moment, this_page
from ahorraluz.web.ready import ready_pages
from ahorraluz.web.signed import signed_in

MY_HOMES = "/hogares"
NOTHING = read_query({})
ANSWERS, VIEWS, PAGES = "ahorraluz.answers", "ahorraluz.views", "ahorraluz.pages"
NOT_KEPT = ("home-without-answers", "home-unknown", "database-none", "key-gone")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OwnHome:
    """A kept home with its answer."""

    asked: AskedHome
    answer: Answer | None
    """``None``: too little is known of it, for the errors of the page's query."""
    page: Page
    key: Hashable | None = None
    """What the answer hangs on; ``None``: it is not remembered."""

    @property
    def kept(self) -> KeptHome:
        """What was typed of it."""
        return self.asked.kept


def kept_or_404(home: str) -> KeptHome:
    """Return a home of the store; one that is not kept is not found here."""
    try:
        return kept_home(home, tools=door().tools)
    except AhorraLuzError as error:
        if error.issue.code in NOT_KEPT:
            abort(404)
        raise


def page_of(home: str, query: Query) -> Page:
    """Return the page of the present request for a kept home."""
    return replace(this_page(query), base=f"{MY_HOMES}/{home}")


def own_home(kept: KeptHome, *, changes: Iterable[tuple[str, str]] = ()) -> OwnHome:
    """Return a kept home with its answer, some fields changed to see what would be."""
    changed = tuple(changes)
    language = this_page(NOTHING).language
    key = (*_stamp(kept), changed, language)
    own = _remembered().get(key, lambda: _answered(kept, changed))
    return replace(own, page=page_of(kept.id, own.page.query))


def view_of(own: OwnHome) -> HomeView:
    """Return what the page of a kept home shows beside its answer."""
    tools, today = door().tools, door().today()
    if own.key is None:
        return home_view(own.asked, own.answer, own.page.texts, tools=tools, today=today)
    return _views().get(
        own.key,
        lambda: home_view(own.asked, own.answer, own.page.texts, tools=tools, today=today),
    )


def _answered(kept: KeptHome, changes: tuple[tuple[str, str], ...]) -> OwnHome:
    tools, today = door().tools, door().today()
    asked = ask_home(kept, changes=changes, tools=tools, as_of=today)
    page = page_of(kept.id, asked.query)
    key = (*_stamp(kept), changes, page.language)
    if asked.inquiry is None:
        return OwnHome(asked=asked, answer=None, page=page, key=key)
    try:
        answer = make_answer(asked.inquiry, page, tools=tools, as_of=today)
    except AhorraLuzError as error:
        # Wishes and prices are refused while the plan is made, not before.
        query = asked.query.with_errors(issues_by_parameter(error, otherwise="d"))
        return OwnHome(asked=asked, answer=None, page=replace(page, query=query), key=key)
    return OwnHome(asked=asked, answer=answer, page=page, key=key)


def _stamp(kept: KeptHome) -> tuple[Hashable, ...]:
    """Return what an answer hangs on: another stamp, another answer."""
    tools = door().tools
    return (
        kept.id,
        kept.version,
        tools.store.people.stamps.home(kept.id, at=this_moment()),
        door().today(),
        tools.facts_stamp(),
        tools.model_mark(),
        ready_pages(current_app).period(),
    )


def remembered_page(key: Hashable, make: Callable[[], str]) -> str:
    """Return the text of a page, made where it is not remembered."""
    pages: Remembered[str] = current_app.extensions.setdefault(PAGES, Remembered())
    return pages.get(key, make)


def _remembered() -> Remembered[OwnHome]:
    found: Remembered[OwnHome] = current_app.extensions.setdefault(ANSWERS, Remembered())
    return found


def _views() -> Remembered[HomeView]:
    found: Remembered[HomeView] = current_app.extensions.setdefault(VIEWS, Remembered())
    return found


def actor() -> str:
    """Return the account that asks; the guard let nobody else in."""
    who = signed_in()
    if who is None:
        abort(401)
    return who.account.id
