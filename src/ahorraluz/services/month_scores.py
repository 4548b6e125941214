"""Scores of told months: in energy, in soles, and whether the own forecast is better."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.backtest import LEAST_ERROR, Ratio, home_draws, pooled_ratio
from ahorraluz.core.forecast.bill_backtest import (
    PointScores,
    band_scores,
    point_scores,
    shares_wrong,
)
from ahorraluz.core.forecast.forecaster import MEDIAN, Floats
from ahorraluz.core.forecast.recibo_backtest import ReciboScores, ToldRecibos, recibo_scores
from ahorraluz.services.backtest_money import MEDIAN_OF_MODEL, MODEL

SEED = 20_130_101
"""Of the draws of homes: the same file gives the same intervals."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """Months that were told, with what came and what simple rules say; n of them."""

    home: NDArray[np.int64]
    """Place of each month's home, shape (n,)."""
    actual: Floats
    """What came, shape (n,). [kWh]"""
    quantiles: Floats
    """Shape (n, 9). [kWh]"""
    mean: Floats
    """Shape (n,). [kWh]"""
    rules: Mapping[str, Floats]
    """What each rule says, NaN where it says nothing, shape (n,). [kWh]"""
    recibos: ToldRecibos | None = None
    """The same in soles; ``None``: nothing is priced."""

    def rows(self, chosen: NDArray[np.bool_]) -> "Told":
        """Return some of the months."""
        return Told(
            home=self.home[chosen],
            actual=self.actual[chosen],
            quantiles=self.quantiles[chosen],
            mean=self.mean[chosen],
            rules={name: values[chosen] for name, values in self.rules.items()},
            recibos=None if self.recibos is None else self.recibos.rows(chosen),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Better:
    """The own error over that of the simple rule with the least, by the same measure."""

    rule: str
    ratio: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthScores:
    """Errors over some months."""

    homes: int
    months: int
    """Months told, those of no use among them."""
    zero_months: int
    """Months of no use: they count in the band and in the total error, not in percentages."""
    rules: Mapping[str, PointScores]
    """By rule; the median of the own forecast under ``MODEL``. Rules that say nothing of one of
    the months are left out."""
    coverage80: float
    width80: float
    """Mean width of the 80 % band over the mean month. [1]"""
    mean_bias: float
    """Mean of the expected energies over the mean of what came, less one. [1]"""
    recibos: ReciboScores | None
    better: Mapping[str, Better]
    """``mean_ape`` of energy, ``recibo_error`` of recibos in soles; empty where not asked for
    or where there is no rule to be held against."""


def month_scores(told: Told, *, better: bool = False) -> MonthScores:
    """Return the scores of some months.

    Parameters
    ----------
    told
        The months.
    better
        Whether to say how far chance among homes would move the ratio to the best rule.
    """
    held, width = band_scores(told.quantiles, told.actual)
    came = float(told.actual.sum())
    points = {MODEL: told.quantiles[:, MEDIAN], **_whole(told.rules)}
    return MonthScores(
        homes=len(np.unique(told.home)),
        months=len(told.actual),
        zero_months=int(np.sum(told.actual == 0)),
        rules={name: point_scores(point, told.actual) for name, point in points.items()},
        coverage80=held,
        width80=width,
        mean_bias=float(told.mean.sum()) / came - 1 if came > 0 else np.nan,
        recibos=None if told.recibos is None else recibo_scores(told.recibos),
        better=_better(told, points) if better else {},
    )


def ratios_to_best(scores: MonthScores) -> Mapping[str, float]:
    """Return the own error over the least of a rule by each measure, NaN where there is none."""
    own = scores.rules[MODEL]
    best = _best_of_rules(scores)
    return {
        name: getattr(own, name) / least if least >= LEAST_ERROR else np.nan
        for name, least in best.items()
    }


def no_ratio_reasons(scores: MonthScores) -> dict[str, str]:
    """Return why a ratio to the best rule is missing, keys ``backtest.reason-*`` by measure."""
    return {
        name: "no-score" if np.isnan(least) else "never-wrong"
        for name, least in _best_of_rules(scores).items()
        if not least >= LEAST_ERROR
    }


def _best_of_rules(scores: MonthScores) -> dict[str, float]:
    """Return the least error that a rule has by each measure, NaN without any rule."""
    rules = [of_rule for name, of_rule in scores.rules.items() if name != MODEL]
    return {
        name: min((getattr(rule, name) for rule in rules), default=np.nan)
        for name in ("mean_ape", "median_ape")
    }


def _whole(rules: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the rules that say something of every month."""
    return {name: said for name, said in rules.items() if not bool(np.any(np.isnan(said)))}


def _better(told: Told, points: Mapping[str, Floats]) -> Mapping[str, Better]:
    shares = {name: shares_wrong(point, told.actual) for name, point in points.items()}
    found = {"mean_ape": _against_best(shares, told.home)}
    if told.recibos is not None:
        actual, said = told.recibos.actual, told.recibos.points
        soles = {n: np.abs(said[n] - actual) for n in said if n in points and n != MEDIAN_OF_MODEL}
        found["recibo_error"] = _against_best(soles, told.home)
    return {name: better for name, better in found.items() if better is not None}


def _against_best(errors: Mapping[str, Floats], home: NDArray[np.int64]) -> Better | None:
    """Return the own errors over those of the best rule; ``None`` where that cannot be said."""
    known = ~np.any(np.isnan(list(errors.values())), axis=0)
    means = {
        name: float(of_rule[known].mean())
        for name, of_rule in errors.items()
        if name != MODEL and bool(known.any())
    }
    if not means:
        return None
    best = min(means, key=lambda name: means[name])
    homes, place = np.unique(home, return_inverse=True)
    ratio = pooled_ratio(errors[MODEL], errors[best], home=place, draws=_draws(len(homes)))
    return None if ratio is None else Better(rule=best, ratio=ratio)


@lru_cache(maxsize=2)
def _draws(homes: int) -> NDArray[np.int64]:
    return home_draws(homes, chance=np.random.default_rng(SEED))
