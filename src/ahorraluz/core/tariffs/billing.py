"""A bill: lines in the order of the recibo, tax, rounding, carry and total."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ahorraluz.core.consumption import Consumption
from ahorraluz.core.home import CustomerClass, Option
from ahorraluz.core.issues import Issue
from ahorraluz.core.money import CENT, round_cent
from ahorraluz.core.tariffs.energy import price_energy
from ahorraluz.core.tariffs.fixed import fixed_lines
from ahorraluz.core.tariffs.levies import (
    igv,
    informed_discount,
    informed_surcharge,
    rural_electrification,
    with_tax,
)
from ahorraluz.core.tariffs.lines import BillLine, LineCode
from ahorraluz.core.tariffs.schedule import Bracket, Origin
from ahorraluz.core.tariffs.terms import BillTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What one period costs; its lines add up to the total to the céntimo."""

    consumption: Consumption
    terms: BillTerms
    bracket: Bracket
    lines: tuple[BillLine, ...]
    """In the order of the recibo, the tax and the rounding among them."""
    subtotal: Decimal
    """Sum of the taxed lines, the base of the IGV. [PEN]"""
    igv: Decimal
    total: Decimal
    """Total to pay, rounded as the distributor does. [PEN]"""
    carry: Decimal
    """Rest of the rounding that the next recibo adds. [PEN]"""
    margin: Decimal
    """How far the total may be off where prices are assumed or carried. [PEN]"""

    @property
    def origin(self) -> Origin:
        """Where the prices come from, the weakest of the days."""
        return self.terms.origin

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Limits of this bill that its reader must know."""
        return self.terms.issues

    def line(self, code: LineCode) -> BillLine:
        """Return the line of ``code``; every bill has each code once but ``other``."""
        return next(line for line in self.lines if line.code is code)


def price_bill(consumption: Consumption, terms: BillTerms) -> Bill:
    """Return the bill of ``consumption`` under ``terms``.

    Parameters
    ----------
    consumption
        Energy of the period that the terms are for; by band where the option has hours.
    terms
        Prices and rules (:func:`.terms.bill_terms`).

    Raises
    ------
    EnergyPriceError
        ``bracket-price-unknown`` or ``bands-needed``.
    """
    homes = terms.supply.collective_homes
    energy, bracket = price_energy(consumption, terms.brackets, homes=homes)
    energy = replace(energy, sources=terms.sources)
    fixed = fixed_lines(bracket, terms.charges)
    others = _other_lines(terms)
    taxed = with_tax((energy, *fixed, *(line for line in others if line.taxed)), terms.igv_rate)
    levy = rural_electrification(consumption.energy_kwh, terms.levy)
    tax = igv(taxed, rate=terms.igv_rate, rounding=terms.igv_rounding)
    untaxed = (levy, *(line for line in others if not line.taxed))
    subtotal = _sum(taxed)
    before = subtotal + tax + _sum(untaxed)
    due = before + terms.charges.previous_rounding
    total = terms.total_rounding.apply(due)
    return Bill(
        consumption=consumption,
        terms=terms,
        bracket=bracket,
        lines=(
            *taxed,
            _tax_line(tax),
            *untaxed,
            _fose_line(energy, taxed[1], bracket, terms),
            _rounding_line(total - before),
        ),
        subtotal=subtotal,
        igv=tax,
        total=total,
        carry=due - total,
        margin=_margin(energy.amount + fixed[0].amount, tax, terms),
    )


def _sum(lines: Sequence[BillLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal("0.00"))


def _margin(priced: Decimal, tax: Decimal, terms: BillTerms) -> Decimal:
    """Return what moves with the prices times their spread, and the tax where it is in doubt."""
    doubt = Decimal(0) if terms.igv_is_sure else tax
    return (priced * (1 + terms.igv_rate) * terms.spread + doubt).quantize(CENT)


def _tax_line(tax: Decimal) -> BillLine:
    return BillLine(code=LineCode.IGV, amount=tax, label="line.igv", basis="basis.igv")


def _rounding_line(amount: Decimal) -> BillLine:
    return BillLine(
        code=LineCode.ROUNDING, amount=amount, label="line.rounding", basis="basis.rounding"
    )


def _other_lines(terms: BillTerms) -> list[BillLine]:
    charges = terms.charges
    named = (
        ("line.late-interest", charges.late_interest, False),
        ("line.other-taxed", charges.other_taxed, True),
        ("line.other-untaxed", charges.other_untaxed, False),
    )
    return [
        BillLine(
            code=LineCode.OTHER,
            amount=round_cent(amount),
            label=label,
            basis="basis.from-receipt",
            taxed=taxed,
        )
        for label, amount, taxed in named
        if amount
    ]


def _fose_line(energy: BillLine, fixed: BillLine, bracket: Bracket, terms: BillTerms) -> BillLine:
    """Return the FOSE as the recibo informs it: already inside the prices, never added."""
    informed, basis = None, "basis.fose-none"
    discounted = bracket.limit_kwh is not None
    if terms.supply.customer is CustomerClass.RESIDENTIAL and discounted:
        if terms.fose_discount is not None and energy.parts:
            first = [part for part in energy.parts if part.price in _first_prices(bracket)]
            informed = sum(
                (informed_discount(part, terms.fose_discount) for part in first), Decimal("0.00")
            )
            basis = "basis.fose-discount"
    elif terms.fose_surcharge is not None and terms.supply.option is not Option.BT8:
        informed = informed_surcharge(energy.amount + fixed.amount, terms.fose_surcharge)
        basis = "basis.fose-surcharge"
    return BillLine(
        code=LineCode.FOSE,
        amount=Decimal("0.00"),
        label="line.fose",
        basis=basis,
        informed=informed,
    )


def _first_prices(bracket: Bracket) -> set[Decimal]:
    return set(bracket.blocks[0].prices.values())
