"""The reader of spreadsheets, behind one guard: whatever becomes of it is an error of ours."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.sheet_process import SECONDS

PROGRAM = "ahorraluz.ingest.sheet_process"
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""What the process gets of our environment: no secret is among it."""
PATIENCE_S = 2 * SECONDS
"""How long an answer may take on a busy computer. [s]"""

Cell = str | bool | int | float | dt.datetime | dt.date | dt.time | dt.timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet."""

    name: str
    first: int
    """Place of its first row, from nought."""
    rows: list[list[Cell]]
    whole: bool = field(default=True)
    """False: it could not be read to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook."""

    names: tuple[str, ...]
    """Of all sheets."""
    grids: tuple[Grid, ...]
    """The first sheets, in their order."""

    def grid(self, name: str, *, broken: Callable[[], AhorraLuzError]) -> Grid:
        """Return a sheet by its name; the error of ``broken`` where it cannot be read."""
        for grid in self.grids:
            if grid.name == name and grid.whole:
                return grid
        raise broken()


def open_book(data: bytes, *, broken: Callable[[], AhorraLuzError]) -> Book:
    """Return what a workbook holds.

    It is read in a process of its own, within bounds of memory and time: a cell in a far corner,
    which a few bytes can name, makes the library ask for more memory than there is, and end.

    Parameters
    ----------
    data
        XLSX, XLS or ODS, after a look at how large it would get.
    broken
        Makes the error of a workbook that cannot be read.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing typed
            [sys.executable, "-I", "-m", PROGRAM],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode:
            raise broken()
        return _book(iter(done.stdout.splitlines()))
    except (subprocess.TimeoutExpired, OSError, ValueError, StopIteration) as error:
        raise broken() from error


def _book(lines: Iterator[bytes]) -> Book:
    names = tuple(json.loads(next(lines)))
    grids = []
    for head in lines:
        said = json.loads(head)
        if said is False:
            continue
        name, first = said
        rows: list[list[Cell]] = []
        while isinstance(part := json.loads(next(lines)), list):
            rows += [[_cell(cell) for cell in row] for row in part]
        grids.append(Grid(name=name, first=first, rows=rows, whole=part))
    return Book(names=names, grids=tuple(grids))


def _cell(said: Cell | dict[str, str | int]) -> Cell:
    if not isinstance(said, dict):
        return said
    ((kind, value),) = said.items()
    match kind:
        case "at":
            return dt.datetime.fromisoformat(str(value))
        case "day":
            return dt.date.fromisoformat(str(value))
        case "time":
            return dt.time.fromisoformat(str(value))
    return dt.timedelta(microseconds=int(value))
