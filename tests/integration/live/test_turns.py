"""Long work lets others write in between: readings that come in need not wait for its end."""

from types import SimpleNamespace

import pytest
from sqlalchemy import Connection
from tests.live_homes import NOW, NOW_MS

from ahorraluz.core.live.readings import LiveChannel, LiveReading
from ahorraluz.store.database import Store
from ahorraluz.store.live import holding
from ahorraluz.store.live.holding import LONG_S, PAUSE_S, Turns


class Hours:
    """A clock that goes as far as it is told."""

    def __init__(self) -> None:
        self.at_s = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Return the time."""
        return self.at_s

    def sleep(self, seconds: float) -> None:
        """Note a pause."""
        self.slept.append(seconds)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    clock = Hours()
    monkeypatch.setattr(holding, "time", clock)
    return clock


def piece(turns: Turns, hours: Hours, took_s: float, database: str = "sqlite") -> int:
    """Do one piece; return how many parts the next one has."""
    turns.begin()
    hours.at_s += took_s
    turns.end(SimpleNamespace(dialect=SimpleNamespace(name=database)))  # type: ignore[arg-type]
    return turns.size


def test_pieces_that_take_long_become_smaller_and_short_ones_larger_again(hours: Hours) -> None:
    turns = Turns(8)

    sizes = [piece(turns, hours, 2 * LONG_S) for _ in range(5)]
    sizes += [piece(turns, hours, LONG_S / 2) for _ in range(2)]
    sizes += [piece(turns, hours, LONG_S / 10) for _ in range(4)]

    assert sizes == [4, 2, 1, 1, 1, 1, 1, 2, 4, 8, 8]


def test_who_waits_for_sqlite_has_a_turn_after_each_quarter_of_a_second(hours: Hours) -> None:
    turns = Turns(8)

    for _ in range(9):
        piece(turns, hours, LONG_S / 4)

    assert hours.slept == [PAUSE_S] * 2


def test_where_writers_do_not_wait_for_each_other_there_is_no_pause(hours: Hours) -> None:
    turns = Turns(8)

    for _ in range(10):
        piece(turns, hours, LONG_S, "postgresql")

    assert hours.slept == []


def test_a_pass_of_summing_up_gives_others_a_turn(
    store: Store, plug: LiveChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    end = Turns.end

    def noted(turns: Turns, connection: Connection) -> None:
        ended.append(turns.size)
        end(turns, connection)

    monkeypatch.setattr(Turns, "end", noted)
    store.live.append([LiveReading(plug.id, NOW_MS - 1_800_000, 5)], as_of=NOW)

    store.live.close_up_to(NOW)

    assert len(ended) == 1
