"""Whether a challenger is better than the champion: gates, ratios with intervals, a verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any, Literal

import numpy as np

from ahorraluz.core.forecast.backtest import Ratio, average, home_draws, ratio
from ahorraluz.core.forecast.forecaster import HOURS_DAY
from ahorraluz.learning.judging import COVERAGE, HORIZONS_DAYS
from ahorraluz.learning.litert import NAME
from ahorraluz.services.models.card_figures import groups
from ahorraluz.services.models.held_out import CHALLENGER, CHAMPION, WARM, HeldOut
from ahorraluz.services.month_scores import SEED

MAIN = ("wql", "nrmse")
"""What decides: the quantiles make the range of a bill, the mean its middle."""
ALSO = ("nmae",)
"""What is told beside them."""
CHANCE = 0.01
"""By how much an error may be larger and still be the same: networks of one recipe and the same
data that differ in their seed alone lie so far apart (two standard deviations of the difference of
two of them, NRMSE of one day ahead, in the card of the shipped model). [of the error]"""
LEAST_HOMES = 10
"""Held-out homes of a comparison: of fewer, an interval drawn from them promises more than it
holds, and the answer is that nobody can tell."""
LEAST_COHORT = 5
"""Homes of a group that can be found worse: of fewer, one odd home would decide."""
SEEDS_SPREAD = 2.0
"""Standard deviations of an interval that is made of the spread over seeds."""

Verdict = Literal["better", "not-better", "cannot-tell"]
Basis = Literal["homes", "cards"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One error of both on one group of homes."""

    cohort: str
    hours: int
    score: str
    homes: int
    challenger: float
    champion: float
    ratio: float
    low: float | None
    """95 % interval of the ratio; ``None``, as ``high``: a single home."""
    high: float | None

    @property
    def worse(self) -> bool:
        """Whether the challenger is worse by more than chance."""
        return self.low is not None and self.low > 1 and self.ratio > 1 + CHANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came out."""

    basis: Basis
    homes: int
    windows: int
    rows: tuple[Row, ...]
    coverage: Mapping[int, float]
    """Part of the hours inside the challenger's 80 % band, by hours ahead."""
    others: Mapping[str, Mapping[int, float]]
    """WQL of the challenger over that of other models, by hours ahead."""
    failed: tuple[str, ...]
    """Gates that it did not pass: ``coverage``, or ``cohort <name>``."""
    verdict: Verdict


def of_homes(found: HeldOut) -> Judged:
    """Return the verdict on homes, with a bootstrap over them."""
    draws = home_draws(len(found.cohorts[WARM]), chance=np.random.default_rng(SEED))
    rows = list(_rows_of_homes(found, draws))
    coverage: dict[int, float] = {}
    others: dict[str, dict[int, float]] = {}
    for days in HORIZONS_DAYS:
        hours = days * HOURS_DAY
        own = found.scores[WARM, CHALLENGER, hours]
        coverage[hours] = average(own)["coverage80"]
        for name in (name for name in found.models if name not in (CHALLENGER, CHAMPION)):
            over = ratio(own.wql, found.scores[WARM, name, hours].wql, draws)
            if over is not None:
                others.setdefault(name, {})[hours] = over.value
    return _judged("homes", found.homes, found.windows, rows, coverage, others)


def _rows_of_homes(found: HeldOut, draws: Any) -> Iterator[Row]:  # noqa: ANN401 - int64 matrix
    for group in dict.fromkeys(group for group, _, _ in found.scores):
        cohorts = found.cohorts if group == WARM else {group: found.cohorts[WARM]}
        for days in HORIZONS_DAYS:
            hours = days * HOURS_DAY
            ours, theirs = (found.scores[group, name, hours] for name in (CHALLENGER, CHAMPION))
            for cohort, inside in cohorts.items():
                for score in (*MAIN, *ALSO) if cohort == WARM else MAIN[:1]:
                    pair = [np.where(inside, getattr(one, score), np.nan) for one in (ours, theirs)]
                    known = ~np.isnan(pair[0]) & ~np.isnan(pair[1])
                    over = ratio(pair[0], pair[1], draws)
                    if over is not None:
                        means = [float(values[known].mean()) for values in pair]
                        size = int(known.sum())
                        yield _row((cohort, hours, score), size, (means[0], means[1]), over)


def of_cards(challenger: Mapping[str, Any], champion: Mapping[str, Any]) -> Judged:
    """Return the verdict by two cards of the same data, with the spread over seeds as interval."""
    sizes = {
        "seen": sum(int(place["learnt"]) for place in challenger["homes"]),
        "unseen": sum(int(place["held_out"]) for place in challenger["homes"]),
    }
    tables = dict(groups(champion))
    rows: list[Row] = []
    for group, by_days in groups(challenger):
        homes = sizes.get(group, sizes["unseen"])
        for days, models in by_days.items():
            both = [m.get(NAME, {}) for m in (models, tables.get(group, {}).get(days, {}))]
            cohort = WARM if group == "unseen" else group
            for score in (*MAIN, *ALSO) if cohort == WARM else MAIN[:1]:
                ours, theirs = (one.get(score) for one in both)
                if ours and theirs:
                    half = _spread(challenger, champion, days, score) / float(theirs)
                    value = float(ours) / float(theirs)
                    over = Ratio(value=value, low=value - half, high=value + half)
                    key = (cohort, int(days) * HOURS_DAY, score)
                    rows.append(_row(key, homes, (float(ours), float(theirs)), over))
    own = challenger["scores"]["unseen"]
    coverage = {
        int(days) * HOURS_DAY: float(models[NAME]["coverage80"])
        for days, models in own.items()
        if models.get(NAME, {}).get("coverage80") is not None
    }
    return _judged("cards", sizes["unseen"], 0, rows, coverage, {})


def _spread(challenger: Mapping[str, Any], champion: Mapping[str, Any], days: str, s: str) -> float:
    """Return half the interval of a difference; never less than ``CHANCE``."""
    spreads, mean = [], 0.0
    for card in (challenger, champion):
        said = card["scores"].get("unseen_by_seed", {}).get(days, {}).get(s, {})
        spreads.append(float(said.get("spread") or 0.0))
        mean = float(card["scores"]["unseen"].get(days, {}).get(NAME, {}).get(s) or 0.0)
    return max(SEEDS_SPREAD * hypot(*spreads), CHANCE * mean)


def _row(key: tuple[str, int, str], homes: int, means: tuple[float, float], over: Ratio) -> Row:
    cohort, hours, score = key
    return Row(
        cohort=cohort,
        hours=hours,
        score=score,
        homes=homes,
        challenger=means[0],
        champion=means[1],
        ratio=over.value,
        low=over.low,
        high=over.high,
    )


def _judged(
    basis: Basis,
    homes: int,
    windows: int,
    rows: Sequence[Row],
    coverage: Mapping[int, float],
    others: Mapping[str, Mapping[int, float]],
) -> Judged:
    low, high = COVERAGE
    failed = [] if all(low <= value <= high for value in coverage.values()) else ["coverage"]
    worse = [row.cohort for row in rows if row.worse and row.homes >= LEAST_COHORT]
    failed += [f"cohort {name}" for name in dict.fromkeys(worse) if name != WARM]
    return Judged(
        basis=basis,
        homes=homes,
        windows=windows,
        rows=tuple(rows),
        coverage=coverage,
        others=others,
        failed=tuple(failed),
        verdict=verdict_of(rows, failed, homes=homes),
    )


def verdict_of(rows: Sequence[Row], failed: Sequence[str], *, homes: int) -> Verdict:
    """Return what is to be said of a challenger.

    Better is one that passes every gate, is surely better in one of the errors that decide, and
    is in no other of them possibly worse by more than chance. Not better is one that fails a
    gate or is surely worse in one of them. Of any other, and of few homes, nobody can tell.

    Parameters
    ----------
    rows
        Errors on all homes among them.
    failed
        Gates that were not passed.
    homes
        Homes that were judged.
    """
    main = [row for row in rows if row.cohort == WARM and row.score in MAIN]
    if failed or any(row.low is not None and row.low > 1 and row.ratio > 1 for row in main):
        return "not-better"
    if homes < LEAST_HOMES or not main or any(row.high is None for row in main):
        return "cannot-tell"
    highs = [row.high for row in main if row.high is not None]
    sure = any(high < 1 for high in highs)
    return "better" if sure and all(high <= 1 + CHANCE for high in highs) else "cannot-tell"
