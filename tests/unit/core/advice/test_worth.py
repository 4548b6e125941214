"""Payback, present value and the price below which something pays."""

from dataclasses import replace
from decimal import Decimal

import pytest

from ahorraluz.core.advice.measures import Cost, CostKind, Proposal
from ahorraluz.core.advice.worth import Money, net_yearly, worth_of
from ahorraluz.core.renewables.cashflow import Project, returns
from ahorraluz.core.renewables.economics import MoneyRange

MONEY = Money(rate=Decimal("0.10"), limit_years=3)


def money(low: str, middle: str, high: str) -> MoneyRange:
    return MoneyRange(
        low=Decimal(low),
        middle=Decimal(middle),
        high=Decimal(high),
        unit="PEN/year",
        basis="basis.two-bills",
    )


def proposal(cost: str | None, *, life: int | None = None) -> Proposal:
    if cost is None:
        return Proposal(
            cost=Cost(kind=CostKind.ASKED, figure="cost-fan"), life_years=life, basis="basis.stated"
        )
    paid = Cost(kind=CostKind.STATED, amount=money(cost, cost, cost))
    return Proposal(cost=paid, life_years=life, basis="basis.stated")


def test_what_costs_nothing_is_worth_its_saving() -> None:
    free = Proposal(basis="basis.stated")

    assert net_yearly(Decimal(60), free, MONEY) == 60
    worth = worth_of(money("30", "60", "90"), free, MONEY)
    assert (worth.payback_months, worth.net_present_value) == (0, None)


@pytest.mark.parametrize(
    ("cost", "life", "pays"),
    [
        pytest.param("300", 10, True, id="a long life carries a large cost"),
        pytest.param("300", None, False, id="an unknown life must pay within the limit"),
        pytest.param("140", None, True, id="and a smaller cost does"),
    ],
)
def test_a_cost_counts_over_the_life_of_the_thing(cost: str, life: int | None, pays: bool) -> None:
    net = net_yearly(Decimal(60), proposal(cost, life=life), MONEY)

    assert net is not None
    assert (net > 0) is pays


def test_payback_rounds_up_to_whole_months() -> None:
    worth = worth_of(money("30", "60", "90"), proposal("101", life=10), MONEY)

    assert worth.payback_months == 21
    assert worth.net_present_value is not None
    assert worth.net_present_value.low < worth.net_present_value.middle


def test_nothing_saved_never_pays_back() -> None:
    worth = worth_of(money("0", "0", "0"), proposal("101", life=10), MONEY)

    assert worth.payback_months is None


def test_a_cost_that_is_asked_gets_the_price_below_which_it_pays() -> None:
    asked = proposal(None, life=10)

    worth = worth_of(money("30", "60", "90"), asked, MONEY)

    assert net_yearly(Decimal(60), asked, MONEY) is None
    assert worth.pays_within_years == 10
    assert worth.pays_below_pen is not None
    paid = proposal(str(worth.pays_below_pen), life=10)
    net = net_yearly(Decimal(60), paid, MONEY)
    assert net is not None
    assert abs(net) < Decimal("0.01")


def test_care_and_new_parts_are_counted_as_sizing_counts_them() -> None:
    panels = replace(
        proposal("4000", life=25),
        fading_year=Decimal("0.005"),
        upkeep_share=Decimal("0.01"),
        new_parts={12: Decimal(900), 24: Decimal(900)},
    )
    project = Project(
        cost=Decimal(4000),
        saving_year=Decimal(600),
        energy_year=Decimal(800),
        life_years=25,
        rate=MONEY.rate,
        fading_year=panels.fading_year,
        upkeep_share=panels.upkeep_share,
        replacements=panels.new_parts,
    )

    worth = worth_of(money("500", "600", "700"), panels, MONEY)
    asked = replace(panels, cost=Cost(kind=CostKind.ASKED, figure="cost-pv-kwp"))

    sized = returns(project)
    assert worth.net_present_value is not None
    assert worth.net_present_value.middle == sized.net_present_value
    below = worth_of(money("500", "600", "700"), asked, MONEY).pays_below_pen
    assert below == sized.pays_below


def test_a_part_bought_anew_before_the_cost_is_back_lengthens_the_payback() -> None:
    paid = proposal("1000", life=20)
    cared = replace(paid, upkeep_share=Decimal("0.02"))
    parts = replace(cared, new_parts={8: Decimal(280), 16: Decimal(280)})

    months = [
        worth_of(money("80", "100", "120"), one, MONEY).payback_months
        for one in (paid, cared, parts)
    ]

    assert months == [120, 150, 192]
    dear = replace(paid, upkeep_share=Decimal("0.1"))
    assert worth_of(money("80", "100", "120"), dear, MONEY).payback_months is None
