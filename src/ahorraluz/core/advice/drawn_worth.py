"""What a set of steps is worth in every drawn year, weighed as the choice of a plan weighs it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.chances import Doubt
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.simulation import DrawnYears, Flags, Members
from ahorraluz.core.advice.unknowns import step_id
from ahorraluz.core.advice.weighing import Weighing, weigh
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.core.renewables.economics import present_value

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DrawnWorth:
    """The worth of sets of drawn steps: soles a year, less costs over lives and effort.

    Where soles of today are the aim they are spread over the years within which a purchase
    of unknown life must pay. How prices grow after the first year is left at its middle: no
    answer tells it.
    """

    board: Board
    years: DrawnYears

    def of(self, members: Members) -> tuple[Floats, Flags]:
        """Return the worth in each draw, and which have prices: only differences mean anything.

        Parameters
        ----------
        members
            Steps that are done, by their places among the drawn ones.

        Returns
        -------
        tuple of ndarray
            Shape (draws,) each; the first in PEN/year.
        """
        acting: dict[Members, float] = {}
        for way, weight in self._weighing.weights.items():
            acting[members - way] = acting.get(members - way, 0.0) + weight
        worth = np.zeros(self.years.home.draws)
        priced = np.ones(self.years.home.draws, dtype=bool)
        for done, weight in acting.items():
            stand = self.years.standing(done, with_voucher=False)
            worth += weight * stand.own
            priced &= stand.priced
        voucher = self.board.problem.voucher
        if voucher is not None:
            worth += voucher.worth * self.years.granted(members)
        for place in sorted(members):
            worth -= self._costs[place]
        return worth / self._scale, priced

    @cached_property
    def _costs(self) -> tuple[Floats | float, ...]:
        """What each step takes off the worth, its price as it is drawn."""
        effort = self.board.wishes.effort_pen_month
        efforts = self._weigh(self.board.wishes).fixed if effort else self._weighing.fixed
        return tuple(
            cost * drawn.sample.factor(step_id(Doubt.COST, drawn.step)) + (whole - cost)
            for drawn, cost, whole in zip(
                self.years.steps, self._weighing.fixed, efforts, strict=True
            )
        )

    @cached_property
    def _weighing(self) -> Weighing:
        """How years of bills count, and the costs."""
        return self._weigh(Wishes(objective=self.board.wishes.objective))

    def _weigh(self, wishes: Wishes) -> Weighing:
        steps = [_on_bills(drawn.step) for drawn in self.years.steps]
        return weigh(steps, money=self.board.money, wishes=wishes)

    @cached_property
    def _scale(self) -> float:
        if self.board.wishes.objective is not Objective.NPV:
            return 1.0
        money = self.board.money
        return float(present_value(Decimal(1), years=money.limit_years, rate=money.rate))


def _on_bills(step: Candidate) -> Candidate:
    """Return a step without its fuels: drawn years have them already."""
    return replace(step, proposal=replace(step.proposal, fuel_share=None, other=None))
