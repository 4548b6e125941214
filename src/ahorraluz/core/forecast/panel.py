"""Many homes hour by hour, and the windows that are cut from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HORIZON_DAYS,
    HOURS_DAY,
    Days,
    Floats,
    Windows,
)
from ahorraluz.core.readings.grid import DayGrid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HomeHours:
    """One home hour by hour."""

    id: str
    days: Days
    """Consecutive local days, datetime64[D], shape (d,)."""
    kwh: Floats
    """Energy of each hour, NaN where not measured, shape (d, 24). [kWh]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """Windows of one or more homes with what came after them."""

    windows: Windows
    actual: Floats
    """Energy of the hours ahead, NaN where not measured, shape (w, 7, 24). [kWh]"""
    home: NDArray[np.int64]
    """Place of each window's home among those that were cut, shape (w,)."""


def home_hours(home: str, grid: DayGrid) -> HomeHours:
    """Return a home from its table of days; mean power of an hour is its energy."""
    hourly = grid.hourly()
    return HomeHours(id=home, days=hourly.days, kwh=hourly.power_kw)


def cut_windows(
    homes: Sequence[HomeHours],
    *,
    first: np.datetime64 | None = None,
    last: np.datetime64 | None = None,
    step_days: int = 1,
    least_known: float = 0.5,
) -> Cut:
    """Return every window of some homes, origins by rising day within each home.

    Parameters
    ----------
    homes
        Any length; a home shorter than a context and a horizon gives none.
    first, last
        Origins in ``[first, last)``; ``None``: all there are.
    step_days
        Days from one origin to the next. [day]
    least_known
        Part of the hours before, and of the hours after, that must be known. [0 to 1]
    """
    parts = [
        _of_home(home, place, first, last, step_days, least_known)
        for place, home in enumerate(homes)
    ]
    return joined(part for part in parts if part is not None)


def joined(cuts: Iterable[Cut]) -> Cut:
    """Return several cuts as one; homes keep their places."""
    parts = list(cuts)
    if not parts:
        none = np.zeros((0, CONTEXT_DAYS, HOURS_DAY))
        empty = Windows(
            kwh=none, origin=np.zeros(0, dtype="datetime64[D]"), bill_kwh_day=np.zeros(0)
        )
        return Cut(
            windows=empty,
            actual=np.zeros((0, HORIZON_DAYS, HOURS_DAY)),
            home=np.zeros(0, dtype=np.int64),
        )
    return Cut(
        windows=Windows(
            kwh=np.concatenate([part.windows.kwh for part in parts]),
            origin=np.concatenate([part.windows.origin for part in parts]),
            bill_kwh_day=np.concatenate([part.windows.bill_kwh_day for part in parts]),
        ),
        actual=np.concatenate([part.actual for part in parts]),
        home=np.concatenate([part.home for part in parts]),
    )


def _of_home(
    home: HomeHours,
    place: int,
    first: np.datetime64 | None,
    last: np.datetime64 | None,
    step_days: int,
    least_known: float,
) -> Cut | None:
    days = len(home.days)
    places = np.arange(CONTEXT_DAYS, days - HORIZON_DAYS + 1, step_days)
    if first is not None:
        places = places[home.days[places] >= first]
    if last is not None:
        places = places[home.days[places] < last]
    if len(places) == 0:
        return None
    before = home.kwh[places[:, None] + np.arange(-CONTEXT_DAYS, 0)]
    after = home.kwh[places[:, None] + np.arange(HORIZON_DAYS)]
    known = [np.mean(~np.isnan(part), axis=(1, 2)) for part in (before, after)]
    good = (known[0] >= least_known) & (known[1] >= least_known)
    return Cut(
        windows=Windows(
            kwh=before[good],
            origin=home.days[places[good]],
            bill_kwh_day=np.full(int(good.sum()), np.nan),
        ),
        actual=after[good],
        home=np.full(int(good.sum()), place, dtype=np.int64),
    )
