"""``ahorraluz models same``: whether a model made again is the shipped one bit for bit."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.same_model import Sameness

DIFFERENT = 2
"""Exit code of ``--strict`` where the networks are not the same."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.parts import issue_documents
    from ahorraluz.services.same_model import same_model
    from ahorraluz.services.write_file import write_whole

    folder = given.file("model_folder")
    assert folder is not None  # noqa: S101 - a required argument
    found = same_model(folder, given.file("same_as"))
    document = {
        "schema": "ahorraluz.models-same.1",
        "equal": found.equal,
        "ours": found.ours,
        "theirs": found.theirs,
        "apart": found.apart,
        "reasons": issue_documents(found.reasons, session.texts),
    }
    report = given.file("same_report")
    if report is not None:
        write_whole(report, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    session.show(document, _lines(found, session.texts))
    if given.flag("strict") and not found.equal:
        raise click.exceptions.Exit(DIFFERENT)


def _lines(found: "Sameness", texts: Texts) -> Iterator[str]:
    if found.equal:
        yield texts.text("same.equal", hash=found.ours)
        return
    yield texts.text("same.different", ours=found.ours, theirs=found.theirs)
    yield texts.text("same.apart", percent=texts.percent(found.apart, places=3))
    for reason in found.reasons:
        yield f"- {texts.issue(reason)}"


same = TextCommand(
    "models-same",
    params=[
        click.Argument(["model_folder"], type=File(), metavar="FOLDER"),
        TextOption(["--as", "same_as"], type=File(), metavar="FOLDER"),
        TextOption(["--report", "same_report"], type=File(), metavar="FILE"),
        TextOption(["--strict"], is_flag=True, default=None),
    ],
    run=_run,
)
