"""Tokens by which programs come in the name of an account: made, shown once, looked up, ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.security.roles import NEEDS_SECOND_FACTOR
from ahorraluz.security.scopes import Scope, scopes_text
from ahorraluz.security.tokens import hash_token, new_token
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.store.api_tokens import ApiToken, NewApiToken

PREFIX = "ahorraluz"
"""So that whoever finds one in a public place knows whose it is; scanners look for such words."""
LONGEST_LABEL = 60
LONGEST_TOKEN = 100
MOST_TOKENS = 50
MOST_DAYS = 366
USED_EVERY = timedelta(minutes=5)
"""The moment a token was last used is no finer than this: reading writes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """A token as somebody wants it."""

    label: str
    """What it is for, in its person's words."""
    scopes: frozenset[Scope]
    days: int
    """How long it lasts. [day]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token that was just made."""

    text: str
    """What the program sends; it is stored nowhere, so this is the only time to see it."""
    token: ApiToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who comes with a token."""

    account: Account
    token: ApiToken


def make_token(
    asked: TokenRequest, *, account: Account, tools: Toolbox, as_of: datetime
) -> NewToken:
    """Make a token for an account.

    Raises
    ------
    InvalidInputError
        ``token-label-missing``, ``token-label-too-long``, ``token-scopes-missing``,
        ``token-days-out-of-range``, ``tokens-too-many``.
    """
    label = " ".join(asked.label.split())
    if not label:
        raise InvalidInputError("token-label-missing", field="label")
    if len(label) > LONGEST_LABEL:
        raise InvalidInputError("token-label-too-long", field="label", limit=LONGEST_LABEL)
    if not asked.scopes:
        raise InvalidInputError("token-scopes-missing", field="scopes")
    if not 1 <= asked.days <= MOST_DAYS:
        raise InvalidInputError(
            "token-days-out-of-range", field="days", value=asked.days, limit=MOST_DAYS
        )
    book = tools.store.people.tokens
    if len(book.of_account(account.id)) >= MOST_TOKENS:
        raise InvalidInputError("tokens-too-many", limit=MOST_TOKENS)
    text = new_token(PREFIX)
    new = NewApiToken(
        account=account.id,
        hash=hash_token(text),
        label=label,
        scopes=asked.scopes,
        expires_at=as_of + timedelta(days=asked.days),
    )
    token = book.add(new, as_of=as_of)
    _note("token-made", token, tools=tools, as_of=as_of)
    return NewToken(text=text, token=token)


def bearer_of(text: str, *, tools: Toolbox, as_of: datetime) -> Bearer | None:
    """Return who holds a token, ``None``: it is over, was revoked, or never was one."""
    if not 0 < len(text) <= LONGEST_TOKEN:
        return None
    people = tools.store.people
    try:
        token = people.tokens.find(hash_token(text), at=as_of)
        if token is None:
            return None
        account = people.accounts.get(token.account)
    except AhorraLuzError as error:
        if error.issue.code in ("database-none", "account-unknown", "key-gone"):
            return None
        raise
    if account.suspended_at is not None or _lacks_factor(account):
        return None
    if token.used_at is None or as_of - token.used_at >= USED_EVERY:
        people.tokens.use(token.id, at=as_of)
    return Bearer(account=account, token=token)


def tokens_of(account: Account, *, tools: Toolbox, as_of: datetime) -> tuple[ApiToken, ...]:
    """Return the tokens of an account that still count, the newest first."""
    tokens = tools.store.people.tokens.of_account(account.id)
    return tuple(token for token in tokens if as_of < token.expires_at)


def revoke_token(token: int, *, account: Account, tools: Toolbox, as_of: datetime) -> bool:
    """End a token; ``False`` where the account has none such."""
    found = [one for one in tools.store.people.tokens.of_account(account.id) if one.id == token]
    if not found or not tools.store.people.tokens.revoke(account.id, token):
        return False
    _note("token-revoked", found[0], tools=tools, as_of=as_of)
    return True


def revoke_all(account: Account, *, tools: Toolbox, as_of: datetime) -> None:
    """End every token of an account."""
    for token in tokens_of(account, tools=tools, as_of=as_of):
        revoke_token(token.id, account=account, tools=tools, as_of=as_of)


def known_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Return scopes by their names; raises ``token-scope-unknown``."""
    known = {scope.value: scope for scope in Scope}
    named = list(names)
    for name in named:
        if name not in known:
            raise InvalidInputError(
                "token-scope-unknown", field="scopes", value=name[:60], known=list(known)
            )
    return frozenset(known[name] for name in named)


def _lacks_factor(account: Account) -> bool:
    return account.role in NEEDS_SECOND_FACTOR and not account.has_second_factor


def _note(act: str, token: ApiToken, *, tools: Toolbox, as_of: datetime) -> None:
    note(
        act,
        tools=tools,
        as_of=as_of,
        actor=token.account,
        account=token.account,
        detail=scopes_text(token.scopes),
    )
