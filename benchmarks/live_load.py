"""Messages for ``benchmarks/live.py``: who publishes them, who only counts them, what they cost.

One process publishes over a plain socket with QoS 1. It writes the packets itself, so that it
takes as little of the cores as it can: they are those of the broker, the workers and the database.
"""

import multiprocessing
import os
import socket
import sqlite3
import struct
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

AHEAD = 20_000
"""Messages that the broker may have without having acknowledged them."""
CHUNK = 100
CHUNK_S = 0.01
"""How often a publisher at a rate sends what is due. [s]"""
HOST = "127.0.0.1"
PATIENCE_S = 600.0
ROWS = 10_000
"""Rows that a bare table takes at once."""
BARE = (
    "CREATE TABLE bare (channel integer, at_ms bigint, value bigint, PRIMARY KEY (channel, at_ms))"
)
START = multiprocessing.get_context("spawn")
HZ = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What is published."""

    port: int
    devices: tuple[str, ...]
    count: int
    """Messages."""
    rate: float
    """Messages a second; nought: as many as the broker takes."""
    single: bool
    """Whether a message has a power alone, and no counter."""
    root: str = "ahorraluz"

    @property
    def readings(self) -> int:
        """Readings in a message."""
        return 1 if self.single else 2

    def power_mw(self, number: int) -> int:
        """Return the power that a message tells."""
        return 100_000 + number * 7_919 % 1_900_000

    def packet(self, number: int, at_ms: int) -> bytes:
        """Return one message as it goes to the broker."""
        topic = f"{self.root}/{self.devices[number % len(self.devices)]}/m".encode()
        power = divmod(self.power_mw(number), 1000)
        if self.single:
            body = b'{"power_w":%d.%03d,"time":%d}' % (*power, at_ms)
        else:
            # A mWh each ms: 3.6 kW.
            energy = divmod(standing_mwh(at_ms), 1000)
            body = b'{"power_w":%d.%03d,"energy_wh":%d.%03d,"time":%d}' % (*power, *energy, at_ms)
        rest = struct.pack("!H", len(topic)) + topic + struct.pack("!H", number % 65_535 + 1) + body
        length = len(rest)
        size = bytes((length,)) if length < 128 else bytes((length % 128 + 128, length // 128))
        return b"\x32" + size + rest


def standing_mwh(at_ms: int) -> int:
    """Return what a counter stands at."""
    return at_ms % 10**11


def publish(load: Load, answer: Any) -> None:  # noqa: ANN401  a queue to another process
    """Publish messages until the broker has all of them.

    Answers when it began, the sum of the values, and seconds of the processor that it took.
    """
    with closing(socket.create_connection((HOST, load.port))) as line:
        name = b"publisher-%d" % os.getpid()
        greeting = b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack("!H", len(name)) + name
        line.sendall(bytes((0x10, len(greeting))) + greeting)
        line.recv(4)
        acknowledged = [0]

        def count() -> None:
            taken = 0
            while taken < 4 * load.count:
                taken += len(line.recv(65_536))
                acknowledged[0] = taken // 4

        counter = threading.Thread(target=count)
        counter.start()
        begin = time.time()
        sent = total = 0
        for moments in (at_rate if load.rate else flat_out)(load, begin):
            while sent + len(moments) - acknowledged[0] > AHEAD:
                time.sleep(0.001)
            numbers = range(sent, sent + len(moments))
            line.sendall(b"".join(map(load.packet, numbers, moments)))
            total += sum(map(load.power_mw, numbers))
            total += 0 if load.single else sum(map(standing_mwh, moments))
            sent += len(moments)
        counter.join()
    answer.put((begin, total, time.process_time()))


def flat_out(load: Load, begin: float) -> Iterator[list[int]]:
    """Yield moments of messages at once; those of a device rise."""
    at_ms = int(begin * 1000)
    moments: list[int] = []
    for number in range(load.count):
        if number % len(load.devices) == 0:
            at_ms = max(int(time.time() * 1000), at_ms + 1)
        moments.append(at_ms)
        if len(moments) == CHUNK:
            yield moments
            moments = []
    yield moments


def at_rate(load: Load, begin: float) -> Iterator[list[int]]:
    """Yield the moments of messages when they are due."""
    sent = 0
    while sent < load.count:
        due = min(load.count, int((time.time() - begin) * load.rate))
        yield [int((begin + number / load.rate) * 1000) for number in range(sent, due)]
        sent = due
        time.sleep(CHUNK_S)


def bare_broker(load: Load) -> float:
    """Return how long the broker takes to bring the messages to who only counts them. [s]"""
    load = replace(load, root="measuring")
    words = ["mosquitto_sub", "-p", str(load.port), "-t", f"{load.root}/#", "-q", "1", "-i", "one"]
    # A session first, so that nothing is lost; then who acknowledges and counts, up to so many.
    subprocess.run([*words, "-c", "-E"], check=True, stdout=subprocess.DEVNULL)
    reader = subprocess.Popen(
        [*words, "-c", "-F", "", "-C", str(load.count)], stdout=subprocess.DEVNULL
    )
    answer = START.Queue()
    publisher = START.Process(target=publish, args=(load, answer))
    publisher.start()
    begin = float(answer.get(timeout=PATIENCE_S)[0])
    reader.wait(PATIENCE_S)
    seconds = time.time() - begin
    publisher.join()
    # The session is not kept: nothing is held for it from here on.
    subprocess.run([*words, "-E"], check=True, stdout=subprocess.DEVNULL)
    return seconds


def bare_database(url: str, data: Path, load: Load) -> float:
    """Return how long a bare table takes the same rows. [s]"""
    start_ms = int(time.time() * 1000)
    rows = []
    for number in range(load.count):
        turn, device = divmod(number, len(load.devices))
        at_ms = start_ms + turn
        rows.append((2 * device, at_ms, load.power_mw(number)))
        if not load.single:
            rows.append((2 * device + 1, at_ms, standing_mwh(at_ms)))
    batches = [rows[first : first + ROWS] for first in range(0, len(rows), ROWS)]
    if url:
        with psycopg.connect(url) as connection:
            connection.execute("DROP TABLE IF EXISTS bare")
            connection.execute(BARE)
            connection.commit()
            begin = time.perf_counter()
            for batch in batches:
                lines = "".join(f"{row[0]}\t{row[1]}\t{row[2]}\n" for row in batch)
                with connection.cursor().copy("COPY bare FROM STDIN") as copy:
                    copy.write(lines)
                connection.commit()
            return time.perf_counter() - begin
    path = data / "bare.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        file.execute(f"{BARE} WITHOUT ROWID")
        begin = time.perf_counter()
        for batch in batches:
            file.executemany("INSERT INTO bare VALUES (?, ?, ?)", batch)
            file.commit()
        return time.perf_counter() - begin


def lag_s(lags: Counter[int], part: float) -> float:
    """Return the lag that a part of all messages did not exceed. [s]"""
    left = lags.total() * part
    for lag_ms, count in sorted(lags.items()):
        left -= count
        if left <= 0:
            return lag_ms / 1000
    return 0.0


def processor_s(*roots: int | None) -> float:
    """Return the seconds of a processor that processes and those below them have taken."""
    parents: dict[int, tuple[int, float]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            # Those that have ended are counted by who waited for them.
            parents[int(entry.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / HZ)
    return sum(
        seconds
        for process, (_, seconds) in parents.items()
        if any(_is_below(process, root, parents) for root in roots)
    )


def _is_below(process: int, root: int | None, parents: dict[int, tuple[int, float]]) -> bool:
    while process in parents:
        if process == root:
            return True
        process = parents[process][0]
    return False


def busy_s() -> float:
    """Return the seconds that all processors of the machine have worked since it started."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / HZ


def memory_mb(process: int | None) -> float:
    """Return the memory of a process. [MB]"""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
