"""Totals of a year under an option with hours, the part of the energy in each band fixed.

The counterpart of :class:`.year_arrays.YearArrays` for options whose bill depends on when
energy is used. Equal to :func:`.billing.price_bill` to the céntimo, month by month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ahorraluz.core.consumption import Band
from ahorraluz.core.tariffs.arrays import MILLI, Cents, price_bills
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.terms import BillTerms, priced_alike
from ahorraluz.core.tariffs.year_arrays import UNPRICED

PPM = 1_000_000
"""Shares of bands are told to the millionth."""
FALLING = {
    "energy": LineCode.ENERGY,
    "fixed": LineCode.FIXED,
    "igv": LineCode.IGV,
    "levy": LineCode.RURAL_ELECTRIFICATION,
    "rounding": LineCode.ROUNDING,
}
"""Lines of a bill that move with the energy."""


def whole_shares(shares: Mapping[Band, Decimal]) -> dict[Band, Decimal]:
    """Return shares to the millionth, as bills of a year to come are split by."""
    step = Decimal(1) / PPM
    return {band: share.quantize(step, ROUND_HALF_EVEN) for band, share in shares.items()}


@dataclass(frozen=True, kw_only=True)
class BandArrays:
    """The bills of several months whose energy falls into bands in fixed parts."""

    year: tuple[BillTerms, ...]
    shares: Mapping[Band, Decimal]
    """Part of the energy in every band but one, to the millionth. [0 to 1]"""

    def totals(self, energy_milli: Cents) -> Cents:
        """Return the totals of energies, shape (months, k); ``UNPRICED`` where not known.

        Parameters
        ----------
        energy_milli
            Energy of each bill, shape (months, k), not negative. [kWh/1000]
        """
        totals = np.full(energy_milli.shape, UNPRICED, dtype=np.int64)
        for first, months in self._alike:
            energy = energy_milli[months].ravel()
            known = _priced(energy, self.year[first])
            found = np.full(energy.shape, UNPRICED, dtype=np.int64)
            found[known] = self._price(energy[known], self.year[first])["total"]
            totals[months] = found.reshape(len(months), -1)
        return totals

    def fallen(self, before_milli: Cents, after_milli: Cents) -> dict[str, Cents]:
        """Return which lines of the bills fall, and by how much, shape (months,). [céntimo]

        What the new energy is priced otherwise, in another bracket, is ``bracket``; all
        add up to the difference of the totals.

        Parameters
        ----------
        before_milli, after_milli
            Energy of each month, of known price, shape (months,). [kWh/1000]
        """
        fallen = {name: np.zeros(len(self.year), dtype=np.int64) for name in (*FALLING, "bracket")}
        for first, alike in self._alike:
            terms = self.year[first]
            before, after = before_milli[alike], after_milli[alike]
            both = self._price(np.concatenate([before, after]), terms)
            old, new = ({n: ends[half] for n, ends in both.items()} for half in _halves(alike))
            same = self._energy_as_before(before, after, terms)
            for name in FALLING:
                fallen[name][alike] = old[name] - new[name]
            fallen["bracket"][alike] = same - new["energy"]
            fallen["energy"][alike] = old["energy"] - same
        return fallen

    def _energy_as_before(self, before: Cents, after: Cents, terms: BillTerms) -> Cents:
        """Return the energy charge of new energies in the brackets of the old ones. [céntimo]"""
        charge = np.zeros_like(after)
        place = _bracket_of(before, terms)
        for bracket in np.unique(place):
            inside = place == bracket
            alone = replace(terms.brackets[bracket], limit_kwh=None)
            priced = self._price(after[inside], replace(terms, brackets=(alone,)))
            charge[inside] = priced["energy"]
        return charge

    def split(self, energy_milli: Cents, bands: Sequence[Band]) -> dict[Band, Cents]:
        """Return energy by band: the shares, and the rest in the band without one. [kWh/1000]"""
        found: dict[Band, Cents] = {}
        left = energy_milli.copy()
        for band, share in self.shares.items():
            product = energy_milli * int(share * PPM)
            part = (2 * product + PPM) // (2 * PPM)
            tie = (2 * product + PPM) % (2 * PPM) == 0
            # Halves go to the even side, as Decimal's quantize does.
            found[band] = part - (tie & (part % 2 == 1))
            left -= found[band]
        (rest,) = (band for band in bands if band not in self.shares)
        return {**found, rest: left}

    @cached_property
    def _alike(self) -> list[tuple[int, list[int]]]:
        """Months that are priced alike, by the first of them."""
        groups: list[tuple[int, list[int]]] = []
        for month, terms in enumerate(self.year):
            for first, months in groups:
                if priced_alike(self.year[first], terms):
                    months.append(month)
                    break
            else:
                groups.append((month, [month]))
        return groups

    def _price(self, energy_milli: Cents, terms: BillTerms) -> dict[str, Cents]:
        bands = self.split(energy_milli, terms.bands)
        bills = price_bills(energy_milli, terms, bands_milli=bands)
        return {name: bills.lines[code] for name, code in FALLING.items()} | {"total": bills.total}


def _halves(months: Sequence[int]) -> tuple[slice, slice]:
    return slice(len(months)), slice(len(months), None)


def _bracket_of(energy_milli: Cents, terms: BillTerms) -> npt.NDArray[np.int64]:
    """Return the place of the bracket that each energy falls in."""
    homes = terms.supply.collective_homes
    limits = [
        int(bracket.limit_kwh * MILLI) * homes
        for bracket in terms.brackets
        if bracket.limit_kwh is not None
    ]
    place: npt.NDArray[np.int64] = np.searchsorted(
        np.array(limits, dtype=np.int64), energy_milli, side="left"
    )
    return place


def _priced(energy_milli: Cents, terms: BillTerms) -> npt.NDArray[np.bool_]:
    """Tell which energies lie in a bracket whose prices are known."""
    known = np.array([bool(bracket.blocks) for bracket in terms.brackets])
    priced: npt.NDArray[np.bool_] = known[_bracket_of(energy_milli, terms)]
    return priced
