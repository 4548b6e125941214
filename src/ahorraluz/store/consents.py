"""Consents in SQL: a row for each time somebody agreed, which only a withdrawal ever changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.account_records import Consent
from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentBook:
    """What people agreed to; every method is one transaction."""

    reading: Opened
    writing: Opened

    def give(self, consent: Consent) -> None:
        """Keep that somebody agreed; the ``id`` is given by the store."""
        from sqlalchemy import insert

        from ahorraluz.store.account_tables import CONSENTS
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            connection.execute(
                insert(CONSENTS).values(
                    account=consent.account,
                    home=consent.home,
                    purpose=consent.purpose,
                    subject=consent.subject,
                    text_sha256=consent.text_sha256,
                    language=consent.language,
                    channel=consent.channel,
                    given_s=seconds(consent.given_at),
                    until_s=None if consent.until is None else seconds(consent.until),
                )
            )

    def withdraw(self, account: str, consent: int, *, as_of: datetime) -> bool:
        """Take a consent back; ``False`` where the account has none such that counts."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import CONSENTS
        from ahorraluz.store.imports import seconds

        rows = CONSENTS.c
        with self.writing() as connection:
            withdrawn = connection.execute(
                update(CONSENTS)
                .where(rows.account == account, rows.id == consent, rows.withdrawn_s.is_(None))
                .values(withdrawn_s=seconds(as_of))
            )
            return withdrawn.rowcount == 1

    def of_account(self, account: str) -> tuple[Consent, ...]:
        """Return everything that an account agreed to, newest first."""
        from ahorraluz.store.account_tables import CONSENTS

        return self._where(CONSENTS.c.account == account)

    def of_home(self, home: str) -> tuple[Consent, ...]:
        """Return everything that was agreed to for a home, newest first."""
        from ahorraluz.store.account_tables import CONSENTS

        return self._where(CONSENTS.c.home == home)

    def that_hold(
        self, purpose: str, *, at: datetime, subject: str | None = None
    ) -> tuple[Consent, ...]:
        """Return the consents of everybody for a purpose that count at a moment."""
        from ahorraluz.store.account_tables import CONSENTS

        found = self._where(CONSENTS.c.purpose == purpose)
        return tuple(c for c in found if c.holds(at) and subject in (None, c.subject))

    def _where(self, condition: object) -> tuple[Consent, ...]:
        from sqlalchemy import select

        from ahorraluz.store.account_tables import CONSENTS

        query = select(CONSENTS).where(condition)  # type: ignore[arg-type]
        with self.reading() as connection:
            return tuple(map(_consent, connection.execute(query.order_by(CONSENTS.c.id.desc()))))


def _consent(row: "Row[tuple[object, ...]]") -> Consent:
    from ahorraluz.store.imports import moment

    return Consent(
        id=row.id,
        account=row.account,
        home=row.home,
        purpose=row.purpose,
        subject=row.subject,
        text_sha256=row.text_sha256,
        language=row.language,
        channel=row.channel,
        given_at=moment(row.given_s),
        until=None if row.until_s is None else moment(row.until_s),
        withdrawn_at=None if row.withdrawn_s is None else moment(row.withdrawn_s),
    )
