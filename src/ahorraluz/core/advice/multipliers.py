"""Prices of a watt-hour of each month and of a sol of the budget that bound a search.

For any prices λ and μ ≥ 0, no completion of a partial plan that took T is worth more than

    Σ max_t [ curve(T + t) − λ t ]  +  Σ max_j [ λ x_j − fixed_j − μ cost_j ]  +  μ · left

with the first sum over months and the second over the groups that are left: a month is
free to take any t within reach, and each group any of its bundles. Prices that make this
small at the root are found by subgradients; every one of them is a true bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from ahorraluz.core.advice.bundles import Bundles
from ahorraluz.core.advice.energy import WattHours
from ahorraluz.core.advice.saving_curve import Floats, UpperCurves

ROUNDS = 24
"""Most steps of the subgradient."""
PATIENCE = 4
"""Steps in a row that hardly lower the bound, after which the search itself is quicker."""
HARDLY = 0.05
"""Part of the distance to the plan to beat that a step must gain to count."""
KILO = 1000.0
SLOWER = 0.8
"""Part of the pace that is kept where a step did not lower the bound."""
HOPED = 0.02
"""How far below the bound a plan is looked for while none is known."""


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """Groups in the order in which they are decided, those with most at stake first."""

    all: Bundles
    """The bundles of every level, one below the other."""
    firsts: tuple[int, ...]
    """Row of the first bundle of each level."""

    @classmethod
    def of(cls, bundles: Bundles, sizes: Sequence[int]) -> "Ladder":
        """Return groups in order: what comes late is then bounded well.

        Parameters
        ----------
        bundles
            Those of every group, one below the other.
        sizes
            How many each group has, none of them empty.
        """
        ends = np.cumsum([0, *sizes]).tolist()
        rows = [np.arange(first, end) for first, end in pairwise(ends)]
        stake = np.subtract(*_reach(bundles.taken, ends[:-1])).sum(axis=1)
        order = np.argsort(-stake, kind="stable")
        placed = np.concatenate([np.arange(0), *(rows[group] for group in order)])
        firsts = np.cumsum([0, *(len(rows[group]) for group in order)])[:-1]
        return cls(all=bundles.kept(placed), firsts=tuple(firsts.tolist()))

    @cached_property
    def levels(self) -> tuple[Bundles, ...]:
        """The bundles of each level."""
        ends = (*self.firsts, len(self.all))
        return tuple(self.all.kept(slice(first, end)) for first, end in pairwise(ends))

    @cached_property
    def reach(self) -> tuple[WattHours, WattHours]:
        """Least and most taken from each level on, shape (levels + 1, m)."""
        most, least = (
            np.concatenate([np.cumsum(ends[::-1], axis=0)[::-1], np.zeros_like(ends[:1])])
            for ends in _reach(self.all.taken, self.firsts)
        )
        return least, most


def _reach(taken: WattHours, firsts: Sequence[int]) -> tuple[WattHours, WattHours]:
    """Return the most and the least taken in each run of rows, shape (runs, m)."""
    return np.maximum.reduceat(taken, firsts), np.minimum.reduceat(taken, firsts)


@dataclass(frozen=True, kw_only=True)
class Multipliers:
    """One set of prices over the ladder of a search."""

    ladder: Ladder
    goal: int
    energy: Floats
    """λ, shape (m,). [PEN/Wh]"""
    budget: float
    """μ, not negative. [PEN/PEN]"""

    @cached_property
    def _values(self) -> Floats:
        bundles = self.ladder.all
        values: Floats = (
            bundles.taken @ self.energy - bundles.fixed[:, self.goal] - self.budget * bundles.cost
        )
        return values

    @cached_property
    def _gains(self) -> Floats:
        """Most that the groups from each level on give at these prices."""
        best = np.maximum.reduceat(self._values, self.ladder.firsts)
        return np.concatenate([np.cumsum(best[::-1])[::-1], [0.0]])

    def bound(
        self, taken: WattHours, fixed: Floats, left: Floats, *, curves: UpperCurves, level: int
    ) -> Floats:
        """Return the most that partial plans may be worth, shape (b,).

        Parameters
        ----------
        taken
            What each took, shape (b, m). [Wh]
        fixed
            What each has off its worth, shape (b,).
        left
            Budget that each has left. [PEN]
        curves
            Bound of the goal.
        level
            Level that is decided next.
        """
        low, high = (end[level] for end in self.ladder.reach)
        months = conjugate(curves, taken, self.energy, low, high)
        spare = self.budget * left if self.budget else 0.0
        bound: Floats = months.sum(axis=1) - fixed + self._gains[level] + spare
        return bound

    def at_root(
        self, curves: UpperCurves, rest: Bundles, spend: float
    ) -> tuple[float, Floats, float]:
        """Return the bound of everything with its subgradient by energy and by budget."""
        ladder = self.ladder
        low, high = (end[0] for end in ladder.reach)
        months, at = _where_most(curves, rest.taken[0], self.energy, low, high)
        ends = (*ladder.firsts[1:], len(self._values))
        chosen = [
            first + int(self._values[first:end].argmax())
            for first, end in zip(ladder.firsts, ends, strict=True)
        ]
        wanted = ladder.all.taken[chosen].sum(axis=0)
        cost = float(ladder.all.cost[chosen].sum() + rest.cost[0])
        left = spend - float(rest.cost[0])
        bound = float(months.sum() - rest.fixed[0, self.goal] + self._gains[0])
        return bound + (self.budget * left if self.budget else 0.0), wanted - at, spend - cost


def conjugate(
    curves: UpperCurves, taken: WattHours, energy: Floats, low: WattHours, high: WattHours
) -> Floats:
    """Return the most of ``curve(taken + t) − energy · t`` for t from low to high.

    Parameters
    ----------
    curves
        Bound over m months.
    taken
        Energy already taken off, shape (b, m). [Wh]
    energy
        λ, shape (m,). [PEN/Wh]
    low, high
        Least and most that may still be taken, shape (m,). [Wh]
    """
    ends = np.stack([taken + low, taken + high])
    at_ends = curves.at(ends) - energy * ends
    knots = curves.values - energy[:, None] * curves.places
    inside = (curves.places > ends[0][..., None]) & (curves.places < ends[1][..., None])
    between = np.where(inside, knots, -np.inf).max(axis=-1)
    best: Floats = np.maximum(at_ends.max(axis=0), between) + energy * taken
    return best


def _where_most(
    curves: UpperCurves, taken: WattHours, energy: Floats, low: WattHours, high: WattHours
) -> tuple[Floats, Floats]:
    """Return the same for one partial plan, and the t that gives it, shape (m,) both."""
    places = np.concatenate([(taken + low)[:, None], (taken + high)[:, None], curves.places], 1)
    places = np.clip(places, (taken + low)[:, None], (taken + high)[:, None])
    values = curves.at(places.T).T - energy[:, None] * (places - taken[:, None])
    best = values.argmax(axis=1)
    rows = np.arange(len(taken))
    return values[rows, best], (places[rows, best] - taken).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunt:
    """What prices are looked for."""

    goal: int
    """Which of the goals they bound."""
    spend: float
    """Budget; may be without end. [PEN]"""
    to_beat: float
    """Worth of a plan that is known: prices that bound everything below it are enough."""


def find_multipliers(
    curves: UpperCurves,
    ladder: Ladder,
    rest: Bundles,
    *,
    hunt: Hunt,
    start: Multipliers | None,
) -> tuple[Multipliers, float]:
    """Return the tightest prices found, and their bound of everything.

    Parameters
    ----------
    curves
        Bound of the goal.
    ladder
        Groups in the order of the search.
    rest
        What is decided already: one bundle.
    hunt
        What is looked for.
    start
        Prices that were good for a problem much like this one.
    """
    if start is not None:
        prices = replace(start, ladder=ladder)
    else:
        prices = Multipliers(ladder=ladder, goal=hunt.goal, energy=_chords(curves), budget=0.0)
    tightest, best, pace, stalled = prices, np.inf, 1.0, 0
    for _ in range(ROUNDS):
        bound, by_energy, by_budget = prices.at_root(curves, rest, hunt.spend)
        pace = pace if bound < best else pace * SLOWER
        aim = hunt.to_beat if np.isfinite(hunt.to_beat) else min(best, bound) * (1 - HOPED)
        stalled = 0 if bound < best - HARDLY * abs(bound - aim) else stalled + 1
        if bound < best:
            tightest, best = prices, bound
        limited = np.isfinite(hunt.spend) and (prices.budget > 0 or by_budget < 0)
        budget = by_budget if limited else 0.0
        size = float((by_energy / KILO) @ (by_energy / KILO) + budget * budget)
        if bound <= aim or size == 0 or stalled > PATIENCE:
            break
        step = pace * (bound - aim) / size
        prices = Multipliers(
            ladder=ladder,
            goal=prices.goal,
            energy=np.maximum(prices.energy - step * by_energy / KILO / KILO, 0.0),
            budget=max(prices.budget - step * budget, 0.0),
        )
    return tightest, best


def _chords(curves: UpperCurves) -> Floats:
    """Return what a watt-hour saves on the way from the least to the most taken. [PEN/Wh]"""
    width = np.maximum(curves.places[:, -1] - curves.places[:, 0], 1)
    chords: Floats = (curves.values[:, -1] - curves.values[:, 0]) / width
    return chords
