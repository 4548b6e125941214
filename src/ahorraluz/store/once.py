"""Answers to requests that may come twice, in SQL: the second time nothing is done again."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json
from ahorraluz.store.vault import Vault, account_owner, home_owner

if TYPE_CHECKING:
    from sqlalchemy import Row

ANSWER, OF_HOME = "once-answer", "once-home"
WORKING = 0
"""Status of a request that is not answered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A request with a key of its own, and its answer."""

    request: str
    """Hash of what was asked."""
    status: int
    """``WORKING`` until there is an answer."""
    headers: dict[str, str]
    body: bytes | None
    """``None``: the home that it was about is gone, and the answer with it."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceBook:
    """Requests by account and key; every method is one transaction."""

    reading: Opened
    writing: Opened
    vault: Vault

    def begin(
        self, account: str, key: str, request: str, *, as_of: datetime, abandoned: timedelta
    ) -> Once | None:
        """Take a key; return what was begun under it before, ``None``: nothing was.

        Parameters
        ----------
        account, key
            Whose key it is, and its name.
        request
            Hash of what is asked.
        as_of
            The moment.
        abandoned
            A request without an answer for so long never gets one.
        """
        from sqlalchemy import delete, insert, select

        from ahorraluz.store.account_tables import ONCE
        from ahorraluz.store.connections import lock_home
        from ahorraluz.store.imports import seconds

        owner = self.vault.get(account_owner(account))
        own = (ONCE.c.account == account, ONCE.c.key == key)
        with self.writing() as connection:
            # Two at once: the second waits here, and finds what the first began.
            lock_home(connection, account)
            row = connection.execute(select(ONCE).where(*own)).first()
            if row is not None and (
                row.status != WORKING or row.created_s > seconds(as_of - abandoned)
            ):
                return self._once(row)
            connection.execute(delete(ONCE).where(*own))
            connection.execute(
                insert(ONCE).values(
                    account=account,
                    key=key,
                    request=request,
                    status=WORKING,
                    sealed=seal_json(owner, {}, context=ANSWER),
                    created_s=seconds(as_of),
                )
            )
        return None

    def finish(self, account: str, key: str, once: Once, *, home: str | None) -> None:
        """Keep the answer; one about a home under the home's key, so that it goes with it."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import ONCE

        body = once.body or b""
        if home is not None:
            body = self.vault.get(home_owner(home)).seal(body, context=OF_HOME)
        kept = {
            "headers": once.headers,
            "home": home,
            "body": base64.b64encode(body).decode("ascii"),
        }
        sealed = seal_json(self.vault.get(account_owner(account)), kept, context=ANSWER)
        own = (ONCE.c.account == account, ONCE.c.key == key)
        with self.writing() as connection:
            answered = update(ONCE).where(*own)
            connection.execute(answered.values(status=once.status, sealed=sealed))

    def drop(self, account: str, key: str) -> None:
        """Give a key back: nothing was done under it."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import ONCE

        with self.writing() as connection:
            own = (ONCE.c.account == account, ONCE.c.key == key)
            connection.execute(delete(ONCE).where(*own))

    def tidy(self, *, before: datetime) -> None:
        """Delete answers older than a moment."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import ONCE
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            connection.execute(delete(ONCE).where(ONCE.c.created_s < seconds(before)))

    def _once(self, row: "Row[tuple[object, ...]]") -> Once:
        from ahorraluz.store.imports import moment

        kept = open_json(self.vault.get(account_owner(row.account)), row.sealed, context=ANSWER)
        headers = kept.get("headers")
        return Once(
            request=row.request,
            status=row.status,
            headers=dict(headers) if isinstance(headers, dict) else {},
            body=self._body(kept),
            created_at=moment(row.created_s),
        )

    def _body(self, kept: dict[str, object]) -> bytes | None:
        body = base64.b64decode(str(kept.get("body", "")))
        if not kept.get("home"):
            return body
        key = self.vault.find(home_owner(str(kept["home"])))
        return None if key is None else key.unseal(body, context=OF_HOME)
