"""The soles of a plan in every drawn year, from exact bills.

A drawn year is a home that uses a little more of this and less of that, in months of its
own, does a step a little better or worse, and is billed to the céntimo with and without
each step. With nothing in doubt every year is the plan's own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.chances import Doubt
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.context import MONTHS
from ahorraluz.core.advice.drawing import Sample
from ahorraluz.core.advice.energy import OTHER_HOMES, WattHours
from ahorraluz.core.advice.interactions import LPG_LEAVERS
from ahorraluz.core.advice.leaving import TINY_WH
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.unknowns import PRICES, YEAR, month_id, step_id, use_id
from ahorraluz.core.tariffs.year_arrays import UNPRICED

Floats = NDArray[np.float64]
CENTS = 100.0
WH_KWH = 1000
_ALL = np.ones((1, 1))
"""What is kept of a use that no step acts on by itself."""
NEARLY = 1e-6
"""Céntimos that a sum in floating point may lack of a half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soles:
    """What each step saves in each drawn year, given those before it."""

    saved: Floats
    """Whole bill and other fuels, shape (steps, draws). [PEN/year]"""
    own: Floats
    """The home's own part: less where a meter is shared, shape (steps, draws). [PEN/year]"""
    priced: NDArray[np.bool_]
    """Which years have a price for every bill, shape (draws,)."""
    left: WattHours
    """Of the meter after no step, one step, two, …, shape (steps + 1, 12, draws). [Wh]"""
    voucher: NDArray[np.bool_]
    """Whether a gas voucher comes that is not had today, shape (steps + 1, draws)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bills:
    """A year of bills after no step, one step, two, …"""

    meter: Floats
    """Shape (steps + 1, draws). [céntimo/year]"""
    own: Floats
    """The home's own part, shape (steps + 1, draws). [céntimo/year]"""
    left: WattHours
    """Energy of the meter, shape (steps + 1, 12, draws). [Wh]"""
    priced: NDArray[np.bool_]


def simulate(board: Board, steps: Sequence[Candidate], sample: Sample) -> Soles:
    """Return the soles of steps, in their order, in every drawn year."""
    return _Years(board=board, steps=tuple(steps), sample=sample).soles()


@dataclass(frozen=True)
class _Years:
    board: Board
    steps: tuple[Candidate, ...]
    sample: Sample

    @property
    def draws(self) -> int:
        return self.sample.sampling.draws

    @property
    def months(self) -> list[int]:
        return list(self.board.context.calendar)

    @cached_property
    def meter(self) -> WattHours:
        """Energy of the meter if nothing changes, shape (12, draws). [Wh]"""
        year = np.asarray(self.sample.factor(YEAR))
        months = [year * self.sample.factor(month_id(month)) for month in range(MONTHS)]
        factors = np.array([np.broadcast_to(factor, self.draws) for factor in months])
        return _whole(self.board.start.total_wh[:, None] * factors)

    @cached_property
    def _scale(self) -> tuple[Floats, Floats]:
        """Factor of each use, (uses, draws), and what makes the uses add up, (12, draws)."""
        factors = np.ones((len(self.board.start.uses), self.draws))
        for row, use in zip(factors, self.board.start.uses, strict=True):
            row[:] = self.sample.factor(use_id(use))
        sums = self.board.start.wh.astype(np.float64) @ factors
        return factors, self.meter / np.maximum(sums, 1.0)

    def _use(self, place: int) -> WattHours:
        """Return the energy of a use, shape (12, draws). [Wh]"""
        if place not in self._known:
            factors, scale = self._scale
            wh = self.board.start.wh[:, place, None]
            self._known[place] = _whole(wh * factors[place] * scale)
        return self._known[place]

    @cached_property
    def _known(self) -> dict[int, WattHours]:
        """Energy of the uses that were looked at, by place, shape (12, draws). [Wh]"""
        return {}

    def soles(self) -> Soles:
        bills = self.bills(self.steps)
        outside, priced = self._outside(bills)
        prices = np.asarray(self.sample.factor(PRICES))
        ends = [
            (-np.diff(values, axis=0) * prices + np.diff(outside, axis=0)) / CENTS
            for values in (bills.meter, bills.own)
        ]
        return Soles(
            saved=ends[0],
            own=ends[1],
            priced=bills.priced & priced,
            left=bills.left,
            voucher=self._granted(bills),
        )

    def bills(self, steps: Sequence[Candidate | None]) -> _Bills:
        """Return the bills after each of ``steps``; ``None`` stands for a step that rests."""
        shape = (len(steps) + 1, self.draws)
        found = _Bills(
            meter=np.zeros(shape),
            own=np.zeros(shape),
            left=np.zeros((len(steps) + 1, MONTHS, self.draws), dtype=np.int64),
            priced=np.ones(self.draws, dtype=bool),
        )
        for row, left in enumerate(self._left(steps)):
            totals = self.board.prices.totals(left)
            found.priced[:] &= (totals != UNPRICED).all(axis=0)
            found.meter[row] = totals.sum(axis=0)
            found.own[row] = self._own_part(totals, left)
            found.left[row] = left
        return found

    def _left(self, steps: Sequence[Candidate | None]) -> Iterator[WattHours]:
        """Yield the energy of the meter before the steps and after each, shape (12, draws)."""
        yield self.meter
        kept: dict[int, Floats] = {}
        spared: dict[int, WattHours] = {}
        taken = np.zeros_like(self.meter)
        added = np.zeros(self.draws, dtype=np.int64)
        everywhere: Floats | None = None
        for step in steps:
            moved: Iterable[int] = self._kept(step)
            for place, share in self._kept(step).items():
                kept[place] = kept[place] * share if place in kept else share
            own = self._everywhere(step)
            if own is not None:
                everywhere = own if everywhere is None else everywhere * own
                moved = self._own_places
            for place in moved:
                share = kept.get(place, _ALL)
                wh = _spared(self._use(place), share if everywhere is None else share * everywhere)
                taken = taken + wh - spared.get(place, 0)
                spared[place] = wh
            added = added + self._added(step)
            left = self.meter - taken + added
            yield left if everywhere is None else left - _spared(added, everywhere)

    def _added(self, step: Candidate | None) -> WattHours:
        """Return what a step adds to every month, shape (draws,). [Wh]"""
        estimate = None if step is None else step.proposal.effect.added
        if step is None or estimate is None:
            return np.zeros(self.draws, dtype=np.int64)
        factor = np.broadcast_to(self.sample.factor(step_id(Doubt.ADDED, step)), self.draws)
        return _whole(round(estimate.middle * WH_KWH) * factor)

    @cached_property
    def _own_places(self) -> tuple[int, ...]:
        return tuple(p for p, use in enumerate(self.board.start.uses) if use != OTHER_HOMES)

    def _kept(self, step: Candidate | None) -> Mapping[int, Floats]:
        """Return the share that a step keeps of uses by their place, shape (12 or 1, draws)."""
        found: dict[int, Floats] = {}
        uses = self.board.start.uses
        effect = step.proposal.effect if step is not None else None
        if step is None or effect is None or effect.home_shares:
            return found
        factor = self.sample.factor(step_id(Doubt.EFFECT, step))
        for cut in effect.cuts:
            if cut.use in uses:
                shares = np.array(cut.shares)[self.months][:, None]
                if len(set(cut.shares)) == 1:
                    shares = shares[:1]
                place = uses.index(cut.use)
                found[place] = found.get(place, 1.0) * (1.0 - np.minimum(shares * factor, 1.0))
        return found

    def _everywhere(self, step: Candidate | None) -> Floats | None:
        """Return the share that a step keeps of all that the home uses; ``None``: all of it."""
        if step is None or not step.proposal.effect.home_shares:
            return None
        shares = np.array(step.proposal.effect.home_shares)[self.months][:, None]
        factor = self.sample.factor(step_id(Doubt.EFFECT, step))
        kept: Floats = 1.0 - np.minimum(shares * factor, 1.0)
        return kept

    def _own_part(self, totals: WattHours, left: WattHours) -> Floats:
        """Return what the home pays of the meter's year, shape (draws,). [céntimo/year]"""
        homes = self.board.context.home.homes_on_meter
        if homes == 1:
            return np.asarray(totals.sum(axis=0), dtype=np.float64)
        fixed = np.minimum(self.board.prices.connected[:, None], totals)
        own = left - self._others
        share = own / np.maximum(left, 1)
        part = fixed / homes + (totals - fixed) * share
        return np.asarray(np.where(left > 0, part, totals / homes).sum(axis=0), dtype=np.float64)

    @cached_property
    def _others(self) -> WattHours:
        """Energy of the other homes of the meter, shape (12, draws). [Wh]"""
        uses = self.board.start.uses
        if OTHER_HOMES not in uses:
            return np.zeros_like(self.meter)
        return self._use(uses.index(OTHER_HOMES))

    def _outside(self, bills: _Bills) -> tuple[Floats, NDArray[np.bool_]]:
        """Return what is spared outside the bill after each step, (steps + 1, draws), in céntimos.

        A fuel that takes the place of electricity costs a part of what it takes off the
        bill: the bill without that step tells how much. Beside it, years with a price.
        """
        outside = np.zeros(bills.own.shape)
        priced = np.ones(self.draws, dtype=bool)
        burns = [place for place, step in enumerate(self.steps) if step.proposal.fuel_share]
        for rests in product((False, True), repeat=len(burns)):
            if not any(rests):
                continue
            resting = {place for place, rest in zip(burns, rests, strict=True) if rest}
            without = self.bills(
                [None if place in resting else step for place, step in enumerate(self.steps)]
            )
            priced &= without.priced
            weight = np.ones(self.draws)
            for place in burns:
                share = self._fuel_share(self.steps[place])
                weight = weight * (share if place in resting else 1.0 - share)
            # Saved without them less saved with them, of the same year before any step.
            outside += weight * (bills.own - without.own)
        for place, step in enumerate(self.steps):
            if step.proposal.other is not None:
                amount = float(step.proposal.other.middle) * MONTHS * CENTS
                doubt = step.proposal.fuel_share is None
                factor = self.sample.factor(step_id(Doubt.FUEL, step)) if doubt else 1.0
                outside[place + 1 :] += amount * factor
        return _cents(outside + self._voucher(bills)), priced

    def _fuel_share(self, step: Candidate) -> Floats:
        share = step.proposal.fuel_share
        middle = share.middle if share is not None else 0.0
        return np.minimum(middle * np.asarray(self.sample.factor(step_id(Doubt.FUEL, step))), 1.0)

    def _voucher(self, bills: _Bills) -> Floats:
        """Return the gas voucher of each year after each step. [céntimo]"""
        voucher = self.board.problem.voucher
        if voucher is None:
            return np.zeros(bills.own.shape)
        return np.asarray(self._granted(bills) * (voucher.pen_year * CENTS), dtype=np.float64)

    def _granted(self, bills: _Bills) -> NDArray[np.bool_]:
        """Tell which years bring the gas voucher after each step."""
        voucher = self.board.problem.voucher
        if voucher is None:
            return np.zeros(bills.own.shape, dtype=bool)
        limit = int(self.board.start.total_wh.sum()) - voucher.need_wh
        granted = np.asarray(bills.left.sum(axis=1) <= limit)
        for place, step in enumerate(self.steps):
            if step.measure.id in LPG_LEAVERS:
                granted[place + 1 :] = False
        return granted


def _whole(values: Floats) -> WattHours:
    return np.rint(values).astype(np.int64)


def _spared(wh: WattHours, kept: Floats) -> WattHours:
    spared = np.floor(wh * (1.0 - kept) + TINY_WH).astype(np.int64)
    return np.minimum(spared, wh)


def _cents(values: Floats) -> Floats:
    """Return whole céntimos, halves up."""
    return np.asarray(np.floor(values + 0.5 + NEARLY), dtype=np.float64)
