"""Steps put into measured homes on days of a fixed seed, and simple rules that look for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scripts.whole_homes import with_power

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.steps import StepChange, StepKind, step_changes

SIZES_W = (30, 60, 100, 200, 400)
EVENING = (18, 23)
EVENING_DAYS = 0.85
"""Part of the days on which a new evening use happens. [0 to 1]"""
EDGE_DAYS = 45
NEAR_DAYS = 14
"""A step counts as found if its day is this near. [day]"""
MONTH_RULE = 1.2
CUSUM_LEARN, CUSUM_SLACK, CUSUM_BAR = 42, 0.5, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One step put into one home."""

    home: str
    size_w: float
    always_on: bool
    up: bool
    place: int
    grid: DayGrid

    @property
    def true_w(self) -> float:
        """Change of the mean power, negative for less. [W]"""
        hours = EVENING[1] - EVENING[0]
        size = self.size_w if self.always_on else self.size_w * EVENING_DAYS * hours / 24
        return size if self.up else -size

    @property
    def kind(self) -> StepKind:
        """What should be found."""
        if self.always_on:
            return StepKind.UP_BASE if self.up else StepKind.DOWN_BASE
        return StepKind.UP if self.up else StepKind.DOWN


def trials(homes: Mapping[str, DayGrid], *, always_on: bool, seed: int) -> list[Trial]:
    """Return one step of each size in each home, on a random day, up or down.

    Less from a day on is the same home with more until then.
    """
    rng = np.random.default_rng(seed)
    made = []
    for home, grid in homes.items():
        for size in SIZES_W:
            place = int(rng.integers(EDGE_DAYS, len(grid.days) - EDGE_DAYS))
            up = bool(rng.random() < 0.5)
            power = grid.power_kw.copy()
            changed = slice(place, None) if up else slice(0, place)
            if always_on:
                power[changed] += size / 1000.0
            else:
                days = len(power[changed])
                # On most evenings, more on some than on others: mean one on those evenings.
                strength = (rng.random(days) < EVENING_DAYS) * rng.lognormal(-0.08, 0.4, days)
                power[changed, slice(*EVENING)] += (size / 1000.0 * strength)[:, None]
            made.append(
                Trial(
                    home=home,
                    size_w=size,
                    always_on=always_on,
                    up=up,
                    place=place,
                    grid=with_power(grid, power),
                )
            )
    return made


def found_in(trial: Trial) -> StepChange | None:
    """Return the step that was found near the one that was put in."""
    true = trial.grid.days[trial.place].item()
    near = [
        step
        for step in step_changes(trial.grid)
        if step.kind is trial.kind and abs((step.since - true).days) <= NEAR_DAYS
    ]
    return max(near, key=lambda step: step.score, default=None)


Alarm = Callable[[DayGrid], Sequence[int]]
"""A rival: the places of the days on which it says that something went up."""


def month_rule(grid: DayGrid, *, ratio: float = MONTH_RULE) -> list[int]:
    """Say something went up where a calendar month uses so much more than the one before."""
    month = grid.days.astype("datetime64[M]").astype(np.int64)
    number = month - month[0]
    known = ~np.isnan(grid.power_kw)
    total = np.bincount(number, np.where(known, grid.power_kw, 0.0).sum(axis=1))
    level = total / np.maximum(np.bincount(number, known.sum(axis=1)), 1)
    rise = np.flatnonzero(level[1:] > ratio * level[:-1]) + 1
    return [int(np.argmax(number == m)) for m in rise]


def cusum(grid: DayGrid, *, bar: float = CUSUM_BAR) -> list[int]:
    """Say something went up by a CUSUM of daily minima, learnt over the six weeks before."""
    low = np.fmin.reduce(grid.power_kw, axis=1)
    alarms: list[int] = []
    first = 0
    while first + CUSUM_LEARN < len(low):
        learnt = low[first : first + CUSUM_LEARN]
        spread = max(float(np.nanstd(learnt)), 0.005)
        above = (low[first + CUSUM_LEARN :] - float(np.nanmean(learnt))) / spread - CUSUM_SLACK
        total = np.cumsum(np.nan_to_num(above))
        score = total - np.minimum(np.minimum.accumulate(total), 0.0)
        over = np.flatnonzero(score > bar)
        if len(over) == 0:
            break
        # The change began where the sum was last at its lowest.
        began = int(np.argmin(np.concatenate([[0.0], total[: over[0]]])))
        alarms.append(first + CUSUM_LEARN + began)
        first += CUSUM_LEARN + int(over[0])
    return alarms


def as_quiet(
    rule: Callable[..., Sequence[int]],
    name: str,
    bars: Sequence[float],
    *,
    homes: Sequence[DayGrid],
    most: int,
) -> Alarm:
    """Return a rule with the lowest bar at which it gives no more alarms than ``most``."""
    for bar in bars:
        if sum(len(rule(grid, **{name: bar})) for grid in homes) <= most:
            return partial(rule, **{name: bar})
    raise ValueError(name)


def until(grid: DayGrid, end: int) -> DayGrid:
    """Return the days of a grid before one."""
    return DayGrid(
        days=grid.days[:end],
        power_kw=grid.power_kw[:end],
        estimated=grid.estimated[:end],
        interval_s=grid.interval_s,
    )
