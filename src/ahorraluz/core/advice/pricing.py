"""Bills of a year to come: the one place where energy to come meets prices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.context import Otherwise, TermsPair
from ahorraluz.core.advice.energy import WATT_HOUR, WattHours
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.history import NotInForceError
from ahorraluz.core.home import CustomerClass, FixedCharges, Fose, Home, Option
from ahorraluz.core.money import CENT
from ahorraluz.core.same import kept_by_identity
from ahorraluz.core.tariffs.band_arrays import BandArrays
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.schedule import NoScheduleError, Origin, Schedule, TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.core.tariffs.year_arrays import YearArrays

Cents = NDArray[np.int64]

HOURLY = {Otherwise.BT5F: Option.BT5F, Otherwise.BT5I: Option.BT5I}


def price_year(kwh_by_month: Sequence[Decimal], year: Sequence[BillTerms]) -> tuple[Bill, ...]:
    """Return the bill of each month, priced alone.

    Parameters
    ----------
    kwh_by_month
        Energy of each month, at most three decimals. [kWh]
    year
        Terms of each month.

    Raises
    ------
    EnergyPriceError
        ``bracket-price-unknown`` or ``bands-needed``.
    """
    return tuple(
        price_bill(Consumption(period=terms.period, energy_kwh=kwh), terms)
        for kwh, terms in zip(kwh_by_month, year, strict=True)
    )


@dataclass(frozen=True)
class YearPrices:
    """Exact totals of many energies at once: the arrays of the tariff core, month by month."""

    year: tuple[BillTerms, ...]
    shares: Mapping[Band, Decimal] = field(default_factory=dict)
    """Under an option with hours: part of the energy in every band but one, to the
    millionth; empty: one register. [0 to 1]"""

    @cached_property
    def arrays(self) -> YearArrays | BandArrays:
        """The months as lines of whole numbers."""
        if self.shares:
            return BandArrays(year=self.year, shares=self.shares)
        return _arrays_of(self.year)

    def bands(self, kwh: Decimal) -> Mapping[Band, Decimal]:
        """Return the energy of a month by band; empty with one register. [kWh]"""
        if not self.shares:
            return {}
        return band_split(kwh, shares=self.shares, bands=self.year[0].bands)

    def totals(self, wh: WattHours) -> Cents:
        """Return the totals of energies, shape (12, k), in céntimos.

        ``UNPRICED`` where the prices of a bracket are not known.
        """
        return self.arrays.totals(wh)

    @cached_property
    def connected(self) -> Cents:
        """Totals with nothing used, shape (12,). [céntimo]"""
        return self.totals(np.zeros((len(self.year), 1), dtype=np.int64))[:, 0]


@kept_by_identity(most=64)
def _arrays_of(year: tuple[BillTerms, ...]) -> YearArrays:
    return YearArrays.of(year)


def home_part(
    home: Home, *, totals: Cents, connected: Cents, home_wh: WattHours, meter_wh: WattHours
) -> Decimal:
    """Return what a home pays of its meter's year: all of it, or its fair part.

    On a shared meter what is charged for being connected is split equally and the
    rest by energy, as :func:`~ahorraluz.core.usage.sharing.split_meter` does.

    Parameters
    ----------
    home
        The home and how many share its meter.
    totals, connected
        Bills of the meter, and those with nothing used, shape (12,). [céntimo]
    home_wh, meter_wh
        Energy of the home and of the meter, shape (12,). [Wh]
    """
    if home.homes_on_meter == 1:
        return int(totals.sum()) * CENT
    parts = Decimal(0)
    for total, base, own, whole in zip(totals, connected, home_wh, meter_wh, strict=True):
        fixed = min(int(base), int(total)) if whole else int(total)
        variable = Decimal(int(total) - fixed) * int(own) / int(whole) if whole else Decimal(0)
        parts += Decimal(fixed) / home.homes_on_meter + variable
    return parts * CENT


def band_split(
    kwh: Decimal, *, shares: Mapping[Band, Decimal], bands: Sequence[Band]
) -> dict[Band, Decimal]:
    """Return energy by band: stated shares, and the rest in the band without one. [kWh]

    Parameters
    ----------
    kwh
        Energy of a month, at most three decimals. [kWh]
    shares
        Part of the energy in every band but one, together at most one. [0 to 1]
    bands
        Bands of the option.
    """
    split = {band: (kwh * share).quantize(WATT_HOUR) for band, share in shares.items()}
    (rest,) = (band for band in bands if band not in shares)
    return {**split, rest: kwh - sum(split.values(), Decimal(0))}


def other_terms(
    book: TariffBook,
    year: Sequence[BillTerms],
    *,
    homes_on_meter: int = 1,
    stand_ins: Collection[str] = (),
) -> Mapping[Otherwise, TermsPair]:
    """Return the other ways to be billed that sheets on file can tell.

    Parameters
    ----------
    book
        Sheets of the supply's distributor and its neighbours.
    year
        Terms of the twelve months to come, as the home is billed today.
    homes_on_meter
        Homes behind the meter.
    stand_ins
        Distributors whose sheets may stand in for the supply's own, as far as they
        price hours: prices of another region would say nothing of this home.

    Returns
    -------
    mapping of Otherwise to TermsPair
        Hourly options where one sheet prices them beside today's option; the FOSE
        where the supply is excluded from it and every month rests on sheets; a
        collective supply where the meter feeds several homes and is not one.
    """
    supply = year[0].supply
    found: dict[Otherwise, TermsPair] = {}
    residential = supply.customer is CustomerClass.RESIDENTIAL
    for name, option in HOURLY.items():
        if supply.option is not Option.BT5B:
            break
        pair = _same_sheet(book, year, option, near={supply.distributor, *stand_ins})
        if pair is not None:
            found[name] = pair
    if supply.fose is Fose.EXCLUDED and residential and _from_sheets(year):
        eligible = [_terms(book, t, replace_fose=Fose.ELIGIBLE) for t in year]
        found[Otherwise.WITH_FOSE] = TermsPair(now=tuple(year), then=tuple(eligible))
    if homes_on_meter > 1 and supply.collective_homes == 1 and residential:
        then = [replace(t, supply=replace(t.supply, collective_homes=homes_on_meter)) for t in year]
        found[Otherwise.COLLECTIVE] = TermsPair(now=tuple(year), then=tuple(then))
    return found


def _from_sheets(year: Sequence[BillTerms]) -> bool:
    return all(part.origin is not Origin.RECEIPT for terms in year for part in terms.days)


def _terms(
    book: TariffBook,
    today: BillTerms,
    *,
    option: Option | None = None,
    replace_fose: Fose | None = None,
) -> BillTerms:
    supply = today.supply
    changed = replace(supply, option=option or supply.option, fose=replace_fose or supply.fose)
    return bill_terms(book, changed, today.period, charges=_monthly(today.charges))


def _monthly(charges: FixedCharges) -> FixedCharges:
    return replace(charges, previous_rounding=Decimal(0))


def _same_sheet(
    book: TariffBook, year: Sequence[BillTerms], option: Option, *, near: Collection[str]
) -> TermsPair | None:
    """Return today's option and ``option``, both from the newest sheet that has both."""
    supply = year[0].supply
    sheets = [s for s in book.schedules if s.customer is supply.customer and s.distributor in near]
    hourly = {_place(s): s for s in sheets if s.option is option}
    both = [s for s in sheets if s.option is supply.option and _place(s) in hourly]
    both.sort(key=lambda s: (_near(s, year[0]), s.start))
    if not both:
        return None
    newest = both[-1]
    pair = book.only(newest, hourly[_place(newest)])
    try:
        now = [_terms(pair, terms) for terms in year]
        then = [_terms(pair, terms, option=option) for terms in year]
    except (NoScheduleError, NotInForceError):
        return None
    return TermsPair(now=tuple(now), then=tuple(then))


def _place(schedule: Schedule) -> tuple[object, ...]:
    return (schedule.distributor, schedule.system, schedule.start)


def _near(schedule: Schedule, today: BillTerms) -> tuple[bool, bool]:
    supply = today.supply
    return (
        schedule.distributor == supply.distributor,
        supply.system is not None and schedule.system == supply.system,
    )
