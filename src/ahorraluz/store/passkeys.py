"""Passkeys in SQL: public keys of devices, and the names that people gave them, sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.account_records import StoredPasskey
from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json
from ahorraluz.store.vault import Vault, account_owner

if TYPE_CHECKING:
    from sqlalchemy import Row

LABEL = "passkey-label"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyBook:
    """Passkeys of accounts; every method is one transaction."""

    reading: Opened
    writing: Opened
    vault: Vault

    def add(self, passkey: StoredPasskey) -> None:
        """Keep a new passkey; raises ``passkey-there-already``: some account has it."""
        from sqlalchemy import insert, select

        from ahorraluz.store.account_tables import PASSKEYS
        from ahorraluz.store.imports import seconds

        key = self.vault.get(account_owner(passkey.account))
        said = {"label": passkey.label, "transports": list(passkey.transports)}
        with self.writing() as connection:
            known = select(PASSKEYS.c.account).where(PASSKEYS.c.credential == passkey.credential)
            if connection.execute(known).first() is not None:
                raise StoreError("passkey-there-already")
            connection.execute(
                insert(PASSKEYS).values(
                    credential=passkey.credential,
                    account=passkey.account,
                    public_key=passkey.public_key,
                    sign_count=passkey.sign_count,
                    sealed=seal_json(key, said, context=LABEL),
                    created_s=seconds(passkey.created_at),
                )
            )

    def of_account(self, account: str) -> tuple[StoredPasskey, ...]:
        """Return the passkeys of an account, the oldest first."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import PASSKEYS

        query = select(PASSKEYS).where(PASSKEYS.c.account == account)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(PASSKEYS.c.created_s)).all()
        return tuple(map(self._passkey, rows))

    def note_use(
        self, account: str, credential: str, *, sign_count: int, former: int, as_of: datetime
    ) -> bool:
        """Keep the new count of a passkey; ``False`` where another use changed it meanwhile."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import PASSKEYS
        from ahorraluz.store.imports import seconds

        keys = PASSKEYS.c
        with self.writing() as connection:
            used = connection.execute(
                update(PASSKEYS)
                .where(keys.account == account, keys.credential == credential)
                .where(keys.sign_count == former)
                .values(sign_count=sign_count, used_s=seconds(as_of))
            )
            return used.rowcount == 1

    def remove(self, account: str, credential: str) -> bool:
        """Forget a passkey; ``False`` where the account has none such."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import PASSKEYS

        keys = PASSKEYS.c
        with self.writing() as connection:
            gone = connection.execute(
                delete(PASSKEYS).where(keys.account == account, keys.credential == credential)
            )
            return gone.rowcount == 1

    def remove_all(self, account: str) -> None:
        """Forget every passkey of an account."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import PASSKEYS

        with self.writing() as connection:
            connection.execute(delete(PASSKEYS).where(PASSKEYS.c.account == account))

    def _passkey(self, row: "Row[tuple[object, ...]]") -> StoredPasskey:
        from ahorraluz.store.imports import moment

        said = open_json(self.vault.get(account_owner(row.account)), row.sealed, context=LABEL)
        ways = said.get("transports")
        return StoredPasskey(
            credential=row.credential,
            account=row.account,
            public_key=row.public_key,
            sign_count=row.sign_count,
            label=str(said["label"]),
            transports=tuple(map(str, ways)) if isinstance(ways, list) else (),
            created_at=moment(row.created_s),
            used_at=None if row.used_s is None else moment(row.used_s),
        )
