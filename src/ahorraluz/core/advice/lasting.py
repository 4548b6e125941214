"""What a sol a year comes to over the life of a step, and what the step costs, in every draw."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.chances import Doubt
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.drawing import Sample
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.unknowns import GROWTH, step_id
from ahorraluz.core.advice.worth import whole_cost

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lasting:
    """Costs and lives of steps in the drawn years of a home."""

    board: Board
    sample: Sample

    @cached_property
    def growth(self) -> Floats:
        """Yearly change of prices beyond inflation, shape (draws,)."""
        middle = self.board.context.facts.advice.price_growth_year.middle
        factor = np.broadcast_to(self.sample.factor(GROWTH), self.sample.sampling.draws)
        return np.asarray(factor - 1 + middle, dtype=np.float64)

    def cost(self, step: Candidate, *, rate: Decimal = Decimal(0)) -> Floats:
        """Return what a step costs with its care and new parts, shape (draws,) or (). [PEN]

        Parameters
        ----------
        step
            What is bought.
        rate
            Discount rate of what comes later.
        """
        factor = np.asarray(self.sample.factor(step_id(Doubt.COST, step)))
        money = replace(self.board.money, rate=rate)
        cost = float(whole_cost(step.proposal, money, cost=step.cost))
        return np.asarray(cost * factor, dtype=np.float64)

    def worth(self, step: Candidate, *, rate: float) -> Floats:
        """Return what a sol a year of a step comes to over its life, shape (draws,)."""
        return self._years(step, self.growth, rate=rate, fading=float(step.proposal.fading_year))

    def net(self, step: Candidate, own: Floats) -> Floats:
        """Return own soles of a year less cost spread over the life, shape (draws,)."""
        if not step.cost:
            return own
        rate = self.board.money.rate
        plain = self._years(step, np.zeros(1), rate=float(rate), fading=0.0)
        cost = self.cost(step, rate=rate)
        spread: Floats = (own * self.worth(step, rate=float(rate)) - cost) / plain
        return spread

    def _years(self, step: Candidate, growth: Floats, *, rate: float, fading: float) -> Floats:
        years = np.arange(self.board.money.years(step.proposal))
        kept = ((1 - fading) * (1 + growth))[:, None] ** years
        worth: Floats = (kept / (1 + rate) ** (years + 1)).sum(axis=1)
        return worth
