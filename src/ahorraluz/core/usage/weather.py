"""How a home's energy follows the temperature: heating, cooling, both, or not at all.

A change-point model: a flat level, a slope below one balance temperature, a slope above
another. Two seasons are enough to make anything that changes over the year look like a
response, so a slope counts only where it also shows from day to day within the season
(measured temperatures), or is called what it is: a likeness of months (normals).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.usage.changepoint import (
    BOTH,
    Fit,
    Side,
    best_fit,
    errors_of,
    free_of_season,
    likeness,
    models_of,
    tamed,
)
from ahorraluz.core.usage.daily import UsageDataError
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.robust import (
    DAYS_MONTH,
    NORMAL,
    Z80,
    Bools,
    Floats,
    month_of,
    quantiles,
)

MEASURED, NORMALS = "basis.temperature-measured", "basis.temperature-normals"
MIN_DAYS, MIN_SPAN_C = 90, 4.0
"""Days, and range of temperatures between cold and warm days, that measured ones need."""
MIN_MONTHS, MIN_DAYS_MONTH, MIN_MONTHS_SPAN_C = 10, 15, 3.0
"""Months, days in each, and range of temperatures that normals need."""
LEAST_LIKENESS = 3.0
"""How far day-to-day likeness of energy and temperature must stand out from that of days
moved against each other, in spreads: set so that homes with moved weather hardly pass."""
LEAST_SHARE, LEAST_SHARE_NORMALS = 0.02, 0.05
"""Least part of the energy that a response must explain to be said. [0 to 1]"""
LEAST_R2_NORMALS = 0.7
"""Least part of the variance between months that normals must explain. [0 to 1]"""
NORMALS_CONFIDENCE = 0.5
"""Most that is believed of a likeness of months. [0 to 1]"""
NORMALS_WIDER = 2.0
"""Factor on the error of a slope that rests on normals: this year's months are not normal."""
MOST_CONFIDENCE = 0.97


class TemperatureSource(StrEnum):
    """Where the temperatures come from."""

    MEASURED = "measured"
    """Of each day, at or near the home."""
    NORMALS = "normals"
    """Long-term means of the calendar months of a city."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """One side of a response."""

    kwh_c_day: Estimate
    """Energy of each degree beyond the balance temperature. [kWh/°C/day]"""
    error: float
    """Standard error of its middle, days in a row taken as alike. [kWh/°C/day]"""
    balance_c: float
    """Temperature from which it sets in. [°C]"""
    energy: Estimate
    """Mean over the time looked at. [kWh/month]"""
    share: Estimate
    """Part of all energy. [0 to 1]"""
    confidence: float
    """Probability that energy follows temperature here. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemperatureResponse:
    """How a home follows the temperature; both sides ``None``: it does not."""

    heating: Slope | None
    cooling: Slope | None
    level_kwh_day: float
    """Energy of a day that needs neither. [kWh/day]"""
    parameters: int
    """Of the model chosen: 1 (none) to 5 (both, with two balance temperatures)."""
    explained: float
    """Part of the variance it explains. [0 to 1]"""
    source: TemperatureSource
    days: int
    """Days it rests on."""
    issues: tuple[Issue, ...] = ()


def temperature_response(
    daily_kwh: Floats,
    temp_c: Floats,
    *,
    days: NDArray[np.datetime64],
    source: TemperatureSource = TemperatureSource.MEASURED,
) -> TemperatureResponse:
    """Return how daily energy follows temperature.

    Parameters
    ----------
    daily_kwh
        Energy of consecutive days, NaN where unknown, shape (d,). [kWh]
    temp_c
        Mean temperature of the same days, or the normal of their month, shape (d,). [°C]
    days
        The days, datetime64[D], shape (d,).
    source
        What the temperatures are. Normals cannot tell a response from anything else that
        changes with the seasons: the issue ``temperature-normals`` says so.

    Returns
    -------
    TemperatureResponse
        A side is there only where it stands out and matters.

    Raises
    ------
    UsageDataError
        ``temperature-too-few-days``, ``temperature-too-even``.

    References
    ----------
    M. F. Fels, PRISM: an introduction, Energy and Buildings 9 (1986),
    doi:10.1016/0378-7788(86)90003-4. Errors: W. K. Newey, K. D. West (1987),
    doi:10.2307/1913610.
    """
    known = ~np.isnan(daily_kwh) & ~np.isnan(temp_c)
    if source is TemperatureSource.NORMALS:
        return _from_normals(daily_kwh, temp_c, days=days, known=known)
    _check(temp_c[known], least=MIN_DAYS, least_span=MIN_SPAN_C)
    weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    rest = tamed(free_of_season(np.where(known, daily_kwh, np.nan), weekday))
    sides: tuple[Side, ...] = BOTH
    models = models_of(daily_kwh[known], temp_c[known])
    while True:
        fit = best_fit(daily_kwh[known], temp_c[known], sides=sides, models=models)
        seen = {side: _day_to_day(fit, side, rest, temp_c) for side in fit.sides}
        kept = tuple(side for side in fit.sides if seen[side].likeness >= LEAST_LIKENESS)
        if kept == fit.sides:
            break
        sides = kept
    errors = errors_of(fit, daily_kwh[known], temp_c[known])
    slopes = {}
    for side in fit.sides:
        confidence = MOST_CONFIDENCE * NORMAL.cdf(seen[side].likeness - LEAST_LIKENESS + 1.0)
        slope = fit.slope(side)
        half = Z80 * errors[side]
        # The season and the single days need not agree: other habits follow the year too.
        estimate = Estimate(
            low=max(0.0, min(slope, seen[side].slope) - half),
            middle=slope,
            high=max(slope, seen[side].slope) + half,
            unit="kWh/°C/day",
            basis=MEASURED,
        )
        slopes[side] = _slope(
            estimate,
            degrees=fit.hinge(side, temp_c[known]),
            energy=daily_kwh[known],
            at=(errors[side], fit.balance(side)),
            confidence=confidence,
        )
    return _response(fit, slopes, source=source, days=int(known.sum()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _DayToDay:
    """What days say about a side when their season is taken away."""

    likeness: float
    slope: float
    """[kWh/°C/day]"""


def _day_to_day(fit: Fit, side: Side, rest: Floats, temp_c: Floats) -> _DayToDay:
    degrees = free_of_season(fit.hinge(side, temp_c)) * (rest != 0)
    square = float(degrees @ degrees)
    slope = float(degrees @ rest) / square if square > 0 else 0.0
    return _DayToDay(likeness=likeness(rest, degrees), slope=slope)


def _check(temp_c: Floats, *, least: int, least_span: float) -> None:
    if len(temp_c) < least:
        raise UsageDataError("temperature-too-few-days", days=len(temp_c), min_days=least)
    low, high = quantiles(temp_c, 0.05, 0.95)
    if high - low < least_span:
        raise UsageDataError(
            "temperature-too-even", span=round(float(high - low), 1), min_span=least_span
        )


def _from_normals(
    daily_kwh: Floats, temp_c: Floats, *, days: NDArray[np.datetime64], known: Bools
) -> TemperatureResponse:
    """Return the response of months to the normals of their city."""
    months, number = month_of(days)
    count = np.bincount(number[known], minlength=len(months))
    full = count >= MIN_DAYS_MONTH
    divisor = np.maximum(count, 1)
    energy = np.bincount(number[known], daily_kwh[known], minlength=len(months)) / divisor
    normal = np.bincount(number[known], temp_c[known], minlength=len(months)) / divisor
    days_known = int(count[full].sum())
    if int(full.sum()) < MIN_MONTHS:
        raise UsageDataError(
            "temperature-too-few-days", days=days_known, min_days=MIN_MONTHS * MIN_DAYS_MONTH
        )
    _check(normal[full], least=1, least_span=MIN_MONTHS_SPAN_C)
    fit = best_fit(energy[full], normal[full])
    if fit.explained < LEAST_R2_NORMALS:
        fit = best_fit(energy[full], normal[full], sides=())
    errors = errors_of(fit, energy[full], normal[full])
    slopes = {}
    for side in fit.sides:
        slope, half = fit.slope(side), NORMALS_WIDER * Z80 * errors[side]
        estimate = Estimate(
            low=max(0.0, slope - half),
            middle=slope,
            high=slope + half,
            unit="kWh/°C/day",
            basis=NORMALS,
        )
        slopes[side] = _slope(
            estimate,
            degrees=fit.hinge(side, normal[full]),
            energy=energy[full],
            at=(errors[side], fit.balance(side)),
            confidence=NORMALS_CONFIDENCE * fit.explained,
        )
    return _response(fit, slopes, source=TemperatureSource.NORMALS, days=days_known)


def _slope(
    estimate: Estimate,
    *,
    degrees: Floats,
    energy: Floats,
    at: tuple[float, float],
    confidence: float,
) -> Slope:
    error, balance_c = at
    mean_degrees, total = float(degrees.mean()), float(energy.mean())
    return Slope(
        kwh_c_day=estimate,
        error=error,
        balance_c=balance_c,
        energy=estimate.scaled(mean_degrees * DAYS_MONTH, unit="kWh/month"),
        share=estimate.scaled(mean_degrees / total if total > 0 else 0.0, unit="1"),
        confidence=confidence,
    )


def _response(
    fit: Fit, slopes: dict[Side, Slope], *, source: TemperatureSource, days: int
) -> TemperatureResponse:
    normals = source is TemperatureSource.NORMALS
    least = LEAST_SHARE_NORMALS if normals else LEAST_SHARE
    said = {side: slope for side, slope in slopes.items() if slope.share.middle >= least}
    return TemperatureResponse(
        heating=said.get(Side.HEATING),
        cooling=said.get(Side.COOLING),
        level_kwh_day=fit.level,
        parameters=fit.parameters,
        explained=fit.explained,
        source=source,
        days=days,
        issues=(Issue(code="temperature-normals", severity=Severity.NOTE),)
        if normals and said
        else (),
    )


def temperature_findings(response: TemperatureResponse) -> tuple[Finding, ...]:
    """Return what temperature explains, one finding a side.

    ``heating-response`` and ``cooling-response``; with normals ``cold-months-more`` and
    ``warm-months-more``, which claim no cause.
    """
    normals = response.source is TemperatureSource.NORMALS
    names = (
        ("cold-months-more" if normals else "heating-response", response.heating),
        ("warm-months-more" if normals else "cooling-response", response.cooling),
    )
    return tuple(
        Finding(
            id=name,
            weight=Weight.KNOW,
            numbers={
                "kwh": round(slope.energy.middle),
                "percent": round(100 * slope.share.middle),
                "degrees": round(slope.balance_c),
                "kwh_degree": round(slope.kwh_c_day.middle, 2),
            },
            energy=slope.energy,
            confidence=round(slope.confidence, 2),
        )
        for name, slope in names
        if slope is not None
    )
