"""``ahorraluz data``: the facts on file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import issue_lines, table
from ahorraluz.cli.typed import Number
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.check_data import DataReport

MAX_YEARS_DAYS = 36_500
UNSOUND = 2
"""Exit code where a table is wrong."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.check_data import report_on_data
    from ahorraluz.services.documents.data import data_document

    as_of = session.day(given.day("as_of"))
    age = given.number("max_age")
    report = report_on_data(as_of) if age is None else report_on_data(as_of, max_age_days=int(age))
    session.show(data_document(report, session.texts), _lines(report, session.texts))
    if report.issues:
        raise click.exceptions.Exit(UNSOUND)


def _lines(report: "DataReport", texts: Texts) -> Iterator[str]:
    if report.issues:
        yield from issue_lines(report.issues, texts)
    else:
        yield texts.text("cli.data-sound")
    if not report.old:
        yield texts.text("cli.data-fresh", days=report.max_age_days)
        return
    yield texts.text("cli.data-old", days=report.max_age_days, count=len(report.old))
    yield from table(
        [
            (
                texts.text("cli.data-age", days=old.age_days),
                texts.text("cli.data-figures", count=old.figures),
                old.source.title,
                old.source.url,
            )
            for old in report.old
        ],
        right=[0, 1],
    )


check = TextCommand(
    "data-check",
    params=[
        TextOption(["--max-age"], type=Number(low=1, high=MAX_YEARS_DAYS, whole=True), metavar="N"),
        as_of_option(),
    ],
    run=_run,
)
data = TextGroup(
    "data",
    commands={
        "check": "ahorraluz.cli.data:check",
        "import": "ahorraluz.cli.data_import:import_",
        "validate": "ahorraluz.cli.data_validate:validate",
        "tidy": "ahorraluz.cli.data_tidy:tidy",
    },
)
