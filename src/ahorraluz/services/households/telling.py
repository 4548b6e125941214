"""Answers of a step of the wizard put into a kept home; nobody's answers are lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.services.accounts.consents import renew_comparison
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.households.keeping import KeptHome, Pairs, change_home
from ahorraluz.services.inquiries.fields import APPLIANCES
from ahorraluz.services.inquiries.query import Query
from ahorraluz.services.toolbox import Toolbox

LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The answers to one step."""

    fields: Sequence[str]
    """Parameters that were asked for; one that ends in a point stands for all with that
    beginning. What was not answered is taken out of the home."""
    answers: Query
    actor: str
    """Account that answered."""
    step: str
    """For the trail."""


def tell_home(home: KeptHome, told: Told, *, tools: Toolbox, as_of: datetime) -> KeptHome:
    """Keep the answers to some fields instead of the former ones.

    Raises
    ------
    InvalidInputError
        The issues of fields that cannot be; nothing is written then.
    StoreError
        ``home-changed-meanwhile``.
    """
    errors = [issue for name, issue in told.answers.errors.items() if _asked(name, told.fields)]
    errors += unknown_appliances(told.answers.appliances) if APPLIANCES in told.fields else []
    if errors:
        raise InvalidInputError.of(errors)
    changed = change_home(with_answers(home, told), tools=tools, as_of=as_of)
    note_home("home-told", home.id, tools=tools, as_of=as_of, actor=told.actor, detail=told.step)
    renew_comparison(home.id, tools=tools, as_of=as_of)
    return changed


def unknown_appliances(named: Iterable[str]) -> list[Issue]:
    """Return an issue for each appliance that the catalogue does not have.

    One that it had once may be among what a home told: its people are to choose another.
    """
    known = load_appliances()
    return [
        Issue(
            code="appliance-unknown",
            severity=Severity.ERROR,
            parameters={"appliance": name[:LONGEST_SHOWN]},
        )
        for name in named
        if name not in known
    ]


def with_answers(home: KeptHome, told: Told) -> KeptHome:
    """Return a home in which the answers stand; nothing is kept yet."""
    kept = [(name, value) for name, value in home.pairs if not _asked(name, told.fields)]
    new = [(name, value) for name, value in told.answers.pairs() if _asked(name, told.fields)]
    return replace(home, pairs=(*kept, *new))


def differing(one: Pairs, other: Pairs) -> Iterable[str]:
    """Return the fields that two versions of a home tell differently."""
    names = dict.fromkeys(name for name, _ in (*one, *other))
    return [name for name in names if _values(one, name) != _values(other, name)]


def _values(pairs: Pairs, name: str) -> list[str]:
    return [value for field, value in pairs if field == name]


def _asked(name: str, fields: Sequence[str]) -> bool:
    prefix, dot, _ = name.partition(".")
    return name in fields or (bool(dot) and f"{prefix}." in fields and name != APPLIANCES)
