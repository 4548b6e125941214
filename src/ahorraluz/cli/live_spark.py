"""``ahorraluz live-spark``: watch very many homes on Spark."""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import Number, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError

if TYPE_CHECKING:
    from ahorraluz.pipelines.arrivals_on_spark import Folder, Topic

MOST = 10**9
EVERY_S, PARTS = 10, 8


def _run(session: Session, given: Given) -> None:
    from ahorraluz.pipelines.arrivals_on_spark import rows_of
    from ahorraluz.pipelines.kept_events import follow, start
    from ahorraluz.pipelines.live_on_spark import Ticks, events_of
    from ahorraluz.pipelines.on_spark import open_spark

    source = _source(given)
    once, ticks = bool(given.flag("once")), Ticks(given.text("ticks") or Ticks.ROWS.value)
    if once and ticks is Ticks.CLOCK:
        raise InvalidInputError("spark-once-clock")
    parts, every = given.number("parts"), given.number("every_s")
    folder, checkpoint = given.text("events"), given.text("checkpoint")
    assert folder is not None and checkpoint is not None  # noqa: PT018, S101 - required
    spark = open_spark(
        parts=PARTS if parts is None else int(parts),
        master=given.text("master"),
        more=_pairs(given.texts("spark_option"), "--spark-option"),
    )
    try:
        begin = partial(
            start,
            events_of(rows_of(spark, source), ticks=ticks),
            folder=folder,
            checkpoint=checkpoint,
            figures=not given.flag("without_figures"),
            every_s=None if once else EVERY_S if every is None else int(every),
        )
        click.echo(session.texts.text("cli.live-spark-started", folder=folder), file=sys.stderr)
        follow(begin)
    finally:
        spark.stop()


def _source(given: Given) -> "Folder | Topic":
    from ahorraluz.pipelines.arrivals_on_spark import FORMATS, Folder, Topic

    path, servers, topic = given.text("arrivals"), given.text("kafka"), given.text("topic")
    most = given.number("most")
    limit = None if most is None else int(most)
    if (path is None) == (servers is None):
        raise InvalidInputError("spark-source")
    if path is not None:
        return Folder(path=path, format=given.text("format") or FORMATS[0], most_files=limit)
    if servers is None or topic is None:
        raise InvalidInputError("option-missing", option="--topic")
    more = _pairs(given.texts("kafka_option"), "--kafka-option")
    return Topic(servers=servers, name=topic, most_rows=limit, more=more)


def _pairs(texts: Sequence[str], option: str) -> Mapping[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            # What stands behind the name may be a password: it is repeated nowhere.
            raise InvalidInputError("spark-option-pair", option=option)
        pairs[name] = value
    return pairs


live_spark = TextCommand(
    "live-spark",
    params=[
        TextOption(["--arrivals"], metavar="FOLDER"),
        TextOption(["--format"], type=OneOf(("json", "parquet"))),
        TextOption(["--kafka"], metavar="HOST:PORT"),
        TextOption(["--topic"], metavar="NAME"),
        TextOption(["--kafka-option"], multiple=True, metavar="NAME=VALUE"),
        TextOption(["--events"], metavar="FOLDER", required=True),
        TextOption(["--checkpoint"], metavar="FOLDER", required=True),
        TextOption(["--ticks"], type=OneOf(("rows", "clock"))),
        TextOption(["--without-figures"], is_flag=True),
        TextOption(["--once"], is_flag=True),
        TextOption(["--every", "every_s"], type=Number(low=1, high=3_600, whole=True), metavar="S"),
        TextOption(["--most"], type=Number(low=1, high=MOST, whole=True), metavar="N"),
        TextOption(["--parts"], type=Number(low=1, high=100_000, whole=True), metavar="N"),
        TextOption(["--master"], metavar="URL"),
        TextOption(["--spark-option"], multiple=True, metavar="NAME=VALUE"),
    ],
    run=_run,
)
