"""The energy of a year to come by use, in whole watt-hours: what each step leaves.

Whole numbers, so that no step spares more than its use has, not even by rounding,
and months add up to the metered energy exactly.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from ahorraluz.core.estimate import Estimate, total
from ahorraluz.core.home import Appliance
from ahorraluz.core.usage.account import ApplianceUse, EndUse, UsageAccount
from ahorraluz.core.usage.appliances import Surroundings, appliance_energy
from ahorraluz.core.usage.facts import EndUseId

WattHours = NDArray[np.int64]
WATT_HOUR = Decimal("0.001")


@dataclass(frozen=True, slots=True, order=True)
class UseKey:
    """One use of a home: a kind of appliance running, or on stand-by."""

    id: str
    """Row of ``data/appliances.csv``, or ``other``, ``other-homes``, or a measure that adds."""
    standby: bool = False


OTHER_HOMES = UseKey(EndUseId.OTHER_HOMES.value)
"""What the rest of a shared meter uses: no measure of this home acts on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseFigures:
    """How well the energy of one use is known."""

    low: float
    """Low end over the middle. [0 to 1]"""
    high: float
    """High end over the middle. [1 and above]"""
    owned: float
    """Probability that the home has it. [0 to 1]"""
    basis: str


@dataclass(frozen=True, kw_only=True)
class EnergyYear:
    """Energy of each use in each month to come; never changed in place."""

    uses: tuple[UseKey, ...]
    wh: WattHours
    """Shape (12, n), non-negative. [Wh]"""

    @cached_property
    def total_wh(self) -> WattHours:
        """Energy of the meter by month, shape (12,), read-only. [Wh]"""
        whole: WattHours = self.wh.sum(axis=1)
        whole.flags.writeable = False
        return whole

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


class KnownUses(Mapping[UseKey, UseFigures]):
    """How well each use of an account is known, reckoned when it is asked for.

    The range of an appliance that the home may not have is the one it would have if
    it were there: whoever uses it asks first.
    """

    def __init__(self, account: UsageAccount, *, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._known: dict[UseKey, UseFigures] = {}
        self._entries: dict[UseKey, list[ApplianceUse | EndUse]] = {}
        for use in account.uses:
            if not use.appliances:
                self._entries[UseKey(use.id.value)] = [use]
            for item in use.appliances:
                self._entries.setdefault(UseKey(item.id, item.standby), []).append(item)

    @override
    def __getitem__(self, key: UseKey) -> UseFigures:
        """Return how well a use is known."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._reckoned(key, self._entries[key])
        return found

    @override
    def __iter__(self) -> Iterator[UseKey]:
        """Yield every use."""
        return iter(self._entries)

    @override
    def __len__(self) -> int:
        """Return the number of uses."""
        return len(self._entries)

    def owned(self, key: UseKey) -> float:
        """Return the chance that the home has a use. [0 to 1]"""
        return min(_owned(item) for item in self._entries[key])

    def _reckoned(self, key: UseKey, items: Sequence[ApplianceUse | EndUse]) -> UseFigures:
        owned = self.owned(key)
        estimate = items[0].estimate
        if isinstance(items[0], EndUse):
            return _figures(estimate, owned=owned)
        estimate = total((item.estimate for item in items), basis=estimate.basis)
        alone = None
        if owned < 1 and not key.standby:
            alone = appliance_energy(Appliance(id=key.id), surroundings=self._surroundings)
        return _figures(alone or estimate, owned=owned, basis=estimate.basis)


def use_figures(account: UsageAccount, *, surroundings: Surroundings) -> KnownUses:
    """Return how well each use of an account is known."""
    return KnownUses(account, surroundings=surroundings)


def _owned(item: ApplianceUse | EndUse) -> float:
    return item.owned if isinstance(item, ApplianceUse) else 1.0


def _figures(estimate: Estimate, *, owned: float, basis: str | None = None) -> UseFigures:
    middle = estimate.middle
    return UseFigures(
        low=max(0.0, estimate.low / middle) if middle > 0 else 1.0,
        high=estimate.high / middle if middle > 0 else 1.0,
        owned=owned,
        basis=basis or estimate.basis,
    )


def _in_whole(weights: NDArray[np.float64], total: int) -> WattHours:
    """Return ``total`` in whole parts by ``weights``; the largest remainders come first."""
    scale = weights.sum()
    exact = total * (weights / scale if scale > 0 else np.full(len(weights), 1 / len(weights)))
    parts: WattHours = np.floor(exact).astype(np.int64)
    order = np.argsort(parts - exact, kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return parts
