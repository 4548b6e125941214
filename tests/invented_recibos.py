"""An invented recibo that adds up, and the rules it is held against."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.invented import MAY

from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs.checks import AuditRules
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt, ReceiptLine

D = Decimal

RULES = AuditRules(
    igv_rate=D("0.18"),
    igv_rounding=IgvRounding.SUBTOTAL,
    total_rounding=TotalRounding.DOWN_10,
    levy=D("0.01"),
    first_block_kwh=D(30),
    fose_limit_kwh=D(140),
    fose_discount=D("0.30"),
)
UNTAXED = (LineCode.RURAL_ELECTRIFICATION, LineCode.ROUNDING)


def line(code: str, amount: str, *, taxed: bool | None = None, **more: Any) -> ReceiptLine:
    """Return an invented line, taxed unless its code never is."""
    kind = LineCode(code)
    after_tax = kind in UNTAXED if taxed is None else not taxed
    return ReceiptLine(code=kind, name=code, amount=D(amount), taxed=not after_tax, **more)


LINES = (
    # 30 kWh at 0.42 and 70 at 0.60: a mean of 0.5460.
    line("energy", "54.60"),
    line("fixed", "2.00"),
    line("connection", "1.40"),
    line("lighting", "10.00"),
    line("interest", "0.30"),
    line("rural_electrification", "1.00"),
    line("other", "0.12", taxed=False),
    line("rounding", "-0.01"),
)
RECIBO = Receipt(
    id="invented",
    distributor="Light",
    system=None,
    option="BT5B",
    segment=None,
    label=None,
    period=MAY,
    kwh=D(100),
    unit_price=D("0.5460"),
    lines=LINES,
    subtotal=D("68.30"),
    igv=D("12.29"),
    total_before=D("81.71"),
    total=D("81.70"),
)


def with_lines(recibo: Receipt = RECIBO, **amounts: str | None) -> Receipt:
    """Return a recibo with other amounts of some lines; ``None``: the line is not printed."""
    lines = []
    for printed in recibo.lines:
        amount = amounts.get(printed.code.value, printed.amount)
        if amount is not None:
            lines.append(replace(printed, amount=D(amount)))
    return replace(recibo, lines=tuple(lines))
