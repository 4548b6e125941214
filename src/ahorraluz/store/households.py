"""Homes of people in SQL: what was said of them, who may do what with them, and their links."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.security.roles import Reach
from ahorraluz.store.account_records import Answers, Note, Reached, Share
from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json
from ahorraluz.store.vault import Vault, home_owner

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

SAID = "home-answers"
NOTE = "home-note"
PERU_ZONE = "America/Lima"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdBook:
    """Homes as their people know them; every method is one transaction."""

    reading: Opened
    changing: Opened
    writing: Opened
    vault: Vault

    def keep(
        self, home: str, said: Mapping[str, object], *, account: str, reach: Reach, as_of: datetime
    ) -> Answers:
        """Make a home of an account, or give one without answers to it.

        Raises
        ------
        StoreError
            ``home-taken``: it belongs to somebody already.
        """
        from sqlalchemy import insert, select

        from ahorraluz.store.account_tables import ANSWERS, REACHES
        from ahorraluz.store.connections import lock_home
        from ahorraluz.store.imports import seconds
        from ahorraluz.store.tables import HOMES

        now = seconds(as_of)
        with self.writing(create=True) as connection:
            lock_home(connection, home)
            # Not before: somebody may delete the home and its key until it is locked.
            key = self.vault.make(home_owner(home))
            if connection.execute(select(HOMES.c.id).where(HOMES.c.id == home)).first() is None:
                made = insert(HOMES).values(id=home, zone=PERU_ZONE, created_s=now)
                connection.execute(made)
            if connection.execute(select(REACHES.c.home).where(REACHES.c.home == home)).first():
                raise StoreError("home-taken")
            sealed = seal_json(key, dict(said), context=SAID)
            connection.execute(
                insert(ANSWERS).values(home=home, sealed=sealed, version=1, changed_s=now)
            )
            connection.execute(
                insert(REACHES).values(home=home, account=account, reach=reach.value, granted_s=now)
            )
            return self._answers(_answers_row(connection, home))

    def answers(self, home: str) -> Answers:
        """Return what was said of a home; raises ``home-without-answers``."""
        with self.reading(home) as connection:
            return self._answers(_answers_row(connection, home))

    def say(
        self, home: str, said: Mapping[str, object], *, version: int, as_of: datetime
    ) -> Answers:
        """Keep what was said of a home, over the version that was read.

        Raises
        ------
        StoreError
            ``home-changed-meanwhile``: somebody else kept another version since.
        """
        from sqlalchemy import update

        from ahorraluz.store.account_tables import ANSWERS
        from ahorraluz.store.imports import seconds

        with self.changing(home) as connection:
            sealed = seal_json(self.vault.get(home_owner(home)), dict(said), context=SAID)
            changed = connection.execute(
                update(ANSWERS)
                .where(ANSWERS.c.home == home, ANSWERS.c.version == version)
                .values(sealed=sealed, version=version + 1, changed_s=seconds(as_of))
            )
            if changed.rowcount != 1:
                raise StoreError("home-changed-meanwhile")
            return self._answers(_answers_row(connection, home))

    # --- who may do what ---------------------------------------------------------------------

    def reach(self, home: str, account: str) -> Reach | None:
        """Return what an account may do with a home, ``None`` for nothing at all."""
        return next((r.reach for r in self.reached_by(home) if r.account == account), None)

    def reached_by(self, home: str) -> tuple[Reached, ...]:
        """Return who may do what with a home, its owner first; nobody with a home unknown."""
        from ahorraluz.store.account_tables import REACHES

        return self._reaches(REACHES.c.home == home)

    def homes_of(self, account: str) -> tuple[Reached, ...]:
        """Return the homes of an account, the oldest first."""
        from ahorraluz.store.account_tables import REACHES

        return self._reaches(REACHES.c.account == account)

    def _reaches(self, condition: object) -> tuple[Reached, ...]:
        from sqlalchemy import select

        from ahorraluz.store.account_tables import REACHES
        from ahorraluz.store.imports import moment

        query = select(REACHES).where(condition)  # type: ignore[arg-type]
        with self.reading() as connection:
            rows = connection.execute(query.order_by(REACHES.c.granted_s, REACHES.c.home)).all()
        found = (
            Reached(
                home=row.home,
                account=row.account,
                reach=Reach(row.reach),
                granted_at=moment(row.granted_s),
            )
            for row in rows
        )
        return tuple(sorted(found, key=lambda reached: reached.reach is not Reach.OWNER))

    def grant(self, home: str, account: str, reach: Reach, *, as_of: datetime) -> None:
        """Let an account do something with a home; another reach takes the place of a former."""
        from sqlalchemy import delete, insert

        from ahorraluz.store.account_tables import REACHES
        from ahorraluz.store.imports import seconds

        of_both = (REACHES.c.home == home, REACHES.c.account == account)
        with self.changing(home) as connection:
            connection.execute(delete(REACHES).where(*of_both))
            granted = insert(REACHES).values(
                home=home, account=account, reach=reach.value, granted_s=seconds(as_of)
            )
            connection.execute(granted)

    def make_owner(self, home: str, account: str, *, as_of: datetime) -> bool:
        """Give a home that nobody owns to an account; ``False``: somebody was earlier."""
        from sqlalchemy import delete, insert, select

        from ahorraluz.store.account_tables import REACHES
        from ahorraluz.store.imports import seconds

        owned = select(REACHES.c.home).where(
            REACHES.c.home == home, REACHES.c.reach == Reach.OWNER.value
        )
        of_both = (REACHES.c.home == home, REACHES.c.account == account)
        with self.changing(home) as connection:
            if connection.execute(owned).first() is not None:
                return False
            connection.execute(delete(REACHES).where(*of_both))
            granted = insert(REACHES).values(
                home=home, account=account, reach=Reach.OWNER.value, granted_s=seconds(as_of)
            )
            connection.execute(granted)
            return True

    def end_reach(self, home: str, account: str) -> bool:
        """Let an account do nothing with a home any more; ``False`` where it could not."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import REACHES

        of_both = (REACHES.c.home == home, REACHES.c.account == account)
        with self.changing(home) as connection:
            return connection.execute(delete(REACHES).where(*of_both)).rowcount == 1

    # --- links -------------------------------------------------------------------------------

    def share(self, home: str, hash_: str, *, as_of: datetime, expires_at: datetime) -> Share:
        """Keep a link to a home's report."""
        from sqlalchemy import insert, select

        from ahorraluz.store.account_tables import SHARES
        from ahorraluz.store.imports import seconds

        with self.changing(home) as connection:
            connection.execute(
                insert(SHARES).values(
                    home=home,
                    hash=hash_,
                    created_s=seconds(as_of),
                    expires_s=seconds(expires_at),
                )
            )
            return _share(connection.execute(select(SHARES).where(SHARES.c.hash == hash_)).one())

    def shared(self, hash_: str, *, at: datetime) -> Share | None:
        """Return the link of a token that still counts, or ``None``."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import SHARES

        with self.reading() as connection:
            row = connection.execute(select(SHARES).where(SHARES.c.hash == hash_)).first()
        share = None if row is None else _share(row)
        return share if share is not None and at < share.expires_at else None

    def shares(self, home: str, *, at: datetime) -> tuple[Share, ...]:
        """Return the links of a home that still count, oldest first."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import SHARES

        query = select(SHARES).where(SHARES.c.home == home).order_by(SHARES.c.id)
        with self.reading(home) as connection:
            found = map(_share, connection.execute(query).all())
            return tuple(share for share in found if at < share.expires_at)

    def revoke_share(self, home: str, share: int) -> bool:
        """Take a link back; ``False`` where the home has none such."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import SHARES

        of_home = (SHARES.c.home == home, SHARES.c.id == share)
        with self.changing(home) as connection:
            return connection.execute(delete(SHARES).where(*of_home)).rowcount == 1

    # --- notes -------------------------------------------------------------------------------

    def add_note(self, home: str, text: str, *, account: str, as_of: datetime) -> None:
        """Keep what somebody wrote down about a home."""
        from sqlalchemy import insert

        from ahorraluz.store.account_tables import NOTES
        from ahorraluz.store.imports import seconds

        with self.changing(home) as connection:
            key = self.vault.get(home_owner(home))
            sealed = seal_json(key, {"text": text}, context=NOTE)
            connection.execute(
                insert(NOTES).values(
                    home=home, account=account, sealed=sealed, created_s=seconds(as_of)
                )
            )

    def notes(self, home: str) -> tuple[Note, ...]:
        """Return what was written down about a home, newest first."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import NOTES
        from ahorraluz.store.imports import moment

        key = self.vault.get(home_owner(home))
        query = select(NOTES).where(NOTES.c.home == home).order_by(NOTES.c.id.desc())
        with self.reading(home) as connection:
            return tuple(
                Note(
                    id=row.id,
                    home=row.home,
                    account=row.account,
                    text=str(open_json(key, row.sealed, context=NOTE)["text"]),
                    created_at=moment(row.created_s),
                )
                for row in connection.execute(query).all()
            )

    def _answers(self, row: "Row[tuple[object, ...]]") -> Answers:
        from ahorraluz.store.imports import moment

        key = self.vault.get(home_owner(row.home))
        return Answers(
            home=row.home,
            said=open_json(key, row.sealed, context=SAID),
            version=row.version,
            changed_at=moment(row.changed_s),
        )


def _answers_row(connection: "Connection", home: str) -> "Row[tuple[object, ...]]":
    from sqlalchemy import select

    from ahorraluz.store.account_tables import ANSWERS

    row = connection.execute(select(ANSWERS).where(ANSWERS.c.home == home)).first()
    if row is None:
        raise StoreError("home-without-answers")
    return row


def _share(row: "Row[tuple[object, ...]]") -> Share:
    from ahorraluz.store.imports import moment

    return Share(
        id=row.id,
        home=row.home,
        created_at=moment(row.created_s),
        expires_at=moment(row.expires_s),
    )
