"""When the database is in trouble: full, busy, damaged, too new, away, killed."""

import os
import sqlite3
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psycopg
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.integration.postgres import Server

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.store import connections, schema
from ahorraluz.store.aggregate_tables import PUBLICATIONS
from ahorraluz.store.connections import connect
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.errors import StoreError
from ahorraluz.store.records import ImportReceipt
from ahorraluz.texts import open_texts

ROOT = Path(__file__).resolve().parents[2]
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
DAY_S = 86_400


def kept(store: Store, *, day: int = 0, rows: int = 24, home: str = "casa") -> ImportReceipt:
    """Keep a file of values that no compression makes small."""
    start = day * DAY_S + np.arange(rows, dtype=np.int64) * 60
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + 60,
        value=np.random.default_rng(day).random(rows),
        line=np.arange(rows, dtype=np.int64),
        flags=np.zeros(rows, dtype=np.uint8),
    )
    file = MeterFile(format="csv", channels=(channel,), rows=rows, zone="America/Lima")
    return store.add_import(home, file, sha256=f"{day}", file_name=f"{day}.csv", as_of=AS_OF)


def refused(ask: Callable[[], object]) -> StoreError:
    with pytest.raises(StoreError) as error:
        ask()
    # The chain would show statements and addresses where a traceback is logged.
    assert error.value.__suppress_context__ or error.value.__context__ is None
    assert open_texts("es").issue(error.value.issue)
    return error.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ahorraluz.db"


@pytest.fixture
def store(path: Path) -> Store:
    return open_store(f"sqlite:///{path}")


@pytest.fixture
def new_url(postgres_server: Server, request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database of PostgreSQL."""
    return postgres_server.make_database(f"t{zlib.crc32(request.node.nodeid.encode())}")


# --- SQLite --------------------------------------------------------------------------------


def test_a_new_file_is_readable_by_its_owner_alone(store: Store, path: Path) -> None:
    kept(store)

    files = sorted(path.parent.iterdir())

    assert [file.name.removeprefix("ahorraluz.db") for file in files] == ["", "-shm", "-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    store.close()


@pytest.mark.parametrize("create", [True, False])
def test_asking_makes_no_database(path: Path, create: bool) -> None:
    store = open_store(f"sqlite:///{path}", create=create)

    homes = store.homes()
    errors = [
        refused(lambda: store.channels("casa")),
        refused(lambda: store.undo_import("casa", 1, AS_OF)),
    ]

    assert homes == ()
    assert {error.issue.code for error in errors} == {"database-none"}
    assert not path.parent.exists()


def test_an_import_makes_no_database_if_it_may_not(path: Path) -> None:
    error = refused(lambda: kept(open_store(f"sqlite:///{path}", create=False)))

    assert error.issue.code == "database-none"
    assert not path.parent.exists()


def test_a_full_disk_keeps_what_was_there(store: Store, path: Path) -> None:
    kept(store)
    store.close()

    def fill(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 30")

    sqlalchemy.event.listen(sqlalchemy.Pool, "connect", fill)
    try:
        error = refused(lambda: kept(store, day=1, rows=50_000))
        store.close()
    finally:
        sqlalchemy.event.remove(sqlalchemy.Pool, "connect", fill)

    assert error.issue.code == "database-full"
    assert str(path) in open_texts("es").issue(error.issue)
    assert [record.file_name for record in store.imports("casa")] == ["0.csv"]
    assert kept(store, day=1, rows=50_000).added == 50_000
    store.close()


def test_a_writer_that_does_not_end_is_told_as_busy(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_S", 0)
    kept(store)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        error = refused(lambda: kept(store, day=1))
        while_busy = store.imports("casa")

    assert error.issue.code == "database-busy"
    assert len(while_busy) == 1
    store.close()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"this is no database" * 500, "database-damaged", id="another file"),
        pytest.param(None, "database-not-opened", id="a folder"),
    ],
)
def test_a_file_that_is_no_database_is_left_as_it_is(
    tmp_path: Path, content: bytes | None, code: str
) -> None:
    path = tmp_path / "x.db"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    error = refused(open_store(f"sqlite:///{path}").homes)

    assert error.issue.code == code
    assert content is None or path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    error = refused(lambda: kept(open_store(f"sqlite:///{tmp_path}/file/x.db")))

    assert error.issue.code == "database-not-opened"


def test_readings_that_changed_on_the_disk_are_not_used(store: Store, path: Path) -> None:
    kept(store)
    with closing(sqlite3.connect(path)) as raw, raw:
        (payload,) = raw.execute("SELECT payload FROM blocks").fetchone()
        raw.execute("UPDATE blocks SET payload = ?", (payload[:40] + b"?" + payload[41:],))

    error = refused(lambda: store.channels("casa"))

    assert error.issue.code == "database-block-damaged"
    store.undo_import("casa", 1, AS_OF)
    assert kept(store).added == 24
    assert len(store.channels("casa")[0]) == 24
    store.close()


def test_nothing_of_a_forgotten_home_is_in_the_files(store: Store, path: Path) -> None:
    kept(store, home="hogar-de-marcela", rows=5_000)
    kept(store, home="tienda")
    before = path.with_name("ahorraluz.db-wal").read_bytes()
    with closing(sqlite3.connect(path)) as raw:
        (payload,) = raw.execute("SELECT max(payload) FROM blocks WHERE rows = 5000").fetchone()

    store.forget("hogar-de-marcela")

    after = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"hogar-de-marcela" in before
    assert b"hogar-de-marcela" not in after
    assert payload[200:300] not in after
    assert b"tienda" in after
    store.close()


# --- both ----------------------------------------------------------------------------------


def test_a_database_of_a_later_version_is_not_touched(store: Store, path: Path) -> None:
    kept(store)
    store.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE ahorraluz_schema SET version_num = '9999'")

    error = refused(store.homes)

    assert error.issue.code == "database-newer"


def test_the_newest_step_is_the_one_the_store_asks_for() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))

    assert scripts.get_current_head() == schema.HEAD


def check_tables(url: str) -> None:
    store = open_store(url)
    kept(store)
    store.close()
    engine = connect(url, create=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.VERSION_TABLE, "compare_type": True}
        )
        differences = compare_metadata(context, PUBLICATIONS.metadata)
    engine.dispose()

    assert differences == []


def test_the_steps_make_the_tables_in_sqlite(path: Path) -> None:
    check_tables(f"sqlite:///{path}")


@pytest.mark.integration
def test_the_steps_make_the_tables_in_postgresql(new_url: str) -> None:
    check_tables(new_url)


# --- PostgreSQL ----------------------------------------------------------------------------


@pytest.mark.integration
def test_a_server_that_broke_the_connection_is_asked_again(new_url: str) -> None:
    store = open_store(new_url)
    kept(store)
    with psycopg.connect(new_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'ahorraluz'"
        )

    assert kept(store, day=1).added == 24
    store.close()


@pytest.mark.integration
def test_a_lock_that_is_not_given_back_is_told_as_busy(new_url: str) -> None:
    store = open_store(f"{new_url}&options=-c%20lock_timeout=50ms")
    kept(store)
    with psycopg.connect(new_url) as other:
        other.execute("LOCK TABLE imports")

        error = refused(lambda: kept(store, day=1))

    assert error.issue.code == "database-busy"
    store.close()


@pytest.mark.integration
def test_a_user_who_may_not_write_is_told(new_url: str) -> None:
    with psycopg.connect(new_url, autocommit=True) as owner:
        owner.execute("CREATE ROLE reader LOGIN")

    error = refused(open_store(new_url.replace("postgres@", "reader@")).homes)

    assert error.issue.code == "database-refused"


@pytest.mark.integration
def test_a_database_that_is_not_there_is_told_without_the_password(postgres_server: Server) -> None:
    url = postgres_server.url("nowhere").replace("postgres@", "postgres:s3cr3t@")

    error = refused(open_store(url).homes)

    assert error.issue.code == "database-unreachable"
    assert "s3cr3t" not in f"{error!r} {error} {open_texts('es').issue(error.issue)}"


def test_a_server_that_is_away_is_told_by_host_and_name(tmp_path: Path) -> None:
    url = f"postgresql://ana:s3cr3t@/readings?host={tmp_path}"

    error = refused(open_store(url).homes)

    assert error.issue.code == "database-unreachable"
    assert error.issue.parameters == {"place": "localhost/readings"}


def test_a_missing_driver_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    error = refused(open_store("postgresql://db.example/x").homes)

    assert error.issue.code == "extra-missing"
    assert "pip install ahorraluz[postgres]" in open_texts("es").issue(error.issue)


@pytest.mark.parametrize("url", ["mysql://ana:s3cr3t@db/x", "postgresql://ana:s3cr3t@db:port/x"])
def test_a_url_that_is_none_is_not_repeated(url: str) -> None:
    error = refused(open_store(url).homes)

    assert error.issue.code == "database-url-invalid"
    assert "s3cr3t" not in str(error)


@pytest.mark.skipif(os.name == "nt", reason="the shell of POSIX")
def test_a_store_that_is_not_used_loads_no_sql() -> None:
    code = (
        "import sys; from ahorraluz.store.database import open_store; open_store('sqlite:///x.db');"
        "print(*{'sqlalchemy', 'alembic', 'pandas', 'psycopg'} & set(sys.modules))"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == ""
