"""The tariff option as a choice of the plan: the best set of measures under each, compared.

An option with hours is no measure like others: it changes the bill of everything. So the best
set is searched for under every option that the home may ask for, and under today's option in
the same sheet; the option that gives most above today's is taken, if any does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.choosing import Board, Choice, Choose, Switch
from ahorraluz.core.advice.context import TermsPair
from ahorraluz.core.advice.measures import Answer, Ask, Candidate, Measure, NotHere, Proposal
from ahorraluz.core.advice.pricing import YearPrices
from ahorraluz.core.advice.recommendation import OptionTried, Reason
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.money import CENT, round_cent
from ahorraluz.core.tariffs.band_arrays import whole_shares
from ahorraluz.core.tariffs.schedule import OPTION_BANDS

Floats = NDArray[np.float64]
EQUAL = 1e-6
"""Worths nearer than this are the same: then the home stays as it is."""
MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A board with its option, the choice on it, and every option that was tried."""

    board: Board
    choice: Choice
    tried: tuple[OptionTried, ...] = ()
    stays: Board | None = None
    """Under a chosen option, the board of today's in the same sheet."""


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """The best plan on one board."""

    board: Board
    choice: Choice
    worth: tuple[float, ...]
    """By goal."""

    @classmethod
    def best(cls, board: Board, choose: Choose) -> "_Plan | None":
        """Return the best plan; ``None``: no set keeps to the limits."""
        choice = choose(board)
        if board.candidates and choice.best is None:
            return None
        worth = _worth(board, choice)
        # Only CO2 is got most of as long as soles do not fall.
        if (worth[1:] < -EQUAL).any():
            return None
        return cls(board=board, choice=choice, worth=tuple(map(float, worth)))

    @property
    def proved(self) -> bool:
        return self.choice.best is None or self.choice.best.proved

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(step.measure.id for step in self.choice.steps)

    def above(self, other: "_Plan | None") -> tuple[float, ...]:
        """Return how much more it gives than another, by goal."""
        if other is None:
            return tuple(np.inf for _ in self.worth)
        return tuple(
            0.0 if abs(mine - theirs) < EQUAL else mine - theirs
            for mine, theirs in zip(self.worth, other.worth, strict=True)
        )


def choose_with_option(
    board: Board, answers: Iterable[tuple[Measure, Answer]], choose: Choose
) -> Offered:
    """Return the best plan over every tariff option and every set of measures.

    Parameters
    ----------
    board
        What a plan under today's option is chosen from.
    answers
        What every measure answers; those that propose an option with hours are tried.
    choose
        Strategy that picks the set under each option.

    Returns
    -------
    Offered
        The board of the chosen option, or ``board`` itself where none gives more.
    """
    found = Offered(board=board, choice=choose(board))
    if not board.priced:
        return found
    tried: list[tuple[OptionTried, Offered | None, tuple[float, ...]]] = []
    for measure, answer in answers:
        proposal = _proposal(answer)
        if proposal is not None and proposal.switch is not None and _has_hours(proposal.switch):
            candidate = Candidate(measure=measure, proposal=proposal)
            tried.append(_try(board, candidate, choose))
    gains = [gain for _, offered, gain in tried if offered is not None]
    most = max(gains, default=())
    if most <= tuple(0.0 for _ in most):
        return replace(found, tried=tuple(one for one, _, _ in tried))
    first = next(n for n, (_, offered, gain) in enumerate(tried) if offered and gain == most)
    chosen = tried[first][1]
    assert chosen is not None  # noqa: S101 - only what could be tried has a gain
    return replace(
        chosen,
        tried=tuple(replace(one, chosen=n == first) for n, (one, _, _) in enumerate(tried)),
    )


def _proposal(answer: Answer) -> Proposal | None:
    match answer:
        case Proposal():
            return answer
        case Ask():
            return answer.proposal
        case NotHere():
            return None


def _has_hours(pair: TermsPair) -> bool:
    return pair.then[0].supply.option in OPTION_BANDS


def _try(
    board: Board, candidate: Candidate, choose: Choose
) -> tuple[OptionTried, Offered | None, tuple[float, ...]]:
    """Return one option as it was tried, the plan under it, and what that gives above today's."""
    pair = candidate.proposal.switch
    assert pair is not None  # noqa: S101 - only switches are tried
    told = OptionTried(
        measure=candidate.measure.id,
        option=pair.then[0].supply.option,
        today=pair.now[0].supply.option,
        sheet_start=pair.now[0].days[0].schedule.start,
        chosen=False,
        reason=None,
        meter=candidate.proposal.cost,
        chance=_chance(candidate),
    )
    today = replace(
        board, context=replace(board.context, year=pair.now), prices=YearPrices(pair.now)
    )
    other = _under(today, candidate, pair)
    if other is None or not today.priced:
        return replace(told, reason=Reason(key="reason.price-unknown")), None, ()
    assert other.switch is not None  # noqa: S101 - it is the board of one
    told = replace(told, switch_pen_year=other.switch.saved_year)
    if board.budget_pen is not None and other.meter_pen > board.budget_pen:
        why = Reason(key="option.over-budget", parameters={"cost": other.meter_pen})
        return replace(told, reason=why), None, ()
    stays, moves = _Plan.best(today, choose), _Plan.best(other, choose)
    if moves is None:
        return replace(told, reason=Reason(key="option.costs-more")), None, ()
    names = stays.names if stays is not None else ()
    told = replace(
        told,
        worth=_told(board, moves),
        worth_today=None if stays is None else _told(board, stays),
        steps=moves.names,
        joins=tuple(name for name in moves.names if name not in names),
        leaves=tuple(name for name in names if name not in moves.names),
        proved=moves.proved and (stays is None or stays.proved),
    )
    return told, Offered(board=other, choice=moves.choice, stays=today), moves.above(stays)


def _under(today: Board, candidate: Candidate, pair: TermsPair) -> Board | None:
    """Return the board under an option; ``None``: today's energy has no price there."""
    shares = whole_shares(candidate.proposal.band_shares)
    whole = replace(candidate, proposal=replace(candidate.proposal, band_shares=shares))
    prices = YearPrices(pair.then, shares=shares)
    other = replace(today, context=replace(today.context, year=pair.then), prices=prices)
    if not other.priced:
        return None
    now, then = (
        int(side.prices.totals(side.start.total_wh[:, None]).sum()) for side in (today, other)
    )
    return replace(other, switch=Switch(candidate=whole, saved_year=(now - then) * CENT))


def _worth(board: Board, choice: Choice) -> Floats:
    """Return the exact worth of a choice by goal, shape (g,)."""
    problem = board.problem
    if not board.candidates:
        goals = [problem.base] if problem.carbon is None else [0.0, problem.base]
        return np.array(goals)
    members = [board.candidates.index(step) for step in choice.steps]
    worth: Floats = problem.of_sets(problem.mask(members))[0]
    return worth


def _told(board: Board, plan: _Plan) -> Decimal:
    monthly = board.wishes.objective is Objective.SAVINGS
    return round_cent(Decimal(repr(plan.worth[0] / (MONTHS if monthly else 1))))


def _chance(candidate: Candidate) -> int | None:
    chance = candidate.proposal.parameters.get("chance")
    return chance if isinstance(chance, int) else None
