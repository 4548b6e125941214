"""Joining and signing in: the same time and words whether a name is known or not."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.passwords import (
    check_password,
    hash_password,
    needs_rehash,
    verify_password,
)
from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.names import read_name
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.store.accounts import NewAccount

ACCOUNT_PREFIX = "a-"
ACCOUNT_BYTES = 12
FREE_FAILURES = 4
"""Wrong passwords before the first wait: people mistype."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)


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


def join(joining: Joining, *, tools: Toolbox, as_of: datetime) -> Account:
    """Make an account.

    Raises
    ------
    InvalidInputError
        ``account-name-missing``, ``account-name-invalid``, or what
        :func:`ahorraluz.security.passwords.check_password` refuses.
    StoreError
        ``account-there-already``.
    """
    name = read_name(joining.name)
    check_password(joining.password, name=name)
    new = NewAccount(
        id=ACCOUNT_PREFIX + secrets.token_hex(ACCOUNT_BYTES),
        name=name,
        password=hash_password(joining.password),
        role=joining.role,
        language=joining.language,
        organisation=joining.organisation,
    )
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
    account = _account_of(name, tools=tools)
    known = None if account is None else accounts.secrets(account.id)
    if known is not None and known.locked_until is not None and as_of < known.locked_until:
        # The same work as for a wrong password, so that the time tells nothing.
        known = None
    right = verify_password(None if known is None else known.password, password)
    if account is None or known is None or not right or account.suspended_at is not None:
        if account is not None and known is not None and not right:
            wait = _wait_after(known.failures + 1)
            accounts.note_failure(account.id, locked_until=None if wait is None else as_of + wait)
        subject = None if account is None else account.id
        note("sign-in-failed", tools=tools, as_of=as_of, account=subject)
        raise SignInError("sign-in-refused")
    if known.failures:
        accounts.note_success(account.id)
    if needs_rehash(known.password):
        accounts.set_password(account.id, hash_password(password))
    return account


def check_own_password(account: Account, password: str, *, tools: Toolbox) -> None:
    """Check a password again before something that cannot be undone; ``password-wrong``."""
    if not verify_password(tools.store.people.accounts.secrets(account.id).password, password):
        raise SignInError("password-wrong")


def _account_of(name: str, *, tools: Toolbox) -> Account | None:
    try:
        return tools.store.people.accounts.find(read_name(name))
    except AhorraLuzError as error:
        if error.issue.code in ("account-name-missing", "account-name-invalid"):
            return None
        raise


def _wait_after(failures: int) -> timedelta | None:
    """Return how long nobody may try again: doubled with each wrong password."""
    if failures <= FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES - 1, 12)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
