"""Accounts in SQL: found by a keyed hash of their name, and readable under a key of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ahorraluz.security.roles import Role
from ahorraluz.store.account_records import Account, Attempt, SecondFactor, Secrets
from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json
from ahorraluz.store.vault import Vault, account_owner

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

NAME = "account-name"
PROFILE = "account-profile"
SECOND = "account-second-factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be made."""

    id: str
    name: str
    password: str
    """Hash of it."""
    role: Role
    language: str
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBook:
    """Accounts; every method is one transaction, kept whole or not at all."""

    reading: Opened
    writing: Opened
    vault: Vault

    def add(self, new: NewAccount, *, as_of: datetime) -> Account:
        """Make an account.

        Raises
        ------
        StoreError
            ``account-there-already``: somebody has that name.
        """
        from sqlalchemy import insert

        from ahorraluz.store.account_tables import ACCOUNTS
        from ahorraluz.store.imports import seconds

        index = self._index(new.name)
        key = self.vault.make(account_owner(new.id))
        said = {"name": new.name, "organisation": new.organisation}
        try:
            with self.writing(create=True) as connection:
                if _by(connection, ACCOUNTS.c.name_index == index) is not None:
                    raise StoreError("account-there-already")  # noqa: TRY301 - the key goes
                connection.execute(
                    insert(ACCOUNTS).values(
                        id=new.id,
                        name_index=index,
                        sealed=seal_json(key, said, context=PROFILE),
                        role=new.role.value,
                        language=new.language,
                        password=new.password,
                        created_s=seconds(as_of),
                    )
                )
        except StoreError:
            self.vault.destroy(account_owner(new.id))
            raise
        return self.get(new.id)

    def find(self, name: str) -> Account | None:
        """Return the account of a normalised name, or ``None``."""
        from ahorraluz.store.account_tables import ACCOUNTS

        try:
            with self.reading() as connection:
                row = _by(connection, ACCOUNTS.c.name_index == self._index(name))
        except StoreError as error:
            if error.issue.code == "database-none":
                return None
            raise
        return None if row is None else self._account(row)

    def get(self, account: str) -> Account:
        """Return an account; raises ``account-unknown``."""
        with self.reading() as connection:
            return self._account(_one(connection, account))

    def all(self) -> tuple[Account, ...]:
        """Return every account, oldest first; none where there is no database."""
        from ahorraluz.store.account_tables import ACCOUNTS

        try:
            with self.reading() as connection:
                query = _accounts().order_by(ACCOUNTS.c.created_s, ACCOUNTS.c.id)
                return tuple(map(self._account, connection.execute(query).all()))
        except StoreError as error:
            if error.issue.code == "database-none":
                return ()
            raise

    def roles(self) -> tuple[str, ...]:
        """Return the role of every account, in no order; none where there is no database."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import ACCOUNTS

        try:
            with self.reading() as connection:
                return tuple(connection.execute(select(ACCOUNTS.c.role)).scalars())
        except StoreError as error:
            if error.issue.code == "database-none":
                return ()
            raise

    def staff(self) -> tuple[str, ...]:
        """Return the accounts of every role but residents."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import ACCOUNTS

        query = select(ACCOUNTS.c.id).where(ACCOUNTS.c.role != Role.RESIDENT.value)
        with self.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def secrets(self, account: str) -> Secrets:
        """Return what signing in compares with."""
        from ahorraluz.store.imports import moment

        with self.reading() as connection:
            row = _one(connection, account)
        locked = None if row.locked_until_s is None else moment(row.locked_until_s)
        return Secrets(password=row.password, failures=row.failures, locked_until=locked)

    def begin_attempt(
        self, account: str, *, waits: Sequence[timedelta | None], as_of: datetime
    ) -> Attempt | None:
        """Count an attempt before it is made; ``None``: nobody may try yet.

        One statement looks, counts and locks, so that of many attempts at once no more are made
        than one after the other.

        Parameters
        ----------
        account
            Whose.
        waits
            How long nobody may try again after the first, the second … failure; the last
            counts for all that follow.
        as_of
            The moment.
        """
        from sqlalchemy import case, or_, update

        from ahorraluz.store.account_tables import ACCOUNTS
        from ahorraluz.store.imports import seconds

        failures, locked, now = ACCOUNTS.c.failures, ACCOUNTS.c.locked_until_s, seconds(as_of)
        until = [None if wait is None else seconds(as_of + wait) for wait in waits]
        counted = case(dict(enumerate(until)), value=failures, else_=until[-1])
        free = (ACCOUNTS.c.id == account, or_(locked.is_(None), locked <= now))
        begun = update(ACCOUNTS).where(*free)
        begun = begun.values(failures=failures + 1, locked_until_s=counted)
        with self.writing() as connection:
            row = connection.execute(begun.returning(locked)).first()
        return None if row is None else Attempt(account=account, locked_until_s=row[0])

    def take_back(self, attempt: Attempt) -> None:
        """Count an attempt no more that was right; what others did meanwhile still counts."""
        from sqlalchemy import case, null, update

        from ahorraluz.store.account_tables import ACCOUNTS

        failures, locked = ACCOUNTS.c.failures, ACCOUNTS.c.locked_until_s
        own = locked == attempt.locked_until_s
        with self.writing() as connection:
            connection.execute(
                update(ACCOUNTS)
                .where(ACCOUNTS.c.id == attempt.account)
                .values(
                    failures=case((failures > 0, failures - 1), else_=0),
                    locked_until_s=case((own, null()), else_=locked),
                )
            )

    def note_success(self, account: str) -> None:
        """Forget failed attempts."""
        self._change(account, failures=0, locked_until_s=None)

    def set_password(self, account: str, password: str) -> None:
        """Keep the hash of a new password."""
        self._change(account, password=password, failures=0, locked_until_s=None)

    def set_role(self, account: str, role: Role) -> None:
        """Give an account another role."""
        self._change(account, role=role.value)

    def set_language(self, account: str, language: str) -> None:
        """Keep the language that somebody reads."""
        self._change(account, language=language)

    def set_profile(self, account: str, *, name: str, organisation: str) -> None:
        """Keep another name or organisation; raises ``account-there-already``."""
        from ahorraluz.store.account_tables import ACCOUNTS

        index = self._index(name)
        with self.reading() as connection:
            other = _by(connection, ACCOUNTS.c.name_index == index)
        if other is not None and other.id != account:
            raise StoreError("account-there-already")
        key = self.vault.get(account_owner(account))
        said = {"name": name, "organisation": organisation}
        sealed = seal_json(key, said, context=PROFILE)
        self._change(account, sealed=sealed, name_index=index)

    def suspend(self, account: str, *, at: datetime | None) -> None:
        """Keep an account out from a moment on, or (``None``) let it in again."""
        from ahorraluz.store.imports import seconds

        self._change(account, suspended_s=None if at is None else seconds(at))

    def second_factor(self, account: str) -> SecondFactor | None:
        """Return the secret of an account's authenticator, or ``None``."""
        with self.reading() as connection:
            row = _one(connection, account)
        if row.second_factor is None:
            return None
        key = self.vault.get(account_owner(account))
        said = open_json(key, row.second_factor, context=SECOND)
        return SecondFactor(secret=str(said["secret"]), last_step=row.second_factor_step)

    def set_second_factor(self, account: str, secret: str | None) -> None:
        """Keep the secret of an authenticator, or (``None``) none."""
        sealed = None
        if secret is not None:
            key = self.vault.get(account_owner(account))
            sealed = seal_json(key, {"secret": secret}, context=SECOND)
        self._change(account, second_factor=sealed, second_factor_step=None)

    def take_step(self, account: str, step: int) -> bool:
        """Note the step of a code as taken; ``False`` where it or a later one was before."""
        from sqlalchemy import or_, update

        from ahorraluz.store.account_tables import ACCOUNTS

        last = ACCOUNTS.c.second_factor_step
        with self.writing() as connection:
            changed = connection.execute(
                update(ACCOUNTS)
                .where(ACCOUNTS.c.id == account, or_(last.is_(None), last < step))
                .values(second_factor_step=step)
            )
            return changed.rowcount == 1

    def set_recovery_codes(self, account: str, hashes: Sequence[str]) -> None:
        """Keep the hashes of new recovery codes instead of the former ones."""
        from sqlalchemy import delete, insert

        from ahorraluz.store.account_tables import RECOVERY_CODES

        with self.writing() as connection:
            connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account == account))
            for hash_ in hashes:
                connection.execute(insert(RECOVERY_CODES).values(account=account, hash=hash_))

    def take_recovery_code(self, account: str, hash_: str, *, as_of: datetime) -> bool:
        """Use up a recovery code; ``False`` where there is none such, or it was used."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import RECOVERY_CODES
        from ahorraluz.store.imports import seconds

        codes = RECOVERY_CODES.c
        with self.writing() as connection:
            used = connection.execute(
                update(RECOVERY_CODES)
                .where(codes.account == account, codes.hash == hash_, codes.used_s.is_(None))
                .values(used_s=seconds(as_of))
            )
            return used.rowcount == 1

    def recovery_codes_left(self, account: str) -> int:
        """Return how many recovery codes were not used."""
        from sqlalchemy import func, select

        from ahorraluz.store.account_tables import RECOVERY_CODES

        codes = RECOVERY_CODES.c
        query = select(func.count()).where(codes.account == account, codes.used_s.is_(None))
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def remove(self, account: str) -> None:
        """Erase an account for good: first its key, then every row of it."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import ACCOUNTS, CONSENTS
        from ahorraluz.store.live_tables import METADATA

        self.vault.destroy(account_owner(account))
        with self.writing() as connection:
            # Whatever refers to an account goes with it, in tables that are yet to come as well.
            for table in reversed(METADATA.sorted_tables):
                if table is not ACCOUNTS and "account" in table.c:
                    connection.execute(delete(table).where(table.c.account == account))
            # What others agreed to about this account tells nothing once it is gone.
            connection.execute(delete(CONSENTS).where(CONSENTS.c.subject == account))
            connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == account))

    def _change(self, account: str, **values: object) -> None:
        from sqlalchemy import update

        from ahorraluz.store.account_tables import ACCOUNTS

        with self.writing() as connection:
            query = update(ACCOUNTS).where(ACCOUNTS.c.id == account)
            changed = connection.execute(query.values(**values))
            if changed.rowcount != 1:
                raise StoreError("account-unknown")

    def _index(self, name: str) -> str:
        return self.vault.keyring.blind_index(name, context=NAME)

    def _account(self, row: "Row[tuple[object, ...]]") -> Account:
        from ahorraluz.store.imports import moment

        key = self.vault.get(account_owner(row.id))
        said = open_json(key, row.sealed, context=PROFILE)
        return Account(
            id=row.id,
            name=str(said["name"]),
            organisation=str(said["organisation"]),
            role=Role(row.role),
            language=row.language,
            created_at=moment(row.created_s),
            suspended_at=None if row.suspended_s is None else moment(row.suspended_s),
            has_second_factor=row.second_factor is not None or bool(row.passkeys),
            reset_until=None if row.reset_until_s is None else moment(row.reset_until_s),
        )


def _accounts() -> "Select[tuple[object, ...]]":
    """Ask for accounts, each with its passkeys and the end of a link that others asked for."""
    from sqlalchemy import func, select

    from ahorraluz.store.account_tables import ACCOUNTS, PASSKEYS, RESETS

    of_account = PASSKEYS.c.account == ACCOUNTS.c.id
    passkeys = select(func.count()).select_from(PASSKEYS).where(of_account).scalar_subquery()
    asked = select(RESETS.c.expires_s).where(RESETS.c.account == ACCOUNTS.c.id).scalar_subquery()
    return select(ACCOUNTS, passkeys.label("passkeys"), asked.label("reset_until_s"))


def _by(connection: "Connection", condition: "object") -> "Row[tuple[object, ...]] | None":
    return connection.execute(_accounts().where(condition)).first()  # type: ignore[arg-type]


def _one(connection: "Connection", account: str) -> "Row[tuple[object, ...]]":
    from ahorraluz.store.account_tables import ACCOUNTS

    row = _by(connection, ACCOUNTS.c.id == account)
    if row is None:
        raise StoreError("account-unknown")
    return row
