"""Measured months under every tariff option: which is cheapest, and with how much shifted.

Two options are compared in the same price sheet only. Where that sheet is old the
absolute totals are old too, but the difference is one of hours, not of months.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.context import TermsPair
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Option
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import CENT
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.arrays import MILLI, price_bills
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.terms import BillTerms

SHARE_STEPS = 100
"""Shifted shares are tried per cent by per cent."""
NO_HOURS = (Band.TOTAL,)


class OptionPriceError(AhorraLuzError):
    """Months that cannot be priced under an option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredMonth:
    """Energy of one whole month of readings."""

    period: Period
    """Local days of the month."""
    kwh: Decimal
    """Energy, three decimals. [kWh]"""
    peak_kwh: Decimal
    """Its part in hora punta, three decimals. [kWh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionYear:
    """Measured months under one option, against today's option in the same sheet."""

    option: Option
    totals: tuple[Decimal, ...]
    """Recibo of each month. [PEN/month]"""
    totals_now: tuple[Decimal, ...]
    """Recibo of each month under today's option and the same sheet. [PEN/month]"""
    low: Decimal
    """Least total, where the hours inside the off-peak are not known. [PEN]"""
    by_shift: tuple[Decimal, ...]
    """Total with 0, 1, … 100 % of the peak energy moved to other hours. [PEN]"""
    spread: Decimal
    """Relative uncertainty of the prices, about 80 % each way. [0 to 1]"""

    @property
    def total(self) -> Decimal:
        """All months. [PEN]"""
        return sum(self.totals, Decimal(0))

    @property
    def total_now(self) -> Decimal:
        """All months under today's option and the same sheet. [PEN]"""
        return sum(self.totals_now, Decimal(0))

    @property
    def saving(self) -> Decimal:
        """What changing to this option takes off these months; negative: it costs more. [PEN]"""
        return self.total_now - self.total

    @property
    def saving_range(self) -> tuple[Decimal, Decimal]:
        """Low and high end of the saving: prices to come may move by ``spread``. [PEN]"""
        width = abs(self.saving) * self.spread
        return self.saving - width, self.saving + width

    @property
    def break_even_share(self) -> Decimal | None:
        """Least part of the peak energy to move so that it costs no more. [0 to 1]

        ``None``: not even all of it is enough.
        """
        for step, total in enumerate(self.by_shift):
            if total <= self.total_now:
                return Decimal(step) / SHARE_STEPS
        return None


def price_months(
    months: Sequence[MeasuredMonth], terms: Sequence[BillTerms]
) -> tuple[Decimal, ...]:
    """Return the recibo of each month under an option with one register. [PEN/month]

    Raises
    ------
    OptionPriceError
        ``saving-price-unknown``: a month falls in a bracket without prices.
    """
    return tuple(
        _totals(term, month, np.zeros(1, dtype=np.int64), rest=Band.TOTAL)[0] * CENT
        for month, term in zip(months, terms, strict=True)
    )


def compare_option(months: Sequence[MeasuredMonth], pair: TermsPair) -> OptionYear:
    """Return measured months under an option with hours, against today's in the same sheet.

    Parameters
    ----------
    months
        Whole months with their peak energy.
    pair
        Terms of the same months: as today, and under the option. Where the option
        tells more than peak and off-peak, the hours between are in no source: every
        off-peak kWh is then priced in the dearest of those bands, and ``low`` in the
        cheapest.

    Raises
    ------
    OptionPriceError
        ``saving-price-unknown``.
    """
    shares = np.arange(SHARE_STEPS + 1, dtype=np.int64)
    option = pair.then[0].supply.option
    rest = [band for band in pair.then[0].bands if band is not Band.PEAK]
    by_rest: Mapping[Band, NDArray[np.int64]] = {
        band: np.array(
            [
                _totals(term, month, shares, rest=band)
                for month, term in zip(months, pair.then, strict=True)
            ]
        )
        for band in rest
    }
    dearest = max(by_rest.values(), key=lambda totals: int(totals[:, 0].sum()))
    cheapest = min(int(totals[:, 0].sum()) for totals in by_rest.values())
    return OptionYear(
        option=option,
        totals=tuple(int(total) * CENT for total in dearest[:, 0]),
        totals_now=price_months(months, pair.now),
        low=cheapest * CENT,
        by_shift=tuple(int(total) * CENT for total in dearest.sum(axis=0)),
        spread=max(term.spread for term in pair.then),
    )


def _totals(
    terms: BillTerms, month: MeasuredMonth, percent: NDArray[np.int64], *, rest: Band
) -> NDArray[np.int64]:
    """Return the totals of a month with a share of its peak energy moved. [céntimo]"""
    energy = np.full(len(percent), int(month.kwh * MILLI), dtype=np.int64)
    bands = None
    if terms.bands != NO_HOURS:
        peak = int(month.peak_kwh * MILLI)
        left = peak - (peak * percent + SHARE_STEPS // 2) // SHARE_STEPS
        bands = {band: np.zeros_like(energy) for band in terms.bands}
        bands[Band.PEAK] = left
        bands[rest] = energy - left
    try:
        return price_bills(energy, terms, bands_milli=bands).total
    except EnergyPriceError as error:
        raise OptionPriceError("saving-price-unknown") from error
