"""``ahorraluz renewables size``: what a technology would do at a home, and at which price."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.meter_options import hints_of, meter_options
from ahorraluz.cli.renewables_told import size_lines
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import (
    MAX_PRICE,
    MAX_SOLES,
    as_of_option,
    charge_options,
    known_of,
    supply_options,
)
from ahorraluz.cli.typed import File, Number, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError

if TYPE_CHECKING:
    from ahorraluz.core.home import Home
    from ahorraluz.core.renewables.cashflow import Loan
    from ahorraluz.services.connection import Connection
    from ahorraluz.services.renewables.ask import Money, Question

TECHNOLOGIES = (
    "rooftop-pv",
    "solar-water-heater",
    "offgrid-pv",
    "improved-stove",
    "biodigester",
)
SCHEMES = ("today", "net-billing", "net-metering")
MOST_KWH, MOST_KWP, MOST_KG = 100_000, 200, 10_000
HIGHEST_M = 6_800
LOWEST_M = -50
PERCENT = 100


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.renewables import size_document
    from ahorraluz.services.renewables.ask import answer

    as_of = session.day(given.day("as_of"))
    question = _question(session, given)
    found = answer(question, tools=session.tools, as_of=as_of)
    hours = given.file("hours_out")
    if hours is not None:
        _write_hours(session, question, hours, given)
    session.show(size_document(found, session.texts), size_lines(found, session.texts))


def _write_hours(session: Session, question: "Question", path: Path, given: Given) -> None:
    """Write the typical year of the place, for another program to check."""
    from ahorraluz.services.renewables.ask import site_of
    from ahorraluz.services.renewables.hours import hours_table
    from ahorraluz.services.write_file import write_whole

    site = site_of(question, tools=session.tools, as_of=session.day(given.day("as_of")))
    write_whole(path, hours_table(site))


def _question(session: Session, given: Given) -> "Question":
    from ahorraluz.services.renewables.ask import Question

    home, connection = _home(session, given)
    kwh, people, roof = given.number("kwh"), given.number("people"), given.number("roof_kwp")
    return Question(
        technology=given.text("technology") or TECHNOLOGIES[0],
        home=home,
        connection=connection,
        readings=given.text("readings"),
        hints=hints_of(given),
        place=given.text("place"),
        altitude_m=_float(given, "altitude"),
        kwh=None if kwh is None else float(kwh),
        people=None if people is None else int(people),
        kwp=_float(given, "kwp"),
        roof_kwp=None if roof is None else float(roof),
        tilt_deg=_float(given, "tilt"),
        azimuth_deg=_float(given, "azimuth"),
        shading=_share(given, "shading"),
        battery_kwh=_float(given, "battery"),
        scheme=given.text("scheme") or SCHEMES[0],
        wood_kg_month=_float(given, "wood"),
        dung_kg_day=_float(given, "dung"),
        money=_money(given),
    )


def _home(session: Session, given: Given) -> "tuple[Home | None, Connection | None]":
    """Return the home of a file and how it is billed, as far as either is told."""
    from ahorraluz.services.connection import Connection
    from ahorraluz.services.homes import home_from_file

    path, as_of = given.file("home"), session.day(given.day("as_of"))
    folder = session.tools.user_folder
    home = None if path is None else home_from_file(path, as_of=as_of, user_folder=folder).home
    if path is None and given.text("distributor") is None and not given.files("receipt"):
        return None, None
    known = known_of(given, as_of=as_of, user_folder=folder)
    connection = Connection(
        supply=known.supply,
        charges=known.charges,
        receipts=known.receipts,
        fose_discount=known.fose_discount,
    )
    return home, connection


def _money(given: Given) -> "Money":
    from ahorraluz.services.renewables.ask import Money

    growth = given.number("growth")
    return Money(
        quote=given.number("quote"),
        quote_kwp=given.number("quote_kwp"),
        battery_quote=given.number("battery_quote"),
        inverter_quote=given.number("inverter_quote"),
        before_igv=bool(given.flag("before_igv")),
        price_kwh=given.number("price"),
        growth_year=Decimal(0) if growth is None else growth / PERCENT,
        loan=_loan(given),
        export_price=given.number("export_price"),
        spending_month=given.number("spending"),
        wood_pen_kg=given.number("wood_price"),
    )


def _loan(given: Given) -> "Loan | None":
    from ahorraluz.core.issues import InvalidInputError
    from ahorraluz.core.renewables.cashflow import Loan

    rate, years = given.number("loan_rate"), given.number("loan_years")
    if rate is None and years is None:
        return None
    for option, value in (("--loan-rate", rate), ("--loan-years", years)):
        if value is None:
            raise InvalidInputError("option-missing", option=option)
    assert rate is not None and years is not None  # noqa: S101, PT018 - refused above
    share = given.number("loan_share")
    return Loan(
        share=Decimal(1) if share is None else share / PERCENT,
        rate_year=rate / PERCENT,
        years=int(years),
    )


def _float(given: Given, name: str) -> float | None:
    value = given.number(name)
    return None if value is None else float(value)


def _share(given: Given, name: str) -> float | None:
    value = given.number(name)
    if value is not None and 0 < value < 1:
        # A part of one in a place for percent would pass as next to nothing.
        raise InvalidInputError("percent-below-one", field=name, value=value)
    return None if value is None else float(value / PERCENT)


def _soles(name: str, *more: str) -> click.Parameter:
    return TextOption([name, *more], type=Number(low=0, high=MAX_SOLES), metavar="S/")


size = TextCommand(
    "renewables-size",
    params=[
        TextOption(["--technology"], type=OneOf(TECHNOLOGIES)),
        TextOption(["--place"], metavar="CITY|LAT,LON"),
        TextOption(["--altitude"], type=Number(low=LOWEST_M, high=HIGHEST_M), metavar="M"),
        TextOption(["--home"], type=File(), metavar="FILE"),
        TextOption(["--kwh"], type=Number(low=0, high=MOST_KWH), metavar="KWH"),
        TextOption(["--readings"], metavar="FILE|HOME"),
        TextOption(["--people"], type=Number(low=1, high=50, whole=True), metavar="N"),
        TextOption(["--kwp"], type=Number(low=0, high=MOST_KWP), metavar="KWP"),
        TextOption(["--roof-kwp"], type=Number(low=0, high=MOST_KWP), metavar="KWP"),
        TextOption(["--tilt"], type=Number(low=0, high=90), metavar="0-90"),
        TextOption(["--azimuth"], type=Number(low=0, high=360), metavar="0-360"),
        TextOption(["--shading"], type=Number(low=0, high=100), metavar="%"),
        _soles("--quote"),
        _soles("--quote-kwp"),
        TextOption(["--before-igv"], is_flag=True),
        TextOption(["--price"], type=Number(low=0, high=MAX_PRICE), metavar="S/"),
        TextOption(["--battery"], type=Number(low=0, high=1000), metavar="KWH"),
        _soles("--battery-quote"),
        _soles("--inverter-quote"),
        TextOption(["--growth"], type=Number(low=-20, high=20), metavar="%"),
        TextOption(["--loan-rate"], type=Number(low=0, high=500), metavar="%"),
        TextOption(["--loan-years"], type=Number(low=1, high=30, whole=True), metavar="N"),
        TextOption(["--loan-share"], type=Number(low=0, high=100), metavar="%"),
        TextOption(["--scheme"], type=OneOf(SCHEMES)),
        TextOption(["--export-price"], type=Number(low=0, high=MAX_PRICE), metavar="S/"),
        _soles("--spending"),
        TextOption(["--wood"], type=Number(low=0, high=MOST_KG), metavar="KG"),
        _soles("--wood-price"),
        TextOption(["--dung"], type=Number(low=0, high=MOST_KG), metavar="KG"),
        TextOption(["--hours-out"], type=File(), metavar="FILE"),
        TextOption(["--receipt"], type=File(), multiple=True, metavar="FILE"),
        *supply_options(),
        *charge_options(),
        *meter_options(),
        as_of_option(),
    ],
    run=_run,
)
