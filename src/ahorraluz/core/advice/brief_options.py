"""What a home would save beside its plan if it had what it did not say, in figures alone.

The options, their order and their figures are those of :func:`.plan.make_plan`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.advice.brief_figures import (
    BriefFigures,
    BriefTurn,
    figures_of,
    figures_of_switch,
)
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import EnergyYear
from ahorraluz.core.advice.interactions import ruled_out
from ahorraluz.core.advice.measures import (
    Answer,
    Candidate,
    Kind,
    Measure,
    Proposal,
)
from ahorraluz.core.advice.placing import LIKELY, standing_of
from ahorraluz.core.advice.recommendation import Recommendation, Standing
from ahorraluz.core.advice.recommending import Turn, Writer
from ahorraluz.core.advice.savings import PriceUnknownError
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Roof, Tenure
from ahorraluz.core.tariffs.band_arrays import whole_shares

OPTIONS = frozenset({Standing.IF_OWNED, Standing.ASK_PRICE, Standing.IF_GRANTED})
"""How a measure stands that is told beside a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefOption:
    """One measure beside a plan: no step, because something of it is not known."""

    measure: str
    standing: Standing
    """What is not known: whether the home has it, its price, or whether it is granted."""
    owned: float
    """Chance that the home has everything it acts on. [0 to 1]"""
    figures: BriefFigures
    """What it alone saves on what the plan leaves, if the home has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A plan, and the energy before and after it."""

    board: Board
    steps: Sequence[Candidate]
    start: EnergyYear
    left: EnergyYear


def may_be_option(measure: Measure, context: PlanContext) -> bool:
    """Tell whether a measure that can be no step may be told beside the plan.

    What needs an owner's word on the dwelling waits for it, and is judged in vain without.
    """
    home = context.home
    if measure.kind in (Kind.CHECK, Kind.TARGET):
        return False
    if measure.needs_owner and home.tenure is not Tenure.OWNER:
        return False
    return home.roof is Roof.OWN or not measure.needs_roof


def brief_options(
    beside: Beside, answers: Sequence[tuple[Measure, Answer]]
) -> tuple[BriefOption, ...]:
    """Return what is told beside a plan, by the soles it promises the home.

    Parameters
    ----------
    beside
        The plan.
    answers
        What each measure that may be an option answers, in the order of the catalogue.

    Returns
    -------
    tuple of BriefOption
        Each alone on what the plan leaves. What hangs on an appliance comes in its order as
        much as the home is likely to have it.
    """
    asked = [
        (candidate, standing)
        for candidate in _candidates(beside.board, answers)
        for standing in [_standing(candidate, beside)]
        if standing is not None
    ]
    priced = _priced(beside, [candidate for candidate, _ in asked])
    found = [
        BriefOption(
            measure=candidate.measure.id,
            standing=standing,
            owned=beside.board.owned(candidate.proposal),
            figures=figures,
        )
        for (candidate, standing), figures in zip(asked, priced, strict=True)
        if figures is not None and _is_told(candidate, figures, beside.board)
    ]
    return tuple(sorted(found, key=lambda one: -float(one.figures.home_pen_year) * one.owned))


def _candidates(board: Board, answers: Sequence[tuple[Measure, Answer]]) -> Iterator[Candidate]:
    """Yield what is proposed, and the tariff option that the plan is made for."""
    for measure, answer in answers:
        if board.switch is not None and measure.id == board.switch.candidate.measure.id:
            yield board.switch.candidate
        elif isinstance(answer, Proposal):
            yield Candidate(measure=measure, proposal=answer)


def _standing(candidate: Candidate, beside: Beside) -> Standing | None:
    """Return how a candidate would be told beside the plan; ``None``: it is not."""
    board, measure = beside.board, candidate.measure.id
    if _is_chosen(candidate, board):
        return Standing.IF_GRANTED
    done = [step.measure.id for step in beside.steps]
    if measure in done or ruled_out(measure, done):
        return None
    standing = standing_of(candidate.proposal, board)
    if standing is Standing.IF_OWNED and board.owned(candidate.proposal) < LIKELY:
        return None
    return standing if standing in OPTIONS else None


def _is_chosen(candidate: Candidate, board: Board) -> bool:
    """Tell whether it is the tariff option that the plan is made for."""
    return board.switch is not None and board.switch.candidate is candidate


def _is_told(candidate: Candidate, figures: BriefFigures, board: Board) -> bool:
    return figures.saving_pen_year > 0 or _is_chosen(candidate, board)


def _priced(beside: Beside, candidates: Sequence[Candidate]) -> list[BriefFigures | None]:
    """Return what each saves, ``None`` where a bill of it has no price; most in one go."""
    energy = [one for one in candidates if one.proposal.switch is None]
    told = dict(zip(map(id, energy), _figures(beside, energy), strict=True))
    return [told[id(one)] if id(one) in told else _switched(beside, one) for one in candidates]


def _figures(beside: Beside, candidates: Sequence[Candidate]) -> Sequence[BriefFigures | None]:
    turns = [BriefTurn(candidate=one, before=beside.left) for one in candidates]
    try:
        return figures_of(beside.board, turns)
    except PriceUnknownError:
        if len(turns) == 1:
            return (None,)
        # One of them leaves the brackets that have prices: each is priced alone.
        return [alone for one in candidates for alone in _figures(beside, [one])]


def _switched(beside: Beside, candidate: Candidate) -> BriefFigures | None:
    """Return what another tariff option saves, which other terms price."""
    board = beside.board
    # The option that the plan is made for is taken before any step.
    year = beside.start if _is_chosen(candidate, board) else beside.left
    turn = Turn(rank=1, standing=Standing.IF_GRANTED, year=year)
    pair, shares = candidate.proposal.switch, candidate.proposal.band_shares
    try:
        if (
            pair is not None
            and board.context.home.homes_on_meter == 1
            and pair.now[0].bands == (Band.TOTAL,)
            and shares == whole_shares(shares)
        ):
            return figures_of_switch(board, candidate, pair, year)
        return _as_figures(Writer(board=board).write(candidate, turn))
    except PriceUnknownError:
        return None


def _as_figures(told: Recommendation) -> BriefFigures:
    assert told.saving is not None  # noqa: S101 - a tariff option claims soles
    nothing = Decimal(0)
    return BriefFigures(
        bill_saving_pen_year=told.bill_saving_pen_year,
        low_pen_year=told.low_pen_year,
        high_pen_year=told.high_pen_year,
        other_pen_year=told.other_pen_year,
        home_pen_year=told.home_pen_year,
        low_pen_month=told.saving.low,
        high_pen_month=told.saving.high,
        kwh_year=nothing,
        low_kwh_year=nothing,
        high_kwh_year=nothing,
        cost_pen=told.cost.middle,
        later_pen=told.later_pen,
        payback_months=told.payback_months,
    )
