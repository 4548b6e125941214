"""A home and what a step does in it, in every drawn year, before any bill is priced."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.chances import Doubt
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.context import MONTHS
from ahorraluz.core.advice.drawing import Sample
from ahorraluz.core.advice.energy import OTHER_HOMES, WattHours
from ahorraluz.core.advice.leaving import TINY_WH
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.unknowns import YEAR, month_id, step_id, use_id

Floats = NDArray[np.float64]
CENTS = 100.0
WH_KWH = 1000


@dataclass(frozen=True)
class DrawnHome:
    """What a home uses in every drawn year if nothing changes."""

    board: Board
    sample: Sample

    @property
    def draws(self) -> int:
        """How many years are drawn."""
        return self.sample.sampling.draws

    @cached_property
    def meter(self) -> WattHours:
        """Energy of the meter, shape (12, draws). [Wh]"""
        year = np.asarray(self.sample.factor(YEAR))
        months = [year * self.sample.factor(month_id(month)) for month in range(MONTHS)]
        factors = np.array([np.broadcast_to(factor, self.draws) for factor in months])
        return whole(self.board.start.total_wh[:, None] * factors)

    @cached_property
    def own_places(self) -> tuple[int, ...]:
        """Places of the uses that are the home's own."""
        return tuple(p for p, use in enumerate(self.board.start.uses) if use != OTHER_HOMES)

    def use(self, place: int) -> WattHours:
        """Return the energy of a use, shape (12, draws). [Wh]"""
        if place not in self._known:
            factors, scale = self._scale
            wh = self.board.start.wh[:, place, None]
            self._known[place] = whole(wh * factors[place] * scale)
        return self._known[place]

    def own_part(self, totals: WattHours, left: WattHours) -> Floats:
        """Return what the home pays of the meter's year, shape (draws,). [céntimo/year]

        Parameters
        ----------
        totals
            Bills of the meter, shape (12, draws). [céntimo]
        left
            Energy of the meter, shape (12, draws). [Wh]
        """
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
        return self.use(uses.index(OTHER_HOMES))

    @cached_property
    def _scale(self) -> tuple[Floats, Floats]:
        """Factor of each use, (uses, draws), and what makes the uses add up, (12, draws)."""
        factors = np.ones((len(self.board.start.uses), self.draws))
        for row, use in zip(factors, self.board.start.uses, strict=True):
            row[:] = self.sample.factor(use_id(use))
        sums = self.board.start.wh.astype(np.float64) @ factors
        return factors, self.meter / np.maximum(sums, 1.0)

    @cached_property
    def _known(self) -> dict[int, WattHours]:
        """Energy of the uses that were looked at, by place, shape (12, draws). [Wh]"""
        return {}


@dataclass(frozen=True)
class DrawnStep:
    """What one step does in every drawn year."""

    home: DrawnHome
    step: Candidate
    sample: Sample
    """With the unknowns of the step."""

    @property
    def fueled(self) -> bool:
        """Whether another fuel costs a part of what it takes off the bill."""
        return bool(self.step.proposal.fuel_share)

    @cached_property
    def kept(self) -> Mapping[int, Floats]:
        """Share that it keeps of uses by their place, shape (12 or 1, draws or 1)."""
        found: dict[int, Floats] = {}
        uses, effect = self.home.board.start.uses, self.step.proposal.effect
        if effect.home_shares:
            return found
        for cut in effect.cuts:
            if cut.use in uses:
                shares = self._in_months(cut.shares)
                if len(set(cut.shares)) == 1:
                    shares = shares[:1]
                place = uses.index(cut.use)
                found[place] = found.get(place, 1.0) * (1.0 - np.minimum(shares * self._part, 1.0))
        return found

    @cached_property
    def everywhere(self) -> Floats | None:
        """Share that it keeps of all that the home uses; ``None``: it acts on single uses."""
        shares = self.step.proposal.effect.home_shares
        if not shares:
            return None
        kept: Floats = 1.0 - np.minimum(self._in_months(shares) * self._part, 1.0)
        return kept

    @cached_property
    def added(self) -> WattHours:
        """What it adds to every month, shape (draws,). [Wh]"""
        estimate = self.step.proposal.effect.added
        if estimate is None:
            return np.zeros(self.home.draws, dtype=np.int64)
        factor = np.broadcast_to(self._factor(Doubt.ADDED), self.home.draws)
        return whole(round(estimate.middle * WH_KWH) * factor)

    @cached_property
    def fuel_share(self) -> Floats:
        """Part of what it takes off the bill that another fuel costs, shape (draws,) or ()."""
        share = self.step.proposal.fuel_share
        middle = share.middle if share is not None else 0.0
        return np.minimum(middle * np.asarray(self._factor(Doubt.FUEL)), 1.0)

    @cached_property
    def other(self) -> Floats:
        """What it spares outside the bill, shape (draws,) or (). [céntimo/year]"""
        proposal = self.step.proposal
        if proposal.other is None:
            return np.zeros(())
        amount = float(proposal.other.middle) * MONTHS * CENTS
        doubt = proposal.fuel_share is None
        return np.asarray(amount * (self._factor(Doubt.FUEL) if doubt else 1.0))

    @cached_property
    def _part(self) -> Floats | float:
        return self._factor(Doubt.EFFECT)

    def _factor(self, doubt: Doubt) -> Floats | float:
        return self.sample.factor(step_id(doubt, self.step))

    def _in_months(self, shares: tuple[float, ...]) -> Floats:
        """Return shares by calendar month in the order of the year to come, shape (12, 1)."""
        ordered: Floats = np.array(shares)[list(self.home.board.context.calendar)][:, None]
        return ordered


def whole(values: Floats) -> WattHours:
    """Return whole watt-hours, the nearest."""
    return np.rint(values).astype(np.int64)


def spared(wh: WattHours, kept: Floats) -> WattHours:
    """Return what is taken off an energy of which a share is kept, as plans count it. [Wh]"""
    taken = np.floor(wh * (1.0 - kept) + TINY_WH).astype(np.int64)
    return np.minimum(taken, wh)
