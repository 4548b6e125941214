"""The local book of models: what was promoted when, by whom and why, and what is going on.

It lies in the data folder beside the shelf, so that pages and going back need no registry. The
pointer of the shelf says which model is served; the book says how that came about.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning.litert import NAME
from ahorraluz.learning.shelf import FOLDER as SHELF
from ahorraluz.learning.shelf import WAIT_S
from ahorraluz.learning.shelf_files import locked, read_small
from ahorraluz.learning.shelved import POINTER, SHIPPED_NUMBER, listed_in
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.write_file import FileWriteError, write_whole

FOLDER = "registry"
"""Folder of the book in the data folder; also of the database of runs, unless one is named."""
HISTORY, GOING_ON, KNOWN = "history.jsonl", "going-on.json", "known.json"
MOST_BYTES = 16 << 20
"""Size of a file of the book at most: a hundred years of nightly promotions. [byte]"""
LONGEST_WORDS = 500
"""Longest reason, and longest name of who gave it."""

Kind = Literal["promoted", "rolled-back"]


class BookError(AhorraLuzError):
    """A book of models that cannot be read or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One change of what is served."""

    id: str
    kind: Kind
    at: str
    """ISO 8601, UTC."""
    by: str
    number: int
    version: str
    before: int
    """Number of the model that was served until then."""
    reason: str = ""
    forced: bool = False
    """Whether it was promoted without a comparison that it passed."""
    verdict: str = ""
    """What the comparison said; empty: there was none."""

    @property
    def moment(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVersion:
    """A version as the registry told it last."""

    number: int
    version: str
    trained: str
    registered_at: str
    data_version: str
    dvc: str = ""
    aliases: tuple[str, ...] = ()
    verdict: str = ""
    scores: Mapping[str, float]
    """Of homes that were never seen, by ``<hours>h/<score>``."""
    run: str
    registered: int
    """Number that MLflow gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The book of one model."""

    data_dir: Path
    name: str = NAME

    @property
    def folder(self) -> Path:
        """Where the book lies."""
        return self.data_dir / FOLDER / self.name

    @property
    def shelf(self) -> Path:
        """Where the shelf of models is."""
        return self.data_dir / SHELF

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others from changing what is served.

        Raises
        ------
        BookError
            ``models-busy``: somebody else does so; ``models-not-written``.
        """
        with ExitStack() as stack:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                ours = stack.enter_context(locked(self.folder, wait_s=WAIT_S))
            except OSError as error:
                raise self._not_written(error) from error
            if not ours:
                raise BookError("models-busy", model=self.name)
            yield

    def served(self) -> int:
        """Return the number that the pointer of the shelf names; 0: the shipped model."""
        try:
            return listed_in(self.shelf / self.name / POINTER, self.name).number
        except FileNotFoundError:
            return SHIPPED_NUMBER
        except (OSError, ValueError, RecursionError):
            # A pointer that says nothing: what the book says was served last.
            acts = self.acts()
            return acts[-1].number if acts else SHIPPED_NUMBER

    def acts(self) -> tuple[Act, ...]:
        """Return every change, the oldest first; raises ``models-book-wrong``."""
        lines = (self._read(HISTORY) or b"").decode("utf-8", errors="replace").splitlines()
        return tuple(self._act(line) for line in lines if line)

    def add(self, act: Act) -> bool:
        """Write a change down once; return whether it was not there yet."""
        acts = self.acts()
        if any(one.id == act.id for one in acts):
            return False
        lines = [json.dumps(asdict(one), ensure_ascii=False) for one in (*acts, act)]
        self._write(HISTORY, "".join(f"{line}\n" for line in lines))
        return True

    def going_on(self) -> Act | None:
        """Return a change that was begun and not finished."""
        content = self._read(GOING_ON)
        return None if content is None else self._act(content.decode("utf-8", errors="replace"))

    def begin(self, act: Act) -> None:
        """Write down what is about to change."""
        self._write(GOING_ON, json.dumps(asdict(act), ensure_ascii=False))

    def end(self) -> None:
        """Say that nothing is going on."""
        try:
            (self.folder / GOING_ON).unlink(missing_ok=True)
        except OSError as error:
            raise self._not_written(error) from error

    def known(self) -> tuple[KnownVersion, ...]:
        """Return the versions as the registry told them last, by rising number."""
        content = self._read(KNOWN)
        if content is None:
            return ()
        try:
            return tuple(
                KnownVersion(**{**one, "aliases": tuple(one["aliases"])})
                for one in json.loads(content)
            )
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._unreadable(KNOWN) from error

    def keep_known(self, versions: Sequence[KnownVersion]) -> None:
        """Keep what the registry tells, for pages and for when it cannot be asked."""
        rows = [asdict(one) for one in versions]
        text = json.dumps(rows, ensure_ascii=False, indent=1)
        if (self._read(KNOWN) or b"").decode("utf-8", errors="replace") != text:
            self._write(KNOWN, text)

    def _act(self, line: str) -> Act:
        try:
            said: dict[str, Any] = json.loads(line)
            act = Act(**said)
            _ = act.moment
        except (ValueError, TypeError, RecursionError) as error:
            raise self._unreadable(HISTORY) from error
        if act.kind not in ("promoted", "rolled-back") or type(act.number) is not int:
            raise self._unreadable(HISTORY)
        return act

    def _read(self, name: str) -> bytes | None:
        try:
            return read_small(self.folder / name, most=MOST_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._unreadable(name) from error

    def _write(self, name: str, text: str) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / name, text)
        except (OSError, FileWriteError) as error:
            raise self._not_written(error) from error

    def _unreadable(self, name: str) -> BookError:
        return BookError("models-book-wrong", file=str(self.folder / name))

    def _not_written(self, error: Exception) -> BookError:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        return BookError("models-not-written", folder=str(self.folder), reason=reason)


def stack_of(acts: Sequence[Act]) -> list[int]:
    """Return what was served before, the oldest first, and last what is served.

    Going back takes what it leaves off, so that going back twice goes back two steps.

    >>> def act(kind, number):
    ...     return Act(id="", kind=kind, at="", by="", number=number, version="", before=0)
    >>> stack_of([act("promoted", 1), act("promoted", 2)])
    [0, 1, 2]
    >>> stack_of([act("promoted", 1), act("promoted", 2), act("rolled-back", 1)])
    [0, 1]
    """
    stack = [SHIPPED_NUMBER]
    for act in acts:
        if act.kind == "rolled-back" and act.number in stack:
            del stack[len(stack) - stack[::-1].index(act.number) :]
        elif stack[-1] != act.number:
            stack.append(act.number)
    return stack


def book_of(tools: Toolbox) -> Book:
    """Return the book of this installation."""
    return Book(data_dir=tools.settings.data_dir)
