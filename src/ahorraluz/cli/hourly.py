"""``ahorraluz tariffs hourly``: would an option with hours pay, before the meter is changed."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.meter_options import hints_of, meter_options
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import (
    as_of_option,
    charge_options,
    fields_of,
    supply_options,
    typed_charges,
)
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.home import FixedCharges, Home
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.readings.schema import Readings
    from ahorraluz.services.homes import KnownHome
    from ahorraluz.services.hourly_tariff import HourlyAnswer, MeasuredCheck

FIGURES: tuple[click.Parameter, ...] = (
    *supply_options(),
    TextOption(["--kwh"], type=Number(), metavar="KWH"),
    *charge_options(),
)
"""What a home without a file is described by; a file says all of it itself."""
ANSWERS = {
    "home_by_day": "home-by-day",
    "evening_shower": "evening-shower",
    "evening_cooking": "evening-cooking",
}
"""Options of yes or no, with the id under which a home file holds the answer."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.hourly import hourly_document
    from ahorraluz.services.find_readings import find_readings
    from ahorraluz.services.hourly_tariff import hourly_tariff
    from ahorraluz.services.what_if import assume

    target, as_of = given.text("readings_of"), session.day(given.day("as_of"))
    readings = None
    if target is not None:
        found = find_readings(target, tools=session.tools, hints=hints_of(given))
        readings = found.cleaned.readings
    known = _home(session, given, readings)
    home = _answered(assume(known.home, given.texts("assume")), given)
    answer = hourly_tariff(
        replace(known, home=home), tools=session.tools, as_of=as_of, readings=readings
    )
    session.show(hourly_document(answer, session.texts), _lines(answer, session.texts))


def _home(session: Session, given: Given, readings: "Readings | None") -> "KnownHome":
    """Return the home of a file, the one that the options describe, or that of its meter."""
    from ahorraluz.services.explain_bill import Evidence
    from ahorraluz.services.homes import home_from_file, home_of_one_recibo
    from ahorraluz.services.hourly_tariff import home_of_readings

    as_of, folder = session.day(given.day("as_of")), session.tools.user_folder
    path = given.file("home")
    if path is not None:
        typed = [param for param in FIGURES if given.has(param.name or "")]
        if typed:
            raise InvalidInputError("home-or-options", file=path.name, option=typed[0].opts[0])
        return home_from_file(path, as_of=as_of, user_folder=folder)
    kwh, discount = given.number("kwh"), given.number("fose_discount")
    charges = typed_charges(FixedCharges(), given)
    if kwh is None and readings is None:
        raise InvalidInputError("option-missing", option="--kwh")
    if kwh is None and readings is not None:
        from ahorraluz.services.supplies import find_supply

        supply = find_supply(fields_of(given), user_folder=folder)
        known = home_of_readings(supply, readings, discount=discount)
        return replace(known, home=replace(known.home, charges=charges))
    known = home_of_one_recibo(
        fields_of(given),
        kwh=kwh or Decimal(0),
        as_of=as_of,
        charges=charges,
        user_folder=folder,
    )
    return replace(known, evidence=Evidence(discount=discount))


def _answered(home: Home, given: Given) -> Home:
    """Return a home with the questions of yes or no that were answered."""
    told = {
        figure: Decimal(int(answer))
        for name, figure in ANSWERS.items()
        if (answer := given.flag(name)) is not None
    }
    return replace(home, assumptions={**home.assumptions, **told})


def _lines(answer: "HourlyAnswer", texts: Texts) -> Iterator[str]:
    from ahorraluz.core.advice.hourly import HIGH, LOW
    from ahorraluz.services.documents.hourly import basis_of
    from ahorraluz.services.supplies import supply_name

    belief = answer.told.belief
    yield supply_name(answer.home.supply)
    yield texts.text(
        "hourly.share",
        kwh=texts.number(sum(answer.kwh_by_month, Decimal(0)) / len(answer.kwh_by_month), places=0),
        share=texts.percent(belief.mean),
        low=texts.percent(belief.quantile(LOW)),
        high=texts.percent(belief.quantile(HIGH)),
    )
    yield texts.text(f"hourly.basis-{basis_of(answer)}", homes=answer.facts.shares.homes)
    yield from _options(answer, texts)
    if answer.prospects:
        yield from _movable(answer, texts)
        yield from _meter(answer, texts)
    if answer.measured is not None:
        yield from _check(answer.measured, texts)
    if answer.prospects and answer.unanswered:
        yield from heading(texts.text("hourly.questions"))
        for name in answer.unanswered:
            yield f"- {texts.text(f'question.{name}')} (--{name})"
    measured = () if answer.measured is None else answer.measured.comparison.issues
    yield from issue_lines((*answer.issues, *measured), texts)


def _options(answer: "HourlyAnswer", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.documents.hourly import (
        chance_sentence,
        money_sentence,
        shift_sentence,
    )

    yield from heading(texts.text("hourly.options"))
    for one in answer.prospects:
        yield f"- {chance_sentence(one, texts)} {money_sentence(one, texts)}"
        if one.break_even_share is None:
            continue
        energy = one.energy_break_even_share
        yield "  " + texts.text(
            "hourly.break-even",
            share=texts.percent(one.break_even_share, places=1),
            energy="—" if energy is None else texts.percent(energy, places=1),
            start=one.pair.now[0].days[0].schedule.start,
        )
        shift = shift_sentence(one, texts)
        if shift is not None:
            yield f"  {shift}"


def _movable(answer: "HourlyAnswer", texts: Texts) -> Iterator[str]:
    from ahorraluz.core.advice.hourly import in_hundred

    yield from heading(texts.text("hourly.movable"))
    if not answer.movable:
        yield texts.text("hourly.nothing-moves")
        return
    titles = ("appliance", "kwh", "in-peak")
    rows = [[texts.text(f"hourly.column-{name}") for name in titles]]
    for use in answer.movable:
        rows.append(
            [
                texts.text(f"appliance.{use.id}"),
                texts.number(use.kwh_month, places=1),
                texts.number(use.peak_kwh_month, places=1),
            ]
        )
    yield from table(rows, right=[1, 2])
    for one in answer.prospects:
        if one.break_even_share is not None:
            yield texts.text(
                "hourly.all-moved",
                option=one.option.value,
                kwh=texts.number(answer.movable_kwh, places=1),
                chance=in_hundred(one.chance_if_moved(answer.movable_kwh)),
            )
    yield texts.text("hourly.stays")


def _meter(answer: "HourlyAnswer", texts: Texts) -> Iterator[str]:
    from ahorraluz.core.advice.hourly import in_hundred

    meter = answer.meter
    yield from heading(texts.text("hourly.meter"))
    if meter.stated is None:
        yield texts.text("hourly.meter-asked")
    else:
        yield texts.text("hourly.meter-stated", cost=texts.soles(meter.stated))
        for one in answer.prospects:
            months = meter.payback_months(one)
            if months is not None:
                yield "- " + texts.text(
                    "hourly.pays-back", option=one.option.value, months=round(months)
                )
    if meter.published_high is not None:
        yield texts.text(
            "hourly.meter-published",
            cost=texts.soles(meter.published_high),
            source=meter.source.title,
        )
        for one in answer.prospects:
            yield "- " + texts.text(
                "hourly.chance-after-meter",
                option=one.option.value,
                chance=in_hundred(one.chance_over(meter.published_high)),
            )


def _check(check: "MeasuredCheck", texts: Texts) -> Iterator[str]:
    from ahorraluz.core.advice.hourly import in_hundred
    from ahorraluz.services.documents.hourly import signed

    compared = check.comparison
    yield from heading(texts.text("hourly.check"))
    yield texts.text(
        "hourly.measured-share",
        months=len(compared.months),
        share=texts.percent(compared.peak_share, places=1),
    )
    yield texts.text("hourly.in-range" if check.in_range else "hourly.out-of-range")
    for kept in check.options:
        yield "- " + texts.text(
            "hourly.was-right" if kept.was_right else "hourly.was-wrong",
            option=kept.year.option.value,
            stated=in_hundred(kept.chance),
            measured=signed(kept.year.saving, texts),
            now=in_hundred(kept.chance_now),
        )
    yield texts.text("hourly.one-home")
    titles = ("month", "kwh", "in-peak", "now")
    options = [kept.year.option.value for kept in check.options]
    rows = [[*(texts.text(f"hourly.column-{name}") for name in titles), *options]]
    for at, month in enumerate(compared.months):
        used = month.measured()
        rows.append(
            [
                texts.month(month.period.start),
                texts.number(used.kwh, places=1),
                texts.number(used.peak_kwh, places=1),
                texts.soles(check.options[0].year.totals_now[at]) if check.options else "",
                *(texts.soles(kept.year.totals[at]) for kept in check.options),
            ]
        )
    yield from table(rows, right=range(1, len(rows[0])))


def _answer_options() -> list[click.Parameter]:
    return [
        TextOption(["--home-by-day/--away-by-day"], default=None),
        TextOption(["--evening-shower/--other-shower"], default=None),
        TextOption(["--evening-cooking/--other-cooking"], default=None),
    ]


hourly = TextCommand(
    "tariffs-hourly",
    params=[
        click.Argument(["home"], type=File(), required=False),
        *FIGURES,
        *_answer_options(),
        TextOption(["--assume"], multiple=True, metavar="NAME=VALUE"),
        TextOption(["--readings", "readings_of"], metavar="FILE|HOME"),
        *meter_options(),
        as_of_option(),
    ],
    run=_run,
)
