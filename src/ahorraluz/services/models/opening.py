"""The registry opened for one command: its lock, what was cut off before, its numbers."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.learning import registry as mlflow_door
from ahorraluz.learning.day_tokens import HEADS, SHAPES
from ahorraluz.learning.export import ANSWER
from ahorraluz.learning.registry import CHALLENGER, CHAMPION, Entry, Kept, Place, Registry
from ahorraluz.learning.shelved import SHIPPED_NUMBER
from ahorraluz.services.models.book import FOLDER, Act, Book, KnownVersion, book_of
from ahorraluz.services.models.card_figures import (
    data_version,
    dvc_hashes,
    figures,
    page,
    parameters,
)
from ahorraluz.services.models.folder import ModelFolder, read_folder, shipped_folder
from ahorraluz.services.models.telling import tell_act
from ahorraluz.services.toolbox import Toolbox

DATABASE, ARTIFACTS = "mlflow.db", "artifacts"
SERVED_SCORES = ("nmae", "nrmse", "wql", "coverage80")
"""Scores of homes never seen that a list shows."""
OUTPUT = (*SHAPES["base"][:-1], HEADS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A registered version with the number that people call it by."""

    number: int
    kept: Kept


@dataclass(kw_only=True)
class Opened:
    """The registry while a command runs."""

    book: Book
    registry: Registry
    shipped: ModelFolder
    tools: Toolbox
    as_of: datetime
    issues: list[Issue] = field(default_factory=list)
    """What was found and mended."""

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.book.name

    def versions(self) -> list[Numbered]:
        """Return every version by rising number.

        The version that ships with this program is 0, whatever its place in the registry; the
        others have the number that MLflow gave them, less the one of the first, which shipped.
        """
        found: dict[int, Numbered] = {}
        for kept in self.registry.versions(self.name):
            ships = kept.shipped and kept.content == self.shipped.content
            number = SHIPPED_NUMBER if ships else kept.registered - 1
            if ships or number != SHIPPED_NUMBER:
                found[number] = Numbered(number=number, kept=kept)
        return [found[number] for number in sorted(found)]

    def find(self, wanted: str) -> Numbered:
        """Return a version by its number, its hash, or its alias.

        Raises
        ------
        InvalidInputError
            ``models-version-unknown``; ``models-version-unclear``: more than one is meant.
        """
        versions = self.versions()
        if wanted in (CHAMPION, CHALLENGER):
            registered = self.registry.aliases(self.name).get(wanted)
            chosen = [one for one in versions if one.kept.registered == registered]
            if not chosen:
                raise InvalidInputError("models-no-alias", alias=wanted, model=self.name)
            return chosen[0]
        chosen = [one for one in versions if wanted in (str(one.number), one.kept.version)]
        numbers = [str(one.number) for one in versions]
        if not chosen:
            raise InvalidInputError("models-version-unknown", value=wanted[:60], choices=numbers)
        if len(chosen) > 1:
            same = [str(one.number) for one in chosen]
            raise InvalidInputError("models-version-unclear", value=wanted[:60], choices=same)
        return chosen[0]

    def add(self, folder: ModelFolder, *, shipped: bool = False) -> Kept:
        """Register a model."""
        dvc = {} if shipped else dvc_hashes(folder.path)
        entry = Entry(
            name=folder.name,
            version=folder.version,
            content=folder.content,
            files={file: folder.path / file for file in folder.hashes},
            hashes=folder.hashes,
            inputs=SHAPES,
            output=(ANSWER, OUTPUT),
            parameters=parameters(folder.card),
            figures=figures(folder.card),
            texts={"model-card.md": page(folder.card)},
            tags={
                "trained": str(folder.card["trained"]),
                "data_version": data_version(folder.card),
                "scores": json.dumps(served_scores(folder)),
                **({"dvc": json.dumps(dvc)} if dvc else {}),
            },
            shipped=shipped,
        )
        return self.registry.add(entry, at=self.as_of)

    @contextmanager
    def files(self, one: Numbered) -> Iterator[ModelFolder]:
        """Give the files of a version, each held against its hash.

        Raises
        ------
        RegistryError
            ``registry-file-differs``.
        """
        if one.number == SHIPPED_NUMBER:
            yield self.shipped
            return
        with tempfile.TemporaryDirectory() as aside:
            self.registry.fetch(one.kept, Path(aside))
            yield read_folder(Path(aside))

    def settle(self) -> None:
        """Make aliases say what the shelf serves, and keep the list for who asks no registry."""
        served, versions = self.book.served(), self.versions()
        aliases = self.registry.aliases(self.name)
        now = next((one for one in versions if one.number == served), None)
        if now is not None and aliases.get(CHAMPION) != now.kept.registered:
            self.registry.set_alias(self.name, CHAMPION, now.kept.registered)
        if now is not None and aliases.get(CHALLENGER) == now.kept.registered:
            self.registry.set_alias(self.name, CHALLENGER, None)
        aliases = self.registry.aliases(self.name)
        self.book.keep_known([_known(one, aliases) for one in versions])


@contextmanager
def opened(*, tools: Toolbox, as_of: datetime) -> Iterator[Opened]:
    """Open the registry, finish what was cut off, and have the shipped model in it.

    Raises
    ------
    BookError
        ``models-busy``, ``models-not-written``, ``models-book-wrong``.
    RegistryError
        ``registry-extra-missing``, ``registry-not-reached``.
    """
    book = book_of(tools)
    with book.held():
        issues = heal(book, tools=tools)
        found = Opened(
            book=book,
            registry=mlflow_door.open_registry(place_of(tools)),
            shipped=shipped_folder(),
            tools=tools,
            as_of=as_of,
            issues=issues,
        )
        _have_shipped(found)
        found.settle()
        yield found


def place_of(tools: Toolbox) -> Place:
    """Return where runs and versions are kept."""
    folder = tools.settings.data_dir.absolute() / FOLDER
    uri = tools.settings.registry_uri or f"sqlite:///{folder / DATABASE}"
    served = uri.startswith(("http://", "https://"))
    return Place(uri=uri, artifacts=None if served else folder / ARTIFACTS)


def heal(book: Book, *, tools: Toolbox) -> list[Issue]:
    """Finish a change that was cut off after the shelf was told of it; drop one cut off before."""
    act = book.going_on()
    if act is None:
        return []
    done = act.number == book.served()
    if done:
        write_down(act, book=book, tools=tools)
    book.end()
    if done:
        return [_in_passing("models-finished", act)]
    return [_in_passing("models-dropped", act)]


def write_down(act: Act, *, book: Book, tools: Toolbox) -> list[Issue]:
    """Write a change into the book, the trail and the figures of boards, each once."""
    if any(one.id == act.id for one in book.acts()):
        return []
    issues = tell_act(act, book=book, tools=tools)
    book.add(act)
    return issues


def _in_passing(code: str, act: Act) -> Issue:
    return Issue(
        code=code,
        severity=Severity.NOTE,
        parameters={"number": act.number, "version": act.version},
    )


def _have_shipped(found: Opened) -> None:
    """Register the model that ships, and one that shipped with an earlier program as any other."""
    kept = found.registry.versions(found.name)
    here = [one for one in kept if one.shipped and one.content == found.shipped.content]
    if not here:
        found.add(found.shipped, shipped=True)
    for one in kept:
        others = [each for each in kept if each is not one and each.content == one.content]
        first = one.registered == 1 and one.content != found.shipped.content
        if first and not others:
            with tempfile.TemporaryDirectory() as aside:
                found.registry.fetch(one, Path(aside))
                found.add(read_folder(Path(aside)))


def served_scores(folder: ModelFolder) -> dict[str, float]:
    """Return the scores of a card that a list shows, by ``<hours>h/<score>``."""
    said = figures(folder.card)
    return {
        place.removeprefix("unseen/"): round(value, 4)
        for place, value in said.items()
        if place.startswith("unseen/") and place.rsplit("/", 1)[-1] in SERVED_SCORES
    }


def _known(one: Numbered, aliases: Mapping[str, int]) -> KnownVersion:
    tags = one.kept.tags
    verdict = said_in(tags.get("verdict", ""))
    return KnownVersion(
        number=one.number,
        version=one.kept.version,
        trained=tags.get("trained", ""),
        registered_at=datetime.fromtimestamp(one.kept.at_s, UTC).isoformat(),
        data_version=tags.get("data_version", ""),
        dvc=tags.get("dvc", ""),
        aliases=tuple(sorted(a for a, number in aliases.items() if number == one.kept.registered)),
        verdict=str(verdict.get("verdict", "")),
        scores={
            place: float(value)
            for place, value in said_in(tags.get("scores", "")).items()
            if isinstance(value, int | float)
        },
        run=one.kept.run,
        registered=one.kept.registered,
    )


def said_in(tag: str) -> Mapping[str, Any]:
    """Return the JSON object of a tag; empty where somebody wrote something else into it."""
    try:
        said = json.loads(tag or "{}")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
