"""``ahorraluz tariffs compare``: a measured year under every option the home may choose."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.meter_options import hints_of, meter_options
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option, charge_options, known_of, supply_options
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.compare_tariffs import TariffComparison
    from ahorraluz.services.connection import Connection


def connection_of(session: Session, given: Given) -> "Connection":
    """Return how a home is billed, from its files and what was typed over them."""
    from ahorraluz.services.connection import Connection

    as_of = session.day(given.day("as_of"))
    known = known_of(given, as_of=as_of, user_folder=session.tools.user_folder)
    return Connection(
        supply=known.supply,
        charges=known.charges,
        receipts=known.receipts,
        fose_discount=known.fose_discount,
    )


def connection_options() -> list[click.Parameter]:
    """Return the options that tell how a home is billed."""
    return [
        *supply_options(),
        *charge_options(),
        TextOption(["--receipt"], type=File(), multiple=True, metavar="FILE"),
        TextOption(["--home"], type=File(), metavar="FILE"),
    ]


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.compare_tariffs import compare_tariffs
    from ahorraluz.services.documents.comparison import compare_document
    from ahorraluz.services.find_readings import find_readings

    target = given.text("target")
    assert target is not None  # noqa: S101 - a required argument
    connection = connection_of(session, given)
    found = find_readings(target, tools=session.tools, hints=hints_of(given))
    compared = compare_tariffs(
        found.cleaned.readings,
        connection,
        tools=session.tools,
        as_of=session.day(given.day("as_of")),
    )
    session.show(compare_document(compared, session.texts), _lines(compared, session.texts))


def _lines(compared: "TariffComparison", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.documents.comparison import option_sentence
    from ahorraluz.services.supplies import supply_name

    yield supply_name(compared.connection.supply)
    yield texts.text(
        "compare.measured",
        months=len(compared.months),
        kwh=texts.number(sum(month.kwh for month in compared.months), places=0),
        peak=texts.percent(compared.peak_share, places=1),
    )
    yield from heading(texts.text("compare.months"))
    titles = ("month", "kwh", "peak", "priced", "total")
    rows = [[texts.text(f"compare.column-{name}") for name in titles]]
    for month, terms, total in zip(compared.months, compared.terms, compared.totals, strict=True):
        rows.append(
            [
                texts.month(month.period.start),
                texts.number(month.whole_kwh, places=1),
                texts.number((month.peak_kwh or 0.0) / month.known, places=1),
                texts.month(terms.period.start),
                texts.soles(total),
            ]
        )
    yield from table(rows, right=[1, 2, 4])
    yield ""
    yield texts.text("compare.today", total=texts.soles(compared.total))
    yield from heading(texts.text("compare.options"))
    if not compared.options:
        yield texts.text("compare.no-hourly-sheet")
    for option in compared.options:
        yield f"- {option_sentence(option, texts)}"
    yield texts.text("compare.not-on-file", options=[o.value for o in compared.not_on_file])
    yield from issue_lines(compared.issues, texts)


compare = TextCommand(
    "tariffs-compare",
    params=[
        click.Argument(["target"], metavar="FILE|HOME"),
        *connection_options(),
        *meter_options(),
        as_of_option(),
    ],
    run=_run,
)
