"""Joining and signing in: the same time and words whether a name is known or not."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.passwords import (
    check_password,
    hash_password,
    needs_rehash,
    verify_password,
)
from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.attempts import begin_attempt, forget_failures, take_back
from ahorraluz.services.accounts.names import LONGEST_NAME, read_name
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.limits import Budget, anything_left, spend
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.store.accounts import NewAccount

ACCOUNT_PREFIX = "a-"
ACCOUNT_BYTES = 12


class SignInError(AhorraLuzError):
    """Nobody was signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """What somebody types to join."""

    name: str
    password: str
    language: str
    role: Role = Role.RESIDENT
    organisation: str = ""
    asker: str = ""
    """Address that the form came from, to count what it learns; empty: the machine's own."""


TAKEN = Budget(name="taken-names", burst=5, a_second=1 / 300)
"""Names that somebody may learn to be taken: a family tries a few, who tries a list cannot."""
NAMED = Budget(name="joining-names", burst=5, a_second=1 / 600)
"""How often one name may be asked for, by whomever."""
UNKNOWN = Budget(name="unknown-names", burst=5, a_second=1 / 600)


def join(joining: Joining, *, tools: Toolbox, as_of: datetime) -> Account:
    """Make an account.

    Raises
    ------
    InvalidInputError
        ``account-name-missing``, ``account-name-invalid``, or what
        :func:`ahorraluz.security.passwords.check_password` refuses.
    StoreError
        ``account-there-already``.
    SignInError
        ``names-asked-too-often``: the address learnt of several names that they are taken, or
        the name was asked for often. It is said of free names as well.
    """
    name = read_name(joining.name)
    check_password(joining.password, name=name)
    if joining.asker:
        may_learn(joining.asker, name, tools=tools, as_of=as_of)
    new = NewAccount(
        id=ACCOUNT_PREFIX + secrets.token_hex(ACCOUNT_BYTES),
        name=name,
        password=hash_password(joining.password),
        role=joining.role,
        language=joining.language,
        organisation=joining.organisation,
    )
    with told_taken(joining.asker, tools=tools, as_of=as_of):
        account = tools.store.people.accounts.add(new, as_of=as_of)
    note("account-made", tools=tools, as_of=as_of, actor=account.id, account=account.id)
    return account


def sign_in(name: str, password: str, *, tools: Toolbox, as_of: datetime) -> Account:
    """Return the account of a name and its password.

    Raises
    ------
    SignInError
        ``sign-in-refused``: name or password are wrong, or too many wrong ones came before; it
        is not said which, so that nobody learns who has an account.
    """
    accounts = tools.store.people.accounts
    account = account_of(name, tools=tools)
    attempt = None
    if account is not None:
        attempt = begin_attempt(account, tools=tools, as_of=as_of)
    else:
        count_unknown(name, tools=tools, as_of=as_of)
    # Where nobody may try yet, the same work as for a wrong password: the time tells nothing.
    known = None if account is None or attempt is None else accounts.secrets(account.id)
    right = verify_password(None if known is None else known.password, password)
    if account is None or attempt is None or known is None or not right or _is_out(account):
        subject = None if account is None else account.id
        note("sign-in-failed", tools=tools, as_of=as_of, account=subject)
        raise SignInError("sign-in-refused")
    if account.has_second_factor:
        # Whoever has the password alone must not get free tries at the second factor by it.
        take_back(attempt, tools=tools)
    else:
        forget_failures(account, tools=tools)
    if account.reset_until is not None and tools.store.people.resets.cancel(account.id):
        # Whoever knows the password has not forgotten it: the link was not for them.
        note("reset-cancelled", tools=tools, as_of=as_of, actor=account.id, account=account.id)
    if needs_rehash(known.password):
        accounts.set_password(account.id, hash_password(password))
    return account


def check_own_password(account: Account, password: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Check a password again before something that cannot be undone.

    Raises
    ------
    SignInError
        ``password-wrong``: it is not the one, or too many wrong ones came before.
    """
    attempt = begin_attempt(account, tools=tools, as_of=as_of)
    known = None if attempt is None else tools.store.people.accounts.secrets(account.id).password
    if not verify_password(known, password) or attempt is None:
        raise SignInError("password-wrong")
    take_back(attempt, tools=tools)


def _is_out(account: Account) -> bool:
    return account.suspended_at is not None


def may_learn(asker: str, name: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Refuse who has learnt of several names that they are taken, whatever the next one is.

    Raises
    ------
    SignInError
        ``names-asked-too-often``.
    """
    asked = spend(NAMED, name, tools=tools, as_of=as_of)
    if not asked or not anything_left(TAKEN, asker, tools=tools, as_of=as_of):
        raise SignInError("names-asked-too-often")


@contextmanager
def told_taken(asker: str, *, tools: Toolbox, as_of: datetime) -> Iterator[None]:
    """Count it where somebody is told inside that a name is taken."""
    try:
        yield
    except AhorraLuzError as error:
        if asker and error.issue.code == "account-there-already":
            spend(TAKEN, asker, tools=tools, as_of=as_of)
        raise


def count_unknown(name: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Count an attempt for a name without account: the same work as for one that has one."""
    spend(UNKNOWN, name[:LONGEST_NAME], tools=tools, as_of=as_of)


def account_of(name: str, *, tools: Toolbox) -> Account | None:
    """Return the account of a name as it was typed, ``None`` where there is none."""
    try:
        return tools.store.people.accounts.find(read_name(name))
    except AhorraLuzError as error:
        if error.issue.code in ("account-name-missing", "account-name-invalid"):
            return None
        raise
