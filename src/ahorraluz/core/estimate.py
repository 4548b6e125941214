"""A quantity with its range and what it rests on."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

from ahorraluz.core.issues import AhorraLuzError

STATED = "basis.stated"
"""Basis of a figure the household typed itself."""


class EstimateOrderError(AhorraLuzError):
    """Low, middle and high of an estimate are not in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Low, middle and high of a quantity, at a stated level, with its basis.

    ``low`` and ``high`` bound the quantity with probability ``level``.
    """

    low: float
    middle: float
    high: float
    unit: str
    """For example ``kWh/month`` or ``PEN/month``."""
    basis: str
    """Key of the sentence that says what it rests on, such as ``basis.appliance-list``."""
    level: float = 0.8
    """Probability that the quantity lies between ``low`` and ``high``. [0 to 1]"""

    def __post_init__(self) -> None:
        """Refuse a range that is not in order (``estimate-order``)."""
        if not self.low <= self.middle <= self.high:
            raise EstimateOrderError(
                "estimate-order", low=self.low, middle=self.middle, high=self.high
            )

    def scaled(self, factor: float, *, unit: str | None = None) -> "Estimate":
        """Return the estimate times a known ``factor``, in ``unit`` if it changes."""
        low, high = sorted((self.low * factor, self.high * factor))
        return Estimate(
            low=low,
            middle=self.middle * factor,
            high=high,
            unit=unit or self.unit,
            basis=self.basis,
            level=self.level,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Base of the sets of editable assumptions: every field is an :class:`Estimate`."""

    def edited(self, values: Mapping[str, Decimal]) -> Self:
        """Return these assumptions with those in ``values`` (kebab-case ids) as stated."""
        changes: dict[str, Any] = {}
        for name, value in values.items():
            field = name.replace("-", "_")
            if "_" not in name and field in self.__dataclass_fields__:
                middle = float(value)
                changes[field] = replace(
                    getattr(self, field), low=middle, middle=middle, high=middle, basis=STATED
                )
        return replace(self, **changes) if changes else self


def total(estimates: Iterable[Estimate], *, basis: str) -> Estimate:
    """Return the sum of ``estimates``, assuming independent errors.

    Middles add up exactly; half-widths add in quadrature, so the sum is never
    narrower than its widest part and never wider than their plain sum.

    Raises
    ------
    EstimateOrderError
        ``estimate-mixed``: no estimates, or different units or levels.
    """
    parts = list(estimates)
    kinds = {(part.unit, part.level) for part in parts}
    if len(kinds) != 1:
        raise EstimateOrderError("estimate-mixed", kinds=sorted(map(str, kinds)))
    middle = math.fsum(part.middle for part in parts)
    below = math.sqrt(math.fsum((part.middle - part.low) ** 2 for part in parts))
    above = math.sqrt(math.fsum((part.high - part.middle) ** 2 for part in parts))
    return replace(parts[0], low=middle - below, middle=middle, high=middle + above, basis=basis)
