"""The subsets of every group of a home, one below the other, so that all are reckoned at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.bundles import COMPARED_AT_ONCE, Bundles, Group, beaten
from ahorraluz.core.advice.energy import WattHours
from ahorraluz.core.advice.leaving import Leaving, Sets, Shares, spared
from ahorraluz.core.advice.weighing import Dropped

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """One line for each subset and each use that its group acts on."""

    wh: WattHours
    """Energy of the use, shape (lines, 1, 12). [Wh]"""
    kept: Shares
    """What the subset keeps of it, by way, shape (lines, ways, 12). [0 to 1]"""
    rows: Rows
    """Subsets that act on any use."""
    firsts: Rows
    """First line of each of these."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The subsets of every group, before it is known what acts on everything."""

    leaving: Leaving
    groups: tuple[Group, ...]
    sets: Sets
    """Members, shape (rows, n), group by group."""
    sizes: tuple[int, ...]
    """Subsets of each group."""
    fixed: Floats
    """Off the worth, by goal, shape (rows, g)."""
    cost: Floats
    """Paid once, shape (rows,). [PEN]"""
    ways: tuple[Dropped, ...]
    """Ways in which members do not act: twelve columns each."""
    alike: tuple[bool, ...]
    """Of each group, whether a subset that takes more for less is always better."""

    @cached_property
    def group(self) -> Rows:
        """Number of the group of each row."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def firsts(self) -> tuple[int, ...]:
        """First row of each group."""
        return tuple(int(row) for row in np.cumsum([0, *self.sizes])[:-1])

    def best(self, everywhere: Shares, fine: Sets) -> tuple[Bundles, Rows]:
        """Return the bundles that none of their group beats, and the group of each.

        Parameters
        ----------
        everywhere
            What acting on everything keeps of every use, by way, shape (ways, 12).
        fine
            Rows that may be chosen at all.
        """
        taken = self._taken(everywhere)
        of_no_account = ~np.array(self.alike, dtype=bool)[self.group]
        keys = np.stack([-taken.sum(axis=1), self.fixed[:, 0], self.cost])
        keys[:, of_no_account] = 0.0
        order = np.lexsort((*keys, self.group))
        bundles = Bundles(sets=self.sets, taken=taken, fixed=self.fixed, cost=self.cost)
        bundles, fine = bundles.kept(order), fine[order]
        ones, others = self._pairs
        fine[others[fine[ones] & bundles.beats(ones, others)]] = False
        for rows in self._large:
            among = rows[fine[rows]]
            fine[among] = ~beaten(bundles.kept(among))
        return bundles.kept(fine), self.group[fine]

    @cached_property
    def _pairs(self) -> tuple[Rows, Rows]:
        """Every two rows of the same group, the earlier first, as far as they are compared."""
        ones, others = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for first, size, alike in zip(self.firsts, self.sizes, self.alike, strict=True):
            if alike and size <= COMPARED_AT_ONCE:
                one, other = np.triu_indices(size, k=1)
                ones.append(first + one)
                others.append(first + other)
        return np.concatenate(ones), np.concatenate(others)

    @cached_property
    def _large(self) -> tuple[Rows, ...]:
        """Rows of groups of which not every two are compared in one go."""
        return tuple(
            np.arange(first, first + size)
            for first, size, alike in zip(self.firsts, self.sizes, self.alike, strict=True)
            if alike and size > COMPARED_AT_ONCE
        )

    def _taken(self, everywhere: Shares) -> WattHours:
        """Return what each row takes off the meter, shape (rows, ways · 12). [Wh]"""
        lines = self._lines
        taken = np.zeros((len(self.sets), *everywhere.shape), dtype=np.int64)
        if len(lines.rows):
            each = spared(lines.wh, lines.kept * everywhere)
            taken[lines.rows] = np.add.reduceat(each, lines.firsts, axis=0)
        for candidate, amount in self.leaving.added.items():
            acts = np.array([candidate not in way for way in self.ways])
            left = (amount - spared(amount, everywhere)) * acts[:, None]
            taken -= np.where(self.sets[:, candidate, None, None], left, 0)
        return taken.reshape(len(taken), everywhere.size)

    @cached_property
    def _lines(self) -> _Lines:
        uses = tuple(use for group in self.groups for use in group.uses)
        column = {use: number for number, use in enumerate(uses)}
        rows, columns = self._places(column)
        kept = np.ones((len(rows), len(self.ways), len(self.leaving.calendar)))
        for number, way in enumerate(self.ways):
            acting = self.sets.copy()
            acting[:, list(way)] = False
            kept[:, number] = self.leaving.kept_of(acting, uses).shares[rows, columns]
        with_uses, firsts = np.unique(rows, return_index=True)
        return _Lines(
            wh=self.leaving.start.wh.T[[uses[place] for place in columns]][:, None],
            kept=kept,
            rows=with_uses,
            firsts=firsts,
        )

    def _places(self, column: Mapping[int, int]) -> tuple[Rows, Rows]:
        """Return row and column of every subset with every use of its group."""
        pairs = [
            (row, column[use])
            for group, first, size in zip(self.groups, self.firsts, self.sizes, strict=True)
            for row in range(first, first + size)
            for use in group.uses
        ]
        rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return rows, columns
