"""Sizes of panels, batteries, stoves and digesters as a choice: no other set is worth more."""

from decimal import Decimal

import numpy as np
import pytest
from tests.unit.core.advice.catalogue.conftest import BY_ID, OWNER
from tests.unit.core.advice.conftest import context_of, home_of
from tests.unit.core.advice.every_plan import EveryPlan

from ahorraluz.core.advice.choosing import Board, choose_best
from ahorraluz.core.advice.plan import board_of
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.core.home import Appliance, CookingFuel

HOMES = 24
SIZED = (
    "shorter-showers",
    "led-for-compact",
    "improved-stove",
    "biodigester",
    "rooftop-panels",
    "panels-with-battery",
)


def _board(seed: int) -> Board:
    """Return a home whose quotes are drawn, so that other sizes win in other homes."""
    rng = np.random.default_rng(seed)

    def drawn(low: int, high: int) -> Decimal:
        return Decimal(int(rng.integers(low, high)))

    figures = {
        "cost-pv-kwp": drawn(1500, 5000),
        "cost-battery-kwh": drawn(150, 1200),
        "cost-inverter-kwp": drawn(200, 900),
        "cost-led-lamp": drawn(4, 30),
        "cost-improved-stove": drawn(100, 900),
        "cost-biodigester": drawn(300, 2500),
        "wood-kg-month": drawn(60, 250),
        "wood-pen-kg": drawn(20, 80) / 100,
        "dung-kg-day": drawn(5, 60),
        "burner-h-day": drawn(3, 12),
        "payback-limit-years": drawn(3, 9),
    }
    home = home_of(
        *([float(drawn(90, 260))] * 12),
        **OWNER,
        cooking=CookingFuel.FIREWOOD,
        assumptions=figures,
        budget_pen=drawn(500, 15_000) if seed % 2 else None,
        appliances=(
            Appliance(id="refrigeradora-convencional"),
            Appliance(id="ducha-electrica", minutes_shower=8, showers_day=3),
            Appliance(id="foco-ahorrador-20", count=6, hours_day=4),
        ),
    )
    wishes = Wishes(objective=(Objective.SAVINGS, Objective.NPV)[seed % 3 == 2])
    return board_of(context_of(home), measures=[BY_ID[name] for name in SIZED], wishes=wishes)


@pytest.mark.parametrize("seed", range(HOMES))
def test_no_other_size_is_worth_more(seed: int) -> None:
    board = _board(seed)
    every = EveryPlan(board)

    best = choose_best(board).best

    assert best is not None
    assert best.proved
    assert best.worth == pytest.approx(every.worth(best.members)[0], abs=1e-6)
    assert best.worth == pytest.approx(every.best(), abs=1e-6)


def test_the_homes_above_choose_among_the_new_sizes() -> None:
    chosen = {
        board.candidates[place].measure.id
        for board in map(_board, range(HOMES))
        for best in [choose_best(board).best]
        if best is not None
        for place in best.members
    }

    assert {"improved-stove", "biodigester", "rooftop-panels", "panels-with-battery"} <= chosen
