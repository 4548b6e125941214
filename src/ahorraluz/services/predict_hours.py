"""The hours after a local midnight, as sure as the home's own past says."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from ahorraluz.core.forecast.backtest import LEAST_SCALE
from ahorraluz.core.forecast.baselines import Climatology
from ahorraluz.core.forecast.calibration import WINDOW_DAYS, apply, latest_offsets
from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HORIZON_DAYS,
    HOURS_DAY,
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

CALIBRATION_DAYS = WINDOW_DAYS + HORIZON_DAYS
"""Days before the origin whose forecasts are held against what came. [day]"""


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
    issues: tuple[Issue, ...] = ()


def predict_hours(
    readings: Readings, *, as_of: date | None, hours: int, model: Forecaster | None = None
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
    part = grid.power_kw[max(place - CONTEXT_DAYS, 0) : place]
    if len(part):
        kwh[-len(part) :] = part
    if bool(np.all(np.isnan(kwh))):
        raise ForecastError("forecast-nothing-known", day=origin.astype(date))
    windows = Windows(kwh=kwh[None], origin=np.array([origin]), bill_kwh_day=np.array([np.nan]))
    chosen, issues = (model, ()) if model else _default_model(readings.zone)
    told = _as_served(chosen, windows, home_hours("", grid), before=place)
    return HoursAhead(
        origin=origin.astype(date),
        zone=readings.zone,
        hours=Hours(quantiles=told.quantiles[:, :hours], mean=told.mean[:, :hours]),
        model=chosen.name,
        version=chosen.version,
        days_seen=int(np.sum(~np.isnan(kwh).all(axis=1))),
        issues=issues,
    )


def _default_model(zone: str) -> tuple[Forecaster, tuple[Issue, ...]]:
    try:
        return load_default(free=holidays_of(zone)), ()
    except ForecastError as error:
        return Climatology(), (replace(error.issue, severity=Severity.WARNING),)


def _as_served(model: Forecaster, windows: Windows, home: HomeHours, *, before: int) -> Hours:
    """Return a forecast moved by how well the model did for this home in the last weeks."""
    told = model.predict(windows)
    past = HomeHours(id=home.id, days=home.days[:before], kwh=home.kwh[:before])
    first = windows.origin[0] - CALIBRATION_DAYS
    cut = cut_windows([past], first=first)
    if len(cut.windows) == 0:
        return told
    offsets = latest_offsets(
        model.predict(cut.windows),
        cut.actual.reshape(len(cut.windows), -1),
        _scale(cut.windows),
        origin=cut.windows.origin,
        today=windows.origin[0],
    )
    return apply(told, offsets, _scale(windows))


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
