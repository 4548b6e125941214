"""The energy of a month of which only a part is over, with how sure that is.

What was used so far is known; the days left are told by one fitted net from the home's
recent rates, in which the weight of each rate may change with the day of the month. Daily
readings, hourly ones brought to days, and one standing of the register all come in the same
way: as the energy of days, of which a register's are all alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import QUANTILES, Days, Floats
from ahorraluz.core.forecast.months import MonthForecast, MonthsError, QuantileNet, mean_of
from ahorraluz.core.periods import Period

PAST_DAYS = 56
"""Days before today that are looked at. [day]"""
FLOOR_KWH_DAY = 0.3
"""Added before logarithms, so that a day of nothing is low and not endless. [kWh/day]"""
LEVEL_HALF_LIFE = 14.0
"""Days after which a day counts half in the level. [day]"""
RATES = (1, 3, 7, 14, 28, 56)
"""Newest days whose mean is a rate of its own. [day]"""
MONTH = 30.0
"""Length that parts of a month are told in. [day]"""
YEAR_DAYS = 364
"""Fifty-two weeks back: last year on the same days of the week. [day]"""
YEAR_CONTEXT = 28
"""Days before the same day last year that its days left are held against. [day]"""
LEAST_OF_YEAR = 0.7
"""Part of last year's days that must be known for it to count. [0 to 1]"""
COUNTS = (2, 7, 14, 28)
"""Numbers of known days at which the net may change its mind."""
LEAST_SPREAD = 0.03
"""Least swing that a logarithm is taken of. [log]"""
MOST_SPREAD = 2.0
"""Largest swing that counts. [log]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MonthParts:
    """Months that are partly over, n of them."""

    past: Floats
    """Energy of the days before today, newest first, NaN where not known; days before the
    month are among them, shape (n, 56). [kWh]"""
    seen: NDArray[np.int64]
    """Days of the month that are over, from 0, shape (n,). [day]"""
    measured: NDArray[np.int64]
    """Those of them whose energy is known, shape (n,). [day]"""
    left: NDArray[np.int64]
    """Days of the month whose energy is to be told: those from today on, and those that are over
    and not known; from 1, shape (n,). [day]"""
    so_far: Floats
    """Energy of the days that were measured, shape (n,). [kWh]"""
    year_ratio: Floats
    """Mean day of the days left over that of the four weeks before, last year; NaN where
    last year is not known, shape (n,). [1]"""
    by_day: NDArray[np.bool_]
    """Whether days were measured one by one, not only their sum, shape (n,)."""

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "MonthParts":
        """Return some of the months."""
        return MonthParts(**{item.name: getattr(self, item.name)[chosen] for item in fields(self)})


def predict_month_end(
    days: Days, kwh: Floats, net: QuantileNet, *, period: Period, as_of: date
) -> MonthForecast:
    """Return the energy of a month from the days before ``as_of``.

    Parameters
    ----------
    days
        Local days that rise, without gaps, datetime64[D], shape (d,). Days from ``as_of`` on
        are not looked at; those of a year before, where there are any, tell the season.
    kwh
        Energy of each whole day, NaN where not known, shape (d,). [kWh]
    period
        The month, as it is billed.
    as_of
        First day that is not over, within the period or on its end.

    Raises
    ------
    MonthsError
        ``month-end-day``: ``as_of`` lies outside the month; ``month-end-nothing-known``: no
        day of the eight weeks before it is known; ``months-negative``: a day below zero.
    """
    _check_day(period, as_of)
    before = days < np.datetime64(as_of, "D")
    if bool(np.any(kwh[before] < 0)):
        raise MonthsError("months-negative", month=f"{period.start:%Y-%m}", kwh=float(kwh.min()))
    home = np.where(before, kwh, np.nan)
    start = (np.datetime64(period.start, "D") - days[0]).astype(int) if len(days) else 0
    today = start + (as_of - period.start).days
    parts = month_parts(home, [int(start)], [int(today)], [int(start) + period.days])
    if bool(np.all(np.isnan(parts.past))):
        raise MonthsError("month-end-nothing-known", day=as_of)
    return _forecast(parts, net, period=period, basis="daily")


def predict_from_register(
    so_far_kwh: float,
    net: QuantileNet,
    *,
    period: Period,
    as_of: date,
    measured_days: int | None = None,
    before_kwh_day: float | None = None,
) -> MonthForecast:
    """Return the energy of a month from one standing of the register since its start.

    Parameters
    ----------
    so_far_kwh
        Standing on ``as_of`` less that on the first day of the period. [kWh]
    measured_days
        Days that it covers, where others of the month are not known; ``None``: all that
        are over. [day]
    before_kwh_day
        Mean day of the recibos before, ``None`` without any. [kWh/day]

    Raises
    ------
    MonthsError
        ``month-end-day``, ``month-end-nothing-known``: no day measured and no recibo;
        ``months-negative``.
    """
    _check_day(period, as_of)
    seen = (as_of - period.start).days
    measured = seen if measured_days is None else measured_days
    if measured == 0 and before_kwh_day is None:
        raise MonthsError("month-end-nothing-known", day=as_of)
    lowest = min(so_far_kwh, before_kwh_day or 0.0)
    if not np.isfinite(lowest) or lowest < 0:
        raise MonthsError("months-negative", month=f"{period.start:%Y-%m}", kwh=lowest)
    before = np.nan if before_kwh_day is None else before_kwh_day
    past = np.where(np.arange(PAST_DAYS) < measured, so_far_kwh / max(measured, 1), before)
    parts = MonthParts(
        past=past[None],
        seen=np.array([seen]),
        measured=np.array([measured]),
        left=np.array([period.days - measured]),
        so_far=np.array([so_far_kwh if measured else 0.0]),
        year_ratio=np.array([np.nan]),
        by_day=np.array([False]),
    )
    return _forecast(parts, net, period=period, basis="register")


def month_parts(
    kwh: Floats, start: Sequence[int], today: Sequence[int], end: Sequence[int]
) -> MonthParts:
    """Return months of one home as they were on some days.

    Days of the month that are over and not known are told like those to come.

    Parameters
    ----------
    kwh
        Energy of the home's days in a row, NaN where not known, shape (d,). [kWh]
    start, today, end
        Places of the first day of each month, of the first day that is not over, and of the
        day after its last; they may lie beyond the days.
    """
    reach = YEAR_DAYS + YEAR_CONTEXT + PAST_DAYS
    beyond = max(0, max(end, default=0) - len(kwh))
    padded = np.concatenate([np.full(reach, np.nan), kwh, np.full(beyond, np.nan)])
    first, now, last = (np.array(places, dtype=np.int64) + reach for places in (start, today, end))
    now_in = np.maximum(now, PAST_DAYS)
    past = padded[np.maximum(now_in[:, None] - 1 - np.arange(PAST_DAYS), 0)]
    seen = now - first
    in_month = (np.arange(PAST_DAYS) < seen[:, None]) & ~np.isnan(past)
    known = in_month.sum(axis=1)
    total = np.where(in_month, past, 0.0).sum(axis=1)
    ratio = [_year_ratio(padded, int(n), int(e)) for n, e in zip(now, last, strict=True)]
    return MonthParts(
        past=past,
        seen=seen,
        measured=known,
        left=last - first - known,
        so_far=total,
        year_ratio=np.array(ratio, dtype=np.float64),
        by_day=np.ones(len(now), dtype=bool),
    )


def month_end_quantiles(parts: MonthParts, net: QuantileNet) -> tuple[Floats, Floats]:
    """Return the quantiles and the mean of each month's energy.

    Returns
    -------
    Quantiles, shape (n, 9), and means, shape (n,). [kWh]
    """
    inputs, level = month_end_inputs(parts)
    rate = np.maximum(np.exp(level[:, None] + net.quantiles(inputs)) - FLOOR_KWH_DAY, 0.0)
    left: Floats = rate * parts.left[:, None].astype(np.float64)
    mean = parts.so_far + mean_of(left, tail=net.tail)
    return parts.so_far[:, None] + left, mean


def month_end_inputs(parts: MonthParts) -> tuple[Floats, Floats]:
    """Return what the net is told of each month, and the log level that it answers from.

    The level itself is not told: seventy homes are known by it, and would be learnt by heart.

    Returns
    -------
    Inputs, shape (n, k), and levels, shape (n,). [log kWh/day]
    """
    known = ~np.isnan(parts.past)
    count = known.sum(axis=1)
    energy = np.where(known, parts.past, 0.0)
    weight = np.where(known, 0.5 ** (np.arange(PAST_DAYS) / LEVEL_HALF_LIFE), 0.0)
    level = np.log((weight * energy).sum(axis=1) / weight.sum(axis=1) + FLOOR_KWH_DAY)
    rates = [_away(_mean_first(parts.past, days), level) for days in RATES]
    so_far_rate = np.where(parts.measured > 0, parts.so_far / np.maximum(parts.measured, 1), np.nan)
    month_rate = _away(so_far_rate, level)
    year_known = ~np.isnan(parts.year_ratio)
    year = np.where(year_known, np.log(np.where(year_known, parts.year_ratio, 1.0)), 0.0)
    seen, left = parts.measured / MONTH, parts.left / MONTH
    columns = [
        *rates,
        month_rate,
        *(rate * seen for rate in (rates[2], rates[4], month_rate)),
        *(rate * left for rate in rates[:4]),
        year,
        year * left,
        year_known,
        *_swings(parts.past, known, level, parts.by_day),
        np.log(np.maximum(parts.left, 1)),
        left,
        seen,
        *(count >= least for least in COUNTS),
        parts.by_day,
    ]
    return np.stack(columns, axis=1).astype(np.float64), level


def _check_day(period: Period, as_of: date) -> None:
    if not period.start <= as_of <= period.end:
        raise MonthsError(
            "month-end-day", day=as_of, start=period.start, end=period.end - timedelta(days=1)
        )


def _forecast(parts: MonthParts, net: QuantileNet, *, period: Period, basis: str) -> MonthForecast:
    if parts.left[0] == 0:
        total = float(parts.so_far[0])
        quantiles, mean = (total,) * len(QUANTILES), total
    else:
        rows, means = month_end_quantiles(parts, net)
        quantiles, mean = tuple(float(value) for value in rows[0]), float(means[0])
    return MonthForecast(
        period=period,
        quantiles_kwh=quantiles,
        mean_kwh=mean,
        basis=basis,
        model=net.name,
        version=net.version,
    )


def _mean_first(past: Floats, days: int) -> Floats:
    """Return the mean of the known ones of the newest days, NaN where none is known."""
    part = past[:, :days]
    known = ~np.isnan(part)
    count = known.sum(axis=1)
    total = np.where(known, part, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _away(rate: Floats, level: Floats) -> Floats:
    """Return how far a rate lies from the level, zero where it is not known. [log]"""
    known = ~np.isnan(rate)
    return np.where(known, np.log(np.where(known, rate, 0.0) + FLOOR_KWH_DAY) - level, 0.0)


def _swings(
    past: Floats, known: NDArray[np.bool_], level: Floats, by_day: NDArray[np.bool_]
) -> list[Floats]:
    """Return how much days, and means of weeks, swing; zero where only sums are known."""
    away = np.where(known, np.log(np.where(known, past, 0.0) + FLOOR_KWH_DAY) - level[:, None], 0.0)
    swings = []
    weeks = known.reshape(len(past), -1, 7)
    in_week = weeks.sum(axis=2)
    week = away.reshape(weeks.shape).sum(axis=2) / np.maximum(in_week, 1)
    for values, there, least in ((away, known, 5), (week, in_week >= 4, 3)):
        count = there.sum(axis=1)
        told = np.where(there, values, 0.0)
        middle = told.sum(axis=1) / np.maximum(count, 1)
        squares = np.where(there, (values - middle[:, None]) ** 2, 0.0).sum(axis=1)
        swing = np.minimum(np.sqrt(squares / np.maximum(count - 1, 1)), MOST_SPREAD)
        enough = (count >= least) & by_day
        swings += [
            np.where(enough, swing, 0.0),
            np.where(enough, np.log(LEAST_SPREAD + swing), 0.0),
            enough.astype(np.float64),
        ]
    return swings


def _year_ratio(padded: Floats, now: int, last: int) -> float:
    """Return last year's days left over its four weeks before, NaN where not known."""
    middle, end = now - YEAR_DAYS, last - YEAR_DAYS
    left, before = (
        padded[max(middle, 0) : max(end, 0)],
        padded[max(middle - YEAR_CONTEXT, 0) : max(middle, 0)],
    )
    for part in (left, before):
        if len(part) == 0 or np.mean(~np.isnan(part)) < LEAST_OF_YEAR:
            return np.nan
    return float((np.nanmean(left) + FLOOR_KWH_DAY) / (np.nanmean(before) + FLOOR_KWH_DAY))
