"""What a technology would do at a home: energy first, soles only where prices are known."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.services.renewables.sizing import (
    AS_OF,
    CUSCO,
    billed,
    codes,
    example,
    priced,
    sized,
)

from ahorraluz.core.advice.recommendation import Confidence
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.core.renewables.cashflow import Loan
from ahorraluz.core.renewables.sun import months_of
from ahorraluz.services.homes import KnownHome
from ahorraluz.services.renewables.ask import Money, Question, answer
from ahorraluz.services.renewables.pricing import tariff_price
from ahorraluz.services.renewables.size_kitchen import SizedKitchen
from ahorraluz.services.renewables.size_others import SizedHeater, SizedKit
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.write_file import write_whole


@pytest.fixture(scope="module")
def arequipa() -> KnownHome:
    return example("arequipa")


def test_a_place_alone_gives_a_yield_and_no_soles(tools: Toolbox) -> None:
    found = sized(Question(place="Tacna"), tools)

    assert 1505 < found.yield_year.middle < 1540
    assert sum(found.yield_months) == pytest.approx(found.yield_year.middle)
    assert found.best.use is None
    assert found.best.returns is None


def test_without_a_quote_the_answer_is_the_price_that_pays(tools: Toolbox) -> None:
    found = sized(CUSCO, tools)

    assert "cost-unknown" in codes(found)
    assert found.best.cost is None
    assert found.best.years == ()
    assert found.best.returns is not None
    assert found.best.returns.pays_below > 0


def test_at_the_price_that_pays_it_is_worth_nothing_more(tools: Toolbox) -> None:
    free = sized(priced(), tools).best.returns
    assert free is not None

    quoted = sized(priced(quote=free.pays_below), tools).best.returns

    assert quoted is not None
    assert abs(quoted.net_present_value) <= Decimal("0.01")
    assert quoted.return_year == Decimal("0.1000")


def test_with_a_price_for_each_kwp_the_best_size_is_worth_the_most(tools: Toolbox) -> None:
    question = Question(
        place="Cusco",
        kwh=180,
        money=Money(price_kwh=Decimal("0.80"), quote_kwp=Decimal(3000)),
    )

    found = sized(question, tools)

    values = [one.returns.net_present_value for one in found.sizes if one.returns]
    assert len(values) == len(found.sizes) > 2
    assert values == sorted(values, reverse=True)


def test_a_quote_before_igv_is_paid_with_it(tools: Toolbox) -> None:
    found = sized(priced(quote=Decimal(3000), before_igv=True), tools)

    assert found.best.cost == Decimal("3540.00")


def test_savings_are_bills_without_less_bills_with(tools: Toolbox, arequipa: KnownHome) -> None:
    connection = billed(arequipa)
    question = Question(home=arequipa.home, connection=connection, kwp=0.5)

    found = sized(question, tools)

    load, use = found.site.load, found.best.use
    assert load is not None
    assert use is not None
    price = tariff_price(connection, tools=tools, as_of=AS_OF)
    months = months_of(load.kwh)
    assert found.best.saving_year is not None
    assert Decimal(0) < found.best.saving_year.middle < price.cost(load.kwh)
    assert sum(use.used[m].middle for m in range(12)) <= months.sum()
    low, middle, high = (
        found.best.saving_year.low,
        found.best.saving_year.middle,
        found.best.saving_year.high,
    )
    assert low < middle < high


def test_todays_law_pays_nothing_and_scenarios_say_that_they_are(tools: Toolbox) -> None:
    today = sized(priced(), tools)
    billing = sized(
        Question(
            place="Cusco",
            kwh=180,
            kwp=1,
            scheme="net-billing",
            money=Money(price_kwh=Decimal("0.80"), export_price=Decimal("0.20")),
        ),
        tools,
    )
    metering = sized(
        Question(
            place="Cusco",
            kwh=180,
            kwp=1,
            scheme="net-metering",
            money=Money(price_kwh=Decimal("0.80")),
        ),
        tools,
    )

    savings = [one.best.saving_year for one in (today, billing, metering)]
    assert all(saving is not None for saving in savings)
    amounts = [saving.middle for saving in savings if saving]
    assert amounts == sorted(amounts)
    assert len(set(amounts)) == 3
    assert "scheme-hypothetical" not in codes(today)
    assert "export-worth-nothing" in codes(today)
    assert {"scheme-hypothetical"} <= codes(billing) & codes(metering)


def test_net_billing_without_a_price_asks_for_it(tools: Toolbox) -> None:
    with pytest.raises(InvalidInputError) as refused:
        sized(Question(place="Cusco", kwh=180, scheme="net-billing"), tools)

    assert refused.value.issue.parameters["option"] == "--export-price"


def test_what_is_not_known_lowers_the_confidence(tools: Toolbox) -> None:
    known = sized(
        Question(
            place="Cusco",
            kwh=180,
            kwp=1,
            shading=0.0,
            money=Money(price_kwh=Decimal("0.80"), quote=Decimal(3500)),
        ),
        tools,
    )
    unknown = sized(Question(place="-13.9,-71.9", kwh=180), tools)

    assert known.confidence is Confidence.MEDIUM
    assert unknown.confidence is Confidence.LOW
    assert {"solar-from-grid", "solar-altitude-unknown", "price-unknown"} <= codes(unknown)


def test_measured_hours_raise_the_confidence_and_rule_the_answer(
    tools: Toolbox, tmp_path: Path
) -> None:
    lines = ["start,kWh"]
    for day in range(1, 29):
        for hour in range(24):
            lines.append(f"2026-02-{day:02d}T{hour:02d}:00-05:00,{0.9 if 8 <= hour < 16 else 0.0}")
    path = tmp_path / "day.csv"
    write_whole(path, "\n".join(lines) + "\n")
    money = Money(price_kwh=Decimal("0.80"), quote=Decimal(3500))

    by_day = sized(
        Question(place="Cusco", readings=str(path), kwp=1, shading=0.0, money=money), tools
    )

    assert by_day.site.load is not None
    assert by_day.site.load.day_share == pytest.approx(1.0)
    assert by_day.confidence is Confidence.HIGH
    assert "load-shape-assumed" not in codes(by_day)
    assert by_day.best.use is not None
    assert by_day.best.use.used_year.middle > 0.8 * by_day.yield_year.middle


def test_a_battery_gives_less_than_it_takes_and_has_its_own_price(tools: Toolbox) -> None:
    question = Question(
        place="Arequipa",
        kwh=180,
        kwp=2,
        battery_kwh=3,
        money=Money(price_kwh=Decimal("0.80"), battery_quote=Decimal(4000)),
    )

    battery = sized(question, tools).battery

    assert battery is not None
    assert battery.given_kwh_year > 100
    assert battery.lost_kwh_year > 0.1 * battery.given_kwh_year
    assert battery.saving_year == pytest.approx(
        Decimal(str(battery.given_kwh_year * 0.80)), abs=Decimal("0.02")
    )
    assert battery.returns is not None


def test_a_loan_moves_the_payments_and_not_the_energy(tools: Toolbox) -> None:
    loan = Loan(share=Decimal(1), rate_year=Decimal("0.25"), years=4)

    own = sized(priced(quote=Decimal(3000)), tools).best
    borrowed = sized(priced(quote=Decimal(3000), loan=loan), tools).best

    assert borrowed.years[0].net == 0
    assert borrowed.years[1].loan == borrowed.years[4].loan > 750
    assert borrowed.years[5].loan == 0
    assert own.years[5].energy_kwh == borrowed.years[5].energy_kwh
    assert own.returns is not None
    assert borrowed.returns is not None
    assert borrowed.returns.net_present_value < own.returns.net_present_value


def test_a_solar_heater_has_a_published_price_and_is_worth_what_it_spares(
    tools: Toolbox, arequipa: KnownHome
) -> None:
    question = Question(
        technology="solar-water-heater",
        home=replace(arequipa.home, assumptions={}),
        connection=billed(arequipa),
        people=4,
    )

    found = answer(question, tools=tools, as_of=AS_OF)

    assert isinstance(found, SizedHeater)
    assert found.cost_source is not None
    assert found.cost_source.id.startswith("yacusol")
    assert "price-of-another-place" in codes(found)
    assert found.returns is not None
    assert all(rest >= 0 for rest in found.heat.auxiliary_kwh)


def test_a_kit_is_sized_by_the_darkest_month(tools: Toolbox) -> None:
    question = Question(
        technology="offgrid-pv",
        place="Iquitos",
        kwh=15,
        money=Money(spending_month=Decimal(30)),
    )

    found = answer(question, tools=tools, as_of=AS_OF)

    assert isinstance(found, SizedKit)
    need = 15_000 / (365 / 12)
    assert found.panel_wp >= need / found.sun_hours_worst
    assert found.battery_wh >= need * found.days_alone
    assert found.pays_below is not None
    assert found.pays_below > 0


def test_a_stove_spares_wood_and_soles_only_where_both_are_told(tools: Toolbox) -> None:
    bare = answer(Question(technology="improved-stove"), tools=tools, as_of=AS_OF)
    told = answer(
        Question(
            technology="improved-stove",
            wood_kg_month=200,
            money=Money(wood_pen_kg=Decimal("0.50")),
        ),
        tools=tools,
        as_of=AS_OF,
    )

    assert isinstance(bare, SizedKitchen)
    assert isinstance(told, SizedKitchen)
    assert bare.saving_month is None
    assert "wood-unknown" in codes(bare)
    assert told.saving_month is not None
    assert told.saving_month.middle == Decimal("55.00")


def test_a_biodigester_gives_hours_in_proportion_to_the_dung(tools: Toolbox) -> None:
    found = answer(Question(technology="biodigester", dung_kg_day=10), tools=tools, as_of=AS_OF)

    assert isinstance(found, SizedKitchen)
    assert found.gas_h_day is not None
    assert found.gas_h_day.middle == pytest.approx(2)
    assert found.confidence is Confidence.LOW
    assert found.cost == 6250


def test_wood_bounds_what_a_biodigester_saves_and_how_soon_it_pays(tools: Toolbox) -> None:
    question = Question(
        technology="biodigester",
        dung_kg_day=20,
        wood_kg_month=120,
        money=Money(wood_pen_kg=Decimal("0.30")),
    )

    found = answer(question, tools=tools, as_of=AS_OF)

    assert isinstance(found, SizedKitchen)
    assert found.most_saving_month == Decimal("36.00")
    assert found.least_payback_years == Decimal("14.5")
    assert "wood-unknown" not in codes(found)


@pytest.mark.parametrize(
    ("dung", "altitude", "code", "cost"),
    [
        (1, None, "digester-mostly-empty", 6250),
        (40, None, "digesters-several", 12500),
        (20, 3400, "digester-colder", 6250),
    ],
)
def test_what_a_biodigester_does_not_suit_is_told(
    dung: float, altitude: float | None, code: str, cost: int, tools: Toolbox
) -> None:
    usual = Question(technology="biodigester", dung_kg_day=20, altitude_m=500)
    question = Question(technology="biodigester", dung_kg_day=dung, altitude_m=altitude)

    found = answer(question, tools=tools, as_of=AS_OF)

    assert isinstance(found, SizedKitchen)
    assert code in codes(found)
    assert found.cost == cost
    assert code not in codes(answer(usual, tools=tools, as_of=AS_OF))


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Question(kwh=100), "place-needed"),
        (Question(place="Narnia"), "city-unknown"),
        (Question(place="-12, nowhere 3"), "place-impossible"),
        (Question(place="40.4, -3.7"), "place-outside-peru"),
        (Question(place="Cusco", kwh=100, kwp=0), "solar-size-impossible"),
        (Question(place="Cusco", kwh=100, kwp=201), "size-too-large"),
        (Question(place="Cusco", kwh=100, money=Money(quote=Decimal(1))), "quote-needs-size"),
        (Question(place="Cusco", shading=1.5), "solar-mount-impossible"),
        (Question(place="Cusco", tilt_deg=95), "solar-mount-impossible"),
        (Question(technology="solar-water-heater", place="Cusco"), "people-needed"),
        (Question(technology="offgrid-pv", place="Cusco"), "option-missing"),
        (Question(technology="offgrid-pv", place="Cusco", kwh=0), "kit-need-impossible"),
        (Question(technology="biodigester"), "dung-needed"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_mend(
    question: Question, code: str, tools: Toolbox
) -> None:
    with pytest.raises(AhorraLuzError) as refused:
        answer(question, tools=tools, as_of=AS_OF)

    assert refused.value.issue.code == code
