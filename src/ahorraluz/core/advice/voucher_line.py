"""How likely the mean of twelve months lies above the line of the gas voucher.

The rule counts twelve calendar months. A month that was billed or measured counts as it was,
one that is only told counts with its doubt, and without one that nobody knows nothing is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ahorraluz.core.advice.forecast_bills import chance_above
from ahorraluz.core.forecast.forecaster import Floats
from ahorraluz.core.forecast.months import month_number, month_period

YEAR = 12
"""Months whose mean counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLine:
    """Twelve months against the line."""

    chance: float | None
    """Probability that their mean lies above it; ``None``: a missing month decides. [0 to 1]"""
    missing: tuple[date, ...]
    """First days of the months before it that are neither known nor told, by rising date."""
    limit_kwh: Decimal
    """[kWh/month]"""


def voucher_line(
    energies_kwh: Floats,
    month: date,
    *,
    limit_kwh: Decimal,
    known_kwh: Mapping[date, float],
    told_kwh: Mapping[date, Floats],
) -> VoucherLine:
    """Return how twelve months that end with one to come stand against the line.

    Parameters
    ----------
    energies_kwh
        Equally probable energies of that month, rising, shape (n,). [kWh]
    month
        Its first day.
    limit_kwh
        Mean of twelve months up to which a home may have the voucher. [kWh/month]
    known_kwh
        Energy of months that are over, by their first day. [kWh]
    told_kwh
        Energies of months to come, as ``energies_kwh``. A home that takes more than was told
        in one month does so in the next, so ranks are added up: wider than apart. [kWh]
    """
    number = month_number(month)
    total = energies_kwh.astype(float)
    missing = []
    for earlier in range(number - YEAR + 1, number):
        first = month_period(earlier).start
        if first in told_kwh:
            total = total + told_kwh[first]
        elif first in known_kwh:
            total = total + known_kwh[first]
        else:
            missing.append(first)
    line = limit_kwh * YEAR
    # With nothing in the missing months they may lie above all the same.
    above = chance_above(total, line)
    chance = above if not missing or above == 1.0 else None
    return VoucherLine(chance=chance, missing=tuple(missing), limit_kwh=limit_kwh)
