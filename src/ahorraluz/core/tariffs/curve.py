"""Cost against energy: slopes, kinks and cliffs of a tariff, and how far the next one is."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.energy import EnergyPriceError, block_kwh, bracket_of
from ahorraluz.core.tariffs.terms import BillTerms

ONE_KWH = Decimal(1)
MILLI_KWH = Decimal("0.001")


class CurveError(AhorraLuzError):
    """A curve that cannot be drawn for these terms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of energy over which each kWh costs the same."""

    start_kwh: Decimal
    """Exclusive, but for zero. [kWh]"""
    end_kwh: Decimal | None
    """Inclusive; ``None``: without end. [kWh]"""
    start_cost: Decimal
    """Cost just above ``start_kwh``, tax and levy included, not rounded. [PEN]"""
    slope: Decimal
    """Cost of one more kWh, tax and levy included. [PEN/kWh]"""

    def cost(self, kwh: Decimal) -> Decimal:
        """Return the cost of ``kWh`` inside the segment. [PEN]"""
        return self.start_cost + (kwh - self.start_kwh) * self.slope


@dataclass(frozen=True, slots=True, kw_only=True)
class Cliff:
    """An energy above which the whole month costs more."""

    at_kwh: Decimal
    """Last energy before the fall. [kWh]"""
    jump: Decimal
    """What crossing costs by itself, without the kWh that crosses. [PEN]"""
    next_kwh_energy: Decimal
    """Energy charge with IGV of the first whole kWh above, minus that at the edge. [PEN]"""
    next_kwh_total: Decimal
    """The same for the whole bill, before its rounding. [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillCurve:
    """Cost of a month against its energy under one set of terms."""

    terms: BillTerms
    segments: tuple[Segment, ...]
    kinks: tuple[Decimal, ...]
    """Energies where the slope changes without a jump. [kWh]"""
    cliffs: tuple[Cliff, ...]

    def segment_at(self, kwh: Decimal) -> Segment:
        """Return the segment that holds ``kwh``."""
        for segment in self.segments:
            if segment.end_kwh is None or kwh <= segment.end_kwh:
                return segment
        raise CurveError("kwh-too-large", field="kwh", value=kwh)

    def cost(self, kwh: Decimal) -> Decimal:
        """Return the cost of ``kwh``, tax and levy included, before rounding. [PEN]"""
        return self.segment_at(kwh).cost(kwh)

    def marginal_price(self, kwh: Decimal) -> Decimal:
        """Return what one more kWh costs at ``kwh``, tax and levy included. [PEN/kWh]

        On a cliff it is the slope before the fall; :attr:`cliffs` tells the fall.
        """
        return self.segment_at(kwh).slope

    def next_cliff(self, kwh: Decimal) -> Cliff | None:
        """Return the first cliff at or above ``kwh``, if any."""
        return next((cliff for cliff in self.cliffs if kwh <= cliff.at_kwh), None)

    def last_cliff(self, kwh: Decimal) -> Cliff | None:
        """Return the nearest cliff that ``kwh`` has fallen over, if any."""
        fallen = [cliff for cliff in self.cliffs if kwh > cliff.at_kwh]
        return fallen[-1] if fallen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """How much a home may still use without crossing a cliff."""

    cliff_kwh: Decimal
    days_left: int
    kwh_left: Decimal
    """Negative once the cliff is crossed. [kWh]"""
    kwh_a_day: Decimal
    """What the home may use each day that is left; zero once crossed. [kWh/day]"""


def headroom(cliff_kwh: Decimal, *, used_kwh: Decimal, days_left: int) -> Headroom:
    """Return the energy a day that keeps a home at or under a cliff.

    Parameters
    ----------
    cliff_kwh
        Last energy before the fall. [kWh]
    used_kwh
        Energy since the last meter reading. [kWh]
    days_left
        Days to the next reading, at least one.

    Raises
    ------
    CurveError
        ``days-left-not-positive``.
    """
    if days_left < 1:
        raise CurveError("days-left-not-positive", field="days_left", value=days_left)
    left = cliff_kwh - used_kwh
    return Headroom(
        cliff_kwh=cliff_kwh,
        days_left=days_left,
        kwh_left=left,
        kwh_a_day=max(Decimal(0), left) / days_left,
    )


def bill_curve(terms: BillTerms, *, shares: dict[Band, Decimal] | None = None) -> BillCurve:
    """Return the curve of ``terms``.

    Parameters
    ----------
    terms
        Prices and rules of one period.
    shares
        Part of the energy in each band, adding up to one, for options with hours.

    Raises
    ------
    EnergyPriceError
        ``bracket-price-unknown``: the prices of some bracket are not known.
    """
    edges = _edges(terms)
    segments = tuple(
        _segment(terms, start, end, shares)
        for start, end in zip(edges, [*edges[1:], None], strict=True)
    )
    limits = {b.limit_kwh for b in terms.brackets if b.limit_kwh is not None}
    homes = terms.supply.collective_homes
    cliffs, kinks = [], []
    for before, after in pairwise(segments):
        jump = after.start_cost - before.cost(after.start_kwh)
        if after.start_kwh / homes in limits and jump > 0:
            cliffs.append(_cliff(terms, after.start_kwh, jump, shares))
        elif before.slope != after.slope or jump != 0:
            kinks.append(after.start_kwh)
    return BillCurve(terms=terms, segments=segments, kinks=tuple(kinks), cliffs=tuple(cliffs))


def _edges(terms: BillTerms) -> list[Decimal]:
    homes = terms.supply.collective_homes
    edges = {Decimal(0)}
    for bracket in terms.brackets:
        limits = [block.limit_kwh for block in bracket.blocks] + [bracket.limit_kwh]
        edges |= {limit * homes for limit in limits if limit is not None}
    return sorted(edges)


def _segment(
    terms: BillTerms, start: Decimal, end: Decimal | None, shares: dict[Band, Decimal] | None
) -> Segment:
    low, high = start + ONE_KWH, start + 2 * ONE_KWH
    slope = exact_cost(terms, high, shares=shares) - exact_cost(terms, low, shares=shares)
    return Segment(
        start_kwh=start,
        end_kwh=end,
        start_cost=exact_cost(terms, low, shares=shares) - slope * ONE_KWH,
        slope=slope,
    )


def exact_cost(
    terms: BillTerms, kwh: Decimal, *, shares: dict[Band, Decimal] | None = None
) -> Decimal:
    """Return the cost of ``kwh`` with no rounding at all, so that slopes are exact. [PEN]

    Raises
    ------
    EnergyPriceError
        ``bracket-price-unknown``, or ``bands-needed`` where the option has hours and
        ``shares`` does not tell them.
    """
    homes = terms.supply.collective_homes
    bracket = bracket_of(kwh, terms.brackets, homes=homes)
    parts = _shares_of(terms, shares)
    energy = sum(
        (
            in_block * part * block.prices[band]
            for block, in_block in block_kwh(kwh, bracket, homes=homes)
            for band, part in parts.items()
        ),
        Decimal(0),
    )
    charges = terms.charges
    monthly = (bracket.fixed, charges.connection, charges.lighting, charges.interest)
    taxed = energy + charges.other_taxed + sum((a or Decimal(0) for a in monthly), Decimal(0))
    levy = (terms.levy or Decimal(0)) * kwh
    return taxed * (1 + terms.igv_rate) + levy + charges.late_interest + charges.other_untaxed


def _shares_of(terms: BillTerms, shares: dict[Band, Decimal] | None) -> dict[Band, Decimal]:
    if terms.bands == (Band.TOTAL,):
        return {Band.TOTAL: Decimal(1)}
    missing = [band.value for band in terms.bands if band not in (shares or {})]
    if shares is None or missing:
        raise EnergyPriceError("bands-needed", missing=missing)
    return {band: shares[band] for band in terms.bands}


def _cliff(
    terms: BillTerms, at: Decimal, jump: Decimal, shares: dict[Band, Decimal] | None
) -> Cliff:
    before, after = _bill(terms, at, shares), _bill(terms, at + ONE_KWH, shares)
    return Cliff(
        at_kwh=at,
        jump=jump,
        next_kwh_energy=after.lines[0].with_tax - before.lines[0].with_tax,
        next_kwh_total=_before_rounding(after) - _before_rounding(before),
    )


def _before_rounding(bill: Bill) -> Decimal:
    return bill.total - bill.lines[-1].amount


def _bill(terms: BillTerms, kwh: Decimal, shares: dict[Band, Decimal] | None) -> Bill:
    """Return the bill of ``kwh``, bands to the watt-hour and adding up to it."""
    bands = {band: (kwh * share).quantize(MILLI_KWH) for band, share in (shares or {}).items()}
    if bands:
        last = list(bands)[-1]
        bands[last] += kwh - sum(bands.values(), Decimal(0))
    return price_bill(Consumption(period=terms.period, energy_kwh=kwh, bands_kwh=bands), terms)
