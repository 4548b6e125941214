"""The same arrivals through the embedded way and through Spark: events, seconds, memory.

    make spark
    .venv/bin/python benchmarks/live_spark.py --homes 1000 --days 30

Homes are made up, with a fixed seed: a reading each quarter of an hour, 5 % late, 3 % twice, some
corrected or days late, all out of order; prices with and without hours, limits, a voucher. What
arrives is written down once. The embedded way takes it in batches of random length, its state
written and read after each. Spark, started as ``ahorraluz live-spark``, takes it in micro-batches
of its own, is killed in the middle, and goes on from its checkpoint. Ends with 1 where an event
differs.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.recorded_homes import record  # noqa: E402
from tests.spark_files import (  # noqa: E402
    date_file,
    embedded,
    events_table,
    kept_events,
    slices_of,
)

CHUNK = 25
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Chunk:
    """What some homes came to."""

    readings: int
    arrivals: int
    events: int
    different: int
    """Homes of which cut batches told something else than whole deliveries."""
    seconds: float


def make(task: tuple[int, int, int, int, Path]) -> Chunk:
    """Record some homes, step them the embedded way, and write both down."""
    place, first, count, days, folder = task
    recorded = [record(number, days=days) for number in range(first, first + count)]
    begin, different, tables = time.process_time(), 0, []
    for one in recorded:
        told = embedded(one.arrivals, Random(one.name))
        different += told != list(one.events)
        tables.append((one.name, told))
    seconds = time.process_time() - begin
    told_all = pa.concat_tables([events_table(name, told) for name, told in tables])
    pq.write_table(told_all, folder / "embedded" / f"{place:04}.parquet")
    for day, rows in enumerate(slices_of(recorded, days)):
        pq.write_table(rows, folder / "arrivals" / f"{day:03}-{place:04}.parquet")
    return Chunk(
        readings=sum(one.readings for one in recorded),
        arrivals=sum(len(one.arrivals) for one in recorded),
        events=told_all.num_rows,
        different=different,
        seconds=seconds,
    )


def family(pid: int) -> set[int]:
    """Return a process and all that it started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found, more = set[int](), {pid}
    while more:
        found |= more
        more = {child for child, parent in parents.items() if parent in more} - found
    return found


def memory(pids: set[int]) -> int:
    """Return the resident memory of processes, pages that they share counted once each. [bytes]"""
    whole = 0
    for pid in pids:
        try:
            whole += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf(
                "SC_PAGE_SIZE"
            )
        except (OSError, IndexError):
            continue
    return whole


def spark(folder: Path, *, most: int, until: int | None) -> tuple[float, int]:
    """Run Spark until it ends, or until a micro-batch is there; return seconds and peak memory."""
    command = [sys.executable, "-m", "ahorraluz", "live-spark", "--format", "parquet", "--once"]
    command += ["--most", str(most), "--parts", "4"]
    for name in ("arrivals", "events", "checkpoint"):
        command += [f"--{name}", str(folder / name)]
    command += ["--spark-option", "spark.driver.memory=4g"]
    begin, peak = time.perf_counter(), 0
    with (folder / "spark.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        while process.poll() is None:
            pids = family(process.pid)
            peak = max(peak, memory(pids))
            if until is not None and (folder / "events" / f"batch={until}").exists():
                for pid in pids:
                    # Those that the first ones took with them are gone already.
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.5)
    if process.returncode != (0 if until is None else -signal.SIGKILL):
        sys.exit((folder / "spark.log").read_text()[-3_000:])
    return time.perf_counter() - begin, peak


def compare(folder: Path) -> tuple[int, int, Counter[str]]:
    """Return how many events Spark kept, how many differ, and what they are."""
    mine = pa.concat_tables(
        [pq.read_table(path) for path in sorted((folder / "embedded").glob("*.parquet"))]
    ).sort_by([("home", "ascending"), ("number", "ascending")])
    others = kept_events(folder / "events")
    kinds = Counter(
        {
            str(one["values"]): int(one["counts"])
            for one in pc.value_counts(mine["kind"]).to_pylist()
        }
    )
    if mine.num_rows != others.num_rows:
        return others.num_rows, abs(mine.num_rows - others.num_rows), kinds
    wrong = pa.array([False] * mine.num_rows)
    for name in mine.column_names:
        left, right = mine[name].combine_chunks(), others[name].combine_chunks()
        same = pc.or_(
            pc.fill_null(pc.equal(left, right), False),
            pc.and_(pc.is_null(left), pc.is_null(right)),
        )
        wrong = pc.or_(wrong, pc.invert(same))
    return others.num_rows, int(pc.sum(wrong.cast(pa.int64())).as_py() or 0), kinds


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--homes", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--batches", type=int, default=14, help="about so many micro-batches")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        return measure(Path(name), homes=asked.homes, days=asked.days, batches=asked.batches)


def measure(folder: Path, *, homes: int, days: int, batches: int) -> int:
    """Make arrivals, run both ways, compare, print; return how the program ends."""
    for part in ("arrivals", "embedded"):
        (folder / part).mkdir()
    firsts = range(0, homes, CHUNK)
    tasks = [
        (place, first, min(CHUNK, homes - first), days, folder)
        for place, first in enumerate(firsts)
    ]
    with Pool(os.cpu_count()) as pool:
        chunks = pool.map(make, tasks, chunksize=1)
    files = sorted((folder / "arrivals").iterdir())
    for place, path in enumerate(files):
        date_file(path, place)
    readings, arrivals = (sum(getattr(c, n) for c in chunks) for n in ("readings", "arrivals"))
    print(f"{homes} homes, {days} days: {readings:,} readings, {arrivals:,} arrivals", flush=True)
    seconds = sum(chunk.seconds for chunk in chunks)
    most = max(1, len(files) // batches)
    killed_s, peak = spark(folder, most=most, until=batches // 3)
    rest_s, peak_rest = spark(folder, most=most, until=None)
    count, wrong, kinds = compare(folder)
    print("| way | events | seconds | readings/s | peak memory |")
    print("| --- | --- | --- | --- | --- |")
    events = sum(chunk.events for chunk in chunks)
    print(f"| embedded, one core | {events:,} | {seconds:.0f} | {readings / seconds:,.0f} | |")
    both = killed_s + rest_s
    megabytes = max(peak, peak_rest) / MIB
    print(
        f"| Spark, {os.cpu_count()} cores | {count:,} | {both:.0f} | {readings / both:,.0f} "
        f"| {megabytes:,.0f} MiB |"
    )
    print(
        f"killed after {killed_s:.0f} s; micro-batches: "
        f"{len(list((folder / 'events').glob('batch=*')))}"
    )
    different = sum(chunk.different for chunk in chunks)
    print(f"events that differ: {wrong}; homes where cutting mattered: {different}")
    print(", ".join(f"{kind} {n:,}" for kind, n in kinds.most_common()))
    return int(bool(wrong or different))


if __name__ == "__main__":
    sys.exit(main())
