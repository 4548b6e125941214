"""What is asked next: the answer that makes the choice best, and nothing where none does."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, home_of
from tests.unit.core.advice.invented_steps import bought, invented, offered, pen, share_of

from ahorraluz.catalog.assumptions import load_assumptions
from ahorraluz.core.advice.answers import CYLINDERS, SIZE_OF_HABIT, answers_of
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.chances import Doubt, Sampling, ValueOfKnowing
from ahorraluz.core.advice.choosing import choose_best
from ahorraluz.core.advice.drawing import draw
from ahorraluz.core.advice.next_question import LEAST_NARROWING
from ahorraluz.core.advice.plan import board_of, make_plan
from ahorraluz.core.advice.simulation import simulate
from ahorraluz.core.advice.uncertainty import assess
from ahorraluz.core.advice.unknowns import step_id, unknowns_of
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.core.home import Appliance, CookingFuel

SAMPLING = Sampling(draws=400, seed=11)


def test_the_price_of_a_quote_is_asked_where_it_decides() -> None:
    board = board_of(context_of(home_of(*([200] * 12), people=2, appliances=FULL_HOUSE[:2])))
    step = bought(pen(20, 300, 900))

    found = assess(offered(board, step), [step], sampling=SAMPLING)

    assert found is not None
    assert found.question is not None
    assert found.knowing is not None
    assert (found.question.id, found.question.field) == ("quote", "assumptions.cost-fan")
    assert found.question.width_then < found.question.width_now
    assert found.question.decides == ("invented",)
    assert found.question.value is not None
    assert found.question.changes is not None
    assert 0 < found.question.value <= found.knowing.everything
    assert 0 < found.question.changes < 1


def test_a_price_that_cannot_change_the_plan_is_not_asked_however_wide_it_is() -> None:
    board = board_of(context_of(home_of(*([200] * 12), people=2, appliances=FULL_HOUSE[:2])))
    free = invented(share_of(0.2, 0.2, 0.2))
    yearly = simulate(board, [free], draw([], Sampling(draws=2))).saved[0][0]
    step = bought(pen(0.01 * yearly, 0.3 * yearly, 0.6 * yearly), life=10)
    names = step_id(Doubt.COST, step)
    unknowns = [u for u in unknowns_of(board, [step]) if u.id == names]

    found = assess(offered(board, step), [step], sampling=SAMPLING, unknowns=unknowns)

    assert found is not None
    assert found.plan.unknowns[0].doubt is Doubt.COST
    assert found.plan.unknowns[0].share > 0.9
    assert found.question is None
    assert found.knowing is not None
    assert found.knowing == ValueOfKnowing(everything=Decimal(0), plans=1)


def test_a_known_price_is_worth_what_two_plans_differ_by_on_average() -> None:
    board = board_of(context_of(home_of(*([200] * 12), people=2, appliances=FULL_HOUSE[:2])))
    free = invented(share_of(0.2, 0.2, 0.2))
    yearly = simulate(board, [free], draw([], Sampling(draws=2))).own[0][0]
    step = bought(pen(yearly, 2.4 * yearly, 4 * yearly))
    names = step_id(Doubt.COST, step)
    unknowns = [u for u in unknowns_of(board, [step]) if u.id == names]
    sampling = Sampling(draws=2000)

    found = assess(offered(board, step), [step], sampling=sampling, unknowns=unknowns)

    lasting = sum((1 + float(board.money.rate)) ** -year for year in (1, 2, 3))
    price = float(step.cost) * np.asarray(draw(unknowns, sampling).factor(names))
    net = yearly - price / lasting
    perfect = np.maximum(net, 0).mean() - max(net.mean(), 0)
    assert found is not None
    assert found.question is not None
    assert found.knowing is not None
    assert found.question.value is not None
    assert float(found.knowing.everything) == pytest.approx(perfect, abs=0.01)
    assert float(found.question.value) == pytest.approx(perfect, rel=0.05)
    pays = (net > 0).mean()
    assert found.question.changes == pytest.approx(min(pays, 1 - pays), abs=0.03)


def test_a_step_that_pays_as_expected_but_not_on_average_is_told() -> None:
    board = board_of(context_of(home_of(*([200] * 12), people=2, appliances=FULL_HOUSE[:2])))
    free = invented(share_of(0.2, 0.2, 0.2))
    yearly = simulate(board, [free], draw([], Sampling(draws=2))).own[0][0]
    lasting = sum((1 + float(board.money.rate)) ** -year for year in (1, 2, 3))
    price = pen(0.9 * lasting * yearly, 0.95 * lasting * yearly, 3 * lasting * yearly)
    step = bought(price)
    unknowns = [u for u in unknowns_of(board, [step]) if u.id == step_id(Doubt.COST, step)]

    found = assess(offered(board, step), [step], sampling=Sampling(draws=2000), unknowns=unknowns)

    mean = (0.9 + 4 * 0.95 + 3) / 6 * yearly - yearly
    assert found is not None
    assert found.knowing is not None
    better = found.knowing.better
    assert better is not None
    assert (better.leaves, better.joins) == ("invented", None)
    assert float(better.value) == pytest.approx(mean, rel=0.02)


def test_where_carbon_is_the_aim_the_question_is_the_one_that_narrows_soles() -> None:
    home = home_of(*([300] * 12), city="arequipa", people=4, appliances=FULL_HOUSE)
    wishes = Wishes(objective=Objective.CO2)

    found = make_plan(context_of(home), wishes=wishes, sampling=SAMPLING).uncertainty

    assert found is not None
    assert found.knowing is None
    assert found.question is not None
    assert found.question.value is None
    assert found.question.narrows >= LEAST_NARROWING


def asked(home: Any) -> set[tuple[str, str | None]]:
    board = board_of(context_of(home))
    steps = choose_best(board).steps
    return {(answer.id, answer.subject) for answer in answers_of(board, steps)}


def test_only_what_the_household_did_not_tell_is_asked() -> None:
    bare = (Appliance(id="ducha-electrica"), Appliance(id="refrigeradora-convencional"))
    told = (
        Appliance(id="ducha-electrica", minutes_shower=12, showers_day=3, power_w=5000),
        Appliance(id="refrigeradora-convencional"),
    )

    before = asked(home_of(200, appliances=bare))
    after = asked(home_of(*([200] * 12), people=4, appliances=told))

    shower = "ducha-electrica"
    assert {("minutes-shower", shower), ("people", None), ("recibos", None)} <= before
    assert after.isdisjoint({("minutes-shower", shower), ("people", None), ("recibos", None)})


def test_the_figure_of_a_habit_is_asked_until_it_is_typed() -> None:
    shower = Appliance(id="ducha-electrica", minutes_shower=12, showers_day=3, power_w=5000)
    typed = {"shower-cut-min": Decimal(2)}

    before = asked(home_of(*([200] * 12), people=4, appliances=(shower,)))
    after = asked(home_of(*([200] * 12), people=4, appliances=(shower,), assumptions=typed))

    assert ("figure", "shower-cut-min") in before
    assert ("figure", "shower-cut-min") not in after


def test_figures_of_habits_are_assumptions_and_their_measures_exist() -> None:
    assert set(SIZE_OF_HABIT) <= {measure.id for measure in ALL_MEASURES}
    assert {*SIZE_OF_HABIT.values(), CYLINDERS} <= set(load_assumptions())


def test_a_home_that_spares_gas_is_asked_for_its_cylinders() -> None:
    gas = {"cooking": CookingFuel.LPG, "lpg_cylinder_pen": Decimal(55)}
    cold = (Appliance(id="refrigeradora-convencional"),)

    assert ("cylinders", None) in asked(home_of(*([60] * 12), appliances=cold, people=3, **gas))
