"""The months to come of a home of which only its monthly recibos are known.

All homes are told by one fitted net, so a home with one recibo leans on what other homes
did after one like it, and a home with many leans on its own: how far is part of the fit.
Everything is relative to the home's own recent level, and nothing is known of the calendar
but how the home itself used the same month of earlier years: the net was fitted abroad, and
the seasons of that place are none of this home's.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import Floats
from ahorraluz.core.forecast.months import (
    MONTH_DAYS,
    MonthForecast,
    MonthsError,
    MonthUse,
    QuantileNet,
    mean_of,
    month_number,
    month_period,
    reading_periods,
)
from ahorraluz.core.issues import Parameter
from ahorraluz.core.periods import Period

PAST_MONTHS = 38
"""Months that are looked at: three years and the neighbours of the earliest. [month]"""
RECENT_MONTHS = 24
"""Months that tell the level and how it swings. [month]"""
MAX_AHEAD = 24
"""Furthest month that is told, counted from the newest recibo. [month]"""
FITTED_AHEAD = 12
"""Furthest month that the net was fitted on; later ones count as this one. [month]"""
FLOOR_KWH = 8.0
"""Added before logarithms, so that an empty month is low and not endless. [kWh]"""
LEVEL_HALF_LIFE = 2.0
"""Months after which a month counts half in the level. [month]"""
TYPICAL_LOG = 5.0
"""Level that inputs are told from: about 140 kWh a month. [log kWh]"""
HIGHEST_LEVEL = 7.0
"""Largest level that the net is told, about 1,100 kWh a month: one home in a thousand of those it
was fitted on lay higher. A larger one is told as this one is, around its own level. [log kWh]"""
STEADY_SWING = 0.02
"""Swing below which a home counts as steady: hardly a home that the net was fitted on swung so
little over more than three months, unless it stood empty. [log]"""
CHANCE_MONTHS = 3
"""Months alike that say nothing yet: homes of which two or three were alike swung afterwards as
others do. [month]"""
COUNTS = (2, 3, 5, 8, 12)
"""Numbers of known months at which the net may change its mind."""
YEARS = (12, 24, 36)
"""Months back to the same month of an earlier year."""
MOST_SPREAD = 2.0
"""Largest swing that counts: beyond it a home is as unsure as can be. [log]"""
YEAR_PAIRS = 12
"""Newest months that are held against the same months of an earlier year. [month]"""
SHIFT_PAIRS = 3
"""Newest pairs that tell how far this year lies above the earlier one. [month]"""
LEAST_PAIRS = 4
"""Pairs from which it is told whether this home's years are alike."""
PAIR_WEIGHT = 0.02
"""Variance of a year within which its months are noise. [log²]"""
MOST_LIKE = 1.5
"""Largest likeness of two years that counts: this one swings half as much again. [1]"""
LEAST_SPREAD = 0.03
"""Least swing that a logarithm is taken of: closer months are a meter's rounding. [log]"""


def predict_months(
    history: Sequence[MonthUse], net: QuantileNet, *, ahead: int = 12
) -> tuple[MonthForecast, ...]:
    """Return the months after the newest recibo, each with its distribution.

    Parameters
    ----------
    history
        Known months, at least one, in any order; months may be missing between them. Where
        every month tells its days, energy is compared by day. Months to come run from the
        reading that ended the newest; where nobody told its day they are calendar months.
    ahead
        Months wanted, 1 to 24. The band of each holds on its own; a year's is no sum of them.

    Raises
    ------
    MonthsError
        ``months-none``: no month is known. ``months-negative``: a month below zero, as of a
        home that gives more than it takes. ``months-not-a-number``, ``months-twice`` and
        ``months-ahead``.
    """
    return predict_months_of_many([history], net, ahead=[range(1, ahead + 1)])[0]


def predict_months_of_many(
    histories: Sequence[Sequence[MonthUse]], net: QuantileNet, *, ahead: Sequence[range]
) -> list[tuple[MonthForecast, ...]]:
    """Return months to come of many homes, told in one go; raises like :func:`predict_months`.

    Parameters
    ----------
    histories
        Known months of each home.
    ahead
        Months wanted of each, counted from its newest, 1 to 24, in a row.
    """
    homes = [_past_of(history, months) for history, months in zip(histories, ahead, strict=True)]
    if not homes:
        return []
    counts = [len(months) for months in ahead]
    lags = np.repeat(np.stack([home.lags for home in homes]), counts, axis=0)
    horizon = np.concatenate([np.array(months, dtype=np.int64) for months in ahead])
    quantiles, mean = month_quantiles(lags, horizon, net)
    ends = np.cumsum(counts).tolist()
    rows, means = quantiles.tolist(), mean.tolist()
    return [
        tuple(
            MonthForecast(
                period=period,
                quantiles_kwh=tuple([value * part for value in row]),
                mean_kwh=middle * part,
                basis="recibos",
                model=net.name,
                version=net.version,
            )
            for period, part, row, middle in zip(
                home.periods,
                home.parts,
                rows[end - count : end],
                means[end - count : end],
                strict=True,
            )
        )
        for home, count, end in zip(homes, counts, ends, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Past:
    """One home as the net is told of it, and the months that are wanted of it."""

    lags: Floats
    """Newest month first, shape (38,). [kWh/month]"""
    periods: Sequence[Period]
    parts: Sequence[float]
    """Length of each over that of a month; one where days are not told."""


def _past_of(history: Sequence[MonthUse], ahead: range) -> _Past:
    past = _checked(history, ahead)
    newest = max(past)
    by_day = all(use.days is not None for use in past.values())
    lags = np.full(PAST_MONTHS, np.nan)
    for number, use in past.items():
        if newest - number < PAST_MONTHS:
            lags[newest - number] = use.kwh * (MONTH_DAYS / (use.days or 1) if by_day else 1)
    until = past[newest].until
    periods = (
        [month_period(newest + h) for h in ahead]
        if until is None
        else reading_periods(until, months=ahead[-1])[ahead[0] - 1 :]
    )
    parts = [period.days / MONTH_DAYS if by_day else 1.0 for period in periods]
    return _Past(lags=lags, periods=periods, parts=parts)


def month_quantiles(
    past: Floats, horizon: NDArray[np.int64], net: QuantileNet
) -> tuple[Floats, Floats]:
    """Return the quantiles and the mean of months ahead of many homes at once.

    A home whose months are all alike is told to stay as it is, the closer to them the more
    there are: the net knows next to none, and would tell it as the calmest it knows.

    Parameters
    ----------
    past
        Energy by month, newest first; the newest is known, NaN elsewhere where not,
        shape (n, 38). [kWh]
    horizon
        Months from the newest to the one to tell, from 1, shape (n,). [month]

    Returns
    -------
    Quantiles, shape (n, 9), and means, shape (n,). [kWh]
    """
    inputs, level = month_inputs(past, horizon)
    logs = level[:, None] + _unsteady(past)[:, None] * net.quantiles(inputs)
    quantiles = np.maximum(np.exp(logs) - FLOOR_KWH, 0.0)
    return quantiles, mean_of(quantiles, tail=net.tail)


def month_inputs(past: Floats, horizon: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return what the net is told of each home, and the level that it answers from.

    Returns
    -------
    Inputs, shape (n, k), and log levels, shape (n,). [log kWh]
    """
    recent = past[:, :RECENT_MONTHS]
    known = ~np.isnan(recent)
    count = known.sum(axis=1)
    energy = np.where(known, recent, 0.0)
    weight = np.where(known, 0.5 ** (np.arange(RECENT_MONTHS) / LEVEL_HALF_LIFE), 0.0)
    level = np.log((weight * energy).sum(axis=1) / weight.sum(axis=1) + FLOOR_KWH)
    away = np.where(known, np.log(energy + FLOOR_KWH) - level[:, None], np.nan)
    told = np.where(known, away, 0.0)
    year = _same_month(past, horizon)
    year_known = ~np.isnan(year)
    year_away = np.where(
        year_known, np.log(np.where(year_known, year, 0.0) + FLOOR_KWH) - level[:, None], 0.0
    )
    part = np.minimum(horizon, FITTED_AHEAD) / FITTED_AHEAD
    columns = [
        *(told[:, lag] for lag in range(3)),
        *(_mean_between(told, known, *ends) for ends in ((3, 6), (6, 12), (0, 12))),
        np.nanmedian(away, axis=1),
        np.nanmin(away, axis=1),
        np.nanmax(away, axis=1),
        year_away[:, 1],
        year_away[:, 0],
        year_away[:, 2],
        year_known[:, 1],
        *_swings(away, told, known, count),
        ((recent == 0) & known).sum(axis=1) / count,
        recent[:, 0] == 0,
        *(count >= least for least in COUNTS),
        np.minimum(level, HIGHEST_LEVEL) - TYPICAL_LOG,
        np.minimum(level - TYPICAL_LOG, 0.0) ** 2,
        part,
        np.sqrt(part),
        horizon == 1,
        *_season(past, year[:, 1], level),
    ]
    return np.stack(columns, axis=1).astype(np.float64), level


def _unsteady(past: Floats) -> Floats:
    """Return how far to follow the net: one, less the steadier a home was and the longer.

    After n months without any swing it is one in n - 2, as of a thing that has always been
    so. Homes that stand empty are left to the net, which knows how many come back.
    """
    recent = past[:, :RECENT_MONTHS]
    known = ~np.isnan(recent)
    count = known.sum(axis=1)
    logs = np.where(known, np.log(np.where(known, recent, 0.0) + FLOOR_KWH), np.nan)
    middle = np.nanmean(logs, axis=1)
    swing = np.sqrt(np.nanmean((logs - middle[:, None]) ** 2, axis=1))
    alone = 1.0 / np.maximum(count - CHANCE_MONTHS + 1, 1)
    part = np.minimum(np.maximum(swing / STEADY_SWING, alone), 1.0)
    return np.where(recent[:, 0] > 0, part, 1.0)


def _checked(history: Sequence[MonthUse], ahead: range) -> Mapping[int, MonthUse]:
    if not history:
        raise MonthsError("months-none")
    if not ahead or ahead[0] < 1 or ahead[-1] > MAX_AHEAD:
        raise MonthsError("months-ahead", months=ahead.stop - 1, most=MAX_AHEAD)
    past: dict[int, MonthUse] = {}
    for use in history:
        number = month_number(use.month)
        if not math.isfinite(use.kwh):
            raise MonthsError("months-not-a-number", month=_label(number))
        if use.kwh < 0:
            raise MonthsError("months-negative", month=_label(number), kwh=use.kwh)
        if number in past:
            raise MonthsError("months-twice", month=_label(number))
        past[number] = use
    return past


def _label(number: int) -> Parameter:
    return f"{month_period(number).start:%Y-%m}"


def _same_month(past: Floats, horizon: NDArray[np.int64]) -> Floats:
    """Return the month before, the same and the month after in the newest year that is known.

    Each is taken from the newest year that holds it, NaN where none does, shape (n, 3).
    """
    rows = np.arange(len(past))
    found = np.full((len(past), 3), np.nan)
    for back in YEARS:
        for column, shift in enumerate((1, 0, -1)):
            place = back - horizon + shift
            inside = (place >= 0) & (place < PAST_MONTHS)
            value = np.where(inside, past[rows, np.clip(place, 0, PAST_MONTHS - 1)], np.nan)
            found[:, column] = np.where(np.isnan(found[:, column]), value, found[:, column])
    return found


def _season(past: Floats, year: Floats, level: Floats) -> list[Floats]:
    """Return what the same month of an earlier year says, and whether it can be trusted.

    Years of a home are alike where its newest months rise and fall as the same months of an
    earlier year did: only then is its season worth following.
    """
    pairs = past[:, YEAR_PAIRS : 2 * YEAR_PAIRS]
    further = np.full_like(pairs, np.nan)
    kept = past[:, 2 * YEAR_PAIRS : 3 * YEAR_PAIRS]
    further[:, : kept.shape[1]] = kept
    now = np.log(past[:, :YEAR_PAIRS] + FLOOR_KWH)
    then = np.log(np.where(np.isnan(pairs), further, pairs) + FLOOR_KWH)
    both = ~np.isnan(now + then)
    count = both.sum(axis=1)
    now, then = np.where(both, now, 0.0), np.where(both, then, 0.0)
    least = np.maximum(count, 1)
    now_away, then_away = (
        np.where(both, values - (values.sum(axis=1) / least)[:, None], 0.0)
        for values in (now, then)
    )
    like = (now_away * then_away).sum(axis=1) / ((then_away**2).sum(axis=1) + PAIR_WEIGHT * least)
    like = np.where(count >= LEAST_PAIRS, np.clip(like, -MOST_LIKE, MOST_LIKE), 0.0)
    near = both[:, :SHIFT_PAIRS].sum(axis=1)
    shift = (now - then)[:, :SHIFT_PAIRS].sum(axis=1) / np.maximum(near, 1)
    known = ~np.isnan(year) & (near > 0)
    told = np.log(np.where(known, year, 0.0) + FLOOR_KWH) + shift - level
    told = np.where(known, told, 0.0)
    return [told, like, like * told, (count >= LEAST_PAIRS) * told, known.astype(np.float64)]


def _mean_between(told: Floats, known: NDArray[np.bool_], first: int, last: int) -> Floats:
    """Return the mean distance of some months from the level, zero where none is known."""
    count = known[:, first:last].sum(axis=1)
    return np.asarray(told[:, first:last].sum(axis=1) / np.maximum(count, 1), dtype=np.float64)


def _swings(
    away: Floats, told: Floats, known: NDArray[np.bool_], count: NDArray[np.int64]
) -> list[Floats]:
    """Return how much the months of each home swing, in eight ways."""
    middle = told.sum(axis=1) / count
    spread = np.sqrt(
        np.where(known, (told - middle[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(count - 1, 1)
    )
    step = away[:, :-1] - away[:, 1:]
    both = ~np.isnan(step)
    stepping = np.sqrt(np.where(both, step**2, 0.0).sum(axis=1) / np.maximum(both.sum(axis=1), 1))
    usual = np.nanmedian(np.abs(away - np.nanmedian(away, axis=1)[:, None]), axis=1)
    limited = [np.minimum(swing, MOST_SPREAD) for swing in (spread, stepping, usual)]
    logs = [
        np.log(LEAST_SPREAD + swing) * (count >= least)
        for swing, least in ((stepping, 3), (spread, 3), (usual, 4))
    ]
    return [*limited, np.abs(told[:, 0]), np.abs(told[:, 1]), *logs]
