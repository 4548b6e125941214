"""Steps made up for tests of how sure a plan is: one share of the shower, at a cost."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.energy import UseKey
from ahorraluz.core.advice.measures import (
    Candidate,
    Cost,
    CostKind,
    Effect,
    Effort,
    Kind,
    Measure,
    Proposal,
)
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.renewables.economics import MoneyRange

SHOWER = UseKey("ducha-electrica")


def invented(share: Estimate, **more: Any) -> Candidate:
    proposal = Proposal(effect=Effect.on(SHOWER, share=share), basis="basis.habit-assumed", **more)
    measure = Measure(
        id="invented", kind=Kind.HABIT, effort=Effort.DAILY, evidence=(), judge=lambda _: proposal
    )
    return Candidate(measure=measure, proposal=proposal)


def offered(board: Board, step: Candidate) -> Board:
    """Return a board on which one invented step is all that may be done."""
    return replace(board, candidates=(step,))


def share_of(low: float, middle: float, high: float) -> Estimate:
    return Estimate(low=low, middle=middle, high=high, unit="share", basis="basis.habit-assumed")


def bought(cost: MoneyRange, *, life: int = 3) -> Candidate:
    return invented(
        share_of(0.2, 0.2, 0.2),
        cost=Cost(kind=CostKind.PUBLISHED, amount=cost, figure="cost-fan"),
        life_years=life,
    )


def pen(low: float, middle: float, high: float) -> MoneyRange:
    low_, middle_, high_ = (Decimal(str(round(amount, 2))) for amount in (low, middle, high))
    return MoneyRange(low=low_, middle=middle_, high=high_, unit="PEN", basis="cost.published")
