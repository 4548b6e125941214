"""Tokens of the API in SQL: kept as hashes of what only their holder has."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.security.scopes import Scope, read_scopes, scopes_text
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json
from ahorraluz.store.vault import Vault, account_owner

if TYPE_CHECKING:
    from sqlalchemy import Row

LABEL = "token-label"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """What is kept of a token."""

    id: int
    account: str
    label: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiToken:
    """A token as it is to be kept."""

    account: str
    hash: str
    label: str
    scopes: frozenset[Scope]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenBook:
    """Tokens by account; every method is one transaction."""

    reading: Opened
    writing: Opened
    vault: Vault

    def add(self, new: NewApiToken, *, as_of: datetime) -> ApiToken:
        """Keep a new token."""
        from sqlalchemy import insert, select

        from ahorraluz.store.account_tables import API_TOKENS
        from ahorraluz.store.imports import seconds

        key = self.vault.get(account_owner(new.account))
        with self.writing() as connection:
            connection.execute(
                insert(API_TOKENS).values(
                    account=new.account,
                    hash=new.hash,
                    sealed=seal_json(key, {"label": new.label}, context=LABEL),
                    scopes=scopes_text(new.scopes),
                    created_s=seconds(as_of),
                    expires_s=seconds(new.expires_at),
                )
            )
            kept = select(API_TOKENS).where(API_TOKENS.c.hash == new.hash)
            return self._token(connection.execute(kept).one())

    def find(self, hash_: str, *, at: datetime) -> ApiToken | None:
        """Return a token that is not over, or ``None``."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import API_TOKENS

        with self.reading() as connection:
            row = connection.execute(select(API_TOKENS).where(API_TOKENS.c.hash == hash_)).first()
        token = None if row is None else self._token(row)
        return token if token is not None and at < token.expires_at else None

    def of_account(self, account: str) -> tuple[ApiToken, ...]:
        """Return the tokens of an account, those that are over too, the newest first."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import API_TOKENS

        query = select(API_TOKENS).where(API_TOKENS.c.account == account)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(API_TOKENS.c.id.desc())).all()
        return tuple(self._token(row) for row in rows)

    def use(self, token: int, *, at: datetime) -> None:
        """Note that a token is in use."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import API_TOKENS
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            used = update(API_TOKENS).where(API_TOKENS.c.id == token)
            connection.execute(used.values(used_s=seconds(at)))

    def revoke(self, account: str, token: int) -> bool:
        """Delete a token; ``False`` where the account has none such."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import API_TOKENS

        own = (API_TOKENS.c.account == account, API_TOKENS.c.id == token)
        with self.writing() as connection:
            return connection.execute(delete(API_TOKENS).where(*own)).rowcount == 1

    def tidy(self, *, before: datetime) -> int:
        """Delete tokens that were over before a moment; return how many."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import API_TOKENS
        from ahorraluz.store.imports import seconds

        over = delete(API_TOKENS).where(API_TOKENS.c.expires_s < seconds(before))
        with self.writing() as connection:
            return connection.execute(over).rowcount

    def _token(self, row: "Row[tuple[object, ...]]") -> ApiToken:
        from ahorraluz.store.imports import moment

        key = self.vault.get(account_owner(row.account))
        return ApiToken(
            id=row.id,
            account=row.account,
            label=str(open_json(key, row.sealed, context=LABEL)["label"]),
            scopes=read_scopes(row.scopes),
            created_at=moment(row.created_s),
            expires_at=moment(row.expires_s),
            used_at=None if row.used_s is None else moment(row.used_s),
        )
