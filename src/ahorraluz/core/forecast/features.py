"""What trees are told of each hour ahead: the calendar, the same hour before, and the level.

Everything is computed inside the window, so nothing later than the origin can slip in, and
all energies are parts of the home's mean hour, so that homes of any size teach each other.
"""

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
    mean_day,
)
from ahorraluz.core.forecast.holidays import FreeDays, no_free

NAMES = (
    "hour",
    "weekday",
    "day_kind",
    "day_ahead",
    "lag_1",
    "lag_2",
    "lag_3",
    "lag_week",
    "lag_two_weeks",
    "mean_7",
    "mean_28",
    "mean_28_kind",
    "mean_7_near",
    "median_7_near",
    "low_28_near",
    "median_28_near",
    "high_28_near",
    "level",
    "level_7",
    "level_1",
    "day_week",
    "day_spread",
    "known_days",
    "recibo",
    "temp",
    "temp_change",
)
"""Columns in order. ``_near``: over the hour and its two neighbours."""
WORKING, SATURDAY, SUNDAY = 0, 1, 2
"""Kinds of day; a holiday is a Sunday: so homes of one country teach those of another."""
LEAST_HOUR_KWH = 0.001
"""A home that uses less is scaled as if it used this: nothing is divided by zero. [kWh]"""
SHORT_DAYS = 7
_LOW, _MIDDLE, _HIGH = 0.1, 0.5, 0.9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HourFeatures:
    """Windows as rows that trees can read, one row for each hour ahead."""

    matrix: Floats
    """Columns ``NAMES``, NaN where not known, shape (w, h, 26)."""
    scale: Floats
    """Mean hour of each window, above zero; energies are parts of it, shape (w,). [kWh]"""


def weekday(days: Days) -> NDArray[np.int64]:
    """Return the day of the week, Monday 0."""
    return np.asarray((days.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def day_kind(days: Days, *, free: FreeDays = no_free) -> NDArray[np.int64]:
    """Return ``WORKING``, ``SATURDAY`` or ``SUNDAY``, which every holiday is."""
    of_week = weekday(days)
    kind = np.where(of_week == 5, SATURDAY, np.where(of_week == 6, SUNDAY, WORKING))
    return np.where(free(days), SUNDAY, kind)


def window_scale(windows: Windows) -> Floats:
    """Return the mean hour of each window, by its recibo without readings, shape (w,). [kWh]

    Energy fed into the grid counts as none. NaN where neither readings nor recibo are known.
    """
    level = mean_day(np.maximum(windows.kwh, 0.0))
    level = np.where(np.isnan(level), windows.bill_kwh_day, level)
    return np.maximum(level / HOURS_DAY, LEAST_HOUR_KWH)


def hour_features(
    windows: Windows, *, days: int = HORIZON_DAYS, free: FreeDays = no_free
) -> HourFeatures:
    """Return the features of the hours of the first ``days`` days ahead.

    Parameters
    ----------
    windows
        Each with at least one reading or a recibo; others come out as NaN.
    days
        1 to 7; h = 24 × days. [day]
    free
        Holidays where the homes are.
    """
    scale = window_scale(windows)
    kwh = np.maximum(windows.kwh, 0.0) / scale[:, None, None]
    shape = (len(windows), days, HOURS_DAY)
    columns = (
        _calendar(windows, days, free)
        | _lags(kwh, days)
        | _summaries(kwh)
        | {"mean_28_kind": _mean_of_kind(windows, kwh, days, free)}
        | _levels(kwh, scale, days)
        | {"recibo": (windows.bill_kwh_day / HOURS_DAY / scale)[:, None, None]}
        | _temperatures(windows, days)
    )
    matrix = np.stack([np.broadcast_to(columns[name], shape) for name in NAMES], axis=-1)
    return HourFeatures(
        matrix=matrix.reshape(len(windows), days * HOURS_DAY, len(NAMES)), scale=scale
    )


def _calendar(windows: Windows, days: int, free: FreeDays) -> dict[str, Floats]:
    ahead = windows.origin[:, None] + np.arange(days)
    return {
        "hour": np.arange(HOURS_DAY, dtype=np.float64)[None, None, :],
        "weekday": weekday(ahead)[:, :, None].astype(np.float64),
        "day_kind": day_kind(ahead, free=free)[:, :, None].astype(np.float64),
        "day_ahead": np.arange(1.0, days + 1.0)[None, :, None],
    }


def _lags(kwh: Floats, days: int) -> dict[str, Floats]:
    """Return the same hour on days before: the last three, and one and two weeks before."""
    back = np.arange(days)
    return {f"lag_{n}": kwh[:, -n][:, None, :] for n in (1, 2, 3)} | {
        "lag_week": kwh[:, CONTEXT_DAYS - 7 + back],
        "lag_two_weeks": kwh[:, CONTEXT_DAYS - 14 + back],
    }


def _summaries(kwh: Floats) -> dict[str, Floats]:
    near = _near(kwh)
    ranked = _sorted(near.reshape(len(kwh), CONTEXT_DAYS * 3, HOURS_DAY))
    short = near[:, -SHORT_DAYS:].reshape(len(kwh), SHORT_DAYS * 3, HOURS_DAY)
    columns = {
        "mean_7": _mean(kwh[:, -SHORT_DAYS:], axis=1),
        "mean_28": _mean(kwh, axis=1),
        "mean_7_near": _mean(short, axis=1),
        "median_7_near": _quantile(*_sorted(short), _MIDDLE),
        "low_28_near": _quantile(*ranked, _LOW),
        "median_28_near": _quantile(*ranked, _MIDDLE),
        "high_28_near": _quantile(*ranked, _HIGH),
    }
    return {name: column[:, None, :] for name, column in columns.items()}


def _mean_of_kind(windows: Windows, kwh: Floats, days: int, free: FreeDays) -> Floats:
    """Return the mean of the hour on earlier days that were, or were not, working days alike."""
    before = windows.origin[:, None] + np.arange(-CONTEXT_DAYS, 0)
    ahead = windows.origin[:, None] + np.arange(days)
    was_working = day_kind(before, free=free) == WORKING
    working = _mean(np.where(was_working[:, :, None], kwh, np.nan), axis=1)
    other = _mean(np.where(was_working[:, :, None], np.nan, kwh), axis=1)
    is_working = (day_kind(ahead, free=free) == WORKING)[:, :, None]
    return np.where(is_working, working[:, None, :], other[:, None, :])


def _levels(kwh: Floats, scale: Floats, days: int) -> dict[str, Floats]:
    """Return the home's size, and its days as parts of its mean day."""
    whole = _mean(kwh, axis=2)
    spread = np.sqrt(_mean((whole - _mean(whole, axis=1)[:, None]) ** 2, axis=1))
    known = (~np.isnan(whole)).sum(axis=1).astype(np.float64)
    columns = {
        "level": np.log(scale),
        "level_7": _mean(whole[:, -SHORT_DAYS:], axis=1),
        "level_1": whole[:, -1],
        "day_spread": spread,
        "known_days": known,
    }
    last_week = whole[:, CONTEXT_DAYS - 7 + np.arange(days)]
    return {name: column[:, None, None] for name, column in columns.items()} | {
        "day_week": last_week[:, :, None]
    }


def _temperatures(windows: Windows, days: int) -> dict[str, Floats]:
    """Return the day's temperature as forecast at the origin, and its change from the last week."""
    if windows.temp_c is None:
        unknown = np.full((1, 1, 1), np.nan)
        return {"temp": unknown, "temp_change": unknown}
    ahead = windows.temp_c[:, CONTEXT_DAYS : CONTEXT_DAYS + days]
    recent = _mean(windows.temp_c[:, CONTEXT_DAYS - SHORT_DAYS : CONTEXT_DAYS], axis=1)
    return {"temp": ahead[:, :, None], "temp_change": (ahead - recent[:, None])[:, :, None]}


def _near(kwh: Floats) -> Floats:
    """Return each hour with the one before and after it, shape (w, d, 3, 24)."""
    by_hour = kwh.reshape(len(kwh), CONTEXT_DAYS * HOURS_DAY)
    edge = np.full((len(kwh), 1), np.nan)
    before = np.concatenate([edge, by_hour[:, :-1]], axis=1)
    after = np.concatenate([by_hour[:, 1:], edge], axis=1)
    return np.stack([part.reshape(kwh.shape) for part in (before, by_hour, after)], axis=2)


def _mean(values: Floats, *, axis: int) -> Floats:
    """Return the mean of what is known, NaN of nothing."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _sorted(values: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return values in order along axis 1, the unknown last, and how many are known."""
    return np.sort(values, axis=1), (~np.isnan(values)).sum(axis=1)


def _quantile(ranked: Floats, count: NDArray[np.int64], part: float) -> Floats:
    """Return a quantile along axis 1 of ``_sorted``, linear between values, NaN of nothing."""
    place = part * np.maximum(count - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    below = np.take_along_axis(ranked, low[:, None], axis=1)[:, 0]
    above = np.take_along_axis(ranked, high[:, None], axis=1)[:, 0]
    return below + (above - below) * (place - low)
