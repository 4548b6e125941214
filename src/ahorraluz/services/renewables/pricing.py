"""What the energy of a year costs a home: by its own tariff, or by a price it typed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

import numpy as np
from typing_extensions import override

from ahorraluz.core.advice.context import priced_alone
from ahorraluz.core.consumption import Band
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.renewables.sun import YEAR_HOURS, Floats, months_of
from ahorraluz.core.tariffs.arrays import price_bills, to_milli
from ahorraluz.core.tariffs.hours import peak_mask
from ahorraluz.core.tariffs.schedule import OPTION_BANDS
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.services.connection import Connection, prices_of
from ahorraluz.services.toolbox import Toolbox

HOUR_S = 3600
CENTS = 100
TWO_BANDS = (Band.PEAK, Band.OFF_PEAK)


class YearPrice(Protocol):
    """A way to price the energy a home buys in a year."""

    def cost(self, bought: Floats, *, credit_kwh: Floats | None = None) -> Decimal:
        """Return what a year of hours costs. [PEN]

        Parameters
        ----------
        bought
            From the grid, shape (8760,). [kWh/h]
        credit_kwh
            Taken off each month's energy, shape (12,); never below nothing. [kWh]
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatPrice(YearPrice):
    """One price for every kWh, IGV included, as the household typed it."""

    pen_kwh: Decimal

    @override
    def cost(self, bought: Floats, *, credit_kwh: Floats | None = None) -> Decimal:
        """Return energy times price."""
        return Decimal(str(float(_months(bought, credit_kwh).sum()))) * self.pen_kwh


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TariffPrice(YearPrice):
    """Twelve real bills."""

    year: tuple[BillTerms, ...]
    """Terms of the months to come."""
    peak: np.ndarray | None
    """Hours of the peak, shape (8760,); ``None``: one register."""

    @override
    def cost(self, bought: Floats, *, credit_kwh: Floats | None = None) -> Decimal:
        """Return the sum of the bills, exact to the céntimo."""
        months = _months(bought, credit_kwh)
        in_peak = None
        if self.peak is not None:
            all_peak = months_of(np.where(self.peak, bought, 0.0))
            whole = months_of(bought)
            part = np.divide(all_peak, whole, out=np.zeros(12), where=whole > 0)
            in_peak = months * part
        total = 0
        for terms in self.year:
            month = terms.period.start.month - 1
            energy = to_milli(months[month : month + 1])
            bands = None
            if in_peak is not None:
                peak = to_milli(in_peak[month : month + 1])
                bands = {Band.PEAK: peak, Band.OFF_PEAK: energy - peak}
            total += int(price_bills(energy, terms, bands_milli=bands).total[0])
        return Decimal(total) / CENTS


def tariff_price(connection: Connection, *, tools: Toolbox, as_of: date) -> TariffPrice:
    """Return the prices of a connection in the year to come.

    Raises
    ------
    InvalidInputError
        ``size-option-unpriced``: an option with more than two bands.
    AhorraLuzError
        No prices reach the connection.
    """
    supply = connection.supply
    bands = OPTION_BANDS.get(supply.option)
    if bands is not None and bands != TWO_BANDS:
        raise InvalidInputError("size-option-unpriced", field="option", value=supply.option.value)
    prices = prices_of(connection, tools=tools, as_of=as_of)
    peak = None
    if bands is not None:
        clock = np.arange(YEAR_HOURS, dtype=np.int64) * HOUR_S
        peak = peak_mask(clock, supply=supply, figures=prices.book.figures, day=as_of)
    return TariffPrice(year=tuple(map(priced_alone, prices.year)), peak=peak)


def _months(bought: Floats, credit_kwh: Floats | None) -> Floats:
    months = months_of(bought)
    return months if credit_kwh is None else np.maximum(months - credit_kwh, 0.0)
