"""Where a home stands: the one sentence, how near the next cliff is, what a typed total means."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.consumption import Consumption
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.curve import (
    ONE_KWH,
    BillCurve,
    Cliff,
    Headroom,
    exact_cost,
    headroom,
)
from ahorraluz.core.tariffs.figures import FISE_LIMIT_KWH, FISE_VOUCHER, NationalFigures

NEAR_ABOVE = Decimal("0.35")
"""A cliff this share of its energy behind the home may be walked back over."""
NEAR_BELOW_KWH = Decimal(45)
"""A cliff this near ahead is worth a warning. [kWh]"""
EXACT = Decimal("0.10")
"""Largest rounding of a total seen on recibos. [PEN]"""
MUCH_MORE = Decimal("0.35")
"""Above this share of the bill no usual charge explains what a total has more."""
FISE_MATTERS_KWH = Decimal(100)


class Place(StrEnum):
    """Where a home is on its curve."""

    JUST_ABOVE = "just-above"
    JUST_BELOW = "just-below"
    FAR = "far"
    """No cliff near enough to say something of."""


class Gap(StrEnum):
    """What a typed total says beside the computed one."""

    SAME = "same"
    CHARGES = "charges"
    """It is more by what the charges nobody typed usually are."""
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fise:
    """The limit of the gas voucher beside a home's energy."""

    limit_kwh: Decimal
    voucher_pen: Decimal | None
    kwh_left: Decimal
    """Negative above the limit. [kWh]"""
    matters: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a home should know at first sight."""

    place: Place
    cliff: Cliff | None
    """The cliff it fell over or the one ahead, whichever is nearer."""
    kwh_over: Decimal
    """Energy to give up to be back under the cliff; zero where it is ahead. [kWh]"""
    kwh_left: Decimal
    saving_under: Decimal
    """This bill less the bill at the cliff's edge. [PEN]"""
    last_kwh: Decimal | None
    """What the last whole kWh costs, tax and levy included; ``None``: there is none. [PEN]"""
    daily: Headroom | None
    """Energy a day that keeps a whole period at the cliff."""
    gap: Gap | None
    gap_pen: Decimal
    fise: Fise | None


def situation(
    bill: Bill,
    *,
    curve: BillCurve | None,
    printed_total: Decimal | None,
    figures: NationalFigures,
    as_of: date,
) -> Situation:
    """Return where a home stands.

    Parameters
    ----------
    bill
        Its latest recibo, priced.
    curve
        The curve it lies on; ``None``: not known.
    printed_total
        Total to pay as typed; ``None``: not typed. [PEN]
    figures
        For the gas voucher.
    as_of
        Day whose voucher counts.
    """
    kwh = bill.consumption.energy_kwh
    cliff = _nearest(curve, kwh) if curve else None
    over = max(Decimal(0), kwh - cliff.at_kwh) if cliff else Decimal(0)
    gap_pen = (printed_total - bill.total) if printed_total is not None else Decimal(0)
    return Situation(
        place=_place(cliff, kwh),
        cliff=cliff,
        kwh_over=over,
        kwh_left=max(Decimal(0), cliff.at_kwh - kwh) if cliff else Decimal(0),
        saving_under=bill.total - _at(bill, cliff.at_kwh).total if cliff and over else Decimal(0),
        last_kwh=_last_kwh(bill),
        daily=headroom(cliff.at_kwh, used_kwh=Decimal(0), days_left=bill.terms.period.days)
        if cliff
        else None,
        gap=_gap(bill, gap_pen) if printed_total is not None else None,
        gap_pen=gap_pen,
        fise=_fise(kwh, figures, as_of),
    )


def _last_kwh(bill: Bill) -> Decimal | None:
    """Return what one kWh less saves inside the bracket of the bill, before rounding."""
    kwh, bands = bill.consumption.energy_kwh, bill.consumption.bands_kwh
    if kwh < ONE_KWH:
        return None
    shares = {band: part / kwh for band, part in bands.items()} or None
    spared = exact_cost(bill.terms, kwh, shares=shares)
    return spared - exact_cost(bill.terms, kwh - ONE_KWH, shares=shares)


def _nearest(curve: BillCurve, kwh: Decimal) -> Cliff | None:
    around = [cliff for cliff in (curve.last_cliff(kwh), curve.next_cliff(kwh)) if cliff]
    return min(around, key=lambda cliff: abs(cliff.at_kwh - kwh), default=None)


def _place(cliff: Cliff | None, kwh: Decimal) -> Place:
    if cliff is None:
        return Place.FAR
    over = kwh - cliff.at_kwh
    if 0 < over <= cliff.at_kwh * NEAR_ABOVE:
        return Place.JUST_ABOVE
    if -NEAR_BELOW_KWH <= over <= 0:
        return Place.JUST_BELOW
    return Place.FAR


def _at(bill: Bill, kwh: Decimal) -> Bill:
    """Return the same bill with other energy, the bands in their proportion."""
    consumption = bill.consumption
    whole = consumption.energy_kwh
    bands = {band: part * kwh / whole for band, part in consumption.bands_kwh.items()}
    return price_bill(
        Consumption(period=consumption.period, energy_kwh=kwh, bands_kwh=bands), bill.terms
    )


def _gap(bill: Bill, gap: Decimal) -> Gap:
    if abs(gap) <= max(EXACT, bill.margin):
        return Gap.SAME
    if gap < 0:
        return Gap.LESS
    charges = bill.terms.charges
    lacking = charges.connection is None or charges.lighting is None
    usual = gap <= bill.total * MUCH_MORE
    return Gap.CHARGES if lacking and usual else Gap.MORE


def _fise(kwh: Decimal, figures: NationalFigures, day: date) -> Fise | None:
    limit = figures.known(FISE_LIMIT_KWH, day)
    if limit is None:
        return None
    return Fise(
        limit_kwh=limit,
        voucher_pen=figures.known(FISE_VOUCHER, day),
        kwh_left=limit - kwh,
        matters=kwh <= FISE_MATTERS_KWH,
    )
