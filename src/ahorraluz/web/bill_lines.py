"""The lines of a bill as a page shows them: name, amount, and what each was computed from."""

from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.consumption import Band
from ahorraluz.core.tariffs.billing import Bill
from ahorraluz.core.tariffs.lines import BillLine, LineCode
from ahorraluz.texts import Texts

ALWAYS = (LineCode.ENERGY, LineCode.FIXED, LineCode.CONNECTION, LineCode.LIGHTING, LineCode.IGV)
"""Lines that are shown even when they are zero; the others only where they charge something."""
NOT_KNOWN = "basis.not-known"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """One line of a bill in words."""

    code: str
    name: str
    amount: str
    """``—`` where it is not known."""
    known: bool
    basis: str
    parts: tuple[str, ...] = ()
    """Products it is the sum of, such as ``152 kWh × S/ 0.6403``."""
    tax: str | None = None
    """Its IGV, where it is taxed."""
    informed: str | None = None
    """Amount already inside other lines."""
    sources: tuple[tuple[str, str], ...] = ()
    """Title and address of the documents behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBill:
    """A bill in words."""

    lines: tuple[ShownLine, ...]
    total: str
    low: str
    high: str
    is_range: bool
    """Whether the prices are assumed, so that the total has a range."""
    lacks_charges: bool
    """Whether charges that only the recibo tells are left out."""


def shown_bill(bill: Bill, texts: Texts) -> ShownBill:
    """Return a bill in the words of a language."""
    lines = [_line(line, texts) for line in bill.lines if _is_shown(line)]
    return ShownBill(
        lines=tuple(lines),
        total=texts.soles(bill.total),
        low=texts.soles(max(Decimal(0), bill.total - bill.margin)),
        high=texts.soles(bill.total + bill.margin),
        is_range=bill.margin > 0,
        lacks_charges=any(not line.known for line in lines),
    )


def _is_shown(line: BillLine) -> bool:
    return line.code in ALWAYS or bool(line.amount) or bool(line.informed)


def _line(line: BillLine, texts: Texts) -> ShownLine:
    known = line.basis != NOT_KNOWN
    informed_only = line.informed is not None and not line.amount
    return ShownLine(
        code=line.code.value,
        name=texts.text(line.label),
        amount=texts.soles(line.amount) if known and not informed_only else "—",
        known=known,
        basis=texts.text(line.basis),
        parts=tuple(
            _part(p.quantity, p.unit, p.price, p.band, texts) for p in line.parts if p.quantity
        ),
        tax=texts.soles(line.tax) if line.taxed and line.tax else None,
        informed=texts.soles(line.informed) if line.informed is not None else None,
        sources=tuple((source.title, source.url) for source in line.sources),
    )


def _part(quantity: Decimal, unit: str, price: Decimal, band: Band, texts: Texts) -> str:
    product = f"{texts.number(quantity)} {unit} × S/ {texts.number(price)}"
    return product if band is Band.TOTAL else f"{product} ({texts.text(f'band.{band.value}')})"
