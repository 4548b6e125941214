"""Register a model that was trained, and list those that were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.learning.registry import CHALLENGER, CHAMPION
from ahorraluz.services.models.book import Act, Book, KnownVersion, book_of
from ahorraluz.services.models.folder import read_folder, shipped_folder
from ahorraluz.services.models.opening import heal, opened
from ahorraluz.services.models.telling import tell_registered
from ahorraluz.services.toolbox import Toolbox

AWAY = ("registry-extra-missing", "registry-not-reached", "models-busy", "models-not-written")
"""What a list does without: it then shows what is known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A model that the registry has."""

    version: KnownVersion
    anew: bool
    """Whether it was not there before."""
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Models that are known here."""

    name: str
    served: int
    """Number of the model that the program serves."""
    versions: tuple[KnownVersion, ...]
    acts: tuple[Act, ...]
    """What was promoted and taken back, the oldest first."""
    asked: bool
    """Whether the registry was asked just now; if not, it is what it told last."""
    issues: tuple[Issue, ...]


def register(path: Path, *, tools: Toolbox, as_of: datetime) -> Registered:
    """Register the model of a folder as challenger; one that is there already stays as it is.

    Parameters
    ----------
    path
        What ``ahorraluz train --out`` has written.
    tools
        Settings and the store.
    as_of
        The moment.

    Raises
    ------
    InvalidInputError, ShelfError
        As of :func:`~ahorraluz.services.models.folder.read_folder`; nothing is registered.
    BookError, RegistryError
        As of :func:`~ahorraluz.services.models.opening.opened`.
    """
    folder = read_folder(path)
    with opened(tools=tools, as_of=as_of) as found:
        there = [one for one in found.versions() if one.kept.content == folder.content]
        kept = there[0].kept if there else found.add(folder)
        number = next(
            one.number for one in found.versions() if one.kept.registered == kept.registered
        )
        issues = list(found.issues)
        if number != found.book.served() and not there:
            found.registry.set_alias(found.name, CHALLENGER, kept.registered)
        if not there:
            issues += tell_registered(folder.card, number, tools=tools, as_of=as_of)
        found.settle()
    version = next(one for one in found.book.known() if one.number == number)
    return Registered(version=version, anew=not there, issues=tuple(issues))


def list_models(*, tools: Toolbox, as_of: datetime) -> Listed:
    """Return the models of the registry; where it cannot be asked, what it told last."""
    book = book_of(tools)
    issues: list[Issue] = []
    asked = False
    try:
        # First what was cut off: that needs no registry.
        with book.held():
            issues += heal(book, tools=tools)
        with opened(tools=tools, as_of=as_of):
            asked = True
    except AhorraLuzError as error:
        if error.issue.code not in AWAY:
            raise
        issues += [replace(one, severity=Severity.WARNING) for one in error.issues]
    return replace(known_models(book), asked=asked, issues=tuple(issues))


def known_models(book: Book) -> Listed:
    """Return what is known here without asking the registry.

    Raises
    ------
    BookError
        ``models-book-wrong``.
    """
    served = book.served()
    return Listed(
        name=book.name,
        served=served,
        versions=_with_champion(book.known() or (_shipped(),), served),
        acts=book.acts(),
        asked=False,
        issues=(),
    )


def _with_champion(versions: Sequence[KnownVersion], served: int) -> tuple[KnownVersion, ...]:
    """Return versions of which the served one is called champion, whoever was told so last."""
    found = []
    for one in versions:
        others = tuple(alias for alias in one.aliases if alias != CHAMPION)
        if one.number == served:
            others = (CHAMPION, *(alias for alias in others if alias != CHALLENGER))
        found.append(replace(one, aliases=others))
    return tuple(found)


def _shipped() -> KnownVersion:
    """Return the shipped model where no registry was ever asked."""
    from ahorraluz.services.models.card_figures import data_version
    from ahorraluz.services.models.opening import served_scores

    folder = shipped_folder()
    return KnownVersion(
        number=0,
        version=folder.version,
        trained=str(folder.card["trained"]),
        registered_at="",
        data_version=data_version(folder.card),
        scores=served_scores(folder),
        run="",
        registered=0,
    )
