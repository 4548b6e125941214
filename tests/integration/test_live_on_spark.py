"""Spark tells what the embedded worker tells, also stopped in the middle and done again.

``make spark`` installs it and runs this file; without it, or without Java, nothing here runs.
"""

import shutil
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from tests.recorded_homes import Recorded, record
from tests.spark_files import (
    date_file,
    embedded,
    events_table,
    kept_events,
    slices_of,
    write_json,
)
from tests.watched_home import MINUTE, START, rules

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.live.rows import row_of
from ahorraluz.pipelines.arrivals_on_spark import Folder, Topic, rows_of
from ahorraluz.pipelines.kept_events import follow, start
from ahorraluz.pipelines.live_on_spark import Ticks, events_of, processor
from ahorraluz.pipelines.on_spark import open_spark

pytest.importorskip("pyspark", reason="Spark is not installed: make spark")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine"),
    # Spark warns of the newest pandas, and leaves sockets to be closed.
    pytest.mark.filterwarnings("ignore"),
]
HOMES, DAYS, FILES = 20, 3, 6


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    made = open_spark(
        parts=2,
        master="local[2]",
        more={"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1"},
    )
    yield made
    made.stop()


@cache
def town() -> tuple[Recorded, ...]:
    return tuple(record(number, days=DAYS) for number in range(HOMES))


def told_embedded() -> pa.Table:
    tables = [
        events_table(one.name, embedded(one.arrivals, Random(place)))
        for place, one in enumerate(town())
    ]
    return pa.concat_tables(tables)


def put(folder: Path, first: int, after: int) -> None:
    for place in range(first, after):
        path = folder / f"{place}.json"
        write_json(slices_of(town(), FILES)[place], path)
        date_file(path, place)


def read_on(spark: Any, folder: Path) -> None:
    rows = rows_of(spark, Folder(path=str(folder / "arrivals"), most_files=2))
    events, checkpoint = str(folder / "events"), str(folder / "checkpoint")
    follow(partial(start, events_of(rows), folder=events, checkpoint=checkpoint))


def test_spark_tells_what_the_embedded_worker_tells(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "arrivals").mkdir()
    put(tmp_path / "arrivals", 0, 3)
    read_on(spark, tmp_path)
    # As if it had been stopped after the events were written, before that was noted.
    commits = tmp_path / "checkpoint" / "commits"
    last = max(
        (path for path in commits.iterdir() if path.name.isdigit()), key=lambda p: int(p.name)
    )
    last.unlink()
    (commits / f".{last.name}.crc").unlink(missing_ok=True)
    put(tmp_path / "arrivals", 3, FILES)

    read_on(spark, tmp_path)

    mine, others = told_embedded(), kept_events(tmp_path / "events")
    assert others.num_rows > HOMES * DAYS * 96
    assert others.equals(mine)


def test_events_of_another_checkpoint_are_not_written_over(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "arrivals").mkdir()
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "mine.txt").write_text("mine")

    with pytest.raises(AhorraLuzError, match="spark-other-events"):
        read_on(spark, tmp_path)

    assert [path.name for path in (tmp_path / "events").iterdir()] == ["mine.txt"]


def test_kafka_without_its_connector_is_refused_with_its_name(spark: Any) -> None:
    with pytest.raises(AhorraLuzError, match="spark-kafka-missing") as caught:
        rows_of(spark, Topic(servers="127.0.0.1:9", name="arrivals"))

    connector = str(caught.value.issues[0].parameters["connector"])
    assert connector == f"org.apache.spark:spark-sql-kafka-0-10_2.13:{spark.version}"


def test_a_folder_that_is_not_there_is_refused(spark: Any, tmp_path: Path) -> None:
    with pytest.raises(AhorraLuzError, match="spark-folder-missing"):
        rows_of(spark, Folder(path=str(tmp_path / "nowhere")))


def test_by_the_clock_a_home_that_says_nothing_is_told_the_time() -> None:
    import pandas as pd
    from pyspark.sql.streaming.tws_tester import TwsTester

    watch = TwsTester(processor(Ticks.CLOCK), timeMode="ProcessingTime")
    watch.setProcessingTime(START + MINUTE)
    row = row_of(rules())
    columns = ("home", "seq", "kind", "channel", "at_ms", "value", "body")
    arrived = [
        ("h", 0, row.kind, row.channel, row.at_ms, row.value, row.body),
        ("h", 1, "reading", 1, START + MINUTE, 5, ""),
    ]
    watch.testInPandas("h", pd.DataFrame(arrived, columns=columns))

    told = [watch.setProcessingTime(START + minute * MINUTE) for minute in range(2, 40)]

    kinds = {kind for frame in told if len(frame) for kind in frame["kind"]}
    assert "silent" in kinds
