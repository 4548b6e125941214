"""Meters that are told to end do, also where no broker answers them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.waiting import free_port

from ahorraluz.services.live.simulating import make_fleet
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.stream import simulator
from ahorraluz.stream.broker import Broker
from ahorraluz.stream.simulator import Published, Simulator

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
def simulated(tmp_path: Path) -> Simulator:
    """Return the meter of a home, whose broker is not there."""
    fleet = make_fleet(1, seed=1, tools=open_toolbox(Settings(data_dir=tmp_path)), as_of=NOW)
    return Simulator(fleet.homes, Broker(host="127.0.0.1", port=free_port()))


def test_who_is_told_to_end_waits_for_no_broker_to_let_it_in(simulated: Simulator) -> None:
    simulated.over.set()

    done = simulated.run(clock=NOW.timestamp, every_s=1)

    assert done == Published()


def test_who_is_told_to_end_waits_for_no_answer_that_does_not_come(
    simulated: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator, "LAST_S", 0.0)
    simulated.over.set()

    assert not simulated._acknowledged(7, set(), patience_s=float("inf"))


def test_an_answer_that_came_is_known_whatever_the_time(simulated: Simulator) -> None:
    taken = {7}

    assert simulated._acknowledged(7, taken, patience_s=0.0)
    assert taken == set()
