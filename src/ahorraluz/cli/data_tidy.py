"""``ahorraluz data tidy``: nights past their time, deleted."""

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextOption

USUAL_DAYS, MOST_DAYS = 35, 3_650


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.tidy_nights import tidy_nights

    folder, days = given.file("nights"), given.number("keep_days")
    assert folder is not None  # noqa: S101 - a required argument
    gone = tidy_nights(
        folder,
        keep_days=USUAL_DAYS if days is None else int(days),
        as_of=session.day(given.day("as_of")),
    )
    document = {"schema": "ahorraluz.data-tidied.1", "deleted": list(gone)}
    session.show(document, [session.texts.text("raw.nights", count=len(gone))])


tidy = TextCommand(
    "data-tidy",
    params=[
        click.Argument(["nights"], type=File(), metavar="DIR"),
        TextOption(["--keep-days"], type=Number(low=1, high=MOST_DAYS, whole=True), metavar="N"),
        as_of_option(),
    ],
    run=_run,
)
