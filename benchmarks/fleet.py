"""Homes a second of ``ahorraluz fleet score``: growth, memory, cost of a million, and a peer.

    python benchmarks/fleet.py                     # 1,000 and 10,000 with recibos, 100 with hours
    python benchmarks/fleet.py --homes 1000 10000 100000 --hour-homes 100 400 --spark
    python benchmarks/fleet.py --opendsm PY --pysam PY --price 0.04

Made-up homes of ``ahorraluz fleet demo`` are scored in processes of their own, once with one
worker and once with one for each core. Processor seconds are those of all processes from the first
import to the summary, as the system counts them; memory is the highest sum of what they hold for
themselves and their shares (PSS). The peer fits opendsm's models to each home and expects a year,
and runs PySAM's Pvwattsv8 for each; Python environments with them are given with ``--opendsm`` and
``--pysam``. It makes no bill, no plan and no findings: the nearest job, and a smaller one. Prints
tables; asserts nothing. Needs Linux, for what processes held and took.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
AS_OF = "2026-11-24"
BILLS, HOURS = "bills", "hours"
MILLION, HOUR_S, NATION, CORES = 1_000_000, 3_600, 8_000_000, 32
LOOK_S = 0.2
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run."""

    kind: str
    homes: int
    engine: str
    workers: int
    wall_s: float
    cpu_s: float
    peak_mb: float

    @property
    def ms_home(self) -> float:
        """Processor time of a home. [ms]"""
        return self.cpu_s / self.homes * 1e3


def demo(folder: Path, *, homes: int, kind: str) -> Path:
    """Make homes up, if they are not there."""
    if not folder.exists():
        words = ["fleet", "demo", "--homes", str(homes), "--kind", kind, "--out", str(folder)]
        subprocess.run([*AHORRALUZ, *words, "--json"], check=True, stdout=subprocess.DEVNULL)
    return folder


AHORRALUZ = (sys.executable, "-m", "ahorraluz")


def score(tables: Path, out: Path, *, kind: str, homes: int, engine: str, workers: int) -> Measured:
    """Score a fleet, and return what it took."""
    words = ["fleet", "score", "--homes", str(tables / "homes.parquet"), "--json"]
    words += ["--readings", str(tables / "readings"), "--out", str(out), "--as-of", AS_OF]
    words += ["--engine", engine, "--workers", str(workers)]
    began = time.monotonic()
    run = subprocess.Popen(
        [*AHORRALUZ, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **ONE_CORE},
    )
    watch = _Watch(run.pid)
    said, wrong = run.communicate()
    watch.stop()
    if run.returncode:
        raise SystemExit(wrong.decode())
    told = json.loads(said)
    assert told["homes"] == homes, told["dead_letters"]
    return Measured(
        kind=kind,
        homes=homes,
        engine=engine,
        workers=workers,
        wall_s=time.monotonic() - began,
        cpu_s=watch.cpu_s,
        peak_mb=watch.peak_mb,
    )


class _Watch:
    """Looks at a process and all it started, now and then."""

    def __init__(self, pid: int) -> None:
        self.peak_mb, self._pid, self._over = 0.0, pid, threading.Event()
        self._cpu_s: dict[int, float] = {}
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    @property
    def cpu_s(self) -> float:
        """Processor time of all of them. [s]"""
        return sum(self._cpu_s.values())

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_S):
            family = _family(self._pid)
            self.peak_mb = max(self.peak_mb, sum(map(_held_mb, family)))
            for pid in family:
                self._cpu_s[pid] = max(self._cpu_s.get(pid, 0.0), _took_s(pid))


def _family(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                waiting += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _took_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * TICK_S


def _held_mb(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0
    )


HEADER = (
    "| homes | kind | engine | workers | s | homes/s | processor ms/home | peak MB |\n"
    "| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |"
)


def row(one: Measured) -> str:
    """Return a row of the table."""
    return (
        f"| {one.homes:,} | {one.kind} | {one.engine} | {one.workers} | {one.wall_s:.1f} | "
        f"{one.homes / one.wall_s:,.0f} | {one.ms_home:.2f} | {one.peak_mb:,.0f} |"
    )


def cost(runs: Sequence[Measured], price: float | None) -> None:
    """Print what a million homes cost, and a whole nation on many cores."""
    print("\n| kind | engine | core-hours a million homes | price | 8 million on 32 cores |")
    print("| --- | --- | ---: | ---: | ---: |")
    for kind, engine in dict.fromkeys((one.kind, one.engine) for one in runs):
        largest = max(
            (one for one in runs if (one.kind, one.engine) == (kind, engine)),
            key=lambda one: (one.homes, -one.workers),
        )
        core_hours = largest.ms_home / 1e3 * MILLION / HOUR_S
        priced = "–" if price is None else f"{core_hours * price:,.2f}"
        minutes = largest.ms_home / 1e3 * NATION / CORES / 60
        print(f"| {kind} | {engine} | {core_hours:,.2f} | {priced} | {minutes:,.0f} min |")


def peers(asked: argparse.Namespace, folder: Path) -> None:
    """Print what the nearest job takes the peer for each home."""
    tables = demo(folder / f"hours-{asked.peer_homes}", homes=asked.peer_homes, kind=HOURS)
    found = [pq.read_table(path) for path in sorted((tables / "readings").glob("*.parquet"))]
    lists = [kwh for table in found for kwh in table.column("kwh").to_pylist()]
    days = min(map(len, lists)) // 24
    hourly = np.array([kwh[: 24 * days] for kwh in lists], dtype=np.float64)
    daily = hourly.reshape(len(lists), days, 24).sum(axis=2)
    season = 19 + 4 * np.cos(np.arange(days) / 365 * 2 * np.pi)
    temp_c = season + np.random.default_rng(1).normal(0, 1.5, days)
    job = folder / "peer.npz"
    np.savez(job, kwh=daily, temp_c=temp_c)
    print("\n| peer, one core | homes | ms/home |\n| --- | ---: | ---: |")
    for name, python in (("opendsm", asked.opendsm), ("pysam", asked.pysam)):
        if python is None:
            continue
        run = subprocess.run(
            [str(python), str(HERE / "fleet_peer.py"), name, str(job)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **ONE_CORE},
        )
        if run.returncode:
            raise SystemExit(run.stderr)
        told: dict[str, Any] = json.loads(run.stdout)
        for what, ms in told.items():
            print(f"| {what} | {len(lists)} | {ms:.1f} |")


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--homes", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--hour-homes", type=int, nargs="*", default=[100])
    parser.add_argument("--workers", type=int, nargs="*")
    parser.add_argument("--spark", action="store_true")
    parser.add_argument("--price", type=float, help="of a core-hour, in any money")
    parser.add_argument("--opendsm", type=Path, help="Python that has opendsm")
    parser.add_argument("--pysam", type=Path, help="Python that has nrel-pysam")
    parser.add_argument("--peer-homes", type=int, default=20)
    parser.add_argument(
        "--folder", type=Path, help="where made-up homes are kept for the next time"
    )
    asked = parser.parse_args(words)
    cores = len(os.sched_getaffinity(0))
    runs: list[Measured] = []
    with tempfile.TemporaryDirectory() as name:
        folder = asked.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        print(HEADER)
        for kind, sizes in ((BILLS, asked.homes), (HOURS, asked.hour_homes)):
            for homes in sizes:
                tables = demo(folder / f"{kind}-{homes}", homes=homes, kind=kind)
                ways = [("local", workers) for workers in asked.workers or sorted({1, cores})]
                ways += [("spark", cores)] if asked.spark else []
                for number, (engine, workers) in enumerate(ways):
                    out = Path(name) / f"out-{kind}-{homes}-{number}"
                    one = score(tables, out, kind=kind, homes=homes, engine=engine, workers=workers)
                    runs.append(one)
                    print(row(one), flush=True)
        cost(runs, asked.price)
        if asked.opendsm or asked.pysam:
            peers(asked, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
