"""Break what live readings pass through, again and again, and count what is lost or doubled.

    python benchmarks/live_faults.py                      # 100 rounds of each fault
    python benchmarks/live_faults.py --rounds 5 --only worker-kill disk-full

Meters publish to a real Mosquitto, ``ahorraluz live`` takes in as a process of its own, and in the
middle of every round something breaks: the worker is killed (SIGKILL), the broker or the database
starts again, the network between worker and broker is cut, the disk is full, messages come twice
and in another order. At the end every reading that the broker acknowledged must be kept exactly
once, and every sum of a quarter hour must be the one that is made in the plainest way from all of
them. Needs Mosquitto; the database is SQLite, or the PostgreSQL of the tests where it says so.
Ends with 1 on any loss.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.cut_line import Proxy  # noqa: E402
from paho.mqtt.client import Client, MQTTMessageInfo  # noqa: E402
from tests.brokers import MOSQUITTO, RealBroker  # noqa: E402
from tests.integration.postgres import Server, running_server  # noqa: E402
from tests.live_homes import naive_quarters  # noqa: E402
from tests.signed_people import PAIRS  # noqa: E402

from ahorraluz.core.live.readings import LiveChannel, Quantity  # noqa: E402
from ahorraluz.services.accounts.entering import Joining, join  # noqa: E402
from ahorraluz.services.households.keeping import keep_home  # noqa: E402
from ahorraluz.services.live.devices import DeviceWish, let_in  # noqa: E402
from ahorraluz.services.toolbox import Toolbox, open_toolbox  # noqa: E402
from ahorraluz.settings import Settings  # noqa: E402
from ahorraluz.store.live.records import Span  # noqa: E402
from ahorraluz.stream.broker import make_client  # noqa: E402

DEVICES = 3
MESSAGES = 40
"""Messages of one round."""
STEP_MS = 2_000
"""Between two readings of a round. [ms]"""
PATIENCE_S = 240.0
DISK_MB = 48
FOREVER = 2**40


@dataclass
class Bench:
    """A home with meters, a broker, a database and a worker."""

    folder: Path
    broker: RealBroker
    proxy: Proxy
    server: Server | None = None
    tools: Toolbox = field(init=False)
    devices: tuple[str, ...] = field(init=False)
    spare: str = field(init=False)
    """One whose readings are not counted."""
    worker: "subprocess.Popen[bytes] | None" = None
    said: dict[tuple[str, Quantity], dict[int, int]] = field(default_factory=dict)
    waiting: list[tuple[str, int, int, int, MQTTMessageInfo]] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    """Numbers of messages that the broker acknowledged."""
    step: int = 0

    def __post_init__(self) -> None:
        url = "" if self.server is None else self.server.make_database(f"faults{time.time_ns()}")
        data = self.folder / "data"
        self.tools = open_toolbox(Settings(data_dir=data, database_url=url))
        now = datetime.fromtimestamp(time.time(), UTC)
        joining = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
        account = join(joining, tools=self.tools, as_of=now)
        home = keep_home(PAIRS, account=account.id, tools=self.tools, as_of=now).id
        wishes = [DeviceWish(name=f"Medidor {n}", dialect="plain") for n in range(DEVICES + 1)]
        entered = [let_in(home, wish, tools=self.tools, as_of=now) for wish in wishes]
        *devices, self.spare = (one.device.id for one in entered)
        self.devices = tuple(devices)
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "src"),
            "AHORRALUZ_DATA_DIR": str(data),
            "AHORRALUZ_DATABASE_URL": url,
        }
        self.start_ms = int((time.time() - 6 * 3_600) * 1000)
        self.client: Client = make_client(self.broker.broker, "meters")
        self.client.max_queued_messages_set(0)
        self.client.on_publish = lambda _c, _d, number, _r, _p: self.taken.add(number)
        self.client.reconnect_delay_set(1, 1)
        self.client.connect(self.broker.broker.host, self.broker.port)
        self.client.loop_start()

    def start_worker(self) -> None:
        """Start ``ahorraluz live`` behind the line."""
        words = ("live", "--broker", f"mqtt://127.0.0.1:{self.proxy.port}")
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "ahorraluz", *words],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill_worker(self) -> None:
        """Kill it, wherever it is."""
        assert self.worker is not None
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()

    def wait_until_at_work(self) -> None:
        """Publish of a meter that does not count, until one of its readings is kept."""
        began, end = int(time.time() * 1000), time.monotonic() + PATIENCE_S
        channels = list[int]()
        while time.monotonic() < end:
            self.client.publish(f"ahorraluz/{self.spare}/power", b"1", qos=1)
            time.sleep(0.1)
            live = self.tools.store.live
            channels = [c.id for c in live.devices.channels() if c.device == self.spare]
            if any(one.at_ms >= began for one in live.latest(channels)):
                return
        raise TimeoutError("nothing is kept")

    def publish(self, chance: random.Random, *, twice: bool = False) -> None:
        """Publish one message; ``twice``: again a little later, and out of order."""
        self.step += 1
        device = chance.choice(self.devices)
        at_ms = self.start_ms + self.step * STEP_MS
        power, register = chance.randrange(2_000_000), 10**9 + self.step * 1_234
        info = self._send(device, at_ms, power, register)
        self.waiting.append((device, at_ms, power, register, info))
        if twice:
            for old in chance.sample(self.waiting, k=min(3, len(self.waiting))):
                self._send(*old[:4])

    def _send(self, device: str, at_ms: int, power: int, register: int) -> MQTTMessageInfo:
        body = f'{{"power_w":{power / 1000},"energy_wh":{register / 1000},"time":{at_ms}}}'
        return self.client.publish(f"ahorraluz/{device}/m", body, qos=1)

    def acknowledged(self) -> None:
        """Note what the broker has taken, once it has taken everything."""
        for device, at_ms, power, register, info in self.waiting:
            # What is told to a client whose broker is away goes on by itself later.
            end = time.monotonic() + PATIENCE_S
            while info.mid not in self.taken and time.monotonic() < end:
                time.sleep(0.05)
            if info.mid in self.taken:
                for quantity, value in ((Quantity.POWER, power), (Quantity.REGISTER, register)):
                    self.said.setdefault((device, quantity), {})[at_ms] = value
        self.waiting.clear()

    def kept(self) -> dict[tuple[str, Quantity], dict[int, int]]:
        """Return every reading that is in the store."""
        live = self.tools.store.live
        found = {}
        for channel in self._counted():
            rows = live.readings(channel.id, first_ms=0, end_ms=2**60, most=10**9)
            found[(channel.device, channel.quantity)] = {row.at_ms: row.value for row in rows}
        return found

    def _counted(self) -> list[LiveChannel]:
        channels = self.tools.store.live.devices.channels()
        return [channel for channel in channels if channel.device != self.spare]

    def wrong_sums(self) -> int:
        """Return how many quarter hours are not what they must be."""
        live, until_s = self.tools.store.live, int(time.time()) // 900 * 900
        live.close_up_to(datetime.fromtimestamp(until_s, UTC))
        wrong = 0
        for channel in self._counted():
            points = self.said[(channel.device, channel.quantity)]
            wanted = naive_quarters(points, channel.quantity, until_ms=until_s * 1000)
            sums = live.sums([channel.id], Span.QUARTER, first_s=0, end_s=FOREVER)
            rows = {
                one.start_s: (one.energy_uj, one.readings, one.lowest, one.highest, one.measured_ms)
                for one in sums
            }
            wrong += sum(rows.get(at) != wanted.get(at) for at in rows.keys() | wanted.keys())
        return wrong


Fault = Callable[[Bench, random.Random], None]


def worker_kill(bench: Bench, chance: random.Random) -> None:
    """Kill the worker while it takes in, and start another one."""
    bench.wait_until_at_work()
    for _ in range(10):
        bench.publish(chance)
    time.sleep(chance.random() * 0.5)
    bench.kill_worker()
    bench.start_worker()


def broker_restart(bench: Bench, chance: random.Random) -> None:
    """Stop the broker and start it again."""
    bench.broker.stop()
    time.sleep(chance.random() / 2)
    bench.broker.start()


def database_restart(bench: Bench, _chance: random.Random) -> None:
    """Kill the processes of the database that serve, which makes it recover."""
    assert bench.server is not None
    bench.server.restart()


def network_cut(bench: Bench, chance: random.Random) -> None:
    """Cut the line between worker and broker."""
    bench.proxy.cut(0.2 + chance.random())


def disk_full(bench: Bench, chance: random.Random) -> None:
    """Fill the disk of the database for a while."""
    ballast = bench.folder / "ballast"
    with suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(b"\0" * 65_536)
            file.flush()
    for _ in range(5):
        bench.publish(chance)
    time.sleep(1 + chance.random())
    ballast.unlink()


def nothing(_bench: Bench, _chance: random.Random) -> None:
    """Break nothing: messages come twice and in another order."""


FAULTS: dict[str, Fault] = {
    "worker-kill": worker_kill,
    "broker-restart": broker_restart,
    "database-restart": database_restart,
    "network-cut": network_cut,
    "disk-full": disk_full,
    "twice-and-shuffled": nothing,
}


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk on a folder; false where this user may not."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    mounted = subprocess.run(words, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


@dataclass(frozen=True)
class Row:
    """What became of one kind of fault."""

    fault: str
    rounds: int
    acknowledged: int
    lost: int
    doubled: int
    wrong: int
    sums: int
    seconds: float


def drill(fault: str, rounds: int, seed: int) -> Row | None:
    """Break one thing again and again; ``None``: it cannot be broken here."""
    chance = random.Random(seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if fault == "disk-full" and not stack.enter_context(small_disk(folder)):
            return None
        server = stack.enter_context(running_server()) if fault == "database-restart" else None
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = RealBroker(place)
        broker.start()
        stack.callback(broker.stop)
        bench = Bench(folder, broker, Proxy(broker.port), server)
        stack.callback(bench.tools.store.close)
        bench.start_worker()
        stack.callback(bench.kill_worker)
        bench.wait_until_at_work()
        began = time.monotonic()
        for _ in range(rounds):
            at = chance.randrange(MESSAGES)
            for number in range(MESSAGES):
                bench.publish(chance, twice=fault == "twice-and-shuffled")
                time.sleep(chance.random() * 0.02)
                if number == at:
                    FAULTS[fault](bench, chance)
        bench.acknowledged()
        wait_for(bench)
        return judged(fault, rounds, bench, time.monotonic() - began)


def wait_for(bench: Bench) -> None:
    """Wait until everything is kept, or patience ends."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with suppress(Exception):
            kept = bench.kept()
            if all(kept.get(key, {}).keys() >= points.keys() for key, points in bench.said.items()):
                return
        time.sleep(1)


def judged(fault: str, rounds: int, bench: Bench, seconds: float) -> Row:
    """Count what is missing, too much or wrong."""
    kept = bench.kept()
    lost = doubled = wrong = 0
    for key, points in bench.said.items():
        rows = kept.get(key, {})
        lost += len(points.keys() - rows.keys())
        doubled += len(rows.keys() - points.keys())
        wrong += sum(rows[at] != value for at, value in points.items() if at in rows)
    total = sum(map(len, bench.said.values()))
    return Row(fault, rounds, total, lost, doubled, wrong, bench.wrong_sums(), seconds)


def main() -> int:
    """Run the drills and print their table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--only", nargs="+", choices=tuple(FAULTS), default=tuple(FAULTS))
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    if MOSQUITTO is None:
        print("Needs Mosquitto.", file=sys.stderr)
        return 2
    print("| fault | rounds | acknowledged readings | lost | doubled | wrong | wrong sums | s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    bad = False
    for fault in asked.only:
        row = drill(fault, asked.rounds, asked.seed)
        if row is None:
            print(f"| {fault} | not run: no small disk can be mounted here | | | | | | |")
            continue
        bad |= bool(row.lost or row.doubled or row.wrong or row.sums)
        print(
            f"| {row.fault} | {row.rounds} | {row.acknowledged:,} | {row.lost} | {row.doubled} "
            f"| {row.wrong} | {row.sums} | {row.seconds:.0f} |",
            flush=True,
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
