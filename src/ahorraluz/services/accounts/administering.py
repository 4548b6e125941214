"""What whoever runs the service does with accounts: roles, suspensions, ways back in, and keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.keyring import retire_keys, rotate_keyring
from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.entering import account_of
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account


class AdministeringError(AhorraLuzError):
    """Something that cannot be done with an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAccount:
    """An account as a list shows it."""

    id: str
    name: str
    role: Role
    created_at: datetime
    suspended: bool
    second_factor: bool
    organisation: str


def list_accounts(*, tools: Toolbox) -> Sequence[ListedAccount]:
    """Return every account, the oldest first."""
    return [
        ListedAccount(
            id=account.id,
            name=account.name,
            role=account.role,
            created_at=account.created_at,
            suspended=account.suspended_at is not None,
            second_factor=account.has_second_factor,
            organisation=account.organisation,
        )
        for account in tools.store.people.accounts.all()
    ]


def named(name: str, *, tools: Toolbox) -> Account:
    """Return the account of a name; raises ``account-not-found``."""
    account = account_of(name, tools=tools)
    if account is None:
        raise AdministeringError("account-not-found", value=name[:60])
    return account


def set_role(
    account: Account, role: Role, *, tools: Toolbox, as_of: datetime, actor: str | None = None
) -> None:
    """Give an account another role; its sessions end, since what they may do is another thing."""
    people = tools.store.people
    people.accounts.set_role(account.id, role)
    people.sessions.end_all(account.id)
    note("role-changed", tools=tools, as_of=as_of, actor=actor, account=account.id, detail=role)


def suspend(account: Account, *, tools: Toolbox, as_of: datetime, actor: str | None = None) -> None:
    """Keep an account out until it is let in again; its sessions end.

    A link to a new password that an administrator asked for is void: who is kept out could not
    refuse it.
    """
    people = tools.store.people
    people.accounts.suspend(account.id, at=as_of)
    people.sessions.end_all(account.id)
    people.resets.cancel(account.id, of_administrators=True)
    note("account-suspended", tools=tools, as_of=as_of, actor=actor, account=account.id)


def resume(account: Account, *, tools: Toolbox, as_of: datetime, actor: str | None = None) -> None:
    """Let an account in again; a link that an administrator asked for meanwhile is void."""
    people = tools.store.people
    people.resets.cancel(account.id, of_administrators=True)
    people.accounts.suspend(account.id, at=None)
    note("account-resumed", tools=tools, as_of=as_of, actor=actor, account=account.id)


def clear_factors(
    account: Account, *, tools: Toolbox, as_of: datetime, actor: str | None = None
) -> None:
    """Forget every second factor of somebody who has lost them all; their sessions end."""
    people = tools.store.people
    people.accounts.set_second_factor(account.id, None)
    people.accounts.set_recovery_codes(account.id, ())
    people.passkeys.remove_all(account.id)
    people.sessions.end_all(account.id)
    note("factors-cleared", tools=tools, as_of=as_of, actor=actor, account=account.id)


def rotate_keys(*, tools: Toolbox, as_of: datetime) -> int:
    """Put a new key first, wrap every key of homes and accounts under it, and retire the former.

    Returns
    -------
    int
        How many keys were wrapped again.
    """
    path = tools.settings.key_ring
    vault = tools.store.people.vault
    # Opened first: a deployment without keys has nothing to rotate.
    _ = vault.keyring
    rotate_keyring(path)
    wrapped = vault.rewrap()
    retire_keys(path)
    note("keys-rotated", tools=tools, as_of=as_of, detail=str(wrapped))
    return wrapped
