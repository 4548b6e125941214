"""Made-up homes on which nothing is wrong, and what is done to them to see whether it is found.

The homes have what makes watching hard: weather and season that move all of them together, homes
that go away, meters that fall silent for an afternoon or a day, weekends, and evenings of their
own. All of it is invented.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ahorraluz.core.forecast.features import weekday
from ahorraluz.core.forecast.forecaster import HOURS_DAY, Days, Floats
from ahorraluz.core.forecast.panel import HomeHours

Chance = np.random.Generator
YEAR = 365.25
BLOCKS = (slice(0, 6), slice(6, 18), slice(18, 23))
"""Hours of the clock whose sums the watch of inputs looks at."""


def quiet_homes(count: int, days: int, *, start: np.datetime64, chance: Chance) -> list[HomeHours]:
    """Return made-up homes on which nothing is wrong.

    Parameters
    ----------
    count, days
        How many, and for how long. [day]
    start
        Their first day.
    chance
        Seeded generator.
    """
    calendar = start + np.arange(days)
    together = _season(calendar) + _weather(days, chance)
    return [_home(f"home-{place:04d}", calendar, together, chance) for place in range(count)]


def _season(calendar: Days) -> Floats:
    """Return by how much homes use more in the season, as a logarithm."""
    angle = 2 * np.pi * calendar.astype(np.int64) / YEAR
    return np.asarray(0.06 * np.cos(angle - 0.6))


def _weather(days: int, chance: Chance) -> Floats:
    """Return what the weather of a week does to all homes, as a logarithm."""
    shocks = chance.normal(0.0, 0.02, days)
    for day in range(1, days):
        shocks[day] += 0.75 * shocks[day - 1]
    return np.asarray(shocks)


def _home(name: str, calendar: Days, together: Floats, chance: Chance) -> HomeHours:
    days = len(calendar)
    clock = np.arange(HOURS_DAY)
    evening, morning = chance.normal(20.0, 1.0), chance.normal(7.0, 0.8)
    shape = (
        chance.uniform(0.25, 0.6)
        + chance.uniform(0.1, 0.7) * np.exp(-(((clock - morning) / 1.5) ** 2))
        + chance.uniform(0.8, 1.6) * np.exp(-(((clock - evening) / 2.2) ** 2))
    )
    shape /= shape.sum()
    own = chance.normal(0.0, 0.13, days)
    for day in range(1, days):
        own[day] += 0.3 * own[day - 1]
    weekend = chance.normal(0.1, 0.12) * (weekday(calendar) >= 5)
    trend = np.cumsum(chance.normal(0.0, 0.008, days))
    answer = chance.uniform(0.3, 1.7)
    level = np.log(chance.lognormal(np.log(5.0), 0.55))
    energy = np.exp(level + own + weekend + trend + answer * together)
    kwh = energy[:, None] * shape * chance.gamma(4.0, 0.25, (days, HOURS_DAY))
    _go_away(kwh, shape, chance)
    _fall_silent(kwh, chance)
    return HomeHours(id=name, days=calendar, kwh=np.round(kwh, 3))


def _go_away(kwh: Floats, shape: Floats, chance: Chance) -> None:
    """Let a home be empty some times a year: what is always on goes on."""
    for start in np.flatnonzero(chance.random(len(kwh)) < 2 / YEAR):
        away = slice(int(start), int(start) + int(chance.integers(2, 12)))
        kwh[away] = kwh[away] / shape * shape.min() * 0.7


def _fall_silent(kwh: Floats, chance: Chance) -> None:
    """Let a meter fall silent for some hours now and then, and for whole days seldom."""
    for start in np.flatnonzero(chance.random(len(kwh)) < 6 / YEAR):
        hour = int(chance.integers(0, HOURS_DAY))
        kwh[start, hour : hour + int(chance.integers(2, 9))] = np.nan
    for start in np.flatnonzero(chance.random(len(kwh)) < 0.7 / YEAR):
        kwh[start : start + int(chance.integers(1, 4))] = np.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Something that is done to homes from a day on."""

    kind: str
    """``sudden``, ``gradual``, ``fault`` or ``concept``."""
    name: str
    size: float
    """As much as that, in what the name says."""
    part: float
    """Part of the homes it is done to. [0 to 1]"""
    act: Callable[[Floats, Floats, Chance], Floats]
    """Hours from the day on, shape (d, 24), and its size day by day, shape (d,)."""
    ramp_days: int = 0
    """Days over which it grows to its size; 0: at once. [day]"""


def inject(
    homes: Sequence[HomeHours], drift: Drift, *, day: np.datetime64, chance: Chance
) -> list[HomeHours]:
    """Return homes of which some are drifting from a day on."""
    count = max(1, round(len(homes) * drift.part))
    chosen = set(chance.permutation(len(homes))[:count].tolist())
    return [
        _drifting(home, drift, day, chance) if place in chosen else home
        for place, home in enumerate(homes)
    ]


def _drifting(home: HomeHours, drift: Drift, day: np.datetime64, chance: Chance) -> HomeHours:
    after = home.days >= day
    count = int(after.sum())
    if count == 0:
        return home
    ramp = np.arange(1, count + 1) / max(drift.ramp_days, 1)
    kwh = home.kwh.copy()
    kwh[after] = drift.act(kwh[after], drift.size * np.minimum(ramp, 1.0), chance)
    return replace(home, kwh=kwh)


def more(kwh: Floats, size: Floats, _: Chance) -> Floats:
    """Return hours that use a part more."""
    return kwh * (1 + size)[:, None]


def appliance(kwh: Floats, size: Floats, chance: Chance) -> Floats:
    """Return hours with something new that runs at night, of so many kWh a day."""
    start = int(chance.integers(0, 3))
    added = np.zeros_like(kwh)
    added[:, start : start + 3] = (size / 3)[:, None]
    return kwh + added


def wrong_unit(kwh: Floats, size: Floats, _: Chance) -> Floats:
    """Return hours in another unit."""
    return kwh * size[:, None]


def wrong_clock(kwh: Floats, size: Floats, _: Chance) -> Floats:
    """Return hours of a clock that is some hours ahead."""
    hours = round(float(size[-1]))
    return np.roll(kwh.reshape(-1), hours).reshape(kwh.shape)


def nothing(kwh: Floats, size: Floats, _: Chance) -> Floats:
    """Return hours of a meter that says zero."""
    return np.where(np.isnan(kwh), np.nan, kwh * (1 - size)[:, None])


def unread(kwh: Floats, size: Floats, chance: Chance) -> Floats:
    """Return hours of which a part is not read, in one piece a day."""
    gone = np.round(size * HOURS_DAY).astype(int)
    kwh = kwh.copy()
    for row, hours in enumerate(gone):
        first = int(chance.integers(0, HOURS_DAY - hours + 1))
        kwh[row, first : first + hours] = np.nan
    return kwh


def shuffled(kwh: Floats, _: Floats, chance: Chance) -> Floats:
    """Return days of the same energy in the night, the day and the evening, at other hours.

    Level, parts of the day, weekends and what is missing stay to the watt-hour: only that the
    hours of one day tell nothing of those of the next is new.
    """
    kwh = kwh.copy()
    for block in BLOCKS:
        kwh[:, block] = chance.permuted(kwh[:, block], axis=1)
    return kwh


DRIFTS = (
    Drift(kind="sudden", name="level", size=0.10, part=1.0, act=more),
    Drift(kind="sudden", name="level", size=0.20, part=1.0, act=more),
    Drift(kind="sudden", name="level", size=0.40, part=0.3, act=more),
    Drift(kind="sudden", name="appliance", size=2.0, part=0.5, act=appliance),
    Drift(kind="gradual", name="level", size=0.60, part=1.0, act=more, ramp_days=180),
    Drift(kind="gradual", name="level", size=1.20, part=1.0, act=more, ramp_days=180),
    Drift(kind="gradual", name="appliance", size=3.0, part=1.0, act=appliance, ramp_days=180),
    Drift(kind="fault", name="unit", size=1000.0, part=0.05, act=wrong_unit),
    Drift(kind="fault", name="clock", size=5.0, part=0.15, act=wrong_clock),
    Drift(kind="fault", name="zeros", size=1.0, part=0.05, act=nothing),
    Drift(kind="fault", name="unread", size=1.0, part=0.10, act=unread),
    Drift(kind="fault", name="unread", size=0.5, part=0.30, act=unread),
    Drift(kind="concept", name="shuffled", size=1.0, part=1.0, act=shuffled),
)
"""What the drill does, one after the other."""
