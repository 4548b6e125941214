"""Where events go on Spark: a folder of Parquet files, one part for each micro-batch.

A micro-batch that Spark does again, because it was stopped before it was noted as done, has the
same events with the same numbers, and takes the place of its part: no event is there twice. Other
sinks get the same from the key (home, number): inserting what is there already changes nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.live.events import Weight

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.streaming.query import StreamingQuery

SLOW, TIMES = "Python worker failed to connect back", 20
"""What Spark says where a machine is too busy to start a Python within ten seconds, which cannot
be set; and how often it is tried again. From the checkpoint nothing is lost or doubled."""
OWNER = "_watch"
"""File of a folder of events that names the checkpoint it belongs to; Spark reads over it."""


def keep_part(events: "DataFrame", number: int, *, folder: str, figures: bool = True) -> None:
    """Write the events of one micro-batch, in place of what an earlier try wrote.

    Parameters
    ----------
    number
        Of the micro-batch; a second try has the same one.
    folder
        Of all parts.
    figures
        Whether figures for boards are kept as well, which are most of the events.
    """
    kept = events if figures else events.where(events.weight != Weight.FIGURE.value)
    kept.write.mode("overwrite").parquet(f"{folder}/batch={number}")


def start(
    events: "DataFrame",
    *,
    folder: str,
    checkpoint: str,
    figures: bool = True,
    every_s: int | None = None,
) -> "StreamingQuery":
    """Begin, or go on from the checkpoint.

    Parameters
    ----------
    checkpoint
        Folder where Spark keeps states and how far it came.
    every_s
        Least time between two micro-batches; ``None``: take what is there and end. [s]

    Raises
    ------
    AhorraLuzError
        ``spark-other-events``: the folder has events of another checkpoint, whose parts would be
        written over.
    """
    spark = events.sparkSession
    owner = _owner(spark, checkpoint)
    named = _read(spark, f"{folder}/{OWNER}")
    if named is None and not _holds_something(spark, folder):
        _write(spark, f"{folder}/{OWNER}", owner)
    elif named != owner:
        raise AhorraLuzError("spark-other-events", folder=folder)

    def keep(batch: "DataFrame", number: int) -> None:
        keep_part(batch, number, folder=folder, figures=figures)

    writer = events.writeStream.outputMode("update").foreachBatch(keep)
    writer = writer.option("checkpointLocation", checkpoint)
    if every_s is None:
        return writer.trigger(availableNow=True).start()
    return writer.trigger(processingTime=f"{every_s} seconds").start()


def follow(begin: "Callable[[], StreamingQuery]") -> None:
    """Begin, and wait until it ends; begin again where the machine was too busy."""
    from pyspark.errors import StreamingQueryException

    for left in reversed(range(TIMES)):
        try:
            begin().awaitTermination()
        except StreamingQueryException as error:
            if SLOW not in str(error) or not left:
                raise
        else:
            return


def _owner(spark: "SparkSession", checkpoint: str) -> str:
    """Return the mark of a checkpoint; a new one gets one."""
    from uuid import uuid4

    place = f"{checkpoint}/{OWNER}"
    mark = _read(spark, place)
    if mark is None:
        mark = str(uuid4())
        _write(spark, place, mark)
    return mark


def _path(spark: "SparkSession", name: str) -> tuple[Any, Any]:
    """Return a path and its file system, of whatever kind: local, HDFS, an object store."""
    jvm: Any = spark.sparkContext._jvm
    path = jvm.org.apache.hadoop.fs.Path(name)
    configuration = spark.sparkContext._jsc.hadoopConfiguration()
    return path, path.getFileSystem(configuration)


def _holds_something(spark: "SparkSession", name: str) -> bool:
    path, files = _path(spark, name)
    return bool(files.exists(path) and len(files.listStatus(path)))


def _read(spark: "SparkSession", name: str) -> str | None:
    path, files = _path(spark, name)
    if not files.exists(path):
        return None
    stream = files.open(path)
    try:
        return str(stream.readUTF())
    finally:
        stream.close()


def _write(spark: "SparkSession", name: str, text: str) -> None:
    path, files = _path(spark, name)
    stream = files.create(path)
    try:
        stream.writeUTF(text)
    finally:
        stream.close()
