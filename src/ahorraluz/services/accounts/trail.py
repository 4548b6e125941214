"""Lines of the audit trail, written by what people are called here.

A line names nobody: actor and subject are pseudonyms under the keys of the account and the home,
so that deleting either leaves lines that can be linked to nobody, and a chain that still holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import TrailEntry
from ahorraluz.store.trail import GENESIS, TrailCheck
from ahorraluz.store.vault import account_owner, home_owner

NOBODY = "-"
"""Actor of what nobody did who has an account: the program itself, or a stranger."""
SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailLine:
    """One line as its reader may know it."""

    at: datetime
    act: str
    detail: str
    actor: str | None
    """Account that did it, where the reader may know; ``None``: somebody unknown or gone."""


def note(
    act: str,
    *,
    tools: Toolbox,
    as_of: datetime,
    actor: str | None = None,
    account: str | None = None,
    detail: str = "",
) -> None:
    """Write a line of the trail about an account, or about nobody.

    Parameters
    ----------
    act
        What was done, such as ``sign-in-failed``; its words are ``trail.<act>``.
    tools
        The store.
    as_of
        The moment.
    actor, account
        Account that did it, and to which it was done.
    detail
        What else matters, without a personal word.
    """
    subject = NOBODY if account is None else of_account(account, tools=tools)
    who = NOBODY if actor is None else of_account(actor, tools=tools)
    tools.store.people.trail.note(act, actor=who, subject=subject, detail=detail, as_of=as_of)


def note_home(
    act: str,
    home: str,
    *,
    tools: Toolbox,
    as_of: datetime,
    actor: str | None,
    detail: str = "",
) -> None:
    """Write a line of the trail about a home; as :func:`note`."""
    who = NOBODY if actor is None else of_account(actor, tools=tools)
    subject = of_home(home, tools=tools)
    tools.store.people.trail.note(act, actor=who, subject=subject, detail=detail, as_of=as_of)


def check_trail(*, tools: Toolbox, head: str | None = None) -> TrailCheck:
    """Return what the trail holds where its chain is whole.

    Raises
    ------
    StoreError
        As :meth:`ahorraluz.store.trail.Trail.check`.
    """
    try:
        return tools.store.people.trail.check(head=head)
    except AhorraLuzError as error:
        if error.issue.code != "database-none" or head not in (None, GENESIS):
            raise
        return TrailCheck(count=0, head=GENESIS)


def of_account(account: str, *, tools: Toolbox) -> str:
    """Return by what the trail knows an account."""
    key = tools.store.people.vault.find(account_owner(account))
    return NOBODY if key is None else key.pseudonym(account)


def of_home(home: str, *, tools: Toolbox) -> str:
    """Return by what the trail knows a home."""
    key = tools.store.people.vault.find(home_owner(home))
    return NOBODY if key is None else key.pseudonym(home)


def trail_of_home(home: str, *, tools: Toolbox) -> tuple[TrailLine, ...]:
    """Return what was done with a home, newest first, with who did it."""
    subject = of_home(home, tools=tools)
    entries = tools.store.people.trail.newest(limit=SHOWN, subject=subject)
    reached = [r.account for r in tools.store.people.households.reached_by(home)]
    return _lines(entries, maybe=reached, tools=tools)


def trail_of_account(account: str, *, tools: Toolbox) -> tuple[TrailLine, ...]:
    """Return what was done to an account or by it, newest first."""
    pseudonym = of_account(account, tools=tools)
    trail = tools.store.people.trail
    entries = {
        entry.id: entry
        for entry in (
            *trail.newest(limit=SHOWN, subject=pseudonym),
            *trail.newest(limit=SHOWN, actor=pseudonym),
        )
    }
    newest = tuple(entries[id_] for id_ in sorted(entries, reverse=True))
    return _lines(newest, maybe=[account], tools=tools)


def _lines(
    entries: tuple[TrailEntry, ...], *, maybe: Sequence[str], tools: Toolbox
) -> tuple[TrailLine, ...]:
    """Return lines with who did it: one of those named, or somebody of staff.

    A resident does nothing to what is another's, so that not every account has to be tried.
    """
    staff = tools.store.people.accounts.staff()
    known = {of_account(id_, tools=tools): id_ for id_ in dict.fromkeys((*maybe, *staff))}
    return tuple(
        TrailLine(at=e.at, act=e.act, detail=e.detail, actor=known.get(e.actor)) for e in entries
    )
