"""``ahorraluz renewables size``: what a technology would do at a home, and at which price."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.meter_options import hints_of, meter_options
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import (
    MAX_PRICE,
    MAX_SOLES,
    as_of_option,
    charge_options,
    known_of,
    supply_options,
)
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import File, Number, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.home import Home
    from ahorraluz.core.renewables.cashflow import Loan, Returns
    from ahorraluz.core.renewables.economics import MoneyRange
    from ahorraluz.services.connection import Connection
    from ahorraluz.services.renewables.ask import Money, Question
    from ahorraluz.services.renewables.size_array import ArraySizing, SizedArray
    from ahorraluz.services.renewables.size_others import SizedHeater, SizedKit, SizedKitchen

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
    session.show(size_document(found, session.texts), _lines(found, session.texts))


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
    return None if value is None else float(value / PERCENT)


def _lines(
    answer: "ArraySizing | SizedHeater | SizedKit | SizedKitchen", texts: Texts
) -> Iterator[str]:
    from ahorraluz.services.renewables.size_array import ArraySizing
    from ahorraluz.services.renewables.size_others import SizedHeater, SizedKit

    match answer:
        case ArraySizing():
            yield from _array_lines(answer, texts)
        case SizedHeater():
            yield from _heater_lines(answer, texts)
        case SizedKit():
            yield from _kit_lines(answer, texts)
        case _:
            yield from _kitchen_lines(answer, texts)
    yield ""
    yield texts.text(f"confidence.{answer.confidence.value}")
    yield from issue_lines(answer.issues, texts)


def _array_lines(sizing: "ArraySizing", texts: Texts) -> Iterator[str]:
    year = sizing.yield_year
    yield texts.text(
        "renewables.yield",
        kwh=texts.number(year.middle, places=0),
        low=texts.number(year.low, places=0),
        high=texts.number(year.high, places=0),
    )
    if sizing.site.load is None:
        yield texts.text(
            "renewables.makes",
            kwp=texts.number(sizing.best.kwp),
            kwh=texts.number(sum(month.middle for month in sizing.best.generated), places=0),
        )
        return
    yield texts.text(f"renewables.exports-{sizing.site.rule.scheme}")
    yield from heading(texts.text("renewables.sizes"))
    titles = ("kwp", "made", "used", "given", "saving", "cost", "pays")
    rows = [[texts.text(f"renewables.column-{title}") for title in titles]]
    rows += [_size_row(sized, texts) for sized in sizing.sizes]
    yield from table(rows, right=range(len(titles)))
    yield from _best_lines(sizing.best, texts)
    battery = sizing.battery
    if battery is not None:
        yield from heading(texts.text("renewables.battery"))
        yield texts.text(
            "renewables.battery-gives",
            size=texts.number(battery.capacity_kwh),
            given=texts.number(battery.given_kwh_year, places=0),
            lost=texts.number(battery.lost_kwh_year, places=0),
        )
        if battery.saving_year is not None:
            yield texts.text("renewables.saves-year", amount=texts.soles(battery.saving_year))
        yield from _money_lines(battery.returns, battery.cost, texts)


def _size_row(sized: "SizedArray", texts: Texts) -> list[str]:
    use, money = sized.use, sized.returns
    assert use is not None  # noqa: S101 - a load was given
    return [
        texts.number(sized.kwp),
        texts.number(sum(month.middle for month in sized.generated), places=0),
        texts.number(use.used_year.middle, places=0),
        texts.number(use.exported_year.middle, places=0),
        "" if sized.saving_year is None else texts.soles(sized.saving_year.middle),
        "" if sized.cost is None else texts.soles(sized.cost),
        "" if money is None else texts.soles(money.pays_below),
    ]


def _best_lines(best: "SizedArray", texts: Texts) -> Iterator[str]:
    yield ""
    yield texts.text("renewables.best", kwp=texts.number(best.kwp))
    yield from _saving_lines(best.saving_year, texts)
    yield from _money_lines(best.returns, best.cost, texts)
    if best.scenarios:
        yield from heading(texts.text("renewables.scenarios"))
    for one in best.scenarios:
        yield texts.text(
            "renewables.scenario",
            growth=texts.percent(one.growth_year, places=0),
            value=texts.soles(one.returns.net_present_value),
        )
    if best.years:
        yield from heading(texts.text("renewables.years"))
        yield from table(
            [
                [texts.text(f"renewables.column-{name}") for name in ("year", "net", "balance")],
                *(
                    [str(year.year), texts.soles(year.net), texts.soles(year.balance)]
                    for year in best.years
                ),
            ],
            right=(0, 1, 2),
        )


def _saving_lines(saving: "MoneyRange | None", texts: Texts) -> Iterator[str]:
    if saving is not None:
        yield texts.text(
            "renewables.saves",
            amount=texts.soles(saving.middle),
            low=texts.soles(saving.low),
            high=texts.soles(saving.high),
        )


def _money_lines(money: "Returns | None", cost: Decimal | None, texts: Texts) -> Iterator[str]:
    if money is None:
        return
    if cost is not None:
        years = money.discounted_payback
        yield texts.text(
            "renewables.worth",
            cost=texts.soles(cost),
            value=texts.soles(money.net_present_value),
            rate="—" if money.return_year is None else texts.percent(money.return_year, places=1),
            payback=texts.text("renewables.never") if years is None else texts.number(years),
            kwh="—" if money.cost_per_kwh is None else texts.soles(money.cost_per_kwh),
        )
    yield texts.text("renewables.pays-below", amount=texts.soles(money.pays_below))


def _heater_lines(sized: "SizedHeater", texts: Texts) -> Iterator[str]:
    heat = sized.heat
    yield texts.text(
        "renewables.heater",
        litres=texts.number(sized.litres, places=0),
        area=texts.number(sized.collector_m2, places=1),
        kwh=texts.number(heat.year_kwh.middle, places=0),
        low=texts.number(heat.year_kwh.low, places=0),
        high=texts.number(heat.year_kwh.high, places=0),
        share=texts.percent(heat.fraction.middle, places=0),
    )
    yield from _saving_lines(sized.saving_year, texts)
    yield from _money_lines(sized.returns, sized.cost, texts)


def _kit_lines(sized: "SizedKit", texts: Texts) -> Iterator[str]:
    yield texts.text(
        "renewables.kit",
        need=texts.number(sized.need_wh_day, places=0),
        panel=sized.panel_wp,
        battery=sized.battery_wh,
        days=texts.number(sized.days_alone),
    )
    if sized.pays_below is not None:
        yield texts.text("renewables.pays-below", amount=texts.soles(sized.pays_below))
    if sized.cost_per_kwh is not None:
        yield texts.text("renewables.kwh-costs", amount=texts.soles(sized.cost_per_kwh))


def _kitchen_lines(sized: "SizedKitchen", texts: Texts) -> Iterator[str]:
    yield texts.text(f"technology.{sized.technology}-about")
    if sized.spared_share is not None:
        yield texts.text(
            "renewables.wood-share",
            low=texts.percent(sized.spared_share.low, places=0),
            high=texts.percent(sized.spared_share.high, places=0),
        )
    if sized.gas_h_day is not None:
        yield texts.text(
            "renewables.gas",
            low=texts.number(sized.gas_h_day.low, places=1),
            high=texts.number(sized.gas_h_day.high, places=1),
        )
    saving = sized.saving_month
    if saving is not None:
        yield texts.text(
            "renewables.wood-saves",
            low=texts.soles(saving.low),
            high=texts.soles(saving.high),
        )
    if sized.cost is not None:
        yield texts.text("renewables.costs", amount=texts.soles(sized.cost))


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
