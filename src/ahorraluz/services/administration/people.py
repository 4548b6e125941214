"""Accounts as an administrator looks after them: how many, who may what, and ways in."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ahorraluz.catalog.privacy_law import load_privacy_law
from ahorraluz.core.history import Source
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.passwords import hash_password
from ahorraluz.security.roles import Permission, Reach, Role, may
from ahorraluz.services.accounts.administering import (
    AdministeringError,
    ListedAccount,
    list_accounts,
    resume,
    set_role,
    suspend,
)
from ahorraluz.services.accounts.entering import ACCOUNT_BYTES, ACCOUNT_PREFIX
from ahorraluz.services.accounts.names import read_name
from ahorraluz.services.accounts.resetting import WayBack, approve_reset, ask_reset, void_reset
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.store.accounts import NewAccount

OFFICER_LIMITS = ("officer-with-cloud", "officer-alone")
"""Figures of the law on data: from how many people on somebody has to answer for their data."""
GIVEN_ROLES = tuple(role for role in Role if role is not Role.ADMINISTRATOR)
"""Roles that administrators give. They make no other administrator: who could, would agree to
their own requests under a second name. Whoever runs the machine does."""
LONGEST_ORGANISATION = 100
UNUSABLE_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number of people from which on the law asks for more."""

    name: str
    people: int
    reached: bool
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many people this service holds data about."""

    accounts: int
    by_role: Mapping[Role, int]
    homes_of_others: int
    """Homes that a consultant or a file brought in, and nobody owns."""
    limits: tuple[Limit, ...]

    @property
    def people(self) -> int:
        """Accounts, and one person at least for each home that nobody owns."""
        return self.accounts + self.homes_of_others


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Somebody of staff who is to come."""

    name: str
    role: Role
    organisation: str
    language: str


def count_people(*, tools: Toolbox, as_of: datetime) -> Counted:
    """Return how many people there are data about, against the limits of the law."""
    accounts = list_accounts(tools=tools)
    households = tools.store.people.households
    owned = {
        reached.home
        for account in accounts
        if may(account.role, Permission.OWN_HOMES)
        for reached in households.homes_of(account.id)
        if reached.reach is Reach.OWNER
    }
    homes = _homes(tools, accounts) - owned
    count = len(accounts) + len(homes)
    laws = load_privacy_law()
    found = [(name, laws[name].at(as_of.date())) for name in OFFICER_LIMITS]
    return Counted(
        accounts=len(accounts),
        by_role=Counter(account.role for account in accounts),
        homes_of_others=len(homes),
        limits=tuple(
            Limit(
                name=name,
                people=int(entry.value or Decimal(0)),
                reached=count >= (entry.value or Decimal(0)),
                source=entry.source,
            )
            for name, entry in found
        ),
    )


def find_accounts(words: str, *, tools: Toolbox) -> Sequence[ListedAccount]:
    """Return the accounts whose name, organisation or role holds some words, newest first."""
    wanted = words.casefold().split()
    return [
        account
        for account in reversed(list_accounts(tools=tools))
        if all(
            word in f"{account.name} {account.organisation} {account.role}".casefold()
            for word in wanted
        )
    ]


def invite_staff(
    invitation: Invitation, *, actor: str, tools: Toolbox, as_of: datetime
) -> tuple[Account, WayBack]:
    """Make an account that nobody can enter yet; return it with the link that opens it.

    The link is mailed where letters can be sent, and not shown then.

    Raises
    ------
    StoreError
        ``account-there-already``.
    InvalidInputError
        ``account-name-missing``, ``account-name-invalid``.
    AdministeringError
        ``invite-organisation-long``, ``role-not-given-here``.
    """
    if invitation.role not in GIVEN_ROLES:
        raise AdministeringError("role-not-given-here")
    organisation = " ".join(invitation.organisation.split())
    if len(organisation) > LONGEST_ORGANISATION or not organisation.isprintable():
        raise AdministeringError("invite-organisation-long", limit=LONGEST_ORGANISATION)
    new = NewAccount(
        id=ACCOUNT_PREFIX + secrets.token_hex(ACCOUNT_BYTES),
        name=read_name(invitation.name),
        # Nobody knows it: the link sets another.
        password=hash_password(secrets.token_urlsafe(UNUSABLE_BYTES)),
        role=invitation.role,
        language=invitation.language,
        organisation=organisation,
    )
    account = tools.store.people.accounts.add(new, as_of=as_of)
    note(
        "account-invited",
        tools=tools,
        as_of=as_of,
        actor=actor,
        account=account.id,
        detail=account.role,
    )
    return account, ask_reset(account, tools=tools, as_of=as_of, actor=actor)


def give_role(account: str, role: Role, *, actor: str, tools: Toolbox, as_of: datetime) -> None:
    """Give somebody else another role.

    Raises
    ------
    AdministeringError
        ``account-own``: one's own, so that an administrator remains; ``role-with-homes``: the
        account owns homes, and the role could not; ``role-not-given-here``: administrators are
        made on the machine.
    """
    found = other_account(account, actor=actor, tools=tools)
    owns = any(
        reached.reach is Reach.OWNER for reached in tools.store.people.households.homes_of(found.id)
    )
    if owns and not may(role, Permission.OWN_HOMES):
        raise AdministeringError("role-with-homes")
    if role is not found.role and role not in GIVEN_ROLES:
        raise AdministeringError("role-not-given-here")
    if role is not found.role:
        set_role(found, role, tools=tools, as_of=as_of, actor=actor)


def keep_out(account: str, *, actor: str, tools: Toolbox, as_of: datetime) -> None:
    """Keep somebody else out; raises as :func:`other_account`."""
    suspend(other_account(account, actor=actor, tools=tools), tools=tools, as_of=as_of, actor=actor)


def let_in_again(account: str, *, actor: str, tools: Toolbox, as_of: datetime) -> None:
    """Let somebody else in again; raises as :func:`other_account`."""
    resume(other_account(account, actor=actor, tools=tools), tools=tools, as_of=as_of, actor=actor)


def link_back(
    account: str, *, actor: str, tools: Toolbox, as_of: datetime
) -> tuple[Account, WayBack]:
    """Ask for a link by which somebody else sets a new password; as :func:`other_account`."""
    found = other_account(account, actor=actor, tools=tools)
    return found, ask_reset(found, tools=tools, as_of=as_of, actor=actor)


def agree_to_link(account: str, *, actor: str, tools: Toolbox, as_of: datetime) -> None:
    """Agree to what another administrator asked for; as :func:`other_account`."""
    found = other_account(account, actor=actor, tools=tools)
    approve_reset(found, actor=actor, tools=tools, as_of=as_of)


def take_link_back(account: str, *, actor: str, tools: Toolbox, as_of: datetime) -> None:
    """Take back what was asked for; raises as :func:`other_account`."""
    found = other_account(account, actor=actor, tools=tools)
    void_reset(found, actor=actor, tools=tools, as_of=as_of)


def other_account(account: str, *, actor: str, tools: Toolbox) -> Account:
    """Return an account that is not one's own.

    Raises
    ------
    StoreError
        ``account-unknown``.
    AdministeringError
        ``account-own``.
    """
    found = tools.store.people.accounts.get(account)
    if found.id == actor:
        raise AdministeringError("account-own")
    return found


def _homes(tools: Toolbox, accounts: Sequence[ListedAccount]) -> set[str]:
    """Return every home with readings, or in a portfolio."""
    households = tools.store.people.households
    reached = {
        found.home
        for account in accounts
        if may(account.role, Permission.KEEP_PORTFOLIO)
        for found in households.homes_of(account.id)
    }
    try:
        return reached | {home.id for home in tools.store.homes()}
    except AhorraLuzError as error:
        if error.issue.code == "database-none":
            return reached
        raise
