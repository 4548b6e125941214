"""The watch of kept homes, every night: forecasts as they are served, and what came of them.

A forecast is kept with all its quantiles for a fortnight and a half; readings that come late, or
are corrected, change how wrong it was until then.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.drift_days import FAULTS, INPUTS, DayTable, day_table
from ahorraluz.core.forecast.drift_errors import SCORES, day_of, score_days
from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HORIZON_DAYS,
    HOURS_DAY,
    QUANTILES,
    Floats,
    Hours,
    Windows,
)
from ahorraluz.core.forecast.panel import HomeHours, home_hours
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.readings.grid import day_grid
from ahorraluz.core.readings.schema import Step
from ahorraluz.services.outlets import PERU_TIME
from ahorraluz.services.predict_hours import predict_hours
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.services.serving_models import served_forecaster
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.model_watch import WatchedDay, WatchedForecast

AHEAD = (1, 7)
"""Days ahead that are kept: tomorrow, and the week's end. [day]"""
LATE_DAYS = 18
"""How long readings may come late and still count. [day]"""
TOLD_AGAIN = 40
"""Newest days that are told again each night: late readings may have changed them. [day]"""
KEPT_DAYS = 400
"""How long days and errors are kept. [day]"""
STALE_DAYS = 3
"""A home whose readings end longer ago is told no forecast by. [day]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What came of a night."""

    homes: int
    """Homes with interval readings."""
    served: int
    """Forecasts of days that were kept."""
    joined: int
    """Forecasts whose days had been read."""


def watch_homes(*, tools: Toolbox, as_of: datetime) -> Watched:
    """Keep tonight's forecasts, join earlier ones with what came, and tell the newest days.

    Parameters
    ----------
    tools
        The store.
    as_of
        The moment, with its zone.
    """
    book = tools.store.model_watch
    today = as_of.astimezone(PERU_TIME).date()
    homes = served = joined = 0
    for home in tools.store.homes():
        try:
            _, cleaned = readings_of(home.id, tools=tools)
            if cleaned.readings.step is not Step.FIXED:
                continue
            hours = home_hours(home.id, day_grid(cleaned.readings))
            joined += _join(hours, tools=tools, today=today)
            book.keep_days(list(_newest_days(hours, today)))
            homes += 1
            forecasts = list(_forecasts(home.id, hours, tools=tools, today=today))
            book.serve(forecasts)
            served += len(forecasts)
        except AhorraLuzError:
            # No readings, or too coarse ones, or somebody deleted the home meanwhile.
            continue
    book.drop(
        before_day=(today - timedelta(days=KEPT_DAYS)).isoformat(),
        told_before_day=(today - timedelta(days=LATE_DAYS)).isoformat(),
    )
    return Watched(homes=homes, served=served, joined=joined)


def _newest_days(hours: HomeHours, today: date) -> Iterator[WatchedDay]:
    """Yield the newest days of a home in numbers; today is not over."""
    before = hours.days < np.datetime64(today)
    reach = hours.days >= np.datetime64(today - timedelta(days=TOLD_AGAIN + 2 * CONTEXT_DAYS))
    chosen = before & reach
    if not bool(chosen.any()):
        return
    table = day_table([HomeHours(id=hours.id, days=hours.days[chosen], kwh=hours.kwh[chosen])])
    first = np.datetime64(today - timedelta(days=TOLD_AGAIN))
    for place in np.flatnonzero(table.days >= first):
        yield WatchedDay(
            home=hours.id,
            day=str(table.days[place]),
            inputs=_listed(table.inputs[0, place]),
            faults=_listed(table.faults[0, place]),
        )


def _forecasts(
    home: str, hours: HomeHours, *, tools: Toolbox, today: date
) -> Iterator[WatchedForecast]:
    """Yield what is told tonight of tomorrow's days, as pages tell it."""
    before = hours.days < np.datetime64(today)
    known = np.flatnonzero(before & (~np.isnan(hours.kwh)).any(axis=1))
    if len(known) == 0 or hours.days[known[-1]] < np.datetime64(today - timedelta(days=STALE_DAYS)):
        return
    _, cleaned = readings_of(home, tools=tools)
    model, _ = served_forecaster(tools.serving, zone=cleaned.readings.zone)
    told = predict_hours(cleaned.readings, as_of=today, hours=HORIZON_DAYS * HOURS_DAY, model=model)
    origin = np.datetime64(told.origin)
    past = days_before(hours, origin)
    window = Windows(kwh=past[None], origin=np.array([origin]), bill_kwh_day=np.array([np.nan]))
    usual = climatology(window)
    for ahead in AHEAD:
        words = np.concatenate(
            [
                day_of(told.hours, ahead).quantiles[0],
                day_of(usual, ahead).quantiles[0],
                past[CONTEXT_DAYS - HORIZON_DAYS + ahead - 1][:, None],
                day_of(told.hours, ahead).mean[0][:, None],
            ],
            axis=1,
        )
        yield WatchedForecast(
            home=home,
            origin=told.origin.isoformat(),
            ahead=ahead,
            day=(told.origin + timedelta(days=ahead - 1)).isoformat(),
            model=told.model,
            version=told.version,
            told=words.astype("<f4").tobytes(),
        )


def days_before(hours: HomeHours, origin: np.datetime64) -> Floats:
    """Return the 28 days before an origin, NaN where nothing is known, shape (28, 24)."""
    past = np.full((CONTEXT_DAYS, HOURS_DAY), np.nan)
    back = (origin - hours.days).astype(int)
    chosen = (back >= 1) & (back <= CONTEXT_DAYS)
    past[CONTEXT_DAYS - back[chosen]] = hours.kwh[chosen]
    return past


def _join(hours: HomeHours, *, tools: Toolbox, today: date) -> int:
    """Keep how wrong the forecasts of a home were, of all days whose words are there still."""
    book = tools.store.model_watch
    since = (today - timedelta(days=LATE_DAYS)).isoformat()
    place = {str(day): number for number, day in enumerate(hours.days)}
    changed = []
    for one in book.told(hours.id, since_day=since):
        if one.told is None or one.day >= today.isoformat() or one.day not in place:
            continue
        scores = _scores(one.told, hours.kwh[place[one.day]])
        if scores != one.scores:
            changed.append(replace(one, scores=scores))
    book.score(changed)
    return len(changed)


def _scores(told: bytes, actual: Floats) -> list[float | None] | None:
    """Return how wrong a forecast was; ``None``: nothing of the day was read."""
    if bool(np.all(np.isnan(actual))):
        return None
    words = np.frombuffer(told, dtype="<f4").reshape(HOURS_DAY, -1).astype(np.float64)
    count = len(QUANTILES)
    mean, naive = words[:, -1], words[:, -2]
    said = Hours(quantiles=words[None, :, :count], mean=mean[None])
    usual = Hours(quantiles=words[None, :, count : 2 * count], mean=mean[None])
    return _listed(score_days(said, usual, naive[None], actual[None])[0])


def _listed(values: Floats) -> list[float | None]:
    """Return numbers as JSON has them; five digits are more than any of them is sure of."""
    return [None if np.isnan(value) else float(f"{value:.5g}") for value in values]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptTable:
    """What was kept of homes, on one calendar."""

    table: DayTable
    scores: Mapping[int, Floats]
    """By day ahead, columns ``SCORES``, shape (homes, t, 8)."""
    versions: Mapping[str, str]
    """First day that each version of a model was served for, by ``name version``."""


def kept_table(*, tools: Toolbox, since: date, until: date) -> KeptTable | None:
    """Return the days ``[since, until)`` of kept homes; ``None``: there are none."""
    book = tools.store.model_watch
    end = until.isoformat()
    days = [one for one in book.days(since_day=since.isoformat()) if one.day < end]
    if not days:
        return None
    homes = tuple(sorted({one.home for one in days}))
    first, last = (np.datetime64(pick(one.day for one in days)) for pick in (min, max))
    calendar = np.arange(first, last + np.timedelta64(1, "D"), dtype="datetime64[D]")
    place = {home: number for number, home in enumerate(homes)}
    at = {str(day): number for number, day in enumerate(calendar)}
    inputs = np.full((len(homes), len(calendar), len(INPUTS)), np.nan)
    faults = np.full((len(homes), len(calendar), len(FAULTS)), np.nan)
    for one in days:
        inputs[place[one.home], at[one.day]] = np.array(one.inputs, dtype=np.float64)
        faults[place[one.home], at[one.day]] = np.array(one.faults, dtype=np.float64)
    scores = {ahead: np.full((len(homes), len(calendar), len(SCORES)), np.nan) for ahead in AHEAD}
    versions: dict[str, str] = {}
    for forecast in book.scored(since_day=since.isoformat()):
        if forecast.day >= end:
            continue
        name = f"{forecast.model} {forecast.version}"
        versions[name] = min(versions.get(name, forecast.origin), forecast.origin)
        if forecast.home in place and forecast.day in at and forecast.ahead in scores:
            row = np.array(forecast.scores, dtype=np.float64)
            scores[forecast.ahead][place[forecast.home], at[forecast.day]] = row
    table = DayTable(homes=homes, days=calendar, inputs=inputs, faults=faults)
    return KeptTable(table=table, scores=scores, versions=versions)
