"""The optimum: no other set of measures is worth more, tried one by one."""

import pytest
from tests.unit.core.advice.invented_measures import EveryPlan, small_home

from ahorraluz.core.advice.choosing import choose_best
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
