"""Promises on both databases: made once, and then out of everybody's hands."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.store.connections import connect
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.errors import HomeUnknownError, StoreError
from ahorraluz.store.promise_records import MonthResult, PromiseTerms
from ahorraluz.store.promises import COLUMNS, digest

AS_OF = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
"""Still the first of March in Peru."""
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.integration))
NUMBERS = count()
HOUR_S = 3_600


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'ahorraluz.db'}"
    server = request.getfixturevalue("postgres_server")
    return str(server.make_database(f"promises_{next(NUMBERS)}"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    for home in ("casa", "quinta"):
        start = np.arange(3, dtype=np.int64) * HOUR_S
        channel = Channel(
            id="kWh",
            flow=Flow.IMPORT,
            measure=Measure.ENERGY,
            start_s=start,
            end_s=start + HOUR_S,
            value=np.ones(3),
            line=np.arange(3, dtype=np.int64) + 2,
            flags=np.zeros(3, dtype=np.uint8),
        )
        file = MeterFile(format="csv", zone="America/Lima", channels=(channel,), rows=3, issues=())
        opened.add_import(home, file, sha256=home * 8, file_name="a.csv", as_of=AS_OF)
    yield opened
    opened.close()


def terms(step: str = "shorter-showers", wh: int = 12_000) -> PromiseTerms:
    return PromiseTerms(
        step=step, distributor="seal", region="arequipa", wh_month=wh, cents_month=950
    )


def made(store: Store, home: str = "casa", step: str = "shorter-showers") -> int:
    return store.promises.make(home, terms(step), nonce=home + step, as_of=AS_OF).id


def result(cents: int = 900) -> MonthResult:
    return MonthResult(
        month="2026-04",
        days=30,
        kwh=11.0,
        error_kwh=4.0,
        cents=cents,
        cents_low=100,
        cents_high=1700,
        measured_s=1,
    )


def execute(url: str, statement: str) -> None:
    """Run a statement as whoever has the password could."""
    engine = connect(url, create=False)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def test_a_promise_is_found_as_it_was_made(store: Store) -> None:
    made(store)

    promise = store.promises.of_home("casa", "shorter-showers")

    assert promise is not None
    assert (promise.terms, promise.made_on) == (terms(), date(2026, 3, 1))
    assert store.promises.of_home("casa", "led-tubes") is None


def test_a_second_promise_of_the_same_step_is_refused(store: Store) -> None:
    made(store)

    with pytest.raises(StoreError) as refused:
        store.promises.make("casa", terms(wh=1), nonce="other", as_of=AS_OF)

    assert refused.value.issue.code == "promise-made-already"
    assert [promise.terms for promise, _ in store.promises.everything()] == [terms()]


def test_a_home_that_is_not_kept_gets_no_promise(store: Store) -> None:
    with pytest.raises(HomeUnknownError):
        made(store, home="nadie")


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE promises SET wh_month = 1", id="another saving"),
        pytest.param("DELETE FROM promises", id="removed"),
        pytest.param("UPDATE promises SET made_s = made_s - 99999", id="another day"),
    ],
)
def test_the_database_refuses_to_change_a_promise(url: str, store: Store, statement: str) -> None:
    made(store)

    with pytest.raises(DBAPIError, match="stays as it was made"):
        execute(url, statement)

    assert [promise.terms for promise, _ in store.promises.everything()] == [terms()]


COPY = "made_s, step, distributor, region, wh_month, cents_month, nonce, previous, hash"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(
            f"REPLACE INTO promises (id, {COPY}) SELECT id, {COPY} FROM promises", id="same number"
        ),
        pytest.param(
            f"REPLACE INTO promises ({COPY})"
            " SELECT 1, step, distributor, region, 1, 1, nonce, previous, 'x'"
            " FROM promises",
            id="same place in the chain",
        ),
        pytest.param(
            f"INSERT INTO promises (id, {COPY})"
            " SELECT id, made_s, step, distributor, region, 1, 1, nonce,"
            " previous, hash FROM promises WHERE true ON CONFLICT (id) DO UPDATE SET wh_month = 1",
            id="inserted over it",
        ),
        pytest.param(
            "REPLACE INTO promise_homes SELECT promise_id, 'quinta', step FROM promise_homes",
            id="given to another home",
        ),
        pytest.param("UPDATE promise_homes SET home = 'quinta'", id="moved to another home"),
        pytest.param("UPDATE done_steps SET day = '2026-03-02'", id="another day of the step"),
        pytest.param(
            "REPLACE INTO done_steps SELECT id, home, step, '2026-03-02', created_s"
            " FROM done_steps",
            id="day replaced",
        ),
        pytest.param(
            "INSERT INTO done_steps SELECT id - 9, home, step, '2026-03-02', created_s"
            " FROM done_steps",
            id="day noted before the first",
        ),
    ],
)
def test_nothing_takes_the_place_of_what_was_noted(url: str, store: Store, statement: str) -> None:
    if "REPLACE INTO" in statement and not url.startswith("sqlite"):
        pytest.skip("only SQLite knows REPLACE")
    made(store)
    store.promises.mark_done("casa", "shorter-showers", day=date(2026, 3, 5), as_of=AS_OF)

    with pytest.raises(DBAPIError, match="stays as it was"):
        execute(url, statement)

    assert [(p.terms, home) for p, home in store.promises.everything()] == [(terms(), "casa")]
    assert [done.day for done in store.promises.done()] == [date(2026, 3, 5)]


def test_a_row_dated_before_the_last_is_refused(url: str, store: Store) -> None:
    made(store)

    with pytest.raises(DBAPIError, match="stays as it was made"):
        execute(
            url,
            f"INSERT INTO promises ({COPY})"
            " SELECT made_s - 86400, 'led-tubes', distributor, region, 1, 1, 'n',"
            " hash, 'x' FROM promises",
        )


def test_a_clock_that_was_set_back_makes_no_promise(store: Store) -> None:
    made(store)
    early = AS_OF - timedelta(days=1)

    with pytest.raises(StoreError) as refused:
        store.promises.make("quinta", terms(), nonce="other", as_of=early)

    assert refused.value.issue.code == "promise-clock-back"
    assert len(store.promises.everything()) == 1


def test_a_promise_of_a_few_seconds_before_is_taken(store: Store) -> None:
    made(store)

    store.promises.make("quinta", terms(), nonce="b", as_of=AS_OF - timedelta(seconds=20))

    assert len(store.promises.everything()) == 2


def test_a_chain_written_anew_with_an_earlier_date_is_found_out(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "data" / "ahorraluz.db"
    if not path.exists():
        pytest.skip("the file is SQLite's")
    made(store)
    made(store, home="quinta")
    second = store.promises.everything()[1][0]
    with sqlite3.connect(path) as file:
        file.row_factory = sqlite3.Row
        row = dict(file.execute("SELECT * FROM promises WHERE id = ?", (second.id,)).fetchone())
        row["made_s"] -= 86_400
        row["hash"] = digest(row["previous"], {name: row[name] for name in COLUMNS})
        file.execute("DROP TRIGGER tr_promises_update")
        file.execute(
            "UPDATE promises SET made_s = ?, hash = ? WHERE id = ?",
            (row["made_s"], row["hash"], second.id),
        )
    file.close()

    with pytest.raises(StoreError) as refused:
        store.promises.everything()
    assert refused.value.issue.code == "promises-altered"


@pytest.mark.integration
def test_postgresql_refuses_to_empty_the_table(postgres_url: str) -> None:
    opened = open_store(postgres_url)
    assert opened.promises.everything() == ()
    opened.close()

    with pytest.raises(DBAPIError, match="stays as it was made"):
        execute(postgres_url, "TRUNCATE promises CASCADE")


def test_a_row_altered_behind_the_triggers_breaks_the_chain(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "data" / "ahorraluz.db"
    if not path.exists():
        pytest.skip("the file is SQLite's")
    made(store)
    made(store, home="quinta")
    execute(f"sqlite:///{path}", "DROP TRIGGER tr_promises_update")
    execute(f"sqlite:///{path}", "UPDATE promises SET wh_month = 1 WHERE id = 1")

    with pytest.raises(StoreError) as refused:
        store.promises.everything()

    assert refused.value.issue.code == "promises-altered"


def test_every_day_noted_for_a_step_stays_on_record(store: Store) -> None:
    for day in (date(2026, 3, 5), date(2026, 3, 9)):
        store.promises.mark_done("casa", "led-tubes", day=day, as_of=AS_OF)

    store.promises.take_back("casa", "led-tubes", as_of=AS_OF)

    assert store.promises.done("casa") == ()
    assert [note.day for note in store.promises.notes("casa")] == [
        date(2026, 3, 5),
        date(2026, 3, 9),
        None,
    ]


def test_the_day_noted_last_stands(store: Store) -> None:
    for day in (date(2026, 3, 5), date(2026, 3, 9)):
        store.promises.mark_done("casa", "led-tubes", day=day, as_of=AS_OF)
    store.promises.mark_done("casa", "shorter-showers", day=date(2026, 3, 7), as_of=AS_OF)
    store.promises.take_back("casa", "led-tubes", as_of=AS_OF)
    store.promises.mark_done("casa", "led-tubes", day=date(2026, 3, 1), as_of=AS_OF)

    standing = [(done.step, done.day.day) for done in store.promises.done("casa")]

    assert standing == [("shorter-showers", 7), ("led-tubes", 1)]


def test_a_promise_let_go_stays_in_the_chain_as_nobodys(store: Store) -> None:
    made(store)

    store.promises.let_go("casa", terms().step)

    assert [home for _, home in store.promises.everything()] == [None]
    assert store.promises.of_home("casa", terms().step) is None


def test_results_are_replaced_whole(store: Store) -> None:
    number = made(store)

    store.promises.keep_results(number, [result(), result(5)][:1])
    store.promises.keep_results(number, [result(cents=-40)])

    assert store.promises.results() == {number: (result(cents=-40),)}


def test_forgetting_a_home_leaves_its_promise_to_nobody(store: Store) -> None:
    number = made(store)
    made(store, home="quinta")
    store.promises.mark_done("casa", "shorter-showers", day=date(2026, 3, 5), as_of=AS_OF)
    store.promises.keep_results(number, [result()])

    store.forget("casa")

    assert [home for _, home in store.promises.everything()] == [None, "quinta"]
    assert store.promises.results() == {}
    assert [done.home for done in store.promises.done()] == []


def test_asking_where_there_is_no_database_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "none.db"

    assert open_store(f"sqlite:///{path}").promises.everything() == ()

    assert not path.exists()
