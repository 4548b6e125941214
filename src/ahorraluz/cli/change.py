"""``ahorraluz change``: why one recibo costs more than another."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import kwh_text, table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.tariffs.comparison import Change
    from ahorraluz.core.tariffs.receipt import Receipt


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.compare_receipts import compare_receipts
    from ahorraluz.services.documents.audit import change_document
    from ahorraluz.services.receipts import receipt_from_file

    before, after = given.file("before"), given.file("after")
    assert before is not None and after is not None  # noqa: S101, PT018 - required arguments
    change = compare_receipts(
        receipt_from_file(before),
        receipt_from_file(after),
        tools=session.tools,
        as_of=session.day(given.day("as_of")),
    )
    session.show(change_document(change, session.texts), _lines(change, session.texts))


def _lines(change: "Change", texts: Texts) -> Iterator[str]:
    yield _receipt("cli.before", change.before, texts)
    yield _receipt("cli.after", change.after, texts)
    if change.kwh_a_day is not None:
        before, after = (texts.number(kwh, places=2) for kwh in change.kwh_a_day)
        yield texts.text("cli.kwh-a-day", before=before, after=after)
    yield ""
    rows = [
        (texts.text(f"cause.{cause.value}"), _signed(amount, texts))
        for cause, amount in change.parts.items()
    ]
    rows.append((texts.text("cli.difference"), _signed(change.difference, texts)))
    yield from table(rows, right=[1])


def _receipt(key: str, receipt: "Receipt", texts: Texts) -> str:
    return texts.text(
        key,
        month=receipt.label or receipt.id,
        kwh="—" if receipt.kwh is None else kwh_text(receipt.kwh, texts),
        total="—" if receipt.total is None else texts.soles(receipt.total),
    )


def _signed(amount: Decimal, texts: Texts) -> str:
    return f"+{texts.soles(amount)}" if amount > 0 else texts.soles(amount)


change = TextCommand(
    "change",
    params=[
        click.Argument(["before"], type=File()),
        click.Argument(["after"], type=File()),
        as_of_option(),
    ],
    run=_run,
)
