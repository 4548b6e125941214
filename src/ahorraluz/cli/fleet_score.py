"""``ahorraluz fleet score|aggregates|report``: every home of a distributor in one run."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import heading, table
from ahorraluz.cli.typed import Day, File, Number, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError

if TYPE_CHECKING:
    from ahorraluz.services.fleet.outputs import Output
    from ahorraluz.services.fleet.progress import Progress
    from ahorraluz.services.fleet.runs import Engine

LOCAL, SPARK = "local", "spark"
MOST_WORKERS, MOST_HOMES, MOST_HOURS = 1_024, 100_000, 168
HOURS = 24


def _score(session: Session, given: Given) -> None:
    from ahorraluz.services.fleet.runs import FleetRequest, score_fleet

    part, hours = given.number("score_part"), given.number("score_hours")
    request = FleetRequest(
        homes=_path(given, "score_homes"),
        readings=_path(given, "score_readings"),
        out=_path(given, "score_out"),
        as_of=session.day(given.day("as_of")),
        homes_per_part=None if part is None else int(part),
        hours=HOURS if hours is None else int(hours),
    )
    with shown(session) as progress, _engine(given) as engine:
        done = score_fleet(request, engine=engine, tools=session.tools, progress=progress)
    _report(session, done.out)


@contextmanager
def _engine(given: Given) -> "Iterator[Engine]":
    workers = given.number("score_workers")
    if (given.text("score_engine") or LOCAL) == LOCAL:
        from ahorraluz.services.fleet.local import LocalEngine

        yield LocalEngine(workers=None if workers is None else int(workers))
        return
    from ahorraluz.pipelines.fleet_on_spark import spark_engine

    with spark_engine(
        workers=None if workers is None else int(workers), master=given.text("master")
    ) as engine:
        yield engine


@contextmanager
def shown(session: Session) -> "Iterator[Progress]":
    """Give what shows how far a run is: a bar at a terminal, else nothing."""
    if session.as_json or not sys.stderr.isatty():
        from ahorraluz.services.fleet.progress import Silent

        yield Silent()
        return
    yield _Bar(session)


class _Bar:
    """A bar at a terminal."""

    def __init__(self, session: Session) -> None:
        self._texts = session.texts
        self._bar: click._termui_impl.ProgressBar[int] | None = None

    def begin(self, step: str, total: int) -> None:
        """Name a step; one of unknown length has no bar."""
        label = self._texts.text(f"fleet.step-{step}")
        if total == 0:
            click.echo(label, err=True)
            return
        self._bar = click.progressbar(length=total, label=label, file=sys.stderr, show_eta=True)
        self._bar.render_progress()

    def add(self, count: int) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(count)

    def end(self) -> None:
        """End the line of the bar."""
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None


def _path(given: Given, name: str) -> Path:
    path = given.file(name)
    if path is None:
        raise InvalidInputError("option-missing", option=f"--{name.removeprefix('score_')}")
    return path


def _of_run(session: Session, folder: Path) -> "tuple[Output, date]":
    from ahorraluz.services.fleet.outputs import Output

    output = Output(folder)
    return output, date.fromisoformat(str(output.require_whole()["as_of"]))


def _report(session: Session, folder: Path) -> None:
    from ahorraluz.services.documents.fleet import (
        dead_lines,
        figures_rows,
        fleet_document,
        option_rows,
        place_rows,
        step_rows,
    )
    from ahorraluz.services.fleet.grouping import read_groups
    from ahorraluz.services.fleet.summing import sum_up

    output, day = _of_run(session, folder)
    found, texts, groups = sum_up(output), session.texts, read_groups(output) or ()
    columns = [texts.text(f"fleet.column-{name}") for name in PLACE_COLUMNS]
    lines = [
        *heading(texts.text("fleet.title", day=day)),
        *table(figures_rows(found, texts), right=(1,)),
    ]
    if found.steps:
        lines += [*heading(texts.text("fleet.steps"))]
        lines += table(step_rows(found, texts), right=(1, 2))
    if found.options:
        lines += [*heading(texts.text("fleet.options"))]
        lines += table(option_rows(found, texts), right=(1, 2, 3))
        lines += [texts.text("fleet.options-basis")]
    if groups:
        lines += [*heading(texts.text("fleet.places"))]
        rows = [columns, *place_rows(groups, texts)]
        lines += table(rows, right=range(1, len(columns)))
    if found.reasons:
        lines += [*heading(texts.text("fleet.dead-title")), *dead_lines(found, texts)]
    lines += ["", texts.text("fleet.basis")]
    session.show(fleet_document(found, groups, texts), lines)


PLACE_COLUMNS = ("place", "homes", "consumption", "forecast", "fose", "saving-homes", "saving")


def _aggregates(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.fleet import groups_document
    from ahorraluz.services.fleet.grouping import groups_of, write_groups

    output, day = _of_run(session, _path(given, "fleet_folder"))
    groups = groups_of(output, as_of=day)
    write_groups(output, groups)
    line = session.texts.text(
        "fleet.aggregates-written", places=len(groups), folder=str(output.folder)
    )
    session.show(groups_document(day, groups), [line])


def _report_again(session: Session, given: Given) -> None:
    _report(session, _path(given, "fleet_folder"))


score = TextCommand(
    "fleet-score",
    params=[
        TextOption(["--homes", "score_homes"], type=File(), metavar="PATH", required=True),
        TextOption(["--readings", "score_readings"], type=File(), metavar="PATH", required=True),
        TextOption(["--out", "score_out"], type=File(), metavar="FOLDER", required=True),
        TextOption(["--engine", "score_engine"], type=OneOf((LOCAL, SPARK))),
        TextOption(
            ["--workers", "score_workers"],
            type=Number(low=1, high=MOST_WORKERS, whole=True),
            metavar="N",
        ),
        TextOption(["--as-of"], type=Day(), metavar="YYYY-MM-DD"),
        TextOption(
            ["--homes-per-part", "score_part"],
            type=Number(low=1, high=MOST_HOMES, whole=True),
            metavar="N",
        ),
        TextOption(
            ["--hours", "score_hours"],
            type=Number(low=0, high=MOST_HOURS, whole=True),
            metavar="N",
        ),
        TextOption(["--master"], metavar="URL"),
    ],
    run=_score,
)
_FOLDER = click.Argument(["fleet_folder"], metavar="OUT", type=File())
aggregates = TextCommand("fleet-aggregates", params=[_FOLDER], run=_aggregates)
report = TextCommand("fleet-report", params=[_FOLDER], run=_report_again)
