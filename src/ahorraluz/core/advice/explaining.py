"""Why a plan is as it is: what it gives, why each step comes in its place, what stayed out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.choosing import Board, Choice
from ahorraluz.core.advice.context import MONTHS
from ahorraluz.core.advice.frontier import Stair, rounded_up, staircase
from ahorraluz.core.advice.leaving import Sets
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.optimum import find_best
from ahorraluz.core.advice.recommendation import (
    ZERO,
    FrontierPoint,
    Optimum,
    Reason,
    Recommendation,
)
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.advice.worth import price_that_is_worth, whole_cost
from ahorraluz.core.money import CENT, round_cent
from ahorraluz.core.renewables.economics import present_value

Floats = NDArray[np.float64]
WHOLE_SOL = Decimal(1)
MOST_TRIED = 4
"""Budgets that are tried to bring a measure in: each is a search of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """What would make a step of a measure that is none."""

    candidate: Candidate
    """The size that it is about."""
    other_pen_year: Decimal | None = None
    """Spared outside the bill beside the steps; ``None``: as it is alone. [PEN/year]"""
    budget_pen: Decimal | None = None
    """A budget whose best plan has it. [PEN]"""
    below_pen: Decimal | None = None
    """Price below which it would be worth its place. [PEN]"""
    would: Reason | None = None
    """The same in words."""


@dataclass(frozen=True, kw_only=True)
class Explainer:
    """Explains one choice on one board."""

    board: Board
    choice: Choice

    @cached_property
    def members(self) -> tuple[int, ...]:
        """Places of the steps among the candidates, in their order."""
        return tuple(self.board.candidates.index(step) for step in self.choice.steps)

    @cached_property
    def prefixes(self) -> Sets:
        """The steps before each, and all of them, shape (steps + 1, n)."""
        return self.board.prefixes(self.choice.steps)

    @cached_property
    def others(self) -> tuple[Decimal, ...]:
        """What each step spares outside the bill, given those before it. [PEN/year]

        A step can spare gas that another burns, so it is the difference of two plans.
        """
        outside = self._outside_bills(self.prefixes)
        return tuple(after - before for before, after in pairwise(outside))

    def _outside_bills(self, sets: Sets) -> list[Decimal]:
        """Return what whole sets spare outside the bill, the voucher included. [PEN/year]"""
        problem = self.board.problem
        bills = problem.curves.saved(problem.leaving.all_taken(sets)).sum(axis=1)
        return [_cents(float(amount)) for amount in problem.cash(sets) - bills]

    @cached_property
    def npvs(self) -> tuple[Decimal, ...]:
        """What each step adds to the soles of today of those before it; their sum is the plan's."""
        over_lives = self.board.problem_by(Objective.NPV)
        worths = [_cents(float(worth)) for worth in over_lives.of_sets(self.prefixes)[:, 0]]
        return tuple(after - before for before, after in pairwise(worths))

    def optimum(self) -> Optimum | None:
        """Return what the steps give; ``None`` where nothing was searched for."""
        best, wishes = self.choice.best, self.board.wishes
        if best is None:
            return None
        return Optimum(
            objective=wishes.objective,
            worth=self._told(best.worth),
            bound=self._told(best.bound) if np.isfinite(best.bound) else None,
            proved=best.proved,
            states=best.states,
            net_pen_month=_cents(self._soles(Objective.SAVINGS) / MONTHS),
            npv_pen=_cents(self._soles(Objective.NPV)),
            co2_kg_year=self._carbon(),
        )

    def _told(self, worth: float) -> Decimal:
        monthly = self.board.wishes.objective is Objective.SAVINGS
        return _cents(worth / MONTHS if monthly else worth)

    def _soles(self, objective: Objective) -> float:
        """Return the worth of the steps by an objective in soles."""
        return float(self.board.problem_by(objective).of_sets(self.prefixes[-1:])[0, 0])

    def _carbon(self) -> Decimal | None:
        factor = self.board.carbon_factor
        kilos = [step.proposal.other_co2_kg for step in self.choice.steps]
        known = [kilo for kilo in kilos if kilo is not None]
        if factor is None or len(known) < len(kilos):
            return None
        wh = float(self.board.problem.leaving.all_taken(self.prefixes[-1:]).sum())
        return _cents(wh / 1000 * factor + MONTHS * sum(known))

    def place(self, step: Recommendation) -> Reason:
        """Return why a step comes where it does."""
        number = step.rank - 1
        needs = self.board.problem.rules.needs.get(self.members[number])
        if step.start_month > 0:
            return Reason(key="place.saved-up", parameters={"month": step.start_month + 1})
        if needs is not None:
            return Reason(key="place.needs")
        values: dict[str, Decimal | int] = {"saving": step.home_pen_year}
        voucher = self.board.problem.voucher
        if voucher is not None and self._brings_voucher(number):
            values["voucher"] = _cents(voucher.pen_year)
            return Reason(key="place.voucher", parameters=values)
        if step.crosses:
            crossing = step.crosses[0]
            values |= {"limit": crossing.limit_kwh, "months": crossing.months}
            return Reason(key="place.crosses", parameters=values)
        if not step.cost.middle:
            return Reason(key="place.free", parameters=values)
        return Reason(key="place.pays", parameters=values | {"cost": step.cost.middle})

    def _brings_voucher(self, number: int) -> bool:
        granted = self.board.problem.granted(self.prefixes[number : number + 2])
        return bool(granted[1] and not granted[0])

    def way_in(self, candidate: Candidate) -> WayIn:
        """Return the size of a measure that is nearest to being a step, and what would make it."""
        board, budget = self.board, self.board.budget_pen
        sizes = [
            place
            for place, known in enumerate(board.candidates)
            if known.measure.id == candidate.measure.id
        ]
        if not sizes or not board.priced:
            return WayIn(candidate=candidate)
        if budget is not None and board.wishes.instalment_pen is None:
            entered = self._entered(sizes)
            if entered is not None:
                place, enough = entered
                more = Reason(key="would.with-budget", parameters={"more": enough - budget})
                return WayIn(
                    candidate=board.candidates[place],
                    other_pen_year=self._other_beside(place),
                    budget_pen=enough,
                    would=more,
                )
        place = sizes[0]
        below = self._price_to_enter(place)
        return WayIn(
            candidate=board.candidates[place],
            other_pen_year=self._other_beside(place),
            below_pen=below,
            would=None
            if below is None
            else Reason(key="would.below-price", parameters={"price": below}),
        )

    def _entered(self, sizes: Sequence[int]) -> tuple[int, Decimal] | None:
        """Return the size that a larger budget brings in, and that budget.

        With the frontier it is the least such budget. Without, budgets with which a size
        fits beside the steps are tried by rising amount, each by the best plan it buys.
        """
        board = self.board
        budget, meter = board.budget_pen or ZERO, board.meter_pen
        if board.wishes.frontier:
            for stair in self.stairs:
                if stair.cost_pen > budget - meter:
                    for place in stair.best.members & set(sizes):
                        return place, round_cent(stair.cost_pen + meter)
            return None
        tried = set()
        for place in sizes:
            with_it = np.flatnonzero(self._beside[place])
            cost = round_cent(sum((board.candidates[one].cost for one in with_it), meter))
            if self._adds[place] > 0 and cost > budget:
                tried.add(cost)
        for enough in sorted(tried)[:MOST_TRIED]:
            richer = replace(board, budget_pen=enough)
            best = find_best(board.problem, richer.limits, known=[frozenset(self.members)])
            for place in (best.members if best else frozenset()) & set(sizes):
                return place, enough
        return None

    def _other_beside(self, place: int) -> Decimal | None:
        """Return what a candidate spares outside the bill beside the steps. [PEN/year]

        The voucher it may bring is part of it. ``None``: it takes the place of a step.
        """
        beside = self._beside[place]
        if not np.isfinite(self._adds[place]) or beside.sum() <= len(self.members):
            return None
        return self._others_beside[place]

    @cached_property
    def _beside(self) -> Sets:
        """The steps with each candidate, less what it rules out, shape (n, n)."""
        sets: Sets = self.prefixes[-1] | np.eye(len(self.board.candidates), dtype=bool)
        for one, other in self.board.problem.rules.exclusions:
            sets[one, other] = sets[other, one] = False
        return sets

    @cached_property
    def _adds(self) -> Floats:
        """What each adds beside the steps, shape (n,); -inf where the rules do not allow it."""
        problem = self.board.problem
        worths = problem.of_sets(np.concatenate([self.prefixes[-1:], self._beside]))[:, 0]
        adds: Floats = np.where(
            problem.rules.allowed(self._beside), worths[1:] - worths[0], -np.inf
        )
        return adds

    @cached_property
    def _others_beside(self) -> tuple[Decimal, ...]:
        """What each spares outside the bill beside the steps. [PEN/year]"""
        steps, *others = self._outside_bills(np.concatenate([self.prefixes[-1:], self._beside]))
        return tuple(other - steps for other in others)

    def _price_to_enter(self, place: int) -> Decimal | None:
        """Return the price at which a measure would be worth its place; ``None``: no price is.

        The rest of the plan stays as it is, but for what the measure rules out.
        """
        board = self.board
        candidate = board.candidates[place]
        adds = float(self._adds[place])
        if board.wishes.objective is Objective.CO2 or not candidate.cost or not np.isfinite(adds):
            return None
        spread = Decimal(1)
        if board.wishes.objective is Objective.SAVINGS:
            years = board.money.years(candidate.proposal)
            spread = present_value(Decimal(1), years=years, rate=board.money.rate)
        worth = whole_cost(candidate.proposal, board.money, cost=candidate.cost)
        worth += Decimal(repr(adds)) * spread
        price = price_that_is_worth(worth, candidate.proposal, board.money)
        return price.quantize(WHOLE_SOL) if CENT < price < candidate.cost else None

    @cached_property
    def stairs(self) -> Sequence[Stair]:
        """Best plans from the present budget up, by rising cost."""
        board = self.board
        least = (board.budget_pen or ZERO) - board.meter_pen
        return staircase(board.problem, board.limits, down_to=least)

    def frontier(self) -> tuple[FrontierPoint, ...]:
        """Return the best plan of every budget of whole hundreds where it changes.

        None where nothing could be a step, or the bills have no price.
        """
        if not self.board.candidates or not self.board.priced:
            return ()
        problem = self.board.problem
        points: list[FrontierPoint] = []
        meter = self.board.meter_pen
        for budget, stair in rounded_up(staircase(problem, self.board.limits), above=meter):
            ids = [problem.candidates[place].measure.id for place in sorted(stair.best.members)]
            before = points[-1].steps if points else ()
            points.append(
                FrontierPoint(
                    budget_pen=budget,
                    cost_pen=round_cent(stair.cost_pen + meter),
                    worth=self._told(stair.best.worth),
                    steps=tuple(ids),
                    joins=tuple(name for name in ids if name not in before),
                    leaves=tuple(name for name in before if name not in ids),
                    proved=stair.best.proved,
                )
            )
        return tuple(points)


def _cents(amount: float) -> Decimal:
    return round_cent(Decimal(repr(float(amount))))
