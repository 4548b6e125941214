"""What a home saves in a month as a function of the energy taken off, with a true upper bound.

The saving follows the exact bill: blocks, cliffs and the rounding of the distributor.
Above it runs a line from knot to knot that no energy in between passes, which is what a
search may reckon with before it knows the whole plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.energy import WATT_HOUR, WattHours
from ahorraluz.core.advice.pricing import YearPrices
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.tariffs.year_arrays import UNPRICED

Floats = NDArray[np.float64]
CENTS = 100.0
ROUNDED_LINES_CENTS = 4
"""Energy, tax and levy are each rounded by half a céntimo at most, at both ends of a line;
with hours the energy of a band is rounded too, by half a watt-hour."""
PIECES = 8
"""On a shared meter the home's part bends between the limits: a chord per piece bounds it."""
NOT_PRICED = -np.inf


@dataclass(frozen=True, kw_only=True)
class SavingCurves:
    """Twelve curves of one home: soles saved by energy taken off the meter."""

    prices: YearPrices
    meter_wh: WattHours
    """Energy of the meter in each month, shape (12,). [Wh]"""
    own_wh: WattHours
    """The home's own part of it. [Wh]"""
    homes: int

    def paid(self, taken: WattHours) -> Floats:
        """Return what the home pays with energy taken off, shape (12, k) both. [PEN]

        Not a number where the price is not known.
        """
        left = self.meter_wh[:, None] - taken
        totals = self.prices.totals(left).astype(np.float64)
        totals[totals == UNPRICED] = np.nan
        return self._part(totals, left, taken) / CENTS

    def saved(self, taken: WattHours) -> Floats:
        """Return what the home saves, shape (b, 12) from (b, 12); -inf where not priced. [PEN]"""
        saved = self._paid_now[:, None] - self.paid(taken.T)
        return np.where(np.isnan(saved), NOT_PRICED, saved).T

    @cached_property
    def _paid_now(self) -> Floats:
        return self.paid(np.zeros((len(self.meter_wh), 1), dtype=np.int64))[:, 0]

    def _part(self, totals: Floats, left: WattHours, taken: WattHours) -> Floats:
        """Return the home's fair part of the meter's bill: all of it where it is alone."""
        if self.homes == 1:
            return totals
        fixed = np.minimum(self.prices.connected[:, None], totals)
        share = (self.own_wh[:, None] - taken) / np.maximum(left, 1)
        return np.where(
            left > 0, fixed / self.homes + (totals - fixed) * share, totals / self.homes
        )

    def upper(self, low: WattHours, high: WattHours) -> tuple["UpperCurves", bool]:
        """Return the bound over what can be taken, and whether more taken never costs more.

        Parameters
        ----------
        low, high
            Least and most that any plan takes off in each month, shape (12,). [Wh]
        """
        knots = [
            self._knots(month, terms, int(low[month]), int(high[month]))
            for month, terms in enumerate(self.prices.year)
        ]
        width = max(map(len, knots))
        places = np.array([[*k, *[k[-1]] * (width - len(k))] for k in knots], dtype=np.int64)
        steps = np.array(
            [int(terms.total_rounding.step * int(CENTS)) for terms in self.prices.year]
        )
        left = self.meter_wh[:, None] - places
        totals = self.prices.totals(left).astype(np.float64)
        known = totals != UNPRICED
        exact = self._part(np.where(known, totals, np.nan), left, places)
        least = totals - (steps[:, None] - 1) - ROUNDED_LINES_CENTS
        bound = self._part(np.where(known, least, np.nan), left, places)
        values = self._paid_now[:, None] - bound / CENTS + self._bend(totals, left, places)
        rising = bool(known.all() and (np.diff(-exact, axis=1) >= -1e-9).all())
        return UpperCurves(places=places, values=_filled(values)), rising

    def _bend(self, totals: Floats, left: WattHours, taken: WattHours) -> Floats:
        """Return how far the fair part may run above its chords on a shared meter. [PEN]"""
        if self.homes == 1:
            return np.zeros(totals.shape)
        share = (self.own_wh[:, None] - taken) / np.maximum(left, 1)
        size = np.abs(np.diff(totals, axis=1)) * np.abs(np.diff(share, axis=1)) / 4 / CENTS
        return np.broadcast_to(size.max(axis=1, initial=0.0)[:, None], totals.shape)

    def _knots(self, month: int, terms: BillTerms, low: int, high: int) -> list[int]:
        """Return where the curve of a month may bend or jump, by rising energy taken. [Wh]"""
        high = min(high, int(self.meter_wh[month]))
        low = min(low, high)
        places = {low, high}
        if self.homes > 1:
            places |= {int(place) for place in np.linspace(low, high, PIECES + 1)}
        for limit in limits_of(terms):
            edge = int(self.meter_wh[month]) - limit
            places |= {place for place in (edge - 1, edge) if low <= place <= high}
        return sorted(places)


@dataclass(frozen=True, kw_only=True)
class UpperCurves:
    """Lines from knot to knot above the savings of several months."""

    places: WattHours
    """Shape (m, k), rising, the last repeated. [Wh]"""
    values: Floats
    """At least the saving there, shape (m, k). [PEN]"""

    @cached_property
    def _slopes(self) -> Floats:
        """Slope of each line, shape (m, k - 1); none where a line has no width."""
        slopes: Floats = np.diff(self.values, axis=1) / np.maximum(self._widths, 1)
        return slopes

    @cached_property
    def _widths(self) -> WattHours:
        widths: WattHours = np.diff(self.places, axis=1)
        return widths

    def at(self, taken: WattHours) -> Floats:
        """Return the bound at energies, shape (..., m) both. [PEN]"""
        along = np.minimum(np.maximum(taken[..., None] - self.places[:, :-1], 0), self._widths)
        bound: Floats = self.values[:, 0] + (along * self._slopes).sum(axis=-1)
        return bound

    def repeated(self, weights: Sequence[float]) -> "UpperCurves":
        """Return the curves once for every weight, each times it."""
        return UpperCurves(
            places=np.concatenate([self.places for _ in weights]),
            values=np.concatenate([self.values * weight for weight in weights]),
        )


def limits_of(terms: BillTerms) -> tuple[int, ...]:
    """Return the energies of a month at which its price changes, rising. [Wh]"""
    homes = terms.supply.collective_homes
    limits = {bracket.limit_kwh for bracket in terms.brackets}
    limits |= {block.limit_kwh for bracket in terms.brackets for block in bracket.blocks}
    return tuple(sorted(int(kwh / WATT_HOUR) * homes for kwh in limits if kwh is not None))


def _filled(values: Floats) -> Floats:
    """Return the bound with the nearest known value where no price is known."""
    filled = values.copy()
    for row in filled:
        known = np.flatnonzero(~np.isnan(row))
        row[:] = np.interp(np.arange(len(row)), known, row[known])
    return filled
