"""From the energy a month will probably take to the recibo it will probably be.

A recibo is no straight line of energy: above a limit the whole month costs more. So the
distribution of the energy is priced point by point under the exact rules, and the mean
recibo is the mean of recibos, not the recibo of the mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.pricing import YearPrices
from ahorraluz.core.advice.savings import cliffs
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import CENT
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.tariffs.year_arrays import UNPRICED

POINTS = 1_000
"""Energies that stand for the distribution, equally probable."""
WH = 1_000
TAIL = 0.5
"""How far beyond its outer quantiles a distribution reaches, as a part of the band between
them: the line through the two outermost quantiles would go further than homes do."""
COST_UNIT = "PEN/month"
BASIS = "basis.forecast"


class ForecastBillError(AhorraLuzError):
    """A distribution that cannot be priced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A limit of energy that the month may come to lie above."""

    limit_kwh: Decimal
    chance: float
    """Probability that the month lies above it. [0 to 1]"""
    kwh_left: Decimal
    """Energy still to be used without passing it; negative: it is passed. [kWh]"""
    kwh_a_day: Decimal | None
    """The same for each day left; ``None``: passed, or no day is left. [kWh/day]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BillForecast:
    """The recibo of a month to come."""

    terms: BillTerms
    cost: Estimate
    """P10, mean and P90, prices to come included. [PEN/month]"""
    median: Decimal
    """[PEN/month]"""
    crossings: tuple[Crossing, ...]
    """Limits above which the whole month costs more, lowest first."""


def energies_of(
    quantiles_kwh: Sequence[float], probabilities: Sequence[float], *, mean_kwh: float
) -> NDArray[np.float64]:
    """Return equally probable energies of a month, shape (1000,), rising. [kWh]

    Parameters
    ----------
    quantiles_kwh
        Quantiles of the energy, rising. [kWh]
    probabilities
        Their probabilities, rising. [0 to 1]
    mean_kwh
        Expected energy: the points are scaled to it, since money adds up means. [kWh]

    Examples
    --------
    Invented quantiles, all alike: a month that is known.

    >>> float(energies_of([100.0, 100.0], [0.1, 0.9], mean_kwh=100.0).std())
    0.0
    """
    quantiles = np.asarray(quantiles_kwh, dtype=np.float64)[None, :]
    told = energies_of_many(quantiles, probabilities, mean_kwh=np.array([mean_kwh]))
    return np.asarray(told[0], dtype=np.float64)


def forecast_bill(
    energies_kwh: NDArray[np.float64],
    terms: BillTerms,
    *,
    used_kwh: Decimal = Decimal(0),
    lost_kwh: Decimal = Decimal(0),
    days_left: int | None = None,
) -> BillForecast:
    """Return the recibo of a month whose energy is uncertain.

    Parameters
    ----------
    energies_kwh
        Equally probable energies of the whole month, shape (n,), rising
        (:func:`energies_of`). [kWh]
    terms
        Prices of the month, of an option with one register.
    used_kwh
        Energy that the month has taken already, as it was measured. [kWh]
    lost_kwh
        Energy that days which are over and were not measured may have taken beside it: what is
        left below a limit is less by it. [kWh]
    days_left
        Days still to come; ``None``: the whole month. [day]

    Raises
    ------
    ForecastBillError
        ``forecast-price-unknown``: an energy falls in a bracket without prices.
    """
    costs = costs_of(energies_kwh[None, :], terms)
    cost = costs.cost_of(0)
    if cost is None:
        raise ForecastBillError("forecast-price-unknown")
    days = terms.period.days if days_left is None else days_left
    return BillForecast(
        terms=terms,
        cost=cost,
        median=Decimal(str(float(costs.median[0]))).quantize(CENT),
        crossings=tuple(
            _crossing(limit, energies_kwh, used=(used_kwh, lost_kwh), days_left=days)
            for limit in cliffs(terms)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BillCosts:
    """Recibos of one month of many homes that are billed alike, prices to come included."""

    low: NDArray[np.float64]
    """P10, NaN where an energy falls in a bracket without prices, shape (n,). [PEN/month]"""
    mean: NDArray[np.float64]
    high: NDArray[np.float64]
    """P90."""
    median: NDArray[np.float64]

    def cost_of(self, home: int) -> Estimate | None:
        """Return the recibo of one of the homes; ``None``: a bracket has no price."""
        mean = float(self.mean[home])
        if np.isnan(mean):
            return None
        return Estimate(
            low=float(self.low[home]),
            middle=mean,
            high=float(self.high[home]),
            unit=COST_UNIT,
            basis=BASIS,
        )


def costs_of(energies_kwh: NDArray[np.float64], terms: BillTerms) -> BillCosts:
    """Return the recibos of a month of many homes whose energies are uncertain.

    Parameters
    ----------
    energies_kwh
        Equally probable energies of the month of each home, rising, shape (n, k). [kWh]
    terms
        Prices of the month, of an option with one register.
    """
    wh = np.rint(energies_kwh * WH).astype(np.int64)
    cents = YearPrices((terms,)).totals(wh.reshape(1, -1)).reshape(wh.shape)
    soles = cents * float(CENT)
    low, middle, high = np.quantile(soles, (0.1, 0.5, 0.9), axis=1)
    mean = soles.mean(axis=1)
    # Energy and prices err independently: their halves of the band add in quadrature.
    by_price = mean * float(terms.spread)
    unknown = (cents == UNPRICED).any(axis=1)

    def known(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(unknown, np.nan, values)

    return BillCosts(
        low=known(np.minimum(mean, mean - np.hypot(mean - np.minimum(low, mean), by_price))),
        mean=known(mean),
        high=known(np.maximum(mean, mean + np.hypot(np.maximum(high, mean) - mean, by_price))),
        median=known(middle),
    )


def energies_of_many(
    quantiles_kwh: NDArray[np.float64],
    probabilities: Sequence[float],
    *,
    mean_kwh: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return :func:`energies_of` of many homes, shape (n, 1000). [kWh]

    Parameters
    ----------
    quantiles_kwh
        Shape (n, q). [kWh]
    mean_kwh
        Shape (n,). [kWh]
    """
    levels = (np.arange(POINTS) + 0.5) / POINTS
    chances = np.array([0.0, *probabilities, 1.0])
    band = TAIL * (quantiles_kwh[:, -1] - quantiles_kwh[:, 0])
    ends = (quantiles_kwh[:, 0] - band, quantiles_kwh[:, -1] + band)
    known = np.column_stack([ends[0], quantiles_kwh, ends[1]])
    # The line between two quantiles, as np.interp draws it for one home.
    left = np.searchsorted(chances, levels, side="right") - 1
    slope = np.diff(known, axis=1) / np.diff(chances)
    points = np.maximum(slope[:, left] * (levels - chances[left]) + known[:, left], 0.0)
    centre = points.mean(axis=1)
    factor = np.divide(mean_kwh, centre, out=np.ones_like(centre), where=centre > 0)
    return np.asarray(points * factor[:, None], dtype=np.float64)


def chance_above(energies_kwh: NDArray[np.float64], limit_kwh: Decimal) -> float:
    """Return the probability that a month lies above a limit. [0 to 1]"""
    return float(np.mean(energies_kwh > float(limit_kwh)))


def _crossing(
    limit: Decimal,
    energies: NDArray[np.float64],
    *,
    used: tuple[Decimal, Decimal],
    days_left: int,
) -> Crossing:
    measured, lost = used
    left = limit - measured
    if left > 0:
        left = max(left - lost, Decimal(0))
    daily = left / days_left if left > 0 and days_left > 0 else None
    return Crossing(
        limit_kwh=limit,
        chance=chance_above(energies, limit),
        kwh_left=left,
        kwh_a_day=None if daily is None else daily.quantize(Decimal("0.01"), ROUND_DOWN),
    )
