"""The best set of measures, proved: branch and bound over the groups of a home.

Partial plans grow group by group. Each has a bound that no completion passes: prices for
a watt-hour of each month and for a sol of the budget make the groups that are left
independent, whatever those prices are, and the exact curve of the bill gives the rest
(Lagrangian duality). A partial plan whose bound is below a plan already known is dropped.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ahorraluz.core.advice.bundles import Bundles, choices_on_all
from ahorraluz.core.advice.multipliers import Hunt, Ladder, Multipliers, find_multipliers
from ahorraluz.core.advice.problem import Problem
from ahorraluz.core.advice.saving_curve import Floats

NARROW = 6
"""Partial plans of the first, quick search that finds a plan to beat."""
CHUNK = 4_000
"""Partial plans that are bounded at a time."""
EQUAL = 1e-7
"""Worths nearer than this are the same."""

Affordable = Callable[[Sequence[int]], bool]
"""Tells whether a set can be paid in some order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a set must keep to."""

    spend: float = np.inf
    """No set costs more. [PEN]"""
    affordable: Affordable | None = None
    """Judges a set that costs no more; ``None``: every such set is fine."""
    most_states: int = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best set found, and how far it is proved."""

    members: frozenset[int]
    worth: float
    """By the first goal."""
    bound: float
    """No set is worth more."""
    states: int
    """Partial plans that were bounded."""

    @property
    def proved(self) -> bool:
        """Whether no better set exists."""
        return self.bound <= self.worth + EQUAL


class _Search:
    """One search: the best plan so far, and the bound of what was not looked at."""

    def __init__(self, problem: Problem, limits: Limits, start: Best | None) -> None:
        self.problem, self.limits = problem, limits
        self.best = start
        self.prices: dict[int, Multipliers] = {}
        self.open_bound = -np.inf if problem.whole else np.inf
        self.states = 0

    @property
    def to_beat(self) -> float:
        return self.best.worth if self.best else -np.inf

    def over(self, on_all: tuple[int, ...]) -> None:
        """Search everything that goes with one choice of what acts on all uses."""
        problem, spend = self.problem, self.limits.spend
        prepared = problem.prepared(on_all)
        if prepared is None:
            return
        rest, ladder = prepared.rest, prepared.ladder
        if not ladder.levels:
            self._finish(rest.kept(rest.cost <= spend + EQUAL))
            return
        found = []
        for goal, curves in enumerate(problem.upper):
            aim = self.to_beat if goal == 0 else 0.0
            last = goal == len(problem.upper) - 1
            prices, bound = find_multipliers(
                curves,
                ladder,
                rest,
                hunt=Hunt(goal=goal, spend=spend, to_beat=aim - problem.base * last),
                start=self.prices.get(goal),
            )
            self.prices[goal] = prices
            if last:
                bound += float(problem.may_bring(rest.taken, ladder.reach[1][0])[0])
            if bound <= (aim + EQUAL if goal == 0 else -EQUAL):
                return
            found.append(prices)
        left = self._grow(rest, ladder, found, most=NARROW)
        if left > self.to_beat + EQUAL:
            left = self._grow(rest, ladder, found, most=self.limits.most_states)
        self.open_bound = max(self.open_bound, left)

    def _grow(
        self,
        states: Bundles,
        ladder: Ladder,
        found: Sequence[Multipliers],
        *,
        most: int,
    ) -> float:
        """Grow partial plans to whole ones; return the bound of those that were let go."""
        left = -np.inf
        for level, bundles in enumerate(ladder.levels):
            if not len(states):
                return left
            states, bounds = self._expanded(states, bundles, found, level=level + 1)
            if len(bounds) > most:
                order = np.argsort(-bounds, kind="stable")
                left = max(left, float(bounds[order[most]]))
                states = states.kept(order[:most])
        self._finish(states)
        return left

    def _expanded(
        self,
        states: Bundles,
        bundles: Bundles,
        found: Sequence[Multipliers],
        *,
        level: int,
    ) -> tuple[Bundles, Floats]:
        """Return every state with every bundle, as far as it may beat the best, and bounds."""
        size = max(1, CHUNK // len(bundles))
        parts, bounds = [], []
        for first in range(0, len(states), size):
            part = states.kept(np.arange(first, min(first + size, len(states)))).joined(bundles)
            part = part.kept(part.cost <= self.limits.spend + EQUAL)
            bound = self._bound(part, found, level=level)
            fine = bound > self.to_beat + EQUAL
            parts.append(part.kept(fine))
            bounds.append(bound[fine])
        return Bundles.together(parts), np.concatenate(bounds)

    def _bound(self, states: Bundles, found: Sequence[Multipliers], *, level: int) -> Floats:
        """Return the most the first goal may come to; -inf where another goal must fall."""
        self.states += len(states)
        first = np.full(len(states), np.inf)
        fits = np.ones(len(states), dtype=bool)
        for goal, prices in enumerate(found):
            bound = prices.bound(
                states.taken,
                states.fixed[:, goal],
                self.limits.spend - states.cost,
                curves=self.problem.upper[goal],
                level=level,
            )
            if goal == len(found) - 1:
                more = prices.ladder.reach[1][level]
                bound = bound + self.problem.may_bring(states.taken, more)
            if goal == 0:
                first = bound
            else:
                fits &= bound >= -EQUAL
        return np.where(fits, first, -np.inf)

    def _finish(self, states: Bundles) -> None:
        """Look at whole plans, the best first, until one can be paid."""
        if not len(states):
            return
        worths = self.problem.worths(states.taken, states.fixed, states.sets)
        fine = (worths[:, 1:] >= -EQUAL).all(axis=1) & self.problem.rules.allowed(states.sets)
        order = np.lexsort((states.sets.sum(axis=1), -worths.sum(axis=1), -worths[:, 0]))
        for place in order[fine[order]]:
            if worths[place, 0] <= self.to_beat + EQUAL:
                return
            members = [int(member) for member in np.flatnonzero(states.sets[place])]
            if self.limits.affordable is None or self.limits.affordable(members):
                self.best = Best(
                    members=frozenset(members),
                    worth=float(worths[place, 0]),
                    bound=np.inf,
                    states=self.states,
                )
                return


def find_best(
    problem: Problem, limits: Limits, *, known: Iterable[frozenset[int]] = ()
) -> Best | None:
    """Return the best set within limits; ``None``: no set keeps to them.

    Parameters
    ----------
    problem
        The choice of one home.
    limits
        Budget, and how it may be paid.
    known
        Sets that keep to the limits, found before: what is worse is not looked at.
    """
    start = None
    for members in known:
        worth = problem.of_sets(problem.mask(members))[0]
        if (start is None or worth[0] > start.worth) and (worth[1:] >= -EQUAL).all():
            start = Best(members=members, worth=float(worth[0]), bound=np.inf, states=0)
    search = _Search(problem, limits, start)
    for on_all in choices_on_all(problem.leaving, problem.rules):
        search.over(on_all)
    if search.best is None:
        return None
    return Best(
        members=_needed(problem, search.best.members, limits),
        worth=search.best.worth,
        bound=max(search.best.worth, search.open_bound),
        states=search.states,
    )


def _needed(problem: Problem, members: frozenset[int], limits: Limits) -> frozenset[int]:
    """Return the members without those that add nothing, the dearest of them first."""
    left = sorted(members)
    while True:
        sets = np.repeat(problem.mask(left), 1 + len(left), axis=0)
        sets[1 + np.arange(len(left)), left] = False
        worths = problem.of_sets(sets)
        same = (worths[1:, 0] >= worths[0, 0] - EQUAL) & (worths[1:, 1:] >= -EQUAL).all(axis=1)
        same &= problem.rules.allowed(sets[1:])
        idle = [
            (float(worths[row + 1].sum()), float(problem.cost[place]), -place)
            for row, place in enumerate(left)
            if same[row] and _can(limits, [member for member in left if member != place])
        ]
        if not idle:
            return frozenset(left)
        left.remove(-max(idle)[2])


def _can(limits: Limits, members: Sequence[int]) -> bool:
    return limits.affordable is None or limits.affordable(members)
