"""The plans next to a plan, and what each gives above it in every drawn year.

Next to it are those with one step fewer, one more, or one in the place of another. They
keep the same budget and the same rules, and each is billed to the céntimo in every drawn
year: where one of them is better in some years, it may pay to know which years these are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.drawing import Sample, draw_more
from ahorraluz.core.advice.drawn_home import DrawnStep
from ahorraluz.core.advice.drawn_worth import DrawnWorth
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.optimum import EQUAL
from ahorraluz.core.advice.simulation import DrawnYears
from ahorraluz.core.advice.unknowns import unknowns_of_step

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOST_PLANS = 32
"""So many plans are billed: those that lose least by the figures as expected come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From a plan to one next to it, by places of candidates."""

    leaves: int | None = None
    joins: int | None = None

    def after(self, members: frozenset[int]) -> frozenset[int]:
        """Return the members of the plan that it leads to."""
        without = members - {self.leaves} if self.leaves is not None else members
        return without | {self.joins} if self.joins is not None else without


def moves_from(board: Board, steps: Sequence[Candidate]) -> tuple[Move, ...]:
    """Return the moves to the plans next to ``steps``, those that lose least first.

    Parameters
    ----------
    board
        What the plan was chosen from: its budget and rules hold for every plan.
    steps
        Candidates of the board.
    """
    members = frozenset(board.candidates.index(step) for step in steps)
    outside = [place for place in range(len(board.candidates)) if place not in members]
    alone = [
        *(Move(leaves=place) for place in sorted(members) if _may_be_missed(board, place)),
        *(Move(joins=place) for place in outside),
    ]
    fine = _kept(board, members, alone)
    joined = {move.joins for move in fine}
    # What may simply join needs nobody's place.
    swaps = [
        Move(leaves=leaves, joins=joins)
        for joins in outside
        if joins not in joined
        for leaves in sorted(members)
    ]
    fine += _kept(board, members, swaps)
    if not fine:
        return ()
    worths = board.problem.of_sets(_rows(board, members, fine))[:, 0]
    order = np.argsort(-worths, kind="stable")[:MOST_PLANS]
    return tuple(fine[place] for place in order)


def _may_be_missed(board: Board, place: int) -> bool:
    """Tell whether a home may be better off without a step: it costs, burns or asks something."""
    step = board.candidates[place]
    proposal = step.proposal
    fuels = proposal.fuel_share is not None or (
        proposal.other is not None and min(proposal.other.low, proposal.other.middle) < 0
    )
    asks = bool(board.wishes.effort_pen_month)
    return bool(step.cost) or asks or fuels or proposal.effect.added is not None


def _kept(board: Board, members: frozenset[int], moves: Sequence[Move]) -> list[Move]:
    """Return the moves to plans that keep to the rules and can be paid."""
    if not moves:
        return []
    sets = _rows(board, members, moves)
    limits = board.limits
    fits = board.problem.rules.allowed(sets)
    fits &= sets.astype(np.float64) @ board.problem.cost <= limits.spend + EQUAL
    paid = limits.affordable
    return [
        move
        for move, fine in zip(moves, fits, strict=True)
        if fine and (paid is None or paid(sorted(move.after(members))))
    ]


def _rows(board: Board, members: frozenset[int], moves: Iterable[Move]) -> Flags:
    return np.vstack([board.problem.mask(move.after(members)) for move in moves])


@dataclass(frozen=True)
class NearPlans:
    """The plans next to a plan in every drawn year."""

    board: Board
    steps: tuple[Candidate, ...]
    years: DrawnYears
    """Of these steps."""

    @cached_property
    def _all_moves(self) -> tuple[Move, ...]:
        return moves_from(self.board, self.steps)

    @property
    def moves(self) -> tuple[Move, ...]:
        """Moves to those that are better than the plan in any drawn year."""
        return self._billed[0]

    @cached_property
    def joining(self) -> tuple[Candidate, ...]:
        """Candidates that these have and the plan has not."""
        places = dict.fromkeys(move.joins for move in self.moves if move.joins is not None)
        return tuple(self.board.candidates[place] for place in places)

    @cached_property
    def sample(self) -> Sample:
        """What was drawn of the plan, and of the steps that join one next to it."""
        known = self.years.home.sample
        more = [
            unknown
            for step in self.joining
            for unknown in unknowns_of_step(step)
            if unknown.id not in known.deviates
        ]
        return draw_more(known, more)

    @property
    def gains(self) -> Floats:
        """What each gives above the plan, shape (moves, draws). [PEN/year]"""
        return self._billed[1]

    @property
    def priced(self) -> Flags:
        """Years in which all of them have prices, shape (draws,)."""
        return self._billed[2]

    @cached_property
    def _billed(self) -> tuple[tuple[Move, ...], Floats, Flags]:
        priced = np.ones(self.years.home.draws, dtype=bool)
        found: list[tuple[Move, Floats]] = []
        for move in self._all_moves:
            gain, known = self._gain(move)
            priced &= known
            if (gain[known] > 0).any():
                found.append((move, gain))
        gains = np.array([gain for _, gain in found]).reshape(len(found), len(priced))
        return tuple(move for move, _ in found), gains, priced

    def _gain(self, move: Move) -> tuple[Floats, Flags]:
        plan = frozenset(range(len(self.steps)))
        leaves, joins = (
            None if place is None else self._numbers[place] for place in (move.leaves, move.joins)
        )
        here, there = (
            self._worth.of(members)
            for members in (plan, Move(leaves=leaves, joins=joins).after(plan))
        )
        return there[0] - here[0], here[1] & there[1]

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """Places of candidates among the drawn steps."""
        steps = (*map(self.board.candidates.index, self.steps), *self._joining)
        return {place: number for number, place in enumerate(steps)}

    @cached_property
    def _joining(self) -> tuple[int, ...]:
        moves = self._all_moves
        return tuple(dict.fromkeys(move.joins for move in moves if move.joins is not None))

    @cached_property
    def _worth(self) -> DrawnWorth:
        """Worth of sets of the steps and of those that may join."""
        years = self.years.with_steps(tuple(self._join_steps()))
        return DrawnWorth(board=self.board, years=years)

    def _join_steps(self) -> Iterator[DrawnStep]:
        home = self.years.home
        for place in self._joining:
            step = self.board.candidates[place]
            sample = draw_more(home.sample, unknowns_of_step(step))
            yield DrawnStep(home=home, step=step, sample=sample)
