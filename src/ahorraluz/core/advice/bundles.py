"""Bundles: the subsets of measures that act on the same uses, as one choice of the search.

Measures that share a use, or a rule, belong together and are enumerated; those that share
nothing add up. What acts on everything a home uses, such as panels, is decided first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.energy import WattHours
from ahorraluz.core.advice.leaving import Leaving, Sets
from ahorraluz.core.advice.rules import Rules

Floats = NDArray[np.float64]
MOST_TOGETHER = 13
"""Measures of one group that are enumerated: 8,192 subsets."""
COMPARED_AT_ONCE = 32
"""Bundles of which every pair is compared in one go; more of them would fill the memory."""


@dataclass(frozen=True, kw_only=True)
class Bundles:
    """The subsets of one group of candidates, each with what it takes and costs."""

    sets: Sets
    """Members, shape (j, n)."""
    taken: WattHours
    """Taken off the meter in every weighted month, shape (j, m). [Wh]"""
    fixed: Floats
    """Off the worth, by goal, shape (j, g)."""
    cost: Floats
    """Paid once, shape (j,). [PEN]"""

    def __len__(self) -> int:
        return len(self.cost)

    def kept(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> "Bundles":
        """Return some of the bundles."""
        return Bundles(
            sets=self.sets[places],
            taken=self.taken[places],
            fixed=self.fixed[places],
            cost=self.cost[places],
        )

    def joined(self, others: "Bundles") -> "Bundles":
        """Return every one of these with every one of ``others``."""
        many, width = len(self), len(others)
        each = np.repeat(np.arange(many), width)
        other = np.tile(np.arange(width), many)
        return Bundles(
            sets=self.sets[each] | others.sets[other],
            taken=self.taken[each] + others.taken[other],
            fixed=self.fixed[each] + others.fixed[other],
            cost=self.cost[each] + others.cost[other],
        )

    @classmethod
    def together(cls, parts: Sequence["Bundles"]) -> "Bundles":
        """Return bundles one below the other."""
        return cls(
            sets=np.concatenate([part.sets for part in parts]),
            taken=np.concatenate([part.taken for part in parts]),
            fixed=np.concatenate([part.fixed for part in parts]),
            cost=np.concatenate([part.cost for part in parts]),
        )


@dataclass(frozen=True, kw_only=True)
class Group:
    """Candidates that are chosen together, and the uses that they act on."""

    candidates: tuple[int, ...]
    uses: tuple[int, ...]


def groups_of(leaving: Leaving, rules: Rules) -> tuple[Group, ...]:
    """Return the groups of candidates that share uses or rules; those on everything apart."""
    alone = [place for place in range(len(leaving.effects)) if place not in leaving.on_all]
    root = {place: place for place in alone}

    def find(place: int) -> int:
        while root[place] != place:
            place = root[place]
        return place

    by_use: dict[int, int] = {}
    for place in alone:
        for use in leaving.uses_of(place):
            root[find(place)] = find(by_use.setdefault(use, place))
    pairs = [*rules.exclusions, *((a, b) for a, others in rules.needs.items() for b in others)]
    for one, other in pairs:
        if one in root and other in root:
            root[find(one)] = find(other)
    members: dict[int, list[int]] = {}
    for place in alone:
        members.setdefault(find(place), []).append(place)
    return tuple(
        Group(
            candidates=tuple(places),
            uses=tuple(sorted(set[int]().union(*(leaving.uses_of(place) for place in places)))),
        )
        for places in members.values()
    )


def subsets(count: int) -> Sets:
    """Return every subset of ``count`` things, the empty one first, shape (2**count, count)."""
    numbers = np.arange(1 << count)
    found: Sets = (numbers[:, None] >> np.arange(count)) & 1 == 1
    return found


def choices_on_all(leaving: Leaving, rules: Rules) -> Iterator[tuple[int, ...]]:
    """Yield the allowed sets of candidates that act on everything a home uses."""
    places = tuple(leaving.on_all)
    sets = np.zeros((1 << len(places), len(leaving.effects)), dtype=bool)
    sets[:, list(places)] = subsets(len(places))
    for row in sets[rules.allowed(sets, within=places)]:
        yield tuple(int(place) for place in np.flatnonzero(row))


def undominated(bundles: Bundles) -> Bundles:
    """Return the bundles of which no other takes as much, for as little, everywhere."""
    order = np.lexsort((-bundles.taken.sum(axis=1), bundles.fixed[:, 0], bundles.cost))
    bundles = bundles.kept(order)
    if len(bundles) <= COMPARED_AT_ONCE:
        return bundles.kept(~_beaten(bundles))
    keep: list[int] = []
    for place in range(len(bundles)):
        known = np.array(keep, dtype=np.int64)
        better = (
            (bundles.taken[known] >= bundles.taken[place]).all(axis=1)
            & (bundles.fixed[known] <= bundles.fixed[place]).all(axis=1)
            & (bundles.cost[known] <= bundles.cost[place])
        )
        if not better.any():
            keep.append(place)
    return bundles.kept(np.array(keep, dtype=np.int64))


def _beaten(bundles: Bundles) -> NDArray[np.bool_]:
    """Tell which bundles one before them beats, shape (j,): every pair at once."""
    taken, fixed, cost = bundles.taken, bundles.fixed, bundles.cost
    better = (
        (taken[:, None] >= taken).all(axis=2)
        & (fixed[:, None] <= fixed).all(axis=2)
        & (cost[:, None] <= cost)
    )
    return np.asarray(np.triu(better, k=1).any(axis=0))


def promising(group: Sequence[int], worths: Sequence[float]) -> tuple[tuple[int, ...], bool]:
    """Return the members to enumerate, and whether they are all of them."""
    if len(group) <= MOST_TOGETHER:
        return tuple(group), True
    best = sorted(group, key=lambda place: -worths[place])[:MOST_TOGETHER]
    return tuple(sorted(best)), False
