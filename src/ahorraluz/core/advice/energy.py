"""The energy of a year to come by use, in whole watt-hours: what each step leaves.

Whole numbers, so that no step spares more than its use has, not even by rounding,
and months add up to the metered energy exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.usage.account import UsageAccount

WattHours = NDArray[np.int64]
WATT_HOUR = Decimal("0.001")


@dataclass(frozen=True, slots=True, order=True)
class UseKey:
    """One use of a home: a kind of appliance running, or on stand-by."""

    id: str
    """Row of ``data/appliances.csv``, or ``other``, ``other-homes``, or a measure that adds."""
    standby: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyYear:
    """Energy of each use in each month to come; never changed in place."""

    uses: tuple[UseKey, ...]
    wh: WattHours
    """Shape (12, n), non-negative. [Wh]"""

    @property
    def total_wh(self) -> WattHours:
        """Energy of the meter by month, shape (12,). [Wh]"""
        total: WattHours = self.wh.sum(axis=1)
        return total

    def of(self, use: UseKey) -> WattHours:
        """Return the energy of one use by month; zeros where there is none. [Wh]"""
        if use not in self.uses:
            return np.zeros(len(self.wh), dtype=np.int64)
        found: WattHours = self.wh[:, self.uses.index(use)]
        return found

    def less(self, spared: Mapping[UseKey, WattHours]) -> "EnergyYear":
        """Return the year without ``spared``, which no use has less of."""
        wh = self.wh.copy()
        for use, amount in spared.items():
            wh[:, self.uses.index(use)] -= amount
        return EnergyYear(uses=self.uses, wh=wh)

    def plus(self, use: UseKey, amount: WattHours) -> "EnergyYear":
        """Return the year with a new use."""
        return EnergyYear(
            uses=(*self.uses, use), wh=np.concatenate([self.wh, amount[:, None]], axis=1)
        )


def energy_year(
    account: UsageAccount, kwh_by_month: Sequence[Decimal], *, calendar: Sequence[int]
) -> EnergyYear:
    """Return the year to come by use, in the proportions of the account.

    Parameters
    ----------
    account
        Uses with their energy by calendar month.
    kwh_by_month
        Energy of the meter in each month to come, at most three decimals. [kWh]
    calendar
        Calendar month of each, from zero.

    Returns
    -------
    EnergyYear
        Every month adds up to ``kwh_by_month`` exactly.
    """
    monthly: dict[UseKey, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    for use in account.uses:
        if not use.appliances:
            monthly[UseKey(use.id.value)] = np.array(use.monthly_kwh)
        for item in use.appliances:
            key = UseKey(item.id, item.standby)
            monthly[key] = monthly.get(key, np.zeros(12)) + np.array(item.monthly_kwh)
    weights = np.array(list(monthly.values()))[:, list(calendar)].T
    totals = [int(kwh / WATT_HOUR) for kwh in kwh_by_month]
    rows = [_in_whole(row, total) for row, total in zip(weights, totals, strict=True)]
    return EnergyYear(uses=tuple(monthly), wh=np.array(rows, dtype=np.int64))


def _in_whole(weights: NDArray[np.float64], total: int) -> WattHours:
    """Return ``total`` in whole parts by ``weights``; the largest remainders come first."""
    scale = weights.sum()
    exact = total * (weights / scale if scale > 0 else np.full(len(weights), 1 / len(weights)))
    parts: WattHours = np.floor(exact).astype(np.int64)
    order = np.argsort(parts - exact, kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return parts
