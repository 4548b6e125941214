"""The optimum: no other set of measures is worth more, tried one by one."""

from dataclasses import replace

import pytest
from tests.unit.core.advice.every_plan import EveryPlan
from tests.unit.core.advice.invented_measures import small_home

from ahorraluz.core.advice.choosing import choose_best
from ahorraluz.core.advice.optimum import find_best
from ahorraluz.core.advice.wishes import Objective

HOMES = 300
BATCH = 20


@pytest.mark.parametrize("first", range(0, HOMES, BATCH), ids=lambda first: f"homes from {first}")
def test_no_other_set_is_worth_more(first: int) -> None:
    for seed in range(first, first + BATCH):
        objective = list(Objective)[seed % 3]
        board = small_home(seed, objective=objective, instalment=seed % 5 == 4).board
        every = EveryPlan(board)

        best = choose_best(board).best

        assert best is not None
        assert best.proved
        assert every.can_pay(best.members)
        assert best.worth == pytest.approx(every.worth(best.members)[0], abs=1e-6)
        assert best.worth == pytest.approx(every.best(), abs=1e-6), f"home {seed}"


def test_a_search_that_is_cut_short_tells_its_bound_and_claims_no_proof() -> None:
    for seed in range(12):
        home = small_home(seed, objective=Objective.SAVINGS)
        board = replace(home.board, wishes=replace(home.wishes, most_states=1))

        best = find_best(board.problem, board.limits)

        assert best is not None
        assert best.bound >= EveryPlan(board).best() - 1e-6
        assert best.proved == (best.bound <= best.worth + 1e-7)


def test_the_steps_of_an_optimum_each_add_to_it() -> None:
    for seed in range(40):
        board = small_home(seed, objective=Objective.SAVINGS).board
        best = choose_best(board).best
        assert best is not None

        for member in best.members:
            without = board.problem.mask(best.members - {member})
            kept = board.problem.rules.allowed(without)[0]
            assert not kept or board.problem.of_sets(without)[0, 0] < best.worth
