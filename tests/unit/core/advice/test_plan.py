"""The plan: exact, within its budget, once for each saving, and never for a tenant's roof."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.core.advice.conftest import FULL_HOUSE, SUPPLY, context_of, home_of

from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.choosing import Board, Choice
from ahorraluz.core.advice.context import PlanContext, PlanInputError
from ahorraluz.core.advice.energy import energy_year
from ahorraluz.core.advice.plan import make_plan
from ahorraluz.core.advice.recommendation import (
    Crossing,
    LeftOut,
    MonthRow,
    Plan,
    Recommendation,
    Standing,
)
from ahorraluz.core.consumption import Consumption
from ahorraluz.core.home import Appliance, CookingFuel, Fose, Home, Roof, Tenure
from ahorraluz.core.tariffs.billing import price_bill

KWH = st.integers(0, 450)
LONG_SHOWERS = (
    Appliance(id="ducha-electrica", minutes_shower=12, showers_day=6),
    Appliance(id="refrigeradora-mediana"),
)
HOMES: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    people=st.none() | st.integers(1, 8),
    tenure=st.none() | st.sampled_from(Tenure),
    roof=st.none() | st.sampled_from(Roof),
    cooking=st.none() | st.sampled_from(CookingFuel),
    city=st.none() | st.sampled_from(("lima", "arequipa", "iquitos")),
    lpg_cylinder_pen=st.none() | st.just(Decimal(55)),
    fise_voucher=st.none() | st.booleans(),
    budget_pen=st.none() | st.integers(0, 4000).map(Decimal),
    homes_on_meter=st.sampled_from((1, 1, 1, 3)),
    appliances=st.lists(st.sampled_from(FULL_HOUSE), unique_by=lambda item: item.id).map(tuple),
    assumptions=st.dictionaries(
        st.sampled_from(
            ("cost-led-lamp", "cost-pv-kwp", "gas-network", "cost-gas-heater", "peak-share")
        ),
        st.sampled_from((Decimal(0), Decimal("0.2"), Decimal(1))),
    ),
)
MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def plan_of(home: Home) -> Plan:
    return make_plan(context_of(home))


def everything(plan: Plan) -> tuple[Recommendation, ...]:
    return (*plan.steps, *plan.options, *plan.targets, *plan.checks)


@MANY
@given(kwh=st.lists(KWH, min_size=12, max_size=12), stated=HOMES)
def test_what_holds_for_every_home(kwh: list[int], stated: dict[str, Any]) -> None:
    plan = plan_of(home_of(*kwh, **stated))

    check_that_steps_add_up(plan)
    check_that_savings_are_bills(plan)
    check_that_nothing_costs_the_home(plan)
    check_that_everything_has_one_place(plan)
    check_that_the_budget_holds(plan)
    if stated["tenure"] is Tenure.TENANT:
        assert [item.measure for item in everything(plan) if item.needs_owner] == []
    if stated["roof"] in (Roof.SHARED, Roof.NONE):
        assert [item.measure for item in everything(plan) if item.needs_roof] == []


def check_that_steps_add_up(plan: Plan) -> None:
    bills = sum((step.bill_saving_pen_year for step in plan.steps), Decimal(0))
    months = sum((month.total_now - month.total_then for month in plan.months), Decimal(0))
    assert bills == plan.bill_saving_pen_year == months
    assert [step.rank for step in plan.steps] == list(range(1, len(plan.steps) + 1))
    for before, after in zip(plan.steps, plan.steps[1:], strict=False):
        assert [row.kwh_with for row in before.rows] == [row.kwh_without for row in after.rows]
    assert plan.saving_pen_year == sum((step.saving_pen_year for step in plan.steps), Decimal(0))


def check_that_savings_are_bills(plan: Plan) -> None:
    for item in everything(plan):
        for row in item.rows:
            without = Consumption(period=row.period, energy_kwh=row.kwh_without)
            with_ = Consumption(
                period=row.period, energy_kwh=row.kwh_with, bands_kwh=row.bands_with
            )
            assert row.total_without == price_bill(without, row.terms_without).total
            assert row.total_with == price_bill(with_, row.terms_with).total
        assert item.bill_saving_pen_year == sum((row.saving for row in item.rows), Decimal(0))


def check_that_nothing_costs_the_home(plan: Plan) -> None:
    for item in everything(plan):
        if item.standing is Standing.CHECK:
            assert (item.saving, item.rows) == (None, ())
            continue
        assert item.saving_pen_year > 0
        assert item.saving is not None
        assert item.low_pen_year <= item.bill_saving_pen_year <= item.high_pen_year
        assert item.saving.low <= item.saving.middle <= item.saving.high
        assert float(item.saving_pen_year) == pytest.approx(item.saving.middle * 12)


def check_that_everything_has_one_place(plan: Plan) -> None:
    told: list[Recommendation | LeftOut] = [*everything(plan), *plan.left_out]
    placed = [item.measure for item in told]
    assert sorted(placed) == sorted(measure.id for measure in ALL_MEASURES)


def check_that_the_budget_holds(plan: Plan) -> None:
    assert all(step.cost.middle is not None for step in plan.steps)
    if plan.budget_pen is not None:
        assert plan.cost_pen <= plan.budget_pen


@MANY
@given(kwh=st.integers(20, 450), count=st.integers(1, len(FULL_HOUSE)))
def test_no_step_saves_more_than_its_uses_have(kwh: int, count: int) -> None:
    context = context_of(home_of(kwh, city="lima", people=4, appliances=FULL_HOUSE[:count]))
    start = energy_year(context.account, context.kwh_by_month, calendar=context.calendar)

    plan = make_plan(context)

    for step in plan.steps:
        has = sum(int(start.of(use).sum()) for use in step.uses)
        saved = sum(row.kwh_without - row.kwh_with for row in step.rows)
        assert saved * 1000 <= has


def test_a_habit_brings_back_the_discount_and_counts_it() -> None:
    shower = Appliance(id="ducha-electrica", minutes_shower=12, showers_day=2)
    home = home_of(*([145] * 12), appliances=(shower, Appliance(id="refrigeradora-mediana")))

    plan = plan_of(home)

    (step,) = [step for step in plan.steps if step.measure == "shorter-showers"]
    assert step.crosses == (Crossing(limit_kwh=Decimal(140), months=12),)
    row = step.rows[0]
    cliff = price_at(row, "140.001") - price_at(row, "140")
    assert row.kwh_with <= 140 < row.kwh_without
    assert row.saving > cliff > 5


def price_at(row: MonthRow, kwh: str) -> Decimal:
    terms = row.terms_with
    return price_bill(Consumption(period=terms.period, energy_kwh=Decimal(kwh)), terms).total


def test_an_owner_with_sun_and_budget_gets_the_solar_heater_and_a_tenant_does_not() -> None:
    stated = {"city": "arequipa", "people": 5, "roof": Roof.OWN, "appliances": LONG_SHOWERS}

    own = plan_of(home_of(*([300] * 12), tenure=Tenure.OWNER, budget_pen=Decimal(4000), **stated))
    rented = plan_of(home_of(*([300] * 12), tenure=Tenure.TENANT, **stated))

    heater = next(step for step in own.steps if step.measure == "solar-water-heater")
    assert heater.net_present_value is not None
    assert heater.net_present_value.middle > 0
    assert {left.measure: left.reason for left in rented.left_out}["solar-water-heater"] == (
        "reason.roof-not-own"
    )


def test_what_passes_the_budget_is_left_out_with_its_cost() -> None:
    stated = {"city": "arequipa", "people": 5, "roof": Roof.OWN, "tenure": Tenure.OWNER}

    plan = plan_of(
        home_of(*([300] * 12), budget_pen=Decimal(100), appliances=LONG_SHOWERS, **stated)
    )

    left = {left.measure: left for left in plan.left_out}["solar-water-heater"]
    assert left.reason == "reason.over-budget"
    assert left.parameters["left"] == 100


def test_a_home_that_says_nothing_gets_a_target_conditions_and_questions() -> None:
    plan = plan_of(home_of(180))

    assert plan.steps == ()
    assert [target.measure for target in plan.targets] == ["stay-under-the-cliff"]
    assert {item.standing for item in plan.options} == {Standing.IF_OWNED}
    assert plan.questions[0].id == "appliances"
    assert plan.best(2)[0].standing is Standing.TARGET


def test_a_target_is_shown_and_never_counted() -> None:
    plan = plan_of(home_of(*([180] * 12), appliances=FULL_HOUSE[:3]))

    (target,) = plan.targets
    assert {row.kwh_with for row in target.rows} == {Decimal(140)}
    assert target.measure not in {step.measure for step in plan.steps}


def test_a_price_that_is_typed_makes_a_step_of_a_lamp() -> None:
    lamps = (Appliance(id="foco-incandescente-100", count=4), Appliance(id="tv-generico"))

    asked = plan_of(home_of(*([100] * 12), appliances=lamps))
    typed = plan_of(
        home_of(*([100] * 12), appliances=lamps, assumptions={"cost-led-lamp": Decimal(8)})
    )

    (lamp,) = [item for item in asked.options if item.measure == "led-for-incandescent"]
    assert lamp.standing is Standing.ASK_PRICE
    assert lamp.pays_below_pen is not None
    step = next(item for item in typed.steps if item.measure == "led-for-incandescent")
    assert step.cost.middle == 32
    assert step.payback_months is not None


def test_a_home_of_a_shared_meter_is_told_its_own_part() -> None:
    shower = Appliance(id="ducha-electrica", minutes_shower=12, showers_day=2)

    plan = plan_of(home_of(*([420] * 12), homes_on_meter=3, appliances=(shower,)))

    step = next(item for item in plan.steps if item.measure == "shorter-showers")
    assert 0 < step.home_pen_year < step.saving_pen_year
    assert "collective-supply" in {item.measure for item in plan.options}


def test_an_excluded_home_is_told_what_the_discount_would_be_worth() -> None:
    plan = plan_of(home_of(*([120] * 12), supply=replace(SUPPLY, fose=Fose.EXCLUDED)))

    (claim,) = [item for item in plan.options if item.measure == "claim-the-discount"]
    assert claim.standing is Standing.IF_GRANTED
    assert claim.rows[0].kwh_without == claim.rows[0].kwh_with
    assert claim.rows[0].terms_with.supply.fose is Fose.ELIGIBLE


def test_hours_are_compared_once_the_share_is_known() -> None:
    asked = plan_of(home_of(*([200] * 12), tenure=Tenure.OWNER))
    typed = plan_of(
        home_of(*([200] * 12), tenure=Tenure.OWNER, assumptions={"peak-share": Decimal("0.1")})
    )

    assert "peak-share" in {question.id for question in asked.questions}
    (hours,) = [item for item in typed.options if item.measure == "hourly-tariff"]
    assert hours.rows[0].bands_with != {}


def test_another_strategy_fits_the_same_seam(full_house: PlanContext) -> None:
    def nothing_but_habits(board: Board) -> Choice:
        steps = tuple(c for c in board.candidates if c.measure.id == "shorter-showers")
        return Choice(steps=steps, months=(0,) * len(steps))

    plan = make_plan(full_house, choose=nothing_but_habits)

    assert [step.measure for step in plan.steps] == ["shorter-showers"]
    check_that_steps_add_up(plan)
    check_that_everything_has_one_place(plan)
    assert "reason.not-chosen" in {left.reason for left in plan.left_out}


def test_a_year_of_eleven_months_is_refused(full_house: PlanContext) -> None:
    with pytest.raises(PlanInputError) as error:
        replace(full_house, kwh_by_month=full_house.kwh_by_month[:11])

    assert error.value.issue.code == "plan-year"


@pytest.mark.parametrize(
    ("kwh", "asked"),
    [("71", "cooking-for-voucher"), ("200", "cooking")],
    ids=["near the line of the voucher", "far above it"],
)
def test_what_hangs_on_the_fuel_is_said_where_it_may_bring_the_voucher(
    kwh: str, asked: str
) -> None:
    plan = plan_of(home_of(*[kwh] * 12))

    assert [q.id for q in plan.questions if q.field == "cooking"] == [asked]
