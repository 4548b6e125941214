"""How well recibos are told in soles, and the chance of months above a limit of energy."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.bill_backtest import PointScores, point_scores
from ahorraluz.core.forecast.forecaster import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ToldRecibos:
    """Recibos of months that were told, with those of what came; n of them."""

    actual: Floats
    """Recibo of the energy that came; NaN: it has none, and the month counts nowhere. [PEN]"""
    low: Floats
    """The recibo that one of ten lies below. [PEN]"""
    high: Floats
    points: Mapping[str, Floats]
    """One recibo of each rule, by its name; NaN where a rule says nothing. [PEN]"""
    limits_kwh: tuple[Decimal, ...]
    """Energies above which the whole month costs more."""
    chances: Floats
    """Chance of each month to lie above each limit, shape (n, limits). [0 to 1]"""
    above: NDArray[np.bool_]
    """Whether it came to lie above, shape (n, limits)."""
    points_above: Mapping[str, NDArray[np.bool_]]
    """Whether the energy of each rule lies above, shape (n, limits)."""

    def rows(self, chosen: NDArray[np.bool_]) -> "ToldRecibos":
        """Return some of them."""
        return ToldRecibos(
            actual=self.actual[chosen],
            low=self.low[chosen],
            high=self.high[chosen],
            points={name: values[chosen] for name, values in self.points.items()},
            limits_kwh=self.limits_kwh,
            chances=self.chances[chosen],
            above=self.above[chosen],
            points_above={name: values[chosen] for name, values in self.points_above.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingScores:
    """How well the chance of passing a limit was told: Brier scores, of which less is better."""

    limit_kwh: Decimal
    base_rate: float
    """Part of the months that lay above. [0 to 1]"""
    brier: float
    """Mean squared distance of the chance from what came, 1 above and 0 below."""
    brier_base: float
    """The same of the base rate said of every month: what knowing no home would reach."""
    skill: float
    """One less ``brier`` over ``brier_base``; NaN where all months lay on one side. [1]"""
    brier_rules: Mapping[str, float]
    """The same of each rule that says yes or no: the part of the months it was wrong about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReciboScores:
    """Errors of recibos; NaN where there is none."""

    months: int
    mean_pen: float
    """Mean recibo of what came. [PEN]"""
    rules: Mapping[str, PointScores]
    """By rule."""
    coverage80: float
    """Part of the recibos between P10 and P90. [0 to 1]"""
    width_pen: float
    """Mean width of that band. [PEN]"""
    crossings: tuple[CrossingScores, ...]


def recibo_scores(told: ToldRecibos) -> ReciboScores:
    """Return how well recibos were told; rules that say nothing of some month are left out."""
    told = told.rows(~np.isnan(told.actual))
    count = len(told.actual)
    inside = (told.low <= told.actual) & (told.actual <= told.high)
    return ReciboScores(
        months=count,
        mean_pen=float(told.actual.mean()) if count else np.nan,
        rules={
            name: point_scores(values, told.actual)
            for name, values in told.points.items()
            if not bool(np.any(np.isnan(values)))
        },
        coverage80=float(inside.mean()) if count else np.nan,
        width_pen=float((told.high - told.low).mean()) if count else np.nan,
        crossings=tuple(_crossing(told, place) for place in range(len(told.limits_kwh))),
    )


def _crossing(told: ToldRecibos, place: int) -> CrossingScores:
    above = told.above[:, place].astype(np.float64)
    if len(above) == 0:
        return CrossingScores(
            limit_kwh=told.limits_kwh[place],
            base_rate=np.nan,
            brier=np.nan,
            brier_base=np.nan,
            skill=np.nan,
            brier_rules={},
        )
    rate = float(above.mean())
    brier, base = float(np.mean((told.chances[:, place] - above) ** 2)), rate * (1 - rate)
    return CrossingScores(
        limit_kwh=told.limits_kwh[place],
        base_rate=rate,
        brier=brier,
        brier_base=base,
        skill=1 - brier / base if base > 0 else np.nan,
        brier_rules={
            name: float(np.mean(said[:, place] != told.above[:, place]))
            for name, said in told.points_above.items()
            if not bool(np.any(np.isnan(told.points[name])))
        },
    )
