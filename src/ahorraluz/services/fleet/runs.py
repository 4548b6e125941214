"""A run over very many homes: what is asked, what it is made of, and how its parts are done.

Engines share everything but who scores the parts: a part depends on the rows of its homes, the
figures on file and the day alone, so that any engine with any number of workers, stopped and
begun again as often as may be, writes the same bytes.
"""

import hashlib
import json
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from ahorraluz.ingest.fleet_cells import ID
from ahorraluz.ingest.fleet_tables import (
    SCHEMAS,
    FleetTable,
    FleetTableError,
    Shape,
    open_homes,
    open_readings,
)
from ahorraluz.services.fleet.grouping import groups_of, write_groups
from ahorraluz.services.fleet.outputs import FleetOutError, Output, write_whole
from ahorraluz.services.fleet.progress import Progress, Silent
from ahorraluz.services.fleet.score import PartOptions, score_part
from ahorraluz.services.fleet.splitting import HOMES, READINGS, Split, count_rows, split
from ahorraluz.services.fleet.versions import SHOWN, Versions, versions_of
from ahorraluz.services.toolbox import Toolbox

HOMES_PER_PART = {Shape.BILLS: 2_000, Shape.TIDY: 250, Shape.PACKED: 250}
SPLIT_DONE = "split.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRequest:
    """What is asked."""

    homes: Path
    readings: Path
    out: Path
    as_of: date
    homes_per_part: int | None = None
    """``None``: 2,000 with recibos, 250 with readings."""
    hours: int = 24
    """Hours ahead of homes with readings. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run that is ready: its inputs lie in parts. Small enough to be sent to any worker."""

    out: Path
    parts: int
    shape: Shape
    as_of: date
    fingerprint: str
    about: Mapping[str, str | int]
    """Everything that the fingerprint is of."""
    versions: Versions
    hours: int
    is_local: bool

    @property
    def output(self) -> Output:
        """The folder of the run."""
        return Output(self.out)

    @property
    def split(self) -> Split:
        """The inputs in parts."""
        return Split(folder=self.output.work, parts=self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of one part."""

    part: int
    homes: int
    dead: int


class Engine(Protocol):
    """Whoever scores the parts of a run."""

    def run(self, job: Job, parts: Sequence[int], *, tools: Toolbox) -> Iterator[Done]:
        """Score parts, in any order, and tell of each when it is written."""


def do_part(
    job: Job,
    part: int,
    *,
    tools: Toolbox,
    skip: tuple[str, ...] = (),
    only: tuple[str, ...] | None = None,
) -> Done:
    """Score one part and write it.

    Parameters
    ----------
    skip
        Homes that are put aside unseen: they ended the processes that scored them.
    only
        Homes that are tried, and nothing is written; ``None``: all.
    """
    homes = job.split.read(HOMES, part, SCHEMAS[Shape.HOMES])
    readings = job.split.read(READINGS, part, SCHEMAS[job.shape])
    if only is not None:
        homes, readings = (_of(table, only) for table in (homes, readings))
    scored, dead = score_part(
        homes,
        readings,
        tools=tools,
        as_of=job.as_of,
        options=PartOptions(hours=job.hours, is_local=job.is_local, skip=skip),
        versions=job.versions,
    )
    if only is None:
        job.output.write_part(part, scored, dead, job.fingerprint)
    return Done(part=part, homes=scored.num_rows, dead=dead.num_rows)


def homes_of_part(job: Job, part: int) -> tuple[str, ...]:
    """Return the homes of a part that have a name."""
    names = job.split.read(HOMES, part, SCHEMAS[Shape.HOMES]).column(ID).to_pylist()
    return tuple(sorted({name for name in names if name}))


def _of(table: pa.Table, homes: tuple[str, ...]) -> pa.Table:
    return table.filter(pc.is_in(table.column(ID), value_set=pa.array(homes, type=pa.string())))


@contextmanager
def ready_job(
    request: FleetRequest, *, tools: Toolbox, progress: Progress
) -> Iterator[tuple[Job, list[int], int]]:
    """Give a run whose inputs lie in parts, the parts that are left, and rows left aside.

    The folder is ours alone until the end.

    Raises
    ------
    FleetTableError
        A table cannot be used; ``fleet-table-empty``.
    FleetOutError
        ``fleet-out-foreign``, ``fleet-out-other-run``, ``fleet-out-busy``.
    FleetWriteError
        ``fleet-disk``.
    """
    homes, readings = open_homes(request.homes), open_readings(request.readings)
    output = Output(request.out)
    output.take()
    with output.alone():
        output.tidy()
        progress.begin("inputs", 0)
        inputs = hashlib.sha256(f"{homes.digest()} {readings.digest()}".encode()).hexdigest()
        count = count_rows(homes)
        progress.end()
        if count == 0:
            raise FleetTableError("fleet-table-empty", file=homes.path.name)
        job = _job(request, readings.shape, count, versions_of(tools, inputs=inputs[:SHOWN]))
        _check_same(output, job)
        left = [part for part in range(job.parts) if not output.is_done(part, job.fingerprint)]
        told = _split_told(output, job)
        if told is None and left:
            told = _split(job, homes, readings, progress)
        told = told or {}
        job = replace(job, is_local=bool(told.get("is_local", False)))
        yield job, left, int(str(told.get("left_aside", 0)))


def _job(request: FleetRequest, shape: Shape, count: int, versions: Versions) -> Job:
    size = request.homes_per_part or HOMES_PER_PART[shape]
    parts = max(1, math.ceil(count / size))
    about = {
        "as_of": request.as_of.isoformat(),
        "hours": request.hours,
        "parts": parts,
        "shape": shape.value,
        **versions.columns(),
    }
    text = json.dumps(about, sort_keys=True)
    return Job(
        out=request.out,
        parts=parts,
        shape=shape,
        as_of=request.as_of,
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        about=about,
        versions=versions,
        hours=request.hours,
        is_local=False,
    )


def _check_same(output: Output, job: Job) -> None:
    """Refuse a folder that another run wrote; note whose it is from now on."""
    known = output.read_manifest()
    if known is None:
        output.write_manifest({"complete": False, "fingerprint": job.fingerprint, **job.about})
        return
    differs = [name for name, value in job.about.items() if known.get(name) != value]
    if differs or known.get("fingerprint") != job.fingerprint:
        raise FleetOutError(
            "fleet-out-other-run", folder=str(output.folder), differs=", ".join(differs)
        )


def _split_told(output: Output, job: Job) -> dict[str, object] | None:
    """Return what was noted when the inputs were parted; ``None``: they were not, or not all."""
    try:
        told = json.loads((output.work / SPLIT_DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if told.get("fingerprint") == job.fingerprint else None


def _split(
    job: Job, homes: FleetTable, readings: FleetTable, progress: Progress
) -> dict[str, object]:
    output = job.output
    shutil.rmtree(output.work, ignore_errors=True)
    output.make_work()
    left_aside = 0
    for table, kind in ((homes, HOMES), (readings, READINGS)):
        progress.begin(f"split-{kind}", 0)
        left_aside += split(table, kind, job.split, progress=progress)
        progress.end()
    told: dict[str, object] = {
        "fingerprint": job.fingerprint,
        "left_aside": left_aside,
        "is_local": readings.clock is not None and readings.clock.is_local,
    }
    text = json.dumps(told)
    write_whole(output.work / SPLIT_DONE, lambda part: part.write_text(text, encoding="utf-8"))
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetResult:
    """What came of a run."""

    out: Path
    homes: int
    dead: int
    parts: int
    parts_done_before: int
    """Parts that an earlier start of the same run had done."""
    left_aside: int
    """Rows that no home could be told from."""


def score_fleet(
    request: FleetRequest,
    *,
    engine: Engine,
    tools: Toolbox,
    progress: Progress | None = None,
) -> FleetResult:
    """Score every home, and tell of groups of them.

    A run that was stopped is begun again by the same call: what is done stays done.

    Raises
    ------
    AhorraLuzError
        What :func:`ready_job` refuses.
    """
    shown = progress or Silent()
    with ready_job(request, tools=tools, progress=shown) as (job, left, left_aside):
        output = job.output
        shown.begin("homes", len(left))
        for _ in engine.run(job, left, tools=tools):
            shown.add(1)
        shown.end()
        shown.begin("groups", 0)
        write_groups(output, groups_of(output, as_of=request.as_of))
        shown.end()
        homes, dead = output.count("homes"), output.count("dead")
        known = output.read_manifest() or {}
        if known.get("complete"):
            left_aside = int(str(known.get("rows_left_aside", 0)))
        output.write_manifest(
            {
                "complete": True,
                "fingerprint": job.fingerprint,
                **job.about,
                "homes": homes,
                "dead": dead,
                "rows_left_aside": left_aside,
            }
        )
        shutil.rmtree(output.work, ignore_errors=True)
    return FleetResult(
        out=request.out,
        homes=homes,
        dead=dead,
        parts=job.parts,
        parts_done_before=job.parts - len(left),
        left_aside=left_aside,
    )
