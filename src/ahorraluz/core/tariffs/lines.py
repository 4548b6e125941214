"""One line of a bill, with what it was computed from."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.consumption import Band
from ahorraluz.core.history import Source


class LineCode(StrEnum):
    """What a line of a recibo is for."""

    ENERGY = "energy"
    FIXED = "fixed"
    CONNECTION = "connection"
    LIGHTING = "lighting"
    INTEREST = "interest"
    IGV = "igv"
    RURAL_ELECTRIFICATION = "rural_electrification"
    FOSE = "fose"
    ROUNDING = "rounding"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePart:
    """One product inside a line: a block or a band of energy, a kWh levy."""

    quantity: Decimal
    unit: str
    price: Decimal
    """Price of one unit, before IGV. [PEN/unit]"""
    band: Band = Band.TOTAL

    @property
    def amount(self) -> Decimal:
        """The product, not rounded. [PEN]"""
        return self.quantity * self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line of a bill."""

    code: LineCode
    amount: Decimal
    """Amount to the céntimo; informed lines are zero. [PEN]"""
    label: str
    """Key of the line's name in the translation catalogue, such as ``line.energy``."""
    basis: str
    """Key of the sentence that says how it was computed."""
    taxed: bool = False
    """Whether the IGV is charged on it."""
    tax: Decimal = Decimal("0.00")
    """IGV of this line alone, to the céntimo. [PEN]"""
    parts: tuple[LinePart, ...] = ()
    informed: Decimal | None = None
    """What the recibo only informs: already inside other lines, never added. [PEN]"""
    sources: tuple[Source, ...] = ()

    @property
    def with_tax(self) -> Decimal:
        """Amount with the line's own IGV. [PEN]"""
        return self.amount + self.tax
