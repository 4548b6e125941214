"""The brief plan: the steps and the soles of the whole one, to the last céntimo."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, home_of
from tests.unit.core.advice.same_plan import assert_same_plan
from tests.unit.core.advice.test_plan import HOMES, KWH, MANY

from ahorraluz.core.advice.brief import brief_plan
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.measures import Kind
from ahorraluz.core.advice.placing import LIKELY
from ahorraluz.core.advice.plan import board_of, make_plan
from ahorraluz.core.advice.recommendation import Standing
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.core.home import Home, Roof, Tenure
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.terms import BillTerms

D = Decimal
WISHES = st.builds(
    Wishes,
    objective=st.sampled_from((Objective.SAVINGS, Objective.NPV)),
    instalment_pen=st.none() | st.just(D(30)),
    effort_pen_month=st.sampled_from((D(0), D("1.5"))),
    any_option=st.booleans(),
)
OWN_ROOF: dict[str, Any] = {"city": "arequipa", "tenure": Tenure.OWNER, "roof": Roof.OWN}
PRICED = {"cost-pv-kwp": D(3000)}


@given(kwh=st.lists(KWH, min_size=12, max_size=12), stated=HOMES, wishes=WISHES)
@MANY
def test_the_brief_plan_is_the_whole_one_in_figures(
    kwh: list[int], stated: dict[str, Any], wishes: Wishes
) -> None:
    context = context_of(home_of(*kwh, **stated))

    brief = brief_plan(context, wishes=wishes)

    assert_same_plan(brief, make_plan(context, wishes=wishes))


def test_bills_without_a_price_are_refused_alike() -> None:
    home = home_of(*([200] * 12), **OWN_ROOF)
    context = context_of(home)
    unpriced = replace(context, year=tuple(map(_without_prices, context.year)))

    for plan in (brief_plan, make_plan):
        with pytest.raises(EnergyPriceError) as error:
            plan(unpriced)
        assert error.value.issue.code == "bracket-price-unknown"


def _without_prices(terms: BillTerms) -> BillTerms:
    return replace(terms, brackets=tuple(replace(bracket, blocks=()) for bracket in terms.brackets))


def test_panels_of_the_plan_are_the_potential() -> None:
    home = home_of(*([300] * 12), **OWN_ROOF, assumptions={"cost-pv-kwp": D(900)})

    brief = brief_plan(context_of(home))

    (step,) = brief.steps
    assert brief.potential is not None
    assert step.measure == "rooftop-panels"
    assert brief.potential.is_step
    assert brief.potential.pays
    assert brief.potential.figures.bill_saving_pen_year == step.figures.bill_saving_pen_year
    assert 0 < brief.potential.figures.kwh_year < brief.potential.made_kwh_year


def test_panels_that_do_not_pay_are_a_potential_and_no_step() -> None:
    home = home_of(*([200] * 12), **OWN_ROOF, assumptions={"cost-pv-kwp": D(90_000)})

    brief = brief_plan(context_of(home))

    assert brief.steps == ()
    assert brief.potential is not None
    assert not brief.potential.is_step
    assert brief.potential.pays is False
    assert brief.potential.figures.bill_saving_pen_year > 0


def test_panels_without_a_price_tell_what_they_may_cost() -> None:
    home = home_of(*([200] * 12), city="arequipa")

    potential = brief_plan(context_of(home)).potential

    assert potential is not None
    assert potential.pays is None
    assert potential.pays_below_pen is not None
    assert potential.pays_below_pen > 0
    assert not potential.roof_is_sure


@pytest.mark.parametrize(
    "home",
    [
        home_of(*([200] * 12)),
        home_of(*([200] * 12), city="lima", tenure=Tenure.TENANT),
        home_of(*([20] * 12), **OWN_ROOF),
    ],
    ids=["nowhere", "tenant", "hardly any use"],
)
def test_a_home_that_panels_are_not_for_has_no_potential(home: Home) -> None:
    assert brief_plan(context_of(home)).potential is None


def test_measures_that_are_left_out_are_no_steps() -> None:
    context = context_of(home_of(*([200] * 12), appliances=FULL_HOUSE))
    some = [measure for measure in ALL_MEASURES if measure.id != "shorter-showers"]

    brief = brief_plan(context, measures=some)

    assert "shorter-showers" not in {step.measure for step in brief.steps}
    assert_same_plan(brief, make_plan(context, measures=some))


@given(kwh=KWH, stated=HOMES)
@MANY
def test_what_needs_a_list_is_no_step_without_one(kwh: int, stated: dict[str, Any]) -> None:
    context = context_of(home_of(*([kwh] * 12), **{**stated, "appliances": ()}))

    board = board_of(context)

    needing = {one.measure.id for one in board.candidates if one.measure.needs_list}
    assert needing == set()


@given(kwh=KWH, stated=HOMES)
@MANY
def test_checks_targets_and_tariffs_are_never_steps(kwh: int, stated: dict[str, Any]) -> None:
    board = board_of(context_of(home_of(*([kwh] * 12), **stated)))

    kinds = {candidate.measure.kind for candidate in board.candidates}
    assert kinds.isdisjoint({Kind.CHECK, Kind.TARGET, Kind.TARIFF})


def test_a_home_without_a_list_is_told_what_it_would_save_if_it_had_it() -> None:
    context = context_of(home_of(*([200] * 12), city="lima"))

    brief = brief_plan(context)

    assert brief.steps == ()
    assert brief.options
    assert {option.standing for option in brief.options} == {Standing.IF_OWNED}
    assert all(LIKELY <= option.owned <= 1 for option in brief.options)
    assert brief.more_pen_year == max(o.home_pen_year for o in make_plan(context).options)
    promised = [float(one.figures.home_pen_year) * one.owned for one in brief.options]
    assert promised == sorted(promised, reverse=True)


def test_an_option_whose_bills_have_no_price_leaves_the_others_told() -> None:
    context = context_of(home_of(*([147] * 12), city="lima", people=4))
    unpriced = replace(context, year=tuple(map(_priced_above_the_lowest_limits, context.year)))

    brief, plan = brief_plan(unpriced), make_plan(unpriced)

    reasons = {out.measure: out.reason for out in plan.left_out}
    assert "reason.price-unknown" in reasons.values()
    assert brief.options
    assert_same_plan(brief, plan)


def _priced_above_the_lowest_limits(terms: BillTerms) -> BillTerms:
    *low, last = terms.brackets
    return replace(terms, brackets=(*(replace(bracket, blocks=()) for bracket in low), last))
