"""A kept home replaced by what a program says of it, checked as a whole, and deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.accounts.consents import renew_comparison
from ahorraluz.services.accounts.trail import note, note_home
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.households.asking import query_of
from ahorraluz.services.households.keeping import KeptHome, Pairs, change_home
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.verify_savings import check_step


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Everything that is to be kept of a home from now on."""

    pairs: Pairs
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """By step of the plan: ``later`` or ``no``."""


def check_replacement(by: Replacement) -> None:
    """Check that everything said of a home can be.

    Raises
    ------
    InvalidInputError
        The issues of all answers that cannot, at once; ``verify-step-unknown``.
    """
    errors = query_of(by.pairs).errors
    if errors:
        raise InvalidInputError.of(tuple(errors.values()))
    for step in by.choices:
        check_step(step)


def replace_home(
    home: KeptHome, by: Replacement, *, actor: str, tools: Toolbox, as_of: datetime
) -> KeptHome:
    """Keep what is now said of a home, over the version that was read.

    Raises
    ------
    InvalidInputError
        As :func:`check_replacement`; nothing is written then.
    StoreError
        ``home-changed-meanwhile``.
    """
    check_replacement(by)
    new = replace(home, pairs=tuple(by.pairs), label=by.label, choices=by.choices)
    changed = change_home(new, tools=tools, as_of=as_of)
    note_home("home-told", home.id, tools=tools, as_of=as_of, actor=actor, detail="api")
    renew_comparison(home.id, tools=tools, as_of=as_of)
    return changed


def delete_home(home: str, *, actor: str, tools: Toolbox, as_of: datetime) -> None:
    """Erase everything that is kept of a home; that it was done stays with who did it."""
    forget_home(home, tools=tools)
    note("home-deleted", tools=tools, as_of=as_of, actor=actor, account=actor)
