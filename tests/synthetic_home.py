"""An invented home with known truth: what runs always, a refrigerator, evenings, showers, seasons.

Every figure is invented. The home is made minute by minute from a seed and then averaged
to the interval that was asked for, so that the same home can be seen at 1 min and at 1 h.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.grid import DayGrid

Floats = NDArray[np.float64]

MINUTES = 1_440


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change that stays: watts more (or less) from a day on, between two hours."""

    day: int
    watts: float
    first_hour: int = 0
    last_hour: int = 24
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the home is like; every field can be set to zero to take it away."""

    always_on_w: float = 60.0
    fridge_w: float = 110.0
    fridge_duty: float = 0.4
    fridge_cycle_min: int = 50
    evening_w: float = 350.0
    daytime_w: float = 120.0
    weekend_factor: float = 1.2
    shower_w: float = 4_000.0
    shower_min: float = 10.0
    noise: float = 0.3
    """Spread of a day's use around its habit, as a part of it."""
    winter_more: float = 0.0
    """Part by which evenings grow from midsummer to midwinter (July)."""
    cooling_w_c: float = 0.0
    """Power for each degree above ``cool_above_c``, from noon to ten at night. [W/°C]"""
    cool_above_c: float = 24.0
    mean_temp_c: float = 20.0
    temp_swing_c: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SyntheticHome:
    """A home with its truth."""

    grid: DayGrid
    base_w: Floats
    """True always-on power of each day, the refrigerator's mean included, shape (d,). [W]"""
    temp_c: Floats
    """Mean temperature of each day, shape (d,). [°C]"""
    cooling_kwh: float
    """Energy used for cooling over the whole time. [kWh]"""
    shower_kwh: float
    """Energy of the showers over the whole time. [kWh]"""
    fridge_kwh: float
    """Energy of the refrigerator over the whole time. [kWh]"""


def synthetic_home(
    habits: Habits | None = None,
    *,
    days: int = 365,
    interval_s: int = 3_600,
    seed: int = 0,
    steps: Sequence[Step] = (),
    absences: Sequence[tuple[int, int]] = (),
) -> SyntheticHome:
    """Return an invented home.

    Parameters
    ----------
    habits
        What it is like; ``None``: an ordinary home of about 180 kWh a month.
    days
        Days from Monday 1 January 2024.
    interval_s
        Interval of the grid, a multiple of a minute that divides an hour. [s]
    seed
        Seed of everything that is left to chance.
    steps
        Changes that stay.
    absences
        First day away and first day back, counted from 0.
    """
    habits = habits or Habits()
    rng = np.random.default_rng(seed)
    date = np.datetime64("2024-01-01") + np.arange(days)
    at_home = np.ones(days)
    for first, back in absences:
        at_home[first:back] = 0.0
    temp_c = _temperature(habits, days, rng)
    power, base = _steps(steps, days)
    fridge = _fridge(habits, days, rng)
    shower = _showers(habits, days, rng) * at_home[:, None]
    cooling = _cooling(habits, temp_c) * at_home[:, None]
    lived = _living(habits, days, rng) * at_home[:, None]
    power += habits.always_on_w + fridge + shower + cooling + lived
    averaged = power.reshape(days, -1, interval_s // 60).mean(axis=2) / 1000.0
    return SyntheticHome(
        grid=DayGrid(
            days=date.astype("datetime64[D]"),
            power_kw=averaged,
            estimated=np.zeros(averaged.shape, dtype=bool),
            interval_s=interval_s,
        ),
        base_w=base + habits.always_on_w + habits.fridge_w * habits.fridge_duty,
        temp_c=temp_c,
        cooling_kwh=float(cooling.sum() / 60_000.0),
        shower_kwh=float(shower.sum() / 60_000.0),
        fridge_kwh=float(fridge.sum() / 60_000.0),
    )


def without(grid: DayGrid, first: int, last: int) -> DayGrid:
    """Return a grid whose days from ``first`` up to ``last`` are unknown."""
    power = grid.power_kw.copy()
    power[first:last] = np.nan
    return DayGrid(
        days=grid.days, power_kw=power, estimated=grid.estimated, interval_s=grid.interval_s
    )


def _temperature(habits: Habits, days: int, rng: np.random.Generator) -> Floats:
    """Return daily temperatures: warmest in mid-February, with weather that lasts some days."""
    season = np.cos(2 * np.pi * (np.arange(days) - 45) / 365.25)
    weather = np.convolve(rng.normal(0.0, 1.0, days + 4), np.ones(5) / np.sqrt(5.0), "valid")
    return np.asarray(habits.mean_temp_c + habits.temp_swing_c * season + weather)


def _steps(steps: Sequence[Step], days: int) -> tuple[Floats, Floats]:
    power = np.zeros((days, MINUTES))
    base = np.zeros(days)
    for step in steps:
        last = days if step.until is None else step.until
        power[step.day : last, step.first_hour * 60 : step.last_hour * 60] += step.watts
        if (step.first_hour, step.last_hour) == (0, 24):
            base[step.day : last] += step.watts
    return power, base


def _fridge(habits: Habits, days: int, rng: np.random.Generator) -> Floats:
    """Return a compressor that cycles, slowly out of step with the clock."""
    minute = np.arange(days * MINUTES)
    drift = np.repeat(np.cumsum(rng.normal(0.0, 4.0, days)), MINUTES)
    phase = (minute + drift) % habits.fridge_cycle_min / habits.fridge_cycle_min
    running = phase < habits.fridge_duty
    return np.asarray(running * habits.fridge_w).reshape(days, MINUTES)


def _showers(habits: Habits, days: int, rng: np.random.Generator) -> Floats:
    """Return one or two showers a day near seven in the morning and eight in the evening."""
    power = np.zeros((days, MINUTES))
    for hour, chance in ((7.0, 0.9), (20.0, 0.6)):
        for day in np.flatnonzero(rng.random(days) < chance):
            start = int(60 * hour + rng.normal(0.0, 25.0))
            length = max(3, int(rng.normal(habits.shower_min, habits.shower_min / 4)))
            power[day, start : start + length] = habits.shower_w
    return power


def _cooling(habits: Habits, temp_c: Floats) -> Floats:
    power = np.zeros((len(temp_c), MINUTES))
    degrees = np.maximum(temp_c - habits.cool_above_c, 0.0)
    power[:, 12 * 60 : 22 * 60] = (habits.cooling_w_c * degrees)[:, None]
    return power


def _living(habits: Habits, days: int, rng: np.random.Generator) -> Floats:
    """Return lights, television and the rest: an evening hump and a daytime plateau."""
    hour = np.arange(MINUTES) / 60.0
    evening = np.exp(-0.5 * ((hour - 20.5) / 1.5) ** 2)
    daytime = ((hour > 7) & (hour < 22)).astype(np.float64)
    winter = 1.0 + habits.winter_more * np.cos(2 * np.pi * (np.arange(days) - 196) / 365.25)
    weekend = np.where(np.arange(days) % 7 >= 5, habits.weekend_factor, 1.0)
    level = rng.lognormal(-0.5 * habits.noise**2, habits.noise, (days, 2))
    tidal = habits.evening_w * (level[:, 0] * winter)[:, None] * evening
    plain = habits.daytime_w * level[:, 1][:, None] * daytime
    grain = rng.lognormal(-0.02, 0.2, (days, 96)).repeat(15, axis=1)
    return np.asarray((tidal + plain) * weekend[:, None] * grain)
