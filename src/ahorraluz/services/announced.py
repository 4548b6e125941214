"""What a price sheet that begins after today changes of a recibo."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.core.consumption import Consumption
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.schedule import TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.services.connection import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedPrices:
    """Prices on file that are not in force yet."""

    change_pen: Decimal
    """What they add to the recibo; below zero where they take off. [PEN]"""
    start: date
    """Day on which the first of their sheets begins."""
    distributor: str
    """Name of the distributor whose sheet it is."""


def announced_prices(terms: BillTerms, prices: Prices, *, kwh: Decimal) -> AnnouncedPrices | None:
    """Return what sheets that begin after today change of a recibo, ``None`` without any.

    Parameters
    ----------
    terms
        Of the month, those sheets among them.
    prices
        Of the connection, with the day of the answer.
    kwh
        Energy of the month. [kWh]
    """
    book = prices.book
    known = tuple(sheet for sheet in book.schedules if sheet.start <= prices.as_of)
    to_come = {days.schedule.start for days in terms.days if days.schedule.start > prices.as_of}
    if not to_come:
        return None
    without = bill_terms(
        TariffBook(schedules=known, figures=book.figures, distributors=book.distributors),
        terms.supply,
        terms.period,
        charges=terms.charges,
        receipt=prices.learnt.schedule if prices.learnt else None,
    )
    energy = Consumption(period=terms.period, energy_kwh=kwh)
    named = load_distributors().get(terms.supply.distributor)
    return AnnouncedPrices(
        change_pen=price_bill(energy, terms).total - price_bill(energy, without).total,
        start=min(to_come),
        distributor=named.name if named else terms.supply.distributor,
    )
