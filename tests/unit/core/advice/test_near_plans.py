"""Plans next to a plan: within budget and rules, and worth in the draws what they are worth."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from tests.unit.core.advice.invented_measures import small_home

from ahorraluz.core.advice.chances import Doubt, Sampling
from ahorraluz.core.advice.choosing import Board, Choice, choose_best
from ahorraluz.core.advice.drawing import Sample, Shape, Unknown, draw, draw_more
from ahorraluz.core.advice.drawn_worth import DrawnWorth
from ahorraluz.core.advice.near_plans import Move, NearPlans, moves_from
from ahorraluz.core.advice.simulation import DrawnYears
from ahorraluz.core.advice.unknowns import unknowns_of
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.renewables.economics import present_value

SEEDS = range(25)


def near_plans(board: Board, choice: Choice, sample: Sample) -> NearPlans:
    return NearPlans(
        board=board,
        steps=choice.steps,
        years=DrawnYears.of(board, choice.steps, sample),
    )


def chosen(seed: int, objective: Objective = Objective.SAVINGS) -> tuple[Board, Choice]:
    board = small_home(seed, objective=objective).board
    return board, choose_best(board)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_plan_keeps_to_the_budget_and_the_rules_and_is_no_better(seed: int) -> None:
    board, choice = chosen(seed)
    members = frozenset(board.candidates.index(step) for step in choice.steps)
    problem = board.problem

    moves = moves_from(board, choice.steps)

    assert len({move.after(members) for move in moves}) == len(moves)
    best = problem.of_sets(problem.mask(members))[0, 0]
    worths = [best]
    for move in moves:
        row = problem.mask(move.after(members))
        assert problem.rules.allowed(row)[0]
        assert (row @ problem.cost)[0] <= board.limits.spend + 1e-7
        worths.append(problem.of_sets(row)[0, 0])
    assert worths == sorted(worths, reverse=True)


@pytest.mark.parametrize("objective", [Objective.SAVINGS, Objective.NPV])
@pytest.mark.parametrize("seed", SEEDS)
def test_with_nothing_in_doubt_every_set_is_worth_what_the_choice_says(
    seed: int, objective: Objective
) -> None:
    board = small_home(seed, objective=objective).board
    problem = board.problem
    sample = draw([], Sampling(draws=2))
    drawn = DrawnWorth(board=board, years=DrawnYears.of(board, board.candidates, sample))
    sets = np.random.default_rng(seed).random((12, len(board.candidates))) < 0.5
    sets[0] = False
    sets = sets[problem.rules.allowed(sets)]
    years = present_value(Decimal(1), years=board.money.limit_years, rate=board.money.rate)
    scale = 1.0 if objective is Objective.SAVINGS else float(years)

    found = [drawn.of(frozenset(np.flatnonzero(row).tolist()))[0][0] for row in sets]

    told = problem.of_sets(sets)[:, 0] / scale
    assert np.array(found) - found[0] == pytest.approx(told - told[0], abs=0.03)


def test_a_plan_that_loses_in_every_year_is_left_aside() -> None:
    for seed in SEEDS:
        board, choice = chosen(seed)
        sample = draw(unknowns_of(board, choice.steps), Sampling(draws=200))

        near = near_plans(board, choice, sample)

        assert near.gains.shape == (len(near.moves), 200)
        assert all((row[near.priced] > 0).any() for row in near.gains)


def test_a_move_leads_to_a_plan_with_one_step_less_one_more_or_both() -> None:
    plan = frozenset({1, 4})

    assert Move(leaves=4).after(plan) == {1}
    assert Move(joins=2).after(plan) == {1, 2, 4}
    assert Move(leaves=1, joins=2).after(plan) == {2, 4}


def test_more_draws_leave_those_that_are_there_as_they_are() -> None:
    def unknown(name: str, high: float) -> Unknown:
        return Unknown(id=name, doubt=Doubt.COST, low=0.5, high=high, shape=Shape.HALVES)

    sample = draw([unknown("a", 1.5), unknown("b", 1.5)], Sampling(draws=50))
    more = draw_more(sample, [unknown("b", 3.0), unknown("c", 2.0)])
    none = draw_more(more, [replace(unknown("c", 1.0), low=1.0)])

    assert np.array_equal(more.factors["a"], sample.factors["a"])
    assert np.array_equal(more.deviates["b"], sample.deviates["b"])
    assert more.factors["b"].max() > sample.factors["b"].max()
    assert "c" not in sample.factors
    assert more.factor("c") is not sample.factor("c")
    assert none.factor("c") == 1.0


def test_a_dearer_meter_leaves_less_for_plans_next_to_the_best() -> None:
    board, choice = chosen(3)
    tight = replace(board, budget_pen=sum((step.cost for step in choice.steps), Decimal(0)))

    moves = moves_from(tight, choice.steps)

    assert all(
        move.leaves is not None or not tight.candidates[move.joins].cost
        for move in moves
        if move.joins is not None
    )
