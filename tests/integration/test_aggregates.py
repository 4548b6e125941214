"""What was told of groups, on SQLite and on PostgreSQL."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from ahorraluz.core.anonymity import Figure, Present, cells_of, renew
from ahorraluz.security.keyring import DataKey, Keyring, open_keyring
from ahorraluz.store.aggregates import Topics
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.vault import Vault

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
FIGURES = (Figure(name="kwh"),)
NUMBERS = count()


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return open_keyring(tmp_path / "keyring.json")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest, tmp_path: Path, ring: Keyring) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'ahorraluz.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = str(server.make_database(f"aggregates_{next(NUMBERS)}"))
    vault = Vault(f"sqlite:///{tmp_path / 'keys.db'}", keyring=lambda: ring)
    opened = open_store(url, vault=vault)
    with opened.people.writing(create=True):
        pass
    yield opened
    opened.close()


def keys_of(ring: Keyring, homes: int) -> dict[str, DataKey]:
    made = [ring.new_data_key()[0] for _ in range(homes)]
    return {key.pseudonym("aggregates"): key for key in made}


def publish(store: Store, keys: dict[str, DataKey], *, more: int = 0) -> tuple[bool, int]:
    """Publish the homes of some keys; return whether it is new, and how many homes are told."""
    homes = [
        Present(mark=mark, place="150101", values={"kwh": 100 + at + more})
        for at, mark in enumerate(sorted(keys))
    ]

    def renewed(before: Topics) -> tuple[Topics, str]:
        after = renew(before.get("use", ()), homes, FIGURES, day="2026-11-26")
        return {"use": after}, json.dumps([[c.place, c.homes, c.sums] for c in cells_of(after)])

    anew = store.people.aggregates.publish(renewed, keys=keys, as_of=NOW)
    latest = store.people.aggregates.latest()
    assert latest is not None
    cells = json.loads(latest[1])
    return anew, cells[0][1] if cells else 0


def test_what_is_told_stands_while_one_home_comes_and_one_goes(store: Store, ring: Keyring) -> None:
    keys = keys_of(ring, 15)
    fewer = dict(list(keys.items())[1:])

    assert publish(store, keys) == (True, 15)
    assert publish(store, fewer) == (False, 15)
    assert publish(store, {**fewer, **keys_of(ring, 1)}) == (False, 15)


def test_values_are_read_again_under_their_keys(store: Store, ring: Keyring) -> None:
    keys = keys_of(ring, 12)
    publish(store, keys)

    assert publish(store, keys) == (False, 12)
    assert publish(store, keys, more=7) == (True, 12)
    assert publish(store, keys, more=0) == (False, 12)


def test_who_was_away_while_others_published_is_known_again(store: Store, ring: Keyring) -> None:
    keys = keys_of(ring, 30)
    fewer = dict(list(keys.items())[10:])
    publish(store, keys)

    assert publish(store, fewer) == (True, 20)
    assert publish(store, fewer) == (False, 20)
    assert publish(store, keys) == (False, 20)


def test_newcomers_join_with_those_who_stayed(store: Store, ring: Keyring) -> None:
    keys = keys_of(ring, 12)
    publish(store, keys)
    fewer = dict(list(keys.items())[1:])

    assert publish(store, {**fewer, **keys_of(ring, 10)}) == (True, 21)


def test_what_was_told_of_who_left_is_kept_by_topic(store: Store, ring: Keyring) -> None:
    keys = keys_of(ring, 24)
    gone = sorted(keys)[:12]

    def renewed(before: Topics, marks: list[str]) -> tuple[Topics, str]:
        topics = {}
        for topic, value in (("use", 100), ("other", 700)):
            homes = [Present(mark=m, place="150101", values={"kwh": value}) for m in marks]
            topics[topic] = renew(before.get(topic, ()), homes, FIGURES, day="2026-11-26")
        return topics, "{}"

    there = sorted(keys)[12:]
    store.people.aggregates.publish(lambda b: renewed(b, sorted(keys)), keys=keys, as_of=NOW)
    store.people.aggregates.publish(
        lambda b: renewed(b, there), keys={mark: keys[mark] for mark in there}, as_of=NOW
    )
    kept: list[Topics] = []

    def looked_at(before: Topics) -> tuple[Topics, str]:
        kept.append(before)
        return before, "{}"

    store.people.aggregates.publish(looked_at, keys=keys, as_of=NOW)

    for topic, value in (("use", 100), ("other", 700)):
        left = [block for block in kept[0][topic] if not block.live]
        assert {m.mark for block in left for m in block.members} == set(gone)
        assert {(m.told or {})["kwh"] for block in left for m in block.members} == {(value,)}
