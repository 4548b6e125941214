"""Keep the whole service busy for an hour, and tell what the memory of each process does.

    python -m scripts.soak [--minutes 60] [--write]

Started as people start them, in a data folder of their own: ``serve`` (pages, API and jobs),
``live`` with its broker, and ``simulate``, whose made-up meters send all the time. A resident looks
at pages, changes figures, uploads a meter file and takes the PDF; programs ask the API; strangers
come from many addresses. What was asked never repeats, so that whatever remembers has to forget.

Each half minute the resident memory, open files and threads of every process are noted. The first
third of the time is for filling caches; over the rest a line is fitted, and the largest rise that
its points allow (its upper 95 % limit) is what counts. Ends with 1 if memory rises by more than
:data:`MOST_RISE` of itself an hour, or any answer was an error.

``--write`` puts the table and the curve into the documentation.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.soak_page import PAGE, PICTURE, page, picture
from scripts.soak_visitors import Visitors
from tests.waiting import free_port

from ahorraluz.settings import Settings

EVERY_S = 30.0
WARM_UP = 1 / 3
MOST_RISE = 0.05
"""Share of the memory after the warm-up by which it may rise in an hour: an hour-long line through
readings that jump by a few MB cannot show less."""
PATIENCE_S = 120.0
BYTES_MB = 1_000_000
KIB = 1_024


@dataclass(slots=True)
class Watched:
    """A process, and what was noted of it: one figure each time."""

    name: str
    pid: int
    memory_mb: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    def note(self) -> None:
        """Note its memory, open files and threads."""
        folder = Path("/proc") / str(self.pid)
        said = dict(
            line.split(":", 1) for line in (folder / "status").read_text("utf-8").splitlines()
        )
        self.memory_mb.append(int(said["VmRSS"].split()[0]) * KIB / BYTES_MB)
        self.files.append(len(list((folder / "fd").iterdir())))
        self.threads.append(int(said["Threads"]))


@contextmanager
def program(*words: str, settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command of the program, and end it with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "ahorraluz", *words],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()


def soak(folder: Path, minutes: float) -> tuple[list[Watched], list[float], Visitors]:
    """Return what was noted, when [min], and the visitors that came."""
    port, broker = free_port(), free_port()
    url = f"mqtt://127.0.0.1:{broker}"
    settings = {"AHORRALUZ_DATA_DIR": str(folder), "AHORRALUZ_TRUSTED_PROXIES": "1"}
    with ExitStack() as programs:
        serve = programs.enter_context(program("serve", "--port", str(port), settings=settings))
        visitors = Visitors(f"http://127.0.0.1:{port}", Settings(data_dir=folder))
        visitors.wait_for_the_door(PATIENCE_S)
        live = programs.enter_context(
            program("live", "--listen", f"127.0.0.1:{broker}", settings=settings)
        )
        visitors.wait_for_port(broker, PATIENCE_S)
        programs.enter_context(
            program("simulate", "--homes", "20", "--every", "2", "--broker", url, settings=settings)
        )
        watched = [Watched("serve", serve.pid), Watched("live", live.pid)]
        began, moments = time.monotonic(), list[float]()
        while (gone := time.monotonic() - began) < minutes * 60:
            moments.append(gone / 60)
            for one in watched:
                one.note()
            visitors.come(until=began + EVERY_S * len(moments))
            print(
                f"{moments[-1]:5.1f} min  {visitors.visits:6d} visits  "
                + "  ".join(f"{one.name} {one.memory_mb[-1]:.0f} MB" for one in watched),
                flush=True,
            )
    return watched, moments, visitors


def main() -> int:
    """Soak, tell, and keep what was told if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        watched, moments, visitors = soak(Path(folder), asked.minutes)
    found = {
        "minutes": asked.minutes,
        "warm_up": WARM_UP,
        "most_rise": MOST_RISE,
        "visits": visitors.visits,
        "kinds": dict(sorted(visitors.kinds.items())),
        "errors": visitors.errors,
        "moments": [round(moment, 2) for moment in moments],
        "processes": {
            one.name: {
                "memory_mb": [round(value, 1) for value in one.memory_mb],
                "files": one.files,
                "threads": one.threads,
            }
            for one in watched
        },
    }
    text, passed = page(found)
    print(text)
    if asked.write:
        PAGE.write_text(text, "utf-8")
        PICTURE.write_text(picture(found), "utf-8")
        PAGE.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())
