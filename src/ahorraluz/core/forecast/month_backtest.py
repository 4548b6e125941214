"""How well a month is told on each of its days, against simple rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.daily import HomeDays
from ahorraluz.core.forecast.forecaster import Floats
from ahorraluz.core.forecast.month_end import (
    LEVEL_HALF_LIFE,
    PAST_DAYS,
    MonthParts,
    month_parts,
)

LAST_DAY = 28
"""Last day of the month that is told: every month has it. [day]"""
MOST_MISSING = 2
"""Days of a month that may be missing for what came of it to count as known: they are taken as its
mean day. [day]"""
RULES = ("pro-rata", "last-7-days", "last-28-days", "half-life-14", "half-last-year")
"""The simple rules; the last one where last year is known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ToldParts:
    """Months of homes on their days, with what came; n of them."""

    parts: MonthParts
    actual: Floats
    """Energy of the whole month, shape (n,). [kWh]"""
    home: NDArray[np.int64]
    """Place of each month's home among the homes, shape (n,)."""
    month: NDArray[np.datetime64]
    """First day of the month, shape (n,)."""

    def rows(self, chosen: NDArray[np.bool_]) -> "ToldParts":
        """Return some of them."""
        return ToldParts(
            parts=self.parts.rows(chosen),
            actual=self.actual[chosen],
            home=self.home[chosen],
            month=self.month[chosen],
        )


def told_parts(homes: Sequence[HomeDays]) -> ToldParts | None:
    """Return every whole calendar month of homes on each of its days, ``None`` without any.

    Day k is the evening of the k-th: k days are over. The days before the month are what
    the home has, and may be none.
    """
    found = [told for place, home in enumerate(homes) if (told := _of_home(home, place))]
    if not found:
        return None
    names = [item.name for item in fields(MonthParts)]
    parts = {n: np.concatenate([getattr(told.parts, n) for told in found]) for n in names}
    return ToldParts(
        parts=MonthParts(**parts),
        actual=np.concatenate([told.actual for told in found]),
        home=np.concatenate([told.home for told in found]),
        month=np.concatenate([told.month for told in found]),
    )


def rule_totals(parts: MonthParts) -> Mapping[str, Floats]:
    """Return what each simple rule says of the month, NaN where it says nothing. [kWh]"""
    smooth = 0.5 ** (np.arange(PAST_DAYS) / LEVEL_HALF_LIFE)
    rates = {
        "pro-rata": np.where(
            parts.measured > 0, parts.so_far / np.maximum(parts.measured, 1), np.nan
        ),
        "last-7-days": _weighted(parts.past, np.arange(PAST_DAYS) < 7),
        "last-28-days": _weighted(parts.past, np.arange(PAST_DAYS) < 28),
        "half-life-14": _weighted(parts.past, smooth),
    }
    rates["half-last-year"] = rates["last-28-days"] * np.sqrt(parts.year_ratio)
    return {name: parts.so_far + rates[name] * parts.left for name in RULES}


def _weighted(past: Floats, weight: NDArray[np.float64] | NDArray[np.bool_]) -> Floats:
    known = ~np.isnan(past)
    weights = np.where(known, weight, 0.0)
    total = weights.sum(axis=1)
    energy = (weights * np.where(known, past, 0.0)).sum(axis=1)
    return np.where(total > 0, energy / np.maximum(total, 1e-12), np.nan)


def _of_home(home: HomeDays, place: int) -> ToldParts | None:
    kwh = home.kwh
    months = home.days.astype("datetime64[M]")
    start: list[int] = []
    today: list[int] = []
    end: list[int] = []
    actual: list[float] = []
    for month in np.unique(months):
        inside = np.flatnonzero(months == month)
        length = int(
            ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int)
        )
        energy = kwh[inside]
        missing = int(np.isnan(energy).sum())
        if len(inside) < length or missing > MOST_MISSING:
            continue
        days = range(1, min(LAST_DAY, length - 1) + 1)
        start += [int(inside[0])] * len(days)
        today += [int(inside[0]) + day for day in days]
        end += [int(inside[0]) + length] * len(days)
        actual += [float(np.nanmean(energy)) * length] * len(days)
    if not start:
        return None
    parts = month_parts(kwh, start, today, end)
    known = np.any(~np.isnan(parts.past), axis=1)
    return ToldParts(
        parts=parts.rows(known),
        actual=np.array(actual)[known],
        home=np.full(int(known.sum()), place, dtype=np.int64),
        month=home.days[np.array(start)][known],
    )
