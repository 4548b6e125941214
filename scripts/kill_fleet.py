"""Kill a run over many homes at random instants; what it writes must be the same, byte by byte.

    python scripts/kill_fleet.py                                  # ten kills, 400 made-up homes
    python scripts/kill_fleet.py --kills 20 --homes 2000 --kind hours
    python scripts/kill_fleet.py --homes-table H --readings R     # tables of one's own

The run is made once without being disturbed. Then it is started again and again into another
folder and killed (SIGKILL) at a random instant: now and then its workers with it, now and then
the run alone, so that they end by themselves. After the last kill it runs to its end, and every
file is compared. Ends with 1 on any difference.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

AS_OF = "2026-11-24"
GROUP_SHARE = 0.5
"""Part of the kills that also end the workers at once."""
EARLY_SHARE = 0.3
"""Part of the kills while tables are still read and parted, before any part is done."""
MOST_PARTS = 3
"""Parts that a start may do before it is killed, so that there is always something left."""
LOOK_S, LATEST_S = 0.01, 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What is scored."""

    homes: Path
    readings: Path
    part: int
    workers: int

    def words(self, out: Path) -> list[str]:
        """Return the command of a run."""
        return [
            *(sys.executable, "-m", "ahorraluz", "fleet", "score", "--json"),
            *("--homes", str(self.homes), "--readings", str(self.readings), "--out", str(out)),
            *("--as-of", AS_OF, "--homes-per-part", str(self.part)),
            *("--workers", str(self.workers)),
        ]


def undisturbed(tables: Tables, out: Path) -> float:
    """Run to the end, and return how long it took. [s]"""
    began = time.monotonic()
    subprocess.run(tables.words(out), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """When a run is killed."""

    parts: int
    """After it has done so many parts; 0: after the delay alone."""
    delay_s: float
    """And so much later. [s]"""
    group: bool
    """Whether its workers are killed with it."""


def chosen(chance: random.Random, *, lasted_s: float) -> Instant:
    """Return an instant of a run that lasts so long undisturbed."""
    group = chance.random() < GROUP_SHARE
    if chance.random() < EARLY_SHARE:
        return Instant(parts=0, delay_s=chance.uniform(0.0, 0.6 * lasted_s), group=group)
    return Instant(
        parts=chance.randint(1, MOST_PARTS), delay_s=chance.uniform(0.0, 0.3), group=group
    )


def killed(tables: Tables, out: Path, instant: Instant) -> bool:
    """Start a run and kill it; return whether it was still running."""
    wanted = parts_of(out) + instant.parts
    run = subprocess.Popen(
        tables.words(out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    give_up = time.monotonic() + LATEST_S
    while run.poll() is None and parts_of(out) < wanted and time.monotonic() < give_up:
        time.sleep(LOOK_S)
    time.sleep(instant.delay_s)
    running = run.poll() is None
    if running:
        if instant.group:
            os.killpg(run.pid, signal.SIGKILL)
        else:
            run.kill()
        run.wait()
    return running


def parts_of(out: Path) -> int:
    """Return how many parts are done."""
    return len(list((out / "homes").glob("part-*.parquet")))


def bytes_of(out: Path) -> dict[str, bytes]:
    """Return every file of a result."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def differences(one: Path, other: Path) -> list[str]:
    """Return the files that are not the same in both results."""
    ours, theirs = bytes_of(one), bytes_of(other)
    return sorted(
        name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)
    )


def kill_often(tables: Tables, folder: Path, *, kills: int, seed: int) -> list[str]:
    """Kill a run many times, print what was seen, and return the files that differ in the end."""
    chance = random.Random(seed)
    whole, out = folder / "whole", folder / "killed"
    lasted_s = undisturbed(tables, whole)
    print(f"undisturbed: {lasted_s:.1f} s, {parts_of(whole)} parts")
    print("| start | killed after parts | and seconds | with its workers | parts done |")
    print("| ---: | ---: | ---: | --- | ---: |")
    for number in range(1, kills + 1):
        instant = chosen(chance, lasted_s=lasted_s)
        running = killed(tables, out, instant)
        with_it = ("yes" if instant.group else "no") if running else "it had ended"
        when = f"{instant.parts} | {instant.delay_s:.2f}"
        print(f"| {number} | {when} | {with_it} | {parts_of(out)} |", flush=True)
    undisturbed(tables, out)
    return differences(whole, out)


def made_up(folder: Path, *, homes: int, kind: str) -> Path:
    """Make homes up."""
    words = [sys.executable, "-m", "ahorraluz", "fleet", "demo", "--homes", str(homes)]
    words += ["--kind", kind, "--faults", "0.05", "--out", str(folder), "--json"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return folder


def main(words: Sequence[str] | None = None) -> int:
    """Kill, compare, return 1 on any difference."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--homes", type=int, default=400)
    parser.add_argument("--kind", choices=("bills", "hours"), default="bills")
    parser.add_argument("--homes-table", type=Path)
    parser.add_argument("--readings", type=Path)
    parser.add_argument("--homes-per-part", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        homes, readings = asked.homes_table, asked.readings
        if homes is None or readings is None:
            demo = made_up(folder / "demo", homes=asked.homes, kind=asked.kind)
            homes, readings = demo / "homes.parquet", demo / "readings"
        tables = Tables(
            homes=homes, readings=readings, part=asked.homes_per_part, workers=asked.workers
        )
        wrong = kill_often(tables, folder, kills=asked.kills, seed=asked.seed)
    print("every byte is the same" if not wrong else f"these differ: {', '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
