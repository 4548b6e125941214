"""The soles of a plan in every drawn year, from exact bills.

A drawn year is a home that uses a little more of this and less of that, in months of its
own, does a step a little better or worse, and is billed to the céntimo with and without
each step. With nothing in doubt every year is the plan's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.drawing import Sample
from ahorraluz.core.advice.drawn_home import CENTS, DrawnHome, DrawnStep, spared
from ahorraluz.core.advice.energy import WattHours
from ahorraluz.core.advice.interactions import LPG_LEAVERS
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.unknowns import PRICES
from ahorraluz.core.tariffs.year_arrays import UNPRICED

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Members = frozenset[int]
"""Steps that are done, by their places."""
NEARLY = 1e-6
"""Céntimos that a sum in floating point may lack of a half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soles:
    """What each step saves in each drawn year, given those before it."""

    saved: Floats
    """Whole bill and other fuels, shape (steps, draws). [PEN/year]"""
    own: Floats
    """The home's own part: less where a meter is shared, shape (steps, draws). [PEN/year]"""
    priced: Flags
    """Which years have a price for every bill, shape (draws,)."""
    left: WattHours
    """Of the meter after no step, one step, two, …, shape (steps + 1, 12, draws). [Wh]"""
    voucher: Flags
    """Whether a gas voucher comes that is not had today, shape (steps + 1, draws)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBill:
    """The year of bills once some steps are done."""

    meter: Floats
    """Shape (draws,). [céntimo/year]"""
    own: Floats
    """The home's own part, shape (draws,). [céntimo/year]"""
    left: WattHours
    """Energy of the meter, shape (12, draws). [Wh]"""
    priced: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the home has of a year once some steps are done: only differences mean anything."""

    meter: Floats
    """Less the whole bill, with other fuels and voucher, shape (draws,). [PEN/year]"""
    own: Floats
    """The same with the home's own part of the bill. [PEN/year]"""
    priced: Flags


def simulate(board: Board, steps: Sequence[Candidate], sample: Sample) -> Soles:
    """Return the soles of steps, in their order, in every drawn year."""
    return DrawnYears.of(board, steps, sample).soles(len(steps))


@dataclass(frozen=True)
class DrawnYears:
    """Every drawn year with any of some steps; what is reckoned once is kept."""

    home: DrawnHome
    steps: tuple[DrawnStep, ...]

    @classmethod
    def of(cls, board: Board, steps: Sequence[Candidate], sample: Sample) -> "DrawnYears":
        """Return the drawn years of a home, all that steps leave in doubt being drawn."""
        home = DrawnHome(board=board, sample=sample)
        drawn = tuple(DrawnStep(home=home, step=step, sample=sample) for step in steps)
        return cls(home=home, steps=drawn)

    def with_steps(self, more: tuple[DrawnStep, ...]) -> "DrawnYears":
        """Return the drawn years with more steps; what was reckoned stays known."""
        wider = DrawnYears(home=self.home, steps=(*self.steps, *more))
        wider._bills.update(self._bills)
        wider._known.update(self._known)
        return wider

    def soles(self, count: int) -> Soles:
        """Return the soles of the first ``count`` steps, each given those before it."""
        prefixes = [frozenset(range(done)) for done in range(count + 1)]
        stands = [self.standing(members) for members in prefixes]
        return Soles(
            saved=np.diff([stand.meter for stand in stands], axis=0),
            own=np.diff([stand.own for stand in stands], axis=0),
            priced=np.all([stand.priced for stand in stands], axis=0),
            left=np.array([self.bill(members).left for members in prefixes]),
            voucher=np.array([self.granted(members) for members in prefixes]),
        )

    def standing(self, members: Members, *, with_voucher: bool = True) -> Standing:
        """Return what the home has of each year once ``members`` are done."""
        bill = self.bill(members)
        outside, priced = self._outside(members)
        outside = _cents(outside + self._voucher(members) if with_voucher else outside)
        prices = np.asarray(self.home.sample.factor(PRICES))
        return Standing(
            meter=(outside - bill.meter * prices) / CENTS,
            own=(outside - bill.own * prices) / CENTS,
            priced=bill.priced & priced,
        )

    def bill(self, members: Members) -> DrawnBill:
        """Return the bills of each year once ``members`` are done."""
        if members not in self._bills:
            left = self._left(members)
            totals = self.home.board.prices.totals(left)
            self._bills[members] = DrawnBill(
                meter=totals.sum(axis=0).astype(np.float64),
                own=self.home.own_part(totals, left),
                left=left,
                priced=(totals != UNPRICED).all(axis=0),
            )
        return self._bills[members]

    @cached_property
    def _bills(self) -> dict[Members, DrawnBill]:
        return {}

    def _left(self, members: Members) -> WattHours:
        """Return the energy of the meter, shape (12, draws). [Wh]"""
        done = sorted(members)
        on_all = frozenset(place for place in done if self.steps[place].everywhere is not None)
        acting: dict[int, list[int]] = {}
        if on_all:
            acting = {use: [] for use in self.home.own_places}
        for place in done:
            for use in self.steps[place].kept:
                acting.setdefault(use, []).append(place)
        taken = np.zeros_like(self.home.meter)
        for use, places in acting.items():
            own = use in self.home.own_places
            taken += self._spared(use, frozenset(places) | (on_all if own else frozenset()))
        added = np.zeros(self.home.draws, dtype=np.int64)
        for place in done:
            added = added + self.steps[place].added
        if on_all:
            added = added - spared(added, self._everywhere(on_all))
        left: WattHours = self.home.meter - taken + added
        return left

    def _spared(self, use: int, places: Members) -> WattHours:
        """Return what steps take off a use, shape (12, draws). [Wh]"""
        if (use, places) not in self._known:
            kept = np.ones((1, 1))
            for place in sorted(places):
                step = self.steps[place]
                share = step.kept.get(use) if step.everywhere is None else step.everywhere
                kept = kept if share is None else kept * share
            self._known[use, places] = spared(self.home.use(use), kept)
        return self._known[use, places]

    @cached_property
    def _known(self) -> dict[tuple[int, Members], WattHours]:
        return {}

    def _everywhere(self, places: Members) -> Floats:
        kept = np.ones((1, 1))
        for place in sorted(places):
            share = self.steps[place].everywhere
            kept = kept if share is None else kept * share
        return kept

    def _outside(self, members: Members) -> tuple[Floats, Flags]:
        """Return what is spared outside the bill, shape (draws,), in céntimos.

        A fuel that takes the place of electricity costs a part of what it takes off the
        bill: the bill without that step tells how much. Beside it, years with a price.
        """
        bill = self.bill(members)
        outside = np.zeros(self.home.draws)
        priced = np.ones(self.home.draws, dtype=bool)
        burns = [place for place in sorted(members) if self.steps[place].fueled]
        for rests in product((False, True), repeat=len(burns)):
            if not any(rests):
                continue
            resting = {place for place, rest in zip(burns, rests, strict=True) if rest}
            without = self.bill(members - resting)
            priced &= without.priced
            weight = np.ones(self.home.draws)
            for place in burns:
                share = self.steps[place].fuel_share
                weight = weight * (share if place in resting else 1.0 - share)
            # Saved without them less saved with them, of the same year before any step.
            outside += weight * (bill.own - without.own)
        for place in sorted(members):
            outside = outside + self.steps[place].other
        return outside, priced

    def _voucher(self, members: Members) -> Floats:
        """Return the gas voucher of each year, shape (draws,). [céntimo]"""
        voucher = self.home.board.problem.voucher
        if voucher is None:
            return np.zeros(self.home.draws)
        return np.asarray(self.granted(members) * (voucher.pen_year * CENTS), dtype=np.float64)

    def granted(self, members: Members) -> Flags:
        """Tell which years bring the gas voucher."""
        board = self.home.board
        voucher = board.problem.voucher
        leaves = any(self.steps[place].step.measure.id in LPG_LEAVERS for place in members)
        if voucher is None or leaves:
            return np.zeros(self.home.draws, dtype=bool)
        limit = int(board.start.total_wh.sum()) - voucher.need_wh
        return np.asarray(self.bill(members).left.sum(axis=0) <= limit)


def _cents(values: Floats) -> Floats:
    """Return whole céntimos, halves up."""
    return np.asarray(np.floor(values + 0.5 + NEARLY), dtype=np.float64)
