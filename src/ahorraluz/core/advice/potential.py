"""What panels would do for a home, whether they are a step of its plan or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.advice.brief_figures import BriefFigures, BriefTurn, figures_of
from ahorraluz.core.advice.catalogue.roof import ROOFTOP_PANELS, rooftop_panels
from ahorraluz.core.advice.choosing import Board, sizes_of
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import Ask, Candidate, Proposal
from ahorraluz.core.advice.savings import PriceUnknownError
from ahorraluz.core.advice.worth import net_yearly, price_that_is_worth
from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.economics import present_value
from ahorraluz.core.renewables.solar import yearly_yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Potential:
    """Panels that suit a home, alone beside how it lives today."""

    kwp: float
    """Peak power; of more panels where the home has some. [kWp]"""
    made_kwh_year: float
    """What they make in a typical year. [kWh/year]"""
    figures: BriefFigures
    """What they take off the meter and the bill; the part that is given away is worth what
    the rule in force says."""
    pays_below_pen: Decimal | None
    """Price up to which they pay where their cost is not known; else ``None``. [PEN]"""
    roof_is_sure: bool
    """Whether the household said that it may use a roof of its own."""
    is_step: bool
    """Whether they are a step of the plan."""

    @property
    def pays(self) -> bool | None:
        """Whether the cost comes back with today's bills; ``None``: it is not known."""
        if self.figures.cost_pen is None:
            return None
        return self.figures.payback_months is not None


def potential_of(
    board: Board, context: PlanContext, *, steps: Sequence[Candidate] = ()
) -> Potential | None:
    """Return the panels that suit a home.

    Parameters
    ----------
    board
        What its plan is chosen from.
    context
        What the board was made from: :func:`.roof.rooftop_panels` of it is not asked again.
    steps
        The plan; panels among them are the ones told.

    Returns
    -------
    Potential or None
        The size of the plan; else, with a known price, the size that is worth most by itself;
        else the one that makes what the home uses by day. ``None``: the place is not known,
        the roof is not the home's, or panels make no sense there.
    """
    answer = rooftop_panels(context)
    proposal = answer.proposal if isinstance(answer, Ask) else answer
    if not isinstance(proposal, Proposal) or not board.priced:
        return None
    chosen = [step for step in steps if step.measure.id == ROOFTOP_PANELS.id]
    sizes = chosen or _sizes(Candidate(measure=ROOFTOP_PANELS, proposal=proposal))
    try:
        told = figures_of(board, [BriefTurn(candidate=size, before=board.start) for size in sizes])
    except PriceUnknownError:
        return None
    size, figures = max(zip(sizes, told, strict=True), key=lambda one: _worth(board, *one))
    sun = context.facts.sun
    assert sun is not None  # noqa: S101 - panels were proposed for its sun
    kwp = float(str(size.proposal.parameters["kwp"]))
    made = kwp * yearly_yield(sun, assumptions=context.facts.solar).middle
    return Potential(
        kwp=kwp,
        made_kwh_year=made,
        figures=figures,
        pays_below_pen=_pays_below(board, size.proposal, figures),
        roof_is_sure=not isinstance(answer, Ask),
        is_step=bool(chosen),
    )


def _sizes(candidate: Candidate) -> Sequence[Candidate]:
    """Return the sizes to compare: without a price the fitting one alone."""
    known = candidate.proposal.cost.middle is not None
    return sizes_of(candidate) if known else sizes_of(candidate)[:1]


def _worth(board: Board, size: Candidate, figures: BriefFigures) -> Decimal:
    return net_yearly(figures.home_pen_year, size.proposal, board.money) or Decimal(0)


def _pays_below(board: Board, proposal: Proposal, figures: BriefFigures) -> Decimal | None:
    if figures.cost_pen is not None:
        return None
    value = present_value(
        figures.home_pen_year,
        years=board.money.years(proposal),
        rate=board.money.rate,
        fading_year=proposal.fading_year,
    )
    return max(Decimal("0.00"), round_cent(price_that_is_worth(value, proposal, board.money)))
