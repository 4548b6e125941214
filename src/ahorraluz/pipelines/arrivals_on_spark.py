"""Where arrivals come from on Spark: a topic of Kafka, or a folder that files are put into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.pipelines.live_on_spark import ROWS

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

FORMATS = ("json", "parquet")
SAID = ROWS.replace("seq BIGINT, ", "")
"""What the value of a message in Kafka says; its place is its offset."""
CONNECTOR = "org.apache.spark:spark-sql-kafka-0-10_2.13"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder of files; each is read once, whole, in the order of their times of change."""

    path: str
    format: str = "json"
    """Of :data:`FORMATS`; JSON is one row a line."""
    most_files: int | None = None
    """Files of one micro-batch; ``None``: all that are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic of Kafka whose messages have the home as their key, so that they keep their order."""

    servers: str
    name: str
    most_rows: int | None = None
    """Messages of one micro-batch; ``None``: all that are there."""
    more: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Settings of the client of Kafka, such as ``kafka.security.protocol``."""

    def options(self) -> dict[str, str]:
        """Return what Spark's source is told.

        Examples
        --------
        >>> Topic(servers="kafka:9092", name="arrivals").options()["startingOffsets"]
        'earliest'
        """
        most = {} if self.most_rows is None else {"maxOffsetsPerTrigger": str(self.most_rows)}
        return {
            "kafka.bootstrap.servers": self.servers,
            "subscribe": self.name,
            # From the beginning, and never on past messages that are gone: nothing is lost unseen.
            "startingOffsets": "earliest",
            "failOnDataLoss": "true",
            **most,
            **self.more,
        }


def rows_of(spark: "SparkSession", source: Folder | Topic) -> "DataFrame":
    """Return the stream of arrivals of a source, by the columns of ``ROWS``, without nulls.

    Raises
    ------
    AhorraLuzError
        ``spark-kafka-missing``: Spark was started without its connector.
        ``spark-folder-missing``: there is no such folder.
    """
    from pyspark.errors import AnalysisException

    try:
        found = _topic(spark, source) if isinstance(source, Topic) else _folder(spark, source)
    except AnalysisException as error:
        if isinstance(source, Topic):
            version = f"{CONNECTOR}:{spark.version}"
            raise AhorraLuzError("spark-kafka-missing", connector=version) from error
        raise AhorraLuzError("spark-folder-missing", path=source.path) from error
    return found.select(*_without_nulls())


def _folder(spark: "SparkSession", source: Folder) -> "DataFrame":
    reader = spark.readStream.schema(ROWS).format(source.format)
    if source.most_files is not None:
        reader = reader.option("maxFilesPerTrigger", source.most_files)
    return reader.load(source.path)


def _topic(spark: "SparkSession", source: Topic) -> "DataFrame":
    from pyspark.sql.functions import coalesce, col, from_json

    messages = spark.readStream.format("kafka").options(**source.options()).load()
    said = from_json(col("value").cast("string"), SAID)
    return messages.select(
        said.alias("said"), col("key").cast("string").alias("key"), col("offset").alias("seq")
    ).select(
        # Whose the message is says its key, by which Kafka keeps the order.
        coalesce(col("key"), col("said.home")).alias("home"),
        "seq",
        *(f"said.{name}" for name in ("kind", "channel", "at_ms", "value", "body")),
    )


def _without_nulls() -> list["Column"]:
    """Return the columns; numbers that are none become -1, which no arrival has."""
    from pyspark.sql.functions import coalesce, col, lit

    return [
        coalesce(col(name), lit("" if kind == "STRING" else -1)).cast(kind).alias(name)
        for name, kind in (column.split() for column in ROWS.split(", "))
    ]
