"""Tax, rural electrification levy, and the FOSE amounts a recibo only informs."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ahorraluz.core.money import IgvRounding, round_cent
from ahorraluz.core.tariffs.lines import BillLine, LineCode, LinePart

ZERO = Decimal("0.00")


def with_tax(lines: Sequence[BillLine], rate: Decimal) -> tuple[BillLine, ...]:
    """Return the lines with the IGV of each taxed one, to the céntimo."""
    return tuple(
        replace(line, tax=round_cent(line.amount * rate)) if line.taxed else line for line in lines
    )


def igv(lines: Sequence[BillLine], *, rate: Decimal, rounding: IgvRounding) -> Decimal:
    """Return the IGV of a bill, rounded as its distributor does. [PEN]

    Parameters
    ----------
    lines
        Lines of the bill; the untaxed ones are left out.
    rate
        General rate in force. [0 to 1]
    rounding
        Line by line, or once on the subtotal.
    """
    taxed = [line.amount for line in lines if line.taxed]
    if rounding is IgvRounding.PER_LINE:
        return sum((round_cent(amount * rate) for amount in taxed), ZERO)
    return round_cent(sum(taxed, ZERO) * rate)


def rural_electrification(energy_kwh: Decimal, levy: Decimal | None) -> BillLine:
    """Return the line of Ley 28749: every kWh times the levy, untaxed.

    Parameters
    ----------
    energy_kwh
        Energy of the period. [kWh]
    levy
        Levy of the year, ``None`` where the year's UIT is not known. [PEN/kWh]
    """
    known = levy is not None
    part = LinePart(quantity=energy_kwh, unit="kWh", price=levy or ZERO)
    return BillLine(
        code=LineCode.RURAL_ELECTRIFICATION,
        amount=round_cent(part.amount),
        label="line.rural_electrification",
        basis="basis.rural-levy" if known else "basis.not-known",
        parts=(part,) if known else (),
    )


def informed_discount(first_block: LinePart, discount: Decimal) -> Decimal:
    """Return what the FOSE took off the first block, negative. [PEN, before IGV]"""
    full = first_block.amount / (1 - discount)
    return -round_cent(full - first_block.amount)


def informed_surcharge(charged: Decimal, surcharge: Decimal) -> Decimal:
    """Return the part of energy and fixed charge that is FOSE surcharge. [PEN, before IGV]"""
    return round_cent(charged - charged / (1 + surcharge))
