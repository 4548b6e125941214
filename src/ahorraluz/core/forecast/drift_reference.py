"""What is usual of homes and forecasts: how far groups of homes move by themselves.

Every home is its own measure: what counts is how much it moved against its own past. Homes move
together with the weather and the season, and each by itself. Both sizes are learnt from quiet
data, so that a group of any size has the spread it ought to have. No number here is of one home.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.drift_days import FAULTS, INPUTS, DayTable, rolling_mean
from ahorraluz.core.forecast.drift_errors import ERRORS
from ahorraluz.core.forecast.forecaster import Floats, ForecastError

CAP = 3.0
"""A home counts as moved by so many usual moves of a home at most: one broken meter is one home."""
LEAST_HOMES = 10
"""Homes of a group that is looked at: of fewer, a number would be about somebody."""
LEAST_DAYS = 120
"""Days from which quiet data tell what is usual. [day]"""
MARKED_DAYS = 3
"""Days running on which a home must have a mark: a fault stays, an odd day does not. [day]"""
LEAST_MONTHS = 6
"""Months of bills from which they tell what is usual: too few for a season, so that a season is
part of what stands out. [month]"""
EDGES = 11
LEAST_PART = 0.005
"""A bin without homes counts as holding so many, lest its logarithm be endless. [0 to 1]"""
PARTS = 3
"""Groups by level that are looked at besides all homes: smaller groups move more together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Over how long days are held against days before."""

    name: str
    recent: int
    """Days that are looked at. [day]"""
    behind: int
    """Days between them and those they are held against. [day]"""
    before: int
    """Days they are held against; 0: what the reference says. [day]"""
    running: int = 3
    """Days running on which a move must stand out to be an alarm. [day]"""
    quiet: int = 7
    """Days running without it after which the alarm is over. [day]"""


WEEK = Pace(name="week", recent=7, behind=0, before=28)
"""Finds what happens at once."""
QUARTER = Pace(name="quarter", recent=28, behind=56, before=28)
"""Finds what creeps: the same week-long mean would not tell it from the weather."""
STANDING = Pace(name="standing", recent=14, behind=0, before=0)
"""Finds what is not as it was when the model was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Something that is followed day by day."""

    name: str
    pace: Pace | None
    """``None``: how many homes have a mark, not how far they moved."""
    marked: int = MARKED_DAYS
    """Days running on which a home must have a mark. [day]"""
    of_bills: bool = False
    """Whether it is followed month by month: whatever is said of days is then of months."""

    @property
    def key(self) -> str:
        """Return its name in documents, such as ``level.week``."""
        marked = "bill" if self.of_bills else "day"
        return f"{self.name}.{marked if self.pace is None else self.pace.name}"


MOVES = tuple(Series(name=name, pace=pace) for name in INPUTS for pace in (WEEK, QUARTER))
MARKS = tuple(Series(name=name, pace=None) for name in FAULTS)
WRONGS = (
    Series(name="error", pace=WEEK),
    Series(name="error", pace=QUARTER),
    Series(name="over_usual", pace=STANDING),
    Series(name="coverage", pace=STANDING),
)
EVERY = (*MOVES, *MARKS, *WRONGS)
KIND: Mapping[str, str] = (
    dict.fromkeys(INPUTS, "input") | dict.fromkeys(FAULTS, "fault") | dict.fromkeys(ERRORS, "error")
)
"""Which kind of drift a series tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """How a series behaves while nothing is wrong."""

    middle: float
    """What homes are around; 0 of moves."""
    unit: float
    """Usual move of a home by itself, in what the series is told in; of marks 1."""
    together: float
    """How far homes move together, in units; of marks how much they come together (0 to 1)."""
    alone: float
    """How far a home moves by itself, in units; of marks the part of homes that have it."""
    freedom: float
    """Spans without overlap that this rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How homes are spread over an input."""

    edges: tuple[float, ...]
    parts: tuple[float, ...]
    """Part of home-days below the first edge, between each two, and above the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What is usual, as it is kept beside a model."""

    model: str
    """Name and version of the model whose errors these are; empty: of none."""
    made_of: str
    """What it was learnt from, in words."""
    homes: int
    days: int
    usual: Mapping[str, Usual]
    """By key of the series."""
    spreads: Mapping[str, Spread]
    """By input."""


def fit_reference(
    table: DayTable,
    errors: Floats | None = None,
    *,
    model: str = "",
    made_of: str = "",
    series: Sequence[Series] = EVERY,
) -> Reference:
    """Return what is usual of quiet data.

    Parameters
    ----------
    table
        At least ten homes over at least 120 days, a year rather.
    errors
        Columns ``ERRORS`` on the same days, shape (homes, t, 3); ``None``: no forecasts.
    model, made_of
        See :class:`Reference`.
    series
        What is followed.

    Raises
    ------
    ForecastError
        ``drift-reference-short``: too few homes or days.
    """
    homes, days = len(table), len(table.days)
    least = LEAST_MONTHS if series[0].of_bills else LEAST_DAYS
    if homes < LEAST_HOMES or days < least:
        raise ForecastError("drift-reference-short", homes=homes, days=days)
    groups = [np.ones(homes, dtype=np.bool_), *thirds(table)]
    usual: dict[str, Usual] = {}
    for each in series:
        values = values_of(each, table, errors)
        found = None if values is None else _usual(each, values, groups)
        if found is not None:
            usual[each.key] = found
    return Reference(
        model=model,
        made_of=made_of,
        homes=homes,
        days=days,
        usual=usual,
        spreads=dict(_spreads(table)),
    )


def values_of(series: Series, table: DayTable, errors: Floats | None) -> Floats | None:
    """Return a series of each home, shape (homes, t); ``None``: there are no forecasts."""
    if series.name in FAULTS:
        return _running(table.faults[..., FAULTS.index(series.name)], series.marked)
    if series.name in ERRORS:
        return None if errors is None else moved(errors[..., ERRORS.index(series.name)], series)
    return moved(table.inputs[..., INPUTS.index(series.name)], series)


def _running(marks: Floats, days: int) -> Floats:
    """Return 1 where a home has had a mark on some days running, NaN where one was not told."""
    part = rolling_mean(marks, days, least=1.0)
    return np.where(np.isnan(part), np.nan, (part >= 1.0).astype(np.float64))


def moved(values: Floats, series: Series) -> Floats:
    """Return how much each home moved against its own past, or where it stands.

    Parameters
    ----------
    values
        By day, NaN where not known, shape (homes, t).
    series
        One with a pace.
    """
    pace = series.pace
    if pace is None:
        return values
    recent = rolling_mean(values, pace.recent)
    if pace.before == 0:
        return recent
    return recent - rolling_mean(values, pace.before, behind=pace.recent + pace.behind)


def thirds(table: DayTable) -> list[NDArray[np.bool_]]:
    """Return homes by their level over the whole time: low, middle and high."""
    known = ~np.isnan(table.inputs[..., 0])
    count = known.sum(axis=1)
    level = np.where(known, table.inputs[..., 0], 0.0).sum(axis=1) / np.maximum(count, 1)
    level = np.where(count > 0, level, np.nan)
    if bool(np.all(np.isnan(level))):
        return []
    ends = np.nanquantile(level, np.arange(1, PARTS) / PARTS)
    place = np.searchsorted(ends, level, side="right")
    return [np.asarray((place == part) & (count > 0)) for part in range(PARTS)]


def group_mean(values: Floats, usual: Usual) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return mean and variance over homes by day, in units, and how many homes there are.

    Parameters
    ----------
    values
        Of the homes of a group, shape (homes, t).
    usual
        What a unit is.
    """
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    scaled = np.clip((values - usual.middle) / usual.unit, -CAP, CAP)
    scaled = np.where(known, scaled, 0.0)
    mean = scaled.sum(axis=0) / np.maximum(count, 1)
    square = (scaled * scaled).sum(axis=0) / np.maximum(count, 1)
    return mean, np.maximum(square - mean * mean, 0.0), count


def _usual(series: Series, values: Floats, groups: Sequence[NDArray[np.bool_]]) -> Usual | None:
    if int((~np.isnan(values)).sum()) < LEAST_HOMES * LEAST_HOMES:
        return None
    if series.pace is None:
        # Small homes have odd bills more often, and there are thousands of them: each third is
        # held against the third that has most.
        parts = [values[group] for group in groups] if series.of_bills else [values]
        return max((_usual_mark(part) for part in parts), key=lambda usual: usual.alone)
    standing = series.pace.before == 0
    middle = float(np.nanmedian(values)) if standing else 0.0
    unit = float(1.4826 * np.nanmedian(np.abs(values - middle)))
    # Most homes never move in what is missing; a hundredth of it is as good as nothing.
    bare = Usual(middle=middle, unit=max(unit, 0.01), together=0.0, alone=0.0, freedom=1.0)
    together = alone = 0.0
    spans = 1.0
    for group in groups:
        mean, variance, count = group_mean(values[group], bare)
        good = count >= max(3, LEAST_HOMES // PARTS)
        if not bool(np.any(good)):
            continue
        own = float(np.mean(variance[good]))
        by_chance = float(np.mean(variance[good] / count[good]))
        alone = max(alone, np.sqrt(own))
        together = max(together, np.sqrt(max(0.0, float(np.mean(mean[good] ** 2)) - by_chance)))
        spans = max(spans, int(good.sum()) / series.pace.recent)
    return Usual(
        middle=middle,
        unit=bare.unit,
        together=float(together),
        alone=float(max(alone, 0.1)),
        freedom=float(spans),
    )


def _usual_mark(values: Floats) -> Usual:
    """Return the part of homes with a mark, and how much marks of different homes go together."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    marked = np.where(known, values, 0.0).sum(axis=0)
    part = float((marked.sum() + 0.5) / (count.sum() + 1))
    good = count >= LEAST_HOMES
    together = 0.0
    if bool(np.any(good)):
        n, k = count[good], marked[good]
        spread = float(np.mean((k / n - part) ** 2))
        by_chance = float(np.mean(part * (1 - part) / n))
        shared = float(np.mean(part * (1 - part) * (n - 1) / n))
        together = (spread - by_chance) / shared
    return Usual(
        middle=0.0,
        unit=1.0,
        together=float(np.clip(together, 1e-4, 0.5)),
        alone=part,
        freedom=float(max(1, good.sum())),
    )


def _spreads(table: DayTable) -> list[tuple[str, Spread]]:
    found = []
    for place, name in enumerate(INPUTS):
        values = table.inputs[..., place]
        known = values[~np.isnan(values)]
        if known.size < LEAST_HOMES * LEAST_HOMES:
            continue
        low, high = np.quantile(known, [0.02, 0.98])
        edges = np.linspace(low, max(high, low + 0.01), EDGES)
        found.append(
            (name, Spread(edges=tuple(map(float, edges)), parts=parts_between(values, edges)))
        )
    return found


def parts_between(values: Floats, edges: Sequence[float] | Floats) -> tuple[float, ...]:
    """Return the part of values between edges, every home counting the same.

    Parameters
    ----------
    values
        NaN where not known, shape (homes, t).
    edges
        Rising.
    """
    known = ~np.isnan(values)
    weight = known / np.maximum(known.sum(axis=1, keepdims=True), 1)
    bins = np.searchsorted(np.asarray(edges), values[known], side="right")
    parts = np.bincount(bins, weights=weight[known], minlength=len(edges) + 1)
    return tuple(float(part) for part in parts / max(parts.sum(), 1e-12))


def distance(spread: Spread, parts: Sequence[float]) -> float:
    """Return the population stability index: 0 alike, above 0.25 another population.

    Parameters
    ----------
    spread
        What the reference says.
    parts
        From :func:`parts_between` with its edges.
    """
    one, other = (np.maximum(np.asarray(each), LEAST_PART) for each in (spread.parts, parts))
    one, other = one / one.sum(), other / other.sum()
    return float(((one - other) * np.log(one / other)).sum())
