"""What is kept of forecasts on both databases: as served, corrected by late readings, erased."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.live_homes import NOW, add_home

from ahorraluz.store.connections import connect
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.model_watch import WatchCheck, WatchedDay, WatchedForecast

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.integration))
NUMBERS = count()
FORECAST = WatchedForecast(
    home="casa",
    origin="2026-11-20",
    ahead=1,
    day="2026-11-20",
    model="day-mixer",
    version="a",
    told=b"words",
)
DAY = WatchedDay(home="casa", day="2026-11-19", inputs=[1.5, None], faults=[0.0, 1.0])


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'ahorraluz.db'}"
    server = request.getfixturevalue("postgres_server")
    return str(server.make_database(f"model_watch_{next(NUMBERS)}"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    opened.live.begin()
    for home in ("casa", "quinta"):
        add_home(opened, home)
    yield opened
    opened.close()


def test_a_forecast_stays_as_it_was_served_first(store: Store) -> None:
    book = store.model_watch

    book.serve([FORECAST])
    book.serve([replace(FORECAST, told=b"hindsight", version="b")])

    [kept] = book.told("casa", since_day="2026-11-01")
    assert (kept.told, kept.version, kept.scores) == (b"words", "a", None)


def test_late_readings_correct_how_wrong_it_was(store: Store) -> None:
    book = store.model_watch
    book.serve([FORECAST])

    book.score([replace(FORECAST, scores=[20.0, 4.0])])
    book.score([replace(FORECAST, scores=[24.0, 5.0])])

    [scored] = book.scored(since_day="2026-11-20")
    assert scored.scores == [24.0, 5.0]
    assert scored.told is None


def test_days_are_told_again(store: Store) -> None:
    book = store.model_watch

    book.keep_days([DAY])
    book.keep_days([replace(DAY, inputs=[2.0, 3.0])])

    assert book.days(since_day="2026-11-19") == (replace(DAY, inputs=[2.0, 3.0]),)
    assert book.days(since_day="2026-11-20") == ()


def test_nothing_is_kept_of_a_home_that_is_gone(store: Store) -> None:
    book = store.model_watch

    book.keep_days([replace(DAY, home="nobody"), DAY])
    book.serve([replace(FORECAST, home="nobody")])

    assert [one.home for one in book.days(since_day="")] == ["casa"]
    assert list(book.forecasts("nobody")) == []


def test_a_home_that_is_forgotten_takes_its_rows_along(store: Store, url: str) -> None:
    book = store.model_watch
    for home in ("casa", "quinta"):
        book.serve([replace(FORECAST, home=home)])
        book.keep_days([replace(DAY, home=home)])

    store.forget("casa")

    engine = connect(url, create=False)
    with engine.connect() as connection:
        left = {
            table: connection.execute(text(f"SELECT DISTINCT home FROM {table}")).scalars().all()
            for table in ("watched_days", "watched_forecasts")
        }
    engine.dispose()
    assert left == {"watched_days": ["quinta"], "watched_forecasts": ["quinta"]}


def test_words_go_before_their_scores_and_scores_before_nothing(store: Store) -> None:
    book = store.model_watch
    old = replace(FORECAST, origin="2025-01-01", day="2025-01-01")
    book.serve([FORECAST, old])
    book.score([replace(FORECAST, scores=[24.0])])
    book.keep_days([DAY, replace(DAY, day="2025-01-01")])

    gone = book.drop(before_day="2026-01-01", told_before_day="2026-11-21")

    assert gone == 1
    assert book.told("casa", since_day="") == ()
    assert [one.day for one in book.forecasts("casa")] == ["2026-11-20"]
    assert [one.scores for one in book.forecasts("casa")] == [[24.0]]


def test_the_newest_check_is_the_one_that_is_told(store: Store) -> None:
    book = store.model_watch
    checks = [
        WatchCheck(day=day, at_s=int(NOW.timestamp()), content={"retrain": retrain})
        for day, retrain in (("2026-11-20", True), ("2026-11-19", True), ("2026-11-20", False))
    ]

    before = book.latest_check()
    for check in checks:
        book.keep_check(check)

    assert before is None
    assert book.latest_check() == checks[-1]
