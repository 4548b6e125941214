"""Who may look at a home as a consultant: while its owner agrees, or as long as it has none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Reach
from ahorraluz.services.accounts.consents import Purpose, holding, withdraw_consent
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.services.accounts.trail import note, note_home, of_account, of_home
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.jobs import drop_files
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account, TrailEntry

LOOKED = "consultant-looked"
AT_ONCE = 200
"""Lines of the trail that are read in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A consultant who may look at a home."""

    account: str
    name: str
    """Organisation, and how to reach them."""
    since: datetime
    until: datetime | None
    """``None``: until it is taken back."""


def speaks_for(account: Account) -> str:
    """Return by what people know somebody of an organisation."""
    return f"{account.organisation} ({account.name})" if account.organisation else account.name


def lets_in(home: str, account: str, *, tools: Toolbox, as_of: datetime) -> bool:
    """Tell whether a consultant who reaches a home may look at it at a moment."""
    return home in open_homes([home], account, tools=tools, as_of=as_of)


def open_homes(
    homes: Iterable[str], account: str, *, tools: Toolbox, as_of: datetime
) -> dict[str, bool]:
    """Return the homes that a consultant may look at, and whether each has an owner.

    Parameters
    ----------
    homes
        Homes that the consultant reaches.
    account
        The consultant.
    tools
        The store.
    as_of
        The moment.
    """
    reached = tuple(homes)
    owners = client_book(tools).owners_of(reached)
    agreed: set[str | None] = set()
    if owners:
        held = tools.store.people.consents.that_hold(
            Purpose.CONSULTANT.value, at=as_of, subject=account
        )
        # What somebody agreed to who no longer owns the home counts no more.
        agreed = {c.home for c in held if owners.get(c.home or "") == c.account}
    return {home: home in owners for home in reached if home not in owners or home in agreed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Somebody who looks at homes, from one beginning on."""

    account: str
    since: datetime
    """Beginning of the session: looks after it are one look."""


def looking(who: SignedIn) -> Looking:
    """Return a session as somebody who looks."""
    return Looking(account=who.account.id, since=who.session.created_at.replace(microsecond=0))


def note_looks(
    homes: Iterable[str], *, act: str = LOOKED, who: Looking, tools: Toolbox, as_of: datetime
) -> None:
    """Write in the trail of each home that somebody looked: once in a session."""
    wanted = {of_home(home, tools=tools): home for home in homes}
    if not wanted:
        return
    actor = of_account(who.account, tools=tools)
    for line in _lines_since(who.since, actor=actor, tools=tools):
        if line.act == act:
            wanted.pop(line.subject, None)
    for home in wanted.values():
        note_home(act, home, tools=tools, as_of=as_of, actor=who.account)


def _lines_since(since: datetime, *, actor: str, tools: Toolbox) -> Iterator[TrailEntry]:
    """Yield what somebody did since a moment, newest first."""
    before: int | None = None
    while True:
        lines = tools.store.people.trail.newest(limit=AT_ONCE, before=before, actor=actor)
        for line in lines:
            if line.at < since:
                return
            yield line
        if len(lines) < AT_ONCE:
            return
        before = lines[-1].id


def note_exports(
    homes: Iterable[str], *, account: str, count: int, tools: Toolbox, as_of: datetime
) -> None:
    """Write that a consultant took homes out: for each owner, and how many for themselves."""
    for home in homes:
        note_home("consultant-exported", home, tools=tools, as_of=as_of, actor=account)
    note(
        "clients-exported",
        tools=tools,
        as_of=as_of,
        actor=account,
        account=account,
        detail=str(count),
    )


def note_look_of_consultant(home: str, *, who: Looking, tools: Toolbox, as_of: datetime) -> None:
    """Write that a consultant looked at a home, where somebody owns it to be told."""
    if client_book(tools).owners_of([home]):
        note_looks([home], who=who, tools=tools, as_of=as_of)


def accesses(home: str, *, tools: Toolbox, as_of: datetime) -> tuple[Access, ...]:
    """Return the consultants who may look at a home now."""
    people = tools.store.people
    owner = client_book(tools).owners_of([home]).get(home)
    until = {
        given.subject: given.until
        for given in (holding(owner, tools=tools, as_of=as_of) if owner else ())
        if given.home == home and given.purpose == Purpose.CONSULTANT
    }
    found = []
    for reached in people.households.reached_by(home):
        if reached.reach is Reach.CONSULTANT and reached.account in until:
            account = people.accounts.get(reached.account)
            found.append(
                Access(
                    account=reached.account,
                    name=speaks_for(account),
                    since=reached.granted_at,
                    until=until[reached.account],
                )
            )
    return tuple(found)


def withdraw_access(
    home: str, consultant: str, *, owner: str, tools: Toolbox, as_of: datetime
) -> None:
    """Let a consultant look at a home no more, at once; one who may not anyway is no error."""
    for given in holding(owner, tools=tools, as_of=as_of):
        if (given.home, given.purpose, given.subject) == (home, Purpose.CONSULTANT, consultant):
            withdraw_consent(owner, given.id, tools=tools, as_of=as_of)
    if tools.store.people.households.end_reach(home, consultant):
        note_home("access-ended", home, tools=tools, as_of=as_of, actor=owner)
        drop_files([consultant], tools=tools)


def leave_home(home: str, consultant: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Take a home out of a portfolio; one that nobody owns is erased for good."""
    if client_book(tools).owners_of([home]):
        note_home("access-left", home, tools=tools, as_of=as_of, actor=consultant)
        tools.store.people.households.end_reach(home, consultant)
        drop_files([consultant], tools=tools)
    else:
        forget_home(home, tools=tools)


def end_lapsed_access(*, tools: Toolbox, as_of: datetime) -> None:
    """End what consultants may do with homes whose owners' agreement has run out.

    What jobs packed for them while they might look is deleted, too.
    """
    try:
        ended = client_book(tools).end_lapsed(Purpose.CONSULTANT.value, at=as_of)
    except AhorraLuzError as error:
        if error.issue.code != "database-none":
            raise
        return
    drop_files(set(ended), tools=tools)
