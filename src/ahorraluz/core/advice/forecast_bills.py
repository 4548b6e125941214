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
    levels = (np.arange(POINTS) + 0.5) / POINTS
    known = np.asarray(quantiles_kwh, dtype=np.float64)
    chances = np.asarray(probabilities, dtype=np.float64)
    band = known[-1] - known[0]
    ends = np.array([known[0] - TAIL * band, known[-1] + TAIL * band])
    points = np.interp(levels, [0.0, *chances, 1.0], [ends[0], *known, ends[1]])
    points = np.maximum(points, 0.0)
    centre = float(points.mean())
    factor = mean_kwh / centre if centre > 0 else 1.0
    return np.asarray(points * factor, dtype=np.float64)


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
    wh = np.rint(energies_kwh * WH).astype(np.int64)
    cents = YearPrices((terms,)).totals(wh[None, :])[0]
    if bool((cents == UNPRICED).any()):
        raise ForecastBillError("forecast-price-unknown")
    soles = cents * float(CENT)
    low, middle, high = (float(np.quantile(soles, part)) for part in (0.1, 0.5, 0.9))
    mean = float(soles.mean())
    # Energy and prices err independently: their halves of the band add in quadrature.
    by_price = mean * float(terms.spread)
    days = terms.period.days if days_left is None else days_left
    return BillForecast(
        terms=terms,
        cost=Estimate(
            low=min(mean, mean - float(np.hypot(mean - min(low, mean), by_price))),
            middle=mean,
            high=max(mean, mean + float(np.hypot(max(high, mean) - mean, by_price))),
            unit=COST_UNIT,
            basis=BASIS,
        ),
        median=Decimal(str(middle)).quantize(CENT),
        crossings=tuple(
            _crossing(limit, energies_kwh, used=(used_kwh, lost_kwh), days_left=days)
            for limit in cliffs(terms)
        ),
    )


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
