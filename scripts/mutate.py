"""Mutation testing of money and tariffs: how many small faults the tests of them notice.

python -m scripts.mutate                     # all modules, going on where it was left off
python -m scripts.mutate terms schedule      # some of them
python -m scripts.mutate --anew money        # from the beginning
python -m scripts.mutate --sample 50         # so many mutants by chance; nothing is written

The mutants are made by an environment of its own that has mutmut (`make mutate` sets it up).
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from scripts.mutation.forked import ALREADY, KILLED, SURVIVED, TIMED_OUT, Runner, Search
from scripts.mutation.report import (
    EQUIVALENTS,
    PAGE,
    RESULTS,
    ROOT,
    file_of,
    kernel,
    modules,
    page,
    shortened,
    told_equivalent,
)
from typing_extensions import override

STATE = ROOT / ".mutate" / "results.jsonl"
TESTS = (
    "src/ahorraluz/core/money.py",
    "src/ahorraluz/core/tariffs",
    "tests/unit/core/test_money.py",
    "tests/unit/core/tariffs",
    "tests/golden/test_bills.py",
)
"""Doctests, tests of the modules and real bills: no other test is asked."""
MOST_S = 1.0
"""What the tests of one mutant may take without it, the quickest first. [s]"""
NOTICED = (KILLED, TIMED_OUT)

Mutant = dict[str, Any]
Key = tuple[str, str, int, int, str]


class Keeping(Runner):
    """A runner that keeps each result as it comes, with the code it holds for."""

    def __init__(self, mutants: Sequence[Mutant], out: Any, *, workers: int) -> None:  # noqa: ANN401
        super().__init__(ROOT, mutants, workers=workers, most_s=MOST_S)
        self._out = out

    @override
    def told(self, number: int, result: str) -> None:
        """Keep the result of a mutant in a file as well."""
        super().told(number, result)
        mutant = self._mutants[number]
        self._out.write(json.dumps({**mutant, "result": result}) + "\n")
        self._out.flush()
        if len(self.results) % 200 == 0:
            print(f"{len(self.results)} of {len(self._mutants)}", file=sys.__stderr__, flush=True)


def main() -> None:
    """Run the mutants that are asked for, and write what became of all of them."""
    asked = _asked()
    names = asked.modules or modules()
    mutants = list(_made(names, asked.made_by))
    if asked.sample:
        random.Random(asked.seed).shuffle(mutants)
        mutants = mutants[: asked.sample]
    known = {} if asked.anew or asked.sample else _known()
    to_run = [mutant for mutant in mutants if known.get(_key(mutant)) not in NOTICED]
    results = known | _run([*to_run, *_unchanged(to_run)], workers=asked.workers)
    noticed = sum(results.get(_key(mutant)) in NOTICED for mutant in mutants)
    print(f"{noticed} of {len(mutants)} noticed")
    if not asked.sample:
        _write(mutants, results)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.mutate")
    parser.add_argument("modules", nargs="*", help="names such as money or year_arrays")
    parser.add_argument("--anew", action="store_true", help="forget what is known")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants, nothing written")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--made-by", default=".venv-mutate/bin/python")
    return parser.parse_args()


def _made(names: Sequence[str], python: str) -> Iterator[Mutant]:
    """Return the mutants of modules, each with the code it is of."""
    files = [file_of(name) for name in names]
    run = subprocess.run(
        [python, "-m", "scripts.mutation.mutants", *files],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    of = {file: kernel(ROOT / file) for file in files}
    for mutant in json.loads(run.stdout):
        yield {**mutant, "of": of[mutant["module"]]}


def _unchanged(mutants: Sequence[Mutant]) -> Iterator[Mutant]:
    """Return mutants that change nothing, inside and outside of functions of each module."""
    found = {(mutant["module"], mutant["in_body"]): mutant for mutant in mutants}
    for mutant in found.values():
        yield {**mutant, "after": mutant["before"], "unchanged": True}


def _key(mutant: Mutant) -> Key:
    return (mutant["module"], mutant["of"], mutant["start"], mutant["end"], mutant["after"])


def _known() -> dict[Key, str]:
    """Return what became of mutants in earlier runs, of whatever code."""
    if not STATE.exists():
        return {}
    told = map(json.loads, STATE.read_text("utf-8").splitlines())
    return {_key(mutant): mutant["result"] for mutant in told}


def _run(mutants: Sequence[Mutant], *, workers: int) -> dict[Key, str]:
    STATE.parent.mkdir(exist_ok=True)
    with (
        STATE.open("a", encoding="utf-8") as out,
        tempfile.TemporaryDirectory() as folder,
    ):
        runner = Keeping(mutants, out, workers=workers)
        words = ["-q", "-p", "no:cacheprovider", f"--basetemp={folder}/tests", *ALREADY, *TESTS]
        code = pytest.main(words, plugins=[Search(), runner])
    if code != 0 or len(runner.results) != len(mutants):
        raise SystemExit("The tests could not be run; see above.")
    broken = [
        mutant["module"]
        for number, mutant in enumerate(mutants)
        if mutant.get("unchanged") and runner.results[number] != SURVIVED
    ]
    if broken:
        raise SystemExit(f"Without any change the tests fail here: {', '.join(broken)}")
    return {_key(mutant): runner.results[number] for number, mutant in enumerate(mutants)}


def _write(mutants: Sequence[Mutant], results: dict[Key, str]) -> None:
    """Write the modules that were run into the file of results, and the page anew."""
    written: dict[str, Any] = {"modules": {}}
    if RESULTS.exists():
        written = json.loads(RESULTS.read_text("utf-8"))
    last = subprocess.run(
        ["git", "log", "-1", "--format=%h %cs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    commit, day = last.stdout.split()
    for module in dict.fromkeys(mutant["module"] for mutant in mutants):
        own = [mutant for mutant in mutants if mutant["module"] == module]
        became = [results[_key(mutant)] for mutant in own]
        written["modules"][module] = {
            "of": own[0]["of"],
            "commit": commit,
            "measured": day,
            "mutants": len(own),
            "killed": became.count(KILLED),
            "timed_out": became.count(TIMED_OUT),
            "survived": [
                shortened(mutant)
                for mutant, result in zip(own, became, strict=True)
                if result not in NOTICED
            ],
        }
    written["modules"] = dict(sorted(written["modules"].items()))
    RESULTS.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(page(written, told_equivalent(EQUIVALENTS)), "utf-8")
    print(f"Written: {RESULTS.relative_to(ROOT)} and {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
