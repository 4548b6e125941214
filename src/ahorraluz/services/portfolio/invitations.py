"""Invitations: by a code of a consultant, a resident shares a home or takes one over."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Permission, Reach, may
from ahorraluz.security.tokens import hash_token
from ahorraluz.services.accounts.consents import PAGES, Purpose, hash_of, holding
from ahorraluz.services.accounts.trail import note, note_home
from ahorraluz.services.households.keeping import MOST_HOMES, kept_home
from ahorraluz.services.portfolio.access import speaks_for
from ahorraluz.services.portfolio.importing import PERU_TIME, client_book
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account, Consent
from ahorraluz.store.sessions import Ticket
from ahorraluz.texts import Texts

INVITE = "consultant-invite"
VALID = timedelta(days=14)
MOST_OPEN = 200
"""Invitations of one consultant that nobody has taken up yet."""
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none of them is taken for another."""
LENGTH, GROUP = 20, 5
"""100 bits: nobody finds one by trying."""
MISTAKEN = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
SHARE_DAYS = (30, 90, 180, 365)
"""How long a home is shared: one of these. [day]"""


class InvitationError(AhorraLuzError):
    """An invitation that cannot be made or taken up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A code that was just made; it is stored nowhere as it is."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What a code invites to."""

    consultant: Account
    home: str | None
    """Home to be taken over; ``None``: one of the resident's own is to be shared."""
    label: str
    """How the consultant calls that home."""

    @property
    def who(self) -> str:
        """Who invites."""
        return speaks_for(self.consultant)


def invite(account: str, *, home: str | None, tools: Toolbox, as_of: datetime) -> Invitation:
    """Make a code for one resident.

    Parameters
    ----------
    account
        The consultant.
    home
        A home of the portfolio to be taken over; ``None``: the resident is to share a home.

    Raises
    ------
    InvitationError
        ``invitation-home-owned``: somebody owns it; ``invitation-home-unknown``;
        ``invitations-too-many``.
    """
    people = tools.store.people
    if open_invitations(account, tools=tools, as_of=as_of) >= MOST_OPEN:
        raise InvitationError("invitations-too-many", limit=MOST_OPEN)
    if home is not None:
        if people.households.reach(home, account) is not Reach.CONSULTANT:
            raise InvitationError("invitation-home-unknown")
        if client_book(tools).owners_of([home]):
            raise InvitationError("invitation-home-owned")
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    expires_at = as_of + VALID
    ticket = Ticket(purpose=INVITE, account=account, home=home)
    people.sessions.issue_ticket(hash_token(code), ticket, as_of=as_of, expires_at=expires_at)
    note("invitation-made", tools=tools, as_of=as_of, actor=account, account=account)
    groups = [code[at : at + GROUP] for at in range(0, LENGTH, GROUP)]
    return Invitation(code="-".join(groups), expires_at=expires_at)


def open_invitations(account: str, *, tools: Toolbox, as_of: datetime) -> int:
    """Return how many codes of a consultant nobody took up yet."""
    return tools.store.people.sessions.tickets_of(account, INVITE, at=as_of)


def void_invitations(account: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Take back every code of a consultant that nobody took up yet."""
    tools.store.people.sessions.drop_tickets(account, INVITE)
    note("invitations-voided", tools=tools, as_of=as_of, actor=account, account=account)


def invited_by(code: str, *, tools: Toolbox, as_of: datetime) -> Invited:
    """Return what a code invites to, without using it up.

    Raises
    ------
    InvitationError
        ``invitation-gone``: there is none such, it was used, is over, or nobody stands behind it.
    """
    people = tools.store.people
    ticket = people.sessions.look_at_ticket(_hash(code), INVITE, at=as_of)
    if ticket is None or ticket.account is None:
        raise InvitationError("invitation-gone")
    consultant = people.accounts.get(ticket.account)
    stands = may(consultant.role, Permission.KEEP_PORTFOLIO) and consultant.suspended_at is None
    label = ""
    if ticket.home is not None and stands:
        reach = people.households.reach(ticket.home, consultant.id)
        stands = reach is Reach.CONSULTANT and not client_book(tools).owners_of([ticket.home])
        label = kept_home(ticket.home, tools=tools).label if stands else ""
    if not stands:
        raise InvitationError("invitation-gone")
    return Invited(consultant=consultant, home=ticket.home, label=label)


def words_of_share(invited: Invited, texts: Texts, *, until: datetime | None) -> str:
    """Return the exact words by which a resident lets a consultant in."""
    if until is None:
        return texts.text("access.words-open", who=invited.who)
    return texts.text(
        "access.words", who=invited.who, day=texts.date(until.astimezone(PERU_TIME).date())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepting:
    """A resident who takes an invitation up."""

    code: str
    account: str
    texts: Texts
    """Language of the words that were shown."""


def share_home(
    accepting: Accepting, *, home: str, days: int, tools: Toolbox, as_of: datetime
) -> None:
    """Let the consultant of a code look at a home of one's own, for a time.

    Raises
    ------
    InvitationError
        ``invitation-gone``; ``invitation-days``; ``invitation-not-yours``: the home is
        somebody else's; ``invitation-own``: the code is one's own.
    """
    account, code = accepting.account, accepting.code
    invited = _for(account, code, tools=tools, as_of=as_of)
    if invited.home is not None:
        raise InvitationError("invitation-gone")
    if days not in SHARE_DAYS:
        raise InvitationError("invitation-days", value=days)
    households = tools.store.people.households
    if households.reach(home, account) is not Reach.OWNER:
        raise InvitationError("invitation-not-yours")
    _use_up(code, tools=tools, as_of=as_of)
    households.grant(home, invited.consultant.id, Reach.CONSULTANT, as_of=as_of)
    until = as_of + timedelta(days=days)
    _agree(invited, home, accepting, until=until, tools=tools, as_of=as_of)


def take_over(accepting: Accepting, *, tools: Toolbox, as_of: datetime) -> str:
    """Make a home of a consultant's portfolio one's own; the consultant keeps looking at it.

    Raises
    ------
    InvitationError
        ``invitation-gone``, ``invitation-own``; ``invitation-homes-too-many``.
    """
    account, code = accepting.account, accepting.code
    invited = _for(account, code, tools=tools, as_of=as_of)
    if invited.home is None:
        raise InvitationError("invitation-gone")
    households = tools.store.people.households
    owned = [r for r in households.homes_of(account) if r.reach is Reach.OWNER]
    if len(owned) >= MOST_HOMES:
        raise InvitationError("invitation-homes-too-many", limit=MOST_HOMES)
    _use_up(code, tools=tools, as_of=as_of)
    home = invited.home
    # A home may have several codes; of two people who come at once, one is too late.
    if not households.make_owner(home, account, as_of=as_of):
        raise InvitationError("invitation-gone")
    _agree(invited, home, accepting, until=None, tools=tools, as_of=as_of)
    return home


def _for(account: str, code: str, *, tools: Toolbox, as_of: datetime) -> Invited:
    invited = invited_by(code, tools=tools, as_of=as_of)
    if invited.consultant.id == account:
        raise InvitationError("invitation-own")
    return invited


def _use_up(code: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Use a code up: of two who send it at once, one is too late."""
    if tools.store.people.sessions.take_ticket(_hash(code), INVITE, at=as_of) is None:
        raise InvitationError("invitation-gone")


def _agree(
    invited: Invited,
    home: str,
    accepting: Accepting,
    *,
    until: datetime | None,
    tools: Toolbox,
    as_of: datetime,
) -> None:
    """Keep the words that were agreed to, in place of earlier ones about the same."""
    account, texts, subject = accepting.account, accepting.texts, invited.consultant.id
    book = tools.store.people.consents
    for held in holding(account, tools=tools, as_of=as_of):
        if (held.home, held.purpose, held.subject) == (home, Purpose.CONSULTANT, subject):
            book.withdraw(account, held.id, as_of=as_of)
    words = words_of_share(invited, texts, until=until)
    book.give(
        Consent(
            id=0,
            account=account,
            home=home,
            purpose=Purpose.CONSULTANT.value,
            subject=subject,
            text_sha256=hash_of(words),
            language=texts.locale,
            channel=PAGES,
            given_at=as_of,
            until=until,
            withdrawn_at=None,
        )
    )
    note_home("access-given", home, tools=tools, as_of=as_of, actor=account)


def _hash(code: str) -> str:
    """Return what is kept of a code, however its letters were typed."""
    letters = re.sub(r"[^0-9A-Z]", "", code[:100].upper()).translate(MISTAKEN)
    return hash_token(letters)
