"""Live readings a second, from MQTT to committed rows, and how long they take on the way.

    python -m benchmarks.live [--rate 10000] [--seconds 30] [--messages 60000] [--homes 400]

Everything is on one machine and shares its cores: Mosquitto, one process that publishes with QoS 1,
the worker of ``ahorraluz live``, and the database. A message is an object with the moment that it
was due, a power and a counter: two readings (``--single``: a power alone). Of each way of running:

* *flat out*: messages go as fast as the broker takes them; the time runs from the first one to
  the last committed row. In a ratio to the bare broker: the same messages, the same broker, and
  ``mosquitto_sub``, which only counts; and to the bare database: the same rows into a bare table
  with the same key, by ``COPY`` (SQLite: ``executemany``), in transactions of ten thousand.
* *at a rate*: the lag of each message, from the moment that it was due to the moment when the
  transaction that has it was committed.
* *lost*: readings that are in the store less than were published, and whether their sum differs.

``--soak 600`` publishes that many seconds at ``--rate`` instead, and prints the memory of the
worker every half minute; ``--profile`` prints where a worker spends its time.
"""

import argparse
import cProfile
import os
import pstats
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.live_load import (
    HOST,
    PATIENCE_S,
    START,
    Load,
    bare_broker,
    bare_database,
    busy_s,
    lag_s,
    memory_mb,
    processor_s,
    publish,
)
from sqlalchemy import create_engine, text
from tests.brokers import MOSQUITTO, RealBroker
from tests.integration.postgres import running_server
from typing_extensions import override

from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.households.keeping import MOST_HOMES, keep_home
from ahorraluz.services.live.devices import DeviceWish, let_in
from ahorraluz.services.live.simulating import PAIRS
from ahorraluz.services.live.watching import Watching
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.stream.broker import Broker
from ahorraluz.stream.worker import Source, Worker

if TYPE_CHECKING:
    from ahorraluz.stream.bulk_client import Received

PASSWORD = "tres focos y un perro"
TIME = slice(-14, -1)
"""Where the moment is in the body of a message."""
MEMORY_EVERY_S = 30.0


def now() -> datetime:
    """Return the moment."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True)
class Way:
    """A way of running."""

    name: str
    postgresql: bool
    workers: int = 1
    watch: bool = True


WAYS = (
    Way("sqlite", postgresql=False),
    Way("sqlite-unwatched", postgresql=False, watch=False),
    Way("postgresql", postgresql=True),
    Way("postgresql-unwatched", postgresql=True, watch=False),
    Way("postgresql-two", postgresql=True, workers=2),
)


@dataclass(frozen=True)
class Role:
    """What a process of ours is to do."""

    way: Way
    port: int
    data: Path
    url: str
    number: int
    profile: bool


class Measured(Worker):
    """A worker that notes how late each message was committed."""

    def note(self, total: Any) -> None:  # noqa: ANN401  a number that processes share
        """Begin to note, and count in ``total``."""
        self.total, self.lags = total, Counter[int]()

    @override
    def _keep(self, batch: "Sequence[Received]") -> bool:
        if not super()._keep(batch):
            return False
        done = time.time_ns() // 1_000_000
        self.lags.update([done - int(one.body[TIME]) for one in batch])
        with self.total.get_lock():
            self.total.value += len(batch)
        return True


def take_in(role: Role, total: Any, answers: Any, orders: Any) -> None:  # noqa: ANN401
    """Run a worker; answer each order with the lags since the one before."""
    tools = open_toolbox(Settings(data_dir=role.data, database_url=role.url))
    tools.store.live.begin()
    # One process watches a home: where several take in, one follows what all of them kept.
    watching = Watching(tools) if role.way.watch and role.number == 0 else None
    broker = Broker(host=HOST, port=role.port)
    source = Source(broker=broker, name=f"live-{role.number}", shared=role.way.workers > 1)
    worker = Measured(tools, source, clock=now, watcher=watching)
    worker.note(total)
    profile = cProfile.Profile()
    if role.profile:
        take = worker._intake.take
        setattr(worker._intake, "take", lambda messages: profile.runcall(take, messages))  # noqa: B010
    worker.start()
    worker.subscriber.connected.wait(PATIENCE_S)
    answers.put(None)
    while orders.get() is not None:
        answers.put(worker.lags)
        worker.note(total)
    worker.stop()
    if role.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    tools.store.close()


@dataclass
class Place:
    """A store with homes, and a broker before it."""

    data: Path
    url: str
    broker: RealBroker
    devices: tuple[str, ...]
    database: int | None
    """Process of the database, where it has one."""

    def counted(self) -> tuple[int, int]:
        """Return how many readings are kept, and the sum of their values."""
        url = self.url or f"sqlite:///{self.data / 'ahorraluz.db'}"
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            count, total = connection.execute(
                text("SELECT count(*), coalesce(sum(value), 0) FROM live_readings")
            ).one()
        engine.dispose()
        return int(count), int(total)


class Crew:
    """The workers of a way of running."""

    def __init__(self, way: Way, place: Place, *, profile: bool = False) -> None:
        self.total = START.Value("q", 0)
        self._answers = START.Queue()
        self._orders = [START.Queue() for _ in range(way.workers)]
        self.processes = []
        for number, orders in enumerate(self._orders):
            role = Role(way, place.broker.port, place.data, place.url, number, profile)
            words = (role, self.total, self._answers, orders)
            self.processes.append(START.Process(target=take_in, args=words, daemon=True))
            self.processes[-1].start()
        for _ in self.processes:
            self._answers.get(timeout=PATIENCE_S)

    def wait_for(self, count: int) -> float:
        """Wait until so many messages are committed; return when they were."""
        end = time.time() + PATIENCE_S
        while self.total.value < count:
            if time.time() > end:
                raise TimeoutError(f"{self.total.value} of {count}")
            time.sleep(0.005)
        return time.time()

    def lags(self) -> Counter[int]:
        """Return how many messages had each lag since this was asked last. [ms]"""
        found = Counter[int]()
        for orders in self._orders:
            orders.put("tell")
        for _ in self._orders:
            found += self._answers.get(timeout=PATIENCE_S)
        return found

    def stop(self) -> None:
        """End them."""
        for orders in self._orders:
            orders.put(None)
        for process in self.processes:
            process.join(PATIENCE_S)


@dataclass(frozen=True)
class Run:
    """What came of one publishing."""

    seconds: float
    lost: int
    exact: bool
    lags: Counter[int]
    """Messages by their lag. [ms]"""
    cores: dict[str, float]
    """Processors that each took, on average."""


def run(place: Place, crew: Crew, load: Load) -> Run:
    """Publish, and wait until everything is committed."""
    before, (rows, values) = crew.total.value, place.counted()
    answer = START.Queue()
    publisher = START.Process(target=publish, args=(load, answer))
    taken = {
        "worker": [process.pid for process in crew.processes],
        "broker": [place.broker.process],
        "database": [place.database],
    }

    def took() -> dict[str, float]:
        return {name: processor_s(*ids) for name, ids in taken.items()} | {"all": busy_s()}

    publisher.start()
    begun, cores = time.time(), took()
    begin, total, seconds = answer.get(timeout=PATIENCE_S)
    end = crew.wait_for(before + load.count)
    passed = time.time() - begun
    cores = {name: took_s - cores[name] for name, took_s in took().items()}
    others = cores.pop("all") - sum(cores.values())
    cores |= {"publisher": seconds, "others": others - seconds}
    publisher.join()
    kept, sums = place.counted()
    return Run(
        seconds=end - begin,
        lost=load.count * load.readings - (kept - rows),
        exact=sums - values == total,
        lags=crew.lags(),
        cores={name: seconds / passed for name, seconds in cores.items()},
    )


def homes(data: Path, url: str, count: int) -> tuple[str, ...]:
    """Return the devices of new homes, one each."""
    # They are not what is measured: nobody waits until each of them is safe on the disk.
    os.environ["PGOPTIONS"] = "-c synchronous_commit=off"
    tools = open_toolbox(Settings(data_dir=data, database_url=url))
    devices: list[str] = []
    account = ""
    for number in range(count):
        if number % MOST_HOMES == 0:
            joining = Joining(name=f"rosa{number}@ejemplo.pe", password=PASSWORD, language="es")
            account = join(joining, tools=tools, as_of=now()).id
        home = keep_home(PAIRS, account=account, tools=tools, as_of=now()).id
        wish = DeviceWish(name=f"Medidor {number}")
        devices.append(let_in(home, wish, tools=tools, as_of=now()).device.id)
    tools.store.close()
    del os.environ["PGOPTIONS"]
    return tuple(devices)


@contextmanager
def place_of(way: Way, count: int) -> Iterator[Place]:
    """Make a store with homes, and a broker before it."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url, database = "", None
        if way.postgresql:
            server = stack.enter_context(running_server())
            url = server.make_database("live")
            database = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
        (data / "broker").mkdir()
        # Written to its file as Mosquitto does it by itself, not every second as for tests.
        broker = RealBroker(data / "broker", more="autosave_interval 1800\n")
        broker.start()
        stack.callback(broker.stop)
        # For whoever gives them a priority, or looks at them meanwhile.
        print(f"broker {broker.process} database {database}", file=sys.stderr, flush=True)
        yield Place(data, url, broker, homes(data, url, count), database)


def main() -> int:
    """Measure each way of running, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    names = tuple(way.name for way in WAYS)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--rate", type=int, default=10_000, help="readings a second")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--messages", type=int, default=60_000, help="flat out")
    parser.add_argument("--times", type=int, default=3, help="flat out, of which the median")
    parser.add_argument("--homes", type=int, default=400)
    parser.add_argument("--single", action="store_true", help="one reading a message, not two")
    parser.add_argument("--soak", type=int, default=0, help="seconds")
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    if MOSQUITTO is None:
        print("Needs Mosquitto.", file=sys.stderr)
        return 2
    if not asked.soak:
        print(HEAD)
    for way in WAYS:
        if way.name in asked.only:
            with place_of(way, asked.homes) as place:
                crew = Crew(way, place, profile=asked.profile)
                (soak if asked.soak else measure)(way, place, crew, asked)
                crew.stop()
    return 0


HEAD = (
    "| way | readings/s flat out | of the broker | of the bare table | offered/s | lag p50 s"
    " | p99 s | most s | lost | exact | cores: worker, broker, database, publisher, others |\n"
    + "| --- " * 11
    + "|"
)


def measure(way: Way, place: Place, crew: Crew, asked: argparse.Namespace) -> None:
    """Print the row of a way of running."""
    load = Load(place.broker.port, place.devices, asked.messages, 0, asked.single)
    # Devices, homes and channels are known from here on, as in the long run.
    run(place, crew, replace(load, count=2 * len(place.devices)))
    flat, of_broker, of_table = list[Run](), list[float](), list[float]()
    for _ in range(asked.times):
        bare_s, table_s = bare_broker(load), bare_database(place.url, place.data, load)
        flat.append(run(place, crew, load))
        of_broker.append(bare_s / flat[-1].seconds)
        of_table.append(table_s / flat[-1].seconds)
    rate = asked.rate / load.readings
    paced = run(place, crew, replace(load, count=int(rate * asked.seconds), rate=rate))
    names = ("worker", "broker", "database", "publisher", "others")
    lags = " | ".join(f"{lag_s(paced.lags, part):.2f}" for part in (0.5, 0.99, 1))
    print(
        f"| {way.name} | {load.count * load.readings / median(one.seconds for one in flat):,.0f}"
        f" | {median(of_broker):.2f} | {median(of_table):.2f} | {asked.rate:,} | {lags}"
        f" | {sum(one.lost for one in (*flat, paced))}"
        f" | {'yes' if all(one.exact for one in (*flat, paced)) else 'NO'}"
        f" | {', '.join(f'{paced.cores[name]:.2f}' for name in names)} |",
        flush=True,
    )


def soak(way: Way, place: Place, crew: Crew, asked: argparse.Namespace) -> None:
    """Print the memory of a worker while it takes in for long."""
    rate = asked.rate / (1 if asked.single else 2)
    count = int(rate * asked.soak)
    load = Load(place.broker.port, place.devices, count, rate, asked.single)
    answer = START.Queue()
    publisher = START.Process(target=publish, args=(load, answer))
    publisher.start()
    begin = time.monotonic()
    print(f"{way.name}: {asked.rate:,} readings a second, load {os.getloadavg()[0]:.1f}")
    while crew.total.value < count and time.monotonic() - begin < asked.soak + PATIENCE_S:
        workers = " + ".join(f"{memory_mb(process.pid):.1f}" for process in crew.processes)
        print(
            f"{time.monotonic() - begin:5.0f} s  {workers} MB  {crew.total.value:,} messages",
            flush=True,
        )
        time.sleep(MEMORY_EVERY_S)
    answer.get(timeout=PATIENCE_S)
    publisher.join()
    lags = crew.lags()
    print(f"p99 {lag_s(lags, 0.99):.2f} s, most {max(lags) / 1000:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
