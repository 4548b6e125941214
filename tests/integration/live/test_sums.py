"""Sums of live readings are those of all readings, whatever came when: on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.live_homes import (
    Row,
    add_channel,
    add_device,
    add_home,
    added_up,
    day_at,
    naive_quarters,
    readings_of,
)

from ahorraluz.core.live.quarters import QUARTER_S
from ahorraluz.core.live.readings import LiveReading, Quantity
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.live import closing
from ahorraluz.store.live.records import AppendResult, Span
from ahorraluz.store.live.sums import keep_sums

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.integration))
NUMBERS = count()
DAYS = count(10, step=3)
ZONES = ("America/Lima", "Asia/Kathmandu")
WINDOW_MS = 6 * 3_600_000
FOREVER = 2**40


@pytest.fixture(scope="module", params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('live') / 'ahorraluz.db'}"
    server = request.getfixturevalue("postgres_server")
    return str(server.make_database(f"live_sums_{next(NUMBERS)}"))


@pytest.fixture(scope="module")
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


@dataclass
class Case:
    """A home with a channel of each kind, and everything that they said."""

    store: Store
    zone: str = "America/Lima"
    day: int = field(default_factory=lambda: next(DAYS))
    said: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        home = f"casa-{next(NUMBERS)}"
        self.as_of = day_at(self.day, hour=23)
        add_home(self.store, home, zone=self.zone)
        device = add_device(self.store, home, as_of=self.as_of)
        self.channels = {
            add_channel(self.store, device, quantity, as_of=self.as_of).id: quantity
            for quantity in Quantity
        }
        # Midnight of the zones lies within the window that follows.
        self.start_ms = int(day_at(self.day, hour=2).timestamp() * 1000)

    def say(self, channel: int, points: list[tuple[int, int]]) -> AppendResult:
        """Let the first or second channel say values, at moments of the window."""
        number = list(self.channels)[channel]
        # No power is taken in above a megawatt.
        most = 10**9 if self.channels[number] is Quantity.POWER else 10**15
        moved = [(self.start_ms + at_ms, min(value, most)) for at_ms, value in points]
        self.said.update({(number, at_ms): value for at_ms, value in moved})
        return self.store.live.append(readings_of(number, moved), as_of=self.as_of)

    def close(self, quarter: int, *, whole: bool) -> None:
        """Sum up until a quarter hour of the window."""
        moment = datetime.fromtimestamp(self.start_ms // 1000 + quarter * QUARTER_S, tz=UTC)
        if whole:
            self.store.live.close_up_to(moment)
            self.check()
        else:
            self.store.live.settle(moment + timedelta(seconds=60))

    def kept(self, channel: int, span: Span) -> dict[int, Row]:
        """Return the sums of a channel that the store keeps."""
        sums = self.store.live.sums([channel], span, first_s=0, end_s=FOREVER)
        return {
            one.start_s: (
                one.energy_uj,
                one.readings,
                one.lowest,
                one.highest,
                one.measured_ms,
            )
            for one in sums
        }

    def check(self) -> None:
        """Compare every sum with those of everything that was said."""
        until_ms = self.store.live.closed_s() * 1000
        for channel, quantity in self.channels.items():
            points = {at: value for (of, at), value in self.said.items() if of == channel}
            quarters = naive_quarters(points, quantity, until_ms=until_ms)
            assert self.kept(channel, Span.QUARTER) == quarters
            assert self.kept(channel, Span.HOUR) == added_up(quarters, zone=None)
            assert self.kept(channel, Span.DAY) == added_up(quarters, zone=self.zone)


moments = st.one_of(
    st.integers(0, WINDOW_MS),
    # At borders of quarter hours, just before and just after them.
    st.builds(
        lambda quarter, by: quarter * 900_000 + by,
        st.integers(1, 24),
        st.sampled_from([-1, 0, 1]),
    ),
)
values = st.one_of(
    st.integers(0, 5_000),
    st.integers(0, 10**9),
    st.sampled_from([0, 10**12, 10**15]),
)
batches = st.tuples(
    st.just("say"),
    st.sampled_from([0, 1]),
    st.lists(st.tuples(moments, values), min_size=1, max_size=12),
)
closings = st.tuples(st.just("close"), st.integers(0, 26), st.booleans())
again = st.tuples(st.just("again"), st.integers(0, 100), st.just(0))


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    acts=st.lists(st.one_of(batches, batches, closings, again), max_size=14),
    zone=st.sampled_from(ZONES),
)
def test_any_order_batching_and_closing_gives_the_same_sums(
    store: Store, acts: list[tuple[str, int, object]], zone: str
) -> None:
    case = Case(store, zone=zone)
    done: list[tuple[int, list[tuple[int, int]]]] = []

    for kind, number, more in acts:
        if kind == "say":
            assert isinstance(more, list)
            done.append((number, more))
            case.say(number, more)
        elif kind == "again" and done:
            case.say(*done[number % len(done)])
        elif kind == "close":
            case.close(number, whole=bool(more))

    case.close(30, whole=True)


def test_quarters_of_a_counter_add_up_to_the_difference_of_its_standings(store: Store) -> None:
    case = Case(store)
    chance = Random(7)
    standing, at_ms, points = 10**9, 17, []
    while at_ms < WINDOW_MS:
        points.append((at_ms, standing))
        standing += chance.randrange(3_001)
        at_ms += chance.randrange(1, 400_000)
    shuffled = points[:]
    chance.shuffle(shuffled)
    for first in range(0, len(shuffled), 5):
        case.say(1, shuffled[first : first + 5])
        case.close(chance.randrange(24), whole=False)

    case.close(30, whole=True)

    register = next(n for n, quantity in case.channels.items() if quantity is Quantity.REGISTER)
    energy = sum(row[0] for row in case.kept(register, Span.QUARTER).values())
    assert energy == (points[-1][1] - points[0][1]) * 3_600_000


def test_the_same_readings_again_change_nothing(store: Store) -> None:
    case = Case(store)
    points = [(n * 10_000, n) for n in range(200)]
    first = case.say(0, points)
    case.close(30, whole=True)

    second = case.say(0, points)
    closed = store.live.close_up_to(case.as_of)

    assert (first.new, first.same, first.corrected) == (200, 0, 0)
    assert (second.new, second.same, second.corrected) == (0, 200, 0)
    assert closed.homes == frozenset()


def test_another_value_for_a_moment_corrects_it_and_is_counted(store: Store) -> None:
    case = Case(store)
    case.say(0, [(1_000, 5), (2_000, 6)])
    case.close(30, whole=True)

    result = case.say(0, [(1_000, 7), (2_000, 6), (2_000, 9), (2_000, 6), (3_000, 8)])
    store.live.settle(case.as_of)

    assert (result.new, result.same, result.corrected) == (1, 3, 1)
    case.check()


def test_readings_of_a_wrong_clock_or_of_no_channel_are_counted_and_not_kept(
    store: Store,
) -> None:
    case = Case(store)
    channel = next(iter(case.channels))
    now_ms = int(case.as_of.timestamp() * 1000)
    readings = [
        LiveReading(channel, now_ms, 1),
        LiveReading(channel, now_ms + 25 * 3_600_000, 1),
        LiveReading(channel, 0, 1),
        LiveReading(2_000_000_000, now_ms, 1),
    ]

    result = store.live.append(readings, as_of=case.as_of)

    assert (result.new, result.outside, result.gone) == (1, 2, 1)
    assert len(store.live.readings(channel, first_ms=0, end_ms=2**50)) == 1


def test_a_pass_that_breaks_off_is_finished_by_the_next_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(store)
    for channel in (0, 1):
        case.say(channel, [(n * 60_000, n * n) for n in range(300)])
    done: list[object] = []

    def break_off(*arguments: object) -> object:
        if done:
            raise KeyboardInterrupt
        done.append(arguments)
        return keep_sums(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(closing, "CHANNELS_AT_ONCE", 1)
    monkeypatch.setattr(closing, "keep_sums", break_off)
    with pytest.raises(KeyboardInterrupt):
        case.close(20, whole=True)
    monkeypatch.undo()

    case.close(20, whole=True)


def test_several_writers_and_closers_at_once_lose_nothing(url: str, store: Store) -> None:
    cases = [Case(store, day=next(DAYS)) for _ in range(3)]
    stores = [open_store(url) for _ in range(4)]

    def write(number: int) -> None:
        chance = Random(number)
        for _ in range(25):
            case = cases[chance.randrange(len(cases))]
            channel = chance.choice(list(case.channels))
            # Every writer says the same of a moment, so that the last one does not matter.
            places = [chance.randrange(720) for _ in range(30)]
            points = [(case.start_ms + at * 30_000, at * 7 % 1_000) for at in places]
            case.said.update({(channel, at_ms): value for at_ms, value in points})
            stores[number].live.append(readings_of(channel, points), as_of=case.as_of)

    def close(number: int) -> None:
        chance = Random(number)
        for _ in range(25):
            case = cases[chance.randrange(len(cases))]
            quarter = chance.randrange(25)
            moment = datetime.fromtimestamp(case.start_ms // 1000 + quarter * 900, tz=UTC)
            stores[number].live.close_up_to(moment)

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(write, 0), pool.submit(write, 1)]
        jobs += [pool.submit(close, 2), pool.submit(close, 3)]
        for job in jobs:
            job.result()
    for one in stores:
        one.close()

    store.live.close_up_to(cases[-1].as_of)
    for case in cases:
        case.check()
