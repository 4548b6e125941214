"""Pages of renewable energy in Peru: what there is, with its source and date."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.core.renewables.technologies import Entry, EntryKind, Need
from ahorraluz.services.inquiries.fields import LANGUAGE
from ahorraluz.services.renewables.entries import (
    Filters,
    entry_about,
    entry_name,
    entry_value,
    find_entries,
    find_entry,
    regions_of,
)
from ahorraluz.services.supplies import department_choices
from ahorraluz.texts import Texts
from ahorraluz.web.page import Page, door, show, this_page

HOME = "/energias"
API = "/api/v1/renewables"
"""The same as JSON, at the door of programs."""
FILTERS: Mapping[str, str] = {
    "texto": "text",
    "region": "region",
    "necesidad": "need",
    "tecnologia": "technology",
}
"""Parameters of the page, with the filters they set."""
LONGEST = 80
"""Longest filter that is looked at. [characters]"""
UNPROCESSABLE, NOT_FOUND = 422, 404
FRESH = "public, max-age=300"
"""Entries hold nothing personal, and change when somebody publishes one."""
CARDS = (EntryKind.TECHNOLOGY, EntryKind.PROVIDER, EntryKind.PROGRAMME)
LONG = (EntryKind.PROVIDER, EntryKind.PRODUCT, EntryKind.FIGURE)
"""Kinds with so many entries that a phone would scroll for minutes past them."""

renewables = Blueprint("renewables", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One entry in words."""

    id: str
    name: str
    about: str
    value: str | None
    region: str | None
    """``None``: a thing, which is nowhere in particular."""
    tags: tuple[str, ...]
    standing: str
    web: str | None
    source: str
    source_url: str
    date: str
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries of one kind."""

    id: str
    name: str
    cards: bool
    entries: tuple[Shown, ...]
    long: bool
    """Whether it waits to be opened where nothing was searched for."""


@renewables.get(HOME)
def browse() -> Response:
    """Show what fits the filters, all of it without any."""
    page = this_page()
    typed = _typed(FILTERS)
    issue: Issue | None = None
    found: tuple[Entry, ...] = ()
    try:
        found = find_entries(
            Filters(**{FILTERS[name]: value for name, value in typed.items()}),
            tools=door().tools,
            texts=page.texts,
        )
    except InvalidInputError as error:
        issue = error.issue
    response = show(
        "renewables.html",
        page,
        status=UNPROCESSABLE if issue else 200,
        groups=_groups(found, page.texts),
        searched=bool(typed),
        count=len(found),
        wrong=page.issue(issue) if issue else None,
        typed=typed,
        regions=list(department_choices().items()),
        needs=[(need.value, page.texts.text(f"need.{need.value}")) for need in Need],
        other=_other_language(page, typed),
        json_address=_json_address(page, typed),
    )
    if issue is None and page.who is None:
        response.headers["Cache-Control"] = FRESH
    return response


@renewables.get(f"{HOME}/<name>")
def entry(name: str) -> Response:
    """Show one entry with everything known of it."""
    page = this_page()
    try:
        found = find_entry(name, tools=door().tools)
    except InvalidInputError:
        abort(NOT_FOUND)
    response = show(
        "renewable.html",
        page,
        entry=_shown(found, page.texts),
        kind=page.texts.text(f"entry-kind.{found.kind.value}"),
        technologies=[(one, page.texts.text(f"technology.{one}")) for one in found.technologies],
        other=_other_language(page, {}),
    )
    if page.who is None:
        response.headers["Cache-Control"] = FRESH
    return response


def _typed(names: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of the present request; empty ones are left out."""
    given = {name: request.args.get(name, "").strip()[:LONGEST] for name in names}
    return {name: value for name, value in given.items() if value}


def _other_language(page: Page, typed: Mapping[str, str]) -> str:
    """Return the address of this page in the other language, with the same filters."""
    language = page.other_language
    asked = {} if language == page.default_language else {LANGUAGE: language}
    query = urlencode({**typed, **asked})
    return f"{page.path}?{query}" if query else page.path


def _json_address(page: Page, typed: Mapping[str, str]) -> str:
    asked = {} if page.language == page.default_language else {LANGUAGE: page.language}
    query = urlencode({**{FILTERS[name]: value for name, value in typed.items()}, **asked})
    return f"{API}?{query}" if query else API


def _groups(found: tuple[Entry, ...], texts: Texts) -> list[Group]:
    kinds = dict.fromkeys(entry.kind for entry in found)
    ordered = sorted(kinds, key=lambda kind: CARDS.index(kind) if kind in CARDS else len(CARDS))
    return [
        Group(
            id=kind.value,
            name=texts.text(f"entry-kind.{kind.value}"),
            cards=kind in CARDS,
            entries=tuple(_shown(entry, texts) for entry in found if entry.kind is kind),
            long=kind in LONG,
        )
        for kind in ordered
    ]


def _shown(entry: Entry, texts: Texts) -> Shown:
    source = entry.source
    key = "renewables.published" if source.published else "renewables.consulted"
    technologies = [texts.text(f"technology.{name}") for name in entry.technologies]
    trade = [texts.text(f"trade.{entry.trade}")] if entry.trade else []
    return Shown(
        id=entry.id,
        name=entry_name(entry, texts),
        about=entry_about(entry, texts),
        value=entry_value(entry, texts),
        region=regions_of(entry, texts) if entry.name else None,
        tags=(*trade, *technologies) if entry.name else (),
        standing=texts.text(f"standing-of.{entry.standing.value}") if entry.name else "",
        web=entry.web,
        source=source.title,
        source_url=source.url,
        date=texts.text(key, day=texts.date(source.published or source.consulted)),
        grade=texts.text(f"grade.{source.grade.value}"),
    )
