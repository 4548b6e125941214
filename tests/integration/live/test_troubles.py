"""A database that cannot take readings takes none of a batch, and all of it later."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from tests.live_homes import (
    NOW,
    NOW_MS,
    add_channel,
    add_device,
    add_home,
    every_minute,
    refused,
    say,
)

from ahorraluz.core.live.readings import LiveChannel, Quantity
from ahorraluz.store import connections
from ahorraluz.store.database import Store, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ahorraluz.db"


@pytest.fixture
def lite(path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{path}")
    add_home(opened, "casa")
    yield opened
    opened.close()


def test_a_full_disk_takes_nothing_of_a_batch_and_all_of_it_later(lite: Store) -> None:
    plug = add_channel(lite, add_device(lite, "casa", as_of=NOW), Quantity.POWER, as_of=NOW)
    lite.close()

    def fill(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 120")

    sqlalchemy.event.listen(sqlalchemy.Pool, "connect", fill)
    try:
        error = refused(lambda: say(lite, plug, *every_minute(days=30)))
        lite.close()
    finally:
        sqlalchemy.event.remove(sqlalchemy.Pool, "connect", fill)

    assert error.issue.code == "database-full"
    assert lite.live.readings(plug.id, first_ms=0, end_ms=2**50) == ()
    assert say(lite, plug, *every_minute(days=30)) == 30 * 1_440 - 1
    lite.live.close_up_to(NOW)
    (channel,) = lite.channels("casa")
    assert len(channel) == 30 * 96


def test_a_writer_that_does_not_end_is_told_as_busy(
    lite: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug = add_channel(lite, add_device(lite, "casa", as_of=NOW), Quantity.POWER, as_of=NOW)
    lite.close()
    monkeypatch.setattr(connections, "WAIT_S", 0)
    lite.live.closed_s()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    error = refused(lambda: say(lite, plug, (NOW_MS, 1)))
    other.close()

    assert error.issue.code == "database-busy"
    assert say(lite, plug, (NOW_MS, 1)) == 1


@pytest.mark.integration
def test_a_server_that_ends_a_writer_took_nothing_and_takes_it_later(
    store: Store, url: str, plug: LiveChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url.startswith("sqlite"):
        pytest.skip("of a server")
    from ahorraluz.store.live import intake

    put = intake._put_postgresql

    def cut(*arguments: object) -> tuple[int, int]:
        result = put(*arguments)  # type: ignore[arg-type]
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'ahorraluz'"
            )
        return result

    say(store, plug, (NOW_MS - 1, 1))
    monkeypatch.setattr(intake, "_put_postgresql", cut)
    error = refused(lambda: say(store, plug, (NOW_MS, 1)))
    monkeypatch.undo()

    assert error.issue.code == "database-unreachable"
    assert len(store.live.readings(plug.id, first_ms=0, end_ms=2**50)) == 1
    assert say(store, plug, (NOW_MS, 1)) == 1
