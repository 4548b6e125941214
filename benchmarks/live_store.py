"""Live readings committed to the store a second, beside a bare ``COPY`` and a bare ``INSERT``.

    python -m benchmarks.live_store [--rows 400000] [--channels 1000]

Batches of ten thousand readings, each a transaction. The peers write the same rows into an empty
table with the same primary key, without anything that makes a reading come once, marks what is to
be summed up, or cuts days apart: PostgreSQL by ``COPY FROM STDIN``, SQLite by ``executemany``.
Then everything is summed up into quarter hours, hours and days.
"""

import argparse
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter

import psycopg
from sqlalchemy import insert
from tests.integration.postgres import running_server
from tests.live_homes import NOW, NOW_MS, add_device, add_home

from ahorraluz.core.live.readings import LiveReading
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.live_tables import LIVE_CHANNELS

BATCH = 10_000
MADE = (
    "CREATE TABLE bare (channel integer, at_ms bigint, value bigint, PRIMARY KEY (channel, at_ms))"
)
Batches = Sequence[Sequence[LiveReading]]


def batches_of(channels: Sequence[int], *, rows: int) -> Batches:
    """Return readings of all channels in turn, a second apart, in batches."""
    count = rows // len(channels)
    start_ms = NOW_MS - count * 1_000
    readings = [
        LiveReading(channel, start_ms + at * 1_000, 230_000 + at % 977)
        for at in range(count)
        for channel in channels
    ]
    return [readings[first : first + BATCH] for first in range(0, len(readings), BATCH)]


def make_channels(store: Store, count: int) -> list[int]:
    """Return the channels of a new home."""
    add_home(store, "casa")
    device = add_device(store, "casa", as_of=NOW)
    columns = {"home": "casa", "device": device.id, "flow": "import", "made_s": 0}
    names = [
        {**columns, "name": f"c{number}", "quantity": ("power", "register")[number % 2]}
        for number in range(count)
    ]
    with store._writing() as connection:
        connection.execute(insert(LIVE_CHANNELS), names)
    return [channel.id for channel in store.live.devices.channels("casa")]


def rate(write: Callable[[Sequence[LiveReading]], object], batches: Batches) -> float:
    """Return rows written a second."""
    begin = perf_counter()
    for batch in batches:
        write(batch)
    return sum(map(len, batches)) / (perf_counter() - begin)


def measure(
    store: Store, bare: Callable[[Batches], float], *, name: str, arguments: argparse.Namespace
) -> None:
    """Print what a database takes a second, and the ratio to its peer."""
    channels = make_channels(store, arguments.channels)
    batches = batches_of(channels, rows=arguments.rows)
    taken = rate(lambda batch: store.live.append(batch, as_of=NOW), batches)
    peer = bare(batches)
    begin = perf_counter()
    closed = store.live.close_up_to(NOW)
    seconds = perf_counter() - begin
    summed = sum(map(len, batches)) / seconds
    print(
        f"{name:<11} {taken:>10,.0f} {peer:>10,.0f} {taken / peer:>6.2f}"
        f" {summed:>12,.0f} {closed.quarters:>9,}"
    )
    store.close()


def bare_sqlite(path: Path) -> Callable[[Batches], float]:
    """Return how fast SQLite takes the rows into a bare table, as durably."""

    def run(batches: Batches) -> float:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"{MADE} WITHOUT ROWID")

            def write(batch: Sequence[LiveReading]) -> None:
                rows = [(one.channel, one.at_ms, one.value) for one in batch]
                connection.executemany("INSERT INTO bare VALUES (?, ?, ?)", rows)
                connection.commit()

            return rate(write, batches)

    return run


def bare_copy(url: str) -> Callable[[Batches], float]:
    """Return how fast PostgreSQL copies the rows into a bare table."""

    def run(batches: Batches) -> float:
        with psycopg.connect(url) as connection:
            connection.execute(MADE)
            connection.commit()

            def write(batch: Sequence[LiveReading]) -> None:
                text = "".join(f"{one.channel}\t{one.at_ms}\t{one.value}\n" for one in batch)
                with connection.cursor().copy("COPY bare FROM STDIN") as copy:
                    copy.write(text)
                connection.commit()

            return rate(write, batches)

    return run


def main() -> None:
    """Measure both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--channels", type=int, default=1_000)
    arguments = parser.parse_args()
    print(f"{'':<11} {'rows/s':>10} {'peer':>10} {'ratio':>6} {'summed up/s':>12} {'quarters':>9}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        store = open_store(f"sqlite:///{path / 'live.db'}")
        measure(store, bare_sqlite(path / "bare.db"), name="SQLite", arguments=arguments)
    with running_server() as server:
        url = server.make_database("live")
        measure(open_store(url), bare_copy(url), name="PostgreSQL", arguments=arguments)


if __name__ == "__main__":
    main()
