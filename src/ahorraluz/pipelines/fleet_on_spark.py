"""The engine of a cluster: the parts of a run over very many homes, scored by Spark.

Each part is a row that ``mapInArrow`` gives to :func:`ahorraluz.services.fleet.runs.do_part`, the
function that a process of one machine calls, so that the files are the same byte for byte. Parts
lie in the folder of the run, which every executor must reach under the same path.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import pyarrow as pa

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.pipelines.on_spark import open_spark
from ahorraluz.services.fleet.local import LocalEngine
from ahorraluz.services.fleet.runs import Done, Job, do_part
from ahorraluz.services.fleet.versions import versions_of
from ahorraluz.services.sealed_issues import issues_in, issues_said
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import read_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TOLD = "part INT, homes BIGINT, dead BIGINT, issues STRING"
ONE_THREAD = {
    "spark.executorEnv.OMP_NUM_THREADS": "1",
    "spark.executorEnv.OPENBLAS_NUM_THREADS": "1",
}
TRIES = 2
"""Jobs that are tried before what is left is done where the run was started."""
MOST_TASKS = 100_000
Batches = Iterator[pa.RecordBatch]


@contextmanager
def spark_engine(
    *, workers: int | None = None, master: str | None = None
) -> Iterator["SparkEngine"]:
    """Give an engine on a session of Spark, which ends with it.

    Parameters
    ----------
    workers
        Cores of this machine, where Spark runs on it; ``None``: all.
    master
        Where it runs; ``None``: where ``spark-submit`` says, or on this machine.

    Raises
    ------
    AhorraLuzError
        ``extra-missing``, ``spark-java-missing``.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    where = master or (None if workers is None else f"local[{workers}]")
    spark = open_spark(parts=1, master=where, more=ONE_THREAD)
    try:
        yield SparkEngine(spark)
    finally:
        spark.stop()


@dataclass(slots=True)
class SparkEngine:
    """Scores parts on a cluster."""

    spark: "SparkSession"

    def run(self, job: Job, parts: Sequence[int], *, tools: Toolbox) -> Iterator[Done]:
        """Score parts, and tell of all when they are written.

        A task that ends its Python, as when memory runs out, ends Spark's job: what was not
        written is tried once more, and then by the engine of one machine, which finds the homes
        that end it.

        Raises
        ------
        AhorraLuzError
            What a part cannot put aside; ``fleet-executor-other``.
        """
        left = list(parts)
        for _ in range(TRIES):
            if not left:
                return
            yield from self._job(job, left)
            left = [part for part in left if not job.output.is_done(part, job.fingerprint)]
        yield from LocalEngine(workers=1).run(job, left, tools=tools)

    def _job(self, job: Job, parts: Sequence[int]) -> Iterator[Done]:
        from pyspark.errors import PySparkException

        rows = self.spark.range(0, len(parts), 1, min(len(parts), MOST_TASKS))
        try:
            told = rows.mapInArrow(_scorer(job, tuple(parts)), TOLD).collect()
        except (import_module("py4j.protocol").Py4JJavaError, PySparkException):
            # What was written before the job ended is looked for by whoever called.
            return
        for row in told:
            if row.issues:
                raise InvalidInputError.of(issues_in(json.loads(row.issues)))
            yield Done(part=row.part, homes=row.homes, dead=row.dead)


def _scorer(job: Job, parts: tuple[int, ...]) -> Callable[[Batches], Batches]:
    """Return what Spark calls for the rows of a task."""

    def score(batches: Batches) -> Batches:
        for batch in batches:
            rows = [_told(job, parts[place]) for place in batch.column(0).to_pylist()]
            if rows:
                yield pa.RecordBatch.from_pylist(
                    rows,
                    schema=pa.schema(
                        [
                            ("part", pa.int32()),
                            ("homes", pa.int64()),
                            ("dead", pa.int64()),
                            ("issues", pa.string()),
                        ]
                    ),
                )

    return score


def _told(job: Job, part: int) -> dict[str, object]:
    """Score one part where the figures on file are those that the run was begun with."""
    try:
        if job.output.is_done(part, job.fingerprint):
            # An earlier try of this task wrote it.
            return {"part": part, "homes": 0, "dead": 0, "issues": ""}
        done = do_part(job, part, tools=_tools_like(job))
    except AhorraLuzError as error:
        issues = json.dumps(issues_said(error.issues))
        return {"part": part, "homes": 0, "dead": 0, "issues": issues}
    return {"part": part, "homes": done.homes, "dead": done.dead, "issues": ""}


def _tools_like(job: Job) -> Toolbox:
    """Return the figures of this executor, which must be those that the run was begun with.

    The model of hours is told by its content where it is opened: another may be in use by now.
    """
    tools = open_toolbox(read_settings())
    here = versions_of(tools, inputs=job.versions.inputs, hours=job.versions.hours)
    if here != job.versions:
        raise AhorraLuzError(
            "fleet-executor-other",
            program=here.code,
            figures=here.data,
            wanted=job.versions.code,
        )
    return tools
