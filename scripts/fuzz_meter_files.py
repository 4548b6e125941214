"""Mutate meter files at random and read them: each gives an answer or a clear error.

    python scripts/fuzz_meter_files.py --count 10000 --seed 1 FILES_OR_FOLDERS...

Without files it mutates small ones of its own. Every case is drawn from its number and
the seed alone, so ``--only NUMBER`` repeats one. Exit code 1: a traceback, a case that
took too long, or a reader that died.
"""

import argparse
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.meter_file_mutations import mutated, own_seeds, seeds_of

from ahorraluz.core.issues import Issue
from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.files import FileReadError
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.reading import read_meter_file
from ahorraluz.texts import SPANISH, open_texts

SECONDS = 10
"""Longest time for one file. [s]"""
HANG_SECONDS = 60
"""After it a reader that does not even hear the alarm is stopped. [s]"""
MEMORY_MB = 2048
"""Address space of a reader. [MiB]"""
WORKERS = 2
SPARSE_BYTES = 2 * 1024**3
SPARSE_EVERY = 1_000
SHOWN = 20
"""Problems that are printed in full."""


# --- one case --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What reading a case gave."""

    number: int
    kind: str
    """``answer``, ``error`` or ``problem``."""
    text: str
    """Format, issue code, or traceback."""


class TooSlowError(BaseException):
    """The alarm went off; no reader can mistake it for its own error."""


def _alarm(_: int, __: FrameType | None) -> None:
    raise TooSlowError


def read_case(path: Path, *, number: int) -> Outcome:
    """Return what reading a file gives; nothing is raised."""
    try:
        try:
            file = read_meter_file(path)
        except (MeterFileError, FileReadError) as error:
            _say(error.issues)
            reason = error.issue.parameters.get("reason")
            more = ""
            if error.issue.code == "meter-file-unreadable" and error.__cause__ is not None:
                last = traceback.extract_tb(error.__cause__.__traceback__)[-1]
                more = f" {reason} at {Path(last.filename).name}:{last.lineno} ({number})"
            return Outcome(number, "error", error.issue.code + more)
        _check(file)
    except TooSlowError:
        return Outcome(number, "problem", f"took more than {SECONDS} s\n{traceback.format_exc()}")
    except Exception:  # noqa: BLE001 - finding every other exception is what this is for
        return Outcome(number, "problem", traceback.format_exc())
    return Outcome(number, "answer", file.format)


def _check(file: MeterFile) -> None:
    """Raise where an answer contradicts itself."""
    if file.rows < file.broken_rows or file.broken_rows < 0 or not file.channels:
        raise AssertionError(f"rows {file.rows}, broken {file.broken_rows}")
    for channel in file.channels:
        if bool(np.any(np.isinf(channel.value))):
            raise AssertionError(f"infinite value in {channel.id}")
    _say(file.issues)


def _say(issues: Sequence[Issue]) -> None:
    """Make the sentence of each issue: no value may be one that cannot be shown."""
    texts = open_texts(SPANISH)
    for issue in issues:
        if texts.has(f"issue.{issue.code}"):
            texts.issue(issue)


# --- many cases ------------------------------------------------------------------------------


def write_case(path: Path, data: bytes, *, sparse: bool) -> None:
    """Write a case; a sparse one goes on with two gigabytes of nothing."""
    with path.open("wb") as file:
        file.write(data)
        if sparse:
            file.truncate(SPARSE_BYTES)


def work(seeds: Sequence[bytes], seed: int, numbers: Sequence[int], pipe: Connection) -> None:
    """Read cases one after the other; send each outcome, at last the memory used. [KiB]"""
    limit = MEMORY_MB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    signal.signal(signal.SIGALRM, _alarm)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.csv"
        for number in numbers:
            data = mutated(seeds, seed=seed, number=number)
            write_case(path, data, sparse=number % SPARSE_EVERY == 0)
            del data
            signal.alarm(SECONDS)
            pipe.send(read_case(path, number=number))
            signal.alarm(0)
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def outcomes_of(
    numbers: Sequence[int], *, seeds: Sequence[bytes], seed: int
) -> Iterator[Outcome | int]:
    """Yield what a reader sends; one that dies or hangs is a problem, and another goes on."""
    # Arrow's own allocator reserves a gigabyte of addresses that it never fills.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    context = multiprocessing.get_context("spawn")
    left = list(numbers)
    while left:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(seeds, seed, left, there))
        process.start()
        there.close()
        left = list(left)
        try:
            while here.poll(HANG_SECONDS):
                message = here.recv()
                yield message
                if isinstance(message, int):
                    break
                left.remove(message.number)
            else:
                process.kill()
        except EOFError:
            pass
        process.join()
        if left:
            text = f"the reader died or hung, exit code {process.exitcode}"
            yield Outcome(left.pop(0), "problem", text)


def run(seeds: Sequence[bytes], *, seed: int, numbers: Sequence[int]) -> list[Outcome | int]:
    """Return every outcome and the memory of each reader, from ``WORKERS`` processes."""
    shares = [numbers[at::WORKERS] for at in range(WORKERS)]
    read = partial(outcomes_of, seeds=seeds, seed=seed)
    with ThreadPoolExecutor(WORKERS) as pool:
        return [item for part in pool.map(lambda share: list(read(share)), shares) for item in part]


def main() -> int:
    """Read what the command line asks for and print the account."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, default=None, help="repeat one case")
    parser.add_argument("--write", type=Path, default=None, help="write that case to a file")
    parser.add_argument("places", nargs="*", type=Path, help="files or folders to mutate")
    said = parser.parse_args()
    seeds = seeds_of(said.places) or own_seeds()
    numbers = range(1, said.count + 1) if said.only is None else [said.only]
    if said.write is not None:
        data = mutated(seeds, seed=said.seed, number=numbers[0])
        write_case(said.write, data, sparse=numbers[0] % SPARSE_EVERY == 0)
    begun = time.monotonic()
    found = run(seeds, seed=said.seed, numbers=numbers)
    outcomes = [item for item in found if isinstance(item, Outcome)]
    memory = max((item for item in found if isinstance(item, int)), default=0)
    for kind in ("answer", "error", "problem"):
        texts = Counter(o.text.strip().splitlines()[-1] for o in outcomes if o.kind == kind)
        print(f"{kind}: {sum(texts.values())}")
        for text, times in texts.most_common():
            print(f"  {times:6d}  {text}")
    problems = [outcome for outcome in outcomes if outcome.kind == "problem"]
    for problem in problems[:SHOWN]:
        print(f"\n--only {problem.number}\n{problem.text}")
    taken = time.monotonic() - begun
    print(f"{len(outcomes)} files, {taken:.0f} s, largest memory of a reader {memory // 1024} MiB")
    return 1 if problems or len(outcomes) < len(numbers) else 0


if __name__ == "__main__":
    sys.exit(main())
