"""Promote a version to be served, and go back to the one before.

What is served is what the pointer of the shelf says: it is replaced in one step, and everything
else follows it. What is killed in between is finished, or dropped, by the next command.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue, Severity
from ahorraluz.learning.registry import CHAMPION
from ahorraluz.learning.shelf import point_to, put
from ahorraluz.learning.shelf import versions as shelf_versions
from ahorraluz.learning.shelved import SHIPPED_NUMBER
from ahorraluz.services.models.book import LONGEST_WORDS, Act, Book, Kind, book_of, stack_of
from ahorraluz.services.models.canary import canary_of
from ahorraluz.services.models.comparing import verdict_of
from ahorraluz.services.models.folder import shipped_folder
from ahorraluz.services.models.opening import Numbered, Opened, heal, opened, write_down
from ahorraluz.services.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who wants a change, and why."""

    by: str
    reason: str = ""
    force: bool = False
    """Whether also a version that passed no comparison."""
    after_canary: bool = False
    """Whether only a version that passed a canary beside the champion, unless it is forced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A change of what is served."""

    act: Act
    alias_told: bool
    """Whether the registry was told; if not, the next command that reaches it does so."""
    issues: tuple[Issue, ...]


def promote(wanted: str, order: Order, *, tools: Toolbox, as_of: datetime) -> Changed:
    """Have a version served from now on.

    Parameters
    ----------
    wanted
        Number, hash or alias of a version.
    order
        Who wants it, and why.
    tools
        Settings and the store.
    as_of
        The moment.

    Raises
    ------
    InvalidInputError
        ``models-version-unknown``, ``models-no-alias``, ``models-version-unclear``;
        ``models-is-champion``; ``models-not-compared``, ``models-not-passed``: it was not found
        to be better than the champion; ``models-no-canary``;
        ``models-force-without-reason``, ``models-words-too-long``.
    BookError, RegistryError, ShelfError
        The files are not whole, or cannot be written. What was served stays.
    """
    _check(order)
    with opened(tools=tools, as_of=as_of) as found:
        one, champion = found.find(wanted), found.find(CHAMPION)
        if one.number == champion.number:
            raise InvalidInputError("models-is-champion", number=one.number)
        verdict = verdict_of(one, champion)
        if not order.force:
            _hold_back(one, verdict)
            if order.after_canary and canary_of(one, champion) != "passed":
                raise InvalidInputError("models-no-canary", number=one.number)
        _put_on_shelf(found, one)
        kind: Kind = "promoted"
        act = _act(kind, (one.number, one.kept.version), champion.number, order, as_of, verdict)
        issues = [*found.issues, *_carry_out(act, book=found.book, tools=tools)]
        late = _settled(found)
    return Changed(act=act, alias_told=not late, issues=(*issues, *late))


def roll_back(to: str | None, order: Order, *, tools: Toolbox, as_of: datetime) -> Changed:
    """Have the model served that was served before; the registry need not be there.

    Parameters
    ----------
    to
        Number or hash of a version that was served once; ``None``: the one before.
    order
        Who wants it, and why.
    tools
        Settings and the store.
    as_of
        The moment.

    Raises
    ------
    InvalidInputError
        ``models-nothing-before``: the shipped model is served and nothing was before;
        ``models-never-served``: that version was not; ``models-is-champion``.
    BookError, ShelfError
        The files are not whole, or cannot be written. What was served stays.
    """
    _check(order)
    book = book_of(tools)
    with book.held():
        issues = heal(book, tools=tools)
        served = book.served()
        number = _before(book) if to is None else _served_once(book, to)
        if number == served:
            raise InvalidInputError("models-is-champion", number=number)
        version = _version_of(book, number)
        kind: Kind = "rolled-back"
        act = _act(kind, (number, version), served, order, as_of, "")
        issues += _carry_out(act, book=book, tools=tools)
    late: list[Issue] = []
    try:
        with opened(tools=tools, as_of=as_of):
            # Opening it is what makes its aliases follow the shelf.
            pass
    except AhorraLuzError as error:
        late.append(_later(error))
    return Changed(act=act, alias_told=not late, issues=(*issues, *late))


def _check(order: Order) -> None:
    if order.force and not order.reason.strip():
        raise InvalidInputError("models-force-without-reason")
    for words in (order.by, order.reason):
        if len(words) > LONGEST_WORDS:
            raise InvalidInputError("models-words-too-long", limit=LONGEST_WORDS, size=len(words))


def _hold_back(one: Numbered, verdict: str) -> None:
    if not verdict:
        raise InvalidInputError("models-not-compared", number=one.number)
    if verdict == "cannot-tell":
        raise InvalidInputError("models-nobody-can-tell", number=one.number)
    if verdict != "better":
        raise InvalidInputError("models-not-passed", number=one.number)


def _put_on_shelf(found: Opened, one: Numbered) -> None:
    """Put the files of a version onto the shelf, where nothing points to them yet."""
    if one.number == SHIPPED_NUMBER:
        return
    with found.files(one) as folder:
        put(
            folder.path,
            found.book.shelf,
            name=found.name,
            version=one.kept.version,
            number=one.number,
        )


def _settled(found: Opened) -> list[Issue]:
    """Tell the registry what is served; where it went away meanwhile, the next command does."""
    try:
        found.settle()
    except AhorraLuzError as error:
        return [_later(error)]
    return []


def _later(error: AhorraLuzError) -> Issue:
    return Issue(
        code="models-alias-later",
        severity=Severity.WARNING,
        parameters={"code": error.issue.code},
    )


def _carry_out(act: Act, *, book: Book, tools: Toolbox) -> list[Issue]:
    """Point to another model, and write down that it was done."""
    book.begin(act)
    try:
        point_to(book.shelf, name=book.name, number=act.number)
    except AhorraLuzError:
        book.end()
        raise
    issues = write_down(act, book=book, tools=tools)
    book.end()
    return issues


def _act(
    kind: Kind,
    model: tuple[int, str],
    before: int,
    order: Order,
    as_of: datetime,
    verdict: str,
) -> Act:
    number, version = model
    return Act(
        id=secrets.token_hex(8),
        kind=kind,
        at=as_of.isoformat(timespec="seconds"),
        by=order.by,
        number=number,
        version=version,
        before=before,
        reason=order.reason.strip(),
        forced=order.force,
        verdict=verdict,
    )


def _before(book: Book) -> int:
    """Return what was served before what is served now."""
    stack = stack_of(book.acts())
    served = book.served()
    if stack[-1] != served:
        # Somebody pointed the shelf elsewhere by hand: before that, the book says, was this.
        return stack[-1]
    if len(stack) < 2:
        raise InvalidInputError("models-nothing-before", number=served)
    return stack[-2]


def _served_once(book: Book, wanted: str) -> int:
    """Return the number of a version that was served once."""
    served = {SHIPPED_NUMBER: shipped_folder().version}
    served |= {act.number: act.version for act in book.acts() if act.number != SHIPPED_NUMBER}
    chosen = [number for number, version in served.items() if wanted in (str(number), version)]
    if len(chosen) != 1:
        numbers = [str(number) for number in sorted(served)]
        raise InvalidInputError("models-never-served", value=wanted[:60], choices=numbers)
    return chosen[0]


def _version_of(book: Book, number: int) -> str:
    if number == SHIPPED_NUMBER:
        return shipped_folder().version
    found = {one.number: one.version for one in shelf_versions(book.shelf, name=book.name)}
    return found.get(number, "")
