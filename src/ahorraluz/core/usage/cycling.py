"""What switches itself on and off all day: the compressor of a refrigerator.

At night nothing else moves. Up to five minutes per interval the falls of one size that
come again and again are the compressor's; their size is its power, its share of the time its
duty. Coarser readings blur the switching; there the level of the night bounds
what any refrigerator can take, and what is known of refrigerators says the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.readings.grid import HOUR_S, DayGrid
from ahorraluz.core.usage.events import CYCLING_MAX_S
from ahorraluz.core.usage.facts import ApplianceFacts, Physics
from ahorraluz.core.usage.ranges import DEVIATE, LEVEL, Spread, estimate_of, relative_sd
from ahorraluz.core.usage.robust import KWH_MONTH_PER_W, median, quantile

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SEEN = "basis.cycling-seen"
NIGHT_BOUND = "basis.night-level"
NIGHT_H = (0, 6)
"""Local hours in which little else runs. [h]"""
MIN_NIGHTS = 5
"""Nights known whole that are needed. [night]"""
STEP_W = (30.0, 350.0)
"""What a compressor switches: from a small refrigerator to a shop's display. [W]"""
MIN_CYCLES = 2.0
"""Falls of the compressor's size in a night, in the middle of all nights."""
MIN_PEAK = 0.08
"""Least autocorrelation at the period; noise stays below it over some nights."""
PERIOD_MIN = (15, 180)
"""Periods a compressor can have. [min]"""
DAY_FACTOR = (1.0, 1.1, 1.35)
"""Energy of a whole day over that of a night: doors and a warm kitchen. A metered
refrigerator (``docs/explanation/end-use-accuracy.md``) had 1.14; the range allows for more."""
TREND_NIGHTS = 90
"""Nights below which a change of duty is not looked for. [night]"""
TREND_DUTY = 0.08
"""Least change of duty worth saying. [0 to 1]"""
TREND_SDS = 4.0
"""How many standard errors it must be away from none: nights are alike, not independent."""
_TINY_W = 12.0
"""Smaller steps are noise of the meter. [W]"""
_SAME_SIZE = 0.25
_OF_NIGHT = 0.5
"""Most of the level of the night that a refrigerator is expected to be: the rest is what
else runs all night."""
_CLEAR = 1.7
"""Compressor sizes above the low level from which something else runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycling:
    """A load that cycles all day, or how much of one there may be."""

    energy: Estimate
    """[kWh/month]"""
    seen: bool
    """Whether the switching itself was seen; else ``energy`` is only bounded."""
    power_w: float | None = None
    """Size of the steps. [W]"""
    duty: float | None = None
    """Part of the night it runs. [0 to 1]"""
    period_min: float | None = None
    """From one start to the next. [min]"""
    nights: int = 0
    duty_before: float | None = None
    """Duty in the first third of the nights, where it has changed since. [0 to 1]"""
    duty_after: float | None = None
    """Duty in the last third. [0 to 1]"""
    changed_by: date | None = None
    """First day of the last third."""

    @property
    def night_kwh(self) -> float:
        """Energy of a month of nights, as far as the switching was seen. [kWh/month]"""
        return (self.power_w or 0.0) * (self.duty or 0.0) * KWH_MONTH_PER_W


def find_cycling(grid: DayGrid, *, cold: Iterable[ApplianceFacts] = ()) -> Cycling | None:
    """Return the refrigerator-like load of a home.

    Parameters
    ----------
    grid
        Power by day and time of day.
    cold
        Appliances that refrigerate, for readings too coarse to see the compressor; their
        default energies say what is likely below the level of the night.

    Returns
    -------
    Cycling or None
        ``None``: fewer than five whole nights, or nothing is known.
    """
    night, days = _nights(grid)
    if len(night) < MIN_NIGHTS:
        return None
    seen = _seen(night, days, grid.interval_s) if grid.interval_s <= CYCLING_MAX_S else None
    return seen or _bounded(night, [one for one in cold if one.physics is Physics.COLD])


def _nights(grid: DayGrid) -> tuple[Floats, NDArray[np.datetime64]]:
    """Return the power of every night that is known whole, at a minute or more. [W]"""
    step = grid.interval_s
    first, last = (hour * HOUR_S // step for hour in NIGHT_H)
    night = grid.power_kw[:, first:last] * 1000.0
    factor = max(n for n in range(1, 61) if night.shape[1] % n == 0 and n * step <= max(60, step))
    if factor > 1:
        night = night.reshape(len(night), -1, factor).mean(axis=2)
    whole = ~np.any(np.isnan(night), axis=1)
    return night[whole], grid.days[whole]


# --- seen ----------------------------------------------------------------------------------------


def _seen(night: Floats, days: NDArray[np.datetime64], interval_s: int) -> Cycling | None:
    step_min = max(interval_s, 60) / 60
    size = _fall_sizes(night)
    power = _commonest(size[size > 0])
    if power is None:
        return None
    falls = np.sum(np.abs(size - power) <= _SAME_SIZE * power, axis=1)
    low = quantile(night, 0.1)[:, None]
    above = night - low
    clear = above <= _CLEAR * power
    usable = clear.mean(axis=1) >= 0.5
    if usable.sum() < MIN_NIGHTS or np.median(falls[usable]) < MIN_CYCLES:
        return None
    if _regularity(np.clip(above[usable], 0.0, power), step_min) < MIN_PEAK:
        return None
    taken = np.where(clear, np.clip(above, 0.0, power), 0.0)
    duty = taken.sum(axis=1) / (power * np.maximum(clear.sum(axis=1), 1))
    hours = clear[usable].sum() * step_min / 60
    middle = float(np.median(duty[usable]))
    spread = _standard_error(duty[usable])
    cycling = Cycling(
        energy=_energy(power, middle, spread),
        seen=True,
        power_w=power,
        duty=middle,
        period_min=float(hours * 60 / max(falls[usable].sum(), 1)),
        nights=int(usable.sum()),
    )
    return _with_trend(cycling, duty[usable], days[usable])


def _fall_sizes(night: Floats) -> Floats:
    """Return the size of every fall, zero where there is none, shape (d, s - 1). [W]

    A fall cut in two by an interval counts once, at its first part.
    """
    step = np.diff(night, axis=1)
    falling = np.where(step <= -_TINY_W, -step, 0.0)
    second = np.zeros_like(falling)
    second[:, :-1] = falling[:, 1:]
    begins = np.ones_like(falling, dtype=bool)
    begins[:, 1:] = falling[:, :-1] == 0
    size = np.where(begins & (falling > 0), falling + second, 0.0)
    low, high = STEP_W
    return np.where((size >= low) & (size <= high), size, 0.0)


def _commonest(sizes: Floats) -> float | None:
    """Return the size around which most of ``sizes`` lie, ``None`` if there are few. [W]"""
    if len(sizes) < MIN_NIGHTS:
        return None
    logs = np.sort(np.log(sizes))
    count = np.searchsorted(logs, logs + _SAME_SIZE) - np.arange(len(logs))
    best = int(np.argmax(count))
    return float(np.exp(np.median(logs[best : best + count[best]])))


def _regularity(above: Floats, step_min: float) -> float:
    """Return the highest peak of the mean autocorrelation of the nights, at a period."""
    centred = above - above.mean(axis=1, keepdims=True)
    length = 2 * centred.shape[1]
    spectrum = np.abs(np.fft.rfft(centred, n=length, axis=1)) ** 2
    correlation = np.fft.irfft(spectrum, axis=1)[:, : centred.shape[1]]
    correlation = correlation / np.maximum(correlation[:, :1], 1e-9)
    mean = correlation.mean(axis=0)
    first, last = (int(minutes / step_min) for minutes in PERIOD_MIN)
    inside = mean[first : last + 1]
    peaks = (inside[1:-1] >= inside[:-2]) & (inside[1:-1] >= inside[2:])
    # The pieces that overlap shrink with the lag; without this a long period looks weak.
    overlap = 1 - np.arange(first, first + len(inside)) / centred.shape[1]
    return float(np.max(np.where(peaks, inside[1:-1] / overlap[1:-1], -1.0), initial=-1.0))


def _energy(power: float, duty: float, error: float) -> Estimate:
    least, likely, most = (factor * power * KWH_MONTH_PER_W for factor in DAY_FACTOR)
    below, above = max(duty - DEVIATE * error, 0.0), min(duty + DEVIATE * error, 1.0)
    middle = min(likely * duty, power * KWH_MONTH_PER_W)
    return Estimate(
        low=min(least * below, middle),
        middle=middle,
        high=max(min(most * above, power * KWH_MONTH_PER_W), middle),
        unit="kWh/month",
        basis=SEEN,
        level=LEVEL,
    )


def _standard_error(values: Floats) -> float:
    return float(np.std(values) / np.sqrt(len(values)))


def _with_trend(cycling: Cycling, duty: Floats, days: NDArray[np.datetime64]) -> Cycling:
    """Return ``cycling`` with the change of its duty, where there is one beyond chance."""
    if len(duty) < TREND_NIGHTS:
        return cycling
    third = len(duty) // 3
    before, after = duty[:third], duty[-third:]
    change = float(np.median(after) - np.median(before))
    # Nights of a week are alike: a seventh of them counts as independent.
    error = np.hypot(_standard_error(before), _standard_error(after)) * np.sqrt(7)
    if abs(change) < TREND_DUTY or abs(change) < TREND_SDS * error:
        return cycling
    return replace(
        cycling,
        duty_before=float(np.median(before)),
        duty_after=float(np.median(after)),
        changed_by=days[-third].astype("datetime64[D]").item(),
    )


# --- bounded -------------------------------------------------------------------------------------


def _bounded(night: Floats, cold: list[ApplianceFacts]) -> Cycling:
    """Return what a refrigerator may take below the level of the night."""
    level_kwh = max(float(median(median(night))), 0.0) * KWH_MONTH_PER_W
    known = [one for one in cold if one.default_kwh_month]
    if not known or level_kwh <= 0:
        # Nothing is known but the bound: any amount below it is as likely.
        half = level_kwh / 2
        width = half * LEVEL
        energy = Estimate(
            low=half - width,
            middle=half,
            high=half + width,
            unit="kWh/month",
            basis=NIGHT_BOUND,
            level=LEVEL,
        )
        return Cycling(energy=energy, seen=False, nights=len(night))
    defaults = sorted(one.default_kwh_month or 0.0 for one in known)
    plates = [relative_sd(one.power_w) for one in known if one.power_w is not None]
    mean = defaults[(len(defaults) - 1) // 2]
    sd = float(np.hypot(np.std(defaults), mean * max(plates, default=0.0)))
    wide = estimate_of([Spread(mean=mean, sd=max(sd, 0.2 * mean))], basis=NIGHT_BOUND)
    if wide.middle <= level_kwh * _OF_NIGHT:
        energy = replace(wide, high=max(min(wide.high, level_kwh), wide.middle))
        return Cycling(energy=energy, seen=False, nights=len(night))
    factor = level_kwh * _OF_NIGHT / wide.middle
    scaled = wide.scaled(factor)
    energy = replace(scaled, low=0.0, high=max(min(scaled.high, level_kwh), scaled.middle))
    return Cycling(energy=energy, seen=False, nights=len(night))
