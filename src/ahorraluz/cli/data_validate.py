"""``ahorraluz data validate``: whether tables of homes and readings can be worked with."""

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import issue_lines
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.validate_tables import Checked

UNSOUND = 2
"""Exit code where something is wrong, as of ``data check``."""
SHOWN = 20
"""Faults that are printed; the report has a thousand."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.tables import tables_document
    from ahorraluz.services.validate_tables import validate_tables
    from ahorraluz.services.write_file import write_whole

    homes, readings = given.file("tables_homes"), given.file("tables_readings")
    assert homes is not None and readings is not None  # noqa: PT018, S101 - required
    checked = validate_tables(
        homes,
        readings,
        as_of=session.day(given.day("as_of")),
        progress=_Shown(session.texts),
    )
    document = tables_document(checked, session.texts)
    report = given.file("tables_report")
    if report is not None:
        text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
        write_whole(report, f"{text}\n")
    session.show(document, _lines(checked, session.texts))
    tolerated = given.number("tables_tolerate") or Decimal(0)
    if checked.counts.total() > tolerated / 100 * (checked.homes + checked.readings):
        raise click.exceptions.Exit(UNSOUND)


class _Shown:
    """Progress on the error stream of somebody who watches."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._watched = sys.stderr.isatty()

    def __call__(self, table: str, rows: int, files: int) -> None:
        if self._watched:
            said = self._texts.text(f"tables.step-{table}", rows=rows, files=files)
            click.echo(f"\r\x1b[K{said}", err=True, nl=False)


def _lines(checked: "Checked", texts: Texts) -> Iterator[str]:
    yield texts.text(
        f"tables.counted-{checked.shape.value}",
        homes=checked.homes,
        readings=checked.readings,
        files=checked.files,
    )
    faults = checked.counts.total()
    yield texts.text("tables.faults", count=faults) if faults else texts.text("tables.sound")
    yield from issue_lines(checked.issues[:SHOWN], texts)
    if len(checked.issues) > SHOWN:
        yield texts.text("tables.more", count=max(faults, len(checked.issues)) - SHOWN)


validate = TextCommand(
    "data-validate",
    params=[
        TextOption(["--homes", "tables_homes"], type=File(), metavar="PATH", required=True),
        TextOption(["--readings", "tables_readings"], type=File(), metavar="PATH", required=True),
        TextOption(["--report", "tables_report"], type=File(), metavar="FILE"),
        TextOption(
            ["--tolerate", "tables_tolerate"], type=Number(low=0, high=100), metavar="PERCENT"
        ),
        as_of_option(),
    ],
    run=_run,
)
