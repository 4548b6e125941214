"""What told months would cost, and what came, under the exact tariff of one supply."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.forecast_bills import POINTS, TAIL, WH
from ahorraluz.core.advice.savings import cliffs
from ahorraluz.core.consumption import MAX_KWH, Band
from ahorraluz.core.forecast.forecaster import MEDIAN, QUANTILES, Floats
from ahorraluz.core.forecast.recibo_backtest import ToldRecibos
from ahorraluz.core.home import Supply
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.money import CENT
from ahorraluz.core.periods import Period, month_after
from ahorraluz.core.tariffs.arrays import price_bills
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.services.assumed_supply import assumed_supply
from ahorraluz.services.connection import Connection, prices_of
from ahorraluz.services.toolbox import Toolbox

MODEL = "ahorraluz"
"""Name of the own forecast among the rules: the expected recibo."""
MEDIAN_OF_MODEL = "ahorraluz-median"
"""The recibo of the own forecast that half of the recibos lie above."""
ROWS_AT_ONCE = 2_000
"""Months priced at a time, a thousand energies each: 16 MB."""
MOST_TABLED = 20_000_000
"""Watt-hours up to which every recibo is priced once and then looked up: 160 MB. [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """The supply that all homes are priced as."""

    supply: Supply
    terms: BillTerms
    """Prices of the month of the answer."""
    is_assumed: bool
    """Whether nobody named the supply: it is the one with the newest sheet on file."""


def pricing_of(connection: Connection | None, *, tools: Toolbox, as_of: date) -> Pricing | None:
    """Return the prices that every month is held against.

    Parameters
    ----------
    connection
        The supply as it was named; ``None``: the one of the distributor with the newest sheet
        for homes.
    tools
        Sheets on file.
    as_of
        Day of the answer: the prices are those of its month.

    Returns
    -------
    Pricing or None
        ``None``: no supply was named and no sheet is on file by then.

    Raises
    ------
    InvalidInputError
        ``backtest-needs-one-register``: the price of the option depends on the hour.
    AhorraLuzError
        The named supply has no prices by then.
    """
    chosen = connection
    if chosen is None:
        assumed = assumed_supply(tools, as_of=as_of)
        if assumed is None:
            return None
        chosen = assumed.connection
    start = as_of.replace(day=1)
    terms = prices_of(chosen, tools=tools, as_of=as_of).terms(Period(start, month_after(start)))
    if terms.bands != (Band.TOTAL,):
        raise InvalidInputError("backtest-needs-one-register", option=chosen.supply.option.value)
    return Pricing(supply=chosen.supply, terms=terms, is_assumed=connection is None)


def price_told(
    pricing: Pricing,
    *,
    quantiles: Floats,
    mean: Floats,
    actual: Floats,
    rules: Mapping[str, Floats],
) -> ToldRecibos:
    """Return the recibos of months that were told, and of what came.

    A forecast is priced as it is shown to a household: a thousand equally probable energies,
    so that the mean recibo is the mean of recibos.

    Parameters
    ----------
    pricing
        Of all months alike.
    quantiles, mean
        What was told, shapes (n, 9) and (n,). [kWh]
    actual
        What came, shape (n,). Months beyond the limit of one supply have no recibo. [kWh]
    rules
        Energy that each simple rule says, NaN where it says nothing, shape (n,). [kWh]

    Raises
    ------
    EnergyPriceError
        ``bracket-price-unknown``: an energy falls in a bracket without prices.
    """
    limits = cliffs(pricing.terms)
    lines = np.array([float(limit) for limit in limits])
    ends = np.stack([actual, mean, quantiles[:, -1]], axis=1)
    good = np.all(ends <= float(MAX_KWH) / 2, axis=1)
    prices = _Prices.of(pricing.terms, top_kwh=float(ends[good].max(initial=0.0)) * 2)
    soles = {name: np.full(len(actual), np.nan) for name in ("low", "mean", "median", "high")}
    chances = np.zeros((len(actual), len(limits)))
    for place in range(0, len(actual), ROWS_AT_ONCE):
        rows = np.flatnonzero(good[place : place + ROWS_AT_ONCE]) + place
        energies = energies_of_many(quantiles[rows], mean[rows])
        chances[rows] = np.mean(energies[:, :, None] > lines, axis=1)
        recibos = prices.soles(energies)
        low, median, high = np.quantile(recibos, [0.1, 0.5, 0.9], axis=1)
        expected = recibos.mean(axis=1)
        soles["mean"][rows], soles["median"][rows] = expected, median
        soles["low"][rows], soles["high"][rows] = (
            np.minimum(low, expected),
            np.maximum(high, expected),
        )
    said = {name: np.where(good, values, np.nan) for name, values in rules.items()}
    return ToldRecibos(
        actual=prices.soles(np.where(good, actual, np.nan)),
        low=soles["low"],
        high=soles["high"],
        points={
            MODEL: soles["mean"],
            MEDIAN_OF_MODEL: soles["median"],
            **{name: prices.soles(values) for name, values in said.items()},
        },
        limits_kwh=limits,
        chances=chances,
        above=actual[:, None] > lines,
        points_above={
            MODEL: quantiles[:, MEDIAN, None] > lines,
            **{name: values[:, None] > lines for name, values in said.items()},
        },
    )


def energies_of_many(quantiles: Floats, mean: Floats) -> Floats:
    """Return what ``energies_of`` says of each of many months, shape (n, 1000). [kWh]

    Parameters
    ----------
    quantiles, mean
        What was told, shapes (n, 9) and (n,). [kWh]
    """
    levels = (np.arange(POINTS) + 0.5) / POINTS
    known = np.array([0.0, *QUANTILES, 1.0])
    # Each point is a weighted mean of the two quantiles beside it, the same for all months.
    weights = np.stack([np.interp(levels, known, unit) for unit in np.eye(len(known))])
    beyond = TAIL * (quantiles[:, -1:] - quantiles[:, :1])
    ends = np.concatenate(
        [quantiles[:, :1] - beyond, quantiles, quantiles[:, -1:] + beyond], axis=1
    )
    points = np.maximum(ends @ weights, 0.0)
    centre = points.mean(axis=1)
    factor = np.where(centre > 0, mean / np.where(centre > 0, centre, 1.0), 1.0)
    return np.asarray(points * factor[:, None])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Prices:
    """The recibos of energies, each watt-hour priced once where there are few of them."""

    terms: BillTerms
    table: NDArray[np.float64] | None

    @classmethod
    def of(cls, terms: BillTerms, *, top_kwh: float) -> "_Prices":
        top = int(min(top_kwh, MOST_TABLED / WH) * WH) + 1
        direct = cls(terms=terms, table=None)
        tabled = direct.soles(np.arange(top + 1) / WH)
        return cls(terms=terms, table=tabled)

    def soles(self, kwh: Floats) -> Floats:
        """Return recibos, NaN of NaN, of the shape of the energies. [PEN]"""
        known = ~np.isnan(kwh)
        wh = np.rint(np.where(known, kwh, 0.0) * WH).astype(np.int64)
        if self.table is not None and int(wh.max(initial=0)) < len(self.table):
            soles = self.table[wh]
        else:
            cents = price_bills(wh.reshape(-1), self.terms).total
            soles = (cents * float(CENT)).reshape(wh.shape)
        return np.where(known, soles, np.nan)
