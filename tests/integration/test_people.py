"""Accounts, homes and the trail, on SQLite and on PostgreSQL: what is kept, and what is not."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.security.keyring import Keyring, open_keyring, rotate_keyring
from ahorraluz.security.roles import Reach, Role
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.account_records import Account, Consent, Session
from ahorraluz.store.accounts import NewAccount
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.people import People
from ahorraluz.store.sessions import Ticket
from ahorraluz.store.vault import Vault, account_owner

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAME = "rosa.quispe@ejemplo.pe"
HOME = "h-0123456789abcdef0123456789abcdef"
HOUR_S = 3_600
NUMBERS = count()


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return open_keyring(tmp_path / "keyring.json")


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.integration),
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ahorraluz.db'}"
    server = request.getfixturevalue("postgres_server")
    return str(server.make_database(f"people_{next(NUMBERS)}"))


@pytest.fixture
def store(url: str, tmp_path: Path, ring: Keyring) -> Iterator[Store]:
    vault = Vault(f"sqlite:///{tmp_path / 'keys.db'}", keyring=lambda: ring)
    opened = open_store(url, vault=vault)
    yield opened
    opened.close()


@pytest.fixture
def people(store: Store) -> People:
    return store.people


def made(people: People, name: str = NAME, id_: str = "a-1") -> Account:
    new = NewAccount(id=id_, name=name, password="hash", role=Role.RESIDENT, language="es")
    return people.accounts.add(new, as_of=NOW)


def day_of_readings() -> MeterFile:
    start = np.arange(24, dtype=np.int64) * HOUR_S
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + HOUR_S,
        value=np.linspace(0.1, 0.9, 24),
        line=np.arange(24, dtype=np.int64) + 2,
        flags=np.zeros(24, dtype=np.uint8),
    )
    return MeterFile(format="csv", channels=(channel,), rows=24, zone="America/Lima")


def code_of(error: pytest.ExceptionInfo[AhorraLuzError]) -> str:
    return error.value.issue.code


def test_an_account_is_found_by_its_name_and_by_no_other(people: People) -> None:
    account = made(people)

    assert people.accounts.find(NAME) == account
    assert people.accounts.find("otra@ejemplo.pe") is None


def test_a_name_is_given_once(people: People) -> None:
    made(people)

    with pytest.raises(AhorraLuzError) as error:
        made(people, id_="a-2")

    assert code_of(error) == "account-there-already"
    assert people.vault.find(account_owner("a-2")) is None


def test_the_bytes_of_the_database_hold_no_name_and_no_answer(store: Store, tmp_path: Path) -> None:
    people = store.people
    account = made(people)
    said = {"label": "Casa de la tía Benita"}
    people.households.keep(HOME, said, account=account.id, reach=Reach.OWNER, as_of=NOW)
    session = Session(
        hash="h1",
        account=account.id,
        device="Nokia 3310",
        complete=True,
        created_at=NOW,
        seen_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    people.sessions.open(session)

    written = b"".join(path.read_bytes() for path in tmp_path.glob("ahorraluz.db*"))

    for secret in (NAME, "rosa", "Benita", "Nokia"):
        assert secret.encode() not in written


def test_readings_and_their_file_name_lie_under_the_key_of_the_home(
    store: Store, tmp_path: Path
) -> None:
    file = day_of_readings()
    store.add_import(HOME, file, sha256="0" * 64, file_name="casa-benita.csv", as_of=NOW)

    written = b"".join(path.read_bytes() for path in tmp_path.glob("ahorraluz.db*"))

    assert b"benita" not in written
    assert store.imports(HOME)[0].file_name == "casa-benita.csv"
    assert len(store.channels(HOME)[0]) == len(file.channels[0])


def test_without_its_key_a_home_can_be_read_by_nobody(store: Store) -> None:
    store.add_import(HOME, day_of_readings(), sha256="0" * 64, file_name="a.csv", as_of=NOW)
    store.people.vault.destroy(f"home:{HOME}")

    with pytest.raises(AhorraLuzError) as error:
        store.channels(HOME)

    assert code_of(error) == "key-gone"


def test_a_forgotten_home_leaves_no_byte_and_lines_that_name_nobody(
    store: Store, tmp_path: Path
) -> None:
    people = store.people
    account = made(people)
    people.households.keep(HOME, {}, account=account.id, reach=Reach.OWNER, as_of=NOW)
    people.households.share(HOME, "share", as_of=NOW, expires_at=NOW + timedelta(days=1))
    people.households.add_note(HOME, "nota", account=account.id, as_of=NOW)
    store.add_import(HOME, day_of_readings(), sha256="0" * 64, file_name="a.csv", as_of=NOW)

    store.forget(HOME)

    written = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    assert HOME.encode() not in written
    assert people.households.homes_of(account.id) == ()


def test_a_removed_account_leaves_no_row(people: People) -> None:
    account = made(people)
    people.accounts.set_recovery_codes(account.id, ["a", "b"])
    ticket = Ticket(purpose="password", account=account.id, home=None)
    later = NOW + timedelta(hours=1)
    people.sessions.issue_ticket("t", ticket, as_of=NOW, expires_at=later)

    people.accounts.remove(account.id)

    assert people.accounts.find(NAME) is None
    assert people.accounts.all() == ()
    assert people.sessions.look_at_ticket("t", "password", at=NOW) is None


def test_two_writers_of_one_home_do_not_overwrite_each_other(people: People) -> None:
    account = made(people)
    books = people.households
    first = books.keep(HOME, {"label": "a"}, account=account.id, reach=Reach.OWNER, as_of=NOW)
    books.say(HOME, {"label": "b"}, version=first.version, as_of=NOW)

    with pytest.raises(AhorraLuzError) as error:
        books.say(HOME, {"label": "c"}, version=first.version, as_of=NOW)

    assert code_of(error) == "home-changed-meanwhile"
    assert books.answers(HOME).said == {"label": "b"}


def test_a_home_belongs_to_one_account(people: People) -> None:
    first, second = made(people), made(people, "otra@ejemplo.pe", "a-2")
    books = people.households
    books.keep(HOME, {}, account=first.id, reach=Reach.OWNER, as_of=NOW)

    with pytest.raises(AhorraLuzError) as error:
        books.keep(HOME, {}, account=second.id, reach=Reach.OWNER, as_of=NOW)

    assert code_of(error) == "home-taken"
    assert books.reach(HOME, first.id) is Reach.OWNER
    assert books.reach(HOME, second.id) is None


def test_a_reach_can_be_granted_and_ended(people: People) -> None:
    owner, consultant = made(people), made(people, "otra@ejemplo.pe", "a-2")
    books = people.households
    books.keep(HOME, {}, account=owner.id, reach=Reach.OWNER, as_of=NOW)

    books.grant(HOME, consultant.id, Reach.CONSULTANT, as_of=NOW)
    granted = books.reach(HOME, consultant.id)
    ended = books.end_reach(HOME, consultant.id)

    assert granted is Reach.CONSULTANT
    assert ended
    assert books.reach(HOME, consultant.id) is None
    assert not books.end_reach(HOME, consultant.id)


def test_a_link_counts_until_it_is_over_or_taken_back(people: People) -> None:
    account = made(people)
    books = people.households
    books.keep(HOME, {}, account=account.id, reach=Reach.OWNER, as_of=NOW)
    end = NOW + timedelta(days=7)
    share = books.share(HOME, "hash", as_of=NOW, expires_at=end)

    assert books.shared("hash", at=end - timedelta(seconds=1)) == share
    assert books.shared("hash", at=end) is None
    assert books.revoke_share(HOME, share.id)
    assert books.shared("hash", at=NOW) is None


def test_a_code_and_a_ticket_are_taken_once(people: People) -> None:
    account = made(people)
    people.accounts.set_recovery_codes(account.id, ["a"])
    people.sessions.issue_ticket(
        "t",
        Ticket(purpose="password", account=account.id, home=None),
        as_of=NOW,
        expires_at=NOW + timedelta(hours=1),
    )

    taken = [people.accounts.take_recovery_code(account.id, "a", as_of=NOW) for _ in range(2)]
    tickets = [people.sessions.take_ticket("t", "password", at=NOW) for _ in range(2)]
    steps = [people.accounts.take_step(account.id, step) for step in (7, 7, 6, 8)]

    assert taken == [True, False]
    assert [ticket is not None for ticket in tickets] == [True, False]
    assert steps == [True, False, False, True]


def test_a_consent_holds_until_its_end_or_its_withdrawal(people: People) -> None:
    account = made(people)
    end = NOW + timedelta(days=30)
    consent = Consent(
        id=0,
        account=account.id,
        home=None,
        purpose="contact",
        subject="pv",
        text_sha256="0" * 64,
        language="es",
        channel="web",
        given_at=NOW,
        until=end,
        withdrawn_at=None,
    )
    people.consents.give(consent)

    held = people.consents.that_hold("contact", at=NOW, subject="pv")
    after = people.consents.that_hold("contact", at=end)
    withdrawn = people.consents.withdraw(account.id, held[0].id, as_of=NOW)

    assert len(held) == 1
    assert after == ()
    assert withdrawn
    assert people.consents.that_hold("contact", at=NOW) == ()
    assert len(people.consents.of_account(account.id)) == 1


def test_the_trail_holds_what_was_written(people: People) -> None:
    made(people)
    for number in range(3):
        people.trail.note("looked", actor="a", subject=str(number), as_of=NOW)

    assert people.trail.check().count == 3
    assert [entry.subject for entry in people.trail.newest(limit=2)] == ["2", "1"]
    assert len(people.trail.newest(limit=9, subject="1")) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET act = 'nothing'",
        "DELETE FROM trail",
        "REPLACE INTO trail SELECT id, at_s, actor, subject, 'nothing', detail, previous, hash "
        "FROM trail",
    ],
)
def test_the_database_refuses_to_change_the_trail(tmp_path: Path, statement: str) -> None:
    ring = open_keyring(tmp_path / "keyring.json")
    vault = Vault(f"sqlite:///{tmp_path / 'keys.db'}", keyring=lambda: ring)
    store = open_store(f"sqlite:///{tmp_path / 'ahorraluz.db'}", vault=vault)
    store.people.trail.note("looked", actor="a", as_of=NOW)
    store.close()

    with (
        sqlite3.connect(tmp_path / "ahorraluz.db") as raw,
        pytest.raises(sqlite3.IntegrityError, match="stays as it was written"),
    ):
        raw.execute(statement)


def test_keys_can_be_wrapped_anew_and_still_open(people: People, tmp_path: Path) -> None:
    account = made(people)
    rotate_keyring(tmp_path / "keyring.json")

    changed = [people.vault.rewrap(), people.vault.rewrap()]

    assert changed == [1, 0]
    assert people.accounts.get(account.id).name == NAME


def test_a_lost_ring_is_missed_and_not_made_anew(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    open_toolbox(settings).store.people.vault.make("account:a-1")
    settings.key_ring.unlink()

    with pytest.raises(AhorraLuzError) as error:
        open_toolbox(settings).store.people.vault.get("account:a-1")

    assert code_of(error) == "keyring-missing"
    assert not settings.key_ring.exists()
