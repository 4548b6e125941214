"""From a real broker into a real database: what was published is what is kept."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.brokers import MOSQUITTO, RealBroker, publish, running
from tests.integration.postgres import Server
from tests.signed_people import PAIRS
from tests.waiting import PATIENCE_S, until

from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.live.devices import DeviceWish, let_in
from ahorraluz.services.live.watching import Watching
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.stream.worker import Duty, Source, Worker

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto on this machine")


@dataclass
class Place:
    """A home with a device, a broker and a database."""

    tools: Toolbox
    home: str
    device: str
    real: RealBroker

    def worker(self, *duties: Duty) -> Worker:
        """Start somebody who takes in."""
        worker = Worker(
            self.tools,
            Source(broker=self.real.broker),
            clock=now,
            duties=duties,
        )
        worker.start()
        assert worker.subscriber.connected.wait(PATIENCE_S), worker.subscriber.refused
        return worker

    def values(self, quantity: str = "power") -> dict[int, int]:
        """Return what is kept, by its moment."""
        engine = create_engine(self.url)
        query = (
            "SELECT r.at_ms, r.value FROM live_readings r JOIN live_channels c ON c.id = r.channel"
            " WHERE c.quantity = :quantity"
        )
        with engine.connect() as connection:
            rows = connection.execute(text(query), {"quantity": quantity})
            found = {row.at_ms: row.value for row in rows}
        engine.dispose()
        return found

    @property
    def url(self) -> str:
        """Where the database is."""
        return self.tools.settings.database.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    url = ""
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres_server")
        url = server.make_database(f"live{time.monotonic_ns()}")
    tools = open_toolbox(Settings(data_dir=tmp_path / "data", database_url=url))
    rosa = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
    account = join(rosa, tools=tools, as_of=now())
    home = keep_home(PAIRS, account=account.id, tools=tools, as_of=now()).id
    device = let_in(home, DeviceWish(name="Medidor"), tools=tools, as_of=now()).device.id
    folder = tmp_path / "broker"
    folder.mkdir()
    with running(folder) as real:
        yield Place(tools, home, device, real)
    tools.store.close()


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def messages(place: Place, count: int) -> tuple[list[tuple[str, bytes]], dict[int, int]]:
    """Return messages of the last minutes, and what they say."""
    start = time.time_ns() // 1_000_000 - count * 100 - 1000
    said = {start + n * 100: (n * 7919) % 2_000_000 for n in range(count)}
    topic = f"ahorraluz/{place.device}/meter"
    bodies = [
        (topic, f'{{"power_w": {value / 1000}, "time": {at}}}'.encode())
        for at, value in said.items()
    ]
    return bodies, said


def test_what_was_published_is_what_is_kept(place: Place) -> None:
    bodies, said = messages(place, 500)
    worker = place.worker()

    # Twice, and once in another order.
    publish(place.real.broker, [*bodies, *reversed(bodies)])

    assert until(lambda: worker.subscriber.kept >= 1000)
    worker.stop()
    assert place.values() == said
    counted = worker.meters.text().decode()
    assert 'ahorraluz_live_readings_total{outcome="new"} 500.0' in counted
    assert 'ahorraluz_live_readings_total{outcome="same"} 500.0' in counted


def test_hostile_messages_change_nothing_and_stop_nothing(place: Place) -> None:
    bodies, said = messages(place, 50)
    topic = f"ahorraluz/{place.device}"
    hostile = [
        ("ahorraluz/nobody/x", b'{"power_w": 1}'),
        (f"{topic}/x", b"\xff\x00" * 100),
        (f"{topic}/x", b"[" * 5_000),
        (f"{topic}/x", b'{"power_w": 1e999999999}'),
        (f"{topic}/{'x' * 3_000}", b""),
        ("ahorraluz//x", b'{"power_w": 1}'),
    ]
    worker = place.worker()

    publish(place.real.broker, [*hostile, *bodies, *hostile])

    assert until(lambda: worker.subscriber.kept >= 62)
    worker.stop()
    assert place.values() == said


def test_duties_go_on_when_one_of_them_fails(place: Place) -> None:
    from ahorraluz.core.live.readings import LiveError

    done: list[int] = []

    def fail() -> None:
        raise LiveError("device-unknown", value="x")

    worker = place.worker(
        Duty(name="fail", every_s=0.05, do=fail),
        Duty(name="count", every_s=0.05, do=lambda: done.append(1)),
    )

    assert until(lambda: len(done) >= 3)
    worker.stop()


def test_of_two_that_share_one_watches_what_both_keep(place: Place) -> None:
    """The watch of one sees the readings that the other kept."""
    bodies, _ = messages(place, 200)
    watching = Watching(place.tools)
    workers = [
        Worker(
            place.tools,
            Source(broker=place.real.broker, name=f"worker-{n}", shared=True),
            clock=now,
            watcher=watching if n == 0 else None,
        )
        for n in range(2)
    ]
    for worker in workers:
        worker.start()
        assert worker.subscriber.connected.wait(PATIENCE_S)

    publish(place.real.broker, bodies)

    assert until(lambda: sum(worker.subscriber.kept for worker in workers) >= 200)
    assert until(lambda: bool(place.tools.store.live.watches.now(place.home)))
    for worker in workers:
        worker.stop()
    assert all(worker.subscriber.kept for worker in workers)
