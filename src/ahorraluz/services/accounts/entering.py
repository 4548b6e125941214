"""Joining and signing in: the same time and words whether a name is known or not."""

import secrets
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
from ahorraluz.services.accounts.attempts import count_failure, held_back
from ahorraluz.services.accounts.names import read_name
from ahorraluz.services.accounts.trail import note
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
    account = account_of(name, tools=tools)
    known = None if account is None else accounts.secrets(account.id)
    if account is not None and held_back(account, tools=tools, as_of=as_of):
        # The same work as for a wrong password, so that the time tells nothing.
        known = None
    right = verify_password(None if known is None else known.password, password)
    if account is None or known is None or not right or account.suspended_at is not None:
        if account is not None and known is not None and not right:
            count_failure(account, tools=tools, as_of=as_of)
        subject = None if account is None else account.id
        note("sign-in-failed", tools=tools, as_of=as_of, account=subject)
        raise SignInError("sign-in-refused")
    # Whoever has the password alone must not get free tries at the second factor by it.
    if known.failures and not account.has_second_factor:
        accounts.note_success(account.id)
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
    held = held_back(account, tools=tools, as_of=as_of)
    known = None if held else tools.store.people.accounts.secrets(account.id).password
    if not verify_password(known, password):
        if not held:
            count_failure(account, tools=tools, as_of=as_of)
        raise SignInError("password-wrong")


def account_of(name: str, *, tools: Toolbox) -> Account | None:
    """Return the account of a name as it was typed, ``None`` where there is none."""
    try:
        return tools.store.people.accounts.find(read_name(name))
    except AhorraLuzError as error:
        if error.issue.code in ("account-name-missing", "account-name-invalid"):
            return None
        raise
