"""Present value, payback and cost per kWh, in exact soles."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.renewables.economics import (
    EconomicsError,
    Investment,
    MoneyRange,
    assess,
    payback_years,
    present_value,
)

MONEY = st.decimals(0, 10_000, places=2)


def money(low: str, middle: str, high: str, unit: str = "PEN") -> MoneyRange:
    return MoneyRange(
        low=Decimal(low),
        middle=Decimal(middle),
        high=Decimal(high),
        unit=unit,
        basis="basis.stated",
    )


def heater(**stated: object) -> Investment:
    given_: dict[str, object] = {
        "cost": money("2600", "2700", "3400"),
        "saving_year": money("400", "600", "800", "PEN/year"),
        "energy_year": Estimate(
            low=500, middle=700, high=900, unit="kWh/year", basis="basis.solar-thermal"
        ),
        "life_years": 10,
        "rate": Decimal("0.08"),
    }
    return Investment(**(given_ | stated))  # type: ignore[arg-type]


def test_without_a_rate_present_value_is_the_sum() -> None:
    assert present_value(Decimal(100), years=10, rate=Decimal(0)) == 1000


def test_a_panel_that_fades_is_worth_less() -> None:
    # By hand: 100/1.1 + 90/1.21
    found = present_value(Decimal(100), years=2, rate=Decimal("0.1"), fading_year=Decimal("0.1"))

    assert round(found, 2) == Decimal("165.29")


@pytest.mark.parametrize(
    ("cost", "rate", "years"),
    [
        pytest.param("0", "0", "0", id="free pays at once"),
        pytest.param("500", "0", "5.0", id="five even years"),
        pytest.param("550", "0", "5.5", id="half of the sixth year"),
        pytest.param("500", "0.10", "7.3", id="a rate makes it later"),
        pytest.param("1001", "0", None, id="never within its life"),
        pytest.param("700", "0.10", None, id="never, with a rate"),
    ],
)
def test_payback(cost: str, rate: str, years: str | None) -> None:
    found = payback_years(Decimal(cost), Decimal(100), years=10, rate=Decimal(rate))

    assert found == (None if years is None else Decimal(years))


@given(cost=MONEY, saving=MONEY, rate=st.decimals(0, "0.5", places=3))
def test_it_pays_back_exactly_when_present_value_reaches_its_cost(
    cost: Decimal, saving: Decimal, rate: Decimal
) -> None:
    pays = payback_years(cost, saving, years=15, rate=rate) is not None
    # Summing forwards and subtracting year by year may part in the 26th digit.
    margin = present_value(saving, years=15, rate=rate) - cost

    assert pays == (margin >= 0) or abs(margin) < Decimal("1e-15")


@given(cost=MONEY, saving=MONEY)
def test_discounting_never_pays_sooner(cost: Decimal, saving: Decimal) -> None:
    simple = payback_years(cost, saving, years=20)
    discounted = payback_years(cost, saving, years=20, rate=Decimal("0.08"))

    assert discounted is None or (simple is not None and simple <= discounted)


def test_an_investment_is_assessed_with_its_ranges() -> None:
    found = assess(heater(), basis="basis.solar-thermal")

    worth = found.net_present_value
    assert worth.middle == Decimal("1326.05")
    assert worth.low < 0 < worth.high
    assert found.simple_payback.middle == Decimal("4.5")
    assert found.simple_payback.low == Decimal("3.3")
    assert found.discounted_payback.middle == Decimal("5.8")
    assert found.discounted_payback.high is None
    assert found.cost_per_kwh is not None
    assert found.cost_per_kwh.middle == Decimal("0.5748")
    assert found.cost_per_kwh.low < found.cost_per_kwh.middle < found.cost_per_kwh.high


def test_upkeep_makes_everything_worse() -> None:
    kept = assess(heater(upkeep_pen_year=Decimal(50)), basis="basis.solar-thermal")
    free = assess(heater(), basis="basis.solar-thermal")

    assert kept.net_present_value.middle < free.net_present_value.middle
    assert kept.simple_payback.middle is not None
    assert free.simple_payback.middle is not None
    assert kept.simple_payback.middle > free.simple_payback.middle
    assert kept.cost_per_kwh is not None
    assert free.cost_per_kwh is not None
    assert kept.cost_per_kwh.middle > free.cost_per_kwh.middle


def test_what_spares_no_energy_has_no_cost_per_kilowatt_hour() -> None:
    nothing = Estimate(low=0, middle=0, high=0, unit="kWh/year", basis="basis.stated")

    assert assess(heater(energy_year=nothing), basis="basis.stated").cost_per_kwh is None


def test_no_year_of_saving_is_no_payback() -> None:
    dearer = money("-20", "-10", "0", "PEN/year")

    found = assess(heater(saving_year=dearer), basis="basis.stated")

    assert found.simple_payback.middle is None
    assert found.net_present_value.high < 0


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({"life_years": 0}, id="no life"),
        pytest.param({"life_years": 61}, id="longer than a home"),
        pytest.param({"rate": Decimal("-0.01")}, id="rate below zero"),
        pytest.param({"fading_year": Decimal(2)}, id="fades more than whole"),
        pytest.param({"cost": money("-1", "0", "1")}, id="cost below zero"),
        pytest.param({"upkeep_pen_year": Decimal(-1)}, id="upkeep below zero"),
    ],
)
def test_an_investment_that_cannot_be_is_refused(stated: dict[str, object]) -> None:
    with pytest.raises(EconomicsError) as refused:
        heater(**stated)

    assert refused.value.issue.code == "investment-impossible"


def test_a_range_of_money_must_be_in_order() -> None:
    with pytest.raises(EconomicsError) as refused:
        money("3", "2", "1")

    assert refused.value.issue.code == "money-range-order"
