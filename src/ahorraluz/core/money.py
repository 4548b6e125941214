"""Rounding rules by name: the only places where soles lose digits."""

from collections.abc import Callable
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum

CENT = Decimal("0.01")
PRICE_STEP = Decimal("0.0001")


def round_cent(amount: Decimal) -> Decimal:
    """Return ``amount`` to the céntimo, halves away from zero. [PEN]

    Examples
    --------
    >>> str(round_cent(Decimal("16.205")))
    '16.21'
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def round_price(price: Decimal) -> Decimal:
    """Return a price with the four decimals a recibo prints. [PEN/kWh]"""
    return price.quantize(PRICE_STEP, rounding=ROUND_HALF_UP)


class TotalRounding(StrEnum):
    """How a distributor rounds the total to pay, after adding the carry of last month."""

    EXACT = "exact"
    """Paid to the céntimo."""
    DOWN_10 = "down-0.10"
    """Down to ten céntimos; the rest is carried to the next month."""
    DOWN_50 = "down-0.50"
    """Down to fifty céntimos; the rest is carried to the next month."""

    @property
    def step(self) -> Decimal:
        """The unit the total is a multiple of. [PEN]"""
        return {
            TotalRounding.EXACT: CENT,
            TotalRounding.DOWN_10: Decimal("0.10"),
            TotalRounding.DOWN_50: Decimal("0.50"),
        }[self]

    def apply(self, amount: Decimal) -> Decimal:
        """Return ``amount`` rounded by this rule. [PEN]

        Examples
        --------
        >>> str(TotalRounding.DOWN_10.apply(Decimal("574.73")))
        '574.70'
        """
        steps = (amount / self.step).to_integral_value(rounding=ROUND_FLOOR)
        return (steps * self.step).quantize(CENT)


class IgvRounding(StrEnum):
    """How a distributor rounds the IGV of a bill."""

    PER_LINE = "per-line"
    """The tax of each taxed line to the céntimo, then added up."""
    SUBTOTAL = "subtotal"
    """Once, on the subtotal."""


def scale_to_sum(weights: dict[str, Decimal], total: Decimal) -> dict[str, Decimal]:
    """Return ``total`` shared by ``weights`` in céntimos, adding up exactly.

    Largest remainders first, so that no share is a céntimo away for nothing.
    """
    whole = sum(weights.values(), Decimal(0))
    if not weights or whole == 0:
        return {name: Decimal("0.00") for name in weights}
    exact = {name: total * weight / whole for name, weight in weights.items()}
    floor = {name: share.quantize(CENT, rounding=ROUND_FLOOR) for name, share in exact.items()}
    missing = int((round_cent(total) - sum(floor.values(), Decimal(0))) / CENT)
    by_remainder: Callable[[str], Decimal] = lambda name: floor[name] - exact[name]  # noqa: E731
    for name in sorted(weights, key=by_remainder)[:missing]:
        floor[name] += CENT
    return floor
