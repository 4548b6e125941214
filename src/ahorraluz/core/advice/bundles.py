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
Places = NDArray[np.int64]
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

    def kept(self, places: Places | NDArray[np.bool_] | slice) -> "Bundles":
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

    def beats(self, ones: Places, others: Places) -> NDArray[np.bool_]:
        """Tell which of ``ones`` take as much as ``others``, for as little, everywhere."""
        better: NDArray[np.bool_] = (
            (self.taken[ones] >= self.taken[others]).all(axis=1)
            & (self.fixed[ones] <= self.fixed[others]).all(axis=1)
            & (self.cost[ones] <= self.cost[others])
        )
        return better

    @property
    def all_of_them(self) -> "Bundles":
        """Everything at once, as one bundle."""
        return Bundles(
            sets=self.sets.any(axis=0).reshape(1, -1),
            taken=self.taken.sum(axis=0)[None],
            fixed=self.fixed.sum(axis=0)[None],
            cost=self.cost.sum(axis=0)[None],
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


def beaten(bundles: Bundles) -> NDArray[np.bool_]:
    """Tell which bundles one before them beats, shape (j,); by rising cost."""
    keep: list[int] = []
    for place in range(len(bundles)):
        if not bundles.beats(np.array(keep, dtype=np.int64), np.array([place])).any():
            keep.append(place)
    found = np.ones(len(bundles), dtype=bool)
    found[keep] = False
    return found
