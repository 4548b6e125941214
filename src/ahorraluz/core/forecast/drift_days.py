"""What the watch of models looks at: each day of each home in a few numbers.

They are what a model of hourly use goes by (level, spread over the clock, weekday, how alike days
are, what is known), and what a broken meter does to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.features import weekday
from ahorraluz.core.forecast.forecaster import HOURS_DAY, Days, Floats
from ahorraluz.core.forecast.panel import HomeHours

INPUTS = ("level", "night", "peak", "base", "weekday", "swing", "lag_day", "missing")
"""Numbers of a day. ``level``: logarithm of its energy; ``night``, ``peak``: parts of it from 0 to
6 h and from 18 to 23 h; ``base``: its four lowest hours over its mean hour; ``weekday``:
logarithm of working days over weekends, of the last seven days; ``swing``: change of level from
the day before, without sign; ``lag_day``: correlation of its hours with those of the day before;
``missing``: part of its hours that is unknown."""
FAULTS = ("silent", "zeros", "jump", "stuck", "shifted")
"""Marks of a day of a broken meter. ``silent``: nothing was read; ``zeros``: nothing was used all
day; ``jump``: at least eight times what is usual, or an eighth; ``stuck``: every hour the same;
``shifted``: the clock is some hours off."""
LEAST_HOURS = 18
"""Known hours from which a day's energy is told. [h]"""
LEAST_KWH = 0.02
"""Energy of a day below which its logarithm says nothing. [kWh]"""
NIGHT, PEAK = slice(0, 6), slice(18, 23)
"""Hours of the clock; the second is hora punta in Peru."""
LOW_HOURS = 4
WEEK, USUAL_DAYS = 7, 28
"""Days of a week, and days before that say what is usual. [day]"""
JUMP = 8.0
"""Nobody uses eight times as much for a day; a wrong unit is a thousand times."""
RARE = 0.2
"""A mark that a home had on more of its days lately is how it is, not a fault. [0 to 1]"""
SHIFT_DAYS, SHIFT_BEHIND = 5, 14
"""Days whose mean shows that the clock is off, and how far behind them the usual ones end, so that
it can still be told for a while. [day]"""
LEAST_SHIFT = 2
"""A clock that is off by an hour is the summer time of a country, or nothing. [h]"""
SHIFT_GAIN, SHIFT_ALIKE = 0.5, 0.7
"""By how much the moved hours must be more alike than those that were not, and how alike."""
LEAST_ENERGY_KWH = 0.001
"""An hour below it counts as nothing used. [kWh]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayTable:
    """Days of homes in numbers, NaN where nothing can be told."""

    homes: tuple[str, ...]
    days: Days
    """Consecutive days, datetime64[D], shape (t,)."""
    inputs: Floats
    """Columns ``INPUTS``, shape (homes, t, 8)."""
    faults: Floats
    """Columns ``FAULTS``, 1 or 0, shape (homes, t, 5)."""

    def __len__(self) -> int:
        """Return the number of homes."""
        return len(self.homes)


def day_table(homes: Sequence[HomeHours]) -> DayTable:
    """Return the days of some homes in numbers, on one calendar.

    A home counts on a day as long as anything was read of it within the 28 days before; a home
    that left is no fault.

    Parameters
    ----------
    homes
        Hour by hour, at least one, none without a day.
    """
    first = min(home.days[0] for home in homes)
    last = max(home.days[-1] for home in homes)
    days = np.arange(first, last + np.timedelta64(1, "D"), dtype="datetime64[D]")
    hours = np.full((len(homes), len(days), HOURS_DAY), np.nan)
    for place, home in enumerate(homes):
        start = int((home.days[0] - first).astype(int))
        hours[place, start : start + len(home.days)] = home.kwh
    return DayTable(
        homes=tuple(home.id for home in homes),
        days=days,
        inputs=_inputs(hours, days),
        faults=_faults(hours),
    )


def rolling_mean(values: Floats, days: int, *, behind: int = 0, least: float = 0.5) -> Floats:
    """Return the mean of the ``days`` days that end ``behind`` days before each, NaN of too few.

    Parameters
    ----------
    values
        NaN where not known, shape (homes, t).
    days, behind
        ``behind`` 0: the day itself is the last one. [day]
    least
        Part of the days that must be known. [0 to 1]
    """
    known = ~np.isnan(values)
    count = _windowed(known.astype(np.float64), days, behind)
    total = _windowed(np.where(known, values, 0.0), days, behind)
    enough = count >= max(1.0, days * least)
    return np.where(enough, total / np.maximum(count, 1.0), np.nan)


def _windowed(values: Floats, days: int, behind: int) -> Floats:
    """Return sums of ``days`` days that end ``behind`` days before each; what is not there is 0."""
    count = values.shape[1]
    sums = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    ends = np.clip(np.arange(count) + 1 - behind, 0, count)
    starts = np.clip(ends - days, 0, count)
    return np.asarray(sums[:, ends] - sums[:, starts])


def _inputs(hours: Floats, days: Days) -> Floats:
    known = ~np.isnan(hours)
    count = known.sum(axis=2)
    whole = count >= LEAST_HOURS
    mean = np.where(known, hours, 0.0).sum(axis=2) / np.maximum(count, 1)
    used = whole & (mean * HOURS_DAY >= LEAST_KWH)
    level = np.where(used, np.log(np.maximum(mean * HOURS_DAY, LEAST_KWH)), np.nan)
    lowest = np.sort(np.where(known, hours, np.inf), axis=2)[..., :LOW_HOURS].mean(axis=2)
    before = np.concatenate([np.full_like(level[:, :1], np.nan), level[:, :-1]], axis=1)
    columns = (
        level,
        _part(hours, mean, NIGHT, used),
        _part(hours, mean, PEAK, used),
        np.where(used, lowest / np.maximum(mean, LEAST_ENERGY_KWH), np.nan),
        _working_over_weekend(level, days),
        np.abs(level - before),
        _like_the_day_before(hours),
        np.where(_active(count > 0), _missing(count), np.nan),
    )
    return np.stack(columns, axis=-1)


def _missing(count: NDArray[np.int64]) -> Floats:
    """Return the part of a day that is unknown; one hour is what a clock change skips."""
    gone = HOURS_DAY - count
    return np.where(gone > 1, gone / HOURS_DAY, 0.0)


def _part(hours: Floats, mean: Floats, clock: slice, used: NDArray[np.bool_]) -> Floats:
    """Return the part of a day's energy within some hours of the clock."""
    some = hours[..., clock]
    known = ~np.isnan(some)
    count = known.sum(axis=2)
    total = np.where(known, some, 0.0).sum(axis=2) / np.maximum(count, 1) * some.shape[2]
    good = used & (count * 2 >= some.shape[2])
    return np.where(good, total / np.maximum(mean * HOURS_DAY, LEAST_KWH), np.nan)


def _working_over_weekend(level: Floats, days: Days) -> Floats:
    """Return how much more working days of the last seven use than their weekend."""
    working = weekday(days) < 5
    parts = [
        rolling_mean(np.where(chosen, level, np.nan), WEEK, least=least / WEEK)
        for chosen, least in ((working, 3), (~working, 1))
    ]
    return parts[0] - parts[1]


def _like_the_day_before(hours: Floats) -> Floats:
    """Return the correlation of each day's hours with those of the day before."""
    before = np.concatenate([np.full_like(hours[:, :1], np.nan), hours[:, :-1]], axis=1)
    return alike(hours, before)


def alike(one: Floats, other: Floats) -> Floats:
    """Return the correlation along the last axis of what is known in both, NaN of too few.

    Parameters
    ----------
    one, other
        Same shape (..., 24), NaN where not known.
    """
    both = ~np.isnan(one) & ~np.isnan(other)
    count = both.sum(axis=-1)
    safe = np.maximum(count, 1)
    a, b = (np.where(both, part, 0.0) for part in (one, other))
    a = np.where(both, a - (a.sum(axis=-1) / safe)[..., None], 0.0)
    b = np.where(both, b - (b.sum(axis=-1) / safe)[..., None], 0.0)
    size = np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    good = (count >= LEAST_HOURS) & (size > 1e-12)
    return np.where(good, (a * b).sum(axis=-1) / np.where(good, size, 1.0), np.nan)


def _active(read: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell on which days anything had been read within the 28 days before."""
    return _windowed(read.astype(np.float64), USUAL_DAYS, 1) > 0


def _faults(hours: Floats) -> Floats:
    known = ~np.isnan(hours)
    count = known.sum(axis=2)
    read = count > 0
    active = _active(read)
    most = np.where(known, hours, -np.inf).max(axis=2, initial=-np.inf)
    least = np.where(known, hours, np.inf).min(axis=2, initial=np.inf)
    whole = count >= LEAST_HOURS
    zeros = whole & (most < LEAST_ENERGY_KWH)
    stuck = whole & ~zeros & (most - least <= 1e-9 * np.maximum(np.abs(most), 1.0))
    energy = np.where(known, hours, 0.0).sum(axis=2) / np.maximum(count, 1) * HOURS_DAY
    energy = np.where(whole & ~zeros, energy, np.nan)
    usual = rolling_mean(np.log(np.maximum(energy, LEAST_KWH)), USUAL_DAYS, behind=1)
    jump = np.abs(np.log(np.maximum(energy, LEAST_KWH)) - usual) > np.log(JUMP)
    marks = (
        _marked(count == 0, active),
        _marked(zeros, active & whole),
        _marked(jump, ~np.isnan(usual) & ~np.isnan(energy)),
        _marked(stuck, active & whole),
        _shifted(hours),
    )
    return np.stack(marks, axis=-1)


def _marked(mark: NDArray[np.bool_], told: NDArray[np.bool_]) -> Floats:
    """Return marks as 1 and 0, NaN where a home has them so often that they say nothing."""
    values = np.where(told, mark.astype(np.float64), np.nan)
    # A week behind, so that a fault does not become usual while it is being found.
    often = rolling_mean(values, USUAL_DAYS, behind=WEEK + 1, least=0.25)
    return np.where(np.nan_to_num(often) > RARE, np.nan, values)


def _shifted(hours: Floats) -> Floats:
    """Mark days whose hours, with those of the days before, look like the usual ones, moved."""
    lately = _profile(hours, SHIFT_DAYS, 0, least=0.6)
    usual = _profile(hours, USUAL_DAYS, SHIFT_BEHIND, least=0.5)
    still = alike(lately, usual)
    moved = [
        alike(np.roll(lately, hour, axis=-1), usual)
        for hour in range(LEAST_SHIFT, HOURS_DAY - LEAST_SHIFT + 1)
    ]
    best = np.fmax.reduce(moved)
    mark = (best - still >= SHIFT_GAIN) & (best >= SHIFT_ALIKE)
    return _marked(mark, ~np.isnan(still))


def _profile(hours: Floats, days: int, behind: int, *, least: float) -> Floats:
    """Return the mean of each hour of the clock over some days, shape (homes, t, 24)."""
    parts = [
        rolling_mean(hours[..., hour], days, behind=behind, least=least)
        for hour in range(HOURS_DAY)
    ]
    return np.stack(parts, axis=-1)
