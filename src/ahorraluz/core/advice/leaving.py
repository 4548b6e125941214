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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cuts:
    """What candidates do to uses, a line for each of both, the lines of a use together."""

    candidates: Sequence[int]
    shares: Shares
    """What each keeps, shape (lines, 12). [0 to 1]"""
    rows: NDArray[np.int64]
    """Uses that any candidate acts on."""
    firsts: NDArray[np.int64]
    """First line of each of these."""


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
    def _cut(self) -> Mapping[int, tuple[int, ...]]:
        """By place of a use the candidates that act on it by themselves, in their order."""
        found: dict[int, tuple[int, ...]] = {}
        for candidate, (uses, _) in self.kept.items():
            for use in uses:
                found[use] = (*found.get(use, ()), candidate)
        return found

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
            if sets[:, candidate].any():
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
        kept = np.ones((len(sets), len(places), len(self.calendar)))
        cuts = self._cuts_on(places)
        if len(cuts.rows):
            shares = np.where(sets[:, cuts.candidates, None], cuts.shares, 1.0)
            kept[:, cuts.rows] = np.multiply.reduceat(shares, cuts.firsts, axis=1)
        return KeptUses(places=places, shares=kept)

    def _cuts_on(self, places: tuple[int, ...]) -> _Cuts:
        """Return everything that candidates do to some uses by themselves, use by use."""
        if places not in self._known_cuts:
            cuts = [
                (row, candidate, self.kept[candidate][1][self.kept[candidate][0].index(use)])
                for row, use in enumerate(places)
                for candidate in self._cut.get(use, ())
            ]
            rows, firsts = np.unique([row for row, _, _ in cuts], return_index=True)
            self._known_cuts[places] = _Cuts(
                candidates=[candidate for _, candidate, _ in cuts],
                shares=np.array([shares for _, _, shares in cuts]),
                rows=rows.astype(np.int64),
                firsts=firsts,
            )
        return self._known_cuts[places]

    @cached_property
    def _known_cuts(self) -> dict[tuple[int, ...], _Cuts]:
        return {}

    def taken_when(
        self, sets: Sets, kept: KeptUses, *, everywhere: Shares, candidates: Sequence[int]
    ) -> WattHours:
        """Return what sets take off and add, where everything keeps the share ``everywhere``."""
        start = self.start.wh.T[list(kept.places)]
        total: WattHours = spared(start, kept.shares * everywhere[:, None]).sum(axis=1)
        for candidate in candidates:
            if candidate in self.added:
                amount = self.added[candidate]
                left = amount - spared(amount, everywhere)
                total = total - np.where(sets[:, candidate, None], left, 0)
        return total

    def all_taken(self, sets: Sets) -> WattHours:
        """Return what sets take off the meter, negative where they add, shape (b, 12). [Wh]"""
        return self.taken(sets, uses=self.own, candidates=tuple(self.added))

    def years(self, sets: Sets) -> tuple[EnergyYear, ...]:
        """Return the year that each set leaves, use by use."""
        everywhere = self.of_all(sets)
        kept = self.kept_of(sets, self.own)
        places = list(kept.places)
        each = np.repeat(self.start.wh.T[None], len(sets), axis=0)
        each[:, places] -= spared(each[:, places], kept.shares * everywhere[:, None])
        years = [EnergyYear(uses=self.start.uses, wh=wh.T) for wh in each]
        for candidate, amount in self.added.items():
            left = amount - spared(amount, everywhere)
            for row in np.flatnonzero(sets[:, candidate]):
                years[row] = years[row].plus(UseKey(self.names[candidate]), left[row])
        return tuple(years)


def spared(wh: WattHours, kept: Shares) -> WattHours:
    """Return what is spared of energies of which a share is kept, rounded down once. [Wh]"""
    whole = np.floor(wh * (1.0 - kept) + TINY_WH).astype(np.int64)
    return np.minimum(whole, wh)
