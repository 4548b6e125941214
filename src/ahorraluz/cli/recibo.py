"""``ahorraluz recibo``: a recibo as PDF or photo, read into the form the other commands take."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import heading, table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.read_recibo import FieldRow

MARKS = {"sure": "✓", "unsure": "?", "missing": "·"}


class ReciboOutError(AhorraLuzError):
    """A recibo that cannot be written where it was asked for."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.recibo import completable, recibo_document
    from ahorraluz.services.read_recibo import recibo_from_file, rows_of_fields
    from ahorraluz.services.write_file import write_whole

    path, out = given.file("recibo"), given.file("out")
    assert path is not None  # noqa: S101 - a required argument
    if out is not None and out.exists() and not given.flag("force"):
        raise ReciboOutError("recibo-out-exists", file=out.name)
    reading = recibo_from_file(path)
    texts = session.texts
    if out is not None:
        form = completable(reading, texts)
        write_whole(out, json.dumps(form, ensure_ascii=False, indent=1) + "\n")
    session.show(
        recibo_document(reading, texts, out=None if out is None else str(out)),
        (
            texts.text(f"recibo.read-as.{reading.way.value}", file=reading.name),
            "",
            *_fields(rows_of_fields(reading), texts),
            "",
            *_open_ends(reading.asked, texts, name=reading.name, out=out),
        ),
    )


def _fields(rows: Sequence["FieldRow"], texts: Texts) -> Iterator[str]:
    titles = ("", *(texts.text(f"recibo.column-{column}") for column in ("field", "value", "why")))
    shown = (
        (
            MARKS[row.status],
            texts.text(f"field.{row.name}"),
            " / ".join(row.values) or "—",
            texts.text(f"recibo.why.{row.why}"),
        )
        for row in rows
    )
    return table([titles, *shown], right=[])


def _open_ends(asked: Sequence[str], texts: Texts, *, name: str, out: Path | None) -> Iterator[str]:
    """Yield what is still to be filled in, and where."""
    if asked:
        yield from heading(texts.text("recibo.asked", count=len(asked)))
        yield from (f"- {texts.text(f'field.{field}')}" for field in asked)
        yield ""
    if out is not None:
        key = "recibo.written-to-complete" if asked else "recibo.written"
        yield texts.text(key, file=str(out))
    else:
        yield texts.text("recibo.hint" if asked else "recibo.complete", file=name)


read = TextCommand(
    "recibo-read",
    params=[
        click.Argument(["recibo"], type=File()),
        TextOption(["--out"], type=File(), metavar="FILE"),
        TextOption(["--force"], is_flag=True),
    ],
    run=_run,
)
recibo = TextGroup("recibo", commands={"read": "ahorraluz.cli.recibo:read"})
