"""``ahorraluz forecast``: the hours to come, this month's end, the months after, in soles."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.backtest_months import names_supply
from ahorraluz.cli.compare import connection_of, connection_options
from ahorraluz.cli.meter_options import hints_of, meter_options
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.home import Home
    from ahorraluz.services.connection import Connection
    from ahorraluz.services.forecast_home import ForecastRequest, HomeForecast
    from ahorraluz.services.predict_hours import HoursAhead
from ahorraluz.services.predict_usage import MonthAhead

MOST_HOURS = 168
MOST_MONTHS = 24


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.forecast import forecast_document
    from ahorraluz.services.find_readings import find_readings
    from ahorraluz.services.forecast_home import forecast_home

    target = given.text("target")
    told = given.has("home") or given.has("kwh") or bool(given.files("receipt"))
    if target is None and not told:
        raise InvalidInputError("forecast-of-what")
    connection = connection_of(session, given) if names_supply(given) else None
    home = _home(session, given, connection)
    found = None
    if target is not None:
        found = find_readings(target, tools=session.tools, hints=hints_of(given))
    forecast = forecast_home(
        _request(given, readings=target is not None),
        found=found,
        home=home,
        connection=connection,
        tools=session.tools,
        today=session.day(given.day("as_of")),
    )
    session.show(forecast_document(forecast, session.texts), _lines(forecast, session.texts))


def _request(given: Given, *, readings: bool) -> "ForecastRequest":
    """Return what was asked: with nothing said, the hours or, from recibos, the next month."""
    from ahorraluz.services.forecast_home import ForecastRequest

    horizon, month = given.number("horizon"), bool(given.flag("month"))
    months = int(given.number("months") or (1 if given.flag("next_month") else 0))
    hours = None if horizon is None else int(horizon)
    if hours is None and not month and not months:
        hours, months = (MOST_HOURS, 0) if readings else (None, 1)
    return ForecastRequest(hours=hours, month=month, months=months, as_of=given.day("as_of"))


def _home(session: Session, given: Given, connection: "Connection | None") -> "Home | None":
    """Return the home of a file, or the one of a single recibo; ``None``: neither was given."""
    from ahorraluz.services.forecast_home import home_of_kwh
    from ahorraluz.services.homes import home_from_file

    path, kwh = given.file("home"), given.number("kwh")
    as_of = session.day(given.day("as_of"))
    if path is not None:
        return home_from_file(path, as_of=as_of, user_folder=session.tools.user_folder).home
    return None if kwh is None else home_of_kwh(kwh, connection, as_of=as_of)


def _lines(forecast: "HomeForecast", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.documents.readings import quality_text

    if forecast.name:
        yield forecast.name
    if forecast.hours is not None:
        yield from _hours(forecast.hours, texts)
    if forecast.month is not None:
        yield from _month(forecast.month, texts)
    for ahead in forecast.months:
        yield from _month(ahead, texts)
    issues = [
        *forecast.issues,
        *(forecast.hours.issues if forecast.hours else ()),
        *(forecast.month.issues if forecast.month else ()),
        *(issue for ahead in forecast.months for issue in ahead.issues),
    ]
    if forecast.quality:
        yield from heading(texts.text("forecast.quality"))
        for found in forecast.quality:
            yield f"- {quality_text(found, texts)}"
    yield from issue_lines(issues, texts)


def _hours(ahead: "HoursAhead", texts: Texts) -> Iterator[str]:
    """Yield each day ahead: its energy and the hour it is highest."""
    from ahorraluz.services.days_ahead import days_ahead
    from ahorraluz.services.documents.forecast import basis_of_hours

    yield from heading(texts.text("forecast.hours", day=ahead.origin))
    titles = ("day", "kwh", "highest")
    rows = [[texts.text(f"forecast.column-{name}") for name in titles]]
    for day in days_ahead(ahead):
        named = texts.date(day.day)
        if not day.is_whole:
            key = "forecast.part-of-day" if day.hours > 1 else "forecast.hour-of-day"
            named = texts.text(key, day=named, hours=day.hours)
        rows.append(
            [
                named,
                f"{texts.number(day.mean_kwh, places=1)} kWh",
                f"{day.highest_hour}:00" if round(day.mean_kwh, 1) else "–",
            ]
        )
    yield from table(rows, right=[1, 2])
    for odd in ahead.unusual:
        yield texts.text("forecast.unusual", day=odd.day, share=texts.percent(odd.share))
    yield basis_of_hours(ahead, texts)
    yield texts.text("forecast.model", model=ahead.model, version=ahead.version)


def _month(ahead: "MonthAhead", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.documents.forecast import basis_text, month_sentences, month_title

    yield from heading(month_title(ahead, texts))
    yield from month_sentences(ahead, texts)
    yield basis_text(ahead, texts)
    yield texts.text("forecast.model", model=ahead.forecast.model, version=ahead.forecast.version)


forecast = TextCommand(
    "forecast",
    params=[
        click.Argument(["target"], required=False, metavar="FILE|HOME"),
        TextOption(["--horizon"], type=Number(low=1, high=MOST_HOURS, whole=True), metavar="HOURS"),
        TextOption(["--month"], is_flag=True),
        TextOption(["--next-month"], is_flag=True),
        TextOption(["--months"], type=Number(low=1, high=MOST_MONTHS, whole=True), metavar="N"),
        TextOption(["--kwh"], type=Number(), metavar="KWH"),
        *connection_options(),
        *meter_options(),
        as_of_option(),
    ],
    run=_run,
)
