"""Deleting an account, on SQLite and on PostgreSQL: no row of any table holds what was its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.security import passwords
from ahorraluz.security.tokens import hash_token
from ahorraluz.services.accounts.confirming import Proof
from ahorraluz.services.accounts.consents import Asked, Purpose, give_consent
from ahorraluz.services.accounts.entering import Joining, SignInError, join
from ahorraluz.services.accounts.erasing import erase_account
from ahorraluz.services.accounts.recovery import link_for
from ahorraluz.services.accounts.second_factor import make_recovery_codes
from ahorraluz.services.accounts.sessions import SignedIn, open_session
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.account_records import Account, StoredPasskey
from ahorraluz.store.account_tables import TRAIL
from ahorraluz.store.promise_records import PromiseTerms
from ahorraluz.texts import open_texts

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PASSWORD = "tres gatos verdes"
PAIRS = (("d", "luz-del-sur"), ("s", "lima-sur"), ("k", "152"), ("ph", "4"), ("dep", "lima"))
NUMBERS = count()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def tools(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Toolbox]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    settings = Settings(data_dir=tmp_path)
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        database, keys = (str(server.make_database(f"gone_{next(NUMBERS)}")) for _ in range(2))
        settings = Settings(data_dir=tmp_path, database_url=database, keys_url=keys)
    tools = open_toolbox(settings)
    yield tools
    tools.store.close()


def somebody(tools: Toolbox, name: str) -> tuple[Account, str]:
    """Make an account with everything that an account may have; return it with its home."""
    joining = Joining(name=name, password=PASSWORD, language="es")
    account = join(joining, tools=tools, as_of=NOW)
    home = keep_home(PAIRS, account=account.id, tools=tools, as_of=NOW).id
    start = np.arange(24, dtype=np.int64) * 3_600
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + 3_600,
        value=np.ones(24),
        line=np.arange(24, dtype=np.int64) + 2,
        flags=np.zeros(24, dtype=np.uint8),
    )
    file = MeterFile(format="csv", channels=(channel,), rows=24, zone="America/Lima")
    tools.store.add_import(home, file, sha256="ab" * 32, file_name="rosa.csv", as_of=NOW)
    terms = PromiseTerms(
        step="led", distributor="luz-del-sur", region="", wh_month=9_000, cents_month=700
    )
    tools.store.promises.make(home, terms, nonce=hash_token(name), as_of=NOW)
    open_session(account, device="Chrome", complete=True, tools=tools, as_of=NOW)
    make_recovery_codes(account, tools=tools, as_of=NOW)
    link_for(account, base="https://luz.example", tools=tools, as_of=NOW)
    tools.store.people.passkeys.add(passkey_of(account))
    households = tools.store.people.households
    households.add_note(home, "Benita", account=account.id, as_of=NOW)
    households.share(home, f"{home}-link", as_of=NOW, expires_at=NOW + timedelta(days=1))
    asked = Asked(account=account.id, home=home, purpose=Purpose.COMPARE)
    give_consent(asked, texts=open_texts("es"), channel="web", tools=tools, as_of=NOW)
    return account, home


def passkey_of(account: Account) -> StoredPasskey:
    return StoredPasskey(
        credential=f"key-of-{account.id}",
        account=account.id,
        public_key=b"public",
        sign_count=0,
        label="Mi celular",
        transports=("internal",),
        created_at=NOW,
        used_at=None,
    )


def present(account: Account, tools: Toolbox) -> SignedIn:
    """Return somebody in a session of theirs."""
    [session, *_] = tools.store.people.sessions.of_account(account.id, at=NOW)
    return SignedIn(account=account, session=session)


def rows_with(tools: Toolbox, *words: str) -> list[str]:
    """Return the tables in whose rows any word stands, keys among them."""
    from ahorraluz.store.vault_table import DATA_KEYS

    found = []
    with tools.store.people.reading() as connection:
        for table in TRAIL.metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            if any(word in repr(tuple(row)) for row in rows for word in words):
                found.append(table.name)
    with tools.store.people.vault._reading() as connection:
        owners = connection.execute(select(DATA_KEYS.c.owner)).scalars().all()
    if any(word in owner for owner in owners for word in words):
        found.append(DATA_KEYS.name)
    return found


def test_no_row_holds_what_was_of_a_deleted_account(tools: Toolbox) -> None:
    account, home = somebody(tools, "rosa@ejemplo.pe")
    other, other_home = somebody(tools, "otra@ejemplo.pe")
    before = rows_with(tools, account.id, home)

    erase_account(present(account, tools), Proof(password=PASSWORD), tools=tools, as_of=NOW)

    assert len(before) > 10
    assert rows_with(tools, account.id, home, "rosa") == []
    assert len(rows_with(tools, other.id, other_home)) > 10
    assert len(tools.store.channels(other_home)) == 1
    assert tools.store.people.trail.check().count > 10


def test_a_wrong_password_deletes_nothing(tools: Toolbox) -> None:
    account, home = somebody(tools, "rosa@ejemplo.pe")
    wrong, before = Proof(password="otra cosa larga"), rows_with(tools, account.id, home)

    with pytest.raises(SignInError):
        erase_account(present(account, tools), wrong, tools=tools, as_of=NOW)

    assert rows_with(tools, account.id, home) == before


def test_a_name_is_free_again_and_opens_nothing_of_before(tools: Toolbox) -> None:
    account, home = somebody(tools, "rosa@ejemplo.pe")
    erase_account(present(account, tools), Proof(password=PASSWORD), tools=tools, as_of=NOW)

    again = join(
        Joining(name="rosa@ejemplo.pe", password=PASSWORD, language="es"), tools=tools, as_of=NOW
    )

    assert again.id != account.id
    assert tools.store.people.households.homes_of(again.id) == ()
    assert home not in {kept.id for kept in tools.store.homes()}


def test_a_passkey_belongs_to_one_account_and_counts_as_its_second_factor(tools: Toolbox) -> None:
    account, _ = somebody(tools, "rosa@ejemplo.pe")
    passkeys, accounts = tools.store.people.passkeys, tools.store.people.accounts
    [kept] = passkeys.of_account(account.id)

    used = passkeys.note_use(account.id, kept.credential, sign_count=5, former=0, as_of=NOW)
    copied = passkeys.note_use(account.id, kept.credential, sign_count=6, former=0, as_of=NOW)

    assert (used, copied) == (True, False)
    assert accounts.get(account.id).has_second_factor
    assert not passkeys.remove("a-nobody", kept.credential)
    assert passkeys.remove(account.id, kept.credential)
    assert not accounts.get(account.id).has_second_factor
