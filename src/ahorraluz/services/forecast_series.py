"""The hours ahead of many series at once: one call of the model, and each fault beside its series.

A series is given hour by hour, or is a kept home, or is nothing but what its recibos say a day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from ahorraluz.core.forecast.baselines import Climatology
from ahorraluz.core.forecast.forecaster import FACTS, HOURS_DAY, Floats, ForecastError
from ahorraluz.core.forecast.holidays import FreeDays
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue
from ahorraluz.ingest.meter_files.options import LIMA
from ahorraluz.learning.gathering import by_rows
from ahorraluz.learning.litert import NAME
from ahorraluz.learning.served import IN_PROCESS, ServedModel
from ahorraluz.services.find_readings import FoundReadings
from ahorraluz.services.forecast_home import ForecastRequestError, last_day, readings_by
from ahorraluz.services.forecast_models import holidays_of, population_known, warned
from ahorraluz.services.home_facts import facts_of, recibo_kwh_day, recibos_of
from ahorraluz.services.households.asking import ask_home
from ahorraluz.services.households.keeping import KeptHome, kept_home
from ahorraluz.services.predict_hours import (
    About,
    HoursAhead,
    HoursAsked,
    hours_asked,
    hours_asked_of,
    tell_hours,
)
from ahorraluz.services.toolbox import Toolbox

if TYPE_CHECKING:
    from ahorraluz.core.home import MonthlyUse

MOST_SERIES = 100
MOST_HOMES = 10
"""Kept homes among them: each is read from the database, and its readings looked through."""
MOST_HOURS = 100 * HOURS_DAY
"""Hours of a series: the model sees 28 days, and its errors of the two months before count."""
HIGHEST_KWH = 1_000.0
"""Of one hour: what no home takes. [kWh]"""
MOST_WINDOWS = 1_024
"""Windows of one call of the model, which take a hundred megabytes while it lasts."""
GONE = ("home-unknown", "home-without-answers", "key-gone")
FIRST_DAY = date(2000, 1, 1)
FURTHEST = timedelta(days=366)
"""How long after today a forecast may begin."""


class SeriesError(InvalidInputError):
    """A series that cannot be told on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series, and what is asked of it; exactly one of ``kwh``, ``home`` and the recibo."""

    kwh: tuple[float | None, ...] | None = None
    """Hours of the local clock, oldest first; the last one ends when ``origin`` begins. [kWh]"""
    home: str | None = None
    """Id of a kept home that whoever asks may read."""
    zone: str = LIMA
    origin: date | None = None
    """First day ahead; ``None``: today, of a kept home the day after its readings."""
    hours: int = HOURS_DAY
    """Hours ahead, 1 to 168. [h]"""
    recibo_kwh_day: float | None = None
    """Mean energy of a day by its recibos. [kWh]"""
    facts: tuple[float | None, ...] = (None,) * len(FACTS)
    """Of ``FACTS``, each ``None`` where not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesTold:
    """What is told of some series."""

    model: str
    version: str
    number: int | None
    """Of the version on the shelf, 0 of the one that comes with the program."""
    served_by: str
    items: tuple[HoursAhead | AhorraLuzError, ...]
    """Of each series the hours ahead, or why they cannot be told."""
    issues: tuple[Issue, ...]


def forecast_series(series: Sequence[Series], *, tools: Toolbox, today: date) -> SeriesTold:
    """Return the hours ahead of some series, all told by one version of the model.

    They are one call of it, or a few where very many windows of the past go with them.

    Parameters
    ----------
    series
        ``MOST_SERIES`` at most.
    tools
        The model in use, and the kept homes.
    today
        Day of the answer.

    Raises
    ------
    SeriesError
        ``series-too-many``.
    """
    if len(series) > MOST_SERIES:
        raise SeriesError("series-too-many", count=len(series), limit=MOST_SERIES)
    homes = 0
    prepared: list[HoursAsked | AhorraLuzError] = []
    for each in series:
        homes += each.home is not None
        try:
            if each.home is not None and homes > MOST_HOMES:
                raise SeriesError("series-homes-too-many", field="home", limit=MOST_HOMES)
            prepared.append(_asked(each, tools=tools, today=today))
        except AhorraLuzError as error:
            prepared.append(error)
    asked = [each for each in prepared if isinstance(each, HoursAsked)]
    model, issues = _model(tools)
    told, by = _told(asked, model)
    items = iter(told)
    return SeriesTold(
        model=NAME if isinstance(model, ServedModel) else model.name,
        version=model.version,
        number=model.number if isinstance(model, ServedModel) else None,
        served_by=by,
        items=tuple(next(items) if isinstance(each, HoursAsked) else each for each in prepared),
        issues=issues,
    )


def _model(tools: Toolbox) -> tuple[ServedModel | Climatology, tuple[Issue, ...]]:
    """Return the version in use, or what stands in for it where none runs here."""
    try:
        return tools.serving.model(), ()
    except ForecastError as error:
        return Climatology(population_known()), (warned(error),)


def _told(
    asked: Sequence[HoursAsked], model: ServedModel | Climatology
) -> tuple[list[HoursAhead], str]:
    """Return what one version tells, and whether a server of models told all of it."""
    found, by = list[HoursAhead](), set[str]()
    for group in _groups(asked):
        if isinstance(model, Climatology):
            found += tell_hours(group, model)
            continue
        forecaster = model.forecaster(free=_calendar(group))
        found += tell_hours(group, forecaster)
        by.add(forecaster.served_by)
    return found, by.pop() if len(by) == 1 else IN_PROCESS


def _groups(asked: Sequence[HoursAsked]) -> Iterator[Sequence[HoursAsked]]:
    """Yield series that one call of the model takes: most often all of them."""
    group, windows = list[HoursAsked](), 0
    for each in asked:
        count = _windows(each)
        if group and windows + count > MOST_WINDOWS:
            yield group
            group, windows = [], 0
        group.append(each)
        windows += count
    if group:
        yield group


def _windows(asked: HoursAsked) -> int:
    return 1 + (0 if asked.past is None else len(asked.past.windows))


def _calendar(asked: Sequence[HoursAsked]) -> FreeDays:
    """Return the holidays of every window of some homes, by the zone of each."""
    spans, start = [], 0
    for each in asked:
        end = start + _windows(each)
        spans.append((start, end, holidays_of(each.zone)))
        start = end
    return by_rows(spans)


def _asked(series: Series, *, tools: Toolbox, today: date) -> HoursAsked:
    given = [series.kwh is not None, series.home is not None]
    if all(given):
        raise SeriesError("series-of-two", field="home")
    if series.origin is not None and not FIRST_DAY <= series.origin <= today + FURTHEST:
        raise SeriesError(
            "series-origin-far",
            field="origin",
            value=series.origin,
            first=FIRST_DAY,
            last=today + FURTHEST,
        )
    if series.home is not None:
        return _of_home(series, series.home, tools=tools, today=today)
    _check_zone(series.zone)
    origin = today if series.origin is None else series.origin
    if not series.kwh and series.recibo_kwh_day is None:
        raise SeriesError("series-empty", field="kwh")
    about = About(
        zone=series.zone,
        hours=series.hours,
        facts=_facts(series),
        bill_kwh_day=series.recibo_kwh_day,
    )
    home = _hours(series.kwh or (), origin)
    return hours_asked_of(home, place=len(home.days), about=about)


def _of_home(series: Series, home: str, *, tools: Toolbox, today: date) -> HoursAsked:
    """Return what is to be asked of a kept home, as its own forecast asks it."""
    asked = ask_home(_kept(home, tools), tools=tools, as_of=today)
    described = None if asked.inquiry is None else asked.inquiry.home
    facts = facts_of(described, asked.connection)
    recibos = recibos_of(described, asked.connection)
    if asked.understanding is None:
        return _of_recibos(series, recibos, facts, today=today)
    found: FoundReadings
    found, _ = readings_by(asked.understanding.found, as_of=series.origin, today=today)
    return hours_asked(
        found.cleaned.readings,
        as_of=series.origin,
        hours=series.hours,
        facts=facts,
        bill_kwh_day=recibo_kwh_day(recibos, as_of=last_day(found), recent=True),
    )


def _kept(home: str, tools: Toolbox) -> KeptHome:
    try:
        return kept_home(home, tools=tools)
    except AhorraLuzError as error:
        if error.issue.code in GONE:
            raise unknown_home(home) from None
        raise


def unknown_home(home: str) -> SeriesError:
    """Return the error of a home that is not there for whoever asks."""
    return SeriesError("series-home-unknown", field="home", value=home[:60])


def _of_recibos(
    series: Series, recibos: "Sequence[MonthlyUse]", facts: Floats, *, today: date
) -> HoursAsked:
    origin = today if series.origin is None else series.origin
    kwh_day = recibo_kwh_day(recibos, as_of=origin)
    if kwh_day is None:
        raise ForecastRequestError("forecast-of-what")
    about = About(zone=LIMA, hours=series.hours, facts=facts, bill_kwh_day=kwh_day)
    home = _hours((), origin)
    return hours_asked_of(home, place=len(home.days), about=about)


def _hours(kwh: Sequence[float | None], origin: date) -> HomeHours:
    """Return a series as whole days before its origin, at least one.

    Raises
    ------
    SeriesError
        ``series-hours-many``, ``series-kwh-impossible``.
    """
    if len(kwh) > MOST_HOURS:
        raise SeriesError("series-hours-many", field="kwh", count=len(kwh), limit=MOST_HOURS)
    values = np.array([np.nan if value is None else value for value in kwh], dtype=np.float64)
    impossible = np.flatnonzero(~np.isnan(values) & ~((values >= 0) & (values <= HIGHEST_KWH)))
    if len(impossible):
        place = int(impossible[0])
        raise SeriesError(
            "series-kwh-impossible",
            field="kwh",
            place=place,
            value=float(values[place]),
            highest=HIGHEST_KWH,
        )
    days = max(1, -(-len(values) // HOURS_DAY))
    table = np.full(days * HOURS_DAY, np.nan)
    if len(values):
        table[-len(values) :] = values
    first = np.datetime64(origin, "D") - np.timedelta64(days, "D")
    return HomeHours(id="", days=np.arange(first, first + days), kwh=table.reshape(days, HOURS_DAY))


def _facts(series: Series) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in series.facts])


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SeriesError("series-zone-unknown", field="zone", value=zone[:60]) from None
