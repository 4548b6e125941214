"""Messages of a real broker are acknowledged when they are kept, and never before."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.brokers import MOSQUITTO, RealBroker, publish, running
from tests.waiting import PATIENCE_S, until

from ahorraluz.stream.broker import Version
from ahorraluz.stream.bulk_client import Received
from ahorraluz.stream.subscriber import Subscriber

NAME = "ahorraluz-test"


class Keeper:
    """Keeps messages, or cannot."""

    def __init__(self) -> None:
        self.kept: list[Received] = []
        self.able = threading.Event()
        self.able.set()
        self.attempts = 0

    def __call__(self, batch: Sequence[Received]) -> bool:
        """Keep a batch if it is able."""
        self.attempts += 1
        if self.able.is_set():
            self.kept.extend(batch)
            return True
        return False

    @property
    def bodies(self) -> list[bytes]:
        """What was kept."""
        return [message.body for message in self.kept]


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealBroker]:
    with running(tmp_path) as broker:
        yield broker


def subscribed(real: RealBroker, keeper: Keeper, version: Version = Version.V5) -> Subscriber:
    broker = replace(real.broker, version=version)
    subscriber = Subscriber(broker, NAME, ["ahorraluz/+/#"], keeper, linger_s=0.05)
    subscriber.start()
    assert subscriber.connected.wait(PATIENCE_S), subscriber.refused
    return subscriber


def numbered(start: int, end: int) -> list[tuple[str, bytes]]:
    return [(f"ahorraluz/d{n % 3}/power", str(n).encode()) for n in range(start, end)]


VERSIONS = [Version.V311] if MOSQUITTO is None else [Version.V311, Version.V5]


@pytest.mark.parametrize("version", VERSIONS)
def test_messages_are_kept_in_their_order_with_their_topic(
    real: RealBroker, version: Version
) -> None:
    keeper = Keeper()
    # The other broker speaks 3.1.1 alone.
    broker = replace(real.broker, version=Version.V311) if MOSQUITTO is None else real.broker
    subscriber = subscribed(real, keeper, version)

    publish(broker, numbered(0, 300))

    assert until(lambda: len(keeper.kept) >= 300)
    subscriber.stop()
    assert [int(body) for body in keeper.bodies] == list(range(300))
    assert keeper.kept[4].topic == "ahorraluz/d1/power"


needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto on this machine")


@needs_mosquitto
@pytest.mark.parametrize("version", list(Version))
def test_what_could_not_be_kept_comes_again_after_a_new_start(
    real: RealBroker, version: Version
) -> None:
    unable, able = Keeper(), Keeper()
    unable.able.clear()
    first = subscribed(real, unable, version)
    publish(real.broker, numbered(0, 50))
    assert until(lambda: unable.attempts > 0)
    first.stop()

    second = subscribed(real, able, version)

    assert until(lambda: len(set(able.bodies)) == 50)
    second.stop()
    assert first.kept == 0
    assert unable.kept == []


@needs_mosquitto
def test_what_came_while_nobody_was_there_is_brought(real: RealBroker) -> None:
    subscribed(real, Keeper()).stop()
    publish(real.broker, numbered(0, 40))
    keeper = Keeper()

    subscriber = subscribed(real, keeper)

    assert until(lambda: len(keeper.kept) == 40)
    subscriber.stop()


@needs_mosquitto
def test_a_store_that_fails_for_a_while_costs_nothing(real: RealBroker) -> None:
    keeper = Keeper()
    keeper.able.clear()
    subscriber = subscribed(real, keeper)
    publish(real.broker, numbered(0, 30))
    assert until(lambda: keeper.attempts >= 2)

    keeper.able.set()

    assert until(lambda: subscriber.kept >= 30)
    subscriber.stop()
    assert sorted(int(body) for body in keeper.bodies) == list(range(30))


@needs_mosquitto
def test_no_more_than_the_window_waits_in_memory(real: RealBroker) -> None:
    keeper = Keeper()
    keeper.able.clear()
    subscriber = Subscriber(real.broker, NAME, ["ahorraluz/+/#"], keeper, window=20, linger_s=0.05)
    subscriber.start()
    assert subscriber.connected.wait(PATIENCE_S)
    publish(real.broker, numbered(0, 500))
    assert until(lambda: keeper.attempts >= 2)

    waiting = subscriber.waiting

    assert waiting <= 20
    keeper.able.set()
    assert until(lambda: len(keeper.kept) == 500)
    subscriber.stop()


@needs_mosquitto
@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_a_broker_that_starts_again_finds_its_subscriber(real: RealBroker, kill: bool) -> None:
    keeper = Keeper()
    subscriber = subscribed(real, keeper)
    publish(real.broker, numbered(0, 20))
    assert until(lambda: subscriber.kept == 20)

    real.stop(kill=kill)
    assert until(lambda: not subscriber.connected.is_set())
    real.start()
    assert subscriber.connected.wait(PATIENCE_S)
    publish(real.broker, numbered(20, 40))

    assert until(lambda: {int(b) for b in keeper.bodies} == set(range(40)))
    subscriber.stop()


@needs_mosquitto
def test_two_workers_share_what_comes(real: RealBroker) -> None:
    keepers = (Keeper(), Keeper())
    workers = [
        Subscriber(real.broker, f"{NAME}-{n}", ["$share/ahorraluz/ahorraluz/+/#"], keeper)
        for n, keeper in enumerate(keepers)
    ]
    for worker in workers:
        worker.start()
        assert worker.connected.wait(PATIENCE_S)

    publish(real.broker, numbered(0, 200))

    assert until(lambda: sum(len(keeper.kept) for keeper in keepers) == 200)
    for worker in workers:
        worker.stop()
    assert {int(b) for keeper in keepers for b in keeper.bodies} == set(range(200))
    assert all(keeper.kept for keeper in keepers)


@needs_mosquitto
def test_what_the_broker_retains_is_no_reading_of_now(real: RealBroker) -> None:
    publish(real.broker, [("ahorraluz/d1/power", b"999")], retain=True)
    for version in Version:
        keeper = Keeper()
        broker = replace(real.broker, version=version)
        worker = Subscriber(broker, f"{NAME}-{version}", ["ahorraluz/+/#"], keeper, linger_s=0.05)
        worker.start()
        assert worker.connected.wait(PATIENCE_S)

        publish(real.broker, [("ahorraluz/d1/power", b"5")])

        assert until(lambda kept=keeper: bool(kept.kept))  # type: ignore[misc]
        worker.stop()
        assert keeper.bodies == [b"5"]


@needs_mosquitto
def test_a_broker_that_lets_nobody_in_says_so(tmp_path: Path) -> None:
    with running(tmp_path, anonymous=False) as closed:
        subscriber = Subscriber(closed.broker, NAME, ["ahorraluz/+/#"], Keeper())
        subscriber.start()

        assert until(lambda: bool(subscriber.refused))

        subscriber.stop()
        assert not subscriber.connected.is_set()
