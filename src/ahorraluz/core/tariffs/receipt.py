"""A recibo as it is printed: the lines a household holds in its hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ahorraluz.core.consumption import Band
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.lines import LineCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One printed line."""

    code: LineCode
    name: str
    """As printed."""
    amount: Decimal
    taxed: bool
    factor: Decimal | None = None
    """A number the recibo prints beside the amount: the alícuota of street lighting."""
    recovered: bool = False
    """Whether the line bills energy of earlier months (recupero)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One recibo, as far as it was read; ``None`` is what the sheet does not show."""

    id: str
    distributor: str
    """As printed or typed."""
    system: str | None
    option: str | None
    segment: str | None
    label: str | None
    """Month as printed, such as ``2026-08``."""
    period: Period | None
    kwh: Decimal | None
    unit_price: Decimal | None
    """Price of a kWh before IGV. [PEN/kWh]"""
    lines: tuple[ReceiptLine, ...]
    """Lines above the subtotal, then those after the IGV."""
    subtotal: Decimal | None
    igv: Decimal | None
    total_before: Decimal | None
    """Total of the month before adjustments."""
    total: Decimal | None
    """Total to pay."""
    previous_rounding: Decimal | None = None
    current_rounding: Decimal | None = None
    estimated_reading: bool = False
    history_kwh: tuple[Decimal, ...] = ()
    """Energy of the months before, oldest first. [kWh]"""
    days_printed: int | None = None
    band_prices: Mapping[Band, Decimal] = field(default_factory=dict)
    """Prices by hours before IGV, of options with hours. [PEN/kWh]"""

    def amount(self, code: LineCode) -> Decimal | None:
        """Return the sum of the lines of ``code``, ``None`` where there is none. [PEN]"""
        amounts = [line.amount for line in self.lines if line.code is code]
        return sum(amounts, Decimal("0.00")) if amounts else None

    @property
    def taxed(self) -> tuple[ReceiptLine, ...]:
        """Lines inside the base of the IGV."""
        return tuple(line for line in self.lines if line.taxed)

    @property
    def untaxed(self) -> tuple[ReceiptLine, ...]:
        """Lines after the IGV."""
        return tuple(line for line in self.lines if not line.taxed)
