"""Something is done to homes: when the watch finds it, and how often it cries without cause.

One half of the homes says what is usual, the other half is watched. The same seed gives the same
table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from ahorraluz.core.forecast.drift import Group, Watch, watch
from ahorraluz.core.forecast.drift_days import DayTable, day_table
from ahorraluz.core.forecast.drift_drill import DRIFTS, Drift, inject, quiet_homes
from ahorraluz.core.forecast.drift_errors import error_columns
from ahorraluz.core.forecast.drift_reference import LEAST_HOMES, Reference, fit_reference
from ahorraluz.core.forecast.forecaster import Floats, Forecaster
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.drift.grouping import groups_of
from ahorraluz.services.drift.scoring import Progress, day_scores, silent
from ahorraluz.services.drift.tables import read_hours

SEED = 20_261_127
HOMES = 60
"""Made-up homes of each population."""
DAYS = 477
"""Days of them: a year after those that are needed before the first is judged. [day]"""
JUDGED_FROM = 112
"""Days before the first that is judged: the slowest pace looks so far back. [day]"""
BEGINS = 250
"""Day on which something is done to them. [day]"""
FOLLOWED = 90
"""Days after it that are looked at; something gradual twice as many. [day]"""
QUIET_RUNS = 3
"""Populations on which nothing is done, a year of each."""
START = np.datetime64("2024-01-01")
YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of doing one thing."""

    kind: str
    name: str
    size: float
    part: float
    ramp_days: int
    days: int | None
    """Days until the first alarm, that day included; ``None``: not found. [day]"""
    by: tuple[str, ...]
    """Series of the first alarms, by the day they came."""
    followed: int
    """Days that were looked at. [day]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """What came of a drill."""

    homes: int
    """Homes that were watched at once."""
    model: str
    found: tuple[Found, ...]
    quiet_years: float
    """Years of watching on which nothing was done."""
    false_alarms: int
    """Alarms on them, of any series and group."""
    false_days: int
    """Days of them on which any alarm was on."""
    tests_day: int
    """Series of groups that are looked at each day."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Town:
    homes: Sequence[HomeHours]
    table: DayTable
    errors: Floats
    groups: Sequence[Group]


def drill(
    model: Forecaster,
    *,
    readings: Path | None = None,
    zone: str | None = None,
    seed: int = SEED,
    progress: Progress = silent,
) -> Drill:
    """Return when each drift is found, and how often there is an alarm without any.

    Parameters
    ----------
    model
        Whose errors are watched.
    readings
        Table of homes that nothing was wrong with; ``None``: made-up ones.
    zone
        IANA zone of the table; ``None``: UTC.
    seed
        Of everything that is left to chance.
    progress
        Told of each run.

    Raises
    ------
    InvalidInputError
        ``drift-too-few``: the table has too few homes or days to be parted into two.
    """
    usual, quiet, began = (
        _made_up(model, seed, progress)
        if readings is None
        else _of_table(readings, zone, model, seed)
    )
    reference = fit_reference(usual.table, usual.errors, model=model.name)
    watched = [_watched(town, reference) for town in quiet]
    town = quiet[0]
    found = []
    for number, drift in enumerate(DRIFTS):
        found.append(_run(drift, town, reference, model=model, day=began, seed=seed + number))
        progress("drifts", number + 1, len(DRIFTS))
    judged = sum(len(town.table.days) - JUDGED_FROM for town in quiet)
    return Drill(
        homes=len(town.homes),
        model=model.name,
        found=tuple(found),
        quiet_years=judged / YEAR,
        false_alarms=sum(len(one.alarms) for one in watched),
        false_days=sum(_days_with_alarm(one) for one in watched),
        tests_day=len(watched[0].courses),
    )


def _made_up(
    model: Forecaster, seed: int, progress: Progress
) -> tuple[_Town, list[_Town], np.datetime64]:
    towns = []
    for number in range(1 + QUIET_RUNS):
        chance = np.random.default_rng([seed, number])
        homes = quiet_homes(HOMES, DAYS, start=START, chance=chance)
        towns.append(_town(homes, model))
        progress("quiet", number + 1, 1 + QUIET_RUNS)
    return towns[0], towns[1:], START + np.timedelta64(BEGINS, "D")


def _of_table(
    path: Path, zone: str | None, model: Forecaster, seed: int
) -> tuple[_Town, list[_Town], np.datetime64]:
    homes = read_hours(
        path, zone=zone, as_of=date.max, known={}, newest=None, progress=silent
    ).homes
    order = np.random.default_rng(seed).permutation(len(homes))
    halves = [[homes[place] for place in order[part::2]] for part in (0, 1)]
    spans = [_span(half) for half in halves if half]
    if len(spans) < 2 or min(map(len, halves)) < LEAST_HOMES or min(spans) < 2 * JUDGED_FROM:
        raise InvalidInputError("drift-too-few", homes=len(homes), days=min(spans, default=0))
    usual, quiet = (_town(half, model) for half in halves)
    begins = JUDGED_FROM + (len(quiet.table.days) - JUDGED_FROM) // 3
    return usual, [quiet], quiet.table.days[begins]


def _span(homes: Sequence[HomeHours]) -> int:
    first = min(home.days[0] for home in homes)
    last = max(home.days[-1] for home in homes)
    return int((last - first).astype(int)) + 1


def _town(homes: Sequence[HomeHours], model: Forecaster) -> _Town:
    table = day_table(homes)
    return _Town(
        homes=homes,
        table=table,
        errors=error_columns(day_scores(model, homes, table)),
        groups=groups_of(table, {}),
    )


def _watched(town: _Town, reference: Reference) -> Watch:
    first = town.table.days[0] + np.timedelta64(JUDGED_FROM, "D")
    return watch(town.table, reference, errors=town.errors, groups=town.groups, first=first)


def _run(
    drift: Drift,
    town: _Town,
    reference: Reference,
    *,
    model: Forecaster,
    day: np.datetime64,
    seed: int,
) -> Found:
    """Return when one drift is found."""
    followed = 2 * FOLLOWED if drift.ramp_days else FOLLOWED
    end = day + np.timedelta64(followed, "D")
    short = [home for home in (_until(home, end) for home in town.homes) if len(home.days)]
    # Homes that came later are left out; the others keep their places.
    kept = [place for place, home in enumerate(town.homes) if home.days[0] < end]
    homes = inject(short, drift, day=day, chance=np.random.default_rng(seed))
    table = day_table(homes)
    span = len(table.days)
    errors = town.errors[kept, :span].copy()
    after = table.days >= day
    errors[:, after] = error_columns(day_scores(model, homes, table, first=day))[:, after]
    groups = [(name, members[kept]) for name, members in town.groups]
    came = watch(table, reference, errors=errors, groups=groups, first=day)
    days = int((came.alarms[0].found - day.astype(object)).days) + 1 if came.alarms else None
    return Found(
        kind=drift.kind,
        name=drift.name,
        size=drift.size,
        part=drift.part,
        ramp_days=drift.ramp_days,
        days=days,
        by=tuple(dict.fromkeys(alarm.series for alarm in came.alarms))[:3],
        followed=followed,
    )


def _until(home: HomeHours, end: np.datetime64) -> HomeHours:
    before = home.days < end
    return HomeHours(id=home.id, days=home.days[before], kwh=home.kwh[before])


def _days_with_alarm(one: Watch) -> int:
    return int(np.any([course.on for course in one.courses], axis=0).sum())
