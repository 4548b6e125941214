"""How a model would have done: every midnight of the past, with what was known by then."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.calibration import WINDOW_DAYS, rolling
from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HORIZON_DAYS,
    HOURS_DAY,
    QUANTILES,
    Floats,
    Forecaster,
    Hours,
    Windows,
    mean_day,
)
from ahorraluz.core.forecast.metrics import METRICS, HomeScores, mean_hour, naive_scale, scores
from ahorraluz.core.forecast.panel import Cut, HomeHours, cut_windows

LEAST_KNOWN = 0.5
"""Part of the 28 days before, and of the hours ahead, that must be known. [0 to 1]"""
TEST_PART = 0.2
"""Part of the calendar at its end that is tested where no day is named. [0 to 1]"""
AT_ONCE = 4_096
"""Windows in one call of a model: enough to be fast, and 50 MB of quantiles."""
HISTORY_DAYS = WINDOW_DAYS + HORIZON_DAYS
"""Days before the first origin whose forecasts calibrate it. [day]"""
LEAST_SCALE = 1e-3
"""Mean hour of a home that uses nothing: a watt, so that errors have a size. [kWh]"""
LEAST_ERROR = 1e-9
"""Mean error, in parts of the use, in percent or in soles, below which a model is never wrong: what
is left is the rounding of sums, and a ratio to it says nothing."""
DRAWS = 2_000
"""Samples of the bootstrap: the ends of a 90 % interval then move by a hundredth of it."""
INTERVAL = 0.9
"""Part of the samples that the interval of a ratio holds, the same left out on each side."""
MOST_DRAWN = 20_000_000
"""Numbers that are drawn at most, 160 MB: of very many homes fewer samples say as much."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """What models are tested on."""

    homes: tuple[str, ...]
    cut: Cut
    """Windows with what came after; those before ``first`` are there to calibrate on."""
    first: np.datetime64
    """First origin that counts."""
    scale: Floats
    """Error of yesterday's same hour before ``first``, shape (homes,). [kWh]"""
    level: Floats
    """Mean energy of an hour before ``first``, shape (homes,). [kWh]"""

    @property
    def tested(self) -> NDArray[np.bool_]:
        """Which windows count, shape (w,)."""
        return np.asarray(self.cut.windows.origin >= self.first)

    @property
    def actual(self) -> Floats:
        """Energy of the hours ahead, shape (w, 168). [kWh]"""
        return self.cut.actual.reshape(len(self.cut.home), HORIZON_DAYS * HOURS_DAY)

    def rows(self, chosen: NDArray[np.bool_]) -> "Trial":
        """Return the trial on some of its windows."""
        return replace(self, cut=rows_of(self.cut, chosen))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A score over that of another model, with how far chance among homes would move it."""

    value: float
    low: float | None
    """``None``, as ``high``: a single home says nothing of others."""
    high: float | None


def first_origin(homes: Sequence[HomeHours]) -> np.datetime64:
    """Return the first day of the last fifth of the calendar that some homes span."""
    start = min(home.days[0] for home in homes)
    end = max(home.days[-1] for home in homes) + np.timedelta64(1, "D")
    days = int((end - start) / np.timedelta64(1, "D"))
    return np.datetime64(start + np.timedelta64(days - int(days * TEST_PART), "D"))


def make_trial(homes: Sequence[HomeHours], *, first: np.datetime64, history_days: int = 0) -> Trial:
    """Return every window of some homes from a day on.

    A window needs half of its 28 days; what lies before a home's record is unknown. The last
    origin is a home's last day: hours after the record are unknown and count nowhere.

    Parameters
    ----------
    homes
        Homes, none without a day.
    first
        First origin that counts.
    history_days
        Days before ``first`` whose windows are there to calibrate on. [day]
    """
    cut = cut_windows(
        [_padded(home) for home in homes],
        first=first - np.timedelta64(history_days, "D"),
        least_known=0.0,
    )
    known = np.mean(~np.isnan(cut.windows.kwh), axis=(1, 2)) >= LEAST_KNOWN
    ahead = np.any(~np.isnan(cut.actual), axis=(1, 2))
    return Trial(
        homes=tuple(home.id for home in homes),
        cut=rows_of(cut, known & ahead),
        first=first,
        scale=np.array([naive_scale(home, before=first) for home in homes]),
        level=np.array([mean_hour(home, before=first) for home in homes]),
    )


def rows_of(cut: Cut, chosen: NDArray[np.bool_]) -> Cut:
    """Return some windows of a cut."""
    return Cut(windows=cut.windows.rows(chosen), actual=cut.actual[chosen], home=cut.home[chosen])


def _padded(home: HomeHours) -> HomeHours:
    """Return a home with unknown days around it, so that short records have windows too."""
    before, after = round(CONTEXT_DAYS * (1 - LEAST_KNOWN)), HORIZON_DAYS - 1
    days = np.arange(
        home.days[0] - np.timedelta64(before, "D"),
        home.days[-1] + np.timedelta64(after + 1, "D"),
        dtype="datetime64[D]",
    )
    kwh = np.pad(home.kwh, ((before, after), (0, 0)), constant_values=np.nan)
    return HomeHours(id=home.id, days=days, kwh=kwh)


def predict_all(model: Forecaster, windows: Windows) -> Hours:
    """Return what a model says of the week after many windows, a few thousand at a time."""
    hours = HORIZON_DAYS * HOURS_DAY
    quantiles = np.empty((len(windows), hours, len(QUANTILES)))
    mean = np.empty((len(windows), hours))
    for start in range(0, len(windows), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        said = model.predict(windows.rows(part))
        quantiles[part], mean[part] = said.quantiles, said.mean
    return Hours(quantiles=quantiles, mean=mean)


def as_served(hours: Hours, trial: Trial) -> Hours:
    """Return forecasts with quantiles moved by each home's errors before each origin.

    Parameters
    ----------
    hours
        What a model said of every window of the trial.
    trial
        Windows with what came after, those of the weeks before ``first`` among them.
    """
    quantiles = hours.quantiles.copy()
    scale = np.maximum(mean_day(trial.cut.windows.kwh) / HOURS_DAY, LEAST_SCALE)
    for place in np.unique(trial.cut.home):
        rows = trial.cut.home == place
        quantiles[rows] = rolling(
            Hours(quantiles=hours.quantiles[rows], mean=hours.mean[rows]),
            trial.actual[rows],
            scale[rows],
            origin=trial.cut.windows.origin[rows],
        ).quantiles
    return Hours(quantiles=quantiles, mean=hours.mean)


def judge(hours: Hours, trial: Trial, *, days: int) -> HomeScores:
    """Return how wrong a model was in the first days ahead.

    Parameters
    ----------
    hours
        What it said of every window of the trial.
    trial
        Windows with what came after.
    days
        Days ahead that count; windows of which less than half of them is known do not. [day]
    """
    end = days * HOURS_DAY
    actual = trial.actual[:, :end]
    good = trial.tested & (np.mean(~np.isnan(actual), axis=1) >= LEAST_KNOWN)
    return scores(
        Hours(quantiles=hours.quantiles[good, :end], mean=hours.mean[good, :end]),
        actual[good],
        home=trial.cut.home[good],
        scale=trial.scale,
    )


def joined_scores(parts: Sequence[HomeScores]) -> HomeScores:
    """Return the scores of several groups of homes as those of one."""
    return HomeScores(
        **{
            item.name: np.concatenate([getattr(part, item.name) for part in parts])
            for item in fields(HomeScores)
        }
    )


def average(found: HomeScores, chosen: NDArray[np.bool_] | None = None) -> dict[str, float]:
    """Return each score averaged over the homes that have one, NaN where none has.

    Parameters
    ----------
    found
        Scores by home.
    chosen
        Homes that count, shape (homes,); ``None``: all.
    """
    averages = {}
    for name in METRICS:
        values = getattr(found, name) if chosen is None else getattr(found, name)[chosen]
        values = values[~np.isnan(values)]
        averages[name] = float(values.mean()) if values.size else float("nan")
    return averages


def missing_reason(name: str, found: HomeScores, *, days: int) -> str:
    """Return why no home has a score: a key ``backtest.reason-*`` of the catalogue.

    Parameters
    ----------
    name
        Score that is NaN for every home.
    found
        Scores by home.
    days
        Days ahead. [day]
    """
    if not bool(np.any(found.windows)):
        return "no-windows"
    if name == "week_kwh_error" and days < HORIZON_DAYS:
        return "less-than-a-week"
    if name == "mase" and not bool(np.all(np.isnan(found.nmae))):
        return "no-change-before"
    return "nothing-used"


def home_draws(homes: int, *, chance: np.random.Generator) -> NDArray[np.int64]:
    """Return how often each home is drawn in each sample, shape (2000, homes) or fewer samples."""
    samples = max(1, min(DRAWS, MOST_DRAWN // homes))
    return chance.multinomial(homes, np.full(homes, 1 / homes), size=samples)


def ratio(ours: Floats, theirs: Floats, draws: NDArray[np.int64]) -> Ratio | None:
    """Return the average score over that of another model on the same homes.

    Parameters
    ----------
    ours, theirs
        Scores by home, NaN where a home has none, shape (homes,).
    draws
        How often each home is drawn (:func:`home_draws`).

    Returns
    -------
    Ratio or None
        With the interval of a bootstrap over homes; ``None``: no home has both, or the other
        model is never wrong (:func:`no_ratio_reason`).
    """
    both = ~(np.isnan(ours) | np.isnan(theirs))
    above, below = ours[both], theirs[both]
    if no_ratio_reason(ours, theirs) is not None:
        return None
    value = float(above.sum() / below.sum())
    if below.size == 1:
        return Ratio(value=value, low=None, high=None)
    bottom = draws[:, both] @ below
    drawn = (draws[:, both] @ above)[bottom > 0] / bottom[bottom > 0]
    low, high = np.quantile(drawn, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return Ratio(value=value, low=float(low), high=float(high))


def no_ratio_reason(ours: Floats, theirs: Floats) -> str | None:
    """Return why there is no ratio: a key ``backtest.reason-*``, ``None`` where there is one.

    Parameters
    ----------
    ours, theirs
        Scores by home, NaN where a home has none, shape (homes,).
    """
    both = ~(np.isnan(ours) | np.isnan(theirs))
    if not bool(both.any()):
        return "no-score"
    return "never-wrong" if float(theirs[both].mean()) < LEAST_ERROR else None


def pooled_ratio(
    ours: Floats, theirs: Floats, *, home: NDArray[np.int64], draws: NDArray[np.int64]
) -> Ratio | None:
    """Return the mean error of a rule over that of another one on the same rows.

    Parameters
    ----------
    ours, theirs
        Errors of each row, shape (n,); rows that are NaN in either count nowhere.
    home
        Place of the home of each row, shape (n,): the bootstrap draws homes with all their rows.
    draws
        How often each home is drawn (:func:`home_draws`), shape (samples, homes).
    """
    homes = draws.shape[1]
    both = ~(np.isnan(ours) | np.isnan(theirs))
    there = np.bincount(home[both], minlength=homes) > 0
    above, below = (
        np.where(there, np.bincount(home[both], weights=part[both], minlength=homes), np.nan)
        for part in (ours, theirs)
    )
    return ratio(above, below, draws)


def terciles(level: Floats) -> NDArray[np.int64]:
    """Return the third of each home by its level, 0 to 2, and −1 without one, shape (homes,)."""
    known = ~np.isnan(level)
    third = np.full(len(level), -1, dtype=np.int64)
    rank = np.argsort(np.argsort(level[known], kind="stable"), kind="stable")
    third[known] = rank * 3 // max(int(known.sum()), 1)
    return third
