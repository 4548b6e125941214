"""``ahorraluz data import``: what a night works with, price sheets and tables."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.take_in_tables import SheetsTaken, TablesTaken

REFUSED = 2
"""Exit code where a price sheet was refused; the others are in."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.take_in_tables import take_in_sheets, take_in_tables

    folder, out = given.file("raw_sheets"), given.file("raw_out")
    wanted = {"homes": given.file("raw_homes"), "readings": given.file("raw_readings")}
    tables = {name: path for name, path in wanted.items() if path is not None}
    if folder is None and not tables:
        raise InvalidInputError("option-missing", option="--sheets")
    if tables and out is None:
        raise InvalidInputError("option-missing", option="--out")
    lines: list[str] = []
    document: dict[str, object] = {"schema": "ahorraluz.data-import.1"}
    sheets = None
    if tables and out is not None:
        taken = take_in_tables(tables, out)
        document |= {"anew": taken.anew, "files": taken.manifest["files"]}
        lines += _table_lines(taken, str(out), session.texts)
    if folder is not None:
        as_of = session.day(given.day("as_of"))
        sheets = take_in_sheets(folder, tools=session.tools, as_of=as_of)
        document |= _sheets_document(sheets, session.texts)
        lines += _sheet_lines(sheets, session.texts)
    session.show(document, lines)
    if sheets is not None and sheets.refused:
        raise click.exceptions.Exit(REFUSED)


def _sheets_document(sheets: "SheetsTaken", texts: Texts) -> Mapping[str, object]:
    from ahorraluz.services.documents.parts import issue_documents

    return {
        "stored": list(sheets.stored),
        "unchanged": list(sheets.unchanged),
        "refused": issue_documents(sheets.refused, texts),
    }


def _table_lines(taken: "TablesTaken", folder: str, texts: Texts) -> Iterator[str]:
    key = "raw.written" if taken.anew else "raw.unchanged"
    yield texts.text(key, folder=folder, files=len(taken.manifest["files"]))


def _sheet_lines(sheets: "SheetsTaken", texts: Texts) -> Iterator[str]:
    yield texts.text("raw.sheets", stored=len(sheets.stored), unchanged=len(sheets.unchanged))
    for issue in sheets.refused:
        yield f"- {texts.issue(issue)}"


import_ = TextCommand(
    "data-import",
    params=[
        TextOption(["--sheets", "raw_sheets"], type=File(), metavar="DIR"),
        TextOption(["--homes", "raw_homes"], type=File(), metavar="PATH"),
        TextOption(["--readings", "raw_readings"], type=File(), metavar="PATH"),
        TextOption(["--out", "raw_out"], type=File(), metavar="DIR"),
        as_of_option(),
    ],
    run=_run,
)
