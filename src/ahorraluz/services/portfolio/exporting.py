"""A portfolio as a workbook: sheets of homes, plans and findings, in which no text is a formula."""

import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ahorraluz.services.portfolio.clients import ClientHome
from ahorraluz.texts import Texts

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What begins a formula where a text is copied into another sheet or saved as CSV."""
WIDTHS = {0: 30, 1: 18, 2: 22}
USUAL_WIDTH = 16
Cell = str | Decimal | int | None

HOMES = (
    "name",
    "department",
    "district",
    "distributor",
    "option",
    "shared",
    "kwh",
    "bill",
    "saving",
    "low",
    "high",
    "more",
    "cost",
    "day",
)
PLANS = ("name", "rank", "step", "saving", "cost", "payback")
FINDINGS = ("name", "finding")


def workbook_of(clients: Sequence[ClientHome], texts: Texts) -> bytes:
    """Return a workbook of some homes, in their order.

    Parameters
    ----------
    clients
        Homes that were sought out before: whoever asks may look at them.
    texts
        The language.

    Returns
    -------
    bytes
        XLSX. Every text is a text, whatever it begins with.
    """
    from xlsxwriter import Workbook

    written = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(written, options) as book:
        formats = _Formats(book)
        _sheet(book, "homes", HOMES, (_home(c, texts) for c in clients), formats, texts)
        _sheet(book, "plans", PLANS, _plans(clients, texts), formats, texts)
        _sheet(book, "findings", FINDINGS, _findings(clients, texts), formats, texts)
    return written.getvalue()


class _Formats:
    """How cells look."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - the library has no types
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.plain = book.add_format({"text_wrap": False})
        self.guarded = book.add_format({"quote_prefix": True})
        self.amount = book.add_format({"num_format": "#,##0.00"})


def _sheet(
    book: Any,  # noqa: ANN401
    name: str,
    columns: Sequence[str],
    rows: "Iterator[Sequence[Cell]]",
    formats: _Formats,
    texts: Texts,
) -> None:
    sheet = book.add_worksheet(texts.text(f"export.sheet-{name}"))
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, WIDTHS.get(number, USUAL_WIDTH))
        sheet.write_string(0, number, texts.text(f"export.{column}"), formats.head)
    for line, row in enumerate(rows, start=1):
        for number, cell in enumerate(row):
            _write(sheet, line, number, cell, formats)


def _write(sheet: Any, line: int, number: int, cell: Cell, formats: _Formats) -> None:  # noqa: ANN401
    match cell:
        case None | "":
            return
        case str():
            guarded = cell.startswith(FORMULA_SIGNS)
            style = formats.guarded if guarded else formats.plain
            sheet.write_string(line, number, cell, style)
        case int():
            sheet.write_number(line, number, cell)
        case Decimal():
            sheet.write_number(line, number, float(cell), formats.amount)


def _home(client: ClientHome, texts: Texts) -> Sequence[Cell]:
    figures = client.figures
    amounts: tuple[Cell, ...] = (None,) * 8
    if figures is not None:
        amounts = (
            figures.kwh_month,
            figures.bill_pen,
            figures.saving_pen_year,
            figures.low_pen_year,
            figures.high_pen_year,
            figures.more_pen_year,
            figures.cost_pen,
            figures.day,
        )
    return (
        client.label,
        client.department,
        client.district,
        client.distributor,
        client.option,
        texts.text("export.yes" if client.owned else "export.no"),
        *amounts,
    )


def _plans(clients: Sequence[ClientHome], texts: Texts) -> Iterator[Sequence[Cell]]:
    for client in clients:
        steps = client.figures.steps if client.figures else ()
        for rank, step in enumerate(steps, start=1):
            title = texts.text(f"measure.{step.measure}.title")
            yield (
                client.label,
                rank,
                title,
                step.saving_pen_year,
                step.cost_pen,
                step.payback_months,
            )


def _findings(clients: Sequence[ClientHome], texts: Texts) -> Iterator[Sequence[Cell]]:
    for client in clients:
        for sentence in findings_of(client, texts):
            yield client.label, sentence


def findings_of(client: ClientHome, texts: Texts) -> tuple[str, ...]:
    """Return what was found of a home in words of the reader's language."""
    figures = client.figures
    if figures is None:
        return ()
    told = (*figures.refused, *figures.findings)
    return tuple(sentence for language, sentence in told if texts.language.startswith(language))
