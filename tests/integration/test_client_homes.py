"""Many homes at once, on SQLite and on PostgreSQL: all or none, and access that runs out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.keyring import open_keyring
from ahorraluz.security.roles import Reach, Role
from ahorraluz.store.account_records import Consent
from ahorraluz.store.accounts import NewAccount
from ahorraluz.store.client_homes import ClientBook
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.vault import Vault, home_owner

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOMES = {f"h-{number}": {"label": f"Cliente {number}"} for number in range(3)}
NUMBERS = count()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'ahorraluz.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = str(server.make_database(f"clients_{next(NUMBERS)}"))
    ring = open_keyring(tmp_path / "keyring.json")
    vault = Vault(f"sqlite:///{tmp_path / 'keys.db'}", keyring=lambda: ring)
    opened = open_store(url, vault=vault)
    people = {"a-con": Role.CONSULTANT, "a-rosa": Role.RESIDENT, "a-beto": Role.RESIDENT}
    for id_, role in people.items():
        new = NewAccount(id=id_, name=f"{id_}@ejemplo.pe", password="-", role=role, language="es")
        opened.people.accounts.add(new, as_of=NOW)
    yield opened
    opened.close()


@pytest.fixture
def book(store: Store) -> ClientBook:
    people = store.people
    return ClientBook(reading=people.reading, writing=people.writing, vault=people.vault)


def consent(home: str, until: datetime | None) -> Consent:
    return Consent(
        id=0,
        account="a-rosa",
        home=home,
        purpose="consultant",
        subject="a-con",
        text_sha256="0" * 64,
        language="es",
        channel="web",
        given_at=NOW,
        until=until,
        withdrawn_at=None,
    )


def test_homes_are_kept_together_and_read_together(store: Store, book: ClientBook) -> None:
    book.keep_all(HOMES, account="a-con", as_of=NOW)

    found = book.answers_of(["h-2", "h-0", "h-none"])

    assert [(a.home, a.said["label"]) for a in found] == [
        ("h-2", "Cliente 2"),
        ("h-0", "Cliente 0"),
    ]
    assert {r.reach for r in store.people.households.homes_of("a-con")} == {Reach.CONSULTANT}
    assert book.owners_of(list(HOMES)) == {}


def test_one_home_that_cannot_be_keeps_all_out_with_their_keys(
    store: Store, book: ClientBook
) -> None:
    with pytest.raises(AhorraLuzError):
        book.keep_all(HOMES, account="a-nobody", as_of=NOW)

    assert book.answers_of(list(HOMES)) == ()
    assert all(store.people.vault.find(home_owner(home)) is None for home in HOMES)


def test_what_is_kept_beside_answers_goes_with_what_is_said_next(
    store: Store, book: ClientBook
) -> None:
    book.keep_all(HOMES, account="a-con", as_of=NOW)
    households = store.people.households

    kept = book.keep_beside("h-0", "figures", {"a": 1}, version=1)
    beside = households.answers("h-0")
    households.say("h-0", {"label": "Ana"}, version=1, as_of=NOW)
    late = book.keep_beside("h-0", "figures", {"a": 1}, version=1)

    assert (kept, late) == (True, False)
    assert (beside.version, beside.said) == (1, {"label": "Cliente 0", "figures": {"a": 1}})
    assert households.answers("h-0").said == {"label": "Ana"}


def test_access_lapses_where_an_owner_no_longer_agrees(store: Store, book: ClientBook) -> None:
    book.keep_all(HOMES, account="a-con", as_of=NOW)
    households, consents = store.people.households, store.people.consents
    for home in ("h-0", "h-1"):
        households.grant(home, "a-rosa", Reach.OWNER, as_of=NOW)
    households.grant("h-2", "a-beto", Reach.OWNER, as_of=NOW)
    consents.give(consent("h-2", NOW + timedelta(days=30)))
    consents.give(consent("h-0", NOW + timedelta(days=30)))
    consents.give(consent("h-1", NOW + timedelta(days=1)))

    ended = book.end_lapsed("consultant", at=NOW + timedelta(days=2))

    assert ended == ("a-con", "a-con")
    assert [r.home for r in households.homes_of("a-con")] == ["h-0"]
    owners = {"h-0": "a-rosa", "h-1": "a-rosa", "h-2": "a-beto"}
    assert book.owners_of(list(HOMES)) == owners
