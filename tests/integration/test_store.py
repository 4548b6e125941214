"""The store on both databases: the same tests, a SQLite file and a real PostgreSQL."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from tests.same_channel import same_channel

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.errors import HomeUnknownError, StoreError
from ahorraluz.store.records import Description, ImportReceipt, ImportState, Outcome

DAY_S = 86_400
HOUR_S = 3_600
AS_OF = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.integration))
NUMBERS = count()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'ahorraluz.db'}"
    server = request.getfixturevalue("postgres_server")
    return str(server.make_database(f"store_{next(NUMBERS)}"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


def channel(
    values: list[float], *, day: int = 0, name: str = "kWh", measure: Measure = Measure.ENERGY
) -> Channel:
    start = day * DAY_S + np.arange(len(values), dtype=np.int64) * HOUR_S
    return Channel(
        id=name,
        flow=Flow.IMPORT,
        measure=measure,
        start_s=start,
        end_s=start if measure is Measure.REGISTER else start + HOUR_S,
        value=np.array(values, dtype=np.float64),
        line=np.arange(len(values), dtype=np.int64) + 2,
        flags=np.zeros(len(values), dtype=np.uint8),
    )


def kept(
    store: Store, *channels: Channel, file: str = "a.csv", home: str = "casa"
) -> ImportReceipt:
    meter_file = MeterFile(
        format="csv", channels=channels, rows=sum(map(len, channels)), zone="America/Lima"
    )
    return store.add_import(home, meter_file, sha256=file, file_name=file, as_of=AS_OF)


def values(store: Store, home: str = "casa") -> list[float]:
    (only,) = store.channels(home)
    return [float(value) for value in only.value]


def number_of(receipt: ImportReceipt) -> int:
    assert receipt.import_id is not None
    return receipt.import_id


# --- keeping files -------------------------------------------------------------------------


def test_a_file_comes_back_as_it_was_in_another_program_run(store: Store, url: str) -> None:
    grid = channel([0.1, float("nan"), 0.3])
    cooker = channel([10.0, 11.5], name="cocina «á»", measure=Measure.REGISTER)

    receipt = kept(store, grid, cooker)

    again = open_store(url)
    back = again.channels("casa")
    again.close()
    assert (receipt.outcome, receipt.added) == (Outcome.STORED, 5)
    assert [same_channel(one, other) for one, other in zip(back, (grid, cooker), strict=True)] == [
        True,
        True,
    ]
    assert [one.line.tolist() for one in back] == [[2, 3, 4], [2, 3]]


def test_an_import_is_listed_with_what_it_holds(store: Store) -> None:
    number = number_of(kept(store, channel([0.5, 1.0], day=1), file="folder/mayo.csv"))

    (record,) = store.imports("casa")
    (home,) = store.homes()

    assert (record.id, record.home, record.channels) == (number, "casa", ("kWh",))
    assert (record.file_name, record.format, record.rows, record.kwh) == ("mayo.csv", "csv", 2, 1.5)
    assert (record.start_s, record.end_s) == (DAY_S, DAY_S + 2 * HOUR_S)
    assert (record.created_at, record.state) == (AS_OF, ImportState.ACTIVE)
    assert (home.id, home.zone, home.created_at) == ("casa", "America/Lima", AS_OF)
    assert (home.imports, home.start_s, home.end_s) == (1, DAY_S, DAY_S + 2 * HOUR_S)
    assert store.zone("casa") == "America/Lima"


def test_the_same_file_twice_changes_nothing(store: Store) -> None:
    first = kept(store, channel([1.0, 2.0]))

    second = kept(store, channel([1.0, 2.0]))

    assert (second.outcome, second.import_id) == (Outcome.UNCHANGED, first.import_id)
    assert (second.added, second.changed, second.unchanged) == (0, 0, 2)
    assert len(store.imports("casa")) == 1


def test_another_file_with_the_same_readings_is_not_kept(store: Store) -> None:
    kept(store, channel([1.0, 2.0, 3.0]))

    second = kept(store, channel([1.0, 2.0]), file="part of it.csv")

    assert (second.outcome, second.import_id, second.unchanged) == (Outcome.UNCHANGED, None, 2)
    assert len(store.imports("casa")) == 1


def test_a_correction_supersedes_and_can_be_undone_and_redone(store: Store) -> None:
    kept(store, channel([1.0, 2.0, 3.0]))

    receipt = kept(store, channel([1.0, 9.0, 3.0, 4.0]), file="b.csv")
    corrected = values(store)
    undone = store.undo_import("casa", number_of(receipt), LATER)
    before = values(store)
    redone = store.redo_import("casa", number_of(receipt), LATER)

    assert (receipt.added, receipt.changed, receipt.unchanged) == (1, 1, 2)
    assert corrected == [1.0, 9.0, 3.0, 4.0]
    assert before == [1.0, 2.0, 3.0]
    assert values(store) == corrected
    assert (undone.state, undone.undone_at) == (ImportState.UNDONE, LATER)
    assert (redone.state, redone.undone_at) == (ImportState.ACTIVE, None)


def test_an_old_file_again_does_not_supersede_its_correction(store: Store) -> None:
    kept(store, channel([1.0, 2.0]))
    kept(store, channel([1.0, 9.0]), file="b.csv")

    again = kept(store, channel([1.0, 2.0]))

    assert again.outcome is Outcome.UNCHANGED
    assert values(store) == [1.0, 9.0]


def test_the_same_file_read_in_another_unit_replaces_its_former_reading(store: Store) -> None:
    wrong = kept(store, channel([1000.0, 2000.0, 3000.0]))

    right = kept(store, channel([1.0, 2.0]))

    assert (right.outcome, right.replaced) == (Outcome.STORED, wrong.import_id)
    assert values(store) == [1.0, 2.0]
    assert [record.state for record in store.imports("casa")] == [
        ImportState.UNDONE,
        ImportState.ACTIVE,
    ]


def test_a_file_that_was_undone_can_be_kept_again(store: Store) -> None:
    first = kept(store, channel([1.0]))
    store.undo_import("casa", number_of(first), LATER)
    emptied = store.channels("casa")

    second = kept(store, channel([1.0]))

    assert emptied == ()
    assert second.outcome is Outcome.STORED
    assert number_of(second) > number_of(first)
    assert values(store) == [1.0]


def test_undoing_twice_keeps_the_moment_of_the_first_time(store: Store) -> None:
    number = number_of(kept(store, channel([1.0])))
    store.undo_import("casa", number, AS_OF)

    record = store.undo_import("casa", number, LATER)

    assert record.undone_at == AS_OF


def test_many_files_of_a_day_each_make_one_channel(store: Store) -> None:
    for day in range(9):
        kept(store, channel([float(day)] * 24, day=day), file=f"{day}.csv")

    (only,) = store.channels("casa")

    assert only.value.tolist() == [float(day) for day in range(9) for _ in range(24)]
    assert bool(np.all(np.diff(only.start_s) == HOUR_S))


def test_one_name_with_two_measures_is_two_channels(store: Store) -> None:
    kept(store, channel([1.0, 2.0]))
    kept(store, channel([100.0, 101.0], measure=Measure.REGISTER), file="b.csv")

    assert {(one.measure, len(one)) for one in store.channels("casa")} == {
        (Measure.ENERGY, 2),
        (Measure.REGISTER, 2),
    }


def test_homes_do_not_see_each_other(store: Store) -> None:
    kept(store, channel([1.0]))
    kept(store, channel([1.0]), home="tienda")

    assert [home.id for home in store.homes()] == ["casa", "tienda"]
    assert len(store.imports("tienda")) == 1


def test_a_file_without_readings_makes_no_home(store: Store) -> None:
    with pytest.raises(StoreError) as refused:
        kept(store, channel([]))

    assert refused.value.issue.code == "import-without-readings"
    assert store.homes() == ()


# --- putting readings aside ----------------------------------------------------------------


def test_a_reading_put_aside_counts_no_more_until_it_is_released(store: Store) -> None:
    kept(store, channel([1.0, 99.0, 3.0]))

    number = store.quarantine("casa", "kWh", HOUR_S, 2 * HOUR_S, "imposible", AS_OF)
    without_it = values(store)
    again = kept(store, channel([1.0, 99.0, 3.0]), file="copy.csv")
    still_without_it = values(store)
    store.release("casa", number, LATER)

    assert without_it == still_without_it == [1.0, 3.0]
    assert again.outcome is Outcome.UNCHANGED
    assert values(store) == [1.0, 99.0, 3.0]
    (aside,) = store.quarantined("casa")
    assert (aside.id, aside.channel, aside.reason) == (number, "kWh", "imposible")
    assert (aside.created_at, aside.released_at) == (AS_OF, LATER)


def test_a_register_is_put_aside_by_its_moment(store: Store) -> None:
    kept(store, channel([10.0, 0.0, 12.0], measure=Measure.REGISTER))

    store.quarantine("casa", "kWh", HOUR_S, HOUR_S, "cero", AS_OF)

    assert values(store) == [10.0, 12.0]


def test_a_channel_put_aside_whole_is_left_out(store: Store) -> None:
    kept(store, channel([1.0]), channel([2.0], name="cocina"))

    store.quarantine("casa", "cocina", 0, DAY_S, "otro medidor", AS_OF)

    assert [one.id for one in store.channels("casa")] == ["kWh"]


# --- refusing and forgetting ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        pytest.param(lambda s: s.undo_import("casa", 99, AS_OF), "import-unknown", id="import"),
        pytest.param(
            lambda s: s.quarantine("casa", "x", 0, 1, "-", AS_OF),
            "channel-not-stored",
            id="channel",
        ),
        pytest.param(
            lambda s: s.quarantine("casa", "kWh", DAY_S, DAY_S, "-", AS_OF),
            "quarantine-without-readings",
            id="no reading there",
        ),
        pytest.param(
            lambda s: s.quarantine("casa", "kWh", 1, 0, "-", AS_OF),
            "quarantine-period",
            id="period",
        ),
        pytest.param(lambda s: s.release("casa", 99, AS_OF), "quarantine-unknown", id="number"),
    ],
)
def test_what_is_not_there_is_refused_by_name(
    store: Store, ask: Callable[[Store], object], code: str
) -> None:
    kept(store, channel([1.0]))

    with pytest.raises(StoreError) as refused:
        ask(store)

    assert refused.value.issue.code == code


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda s: s.channels("caza"), id="channels"),
        pytest.param(lambda s: s.imports("caza"), id="imports"),
        pytest.param(lambda s: s.zone("caza"), id="zone"),
        pytest.param(lambda s: s.quarantined("caza"), id="quarantined"),
        pytest.param(lambda s: s.undo_import("caza", 1, AS_OF), id="undo"),
        pytest.param(lambda s: s.forget("caza"), id="forget"),
    ],
)
def test_an_unknown_home_is_answered_with_those_there_are(
    store: Store, ask: Callable[[Store], object]
) -> None:
    kept(store, channel([1.0]))

    with pytest.raises(HomeUnknownError) as refused:
        ask(store)

    assert refused.value.issue.code == "home-unknown"
    assert refused.value.issue.parameters["allowed"] == ["casa"]


def test_an_import_of_another_home_cannot_be_undone(store: Store) -> None:
    number = number_of(kept(store, channel([1.0])))
    kept(store, channel([1.0]), home="tienda")

    with pytest.raises(StoreError):
        store.undo_import("tienda", number, AS_OF)

    assert values(store) == [1.0]


def test_a_home_that_is_forgotten_leaves_the_others_alone(store: Store) -> None:
    kept(store, channel([1.0]))
    store.quarantine("casa", "kWh", 0, HOUR_S, "-", AS_OF)
    kept(store, channel([2.0]), home="tienda")

    store.forget("casa")

    assert [home.id for home in store.homes()] == ["tienda"]
    assert values(store, "tienda") == [2.0]
    assert kept(store, channel([1.0])).outcome is Outcome.STORED
    assert store.quarantined("casa") == ()


def test_a_store_that_was_closed_opens_again(store: Store) -> None:
    kept(store, channel([1.0]))

    store.close()

    assert values(store) == [1.0]


# --- what homes are like -------------------------------------------------------------------

LIKE = Description(
    department="arequipa",
    people=4,
    altitude_m=2335.0,
    end_uses=frozenset({"water-heating", "cooking"}),
    kwh_month=151.5,
)


def test_what_a_home_is_like_is_kept_and_replaced(store: Store) -> None:
    kept(store, channel([0.1]))

    store.describe("casa", LIKE, AS_OF)
    first = store.descriptions()
    store.describe("casa", replace(LIKE, people=5, end_uses=frozenset()), LATER)
    second = store.descriptions()

    assert first == {"casa": LIKE}
    assert second == {"casa": replace(LIKE, people=5, end_uses=frozenset())}


def test_what_a_home_is_like_can_be_withdrawn_and_goes_with_the_home(store: Store) -> None:
    kept(store, channel([0.1]))
    kept(store, channel([0.1]), file="b.csv", home="otra")
    store.describe("casa", LIKE, AS_OF)
    store.describe("otra", LIKE, AS_OF)

    store.withdraw("casa")
    store.forget("otra")

    assert store.descriptions() == {}


def test_a_home_that_is_not_kept_cannot_be_described(store: Store) -> None:
    kept(store, channel([0.1]))

    with pytest.raises(HomeUnknownError):
        store.describe("nadie", LIKE, AS_OF)
