"""The hours after a local midnight, as sure as the home's own past says."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from ahorraluz.core.forecast.backtest import LEAST_SCALE
from ahorraluz.core.forecast.baselines import Climatology
from ahorraluz.core.forecast.calibration import WINDOW_DAYS, apply, latest_offsets, rolling
from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HIGH,
    HORIZON_DAYS,
    HOURS_DAY,
    Floats,
    Forecaster,
    ForecastError,
    Hours,
    Windows,
    mean_day,
)
from ahorraluz.core.forecast.panel import HomeHours, cut_windows, home_hours
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.grid import day_grid
from ahorraluz.core.readings.schema import Readings
from ahorraluz.learning.litert import load_default
from ahorraluz.services.forecast_models import holidays_of
from ahorraluz.services.quiet_runtime import quiet_runtime

CALIBRATION_DAYS = WINDOW_DAYS + HORIZON_DAYS
"""Days before the origin whose forecasts are held against what came. [day]"""
UNUSUAL_DAYS = 14
"""Newest days that are looked at for odd ones. [day]"""
UNUSUAL_SHARE = 0.4
"""Part of a day above its band from which it is called unusual: four times what chance gives,
which by chance alone one day in some thousands reaches. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HoursAhead:
    """The hours after a local midnight."""

    origin: date
    """First day ahead."""
    zone: str
    hours: Hours
    """Of this one home, shapes (1, h, 9) and (1, h)."""
    model: str
    version: str
    days_seen: int
    """Days with a reading among the 28 before the origin."""
    unusual: tuple["UnusualDay", ...]
    """Days of the last two weeks that took far more than was to be expected."""
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusualDay:
    """A day much of which lay above the band that was told for it the day before."""

    day: date
    share: float
    """Part of its known hours above the ninth quantile; a tenth is to be expected. [0 to 1]"""


def predict_hours(
    readings: Readings,
    *,
    as_of: date | None,
    hours: int,
    facts: Floats | None = None,
    model: Forecaster | None = None,
) -> HoursAhead:
    """Return the hours of a home after a local midnight.

    Parameters
    ----------
    readings
        Clean series of intervals of an hour at most.
    as_of
        First day ahead; ``None``, or a day after the readings end: the day after them.
    hours
        Hours ahead, 1 to 168. [h]
    facts
        What else is known of the home, columns ``FACTS``, shape (3,); ``None``: nothing.
    model
        ``None``: the default model, or the climatology where the system cannot run it.

    Raises
    ------
    ReadingsError
        ``readings-too-coarse``.
    ForecastError
        ``forecast-nothing-known``: no reading in the 28 days before.
    """
    grid = day_grid(readings).hourly()
    known = np.flatnonzero(grid.known > 0)
    behind = grid.days[known[-1]] + 1 if len(known) else grid.days[0]
    origin = behind if as_of is None else min(behind, np.datetime64(as_of, "D"))
    place = int((origin - grid.days[0]).astype(int))
    kwh = np.full((CONTEXT_DAYS, HOURS_DAY), np.nan)
    part = grid.power_kw[max(place - CONTEXT_DAYS, 0) : max(place, 0)]
    if len(part):
        kwh[-len(part) :] = part
    if place <= 0 or bool(np.all(np.isnan(kwh))):
        raise ForecastError("forecast-nothing-known", day=origin.astype(date))
    windows = Windows(
        kwh=kwh[None],
        origin=np.array([origin]),
        bill_kwh_day=np.array([np.nan]),
        facts=None if facts is None else facts[None],
    )
    chosen, issues = (model, ()) if model else _default_model(readings.zone)
    told, unusual = _as_served(chosen, windows, home_hours("", grid), before=place)
    return HoursAhead(
        origin=origin.astype(date),
        zone=readings.zone,
        hours=Hours(quantiles=told.quantiles[:, :hours], mean=told.mean[:, :hours]),
        model=chosen.name,
        version=chosen.version,
        days_seen=int(np.sum(~np.isnan(kwh).all(axis=1))),
        unusual=unusual,
        issues=issues,
    )


def _default_model(zone: str) -> tuple[Forecaster, tuple[Issue, ...]]:
    try:
        with quiet_runtime():
            return load_default(free=holidays_of(zone)), ()
    except ForecastError as error:
        return Climatology(), (replace(error.issue, severity=Severity.WARNING),)


def _as_served(
    model: Forecaster, windows: Windows, home: HomeHours, *, before: int
) -> tuple[Hours, tuple[UnusualDay, ...]]:
    """Return a forecast moved by how well the model did for this home, and its odd days."""
    told = model.predict(windows)
    first = windows.origin[0] - CALIBRATION_DAYS
    cut = cut_windows([_past(home, before)], first=first, least_known=1 / HOURS_DAY)
    if len(cut.windows) == 0:
        return told, ()
    past = cut.windows
    if windows.facts is not None:
        past = replace(past, facts=np.repeat(windows.facts, len(past), axis=0))
    said, actual = model.predict(past), cut.actual.reshape(len(past), -1)
    scale, origin = _scale(past), past.origin
    offsets = latest_offsets(said, actual, scale, origin=origin, today=windows.origin[0])
    served = rolling(said, actual, scale, origin=origin)
    return apply(told, offsets, _scale(windows)), _unusual(served, actual, origin)


def _past(home: HomeHours, before: int) -> HomeHours:
    """Return the days before a place and the unknown ones after it that the newest window spans."""
    ahead = HORIZON_DAYS - 1
    days = home.days[0] + np.arange(before + ahead)
    kwh = np.pad(home.kwh[:before], ((0, ahead), (0, 0)), constant_values=np.nan)
    return HomeHours(id=home.id, days=days, kwh=kwh)


def _unusual(served: Hours, actual: np.ndarray, origin: np.ndarray) -> tuple[UnusualDay, ...]:
    known = ~np.isnan(actual[:, :HOURS_DAY])
    above = known & (np.nan_to_num(actual[:, :HOURS_DAY]) > served.quantiles[:, :HOURS_DAY, HIGH])
    share = above.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return tuple(
        UnusualDay(day=origin[place].astype(date), share=float(share[place]))
        for place in range(max(0, len(origin) - UNUSUAL_DAYS), len(origin))
        if share[place] >= UNUSUAL_SHARE
    )


def _scale(windows: Windows) -> np.ndarray:
    return np.maximum(mean_day(windows.kwh) / HOURS_DAY, LEAST_SCALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """One day ahead in short."""

    day: date
    mean_kwh: float
    """Expected energy of its hours. [kWh]"""
    highest_hour: int
    """Hour with the highest expected energy."""


def days_ahead(ahead: HoursAhead) -> tuple[DayAhead, ...]:
    """Return the days of some hours ahead; the last one may be a part of a day."""
    mean = ahead.hours.mean[0]
    days = []
    for place, start in enumerate(range(0, len(mean), HOURS_DAY)):
        part = mean[start : start + HOURS_DAY]
        day = ahead.origin + timedelta(days=place)
        days.append(DayAhead(day=day, mean_kwh=float(part.sum()), highest_hour=int(part.argmax())))
    return tuple(days)
