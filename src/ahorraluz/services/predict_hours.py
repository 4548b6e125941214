"""The hours after a local midnight, as sure as the home's own past says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from ahorraluz.core.forecast.backtest import HISTORY_DAYS, LEAST_SCALE, make_trial
from ahorraluz.core.forecast.baselines import Climatology
from ahorraluz.core.forecast.calibration import apply, served_and_latest
from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HIGH,
    HOURS_DAY,
    LOW,
    Floats,
    Forecaster,
    ForecastError,
    Hours,
    Windows,
    mean_day,
)
from ahorraluz.core.forecast.panel import Cut, HomeHours, home_hours
from ahorraluz.core.issues import Issue
from ahorraluz.core.readings.grid import day_grid
from ahorraluz.core.readings.schema import Readings, Step
from ahorraluz.learning.gathering import joined
from ahorraluz.learning.litert import load_default
from ahorraluz.services.forecast_models import holidays_of, population_known, warned
from ahorraluz.services.quiet_runtime import quiet_runtime

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
    """Days with a reading among the 28 before the origin; 0: recibos alone."""
    bill_kwh_day: float | None = None
    """Mean energy of a day by the home's recibos; ``None``: none was given. [kWh]"""
    unusual: tuple["UnusualDay", ...] = ()
    """Days of the last two weeks that took far more than was to be expected."""
    issues: tuple[Issue, ...] = ()

    @property
    def band_parts(self) -> tuple[float, float] | None:
        """Ends of the usual 80 % band over what an hour is expected to take, ``None`` of nothing.

        Those of the middle hour, by each end.
        """
        mean = self.hours.mean[0]
        some = mean > 0
        if not bool(some.any()):
            return None
        ends = self.hours.quantiles[0][some][:, [LOW, HIGH]] / mean[some][:, None]
        low, high = np.median(ends, axis=0)
        return float(low), float(high)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusualDay:
    """A day much of which lay above the band that was told for it the day before."""

    day: date
    share: float
    """Part of its known hours above the ninth quantile; a tenth is to be expected. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class About:
    """What is known of a home beside its hours, and what is asked of it."""

    zone: str
    """IANA zone of its local days."""
    hours: int
    """Hours ahead, 1 to 168. [h]"""
    facts: Floats | None = None
    """Columns ``FACTS``, shape (3,); ``None``: nothing."""
    bill_kwh_day: float | None = None
    """Mean energy of a day by its recibos; ``None``: there are none. [kWh]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HoursAsked:
    """What a model is to be asked of one home."""

    windows: Windows
    """The home at its origin, one window."""
    past: Cut | None
    """Windows of its past with what came after them; ``None``: there are none."""
    hours: int
    zone: str


def predict_hours(
    readings: Readings,
    *,
    as_of: date | None,
    hours: int,
    facts: Floats | None = None,
    bill_kwh_day: float | None = None,
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
    bill_kwh_day
        Mean energy of a day by its recibos; ``None``: there are none. [kWh]
    model
        ``None``: the default model, or the climatology where the system cannot run it.

    Raises
    ------
    ReadingsError
        ``readings-too-coarse``.
    ForecastError
        ``forecast-hours-too-long``: one reading a day or a month; ``forecast-nothing-known``:
        neither a reading in the 28 days before nor a recibo.
    """
    asked = hours_asked(readings, as_of=as_of, hours=hours, facts=facts, bill_kwh_day=bill_kwh_day)
    chosen, issues = (model, ()) if model else _default_model(readings.zone)
    (ahead,) = tell_hours([asked], chosen)
    return replace(ahead, issues=issues)


def hours_asked(
    readings: Readings,
    *,
    as_of: date | None,
    hours: int,
    facts: Floats | None = None,
    bill_kwh_day: float | None = None,
) -> HoursAsked:
    """Return what a model is to be asked of a home; as of :func:`predict_hours`."""
    if readings.step is not Step.FIXED:
        raise ForecastError("forecast-hours-too-long")
    home = home_hours("", day_grid(readings))
    known = np.flatnonzero(~np.isnan(home.kwh).all(axis=1))
    behind = home.days[known[-1]] + 1 if len(known) else home.days[0]
    origin = behind if as_of is None else min(behind, np.datetime64(as_of, "D"))
    return hours_asked_of(
        home,
        place=int((origin - home.days[0]).astype(int)),
        about=About(zone=readings.zone, hours=hours, facts=facts, bill_kwh_day=bill_kwh_day),
    )


def hours_asked_of(home: HomeHours, *, place: int, about: About) -> HoursAsked:
    """Return what a model is to be asked of a home that is known hour by hour.

    Parameters
    ----------
    home
        Its hours, and those after the origin, which nobody looks at.
    place
        Place of the origin among its days.
    about
        What else is known.

    Raises
    ------
    ForecastError
        ``forecast-nothing-known``: neither a reading in the 28 days before nor a recibo.
    """
    kwh = np.full((CONTEXT_DAYS, HOURS_DAY), np.nan)
    part = home.kwh[max(place - CONTEXT_DAYS, 0) : max(place, 0)]
    if len(part):
        kwh[-len(part) :] = part
    origin = home.days[0] + np.timedelta64(place, "D")
    windows = _window(kwh, origin=origin, facts=about.facts, bill_kwh_day=about.bill_kwh_day)
    bare = place <= 0 or bool(np.all(np.isnan(kwh)))
    if bare and about.bill_kwh_day is None:
        raise ForecastError("forecast-nothing-known", day=origin.astype(date))
    past = None if bare else _past(windows, home, before=place)
    return HoursAsked(windows=windows, past=past, hours=about.hours, zone=about.zone)


def tell_hours(asked: Sequence[HoursAsked], model: Forecaster) -> tuple[HoursAhead, ...]:
    """Return the hours of some homes, told by a model in one call.

    Each is moved by how well the model did for the home itself.
    """
    if not asked:
        return ()
    parts = [
        windows
        for each in asked
        for windows in (each.windows, *(() if each.past is None else (each.past.windows,)))
    ]
    everything = model.predict(joined(parts))
    found, start = [], 0
    for each in asked:
        told, start = _rows(everything, start, 1), start + 1
        unusual: tuple[UnusualDay, ...] = ()
        if each.past is not None:
            count = len(each.past.windows)
            said, start = _rows(everything, start, count), start + count
            told, unusual = _as_served(told, said, each)
        ahead = _answer(told, each.windows, model, hours=each.hours, zone=each.zone)
        found.append(replace(ahead, unusual=unusual))
    return tuple(found)


def hours_of_recibos(
    bill_kwh_day: float,
    *,
    origin: date,
    zone: str,
    hours: int,
    facts: Floats | None = None,
    model: Forecaster | None = None,
) -> HoursAhead:
    """Return the hours of a home without readings: how other homes spread what it takes.

    Parameters
    ----------
    bill_kwh_day
        Mean energy of a day by its recibos. [kWh]
    origin
        First day ahead.
    zone
        IANA zone of its local days.
    hours, facts, model
        As of :func:`predict_hours`.
    """
    kwh = np.full((CONTEXT_DAYS, HOURS_DAY), np.nan)
    day = np.datetime64(origin, "D")
    windows = _window(kwh, origin=day, facts=facts, bill_kwh_day=bill_kwh_day)
    chosen, issues = (model, ()) if model else _default_model(zone)
    ahead = _answer(chosen.predict(windows), windows, chosen, hours=hours, zone=zone)
    return replace(ahead, issues=issues)


def _window(
    kwh: Floats, *, origin: np.datetime64, facts: Floats | None, bill_kwh_day: float | None
) -> Windows:
    """Return one home at one midnight."""
    return Windows(
        kwh=kwh[None],
        origin=np.array([origin]),
        bill_kwh_day=np.array([np.nan if bill_kwh_day is None else bill_kwh_day]),
        facts=None if facts is None else facts[None],
    )


def _answer(
    told: Hours, windows: Windows, model: Forecaster, *, hours: int, zone: str
) -> HoursAhead:
    """Return the first hours that were told of one home, with what they rest on."""
    bill = float(windows.bill_kwh_day[0])
    return HoursAhead(
        origin=windows.origin[0].astype(date),
        zone=zone,
        hours=Hours(quantiles=told.quantiles[:, :hours], mean=told.mean[:, :hours]),
        model=model.name,
        version=model.version,
        days_seen=int(np.sum(~np.isnan(windows.kwh[0]).all(axis=1))),
        bill_kwh_day=None if np.isnan(bill) else bill,
    )


def _default_model(zone: str) -> tuple[Forecaster, tuple[Issue, ...]]:
    try:
        with quiet_runtime():
            return load_default(free=holidays_of(zone)), ()
    except ForecastError as error:
        return Climatology(population_known()), (warned(error),)


def _past(windows: Windows, home: HomeHours, *, before: int) -> Cut | None:
    """Return the windows of a home that its forecast is calibrated on, ``None``: there are none."""
    past_home = HomeHours(id=home.id, days=home.days[:before], kwh=home.kwh[:before])
    # The windows that a backtest calibrates on, so that what is served is what was judged.
    cut = make_trial([past_home], first=windows.origin[0], history_days=HISTORY_DAYS).cut
    count = len(cut.windows)
    if count == 0:
        return None
    facts = None if windows.facts is None else np.repeat(windows.facts, count, axis=0)
    bills = np.repeat(windows.bill_kwh_day, count)
    return replace(cut, windows=replace(cut.windows, bill_kwh_day=bills, facts=facts))


def _as_served(told: Hours, said: Hours, asked: HoursAsked) -> tuple[Hours, tuple[UnusualDay, ...]]:
    """Return a forecast moved by how well the model did for this home, and its odd days.

    Parameters
    ----------
    told
        Of the hours ahead.
    said
        What the model says of the windows of the past.
    asked
        The home at its origin, and what came after those windows.
    """
    windows, past = asked.windows, asked.past
    assert past is not None  # noqa: S101 - something was said of it
    actual = past.actual.reshape(len(past.windows), -1)
    scale, origin = _scale(past.windows), past.windows.origin
    served, offsets = served_and_latest(
        said,
        actual,
        scale,
        origin=origin,
        today=windows.origin[0],
        days=-(-asked.hours // HOURS_DAY),
    )
    return apply(told, offsets, _scale(windows)), _unusual(served, actual, origin)


def _rows(hours: Hours, start: int, count: int) -> Hours:
    end = start + count
    return Hours(quantiles=hours.quantiles[start:end], mean=hours.mean[start:end])


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


def clock_hours(ahead: HoursAhead) -> Iterator[tuple[datetime, int]]:
    """Yield the beginning of each hour ahead with its place among those of the model.

    The model tells 24 hours of the local clock a day. The one that a clock change skips does
    not come; the one that it repeats comes twice, each time as the model tells it.
    """
    zone = ZoneInfo(ahead.zone)
    for slot in range(ahead.hours.mean.shape[1]):
        number, hour = divmod(slot, HOURS_DAY)
        day = ahead.origin + timedelta(days=number)
        moments = {
            datetime.combine(day, time(hour), tzinfo=zone).replace(fold=fold).astimezone(UTC)
            for fold in (0, 1)
        }
        for moment in sorted(moments):
            start = moment.astimezone(zone)
            if (start.date(), start.hour) == (day, hour):
                yield start, slot
