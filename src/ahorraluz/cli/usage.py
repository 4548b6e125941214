"""``ahorraluz usage``: what the readings of a file or of a home say."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.compare import connection_of, connection_options
from ahorraluz.cli.meter_options import hints_of, meter_options
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.understand_usage import About, Understanding


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.understanding import understanding_document
    from ahorraluz.services.find_readings import find_readings
    from ahorraluz.services.understand_usage import understand_usage

    target = given.text("target")
    assert target is not None  # noqa: S101 - a required argument
    as_of = session.day(given.day("as_of"))
    about = _about(session, given)
    found = find_readings(target, tools=session.tools, hints=hints_of(given))
    known = understand_usage(found, about=about, tools=session.tools, as_of=as_of)
    lines = list(_lines(known, session.texts))
    report = given.file("html")
    if report is not None:
        _write_report(known, report, session, given)
        lines += ["", session.texts.text("usage-cli.report", file=str(report))]
    session.show(understanding_document(known, session.texts), lines)


def _about(session: Session, given: Given) -> "About":
    from ahorraluz.services.homes import home_from_file
    from ahorraluz.services.understand_usage import About, read_daily_temperatures

    as_of = session.day(given.day("as_of"))
    path, temperatures = given.file("home"), given.file("temperatures")
    home = None
    if path is not None:
        home = home_from_file(path, as_of=as_of, user_folder=session.tools.user_folder).home
    told = given.has("distributor") or given.has("home") or bool(given.files("receipt"))
    return About(
        connection=connection_of(session, given) if told else None,
        home=home,
        city=given.text("city"),
        temperatures=None if temperatures is None else read_daily_temperatures(temperatures),
    )


def _write_report(known: "Understanding", path: Path, session: Session, given: Given) -> None:
    from ahorraluz.services.forecast_home import month_of
    from ahorraluz.services.write_file import write_whole
    from ahorraluz.web.report import usage_report

    day = session.day(given.day("as_of"))
    month = month_of(known, tools=session.tools, today=day)
    report = usage_report(known, session.texts, day=day, month=month)
    write_whole(path, report.encode("utf-8"))


def _lines(known: "Understanding", texts: Texts) -> Iterator[str]:
    from ahorraluz.web.usage_view import usage_view

    view = usage_view(known, texts)
    yield f"{view.name}: {view.span}"
    yield ""
    for tile in view.tiles:
        yield f"{tile.label}: {tile.value} {tile.unit}".rstrip()
        if tile.note:
            yield f"  {tile.note}"
    yield from heading(texts.text("usage-page.findings"))
    if not view.findings:
        yield texts.text("usage-page.no-findings")
    for found in view.findings:
        yield f"- {' · '.join(filter(None, (found.title, found.cost)))}"
        yield f"  {found.text}"
        beside = " · ".join(filter(None, (found.cost_range, found.certainty)))
        if beside:
            yield f"  {beside}"
    yield from _months(known, texts)
    if view.uses:
        yield from heading(texts.text("usage-page.uses"))
        rows = [
            [row.name, f"{row.kwh} kWh", f"({row.low}–{row.high})", row.share] for row in view.uses
        ]
        yield from table(rows, right=[1, 3])
    if view.not_enough:
        yield from heading(texts.text("usage-page.not-enough"))
        yield from (f"- {sentence}" for sentence in view.not_enough)
    if view.quality:
        yield from heading(texts.text("readings.quality"))
        yield from (f"- {sentence}" for sentence in view.quality)
    yield from issue_lines(known.issues, texts)


def _months(known: "Understanding", texts: Texts) -> Iterator[str]:
    yield from heading(texts.text("usage-page.months"))
    rows = [
        [
            texts.month(month.period.start),
            f"{texts.number(month.kwh, places=1)} kWh",
            "" if month.is_whole else texts.percent(month.known),
        ]
        for month in known.months
    ]
    yield from table(rows, right=[1])


usage = TextCommand(
    "usage",
    params=[
        click.Argument(["target"], metavar="FILE|HOME"),
        *connection_options(),
        TextOption(["--city"], metavar="ID"),
        TextOption(["--temperatures"], type=File(), metavar="FILE"),
        TextOption(["--html"], type=File(), metavar="FILE"),
        *meter_options(),
        as_of_option(),
    ],
    run=_run,
)
