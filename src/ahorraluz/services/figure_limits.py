"""The least and the most of every figure that a household may type over ours: one place for all.

Home files, ``--assume`` and pages take the same figures within the same limits. They catch
slips of typing only: what is unlikely may still be so.
"""

from collections.abc import Mapping
from decimal import Decimal

from ahorraluz.catalog.assumptions import load_assumptions
from ahorraluz.core.advice.asked import ASKED

SLIP = 10
"""So many times the highest figure that is thought likely is a slip of typing."""
MOST: Mapping[str, Decimal] = {"h/day": Decimal(24), "celsius": Decimal(100)}
"""What a unit itself allows."""

Limits = tuple[Decimal, Decimal]


def figure_limits() -> Mapping[str, Limits]:
    """Return the least and the most of every figure that may be typed, by its id."""
    return {name: limits_of(name) for name in (*load_assumptions(), *ASKED)}


def limits_of(name: str) -> Limits:
    """Return the least and the most of a figure.

    Parameters
    ----------
    name
        Id of an assumption or of a figure that is asked.
    """
    if name in ASKED:
        return ASKED[name].least, ASKED[name].most
    value = load_assumptions()[name].value
    high = Decimal(str(value.high))
    if value.unit == "ratio" and high <= 1:
        return Decimal(0), Decimal(1)
    most = min(high * SLIP, MOST.get(value.unit, high * SLIP))
    return Decimal(0), round(most, 0) if most == round(most, 0) else most
