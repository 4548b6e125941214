"""Monthly recibos of made-up homes: days of reading, seasons, habits that drift, and chance."""

from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng

from ahorraluz.core.usage.made_up import (
    BILLS_STREAM,
    BLOCK,
    RESPONSES,
    Country,
    Floats,
    Ints,
    MadeUpHomes,
    climate_of,
    response_of,
    seasons,
)

READING_DAYS = 28
"""Meters are read on any of the first days of a month."""
MONTH_SPREAD = 0.09
"""Made up: how far months of one home go apart (sigma of their logarithm)."""
KEPT = 0.5
"""Made up: part of a month's difference that stays for the next one."""
DRIFT_YEAR = 0.08
"""Made up: how far the habits of a home move in a year (sigma of their logarithm)."""
AWAY = 0.06
"""Made up: share of months in which a home is left for some days."""
MOST_AWAY = 0.7
"""Made up: the most of a month's energy that is not used then."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeUpBills:
    """Recibos of a block of homes, all of shape (homes, months)."""

    start: Ints
    """First day of each. [days since 1970]"""
    end: Ints
    """Day after the last."""
    kwh: Floats
    """As a register counts, in whole kWh. [kWh]"""


def make_bills(
    homes: MadeUpHomes, country: Country, *, start: np.datetime64, months: int, seed: int
) -> MadeUpBills:
    """Return the recibos of a block of homes.

    Parameters
    ----------
    start
        Day of the month in which the first recibo begins, datetime64[D].
    months
        Recibos of each home, at least 1.

    Notes
    -----
    Drawn for the whole block whatever part of it is asked for, so that a home has the same
    recibos in every fleet of its seed. A longer fleet is another one: its chances are drawn in
    one go for all months.
    """
    chance = default_rng((seed, BILLS_STREAM, homes.first // BLOCK, months))
    count = len(homes)
    firsts = start.astype("datetime64[M]") + np.arange(months + 1)
    day = firsts.astype("datetime64[D]").astype(np.int64)
    route = chance.integers(0, READING_DAYS, (BLOCK, 1))
    read = (day + route + chance.integers(-1, 2, (BLOCK, months + 1)))[:count]
    swing = chance.standard_normal((BLOCK, months))
    for month in range(1, months):
        swing[:, month] = KEPT * swing[:, month - 1] + (1 - KEPT**2) ** 0.5 * swing[:, month]
    drift = chance.standard_normal((BLOCK, 1)) * DRIFT_YEAR * np.arange(months) / 12
    away = chance.random((BLOCK, months)) < AWAY
    used = 1.0 - away * chance.random((BLOCK, months)) * MOST_AWAY
    habit = (np.exp(MONTH_SPREAD * swing + drift) * used)[:count]
    return MadeUpBills(
        start=read[:, :-1],
        end=read[:, 1:],
        kwh=np.rint(_expected(homes, country, read=read) * habit),
    )


def _expected(homes: MadeUpHomes, country: Country, *, read: Ints) -> Floats:
    """Return the usual energy between readings, shape (homes, months). [kWh]"""
    first = int(read.min())
    days = (first + np.arange(int(read.max()) - first + 1)).astype("datetime64[D]")
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    by_day = seasons(country)[:, :, month]
    until = np.concatenate([np.zeros((*by_day.shape[:2], 1)), np.cumsum(by_day, axis=2)], axis=2)
    responds, climate = response_of(country), climate_of(country)[homes.place]
    energy = np.zeros((len(homes), read.shape[1] - 1))
    for response in range(len(RESPONSES)):
        usual = homes.kwh_day[:, responds == response].sum(axis=1, keepdims=True)
        energy += usual * np.diff(until[response][climate[:, None], read - first], axis=1)
    return energy
