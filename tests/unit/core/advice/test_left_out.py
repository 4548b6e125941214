"""What stayed out: its reason, and what is said to bring it in, are true of one size and plan."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, home_of
from tests.unit.core.advice.invented_measures import SmallHome, small_home

from ahorraluz.core.advice.plan import make_plan
from ahorraluz.core.advice.recommendation import LeftOut, Plan
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.core.home import Appliance, CookingFuel, Roof, Tenure

D = Decimal


def planned(home: SmallHome, budget: Decimal | None, *, frontier: bool) -> Plan:
    context = replace(home.context, home=replace(home.context.home, budget_pen=budget))
    wishes = replace(home.wishes, frontier=frontier)
    return make_plan(context, measures=home.measures, wishes=wishes)


def left_out(plan: Plan, measure: str) -> LeftOut:
    return next(item for item in plan.left_out if item.measure == measure)


@pytest.mark.parametrize("frontier", [False, True])
@pytest.mark.parametrize("objective", [Objective.SAVINGS, Objective.NPV])
def test_with_the_budget_that_is_named_the_plan_has_the_measure(
    objective: Objective, frontier: bool
) -> None:
    named = 0
    for seed in range(25):
        home = small_home(seed, objective=objective)
        plan = planned(home, home.context.home.budget_pen, frontier=frontier)
        for item in plan.left_out:
            if item.enters_with_pen is not None:
                named += 1
                richer = planned(home, item.enters_with_pen, frontier=False)
                assert item.measure in {step.measure for step in richer.steps}, (seed, item)

    assert named > 5


@pytest.mark.parametrize("objective", [Objective.SAVINGS, Objective.NPV])
def test_the_soles_of_today_of_the_steps_add_up_to_those_of_the_plan(objective: Objective) -> None:
    for seed in range(25):
        home = small_home(seed, objective=objective)
        plan = planned(home, home.context.home.budget_pen, frontier=False)
        if plan.optimum is None:
            continue
        told = [step.net_present_value for step in plan.steps]
        assert sum((npv.middle for npv in told if npv), D(0)) == plan.optimum.npv_pen
        assert None not in told


def sunny(budget: int, **moved: Any) -> Plan:
    home = home_of(
        *([400] * 12),
        people=4,
        appliances=FULL_HOUSE,
        tenure=Tenure.OWNER,
        roof=Roof.OWN,
        city="arequipa",
        budget_pen=D(budget),
        assumptions={"cost-pv-kwp": D(4500), "roof-kwp": D(3), **moved},
    )
    return make_plan(context_of(home))


def test_the_reason_is_about_the_size_that_the_budget_would_bring() -> None:
    panels = left_out(sunny(0), "rooftop-panels")

    assert panels.enters_with_pen is not None
    assert panels.reason == "reason.over-budget"
    cost = panels.parameters["cost"]
    assert isinstance(cost, Decimal)
    assert cost <= panels.enters_with_pen
    assert f"{cost}".partition(".")[2] == "00"


def test_a_life_that_nobody_published_is_told_with_the_years_that_are_counted() -> None:
    moved = {"cost-refrigerator": D(6000), "new-refrigerator-kwh-year": D(220)}

    fridge = left_out(sunny(9000, **moved), "refrigerator-replacement")

    assert fridge.reason == "reason.never-pays-in"
    assert fridge.parameters["years"] == 3


def test_the_voucher_is_part_of_what_a_measure_left_out_would_save() -> None:
    home = home_of(
        *([71] * 12),
        people=4,
        cooking=CookingFuel.LPG,
        fise_voucher=True,
        appliances=(
            Appliance(id="foco-ahorrador-20", count=3, hours_day=4),
            Appliance(id="refrigeradora-mediana"),
        ),
        assumptions={"cost-led-lamp": D(8)},
        budget_pen=D(0),
    )

    poor = left_out(make_plan(context_of(home), wishes=Wishes()), "led-for-compact")
    rich = make_plan(context_of(replace(home, budget_pen=D(24))))

    (step,) = (step for step in rich.steps if step.measure == "led-for-compact")
    assert step.home_pen_year > 240
    assert poor.parameters["saving"] == step.home_pen_year
    assert poor.enters_with_pen == 24
