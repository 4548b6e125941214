"""Many homes at once in SQL: a consultant's clients, what was said of them, and their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.security.roles import Reach
from ahorraluz.store.account_records import Answers
from ahorraluz.store.households import PERU_ZONE, SAID
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json
from ahorraluz.store.vault import Vault, home_owner

if TYPE_CHECKING:
    from sqlalchemy import Row

AT_ONCE = 500
"""Names in one question: databases take a limited number of values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientBook:
    """Many homes at once; every method is one transaction."""

    reading: Opened
    writing: Opened
    vault: Vault

    def keep_all(
        self,
        homes: Mapping[str, Mapping[str, object]],
        *,
        account: str,
        as_of: datetime,
        zone: str = PERU_ZONE,
    ) -> bool:
        """Make homes that an account reaches as a consultant, all of them or none.

        Parameters
        ----------
        homes
            What is said of each, by its name.
        account
            The consultant.
        as_of
            The moment.
        zone
            IANA zone of their clocks.

        Returns
        -------
        bool
            ``False`` where the first of them is there already: nothing was done then.
        """
        from sqlalchemy import insert, select

        from ahorraluz.store.account_tables import ANSWERS, REACHES
        from ahorraluz.store.connections import lock_home
        from ahorraluz.store.imports import seconds
        from ahorraluz.store.tables import HOMES

        now, done = seconds(as_of), False
        try:
            sealed = {
                home: seal_json(self.vault.make(home_owner(home)), dict(said), context=SAID)
                for home, said in homes.items()
            }
            with self.writing(create=True) as connection:
                first = next(iter(sealed))
                lock_home(connection, first)
                if connection.execute(select(HOMES.c.id).where(HOMES.c.id == first)).first():
                    # Their keys are those of the homes that are there.
                    done = True
                    return False
                for home, answer in sealed.items():
                    connection.execute(insert(HOMES).values(id=home, zone=zone, created_s=now))
                    connection.execute(
                        insert(ANSWERS).values(home=home, sealed=answer, version=1, changed_s=now)
                    )
                    connection.execute(
                        insert(REACHES).values(
                            home=home,
                            account=account,
                            reach=Reach.CONSULTANT.value,
                            granted_s=now,
                        )
                    )
            done = True
            return True
        finally:
            if not done:
                for home in homes:
                    self.vault.destroy(home_owner(home))

    def answers_of(self, homes: Sequence[str]) -> tuple[Answers, ...]:
        """Return what was said of some homes, in their order; one without is left out."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import ANSWERS

        rows: dict[str, Row[tuple[object, ...]]] = {}
        with self.reading() as connection:
            for first in range(0, len(homes), AT_ONCE):
                query = select(ANSWERS).where(ANSWERS.c.home.in_(homes[first : first + AT_ONCE]))
                rows |= {row.home: row for row in connection.execute(query)}
        return tuple(self._answers(rows[home]) for home in homes if home in rows)

    def owners_of(self, homes: Sequence[str]) -> dict[str, str]:
        """Return the account that owns each of some homes; one without an owner is left out."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import REACHES

        owners: dict[str, str] = {}
        with self.reading() as connection:
            for first in range(0, len(homes), AT_ONCE):
                query = select(REACHES.c.home, REACHES.c.account).where(
                    REACHES.c.home.in_(homes[first : first + AT_ONCE]),
                    REACHES.c.reach == Reach.OWNER.value,
                )
                owners |= {row.home: row.account for row in connection.execute(query)}
        return owners

    def keep_beside(
        self, home: str, name: str, value: Mapping[str, object], *, version: int
    ) -> bool:
        """Keep something reckoned from one version of what was said of a home, beside it.

        The version stays as it is, and whoever says something new of the home leaves it behind.

        Returns
        -------
        bool
            Whether it was kept: ``False`` where something else was said meanwhile.
        """
        from sqlalchemy import select, update

        from ahorraluz.store.account_tables import ANSWERS

        of_version = (ANSWERS.c.home == home, ANSWERS.c.version == version)
        key = self.vault.get(home_owner(home))
        with self.writing() as connection:
            row = connection.execute(select(ANSWERS).where(*of_version)).first()
            if row is None:
                return False
            said = {**open_json(key, row.sealed, context=SAID), name: dict(value)}
            connection.execute(
                update(ANSWERS).where(*of_version).values(sealed=seal_json(key, said, context=SAID))
            )
            return True

    def end_lapsed(self, purpose: str, *, at: datetime) -> tuple[str, ...]:
        """End what consultants may do with homes whose owners no longer agree.

        Parameters
        ----------
        purpose
            That of the consent by which an owner lets a consultant in; its subject is the
            consultant. A home that has no owner asks for none.
        at
            The moment.

        Returns
        -------
        tuple of str
            The accounts for which it ended, once for each home.
        """
        from sqlalchemy import delete, exists, or_, select

        from ahorraluz.store.account_tables import CONSENTS, REACHES
        from ahorraluz.store.imports import seconds

        owners = REACHES.alias("owners")
        owned_by = (owners.c.home == REACHES.c.home, owners.c.reach == Reach.OWNER.value)
        owned = exists(select(owners.c.home).where(*owned_by).correlate(REACHES))
        # What somebody agreed to who no longer owns the home counts no more.
        agreed = exists(
            select(CONSENTS.c.id)
            .join(owners, owners.c.account == CONSENTS.c.account)
            .where(
                *owned_by,
                CONSENTS.c.home == REACHES.c.home,
                CONSENTS.c.purpose == purpose,
                CONSENTS.c.subject == REACHES.c.account,
                CONSENTS.c.withdrawn_s.is_(None),
                or_(CONSENTS.c.until_s.is_(None), CONSENTS.c.until_s > seconds(at)),
            )
            .correlate(REACHES)
        )
        ended = delete(REACHES).where(REACHES.c.reach == Reach.CONSULTANT.value, owned, ~agreed)
        with self.writing() as connection:
            return tuple(connection.execute(ended.returning(REACHES.c.account)).scalars())

    def _answers(self, row: "Row[tuple[object, ...]]") -> Answers:
        from ahorraluz.store.imports import moment

        key = self.vault.get(home_owner(row.home))
        return Answers(
            home=row.home,
            said=open_json(key, row.sealed, context=SAID),
            version=row.version,
            changed_at=moment(row.changed_s),
        )
