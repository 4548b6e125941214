"""The documents behind the figures, for the page that says how it is all worked out."""

from collections.abc import Iterable
from dataclasses import dataclass

from ahorraluz.core.history import Source
from ahorraluz.services.supplies import distributor_choices
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGroup:
    """Documents of one kind."""

    name: str
    sources: tuple[Source, ...]


def source_groups(tools: Toolbox, texts: Texts) -> tuple[SourceGroup, ...]:
    """Return the documents of the rules and of the price sheets on file."""
    choices = distributor_choices()
    books = [tools.book(choice.id) for choice in choices if choice.has_sheets]
    figures = [
        entry.source for history in books[0].figures.histories.values() for entry in history.entries
    ]
    sheets = [schedule.source for book in books for schedule in book.schedules]
    return (
        SourceGroup(name=texts.text("web.about.figures"), sources=_once(figures)),
        SourceGroup(name=texts.text("web.about.sheets"), sources=_once(sheets)),
    )


def _once(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Return each document once, the facts only: assumptions are shown where they are used."""
    by_title = {source.title: source for source in sources if source.grade.is_fact}
    return tuple(sorted(by_title.values(), key=lambda source: source.title))
