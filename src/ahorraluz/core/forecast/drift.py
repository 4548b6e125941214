"""Whether what a model is fed, or what it answers, has moved: many series, few false alarms.

Each day every series of every group of homes is held against what is usual of a group of that
size. Of all these tests together at most one in a hundred days without any drift has one that
stands out (Benjamini and Hochberg), and an alarm is given where the same one stands out on three
days running, or where homes have had the same mark on three days running.

References
----------
Y. Benjamini, Y. Hochberg, "Controlling the False Discovery Rate", Journal of the Royal
Statistical Society B 57 (1995), https://doi.org/10.1111/j.2517-6161.1995.tb02031.x
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ahorraluz.core.forecast.drift_days import INPUTS, DayTable
from ahorraluz.core.forecast.drift_reference import (
    EVERY,
    KIND,
    LEAST_HOMES,
    Reference,
    Series,
    Usual,
    distance,
    group_mean,
    parts_between,
    values_of,
)
from ahorraluz.core.forecast.forecaster import Days, Floats

RATE = 0.01
"""Part of the days without drift on which anything at all may stand out. [0 to 1]"""
MARK_QUIET = 7
"""Days running without marks that stand out after which their alarm is over. [day]"""
ALL = ""
"""Name of the group of all homes."""
LEAST_MARKED = 2
"""Homes with a mark from which marks can stand out: one is somebody's meter."""
SPREAD_DAYS = 28
"""Last days whose spread is held against the reference's. [day]"""
ONLY_MORE = ("missing",)
"""Series of which less is no drift: meters that are read again are what one hopes for."""
MOST_SCORE = 99.0
"""Scores beyond say no more."""

Group = tuple[str, NDArray[np.bool_]]
"""Name of a group, and which homes belong to it, shape (homes,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """One series of one group, day by day, shape (t,) each."""

    series: Series
    group: str
    middle: float
    """What is usual."""
    value: Floats
    """Mean move of its homes in what the series is told in; of marks the part that has it."""
    score: Floats
    """How unusual it is, in standard deviations of a normal law; NaN: not told."""
    chance: Floats
    """How often chance alone would come as far. [0 to 1]"""
    homes: NDArray[np.int64]
    on: NDArray[np.bool_]
    """Whether there is an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A series of a group that stood out on days running."""

    series: str
    """Key such as ``level.week``."""
    kind: str
    """``input``, ``fault`` or ``error``."""
    group: str
    since: date
    """First day on which it stood out."""
    found: date
    """Day of the alarm."""
    until: date | None
    """First day on which it was over; ``None``: it is on."""
    value: float
    """On its most unusual day."""
    direction: int
    """1 above what is usual, −1 below."""
    score: float
    homes: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watch:
    """What came of watching homes over some days."""

    days: Days
    courses: tuple[Course, ...]
    alarms: tuple[Alarm, ...]
    """By the day of the alarm."""
    distances: Mapping[str, float]
    """How far inputs lie from the reference's spread lately, by input."""

    def on(self) -> tuple[Alarm, ...]:
        """Return the alarms that are on at the end."""
        return tuple(alarm for alarm in self.alarms if alarm.until is None)


def watch(
    table: DayTable,
    reference: Reference,
    *,
    errors: Floats | None = None,
    groups: Sequence[Group] = (),
    first: np.datetime64 | None = None,
    series: Sequence[Series] = EVERY,
) -> Watch:
    """Return what moved, and what of it is no chance.

    Parameters
    ----------
    table
        Homes day by day, with what came before the days that count.
    reference
        What is usual.
    errors
        Columns ``ERRORS`` on the same days, shape (homes, t, 3); ``None``: no forecasts.
    groups
        Groups of homes beside all of them; those of under ten homes are left out.
    first
        First day that counts; ``None``: all of them.
    series
        What is followed.
    """
    everybody: Group = (ALL, np.ones(len(table), dtype=np.bool_))
    chosen = [group for group in groups if int(group[1].sum()) >= LEAST_HOMES]
    bare = [
        _course(each, usual, name, values[members])
        for each in series
        if (usual := reference.usual.get(each.key)) is not None
        and (values := values_of(each, table, errors)) is not None
        for name, members in (everybody, *chosen)
    ]
    start = 0 if first is None else int(np.searchsorted(table.days, first))
    courses = _with_alarms(bare, start)
    alarms = sorted(
        (alarm for course in courses for alarm in _alarms(course, table.days)),
        key=lambda alarm: (alarm.found, -alarm.score),
    )
    return Watch(
        days=table.days,
        courses=courses,
        alarms=tuple(alarms),
        distances=_distances(table, reference),
    )


def standing_out(chance: Floats, rate: float = RATE) -> NDArray[np.bool_]:
    """Tell which of many tests stand out together, by Benjamini and Hochberg.

    Parameters
    ----------
    chance
        How often chance alone would come as far, NaN where nothing was tested, shape (n, t);
        the tests of each column belong together.
    rate
        Part of those that stand out which may be chance. [0 to 1]
    """
    count = (~np.isnan(chance)).sum(axis=0)
    ordered = np.sort(np.where(np.isnan(chance), np.inf, chance), axis=0)
    rank = np.arange(1, len(chance) + 1)[:, None]
    within = ordered <= rate * rank / np.maximum(count, 1)
    last = np.where(within.any(axis=0), len(chance) - 1 - np.argmax(within[::-1], axis=0), -1)
    limit = np.take_along_axis(ordered, np.maximum(last, 0)[None], axis=0)[0]
    limit = np.where(last >= 0, limit, -np.inf)
    return np.asarray(np.nan_to_num(chance, nan=np.inf) <= limit)


def persistent(
    out: NDArray[np.bool_], *, running: NDArray[np.int64], quiet: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return when alarms are on: from some days running until some days without.

    Parameters
    ----------
    out
        Which days stand out, shape (n, t).
    running, quiet
        Days that each series takes to begin and to end, shape (n,). [day]
    """
    on = np.zeros_like(out)
    up = np.zeros(len(out), dtype=np.int64)
    down = np.zeros(len(out), dtype=np.int64)
    state = np.zeros(len(out), dtype=np.bool_)
    for day in range(out.shape[1]):
        up = np.where(out[:, day], up + 1, 0)
        down = np.where(out[:, day], 0, down + 1)
        state = (state | (up >= running)) & (down < quiet)
        on[:, day] = state
    return on


def _course(series: Series, usual: Usual, group: str, values: Floats) -> Course:
    tell = _marks if series.pace is None else _moves
    value, chance, homes = tell(values, usual)
    if series.name in ONLY_MORE:
        chance = np.where(value < 0, 1.0, chance)
    told = (homes >= LEAST_HOMES) & ~np.isnan(chance)
    chance = np.where(told, chance, np.nan)
    return Course(
        series=series,
        group=group,
        middle=usual.middle,
        value=np.where(told, value, np.nan),
        score=np.minimum(stats.norm.isf(np.maximum(chance, 1e-300) / 2), MOST_SCORE),
        chance=chance,
        homes=homes,
        on=np.zeros(len(homes), dtype=np.bool_),
    )


def _moves(values: Floats, usual: Usual) -> tuple[Floats, Floats, NDArray[np.int64]]:
    mean, _, homes = group_mean(values, usual)
    spread = np.sqrt(usual.together**2 + usual.alone**2 / np.maximum(homes, 1))
    # What is usual was itself learnt from so many spans only: the law of Student, not of Gauss.
    chance = 2 * stats.t.sf(np.abs(mean) / spread, df=max(usual.freedom - 1, 2.0))
    known = ~np.isnan(values)
    plain = np.where(known, values, 0.0).sum(axis=0) / np.maximum(homes, 1)
    return plain, chance, homes


def _marks(values: Floats, usual: Usual) -> tuple[Floats, Floats, NDArray[np.int64]]:
    known = ~np.isnan(values)
    homes = known.sum(axis=0)
    marked = np.where(known, values, 0.0).sum(axis=0)
    part, together = usual.alone, usual.together
    size = (1 - together) / together
    chance = stats.betabinom.sf(marked - 1, np.maximum(homes, 1), part * size, (1 - part) * size)
    chance = np.where(marked >= LEAST_MARKED, chance, 1.0)
    return marked / np.maximum(homes, 1), chance, homes


def _with_alarms(bare: Sequence[Course], start: int) -> tuple[Course, ...]:
    """Return courses with their alarms; nothing before ``start`` counts."""
    if not bare:
        return ()
    out = standing_out(np.stack([course.chance for course in bare]))
    out[:, :start] = False
    running, quiet = np.array([_patience(course.series) for course in bare]).T
    alarms = persistent(out, running=running, quiet=quiet)
    return tuple(replace(course, on=on) for course, on in zip(bare, alarms, strict=True))


def _patience(series: Series) -> tuple[int, int]:
    """Return how many days an alarm takes to begin and to end."""
    if series.pace is not None:
        return series.pace.running, series.pace.quiet
    # A home has had its mark on days running already.
    return 1, 1 if series.of_bills else MARK_QUIET


def _alarms(course: Course, days: Days) -> list[Alarm]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], course.on, [False]]).astype(np.int8)))
    running = _patience(course.series)[0]
    found = []
    for begin, end in edges.reshape(-1, 2):
        score = np.nan_to_num(course.score[begin:end], nan=0.0)
        worst = int(begin) + int(np.argmax(score))
        found.append(
            Alarm(
                series=course.series.key,
                kind=KIND[course.series.name],
                group=course.group,
                since=days[max(0, begin - running + 1)].astype(date),
                found=days[begin].astype(date),
                until=days[end].astype(date) if end < len(days) else None,
                value=float(course.value[worst]),
                direction=1 if course.value[worst] >= course.middle else -1,
                score=float(score.max()),
                homes=int(course.homes[worst]),
            )
        )
    return found


def _distances(table: DayTable, reference: Reference) -> Mapping[str, float]:
    lately = table.inputs[:, -SPREAD_DAYS:]
    return {
        name: distance(spread, parts_between(lately[..., place], spread.edges))
        for place, name in enumerate(INPUTS)
        if (spread := reference.spreads.get(name)) is not None
        and int((~np.isnan(lately[..., place])).any(axis=1).sum()) >= LEAST_HOMES
    }
