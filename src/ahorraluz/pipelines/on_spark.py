"""A session of Spark: on this machine, or on the cluster that ``spark-submit`` names."""

import os
import shutil
import sys
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ahorraluz.core.issues import AhorraLuzError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

EXTRA = "spark"
HERE = "127.0.0.1"
STATES = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"


def require_spark() -> None:
    """Refuse where Spark or Java is not installed.

    Raises
    ------
    AhorraLuzError
        ``extra-missing``, ``spark-java-missing``.
    """
    if find_spec("pyspark") is None:
        raise AhorraLuzError("extra-missing", extra=EXTRA)
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").is_file()):
        raise AhorraLuzError("spark-java-missing")


def open_spark(
    *, parts: int, master: str | None = None, more: Mapping[str, str] | None = None
) -> "SparkSession":
    """Return a session of Spark.

    Parameters
    ----------
    parts
        Parts that homes are divided into; a checkpoint keeps the number that it began with.
    master
        Where it runs; ``None``: where ``spark-submit`` says, or on all cores of this machine.
    more
        Further settings of Spark.

    Raises
    ------
    AhorraLuzError
        ``extra-missing``, ``spark-java-missing``.
    """
    require_spark()
    # Spark warns of the pandas that it has not been tried with; the tests of this part try it.
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

    where = master or SparkConf().get("spark.master", None) or "local[*]"
    builder = SparkSession.builder.master(where).appName("ahorraluz live")
    if where.startswith("local"):
        # The Python of this environment, and no name of this machine looked up in vain.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", HERE)
        builder = builder.config("spark.driver.host", HERE)
        builder = builder.config("spark.driver.bindAddress", HERE)
        builder = builder.config("spark.ui.enabled", "false")
        # A small machine that is busy takes longer than 15 s to start a Python.
        builder = builder.config("spark.python.authenticate.socketTimeout", "300s")
    builder = builder.config("spark.sql.shuffle.partitions", parts)
    builder = builder.config("spark.sql.streaming.stateStore.providerClass", STATES)
    builder = builder.config(
        "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled", "true"
    )
    for name, value in (more or {}).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
