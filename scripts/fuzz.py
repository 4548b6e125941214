"""Fuzz parsers, the tariff engine, plans and the API, guided by coverage; keep what was new.

    make fuzz                                          # every target, a minute each
    make fuzz ARGS="receipt-json tariff --seconds 600"
    make fuzz ARGS="all --seconds 300 --keep --write"  # into the corpus, and into the docs

Each target runs in a process of its own under Atheris. An input that is a finding is written to
``.fuzz/findings`` and named; the exit code is then 1. ``--keep`` adds to ``tests/fuzz/corpus``
what reached code that nothing there reached, the smallest inputs first. ``--write`` adds the run
to the table that the documentation shows.
"""

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.fuzz.targets import CORPUS, PLACES  # noqa: E402

WORK = ROOT / ".fuzz"
FINDINGS = WORK / "findings"
TABLE = ROOT / "docs" / "hardening" / "fuzzing-runs.csv"
LIMITS = ("-timeout=25", "-rss_limit_mb=2560", "-report_slow_units=25")
"""Longest that an input may take, and most memory: beyond either it is a finding. [s], [MiB]"""
LONGEST = 4096
"""Largest input that is tried. [byte]"""
MOST_KEPT, MOST_KEPT_BYTES = 60, 16_000
"""Inputs and bytes that the corpus keeps of a target."""

_STATUS = re.compile(r"^#(\d+)\s.*?cov: (\d+) ft: (\d+)", re.MULTILINE)
_TOTAL = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one target came to, in all runs together."""

    target: str
    seconds: int
    """Of a processor. [s]"""
    executions: int
    edges: int
    features: int
    findings: int

    @property
    def per_second(self) -> float:
        """Executions in each second of a processor."""
        return self.executions / max(self.seconds, 1)

    def beside(self, other: "Run | None") -> "Run":
        """Return both runs together."""
        if other is None:
            return self
        return Run(
            target=self.target,
            seconds=self.seconds + other.seconds,
            executions=self.executions + other.executions,
            edges=max(self.edges, other.edges),
            features=max(self.features, other.features),
            findings=self.findings + other.findings,
        )


def fuzzed(name: str, *, seconds: int) -> Run:
    """Run a target and say what it came to."""
    work = WORK / "work" / name
    work.mkdir(parents=True, exist_ok=True)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    before = set(FINDINGS.glob(f"{name}-*"))
    began = os.times()
    said = _child(
        name,
        str(work),
        str(CORPUS / name),
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={FINDINGS}/{name}-",
        "-print_final_stats=1",
        *LIMITS,
    )
    ended = os.times()
    new = sorted(path.name for path in set(FINDINGS.glob(f"{name}-*")) - before)
    for finding in new:
        print(f"  {finding}\n{_trace(said)}", flush=True)
    statuses = _STATUS.findall(said)
    total = _TOTAL.search(said)
    last = statuses[-1] if statuses else ("0", "0", "0")
    used = ended.children_user + ended.children_system - began.children_user - began.children_system
    return Run(
        target=name,
        seconds=round(used),
        executions=int(total.group(1) if total else last[0]),
        edges=int(last[1]),
        features=int(last[2]),
        findings=len(new),
    )


def _child(name: str, *options: str) -> str:
    environment = {**os.environ, "PYTHONPATH": _path(), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.fuzz_one", name, *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return done.stdout + done.stderr


def _path() -> str:
    """Return where Python looks for packages: also where Atheris lies, apart from the others."""
    known = [str(ROOT), str(ROOT / ".venv-fuzz"), os.environ.get("PYTHONPATH", "")]
    return os.pathsep.join(part for part in known if part)


def _trace(said: str) -> str:
    at = max(said.find("=== Uncaught Python exception"), said.find("ERROR: libFuzzer"))
    return said[at:][:3000] if at >= 0 else said[-1500:]


def keep(name: str) -> int:
    """Add to the corpus the smallest inputs that reach what nothing in it reaches; return how many.

    An input is kept as it is: none of them comes from a person or a company.
    """
    here, merged = CORPUS / name, WORK / "merged" / name
    shutil.rmtree(merged, ignore_errors=True)
    shutil.copytree(here, merged)
    _child(name, "-merge=1", str(merged), str(WORK / "work" / name), f"-max_len={LONGEST}", *LIMITS)
    known = {path.name for path in here.iterdir()}
    room = MOST_KEPT_BYTES - sum(path.stat().st_size for path in here.iterdir())
    places, added = MOST_KEPT - len(known), 0
    for path in sorted(merged.iterdir(), key=lambda path: (path.stat().st_size, path.name)):
        size = path.stat().st_size
        if path.name not in known and added < places and size <= room:
            shutil.copy(path, here / path.name)
            added, room = added + 1, room - size
    return added


def read_table() -> dict[str, Run]:
    """Return the runs that the documentation shows."""
    if not TABLE.exists():
        return {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["target"]: Run(
                target=row["target"],
                **{one.name: int(row[one.name]) for one in fields(Run) if one.name != "target"},
            )
            for row in csv.DictReader(file)
        }


def write_table(runs: Sequence[Run]) -> None:
    """Add runs to the table of the documentation."""
    known = read_table()
    known |= {run.target: run.beside(known.get(run.target)) for run in runs}
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        names = [one.name for one in fields(Run)]
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*names, "per_second"])
        for name in PLACES:
            if name in known:
                run = known[name]
                values = [getattr(run, one) for one in names]
                writer.writerow([*values, f"{run.per_second:.0f}"])


def main() -> int:
    """Fuzz and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("targets", nargs="*", default=["all"], metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--keep", action="store_true", help="add to the corpus what was new")
    parser.add_argument("--write", action="store_true", help="add the run to the documentation")
    asked = parser.parse_args()
    wanted = list(PLACES) if "all" in asked.targets else asked.targets
    unknown = sorted(set(wanted) - set(PLACES))
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}; there are {', '.join(PLACES)}, all")
    print(
        f"{'target':<18}{'seconds':>8}{'executions':>11}{'edges':>8}{'features':>10}  new findings"
    )
    found = 0
    for name in wanted:
        run = fuzzed(name, seconds=asked.seconds)
        kept = keep(name) if asked.keep else 0
        print(
            f"{name:<18}{run.seconds:>8}{run.executions:>11}{run.edges:>8}{run.features:>10}"
            f"{run.findings:>6}{f'  {kept} kept' if kept else ''}",
            flush=True,
        )
        if asked.write:
            write_table([run])
        found += run.findings
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
