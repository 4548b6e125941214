"""Hourly readings of made-up homes: what runs all day, what people switch on, and who is away."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from ahorraluz.core.usage.made_up import (
    HOURS_STREAM,
    Bools,
    Country,
    Floats,
    Ints,
    Kind,
    MadeUpHomes,
    Pattern,
    climate_of,
    response_of,
    seasons,
)

HOUR_BLOCK = 128
"""Homes whose hours are drawn together; it divides ``BLOCK``."""
HOURS = 24
HOUR_MINUTES = 60.0
LATE_AT_WEEKENDS = 1
"""Made up: hours by which free days begin later."""
SHIFTS = (-1, 3)
"""Made up: hours by which the days of a home lie off the usual, from and below."""
FREE_USE = 1.15
"""Made up: use on days off beside workdays, of what people switch on."""
DAY_SPREAD = 0.22
"""Made up: how far days of one home go apart (sigma of their logarithm)."""
USE_SPREAD = 0.45
"""Made up: how far lengths of use go apart."""
LONGEST_MINUTES = 239.0
"""Of one use, so that it touches five hours at most. [min]"""
ABSENCES_YEAR = 1.6
"""Made up: times a year that nobody is at home for days."""
ABSENCE_DAYS = (2, 15)
"""Made up: length of one, from and below. [day]"""
OUTAGES_YEAR = 3.0
"""Made up: times a year that a meter sends nothing."""
OUTAGE_HOURS = (1, 30)
YEAR_DAYS = 365.0
WH = 1000.0
"""Readings are whole watt-hours."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calendar:
    """The days that hours are made for."""

    days: NDArray[np.datetime64]
    """Local days one after another, datetime64[D], shape (days,)."""
    free: Bools
    """Which of them are holidays, shape (days,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Life:
    """What a few homes do on each day."""

    here: Bools
    """Whether anybody is at home, shape (homes, days)."""
    factor: Floats
    """Of each response on each day, shape (responses, homes, days)."""
    shift: Ints
    """Shape (homes,). [h]"""
    off: Bools
    """Days off, shape (days,)."""


def part_of(homes: MadeUpHomes, first: int, count: int) -> MadeUpHomes:
    """Return some homes of a block, from the place ``first`` in it on."""
    chosen = {
        field.name: getattr(homes, field.name)[first : first + count]
        for field in fields(homes)
        if field.name != "first"
    }
    return replace(homes, first=homes.first + first, **chosen)


def make_hours(
    homes: MadeUpHomes, country: Country, *, calendar: Calendar, seed: int
) -> NDArray[np.float32]:
    """Return the energy of each hour of the homes of one ``HOUR_BLOCK``.

    Parameters
    ----------
    homes
        All homes of that block: fewer would be other homes.
    calendar
        Local days of a place that keeps one time all year.

    Returns
    -------
    ndarray
        Shape (homes, 24 × days), float32, whole watt-hours; NaN while a meter sent
        nothing. [kWh]
    """
    days = len(calendar.days)
    chance = default_rng((seed, HOURS_STREAM, homes.first // HOUR_BLOCK, days))
    life = _life(homes, country, calendar=calendar, chance=chance)
    hours = _always(homes, country, life=life, chance=chance)
    hours += _switched(homes, country, life=life, chance=chance)
    kwh = (np.rint(hours * WH) / WH).astype(np.float32).reshape(len(homes), days * HOURS)
    _go_silent(kwh, chance, days=days)
    return kwh


def _life(homes: MadeUpHomes, country: Country, *, calendar: Calendar, chance: Generator) -> _Life:
    count, days = len(homes), len(calendar.days)
    month = calendar.days.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (calendar.days.astype(np.int64) + 3) % 7
    here = np.ones((count, days), dtype=np.bool_)
    away = _spans(chance, (count, days), ABSENCES_YEAR * days / YEAR_DAYS, ABSENCE_DAYS)
    for home, first, length in away:
        here[home, first : first + length] = False
    return _Life(
        here=here,
        factor=seasons(country)[:, climate_of(country)[homes.place]][:, :, month],
        shift=chance.integers(*SHIFTS, count),
        off=calendar.free | (weekday >= 5),
    )


def _spans(
    chance: Generator, shape: tuple[int, int], times: float, lasting: tuple[int, int]
) -> list[tuple[int, int, int]]:
    """Return home, beginning and length of what comes over homes so many times."""
    home = np.repeat(np.arange(shape[0]), chance.poisson(times, shape[0]))
    first = chance.integers(0, shape[1], len(home))
    length = chance.integers(*lasting, len(home))
    return list(zip(home.tolist(), first.tolist(), length.tolist(), strict=True))


def _always(homes: MadeUpHomes, country: Country, *, life: _Life, chance: Generator) -> Floats:
    """Return what draws a little at all its hours, shape (homes, days, 24). [kWh]"""
    count, days = life.here.shape
    responds = response_of(country)
    quiet = np.zeros((count, HOURS))
    always = np.zeros((count, days, HOURS), dtype=np.float32)
    for response, factor in enumerate(life.factor):
        profile = np.zeros((count, HOURS))
        for column in np.flatnonzero(responds == response):
            kind = country.kinds[column]
            if kind.pattern is not Pattern.USES:
                into = profile if kind.pattern is Pattern.ALWAYS else quiet
                into += homes.kwh_day[:, column : column + 1] * _shifted(kind, life.shift)
        if profile.any():
            always += (profile[:, None, :] * factor[:, :, None]).astype(np.float32)
    day = np.exp(DAY_SPREAD * chance.standard_normal((count, days), dtype=np.float32))
    day = day * life.here * np.where(life.off, FREE_USE, 1.0)
    loose = chance.standard_exponential((count, days, HOURS), dtype=np.float32)
    loose *= 0.6
    loose += 0.4
    hours = quiet[:, None, :] * day[:, :, None] * loose
    close = chance.random((count, days, HOURS), dtype=np.float32)
    close *= 0.5
    close += 0.75
    return np.asarray(hours + always * close)


def _shifted(kind: Kind, shift: Ints) -> Floats:
    """Return the part of a day's energy in each hour of homes, shape (homes, 24)."""
    weights = np.asarray(kind.hours, dtype=np.float64)
    at = (np.arange(HOURS) - shift[:, None]) % HOURS
    return np.asarray(weights[at] / weights.sum())


def _switched(homes: MadeUpHomes, country: Country, *, life: _Life, chance: Generator) -> Floats:
    """Return what people switch on for a while, shape (homes, days, 24). [kWh]"""
    count, days = life.here.shape
    responds = response_of(country)
    total = np.zeros(count * days * HOURS)
    for column, kind in enumerate(country.kinds):
        if kind.pattern is not Pattern.USES:
            continue
        use_kwh = kind.power_kw * kind.minutes / HOUR_MINUTES * np.exp(USE_SPREAD**2 / 2)
        usual = homes.kwh_day[:, column] / use_kwh
        owners = np.flatnonzero(usual > 0)
        rate = usual[owners, None] * life.factor[responds[column], owners] * life.here[owners]
        rate *= np.where(life.off, FREE_USE, (7 - 2 * FREE_USE) / 5)
        uses = chance.poisson(rate)
        home = np.repeat(np.repeat(owners, days), uses.ravel())
        day = np.repeat(np.tile(np.arange(days), len(owners)), uses.ravel())
        begin = _begins(kind, life, home=home, day=day, chance=chance)
        minutes = kind.minutes * np.exp(USE_SPREAD * chance.standard_normal(len(home)))
        minutes = np.minimum(minutes, LONGEST_MINUTES)
        at = (home * days + day) * HOURS * HOUR_MINUTES + begin
        _lay(total, at, minutes, power_kw=kind.power_kw, of_home=days * HOURS)
    return total.reshape(count, days, HOURS)


def _begins(kind: Kind, life: _Life, *, home: Ints, day: Ints, chance: Generator) -> Floats:
    """Return when each use begins. [min since midnight]"""
    ends = np.cumsum(kind.hours)
    hour = np.searchsorted(ends, chance.random(len(home)) * ends[-1], side="right")
    hour = (hour + life.shift[home] + LATE_AT_WEEKENDS * life.off[day]) % HOURS
    return np.asarray((hour + chance.random(len(home))) * HOUR_MINUTES)


def _lay(total: Floats, at: Floats, minutes: Floats, *, power_kw: float, of_home: int) -> None:
    """Add uses to the hours that they touch; what would pass the last of a home is cut there."""
    hour = np.floor(at / HOUR_MINUTES).astype(np.int64)
    left, room = minutes.copy(), (hour + 1) * HOUR_MINUTES - at
    while len(left):
        spent = np.minimum(left, room)
        total += np.bincount(hour, spent, minlength=len(total)) * (power_kw / HOUR_MINUTES)
        left -= spent
        going = (left > 0) & ((hour + 1) % of_home > 0)
        hour, left = hour[going] + 1, left[going]
        room = np.full(len(left), HOUR_MINUTES)


def _go_silent(kwh: NDArray[np.float32], chance: Generator, *, days: int) -> None:
    """Leave out hours in which a meter sent nothing."""
    times = OUTAGES_YEAR * days / YEAR_DAYS
    for home, first, length in _spans(chance, kwh.shape, times, OUTAGE_HOURS):
        kwh[home, first : first + length] = np.nan
