"""Sessions and tickets in SQL: kept as hashes of tokens that only their holder has."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.account_records import Session
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json
from ahorraluz.store.vault import Vault, account_owner

if TYPE_CHECKING:
    from sqlalchemy import Row

DEVICE = "session-device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A right to do one thing once, such as to set a new password."""

    purpose: str
    account: str | None
    home: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBook:
    """Who is signed in where; every method is one transaction."""

    reading: Opened
    writing: Opened
    vault: Vault

    def open(self, session: Session) -> None:
        """Keep a new session."""
        from sqlalchemy import insert

        from ahorraluz.store.account_tables import SESSIONS
        from ahorraluz.store.imports import seconds

        key = self.vault.get(account_owner(session.account))
        with self.writing() as connection:
            connection.execute(
                insert(SESSIONS).values(
                    hash=session.hash,
                    account=session.account,
                    sealed=seal_json(key, {"device": session.device}, context=DEVICE),
                    complete=int(session.complete),
                    created_s=seconds(session.created_at),
                    seen_s=seconds(session.seen_at),
                    expires_s=seconds(session.expires_at),
                )
            )

    def find(self, hash_: str, *, at: datetime) -> Session | None:
        """Return a session that is not over, or ``None``."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import SESSIONS

        with self.reading() as connection:
            row = connection.execute(select(SESSIONS).where(SESSIONS.c.hash == hash_)).first()
        if row is None:
            return None
        session = self._session(row)
        return session if at < session.expires_at else None

    def see(self, hash_: str, *, at: datetime) -> None:
        """Note that a session is in use."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import SESSIONS
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            seen = update(SESSIONS).where(SESSIONS.c.hash == hash_)
            connection.execute(seen.values(seen_s=seconds(at)))

    def of_account(self, account: str, *, at: datetime) -> tuple[Session, ...]:
        """Return the sessions of an account that are not over, the last seen first."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import SESSIONS

        query = select(SESSIONS).where(SESSIONS.c.account == account)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(SESSIONS.c.seen_s.desc())).all()
        return tuple(session for row in rows if at < (session := self._session(row)).expires_at)

    def end(self, hash_: str) -> None:
        """End one session; one that is over already is no error."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import SESSIONS

        with self.writing() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.hash == hash_))

    def end_all(self, account: str, *, but: str | None = None) -> None:
        """End every session of an account, but for one."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import SESSIONS

        ended = delete(SESSIONS).where(SESSIONS.c.account == account)
        if but is not None:
            ended = ended.where(SESSIONS.c.hash != but)
        with self.writing() as connection:
            connection.execute(ended)

    def issue_ticket(
        self, hash_: str, ticket: Ticket, *, as_of: datetime, expires_at: datetime
    ) -> None:
        """Keep a ticket."""
        from sqlalchemy import insert

        from ahorraluz.store.account_tables import TICKETS
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            connection.execute(
                insert(TICKETS).values(
                    hash=hash_,
                    purpose=ticket.purpose,
                    account=ticket.account,
                    home=ticket.home,
                    created_s=seconds(as_of),
                    expires_s=seconds(expires_at),
                )
            )

    def look_at_ticket(self, hash_: str, purpose: str, *, at: datetime) -> Ticket | None:
        """Return a ticket that still counts, without using it up."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import TICKETS
        from ahorraluz.store.imports import seconds

        tickets = TICKETS.c
        query = select(TICKETS).where(tickets.hash == hash_, tickets.purpose == purpose)
        with self.reading() as connection:
            row = connection.execute(query.where(tickets.expires_s > seconds(at))).first()
        return (
            None if row is None else Ticket(purpose=row.purpose, account=row.account, home=row.home)
        )

    def take_ticket(self, hash_: str, purpose: str, *, at: datetime) -> Ticket | None:
        """Return a ticket and use it up; ``None`` where there is none that counts."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import TICKETS
        from ahorraluz.store.imports import seconds

        tickets = TICKETS.c
        with self.writing() as connection:
            row = connection.execute(
                delete(TICKETS)
                .where(tickets.hash == hash_, tickets.purpose == purpose)
                .returning(tickets.purpose, tickets.account, tickets.home, tickets.expires_s)
            ).first()
        if row is None or row.expires_s <= seconds(at):
            return None
        return Ticket(purpose=row.purpose, account=row.account, home=row.home)

    def tickets_of(self, account: str, purpose: str, *, at: datetime) -> int:
        """Return how many tickets of a purpose an account has that still count."""
        from sqlalchemy import func, select

        from ahorraluz.store.account_tables import TICKETS
        from ahorraluz.store.imports import seconds

        tickets = TICKETS.c
        query = select(func.count()).where(tickets.account == account, tickets.purpose == purpose)
        with self.reading() as connection:
            query = query.where(tickets.expires_s > seconds(at))
            return int(connection.execute(query).scalar_one())

    def drop_tickets(self, account: str, purpose: str) -> None:
        """Take back every ticket of a purpose that an account has."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import TICKETS

        tickets = TICKETS.c
        with self.writing() as connection:
            connection.execute(
                delete(TICKETS).where(tickets.account == account, tickets.purpose == purpose)
            )

    def tidy(self, *, at: datetime) -> int:
        """Delete sessions and tickets that are over; return how many."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import SESSIONS, TICKETS
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            return sum(
                connection.execute(delete(table).where(table.c.expires_s <= seconds(at))).rowcount
                for table in (SESSIONS, TICKETS)
            )

    def _session(self, row: "Row[tuple[object, ...]]") -> Session:
        from ahorraluz.store.imports import moment

        key = self.vault.get(account_owner(row.account))
        return Session(
            hash=row.hash,
            account=row.account,
            device=str(open_json(key, row.sealed, context=DEVICE)["device"]),
            complete=bool(row.complete),
            created_at=moment(row.created_s),
            seen_at=moment(row.seen_s),
            expires_at=moment(row.expires_s),
        )
