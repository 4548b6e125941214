"""Keys of programs and their repeated requests, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from ahorraluz.security.keyring import open_keyring
from ahorraluz.security.roles import Reach, Role
from ahorraluz.security.scopes import Scope
from ahorraluz.store.accounts import NewAccount
from ahorraluz.store.api_tokens import ApiToken, NewApiToken
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.once import Once
from ahorraluz.store.people import People
from ahorraluz.store.vault import Vault

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ROSA, OTHER = "a-rosa", "a-other"
HOME = "h-0123456789abcdef0123456789abcdef"
NUMBERS = count()
ABANDONED = timedelta(minutes=5)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'ahorraluz.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = str(server.make_database(f"programs_{next(NUMBERS)}"))
    ring = open_keyring(tmp_path / "keyring.json")
    vault = Vault(f"sqlite:///{tmp_path / 'keys.db'}", keyring=lambda: ring)
    opened = open_store(url, vault=vault)
    yield opened
    opened.close()


@pytest.fixture
def people(store: Store) -> People:
    """Return the books of a store with two people."""
    for id_ in (ROSA, OTHER):
        new = NewAccount(
            id=id_, name=f"{id_}@ejemplo.pe", password="hash", role=Role.RESIDENT, language="es"
        )
        store.people.accounts.add(new, as_of=NOW)
    return store.people


def keep(people: People, *, hash_: str = "hash", days: int = 30) -> ApiToken:
    new = NewApiToken(
        account=ROSA,
        hash=hash_,
        label="Medidor",
        scopes=frozenset({Scope.HOMES_READ, Scope.PLAN_READ}),
        expires_at=NOW + timedelta(days=days),
    )
    return people.tokens.add(new, as_of=NOW)


def begin(people: People, *, request: str = "what", as_of: datetime = NOW) -> Once | None:
    return people.once.begin(ROSA, "key", request, as_of=as_of, abandoned=ABANDONED)


def answered(body: bytes = b"{}") -> Once:
    return Once(request="what", status=201, headers={"ETag": '"1"'}, body=body, created_at=NOW)


def test_a_key_is_found_by_its_hash_until_it_is_over(people: People) -> None:
    kept = keep(people)

    assert people.tokens.find("hash", at=NOW) == kept
    assert people.tokens.find("other", at=NOW) is None
    assert people.tokens.find("hash", at=kept.expires_at) is None
    assert kept.scopes == {Scope.HOMES_READ, Scope.PLAN_READ}


def test_a_key_is_ended_by_its_account_alone(people: People) -> None:
    kept = keep(people)

    assert not people.tokens.revoke(OTHER, kept.id)
    assert people.tokens.revoke(ROSA, kept.id)
    assert people.tokens.find("hash", at=NOW) is None
    assert people.tokens.of_account(ROSA) == ()


def test_keys_and_answers_go_with_their_account(people: People) -> None:
    keep(people)
    begin(people)
    people.once.finish(ROSA, "key", answered(), home=None)

    people.accounts.remove(ROSA)

    assert people.tokens.find("hash", at=NOW) is None
    with people.reading() as connection:
        for table in ("api_tokens", "once"):
            rows = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            assert rows == 0


def test_a_request_is_begun_once_and_answered_again(people: People) -> None:
    first, second = begin(people), begin(people)
    people.once.finish(ROSA, "key", answered(b'{"id": 1}'), home=None)
    third = begin(people)

    assert first is None
    assert second is not None
    assert second.status == 0
    assert third is not None
    assert (third.status, third.headers, third.body) == (201, {"ETag": '"1"'}, b'{"id": 1}')


def test_a_key_of_one_account_is_free_for_another(people: People) -> None:
    begin(people)

    assert people.once.begin(OTHER, "key", "what", as_of=NOW, abandoned=ABANDONED) is None


def test_a_request_that_was_cut_off_can_be_begun_again(people: People) -> None:
    begin(people)

    assert begin(people, as_of=NOW + ABANDONED - timedelta(seconds=1)) is not None
    assert begin(people, as_of=NOW + ABANDONED) is None


def test_a_key_given_back_and_an_old_one_are_free(people: People) -> None:
    begin(people)
    people.once.drop(ROSA, "key")
    assert begin(people) is None
    people.once.finish(ROSA, "key", answered(), home=None)

    people.once.tidy(before=NOW)
    assert begin(people) is not None
    people.once.tidy(before=NOW + timedelta(seconds=1))
    assert begin(people) is None


def test_the_answer_about_a_home_cannot_be_read_without_its_key(
    store: Store, people: People
) -> None:
    people.households.keep(HOME, {"label": "Casa"}, account=ROSA, reach=Reach.OWNER, as_of=NOW)
    begin(people)
    people.once.finish(ROSA, "key", answered(b"Casa de Rosa"), home=HOME)
    there = begin(people)

    store.forget(HOME)
    gone = begin(people)

    assert there is not None
    assert there.body == b"Casa de Rosa"
    assert gone is not None
    assert gone.body is None


def test_of_many_at_once_one_begins(people: People) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: begin(people), range(12)))

    assert sum(one is None for one in found) == 1
