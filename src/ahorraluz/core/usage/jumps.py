"""Places where a daily series jumps to another level and stays there.

For every day the weeks before and the weeks after are compared by a regression with one
slope and one jump. How large such jumps are anyway, over all days of the series, is the
measure of a jump: a restless series needs a larger one.
"""

from dataclasses import dataclass, replace

import numpy as np

from ahorraluz.core.usage.robust import MAD_TO_SD, Floats, quantile

REACH = 42
"""Days before and after that are compared: six whole weeks. [day]"""
LEAST_SIDE = 14
"""Days that must be known on each side. [day]"""
SLOPE_DAMPING = 2.0
"""How far a slow drift is blamed on a trend rather than on a jump: 0 is an ordinary regression
with a trend, which hardly sees a small jump; infinity compares plain means, which takes every
autumn for one. Two lost least on real homes with steps put in."""
MOST = 6
"""Jumps looked for in one series."""
DATE_SLACK = 10
"""Days on each side in which the exact day of a jump is looked for. [day]"""
HARMONIC_DAYS = 240
"""Known days from which a yearly wave can be told from a jump: two thirds of a year. [day]"""
BESIDE_WAVE = 0.6
"""Part of a jump that must be left when a yearly wave may explain the series too: less is a
season. On real homes this halves the alarms and costs hardly any jump that was put in. [0 to 1]"""
SHARP = 0.6
"""What jumps leave unexplained, as a part of what a yearly wave leaves, below which they are no
season: few winters begin and end on one day each. [0 to 1]"""
YEAR_DAYS = 365.25
LASTING_DAYS = 7
"""Days that each level must have lasted: less is no change that stays. [day]"""
LEVEL_DAYS = 28
"""Days on each side whose median is the level for that. [day]"""
UNDONE_DAYS = 120
"""A jump taken back within this time was an episode: a season, a visit. [day]"""
UNDONE_PART = 0.5
"""Part of a jump that may remain for it to count as taken back. [0 to 1]"""
YEAR, YEAR_SLACK = 365, 21
"""A jump at the same time of another year, within this slack, is a season. [day]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A change of level."""

    series: int
    """Row of the series."""
    place: int
    """First day of the new level."""
    size: float
    error: float
    """Usual size of such differences in this series: one standard deviation."""

    @property
    def score(self) -> float:
        """Size over what is usual."""
        return abs(self.size) / self.error


def differences(series: Floats) -> tuple[Floats, Floats]:
    """Return for each day how far the weeks after it lie above the weeks before it.

    Parameters
    ----------
    series
        Daily values, NaN where unknown, shape (c, d).

    Returns
    -------
    difference
        NaN where a side has fewer than ``LEAST_SIDE`` days, shape (c, d).
    error
        Its standard deviation for independent days of spread one, shape (c, d).
    """
    known = ~np.isnan(series)
    value = np.where(known, series, 0.0)
    day = np.arange(series.shape[1], dtype=np.float64)
    # Series that are known on the same days share what depends on the days alone.
    same = known[:1] if (known == known[:1]).all() else known
    known_day = same * day
    n_b, x_b, xx_b, n_a, x_a, xx_a = _sides(same.astype(np.float64), known_day, known_day * day)
    y_b, xy_b, y_a, xy_a = _sides(value, value * day)
    some_b, some_a = np.maximum(n_b, 1.0), np.maximum(n_a, 1.0)
    # Spread of the days, and their product with the values, about the means of each side.
    apart = x_a / some_a - x_b / some_b
    spread = xx_b - x_b * x_b / some_b + xx_a - x_a * x_a / some_a
    product = xy_b - x_b * y_b / some_b + xy_a - x_a * y_a / some_a
    damped = np.maximum(spread * (1.0 + SLOPE_DAMPING), 1e-9)
    difference = y_a / some_a - y_b / some_b - product / damped * apart
    variance = 1.0 / some_b + 1.0 / some_a + apart**2 / damped / (1.0 + SLOPE_DAMPING)
    enough = (n_b >= LEAST_SIDE) & (n_a >= LEAST_SIDE)
    error = np.broadcast_to(np.sqrt(variance), series.shape)
    return np.where(enough, difference, np.nan), error


def _sides(*columns: Floats) -> tuple[Floats, ...]:
    """Return the sums of the weeks before each day of each column, then those after it."""
    before, after = [], []
    for column in columns:
        rows, days = column.shape
        # Running sums, continued beyond both ends, so that windows are differences of slices.
        sums = np.zeros((rows, days + 1 + 2 * REACH))
        np.cumsum(column, axis=1, out=sums[:, REACH + 1 : REACH + 1 + days])
        sums[:, REACH + 1 + days :] = sums[:, REACH + days, None]
        here = sums[:, REACH : REACH + days]
        before.append(here - sums[:, :days])
        after.append(sums[:, 2 * REACH : 2 * REACH + days] - here)
    return (*before, *after)


def find_jumps(
    series: Floats, *, daily: Floats, scores: Floats, least_errors: Floats
) -> tuple[Jump, ...]:
    """Return the jumps that stay, by series and date.

    Parameters
    ----------
    series
        Daily values with single odd days smoothed away, shape (c, d).
    daily
        The values as they were, for the exact day, shape (c, d).
    scores
        Score from which a jump of each series counts, shape (c,).
    least_errors
        Usual difference below which no series is believed, in its unit, shape (c,).
    """
    left, rows = series.copy(), np.arange(len(series))
    first: Floats = np.empty((0, 0))
    found: list[Jump] = []
    for turn in range(MOST):
        difference, unit = differences(left[rows])
        first = difference if turn == 0 else first
        usual = MAD_TO_SD * quantile(np.abs(difference / unit), 0.5)
        error = np.fmax(usual[:, None] * unit, least_errors[rows, None])
        score = np.fmax(np.abs(difference) / error, 0.0)
        places = score.argmax(axis=1)
        high = np.flatnonzero(score[np.arange(len(rows)), places] >= scores[rows])
        if not len(high):
            break
        for k in high.tolist():
            row, place = int(rows[k]), int(places[k])
            jump = Jump(
                series=row,
                place=place,
                size=float(difference[k, place]),
                error=float(error[k, place]),
            )
            left[row, place:] -= jump.size
            _add(jump, found)
        rows = rows[high]
    dated = (
        _dated(jump, daily[jump.series])
        for row in range(len(series))
        for jump in _unseasonal(
            _lasting([jump for jump in found if jump.series == row]), series[row], first[row]
        )
    )
    last = series.shape[1] - LASTING_DAYS
    return tuple(jump for jump in dated if LASTING_DAYS <= jump.place <= last)


def _add(jump: Jump, found: list[Jump]) -> None:
    """Put a jump to the others, or what is left of an earlier one to that."""
    for place, other in enumerate(found):
        if other.series == jump.series and abs(other.place - jump.place) <= DATE_SLACK:
            found[place] = replace(other, size=other.size + jump.size)
            return
    found.append(jump)


def _lasting(jumps: list[Jump]) -> list[Jump]:
    """Return jumps by date without those that are taken back within months."""
    kept: list[Jump] = []
    for jump in sorted(jumps, key=lambda item: item.place):
        if kept and _undoes(jump, kept[-1]):
            kept.pop()
        else:
            kept.append(jump)
    return kept


def _undoes(jump: Jump, earlier: Jump) -> bool:
    larger = max(abs(jump.size), abs(earlier.size))
    return (
        jump.size * earlier.size < 0
        and jump.place - earlier.place <= UNDONE_DAYS
        and abs(jump.size + earlier.size) <= UNDONE_PART * larger
    )


def _yearly(jump: Jump, difference: Floats) -> bool:
    """Tell whether the same series jumps alike at that time of another year."""
    for year in (-2 * YEAR, -YEAR, YEAR, 2 * YEAR):
        middle = jump.place + year
        near = difference[max(middle - YEAR_SLACK, 0) : max(middle + YEAR_SLACK + 1, 0)]
        alike = near * np.sign(jump.size)
        if np.any(alike >= UNDONE_PART * abs(jump.size)):
            return True
    return False


def _unseasonal(jumps: list[Jump], values: Floats, difference: Floats) -> list[Jump]:
    """Return the jumps of one series that no season explains, by date."""
    jumps = [jump for jump in jumps if not _yearly(jump, difference)]
    day = np.flatnonzero(~np.isnan(values))
    if not jumps or len(day) < HARMONIC_DAYS:
        return jumps
    known = values[day]
    turn = 2 * np.pi * day / YEAR_DAYS
    wave = np.stack([np.ones(len(day)), np.cos(turn), np.sin(turn)])
    steps = np.stack([np.ones(len(day)), *(day >= jump.place for jump in jumps)])
    if _left(steps, known) < SHARP * _left(wave, known):
        return jumps
    return [
        jump
        for jump in jumps
        # Other jumps stay in: one up in May and one down in September are the wave.
        if _last(np.concatenate([wave, [day >= jump.place]]), known) * np.sign(jump.size)
        >= BESIDE_WAVE * abs(jump.size)
    ]


def _last(design: Floats, values: Floats) -> float:
    """Return the last coefficient of a regression on the rows of a design."""
    return float(np.linalg.lstsq(design.T, values)[0][-1])


def _left(design: Floats, values: Floats) -> float:
    """Return what a regression on the rows of a design leaves, as a sum of absolute values."""
    rest = values - np.linalg.lstsq(design.T, values)[0] @ design
    return float(np.abs(rest).sum())


def _dated(jump: Jump, daily: Floats) -> Jump:
    """Return the jump on the day that parts the two levels best."""
    first = max(jump.place - DATE_SLACK, 1)
    last = min(jump.place + DATE_SLACK, len(daily) - 1)
    if last <= first:
        return jump
    low = quantile(daily[max(first - LEVEL_DAYS, 0) : first], 0.5)
    high = quantile(daily[last : last + LEVEL_DAYS], 0.5)
    near = daily[first:last]
    cost = np.nan_to_num(np.abs(near - low) - np.abs(near - high))
    # Cost of calling the first i days old and the others new, less a constant.
    total = np.concatenate([[0.0], np.cumsum(cost)])
    place = first + int(np.argmin(np.nan_to_num(total)))
    return replace(jump, place=place)
