"""Will an option with hours cost less, before the meter that could tell is there?

The bill under such an option is a straight line in the share of hora punta, so one number
decides: the share at which both bills are equal. The chance is how much of what is believed of
this home lies below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.context import TermsPair
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import Option
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import CENT
from ahorraluz.core.tariffs.arrays import MILLI, price_bills
from ahorraluz.core.tariffs.energy import EnergyPriceError, bracket_of, energy_amount
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.usage.account import UsageAccount
from ahorraluz.core.usage.facts import ApplianceFacts
from ahorraluz.core.usage.hour_share import ShareBelief
from ahorraluz.core.usage.peak_uses import HourFacts, part_in_peak

Cents = NDArray[np.int64]

PPM = 1_000_000
"""Shares are told to the millionth."""
LOOKS = 31
"""Shares tried at a time while the one that breaks even is looked for."""
LOW, HIGH = 0.1, 0.9
"""Ends of the range of a saving. [0 to 1]"""
SURE = 0.9
"""Chance from which shifting is said to make it all but sure."""
IN_HUNDRED, LEAST, MOST = 100, 1, 99
"""Chances are told in hundredths, and never as sure."""
LIKELY_OWNED = 0.5
"""Chance of owning from which an appliance is said to be able to move."""


class HourlyError(AhorraLuzError):
    """A home or prices of which no option with hours can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovableUse:
    """An appliance whose hours can be chosen."""

    id: str
    """Row of ``data/appliances.csv``."""
    kwh_month: float
    """[kWh/month]"""
    peak_kwh_month: float
    """Its part in hora punta, as far as it is known. [kWh/month]"""


@dataclass(frozen=True, kw_only=True)
class OptionProspect:
    """What an option with hours promises a home whose hours nobody measured."""

    pair: TermsPair
    """A year under today's option and under this one, from one sheet."""
    kwh_by_month: tuple[Decimal, ...]
    """Energy of those months. [kWh/month]"""
    rest: Band
    """Band that takes what is not peak: the dearest, where no source tells their hours."""
    belief: ShareBelief
    """What is believed of the share of hora punta."""

    @property
    def option(self) -> Option:
        """The option with hours."""
        return self.pair.then[0].supply.option

    @property
    def hours_unknown(self) -> bool:
        """Whether the option tells more bands than peak and the rest, whose hours no source has."""
        return len(self.pair.then[0].bands) > len((Band.PEAK, self.rest))

    @cached_property
    def total_now(self) -> Decimal:
        """The year under today's option in the same sheet. [PEN/year]"""
        cents = sum(
            int(price_bills(energy, terms).total.sum())
            for terms, energy in _alike(self.kwh_by_month, self.pair.now)
        )
        return cents * CENT

    @cached_property
    def _months(self) -> tuple[tuple[BillTerms, Cents], ...]:
        return _alike(self.kwh_by_month, self.pair.then)

    def totals(self, ppm: Cents) -> Cents:
        """Return the year at shares in millionths, shape (n,). [céntimo/year]"""
        total = np.zeros(len(ppm), dtype=np.int64)
        for terms, each in self._months:
            peak = ((each[:, None] * ppm + PPM // 2) // PPM).ravel()
            energy = np.repeat(each, len(ppm))
            bands = {band: np.zeros_like(energy) for band in terms.bands}
            bands[Band.PEAK], bands[self.rest] = peak, energy - peak
            priced = price_bills(energy, terms, bands_milli=bands).total
            total += priced.reshape(len(each), len(ppm)).sum(axis=0)
        return total

    def saving_at(self, share: float) -> Decimal:
        """Return what the option takes off the year at a share; negative: it adds. [PEN/year]"""
        return self.total_now - int(self.totals(_ppm(share))[0]) * CENT

    @cached_property
    def break_even_share(self) -> Decimal | None:
        """Highest share, to the millionth, at which the option costs no more. [0 to 1]

        ``None``: it costs more even with nothing used in hora punta.
        """
        return self.share_for(Decimal(0))

    def share_for(self, saving: Decimal) -> Decimal | None:
        """Return the highest share that leaves this saving, to the millionth. [0 to 1]

        Parameters
        ----------
        saving
            What the option is to take off the year. [PEN/year]

        Returns
        -------
        Decimal or None
            ``None``: not even with nothing used in hora punta.
        """
        most = int((self.total_now - saving) / CENT)
        low, high = 0, PPM
        while high - low > 1:
            # The year never falls as the share rises, so each look narrows it by thirty.
            tried = np.unique(np.linspace(low, high, LOOKS).astype(np.int64))
            count = int(np.count_nonzero(self.totals(tried) <= most))
            if count == 0:
                return None
            if count == len(tried):
                return Decimal(high) / PPM
            low, high = int(tried[count - 1]), int(tried[count])
        return Decimal(low) / PPM

    @cached_property
    def energy_break_even_share(self) -> Decimal | None:
        """Share at which the energy charges alone are equal, by algebra. [0 to 1]

        ``None``: no energy, or hora punta is not dearer than the rest.
        """
        now = _energy(self.kwh_by_month, self.pair.now, share=None, rest=self.rest)
        none = _energy(self.kwh_by_month, self.pair.then, share=0, rest=self.rest)
        every = _energy(self.kwh_by_month, self.pair.then, share=1, rest=self.rest)
        if every <= none:
            return None
        share = (now - none) / (every - none)
        return (Decimal(share.numerator) / Decimal(share.denominator)).quantize(Decimal(1) / PPM)

    @cached_property
    def chance(self) -> float:
        """How probable it is that the option costs less. [0 to 1]"""
        return self.chance_over(Decimal(0))

    def chance_over(self, saving: Decimal) -> float:
        """Return how probable a saving of this size is, such as what a meter costs a year.

        Nothing is ever saved where nothing is used.
        """
        share = self.share_for(saving)
        if share is None or not any(self.kwh_by_month):
            return 0.0
        return self.belief.below(float(share))

    def chance_if_moved(self, kwh_month: float) -> float:
        """Return the chance once this much a month leaves hora punta. [0 to 1]"""
        if self.break_even_share is None or not self.mean_kwh:
            return 0.0
        return self.belief.below(float(self.break_even_share) + kwh_month / self.mean_kwh)

    @property
    def mean_kwh(self) -> float:
        """Mean month. [kWh/month]"""
        return float(sum(self.kwh_by_month, Decimal(0))) / len(self.kwh_by_month)

    @cached_property
    def expected(self) -> Decimal:
        """Expected saving; negative: it is expected to cost more. [PEN/year]"""
        ppm = np.rint(self.belief.share * PPM).astype(np.int64)
        mean = float(self.belief.weight @ self.totals(ppm))
        return self.total_now - Decimal(round(mean)) * CENT

    @cached_property
    def range(self) -> tuple[Decimal, Decimal]:
        """Tenth and ninetieth per cent of the saving, from the share alone. [PEN/year]"""
        ends = [self.saving_at(self.belief.quantile(part)) for part in (LOW, HIGH)]
        return min(ends), max(ends)

    @property
    def spread(self) -> Decimal:
        """Relative uncertainty of the prices, about 80 % each way. [0 to 1]"""
        return max(terms.spread for terms in self.pair.then)

    def shares(self, peak: Decimal | None = None) -> dict[Band, Decimal]:
        """Return the part of the energy in every band but the rest. [0 to 1]

        Parameters
        ----------
        peak
            Part in hora punta; ``None``: the expected one.
        """
        share = Decimal(round(self.belief.mean * PPM)) / PPM if peak is None else peak
        bands = [band for band in self.pair.then[0].bands if band is not self.rest]
        return {band: share if band is Band.PEAK else Decimal(0) for band in bands}

    def to_move(self, chance: float | None = None) -> float | None:
        """Return what has to leave hora punta for the option to cost no more. [kWh/month]

        Parameters
        ----------
        chance
            How sure it has to be; ``None``: at the expected share.

        Returns
        -------
        float or None
            ``None``: not even all of it would do.
        """
        if self.break_even_share is None:
            return None
        share = self.belief.mean if chance is None else self.belief.quantile(chance)
        return max(0.0, share - float(self.break_even_share)) * self.mean_kwh


def prospect(
    pair: TermsPair, kwh_by_month: Sequence[Decimal], belief: ShareBelief
) -> OptionProspect:
    """Return what an option with hours promises.

    Parameters
    ----------
    pair
        Both ways to price the months.
    kwh_by_month
        Energy of each month. [kWh]
    belief
        What is believed of the share of hora punta.

    Raises
    ------
    HourlyError
        ``saving-price-unknown``: a month falls in a bracket without prices;
        ``hourly-peak-not-dearer``: the sheet prices hora punta below another band.
    """
    chosen = [band for band in pair.then[0].bands if band is not Band.PEAK]
    made = [
        OptionProspect(pair=pair, kwh_by_month=tuple(kwh_by_month), rest=band, belief=belief)
        for band in chosen
    ]
    ends = np.array([0, PPM], dtype=np.int64)
    try:
        totals = [one.totals(ends) for one in made]
    except EnergyPriceError as error:
        raise HourlyError("saving-price-unknown") from error
    # Everything here asks for the highest share that pays: with a cheap peak there is none.
    if any(at_peak < at_rest for at_rest, at_peak in totals):
        raise HourlyError("hourly-peak-not-dearer", option=pair.then[0].supply.option.value)
    return max(zip(made, totals, strict=True), key=lambda one: int(one[1][0]))[0]


def in_hundred(chance: float) -> int:
    """Return a chance in hundredths, never as sure.

    Examples
    --------
    >>> in_hundred(0.4449), in_hundred(1.0), in_hundred(0.0)
    (44, 99, 1)
    """
    return min(max(round(chance * IN_HUNDRED), LEAST), MOST)


def movable_uses(
    account: UsageAccount,
    catalogue: Mapping[str, ApplianceFacts],
    *,
    answers: Mapping[str, bool],
    facts: HourFacts,
) -> tuple[MovableUse, ...]:
    """Return the appliances whose hours can be chosen, the most in hora punta first.

    Only those that the catalogue says can move: laundry, pumping, tanks, charging. Cold,
    light, cooking and showers cannot.
    """
    found = []
    for use in account.uses:
        for item in use.appliances:
            row = catalogue.get(item.id)
            movable = row is not None and row.shiftable and not item.standby
            if movable and item.owned >= LIKELY_OWNED and item.estimate.middle > 0:
                part, _ = part_in_peak(use.id, answers, facts)
                kwh = item.estimate.middle
                found.append(MovableUse(id=item.id, kwh_month=kwh, peak_kwh_month=kwh * part))
    return tuple(sorted(found, key=lambda use: -use.peak_kwh_month))


def _energy(
    kwh_by_month: Sequence[Decimal],
    year: Sequence[BillTerms],
    *,
    share: int | None,
    rest: Band,
) -> Fraction:
    """Return the energy charges before rounding, all or nothing in hora punta. [PEN]"""
    total = Fraction(0)
    for kwh, terms in zip(kwh_by_month, year, strict=True):
        bands: dict[Band, Decimal] = {}
        if share is not None:
            bands = dict.fromkeys(terms.bands, Decimal(0))
            bands[Band.PEAK if share else rest] = kwh
        used = Consumption(period=terms.period, energy_kwh=kwh, bands_kwh=bands)
        homes = terms.supply.collective_homes
        bracket = bracket_of(kwh, terms.brackets, homes=homes)
        total += Fraction(energy_amount(used, bracket, homes=homes))
    return total


def _alike(
    kwh_by_month: Sequence[Decimal], year: Sequence[BillTerms]
) -> tuple[tuple[BillTerms, Cents], ...]:
    """Return the energies of months that are priced alike, with their terms. [kWh/1000]"""
    groups: list[tuple[BillTerms, list[int]]] = []
    for kwh, terms in zip(kwh_by_month, year, strict=True):
        group = next((found for first, found in groups if _priced_as(first, terms)), None)
        if group is None:
            group = []
            groups.append((terms, group))
        group.append(int(kwh * MILLI))
    return tuple((terms, np.array(energies, dtype=np.int64)) for terms, energies in groups)


def _priced_as(one: BillTerms, other: BillTerms) -> bool:
    """Tell whether the same energy costs the same under both, whatever their days."""
    same = replace(
        one,
        period=other.period,
        days=other.days,
        issues=other.issues,
        sources=other.sources,
        spread=other.spread,
    )
    return same == other


def _ppm(share: float) -> Cents:
    return np.array([round(share * PPM)], dtype=np.int64)
