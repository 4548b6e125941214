"""Charges per month: fixed charge, connection, street lighting, compensatory interest."""

from decimal import Decimal

from ahorraluz.core.home import FixedCharges
from ahorraluz.core.money import round_cent
from ahorraluz.core.tariffs.lines import BillLine, LineCode
from ahorraluz.core.tariffs.schedule import Bracket


def fixed_lines(bracket: Bracket, charges: FixedCharges) -> tuple[BillLine, ...]:
    """Return the taxed lines that do not follow the kWh, in the order of a recibo.

    Charges that are not known are lines of zero with the basis ``basis.not-known``,
    so that nobody takes them for free.
    """
    return (
        BillLine(
            code=LineCode.FIXED,
            amount=round_cent(bracket.fixed),
            label="line.fixed",
            basis="basis.fixed",
            taxed=True,
        ),
        _from_receipt(LineCode.CONNECTION, charges.connection),
        _from_receipt(LineCode.LIGHTING, charges.lighting),
        _from_receipt(LineCode.INTEREST, charges.interest),
    )


def _from_receipt(code: LineCode, amount: Decimal | None) -> BillLine:
    basis = "basis.from-receipt" if amount else "basis.none-stated"
    return BillLine(
        code=code,
        amount=round_cent(amount or Decimal(0)),
        label=f"line.{code.value}",
        basis="basis.not-known" if amount is None else basis,
        taxed=True,
    )
