"""What each further sol of budget buys: the best plan of every budget, each one proved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

import numpy as np

from ahorraluz.core.advice.optimum import EQUAL, Best, Limits, find_best
from ahorraluz.core.advice.problem import Problem
from ahorraluz.core.advice.recommendation import FrontierPoint
from ahorraluz.core.home import Option
from ahorraluz.core.money import CENT

STEP_PEN = Decimal(100)
"""Budgets of a frontier are whole multiples of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stair:
    """The cheapest best plan of every budget from its cost up to that of the next stair."""

    cost_pen: Decimal
    best: Best


def staircase(problem: Problem, limits: Limits, *, down_to: Decimal = Decimal(0)) -> list[Stair]:
    """Return the best plans of all budgets, by rising cost, the first one within ``down_to``.

    Parameters
    ----------
    problem
        The choice of one home.
    limits
        What a plan keeps to besides its budget, which is left open.
    down_to
        Budget below which nothing is asked. [PEN]
    """
    stairs: list[Stair] = []
    spend, known = np.inf, list[frozenset[int]]()
    while True:
        best = find_best(problem, Limits(spend=spend, most_states=limits.most_states), known=known)
        if best is None:
            break
        cost = _cost(problem, best)
        if stairs and stairs[-1].best.worth <= best.worth + EQUAL:
            stairs.pop()
        stairs.append(Stair(cost_pen=cost, best=best))
        if cost <= down_to:
            break
        spend = float(cost - CENT)
        known = [frozenset(_cheapest(problem, best, spend))]
    return stairs[::-1]


def _cost(problem: Problem, best: Best) -> Decimal:
    return sum((problem.candidates[place].cost for place in best.members), Decimal(0))


def _cheapest(problem: Problem, best: Best, spend: float) -> Sequence[int]:
    """Return the members of a plan without the dearest ones, until it costs no more."""
    left = sorted(best.members, key=lambda place: problem.cost[place])
    while left and problem.cost[left].sum() > spend:
        left.pop()
    fits = problem.rules.allowed(problem.mask(left))[0]
    return left if fits and (problem.of_sets(problem.mask(left))[0, 1:] >= 0).all() else ()


def with_both(
    stays: Sequence[FrontierPoint], moves: Sequence[FrontierPoint], option: Option
) -> tuple[FrontierPoint, ...]:
    """Return the best plan of every budget where the tariff option may change too.

    Parameters
    ----------
    stays, moves
        By rising budget: plans that keep today's option, from nothing on, and plans under
        another one, from what its meter costs on. Of equal ones the home stays as it is.
    option
        The other one.
    """
    found: list[FrontierPoint] = []
    marked = [replace(point, option=option) for point in moves]
    for budget in sorted({point.budget_pen for point in (*stays, *marked)}):
        can = [
            [point for point in points if point.budget_pen <= budget] for points in (stays, marked)
        ]
        best = max((points[-1] for points in can if points), key=lambda point: point.worth)
        if found and best.worth <= found[-1].worth:
            continue
        before = found[-1].steps if found else ()
        found.append(
            replace(
                best,
                budget_pen=budget,
                joins=tuple(name for name in best.steps if name not in before),
                leaves=tuple(name for name in before if name not in best.steps),
            )
        )
    return tuple(found)


def rounded_up(stairs: Sequence[Stair], *, above: Decimal) -> list[tuple[Decimal, Stair]]:
    """Return the stairs by budgets of whole hundreds, where the best plan changes.

    Parameters
    ----------
    stairs
        By rising cost.
    above
        What a plan costs before its first step: the meter of its tariff option. [PEN]
    """
    found: dict[Decimal, Stair] = {}
    for stair in stairs:
        hundreds = ((stair.cost_pen + above) / STEP_PEN).to_integral_value(rounding=ROUND_CEILING)
        found[hundreds * STEP_PEN] = stair
    return list(found.items())
