"""Steps that were never taken: a day drawn at random, a saving of known size put in, or none.

With nothing put in the error of a baseline is seen; with something, whether it is found.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.periods import Period, month_after
from ahorraluz.core.verification.avoided import Avoided, avoided, expect
from ahorraluz.core.verification.baseline import Baseline, Weather
from ahorraluz.core.verification.cells import (
    Cells,
    Floats,
    Grain,
    VerificationError,
    check_cells,
    months_around,
    weeks_around,
)
from ahorraluz.core.verification.doubt import Doubt, features_of, kind_of
from ahorraluz.core.verification.foreseen import Foresight
from ahorraluz.core.verification.panel import DailyHomes, MonthlyHomes

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """Homes that share a place, on which steps are invented."""

    homes: tuple[str, ...]
    readings: DailyHomes | MonthlyHomes
    temp_c: Floats | None = None
    """Mean temperature of each day, NaN unknown, shape (d,). [°C]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One invented step."""

    home: int
    since: date
    saving: float = 0.0
    """Part of the energy that is taken away from that day on. [0 to 1]"""
    drift: float = 0.0
    """Part by which the energy of every home grows from that day on. [unitless]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """What came of a trial."""

    trial: Trial
    kind: str
    """Kind of baseline (:func:`.doubt.kind_of`)."""
    features: Floats
    days: float
    expected_kwh: float
    metered_kwh: float
    true_kwh: float
    """What would have been metered without the step. [kWh]"""
    without_kwh: float
    """What was expected without a forecast. [kWh]"""
    foreseen_kwh: float | None
    """What the forecast expected; ``None``: there was none. [kWh]"""
    found: Avoided | None
    """With its range; ``None``: no placebo errors were given."""

    @property
    def log_error(self) -> float:
        """Logarithm of what is true over what was expected."""
        return float(np.log(self.true_kwh / self.expected_kwh))

    @property
    def true_share(self) -> float:
        """What was saved, as a part of what would have been used. [0 to 1]"""
        return 1 - self.metered_kwh / self.true_kwh


def run_trial(
    ground: Ground,
    trial: Trial,
    *,
    others: Ints | None,
    grain: Grain,
    doubt: Doubt | None = None,
    foresight: Foresight | None = None,
) -> Run | None:
    """Return what came of a trial, ``None`` where the readings are refused.

    Parameters
    ----------
    ground
        Homes.
    trial
        The home, the day, and what is put in.
    others
        Places of the comparison homes, shape (j,); ``None``: the home's history alone.
    grain
        Weeks, or calendar months as recibos would tell them. Months alone are months.
    doubt
        Placebo errors, for the range.
    foresight
        A net whose forecast of that day is part of what was expected; ``None``: none is.
    """
    changed = _changed(ground, trial)
    cells = _cells(changed, trial, grain)
    peers = None
    try:
        check_cells(cells, since=trial.since)
        if others is not None:
            peers = _part(changed.readings, others).on(cells)
        baseline = expect(cells, peers=peers, weather=_weather(ground), foresight=foresight)
    except VerificationError:
        return None
    expected, metered = (
        _after(cells, column) for column in (baseline.expected_kwh_day, cells.kwh_day)
    )
    foreseen = baseline.foreseen
    days = cells.days_used(before=False)
    return Run(
        trial=trial,
        kind=kind_of(baseline),
        features=features_of(cells, baseline, days_after=days),
        days=days,
        expected_kwh=expected,
        metered_kwh=metered,
        true_kwh=metered / (1 - trial.saving),
        without_kwh=expected if foreseen is None else _after(cells, foreseen.without_kwh_day),
        foreseen_kwh=None if foreseen is None else _after(cells, foreseen.kwh_day),
        found=_found(cells, baseline, (expected, metered, days), doubt),
    )


def _after(cells: Cells, kwh_day: Floats) -> float:
    """Return the energy of the cells after the step that count. [kWh]"""
    after = cells.used & ~cells.is_before
    return float((kwh_day * cells.days)[after].sum())


def _found(
    cells: Cells, baseline: Baseline, sums: tuple[float, float, float], doubt: Doubt | None
) -> Avoided | None:
    if doubt is None:
        return None
    expected, metered, days = sums
    error = doubt.error(cells, baseline, days_after=days)
    return avoided(expected, metered, days=days, error=error, basis=baseline.movement.basis)


def _changed(ground: Ground, trial: Trial) -> Ground:
    """Return the homes as they would have been: drifted, and one of them saving."""
    readings = ground.readings
    since = np.datetime64(trial.since, "D")
    if isinstance(readings, DailyHomes):
        after = readings.days >= since
    else:
        months = readings.first + np.arange(readings.kwh.shape[1])
        after = months.astype("datetime64[D]") >= since
    kwh = readings.kwh * np.where(after, 1 + trial.drift, 1.0)
    kwh[trial.home, after] *= 1 - trial.saving
    changed: DailyHomes | MonthlyHomes
    if isinstance(readings, DailyHomes):
        changed = DailyHomes(days=readings.days, kwh=kwh)
    else:
        changed = MonthlyHomes(first=readings.first, kwh=kwh)
    return Ground(homes=ground.homes, readings=changed, temp_c=ground.temp_c)


def _part(readings: DailyHomes | MonthlyHomes, others: Ints) -> DailyHomes | MonthlyHomes:
    if isinstance(readings, DailyHomes):
        return DailyHomes(days=readings.days, kwh=readings.kwh[others])
    return MonthlyHomes(first=readings.first, kwh=readings.kwh[others])


def _weather(ground: Ground) -> Weather | None:
    if ground.temp_c is None or isinstance(ground.readings, MonthlyHomes):
        return None
    return Weather(days=ground.readings.days, temp_c=ground.temp_c)


def _cells(ground: Ground, trial: Trial, grain: Grain) -> Cells:
    readings = ground.readings
    if isinstance(readings, MonthlyHomes):
        periods = _months(readings.first, readings.kwh.shape[1])
        known = [
            (period, float(kwh))
            for period, kwh in zip(periods, readings.kwh[trial.home], strict=True)
            if not np.isnan(kwh)
        ]
        return months_around(known, since=trial.since)
    kwh = readings.kwh[trial.home]
    if grain is Grain.MONTHS:
        return months_around(_bills(readings, kwh), since=trial.since)
    known_days = np.flatnonzero(~np.isnan(kwh))
    span = slice(int(known_days[0]), int(known_days[-1]) + 1) if len(known_days) else slice(0, 1)
    return weeks_around(readings.days[span], kwh[span], since=trial.since)


def _months(first: np.datetime64, count: int) -> list[Period]:
    start = first.astype("datetime64[D]").astype(date)
    periods = []
    for _ in range(count):
        periods.append(Period(start, month_after(start)))
        start = periods[-1].end
    return periods


def _bills(readings: DailyHomes, kwh: Floats) -> list[tuple[Period, float]]:
    """Return the calendar months of which every day is known."""
    month = readings.days.astype("datetime64[M]")
    first = month[0]
    place = (month - first).astype(np.int64)
    size = int(place[-1]) + 1
    known = ~np.isnan(kwh)
    count = np.bincount(place[known], minlength=size)
    total = np.bincount(place[known], weights=kwh[known], minlength=size)
    return [
        (period, float(energy))
        for period, energy, days in zip(_months(first, size), total, count, strict=True)
        if days == period.days
    ]
