"""Who wants to be told of a home and who was, in SQL; addresses are under the account's key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.live.records import Sent
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

WISHES = "live-wishes"


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingBook:
    """Wishes of accounts and what was sent; every method is one transaction."""

    reading: Opened
    changing: Opened
    writing: Opened
    account_key: "Callable[[str], DataKey]"
    """Key of an account; raises ``vault-none`` for a store without keys."""

    def wish(
        self, account: str, home: str, wishes: Mapping[str, object], *, as_of: datetime
    ) -> None:
        """Keep how an account wants to be told of a home: any JSON object."""
        from ahorraluz.store.imports import seconds
        from ahorraluz.store.live.upserts import upsert
        from ahorraluz.store.live_tables import LIVE_WISHES

        sealed = seal_json(self.account_key(account), dict(wishes), context=WISHES)
        row = {"account": account, "home": home, "sealed": sealed, "changed_s": seconds(as_of)}
        with self.changing(home) as connection:
            upsert(connection, LIVE_WISHES, [row], key=("account", "home"))

    def unwish(self, account: str, home: str) -> None:
        """Erase how an account wants to be told of a home."""
        from sqlalchemy import delete

        from ahorraluz.store.live_tables import LIVE_WISHES

        rows = LIVE_WISHES.c
        with self.changing(home) as connection:
            chosen = (rows.account == account, rows.home == home)
            connection.execute(delete(LIVE_WISHES).where(*chosen))

    def wishes(self, home: str) -> Mapping[str, Mapping[str, object]]:
        """Return how accounts want to be told of a home, by account."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_WISHES

        rows = LIVE_WISHES.c
        query = select(rows.account, rows.sealed).where(rows.home == home).order_by(rows.account)
        with self.reading() as connection:
            found = connection.execute(query).all()
        return {
            row.account: open_json(self.account_key(row.account), bytes(row.sealed), context=WISHES)
            for row in found
        }

    def note(self, sent: Sent) -> None:
        """Keep that an event was sent in one way, over what was kept of that before."""
        from ahorraluz.store.live.holding import hold_with_others, known_homes
        from ahorraluz.store.live.upserts import upsert
        from ahorraluz.store.live_tables import LIVE_SENT

        row = {name: getattr(sent, name) for name in sent.__slots__}
        with self.writing() as connection:
            hold_with_others(connection)
            if known_homes(connection, [sent.home]):
                upsert(connection, LIVE_SENT, [row], key=("event", "account", "way"))

    def claim(self, attempts: Sequence[Sent], *, former: str) -> tuple[Sent, ...]:
        """Keep attempts before they are made, and return those that nobody else makes.

        An attempt is one's own where nothing was kept of its event, account and way, or where
        the attempt before it is kept with the outcome ``former``. A home that is forgotten has
        none.
        """
        from ahorraluz.store.live.holding import hold_with_others, known_homes
        from ahorraluz.store.live.upserts import claim
        from ahorraluz.store.live_tables import LIVE_SENT

        rows = LIVE_SENT.c
        own = []
        with self.writing() as connection:
            hold_with_others(connection)
            known = known_homes(connection, [one.home for one in attempts])
            for one in attempts:
                row = {name: getattr(one, name) for name in one.__slots__}
                before = (rows.outcome == former, rows.attempts == one.attempts - 1)
                key = ("event", "account", "way")
                if one.home in known and claim(connection, LIVE_SENT, row, key=key, where=before):
                    own.append(one)
        return tuple(own)

    def sent(
        self, *, event: int | None = None, account: str | None = None, since_ms: int = 0
    ) -> Sequence[Sent]:
        """Return what was sent of an event, or to an account, oldest first."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_SENT

        rows = LIVE_SENT.c
        query = select(LIVE_SENT).where(rows.at_ms >= since_ms).order_by(rows.id)
        if event is not None:
            query = query.where(rows.event == event)
        if account is not None:
            query = query.where(rows.account == account)
        with self.reading() as connection:
            return tuple(
                Sent(**{name: getattr(row, name) for name in Sent.__slots__})
                for row in connection.execute(query)
            )
