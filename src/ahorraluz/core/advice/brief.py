"""The plan of a home in figures alone: what a fleet of homes is told.

The steps, their order, soles and energy are those of :func:`.plan.make_plan`; what only a
household reads (reasons, frontier, near plans, questions, draws) is not made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np

from ahorraluz.core.advice.brief_figures import BriefFigures, BriefTurn, figures_of
from ahorraluz.core.advice.brief_options import (
    Beside,
    BriefOption,
    brief_options,
    may_be_option,
)
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import WATT_HOUR, EnergyYear
from ahorraluz.core.advice.explaining import Explainer
from ahorraluz.core.advice.measures import Answer, Kind, Measure
from ahorraluz.core.advice.plan import offer
from ahorraluz.core.advice.potential import Potential, potential_of
from ahorraluz.core.advice.pricing import price_year
from ahorraluz.core.advice.recommendation import ZERO
from ahorraluz.core.advice.wishes import NO_WISHES, Wishes
from ahorraluz.core.home import Option
from ahorraluz.core.money import CENT
from ahorraluz.core.tariffs.year_arrays import UNPRICED


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefStep:
    """One step of a plan in figures: those of the recommendation of the same measure."""

    measure: str
    month: int
    """Month in which it starts, from zero."""
    figures: BriefFigures
    """What it saves, priced on what the steps before it leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefPlan:
    """The steps of a plan and its totals."""

    steps: tuple[BriefStep, ...]
    """In the order of the plan."""
    option: Option
    """Tariff option that the plan is made for: today's, unless another was chosen."""
    bills_now: tuple[Decimal, ...]
    """Bill of each month to come if nothing changes. [PEN]"""
    bills_then: tuple[Decimal, ...]
    """Bill of each with every step done. [PEN]"""
    kwh_now: tuple[Decimal, ...]
    """Energy of the meter in each month to come if nothing changes. [kWh]"""
    kwh_then: tuple[Decimal, ...]
    """Energy of each with every step done. [kWh]"""
    proved: bool
    """Whether no other set of steps gives more; nothing to choose from is proved too."""
    options: tuple[BriefOption, ...]
    """What the home would save beside the plan if it had what it did not say, or once a price or
    a grant is known; by the soles promised, those of an appliance as likely as it is there."""
    potential: Potential | None
    """What panels would do, step or not; ``None``: nothing can be told, or none fit."""

    @property
    def bill_saving_pen_year(self) -> Decimal:
        """What the steps take off a year of bills. [PEN/year]"""
        return sum(self.bills_now, ZERO) - sum(self.bills_then, ZERO)

    @property
    def other_pen_year(self) -> Decimal:
        """What they spare outside the bill. [PEN/year]"""
        return sum((step.figures.other_pen_year for step in self.steps), ZERO)

    @property
    def home_pen_year(self) -> Decimal:
        """What the home itself saves: its part of a shared meter, and other fuels. [PEN/year]"""
        return sum((step.figures.home_pen_year for step in self.steps), ZERO)

    @property
    def more_pen_year(self) -> Decimal:
        """The most that one of the options would save the home. [PEN/year]"""
        return max((option.figures.home_pen_year for option in self.options), default=ZERO)

    @property
    def kwh_year(self) -> Decimal:
        """Energy they take off the meter. [kWh/year]"""
        return sum(self.kwh_now, Decimal(0)) - sum(self.kwh_then, Decimal(0))

    @property
    def cost_pen(self) -> Decimal:
        """What they cost at once. [PEN]"""
        return sum((step.figures.cost_pen or ZERO for step in self.steps), ZERO)


def brief_plan(
    context: PlanContext,
    *,
    measures: Sequence[Measure] = ALL_MEASURES,
    wishes: Wishes = NO_WISHES,
) -> BriefPlan:
    """Return the plan of a home in figures alone.

    Parameters
    ----------
    context
        The home, its account, its year of prices and the facts on file.
    measures
        What to judge; every measure of the catalogue by default.
    wishes
        The aim, the instalment and what effort is worth.

    Returns
    -------
    BriefPlan
        Steps, order and figures of :func:`.plan.make_plan` without sampling.

    Raises
    ------
    EnergyPriceError
        ``bracket-price-unknown``: not even the bills of today have a price.
    """
    ready = context.prepared()
    answers = {
        measure: measure.judge(ready)
        for measure in measures
        if _may_be_step(measure, ready, wishes)
    }
    offered = offer(ready, list(answers.items()), wishes)
    board, choice = offered.board, offered.choice
    explainer = Explainer(board=board, choice=choice)
    years = board.years(choice.steps)
    bills = _bills(board, years)
    others = explainer.others if choice.steps else ()
    figures = figures_of(
        board,
        [
            BriefTurn(candidate=step, before=before, then=then, other=other)
            for step, (before, then), other in zip(
                choice.steps, pairwise(years), others, strict=True
            )
        ],
    )
    steps = tuple(
        BriefStep(measure=step.measure.id, month=month, figures=told)
        for step, month, told in zip(choice.steps, choice.months, figures, strict=True)
    )
    tried = [one.proved for one in offered.tried if one.reason is None]
    return BriefPlan(
        steps=steps,
        option=board.context.year[0].supply.option,
        bills_now=bills[0],
        bills_then=bills[1],
        kwh_now=_kwh(years[0]),
        kwh_then=_kwh(years[-1]),
        proved=(choice.best is None or choice.best.proved) and all(tried),
        options=brief_options(
            Beside(board=board, steps=choice.steps, start=years[0], left=years[-1]),
            _told(answers, measures, ready),
        ),
        potential=potential_of(board, ready, steps=choice.steps),
    )


def _told(
    answers: Mapping[Measure, Answer], measures: Sequence[Measure], context: PlanContext
) -> list[tuple[Measure, Answer]]:
    """Return what the measures answer of which something may be told beside the plan."""
    return [
        (measure, answers[measure] if measure in answers else measure.judge(context))
        for measure in measures
        if measure in answers or may_be_option(measure, context)
    ]


def _may_be_step(measure: Measure, context: PlanContext, wishes: Wishes) -> bool:
    """Tell whether a measure may become a step of this home, or its tariff option."""
    if measure.needs_list and not context.listed:
        return False
    if measure.kind is Kind.TARIFF:
        return wishes.any_option
    return measure.kind not in (Kind.CHECK, Kind.TARGET)


def _bills(board: Board, years: Sequence[EnergyYear]) -> tuple[tuple[Decimal, ...], ...]:
    """Return the bills of the months before all steps and after them. [PEN]"""
    ends = (years[0].total_wh, years[-1].total_wh)
    totals = board.prices.totals(np.column_stack(ends))
    for wh, cents in zip(ends, totals.T, strict=True):
        if (cents == UNPRICED).any():
            price_year([int(month) * WATT_HOUR for month in wh], board.context.year)
    return tuple(tuple(cents * CENT for cents in column) for column in totals.T.tolist())


def _kwh(year: EnergyYear) -> tuple[Decimal, ...]:
    return tuple(wh * WATT_HOUR for wh in year.total_wh.tolist())
