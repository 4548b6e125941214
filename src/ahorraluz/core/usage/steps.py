"""Changes that stay: from one day on a home uses more, or less, than before.

Two things are watched: the quietest hours of each day, which show what always runs, and
what is used above them in each part of the day. A change of the first is a new load that
never stops (a leak to earth, a refrigerator that no longer rests, a tank left on); a change
of the second is a new or a dropped use.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import HOURS_PART, PARTS, DailyView, daily_view
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.jumps import REACH, Jump, differences, find_jumps
from ahorraluz.core.usage.robust import (
    KWH_MONTH_PER_W,
    MAD_TO_SD,
    Z80,
    Floats,
    mean,
    median,
    quantile,
    windows,
)

BASIS = "basis.weeks-compared"
HOURS_DAY = 24
LEAST_DAYS = 42
"""Days with readings below which no step is looked for. [day]"""
LOWER = 0.25
"""Quantile of a week of floors: one quiet night in four shows what always runs, even where
heating or a visitor keeps the others up."""
WEEK_HALF = 3
"""Days on each side that make a week. [day]"""
CLIP = 2.0
"""An hour further above the usual one counts no more than this: one oven or one iron says
little, a new habit raises every evening. [median absolute deviations]"""
LIKELY = 0.5
"""Confidence from which a step asks to act. [0 to 1]"""
BASE, NIGHT, ALL_DAY = 0, 1, PARTS + 1
"""Rows of the series: the floor, then use from midnight on in four parts, then all of it."""
SCORES = np.array([4.25, 4.25, 3.9, 3.9, 3.9, 3.9])
"""Scores from which a jump counts, set on real homes nobody touched so that all of them
together stay under one alarm in two years; heating lives in the floor and in the night."""
LEAST_W = np.array([10.0, 60.0, 60.0, 60.0, 60.0, 25.0])
"""Smallest jumps that are said. [W]"""
LEAST_PART = np.array([0.08, 0.2, 0.2, 0.2, 0.2, 0.08])
"""The same as a part of the base load (first) or of the mean power (others). [0 to 1]"""
ERROR_PART = 0.25
"""Usual difference of a series, at least, as a part of the smallest jump said. [0 to 1]"""
WIDER = 1.25
"""Factor on the range of a size, so that four in five hold the truth where steps were put in."""
SAME_DAYS = 10
"""Jumps this close are one change. [day]"""
ECHO = 3.0
"""A jump this much clearer leaves echoes within the weeks that are compared."""
TAKEN_BACK = 0.4
"""A later opposite step within this part of the size ends the earlier one. [0 to 1]"""
CONFIDENCE_BASE = (-1.3, 3.3)
CONFIDENCE_USE = (0.1, 0.0)
"""Offset and slope of the log odds in the logarithm of score over threshold: fitted on real homes
with steps put in (``docs/explanation/usage-accuracy.md``). For use the score says nothing more."""


class StepKind(StrEnum):
    """What changed, and which way."""

    UP_BASE = "step-up-base"
    DOWN_BASE = "step-down-base"
    UP = "step-up"
    DOWN = "step-down"

    @property
    def always_on(self) -> bool:
        """Whether it is a change of what always runs."""
        return self in (StepKind.UP_BASE, StepKind.DOWN_BASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """A change of level that stayed."""

    kind: StepKind
    since: date
    """First day of the new level."""
    until: date | None
    """Day from which an opposite step took it back; ``None``: it still holds."""
    base_w: Estimate
    """Change of the base load. [W]"""
    mean_w: Estimate
    """Change of the mean power, base load included. [W]"""
    first_hour: int
    last_hour: int
    """Hours of the day it is about, 0 to 24 for what always runs. [h]"""
    energy: Estimate
    """What it adds or saves. [kWh/month]"""
    score: float
    """Size over what is usual in this home."""
    confidence: float
    """Probability that it is so. [0 to 1]"""


def step_changes(grid: DayGrid, *, view: DailyView | None = None) -> tuple[StepChange, ...]:
    """Return the changes of level of a home that stayed, by date.

    Parameters
    ----------
    grid
        Any interval up to an hour; at least six weeks, better a year.
    view
        What :func:`daily_view` says of the same grid, if the caller has it already.

    Returns
    -------
    tuple of StepChange
        Empty where nothing changed or too little is known. A change needs one to two
        weeks on each side of it to be seen.
    """
    view = view or daily_view(grid)
    if np.sum(~np.isnan(view.floor_w)) < LEAST_DAYS:
        return ()
    daily = _daily(view)
    series = _steady(view)
    usual = np.concatenate([median(daily[:1]), np.full(PARTS + 1, float(median(view.mean_w)))])
    least = np.fmax(LEAST_W, LEAST_PART * usual)
    jumps = [
        jump
        for jump in find_jumps(series, daily=daily, scores=SCORES, least_errors=ERROR_PART * least)
        if abs(jump.size) >= least[jump.series]
    ]
    jumps = [jump for jump in jumps if not any(_echoes(jump, other) for other in jumps)]
    groups = [[jump] for jump in jumps if jump.series == BASE] + _uses(jumps)
    changes = _changes(daily) if groups else (daily, daily)
    steps = [_step(group, changes, view) for group in groups]
    return _ended(sorted(steps, key=lambda step: step.since))


def _daily(view: DailyView) -> Floats:
    """Return floor, use in each part of the day and use in all of it, shape (6, d). [W]"""
    # Days away say nothing about habits; the floor of an empty house is as good as any.
    use = np.where(view.away[:, None], np.nan, view.excess_w)
    return np.concatenate([view.floor_w[None], use.T, use.mean(axis=1)[None]])


def _steady(view: DailyView) -> Floats:
    """Return the same where single nights and single heavy hours weigh little, shape (6, d)."""
    floor = quantile(windows(view.floor_w, WEEK_HALF), LOWER)
    above = view.power_w - view.floor_w[:, None]
    usual = median(above.T)
    spread = median(np.abs(above - usual).T)
    parts = np.minimum(above, usual + CLIP * spread).reshape(-1, PARTS, HOURS_PART)
    use = np.where(np.isnan(view.excess_w) | view.away[:, None], np.nan, mean(parts))
    return np.concatenate([floor[None], use.T, use.mean(axis=1)[None]])


def _uses(jumps: Sequence[Jump]) -> list[list[Jump]]:
    """Return jumps of use that belong together, those that only mirror a base step left out."""
    base = [jump for jump in jumps if jump.series == BASE]
    groups: list[list[Jump]] = []
    for jump in sorted((j for j in jumps if j.series != BASE), key=lambda j: j.place):
        # When the floor rises, what lies above it falls: the same change, seen twice.
        if any(_near(jump, other) and jump.size * other.size < 0 for other in base):
            continue
        for group in groups:
            if _near(jump, group[0]) and jump.size * group[0].size > 0:
                group.append(jump)
                break
        else:
            groups.append([jump])
    return groups


def _echoes(jump: Jump, other: Jump) -> bool:
    """Tell whether a jump is what an imperfect fit of a much clearer one left beside it."""
    alike = (jump.series == BASE) is (other.series == BASE)
    close = abs(jump.place - other.place) <= REACH
    return alike and close and jump.score * ECHO <= other.score


def _near(one: Jump, other: Jump) -> bool:
    return abs(one.place - other.place) <= SAME_DAYS


def _step(group: list[Jump], changes: tuple[Floats, Floats], view: DailyView) -> StepChange:
    best = max(group, key=lambda jump: jump.score / SCORES[jump.series])
    sizes, errors = (table[:, best.place] for table in changes)
    up = best.size > 0
    if best.series == BASE:
        kind = StepKind.UP_BASE if up else StepKind.DOWN_BASE
        base = energy = _estimate(best.size, best.error)
        whole = _estimate(best.size + sizes[ALL_DAY], float(np.hypot(best.error, errors[ALL_DAY])))
        first, last = 0, 24
    else:
        kind = StepKind.UP if up else StepKind.DOWN
        base = _estimate(sizes[BASE], errors[BASE])
        whole = energy = _of_parts({jump.series for jump in group}, sizes, errors)
        first, last = _hours([jump.series for jump in group])
    return StepChange(
        kind=kind,
        since=view.days[best.place].item(),
        until=None,
        base_w=base,
        mean_w=whole,
        first_hour=first,
        last_hour=last,
        energy=energy.scaled(KWH_MONTH_PER_W, unit="kWh/month"),
        score=best.score,
        confidence=confidence_of(best.score / SCORES[best.series], always_on=best.series == BASE),
    )


def _changes(daily: Floats) -> tuple[Floats, Floats]:
    """Return how much every series changes on each day, and its usual change, (6, d). [W]"""
    size, unit = differences(daily)
    usual = MAD_TO_SD * median(np.abs(size / unit))
    return np.nan_to_num(size), np.nan_to_num(usual[:, None] * unit)


def _of_parts(rows: set[int], sizes: Floats, errors: Floats) -> Estimate:
    """Return the change of the mean power that comes from some parts of the day. [W]"""
    if ALL_DAY in rows:
        return _estimate(sizes[ALL_DAY], errors[ALL_DAY])
    chosen = sorted(rows)
    return _estimate(sizes[chosen].sum() / PARTS, float(np.hypot.reduce(errors[chosen])) / PARTS)


def _hours(rows: Sequence[int]) -> tuple[int, int]:
    """Return the first and the last hour of the parts of the day that changed."""
    parts = [row - NIGHT for row in rows if row != ALL_DAY]
    if not parts:
        return 0, 24
    return min(parts) * HOURS_PART, (max(parts) + 1) * HOURS_PART


def _estimate(size: float, error: float) -> Estimate:
    middle, half = float(size), WIDER * Z80 * float(error)
    return Estimate(low=middle - half, middle=middle, high=middle + half, unit="W", basis=BASIS)


def confidence_of(ratio: float, *, always_on: bool) -> float:
    """Return the probability that a step is one, from its score over the threshold.

    Examples
    --------
    >>> confidence_of(1.0, always_on=True) < confidence_of(3.0, always_on=True) < 1.0
    True
    """
    offset, slope = CONFIDENCE_BASE if always_on else CONFIDENCE_USE
    return float(1.0 / (1.0 + np.exp(-offset) * ratio**-slope))


def _ended(steps: Sequence[StepChange]) -> tuple[StepChange, ...]:
    """Return the steps with the day on which a later one took them back."""
    ended = []
    for place, step in enumerate(steps):
        size = step.energy.middle
        until = next(
            (
                later.since
                for later in steps[place + 1 :]
                if later.kind.always_on is step.kind.always_on
                and abs(later.energy.middle + size) <= TAKEN_BACK * abs(size)
            ),
            None,
        )
        ended.append(replace(step, until=until))
    return tuple(ended)


def step_findings(steps: Sequence[StepChange]) -> tuple[Finding, ...]:
    """Return what the steps of a home say: all of them, by date.

    ``step-up-base``, ``step-down-base``, ``step-up`` and ``step-down``. What went up, still
    holds and is more likely than not asks to be looked into; the rest is worth knowing.
    """
    return tuple(
        Finding(
            id=step.kind.value,
            weight=Weight.ACT if _grows(step) else Weight.KNOW,
            numbers={
                "watts": round(
                    abs(step.base_w.middle if step.kind.always_on else step.mean_w.middle)
                ),
                "since": step.since,
                "kwh": round(abs(step.energy.middle)),
                "from": f"{step.first_hour}:00",
                "to": f"{step.last_hour}:00",
            },
            energy=step.energy,
            confidence=round(step.confidence, 2),
            since=step.since,
            until=step.until,
        )
        for step in steps
    )


def step_changes_of_days(days: NDArray[np.datetime64], daily_kwh: Floats) -> tuple[StepChange, ...]:
    """Return the changes of level that daily energies show.

    Parameters
    ----------
    days
        Consecutive local days, datetime64[D], shape (d,).
    daily_kwh
        Their energy, NaN where unknown, shape (d,). [kWh]

    Returns
    -------
    tuple of StepChange
        As of :func:`step_changes`, with hours 0 to 24: a day does not tell whether it is
        always on, nor when it runs, so kinds are ``UP`` and ``DOWN`` only.
    """
    power = np.repeat(daily_kwh[:, None] / HOURS_DAY, HOURS_DAY, axis=1)
    grid = DayGrid(
        days=days, power_kw=power, estimated=np.zeros(power.shape, dtype=bool), interval_s=3_600
    )
    return tuple(
        replace(
            step,
            kind=StepKind.UP if step.energy.middle > 0 else StepKind.DOWN,
            first_hour=0,
            last_hour=HOURS_DAY,
        )
        for step in step_changes(grid)
    )


def _grows(step: StepChange) -> bool:
    up = step.kind in (StepKind.UP_BASE, StepKind.UP)
    return up and step.until is None and step.confidence >= LIKELY
