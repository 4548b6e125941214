"""What is not known of the plan of one home: every unknown with its ends, from where it is told.

Nothing is guessed here: ranges of uses are those of the account, of shares those of the
measures, of costs and fuels those of their sources; the rest are rows of the assumptions.
"""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ahorraluz.core.advice.chances import Doubt
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.context import MONTHS
from ahorraluz.core.advice.drawing import Shape, Unknown
from ahorraluz.core.advice.energy import UseKey
from ahorraluz.core.advice.measures import Candidate, CostKind
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.usage.ranges import DEVIATE

YEAR = "year"
PRICES = "prices"
GROWTH = "growth"
CEILING = "basis.published-ceiling"
"""Basis of a share under a published "up to": never above it."""
LABELS = "basis.labels"
"""Basis of a share that is one label against what the home's own takes: it follows the use."""


def unknowns_of(board: Board, steps: Sequence[Candidate]) -> tuple[Unknown, ...]:
    """Return everything that is not known of steps on a board."""
    return (
        *_uses(board),
        *_of_the_home(board),
        *(unknown for step in steps for unknown in unknowns_of_step(step)),
    )


def use_id(use: UseKey) -> str:
    """Return the id of the unknown energy of a use."""
    return f"{_of_use(use).value}:{use.id}"


def _of_use(use: UseKey) -> Doubt:
    return Doubt.STANDBY if use.standby else Doubt.USE


def month_id(month: int) -> str:
    """Return the id of what is unknown of one month, from zero."""
    return f"month:{month}"


def step_id(doubt: Doubt, step: Candidate) -> str:
    """Return the id of an unknown of one step."""
    return f"{doubt.value}:{step.measure.id}"


def _uses(board: Board) -> Iterator[Unknown]:
    energy = board.start.wh.sum(axis=0)
    for use, wh in zip(board.start.uses, energy.tolist(), strict=True):
        figures = board.figures[use]
        yield Unknown(
            id=use_id(use),
            doubt=_of_use(use),
            subject=use.id,
            low=figures.low,
            high=figures.high,
            shape=Shape.RATIO,
            weight=float(wh),
        )


def _of_the_home(board: Board) -> Iterator[Unknown]:
    """Yield how the year to come and its prices may differ."""
    advice = board.context.facts.advice
    yield _around_one(YEAR, Doubt.YEAR, year_sd(board, recibos=len(board.context.home.history)))
    for month in range(MONTHS):
        yield _around_one(month_id(month), Doubt.MONTHS, advice.month_change_sd.middle)
    year = board.context.year
    spread = float(sum((terms.spread for terms in year), Decimal(0))) / len(year)
    yield Unknown(
        id=PRICES, doubt=Doubt.PRICES, low=1 - spread, high=1 + spread, shape=Shape.HALVES
    )
    growth = advice.price_growth_year
    yield Unknown(
        id=GROWTH,
        doubt=Doubt.GROWTH,
        low=1 + growth.low - growth.middle,
        high=1 + growth.high - growth.middle,
        shape=Shape.HALVES,
    )


def year_sd(board: Board, *, recibos: int) -> float:
    """Return the relative doubt about the year to come that ``recibos`` leave.

    One year differs from the next; and the fewer months are known, the less their mean
    says of all twelve.
    """
    advice = board.context.facts.advice
    months = min(max(recibos, 1), MONTHS)
    return math.hypot(
        advice.year_change_sd.middle, advice.month_change_sd.middle / math.sqrt(months)
    )


def _around_one(name: str, doubt: Doubt, relative_sd: float) -> Unknown:
    """Return a log-normal factor with mean one."""
    variance = math.log1p(relative_sd**2)
    centre, spread = -variance / 2, DEVIATE * math.sqrt(variance)
    return Unknown(
        id=name,
        doubt=doubt,
        low=math.exp(centre - spread),
        high=math.exp(centre + spread),
        shape=Shape.RATIO,
    )


def unknowns_of_step(step: Candidate) -> Iterator[Unknown]:
    """Yield what is not known of one step, its uses apart."""
    proposal = step.proposal
    effect = proposal.effect
    if effect.cuts or effect.home_shares:
        by_label = proposal.basis == LABELS and len(effect.cuts) == 1
        yield Unknown(
            id=step_id(Doubt.EFFECT, step),
            doubt=Doubt.EFFECT,
            subject=step.measure.id,
            low=min(effect.low, 1.0),
            high=effect.high,
            shape=Shape.BETWEEN if proposal.basis == CEILING else Shape.HALVES,
            follows=use_id(effect.cuts[0].use) if by_label else None,
        )
    if effect.added is not None and effect.added.middle > 0:
        yield _of_estimate(step_id(Doubt.ADDED, step), Doubt.ADDED, step, effect.added)
    if proposal.fuel_share is not None and proposal.fuel_share.middle > 0:
        yield _of_estimate(step_id(Doubt.FUEL, step), Doubt.FUEL, step, proposal.fuel_share)
    elif proposal.other is not None and proposal.other.middle:
        yield _of_money(step_id(Doubt.FUEL, step), Doubt.FUEL, step, proposal.other, Shape.HALVES)
    cost = proposal.cost
    if cost.amount is not None and cost.kind is not CostKind.FREE and cost.amount.middle > 0:
        yield _of_money(step_id(Doubt.COST, step), Doubt.COST, step, cost.amount, Shape.BETWEEN)


def _of_estimate(name: str, doubt: Doubt, step: Candidate, estimate: Estimate) -> Unknown:
    return Unknown(
        id=name,
        doubt=doubt,
        subject=step.measure.id,
        low=estimate.low / estimate.middle,
        high=estimate.high / estimate.middle,
        shape=Shape.HALVES,
    )


def _of_money(
    name: str, doubt: Doubt, step: Candidate, amount: MoneyRange, shape: Shape
) -> Unknown:
    """Return an amount as a factor; what is spent is negative, and its ends change places."""
    ends = sorted(float(end / amount.middle) for end in (amount.low, amount.high))
    return Unknown(
        id=name,
        doubt=doubt,
        subject=step.measure.id,
        low=ends[0],
        high=ends[1],
        shape=shape,
    )
