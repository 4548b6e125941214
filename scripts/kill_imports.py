"""Kill imports at random instants and count what is lost; nothing may be.

    python scripts/kill_imports.py                          # 200 instants on each database
    python scripts/kill_imports.py --instants 15 --only sqlite

A process imports one file after another and says so before and after each. It is killed
(SIGKILL) a random time after a random one of its words, while it opens a new database with
every fifth; then the store is opened:
every import that was said to be kept must be there whole, none may be there in part, and the
next import must work. With ``--server-kills`` the process of the PostgreSQL server that
serves the import is killed instead, which makes the server recover. Ends with 1 on any loss.
"""

import argparse
import hashlib
import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile  # noqa: E402
from ahorraluz.store.database import Store, open_store  # noqa: E402
from ahorraluz.store.errors import StoreError  # noqa: E402

if TYPE_CHECKING:
    from tests.integration.postgres import Server

FILES = 12
"""Files that one process imports."""
ROWS = 4_000
"""Rows of each of the two channels of a file: enough for the import to take its time."""
FRESH = 5
"""Every so many instants the database is a new one, so that making it is killed as well."""
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
CHANNELS = ("red", "cocina")
CONTEXT = multiprocessing.get_context("forkserver")
NOTHING_YET = ("database-none", "home-unknown")
"""What a store says that was killed before it kept anything."""
PATIENCE_S = 60
PRELOADED = (
    "__main__",
    "ahorraluz.store.quarantine",
    "ahorraluz.store.schema",
    "alembic.runtime.environment",
    "alembic.script",
    "psycopg",
)


@dataclass(slots=True)
class Tally:
    """What was seen on one database."""

    hit: Counter[str] = field(default_factory=Counter)
    """Instants by what was going on: opening, inside an import, between two."""
    acknowledged: int = 0
    kept_unsaid: int = 0
    """Imports that were whole although the process could not say so any more."""
    lost: int = 0
    partial: int = 0
    not_healed: int = 0

    @property
    def clean(self) -> bool:
        """Whether nothing was lost."""
        return not (self.lost or self.partial or self.not_healed)


def slot_of(number: int) -> int:
    """Return the period of a file: every fourth file corrects the one before it."""
    return number - 1 if number % 4 == 3 else number


def values_of(home: str, number: int, channel: str) -> np.ndarray:
    """Return the values that a file holds, the same at every call."""
    seed = hashlib.sha256(f"{home} {number} {channel}".encode()).digest()
    return np.random.default_rng(list(seed)).random(ROWS)


def file_of(home: str, number: int) -> MeterFile:
    """Return the file with a number."""
    start = (slot_of(number) * ROWS + np.arange(ROWS, dtype=np.int64)) * 60
    return MeterFile(
        format="csv",
        rows=ROWS,
        zone="America/Lima",
        channels=tuple(
            Channel(
                id=name,
                flow=Flow.IMPORT,
                measure=Measure.ENERGY,
                start_s=start,
                end_s=start + 60,
                value=values_of(home, number, name),
                line=np.arange(ROWS, dtype=np.int64) + 2,
                flags=np.zeros(ROWS, dtype=np.uint8),
            )
            for name in CHANNELS
        ),
    )


def keep(store: Store, home: str, number: int, file: MeterFile) -> None:
    """Import one file."""
    name = f"{number}.csv"
    digest = hashlib.sha256(f"{home} {name}".encode()).hexdigest()
    store.add_import(home, file, sha256=digest, file_name=name, as_of=AS_OF)


def work(url: str, home: str, say: Connection) -> None:
    """Import every file and say so; what the killed process does."""
    files = [file_of(home, number) for number in range(FILES)]
    store, number = open_store(url), -1
    say.send(("opening", number))
    try:
        # The first import also makes the tables.
        keep(store, home, 0, files[0])
        say.send(("between", 0))
        for number, file in enumerate(files[1:], start=1):
            say.send(("inside", number))
            keep(store, home, number, file)
            say.send(("between", number))
    except StoreError as error:
        # The server was killed; somebody at the command line would read a sentence.
        say.send((f"refused {error.issue.code}", number))
    store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """When to kill."""

    words: int
    """After so many words of the process: opening and done, then two for each file."""
    delay_s: float
    """And so much later. [s]"""


def killed(url: str, home: str, kill: Callable[[int], None], instant: Instant) -> tuple[str, int]:
    """Run :func:`work`, kill at an instant, return what went on and the last number kept."""
    hear, say = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=work, args=(url, home, say))
    process.start()
    say.close()
    last, kept = "opening", -1
    said = list[tuple[str, int]]()
    with suppress(EOFError):
        while len(said) < instant.words:
            said.append(hear.recv())
    time.sleep(instant.delay_s)
    if process.is_alive() and process.pid is not None:
        with suppress(ProcessLookupError):
            kill(process.pid)
    process.join(PATIENCE_S)
    with suppress(EOFError):
        while True:
            said.append(hear.recv())
    for last, number in said:
        kept = number if last == "between" else kept
    return last, kept


def found_wrong(store: Store, home: str) -> tuple[set[int], int]:
    """Return the files that are there, and how many of the channels are not as they say."""
    try:
        records = store.imports(home)
    except StoreError as error:
        if error.issue.code in NOTHING_YET:
            return set(), 0
        raise
    numbers = [int(record.file_name.removesuffix(".csv")) for record in records]
    by_slot = {slot_of(number): number for number in numbers}
    wrong = sum(record.rows != ROWS * len(CHANNELS) for record in records)
    channels = {channel.id: channel for channel in store.channels(home)}
    for name in CHANNELS if numbers else ():
        expected = [values_of(home, by_slot[slot], name) for slot in sorted(by_slot)]
        known = channels.get(name)
        wrong += known is None or not np.array_equal(known.value, np.concatenate(expected))
    return set(numbers), wrong


def check(url: str, home: str, *, kept: int, tally: Tally) -> None:
    """Count what a home lost, then import the next file."""
    store = open_store(url)
    numbers, wrong = found_wrong(store, home)
    said = set(range(kept + 1))
    tally.acknowledged += len(said)
    tally.kept_unsaid += len(numbers - said)
    tally.lost += len(said - numbers)
    tally.partial += wrong
    following = kept + 1
    keep(store, home, following, file_of(home, following))
    healed, wrong = found_wrong(store, home)
    tally.not_healed += following not in healed or wrong > 0
    store.close()


def run(
    make_database: Callable[[int], str],
    *,
    instants: int,
    seed: int,
    kill: Callable[[str, int], None],
) -> tuple[Tally, list[str]]:
    """Kill at many instants; return what was counted and the databases used."""
    chance, tally = random.Random(seed), Tally()
    urls = [make_database(0), make_database(1)]
    opening_s, import_s = _spans(urls)
    for number in range(instants):
        if number % FRESH == 0:
            urls.append(make_database(len(urls)))
            instant = Instant(words=1, delay_s=chance.uniform(0.0, opening_s))
        else:
            words = chance.randint(2, 2 * FILES - 1)
            instant = Instant(words=words, delay_s=chance.uniform(0.0, import_s))
        url, home = urls[-1], f"casa-{number}"
        last, kept = killed(url, home, partial(kill, url), instant)
        tally.hit[last] += 1
        check(url, home, kept=kept, tally=tally)
    # Once more at the end: nothing of an earlier kill may have been harmed by a later one.
    for url in urls:
        store = open_store(url)
        for known in store.homes():
            tally.partial += found_wrong(store, known.id)[1]
        store.close()
    return tally, urls


def _spans(urls: Sequence[str]) -> tuple[float, float]:
    """Return how long it takes to open a new database, and to import a file. [s]"""
    opening_s = import_s = 0.0
    # The last one counts: the first one also loads what the killed processes find loaded.
    for url in urls:
        store, files = open_store(url), [file_of("timed", number) for number in range(FILES)]
        began = time.monotonic()
        keep(store, "timed", 0, files[0])
        opened = time.monotonic()
        for number, file in enumerate(files[1:], start=1):
            keep(store, "timed", number, file)
        opening_s, import_s = opened - began, (time.monotonic() - opened) / (FILES - 1)
        store.close()
    return opening_s, import_s


def kill_process(_: str, pid: int) -> None:
    """Kill the process that imports."""
    os.kill(pid, signal.SIGKILL)


def kill_server(url: str, _: int) -> None:
    """Kill the server's process that serves the import, and wait until the server is back."""
    import psycopg

    wanted = "SELECT pid FROM pg_stat_activity WHERE application_name = 'ahorraluz' LIMIT 1"
    connection = psycopg.connect(url, autocommit=True)
    found = connection.execute(wanted).fetchone()
    if found is None:
        connection.close()
        return
    watching = connection.info.backend_pid
    os.kill(found[0], signal.SIGKILL)
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        try:
            # The server ends every connection before it recovers, so first this one breaks.
            connection.execute("SELECT 1")
            if connection.info.backend_pid != watching:
                return
        except psycopg.OperationalError:
            with suppress(psycopg.OperationalError):
                connection = psycopg.connect(url, autocommit=True)
        time.sleep(0.02)


def sqlite_urls(folder: Path) -> Callable[[int], str]:
    """Return what names a new SQLite file."""
    return lambda number: f"sqlite:///{folder / f'{number}.db'}"


def postgresql_url(server: "Server", name: str, number: int) -> str:
    """Return the URL of a new database of a server."""
    return server.make_database(f"{name}_{number}")


def sound(urls: Sequence[str]) -> bool:
    """Tell whether SQLite itself finds its files whole."""
    for url in urls:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        (orphans,) = connection.execute(
            "SELECT count(*) FROM blocks WHERE import_id NOT IN (SELECT id FROM imports)"
        ).fetchone()
        connection.close()
        if verdict != "ok" or orphans:
            return False
    return True


def row(name: str, tally: Tally) -> str:
    """Return one row of the table."""
    refused = sum(count for what, count in tally.hit.items() if what.startswith("refused"))
    cells = (
        sum(tally.hit.values()),
        tally.hit["opening"],
        tally.hit["inside"] + refused,
        tally.hit["between"],
        tally.acknowledged,
        tally.kept_unsaid,
        tally.lost,
        tally.partial,
        tally.not_healed,
    )
    return f"| {name} | " + " | ".join(map(str, cells)) + " |"


HEADER = (
    "| killed | instants | opening | inside an import | between | acknowledged |"
    " whole but unsaid | lost | partial | not healed |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


def main(words: Sequence[str] | None = None) -> int:
    """Kill, print the table, return 1 on any loss."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--instants", type=int, default=200)
    parser.add_argument("--server-kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    asked = parser.parse_args(words)
    CONTEXT.set_forkserver_preload(list(PRELOADED))
    print(HEADER)
    clean = True
    with ExitStack() as stack:
        if asked.only != "postgresql":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            tally, urls = run(
                sqlite_urls(folder), instants=asked.instants, seed=asked.seed, kill=kill_process
            )
            print(row("process, SQLite", tally), flush=True)
            clean = tally.clean and sound(urls)
        if asked.only != "sqlite":
            clean = _postgresql(stack, asked) and clean
    return 0 if clean else 1


def _postgresql(stack: ExitStack, asked: argparse.Namespace) -> bool:
    from tests.integration.postgres import running_server

    server = stack.enter_context(running_server())
    clean = True
    for name, instants, kill in (
        ("process, PostgreSQL", asked.instants, kill_process),
        ("server, PostgreSQL", asked.server_kills, kill_server),
    ):
        if instants:
            tally, _ = run(
                partial(postgresql_url, server, kill.__name__),
                instants=instants,
                seed=asked.seed,
                kill=kill,
            )
            print(row(name, tally), flush=True)
            clean = clean and tally.clean
    return clean


if __name__ == "__main__":
    sys.exit(main())
