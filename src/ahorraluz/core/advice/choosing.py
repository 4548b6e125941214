"""Choosing steps under a budget: the board that prices candidates, and the greedy choice.

A strategy is a function from a board to an ordered choice. The board answers what a
candidate is worth as the next step, given what those before it leave; an optimiser
that looks further ahead asks the same board.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ahorraluz.core.advice.context import MONTHS, PlanContext
from ahorraluz.core.advice.energy import OTHER_HOMES, EnergyYear, UseFigures, UseKey, WattHours
from ahorraluz.core.advice.interactions import Spared, ruled_out, spared
from ahorraluz.core.advice.measures import Measure, Proposal
from ahorraluz.core.advice.pricing import UNPRICED, YearPrices, home_part
from ahorraluz.core.advice.worth import Money, net_yearly
from ahorraluz.core.money import CENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A measure with what it proposes for this home."""

    measure: Measure
    proposal: Proposal


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything a choice is made from."""

    context: PlanContext
    prices: YearPrices
    figures: Mapping[UseKey, UseFigures]
    money: Money
    start: EnergyYear
    candidates: tuple[Candidate, ...]
    """What may become a step: sure, owned, with a known cost."""
    budget_pen: Decimal | None
    """``None``: not stated. [PEN]"""

    def owned(self, proposal: Proposal) -> float:
        """Return the chance that the home has everything a proposal acts on. [0 to 1]"""
        return min((self.figures[cut.use].owned for cut in proposal.effect.cuts), default=1.0)

    def surely_owned(self, proposal: Proposal) -> bool:
        """Tell whether the home said that it has everything a proposal acts on."""
        if not proposal.effect.cuts:
            return True
        return self.context.listed and self.owned(proposal) >= 1

    def spared(self, year: EnergyYear, candidate: Candidate) -> Spared:
        """Return what a candidate takes off the meter when ``year`` is what is left."""
        return spared(year, candidate.proposal.effect, self.figures, calendar=self.context.calendar)

    def after(self, year: EnergyYear, candidate: Candidate) -> EnergyYear:
        """Return what a candidate leaves of ``year``."""
        change = self.spared(year, candidate)
        left = year.less(change.uses)
        if candidate.proposal.effect.added is None:
            return left
        return left.plus(UseKey(candidate.measure.id), change.added)

    def worths(
        self, year: EnergyYear, candidates: Sequence[Candidate]
    ) -> tuple[Decimal | None, ...]:
        """Return the net yearly saving of each candidate as the next step. [PEN/year]

        ``None`` where a bill has no price, or the cost is not known.
        """
        taken = [self.spared(year, candidate).middle for candidate in candidates]
        before = year.total_wh
        totals = self.prices.totals(np.column_stack([before, *(before - wh for wh in taken)]))
        own = before - year.of(OTHER_HOMES)
        paid_now = self._paid(totals[:, 0], own, before)
        found: list[Decimal | None] = []
        for place, (candidate, wh) in enumerate(zip(candidates, taken, strict=True), start=1):
            if (totals[:, [0, place]] == UNPRICED).any():
                found.append(None)
                continue
            paid = self._paid(totals[:, place], own - wh, before - wh)
            bill = int((totals[:, 0] - totals[:, place]).sum()) * CENT
            saving = paid_now - paid + other_year(candidate.proposal, bill)[1]
            found.append(net_yearly(saving, candidate.proposal, self.money))
        return tuple(found)

    def _paid(self, totals: WattHours, own: WattHours, meter: WattHours) -> Decimal:
        return home_part(
            self.context.home,
            totals=totals,
            connected=self.prices.connected,
            home_wh=own,
            meter_wh=meter,
        )


Choose = Callable[[Board], tuple[Candidate, ...]]
"""A strategy: which candidates, in which order."""


def other_year(proposal: Proposal, bill_saving: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Return low, middle and high of what is spared outside the bill. [PEN/year]

    Parameters
    ----------
    proposal
        What it spares or spends on other fuels.
    bill_saving
        Its saving on the bill, of which another fuel may cost a part. [PEN/year]
    """
    nothing = Decimal("0.00")
    low = middle = high = nothing
    if proposal.other is not None:
        other = proposal.other
        low, middle, high = (MONTHS * part for part in (other.low, other.middle, other.high))
    if proposal.fuel_share is not None:
        share = proposal.fuel_share
        costs = [
            (bill_saving * Decimal(str(part))).quantize(CENT)
            for part in (share.high, share.middle, share.low)
        ]
        low, middle, high = low - costs[0], middle - costs[1], high - costs[2]
    return low, middle, high


def choose_greedily(board: Board) -> tuple[Candidate, ...]:
    """Return steps, each the one that adds most a year to those before it.

    The measure is the net yearly saving: bills and other fuels, less the cost spread
    over its life. A step must fit what is left of the budget, add something, and
    make sense after the steps before it.
    """
    year, budget = board.start, board.budget_pen
    chosen: list[Candidate] = []
    while True:
        done = [candidate.measure.id for candidate in chosen]
        open_ = [
            candidate
            for candidate in board.candidates
            if candidate.measure.id not in done
            and not ruled_out(candidate.measure.id, done)
            and _fits(candidate, budget)
        ]
        worths = board.worths(year, open_) if open_ else ()
        best = max(
            ((worth, -place) for place, worth in enumerate(worths) if worth is not None),
            default=(Decimal(0), 0),
        )
        if best[0] <= 0:
            return tuple(chosen)
        step = open_[-best[1]]
        year = board.after(year, step)
        if budget is not None:
            budget -= step.proposal.cost.middle or Decimal(0)
        chosen.append(step)


def _fits(candidate: Candidate, budget: Decimal | None) -> bool:
    cost = candidate.proposal.cost.middle
    return cost is not None and (budget is None or cost <= budget)
