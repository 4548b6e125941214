"""What any set of measures leaves of a year: a function of the set, never of its order.

Measures on the same use multiply; what is spared is rounded down once, after all of
them, to whole watt-hours. So the sum of the steps is the whole plan in every order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.energy import OTHER_HOMES, EnergyYear, UseKey, WattHours
from ahorraluz.core.advice.measures import Effect

Sets = NDArray[np.bool_]
Shares = NDArray[np.float64]

TINY_WH = 1e-6
"""Keeps a product that should be whole from being rounded down by the last bit. [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptUses:
    """The share of some uses that sets keep."""

    places: tuple[int, ...]
    shares: Shares
    """Shape (b, uses, 12). [0 to 1]"""


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """Effects of every candidate on every use, as arrays."""

    start: EnergyYear
    names: tuple[str, ...]
    """Name under which each candidate adds energy, shape (n,)."""
    effects: tuple[Effect, ...]
    calendar: tuple[int, ...]
    """Calendar month of each month to come, from zero."""

    @cached_property
    def added(self) -> Mapping[int, WattHours]:
        """Energy that candidates add to every month, by candidate. [Wh]"""
        return {
            place: np.full(len(self.calendar), round(effect.added.middle * 1000), dtype=np.int64)
            for place, effect in enumerate(self.effects)
            if effect.added is not None
        }

    @cached_property
    def on_all(self) -> Mapping[int, Shares]:
        """Kept shares, shape (12,), of candidates that act on all that the home uses."""
        months = list(self.calendar)
        return {
            place: 1.0 - np.array(effect.home_shares)[months]
            for place, effect in enumerate(self.effects)
            if effect.home_shares
        }

    @cached_property
    def kept(self) -> Mapping[int, tuple[tuple[int, ...], Shares]]:
        """By candidate the places of the uses it acts on, and kept shares, shape (uses, 12)."""
        months = list(self.calendar)
        places = {use: place for place, use in enumerate(self.start.uses)}
        found: dict[int, tuple[tuple[int, ...], Shares]] = {}
        for number, effect in enumerate(self.effects):
            row: dict[int, Shares] = {}
            for cut in () if effect.home_shares else effect.cuts:
                if cut.use in places:
                    place = places[cut.use]
                    row[place] = row.get(place, 1.0) * (1.0 - np.array(cut.shares)[months])
            if row:
                found[number] = (tuple(row), np.array(list(row.values())))
        return found

    @cached_property
    def _cut(self) -> frozenset[int]:
        """Places of the uses that some candidate acts on by itself."""
        return frozenset(use for uses, _ in self.kept.values() for use in uses)

    @cached_property
    def own(self) -> tuple[int, ...]:
        """Places of the uses of the home itself."""
        return tuple(place for place, use in enumerate(self.start.uses) if use != OTHER_HOMES)

    def uses_of(self, candidate: int) -> frozenset[int]:
        """Return the places of the uses that a candidate acts on."""
        uses, _ = self.kept.get(candidate, ((), None))
        return frozenset(uses)

    def of_all(self, sets: Sets) -> Shares:
        """Return the share that acting on everything keeps in each set, shape (b, 12)."""
        kept = np.ones((len(sets), len(self.calendar)))
        for candidate, share in self.on_all.items():
            kept = np.where(sets[:, candidate, None], kept * share, kept)
        return kept

    def taken(self, sets: Sets, *, uses: Iterable[int], candidates: Sequence[int]) -> WattHours:
        """Return what sets take off some uses, less what they add, shape (b, 12). [Wh]

        Parameters
        ----------
        sets
            Members of each set, shape (b, n).
        uses
            Places of the uses to count.
        candidates
            Candidates whose own additions to count.
        """
        return self.taken_when(
            sets, self.kept_of(sets, uses), everywhere=self.of_all(sets), candidates=candidates
        )

    def kept_of(self, sets: Sets, uses: Iterable[int]) -> KeptUses:
        """Return the share of uses that sets keep by themselves.

        Uses that nothing acts on are left out, unless something acts on everything.
        Shares are multiplied in the order of candidates.
        """
        places = tuple(use for use in uses if use in self._cut or self.on_all)
        row = {use: number for number, use in enumerate(places)}
        kept = np.ones((len(places), len(sets), len(self.calendar)))
        for candidate, (cut, shares) in self.kept.items():
            members = np.flatnonzero(sets[:, candidate])
            if not len(members):
                continue
            for number, use in enumerate(cut):
                if use not in row:
                    continue
                if len(members) == len(sets):
                    kept[row[use]] *= shares[number]
                else:
                    kept[row[use], members] *= shares[number]
        return KeptUses(places=places, shares=kept.transpose(1, 0, 2))

    def taken_when(
        self, sets: Sets, kept: KeptUses, *, everywhere: Shares, candidates: Sequence[int]
    ) -> WattHours:
        """Return what sets take off and add, where everything keeps the share ``everywhere``."""
        start = self.start.wh.T[list(kept.places)]
        total: WattHours = self._spared(start, kept.shares * everywhere[:, None]).sum(axis=1)
        for candidate in candidates:
            if candidate in self.added:
                amount = self.added[candidate]
                left = amount - self._spared(amount, everywhere)
                total = total - np.where(sets[:, candidate, None], left, 0)
        return total

    def all_taken(self, sets: Sets) -> WattHours:
        """Return what sets take off the meter, negative where they add, shape (b, 12). [Wh]"""
        return self.taken(sets, uses=self.own, candidates=tuple(self.added))

    def year(self, members: Iterable[int]) -> EnergyYear:
        """Return the year that one set leaves, use by use."""
        chosen = set(members)
        sets = np.zeros((1, len(self.effects)), dtype=bool)
        sets[0, list(chosen)] = True
        everywhere = self.of_all(sets)
        kept = self.kept_of(sets, self.own)
        wh = self.start.wh.copy()
        places = list(kept.places)
        wh[:, places] -= self._spared(wh.T[places], kept.shares[0] * everywhere).T
        year = EnergyYear(uses=self.start.uses, wh=wh)
        for candidate in sorted(chosen & set(self.added)):
            amount = self.added[candidate]
            left = amount - self._spared(amount, everywhere)[0]
            year = year.plus(UseKey(self.names[candidate]), left)
        return year

    @staticmethod
    def _spared(wh: WattHours, kept: Shares) -> WattHours:
        spared = np.floor(wh * (1.0 - kept) + TINY_WH).astype(np.int64)
        return np.minimum(spared, wh)
