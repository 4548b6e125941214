"""A saving is the difference of two exact bills over twelve months.

Nothing here multiplies kWh by a price: both years are priced, month by month, and
subtracted. The low and high ends of the energy spared are priced the same way.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Protocol

import numpy as np

from ahorraluz.core.advice.context import MONTHS, TermsPair
from ahorraluz.core.advice.energy import WATT_HOUR, WattHours
from ahorraluz.core.advice.pricing import YearPrices, band_split
from ahorraluz.core.advice.recommendation import ZERO, Crossing, MonthRow
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import CENT
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.curve import bill_curve
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.terms import BillTerms, priced_alike
from ahorraluz.core.tariffs.year_arrays import UNPRICED

REACH = Decimal("1.5")
"""A month above a limit by more than half of it is no neighbour of the limit."""


class PriceUnknownError(AhorraLuzError):
    """A saving that falls in a bracket whose prices nobody has told."""


class BillEnds(Protocol):
    """Low, middle and high of what a year of bills falls by. [PEN/year]"""

    @property
    def low(self) -> Decimal:
        """With the low end of the energy spared."""

    @property
    def middle(self) -> Decimal:
        """With its middle."""

    @property
    def high(self) -> Decimal:
        """With its high end."""


@dataclass(frozen=True, kw_only=True)
class BillSaving:
    """What a change of energy, or of terms, takes off a year of bills."""

    rows: tuple[MonthRow, ...]
    low: Decimal
    """With the low end of the energy spared. [PEN/year]"""
    high: Decimal
    """With its high end. [PEN/year]"""

    @cached_property
    def middle(self) -> Decimal:
        """The sum of the rows. [PEN/year]"""
        return sum((row.saving for row in self.rows), ZERO)

    @cached_property
    def kwh(self) -> Decimal:
        """Energy of the rows spared. [kWh/year]"""
        return sum((row.kwh_without - row.kwh_with for row in self.rows), Decimal(0))


def save_energy(
    prices: YearPrices,
    *,
    before: WattHours,
    low: WattHours,
    middle: WattHours,
    high: WattHours,
) -> BillSaving:
    """Return what taking energy off the meter saves.

    Parameters
    ----------
    prices
        Terms of the year.
    before
        Energy of the meter in each month, shape (12,). [Wh]
    low, middle, high
        Taken off in each month; negative where energy is added, shape (12,). [Wh]

    Raises
    ------
    PriceUnknownError
        ``saving-price-unknown``: the bill of today or of the middle has no price.
    """
    totals = prices.totals(np.column_stack([before, before - middle, before - low, before - high]))
    if (totals[:, :2] == UNPRICED).any():
        raise PriceUnknownError("saving-price-unknown")
    without, with_ = _energies(before), _energies(before - middle)
    rows = tuple(
        MonthRow(
            period=terms.period,
            kwh_without=old,
            kwh_with=new,
            total_without=now * CENT,
            total_with=then * CENT,
            terms_without=terms,
            terms_with=terms,
            bands_without=prices.bands(old),
            bands_with=prices.bands(new),
        )
        for terms, old, new, (now, then) in zip(
            prices.year, without, with_, totals[:, :2].tolist(), strict=True
        )
    )
    saving = sum((row.saving for row in rows), ZERO)
    ends = []
    for place in (2, 3):
        # An end in a bracket without prices claims no more than the middle.
        known = (totals[:, place] != UNPRICED).all()
        cents = int((totals[:, 0] - totals[:, place]).sum())
        ends.append(cents * CENT if known else saving)
    return BillSaving(rows=rows, low=min(ends[0], saving), high=max(ends[1], saving))


def save_by_terms(
    pair: TermsPair, kwh_by_month: Sequence[Decimal], *, shares: Mapping[Band, Decimal]
) -> BillSaving:
    """Return what the same energy costs less under other terms.

    Parameters
    ----------
    pair
        Both ways to price the year.
    kwh_by_month
        Energy of each month. [kWh]
    shares
        Part of the energy in every band but one, for options with hours. [0 to 1]

    Raises
    ------
    PriceUnknownError
        ``saving-price-unknown``.
    """
    rows = tuple(
        _row(now, then, kwh, kwh, shares=shares)
        for now, then, kwh in zip(pair.now, pair.then, kwh_by_month, strict=True)
    )
    saving = sum((row.saving for row in rows), ZERO)
    return BillSaving(rows=rows, low=saving, high=saving)


def save_by_staying_under(
    prices: YearPrices, before: WattHours, *, limit_kwh: Decimal
) -> BillSaving:
    """Return what coming down to a limit saves in the months that are within reach of it.

    Raises
    ------
    PriceUnknownError
        ``saving-price-unknown``.
    """
    limit = int(limit_kwh / WATT_HOUR)
    near = (before > limit) & (before <= int(limit * REACH))
    taken = np.where(near, before - limit, 0)
    return save_energy(prices, before=before, low=taken, middle=taken, high=taken)


def crossings(
    rows: Sequence[MonthRow], limits: Sequence[Sequence[Decimal]]
) -> tuple[Crossing, ...]:
    """Return the cliffs that the home comes under, with the months in which it does.

    Parameters
    ----------
    rows
        Months with and without the step.
    limits
        Cliffs of each month (:func:`cliffs`). [kWh]
    """
    months: dict[Decimal, int] = {}
    for row, edges in zip(rows, limits, strict=True):
        for limit in edges:
            if row.kwh_with <= limit < row.kwh_without:
                months[limit] = months.get(limit, 0) + 1
    return tuple(Crossing(limit_kwh=limit, months=count) for limit, count in months.items())


def cliffs(terms: BillTerms) -> tuple[Decimal, ...]:
    """Return the energies above which the whole month costs more; none where not known. [kWh]"""
    if terms.bands != (Band.TOTAL,):
        return ()
    try:
        return tuple(cliff.at_kwh for cliff in bill_curve(terms).cliffs)
    except EnergyPriceError:
        return ()


def limits_of(year: Sequence[BillTerms]) -> tuple[tuple[Decimal, ...], ...]:
    """Return the cliffs of each month of a year; reckoned once where terms are alike. [kWh]"""
    found: list[tuple[Decimal, ...]] = []
    before: BillTerms | None = None
    for terms in year:
        alike = before is not None and priced_alike(before, terms)
        found.append(found[-1] if alike else cliffs(terms))
        before = terms
    return tuple(found)


def in_range(
    saving: BillEnds, year: Sequence[BillTerms], *, other: tuple[Decimal, Decimal, Decimal]
) -> tuple[float, float, float]:
    """Return low, middle and high of a saving in a month, prices to come included. [PEN/month]

    Energy spared, prices and other fuels err independently: they add in quadrature.

    Parameters
    ----------
    saving
        Bills with low, middle and high of the energy.
    year
        Terms, which know how far their prices may be off.
    other
        Low, middle and high of what is spared outside the bill in a year. [PEN/year]
    """
    middle = float(saving.middle + other[1])
    spread = float(sum((terms.spread for terms in year), Decimal(0))) / len(year)
    by_price = abs(float(saving.middle)) * spread
    down = (float(saving.middle - saving.low), by_price, float(other[1] - other[0]))
    up = (float(saving.high - saving.middle), by_price, float(other[2] - other[1]))
    below = math.hypot(*(max(0.0, part) for part in down))
    above = math.hypot(*(max(0.0, part) for part in up))
    return (middle - below) / MONTHS, middle / MONTHS, (middle + above) / MONTHS


def _energies(wh: WattHours) -> list[Decimal]:
    return [month * WATT_HOUR for month in wh.tolist()]


def _row(
    now: BillTerms,
    then: BillTerms,
    kwh_without: Decimal,
    kwh_with: Decimal,
    *,
    shares: Mapping[Band, Decimal] | None = None,
) -> MonthRow:
    hourly = then.bands != (Band.TOTAL,)
    bands = band_split(kwh_with, shares=shares or {}, bands=then.bands) if hourly else {}
    try:
        without = price_bill(Consumption(period=now.period, energy_kwh=kwh_without), now)
        with_ = price_bill(
            Consumption(period=then.period, energy_kwh=kwh_with, bands_kwh=bands), then
        )
    except EnergyPriceError as error:
        raise PriceUnknownError("saving-price-unknown") from error
    return MonthRow(
        period=now.period,
        kwh_without=kwh_without,
        kwh_with=kwh_with,
        total_without=without.total,
        total_with=with_.total,
        terms_without=now,
        terms_with=then,
        bands_with=bands,
    )
