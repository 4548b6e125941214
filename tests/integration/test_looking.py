"""One look at the databases: shared while only reading, ended by every writing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.keyring import open_keyring
from ahorraluz.security.roles import Reach, Role
from ahorraluz.store.accounts import NewAccount
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.looking import one_look, reading
from ahorraluz.store.vault import Vault

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOME = "h-0123456789abcdef0123456789abcdef"
NUMBERS = count()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'ahorraluz.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = str(server.make_database(f"looking_{next(NUMBERS)}"))
    ring = open_keyring(tmp_path / "keyring.json")
    vault = Vault(f"sqlite:///{tmp_path / 'keys.db'}", keyring=lambda: ring)
    opened = open_store(url, vault=vault)
    new = NewAccount(
        id="a-1", name="rosa@ejemplo.pe", password="hash", role=Role.RESIDENT, language="es"
    )
    opened.people.accounts.add(new, as_of=NOW)
    yield opened
    opened.close()


def test_what_is_read_in_a_look_comes_over_one_connection(store: Store) -> None:
    engine = store._engine(create=False)

    with one_look():
        with reading(engine) as first:
            pass
        with reading(engine) as second:
            pass
        shared = first is second and not first.closed

    assert shared
    assert first.closed


def test_what_is_written_in_a_look_is_read_in_it(store: Store) -> None:
    households = store.people.households

    with one_look():
        before = households.homes_of("a-1")
        households.keep(HOME, {"label": "a"}, account="a-1", reach=Reach.OWNER, as_of=NOW)
        kept = households.answers(HOME)
        households.say(HOME, {"label": "b"}, version=kept.version, as_of=NOW)
        after = households.answers(HOME)

    assert before == ()
    assert (kept.said, after.said) == ({"label": "a"}, {"label": "b"})


def test_a_home_that_is_forgotten_in_a_look_leaves_no_byte(store: Store, tmp_path: Path) -> None:
    households = store.people.households
    households.keep(HOME, {}, account="a-1", reach=Reach.OWNER, as_of=NOW)

    with one_look():
        households.answers(HOME)
        store.forget(HOME)
        written = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
        with pytest.raises(AhorraLuzError) as error:
            households.answers(HOME)

    assert HOME.encode() not in written
    assert error.value.issue.code == "home-unknown"


def test_after_something_failed_a_look_goes_on_over_another_connection(store: Store) -> None:
    engine = store._engine(create=False)

    with one_look():
        with pytest.raises(Exception, match="nothing_such"), reading(engine) as broken:
            broken.execute(text("SELECT * FROM nothing_such"))
        with reading(engine) as next_one:
            found = next_one.execute(text("SELECT 1")).scalar()

    assert found == 1
    assert broken.closed
    assert next_one is not broken


def test_without_a_look_each_reading_is_alone(store: Store) -> None:
    engine = store._engine(create=False)

    with reading(engine) as first:
        pass

    assert first.closed
