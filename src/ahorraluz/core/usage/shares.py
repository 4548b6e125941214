"""What each use of a bill costs, in soles, where prices rise with use.

Two answers, for two questions. The *avoided cost* of a use is the bill less the bill
without it: what switching it off would save. Avoided costs do not add up, since all
uses together hold the bill over a cliff and each alone might. The *Shapley share* is
what a use adds on average over every order in which the uses could have come; it
adds up to the bill, treats equal uses equally and charges nothing to a use that
costs nothing. What the recibo charges with nothing used is a share of its own:
just being connected.

References
----------
L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II,
Princeton University Press, 1953.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import CENT
from ahorraluz.core.usage.sharing import WATT_HOUR, CostFunction

MAX_USES = 12
"""Subsets double with each use; twelve are 4,096 bills."""


class SharesError(AhorraLuzError):
    """Uses that no bill can be shared over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCost:
    """What one use costs in one period."""

    id: str
    kwh: Decimal
    share_pen: Decimal
    """Its Shapley share; the shares and ``connected_pen`` add up to the bill. [PEN]"""
    avoided_pen: Decimal
    """The bill less the bill without it. [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillShares:
    """A bill shared over the uses of a home; parts add up to the total exactly."""

    uses: tuple[UseCost, ...]
    connected_pen: Decimal
    """What the recibo charges with nothing used. [PEN]"""
    total_pen: Decimal


def share_bill(use_kwh: Mapping[str, float], *, kwh: Decimal, cost: CostFunction) -> BillShares:
    """Return what each use of one period costs.

    Parameters
    ----------
    use_kwh
        Energy of each use, at most twelve, non-negative: the middles of a
        ``UsageAccount``, or one month of it. They are scaled to ``kwh``. [kWh]
    kwh
        Energy of the bill, at most three decimals. [kWh]
    cost
        Exact bills of that period: int64 watt-hours to int64 céntimos, same shape.

    Returns
    -------
    BillShares
        In the order of ``use_kwh``; adds up to the bill of ``kwh`` to the céntimo.

    Raises
    ------
    SharesError
        ``uses-out-of-range`` (none, or more than twelve), or ``use-kwh-negative``.
    """
    if not 1 <= len(use_kwh) <= MAX_USES:
        raise SharesError("uses-out-of-range", uses=len(use_kwh), limit=MAX_USES)
    if min(use_kwh.values(), default=0.0) < 0:
        raise SharesError("use-kwh-negative", kwh=min(use_kwh.values()))
    whole_wh = int(kwh / WATT_HOUR)
    energies = _in_watt_hours(list(use_kwh.values()), whole_wh)
    bills = cost(_subset_sums(energies))
    full = len(bills) - 1
    shares = _round_to_sum(_values(bills), int(bills[full] - bills[0]))
    uses = tuple(
        UseCost(
            id=name,
            kwh=int(energies[place]) * WATT_HOUR,
            share_pen=shares[place] * CENT,
            avoided_pen=int(bills[full] - bills[full - (1 << place)]) * CENT,
        )
        for place, name in enumerate(use_kwh)
    )
    return BillShares(
        uses=uses, connected_pen=int(bills[0]) * CENT, total_pen=int(bills[full]) * CENT
    )


def shapley_values(energies_wh: Sequence[int], *, cost: CostFunction) -> tuple[Fraction, ...]:
    """Return the exact Shapley share of each use in what the bill grows by. [céntimos]

    Parameters
    ----------
    energies_wh
        Energy of each use, at most twelve, non-negative. [Wh]
    cost
        Exact bills: int64 watt-hours to int64 céntimos, same shape.

    Examples
    --------
    Invented tariff: one céntimo per watt-hour, and 100 more above 50 Wh. Both uses
    are needed to pass 50 Wh, so they share the jump equally.

    >>> cost = lambda wh: wh + 100 * (wh > 50)
    >>> [str(share) for share in shapley_values([30, 40], cost=cost)]
    ['80', '90']
    """
    return _values(cost(_subset_sums(np.array(energies_wh, dtype=np.int64))))


def _subset_sums(energies: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the energy of every subset, shape (2**n,): bit ``i`` of the index is use ``i``."""
    sums = np.zeros(1, dtype=np.int64)
    for energy in energies:
        sums = np.concatenate([sums, sums + energy])
    return sums


def _values(bills: NDArray[np.int64]) -> tuple[Fraction, ...]:
    """Return Shapley shares from the bills of every subset, without rounding."""
    count = len(bills).bit_length() - 1
    subsets = np.arange(len(bills))
    sizes = np.bitwise_count(subsets).astype(np.int64)
    orders = np.array(
        [math.factorial(size) * math.factorial(count - size - 1) for size in range(count)] or [1],
        dtype=np.int64,
    )
    shares = []
    for place in range(count):
        without = subsets[(subsets >> place & 1) == 0]
        growth = bills[without | (1 << place)] - bills[without]
        # Integers all the way: 12! orders times a bill in céntimos fits in 63 bits.
        weighted = int((growth * orders[sizes[without]]).sum())
        shares.append(Fraction(weighted, math.factorial(count)))
    return tuple(shares)


def _in_watt_hours(energies: Sequence[float], whole: int) -> NDArray[np.int64]:
    """Return ``whole`` watt-hours in proportion to ``energies``, adding up exactly."""
    total = math.fsum(energies)
    weights = energies if total > 0 else [1.0] * len(energies)
    exact = [Fraction(weight) for weight in weights]
    scale = sum(exact, Fraction(0))
    return np.array(
        _round_to_sum([weight * whole / scale for weight in exact], whole), dtype=np.int64
    )


def _round_to_sum(exact: Sequence[Fraction], total: int) -> list[int]:
    """Return whole numbers near ``exact`` that add up to ``total``; largest remainders first."""
    parts = [math.floor(value) for value in exact]
    missing = total - sum(parts)
    remainders = sorted(range(len(exact)), key=lambda place: parts[place] - exact[place])
    for place in remainders[:missing]:
        parts[place] += 1
    return parts
