"""Change-point models of energy against temperature: hinges, their fit and their errors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.usage.robust import Floats, quantiles, spread

STEP_C = 1.0
"""Distance between the balance temperatures that are tried. [°C]"""
EDGE = 0.05
"""Part of the days beyond the first and the last balance temperature tried. [0 to 1]"""
SEASON_HALF = 14
"""Days on each side whose mean is the season. [day]"""
SURROGATE_LAG = 10
"""Days that energy and temperature are moved against each other, at least, to see how alike
they are by chance. [day]"""
CLIP = 4.0
"""Days further from their season than this count no more. [spreads]"""
NEWEY_LAG = 7
"""Days in a row that are taken as alike: a week. [day]"""
MIN_EFFECTIVE = 6.0


class Side(StrEnum):
    """Which way from the balance temperature."""

    HEATING = "heating"
    COOLING = "cooling"


BOTH = (Side.HEATING, Side.COOLING)
Candidate = tuple[float, int, float, float, float, float]
"""Variance explained, parameters, slopes of heating and cooling, their balances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted change-point model; a side that is not in it has slope 0 and balance NaN."""

    level: float
    heating: float
    cooling: float
    heating_c: float
    cooling_c: float
    parameters: int
    explained: float
    """Part of the variance. [0 to 1]"""

    @property
    def sides(self) -> tuple[Side, ...]:
        """Sides that are in the model."""
        return tuple(side for side in BOTH if self.slope(side) > 0)

    def slope(self, side: Side) -> float:
        """Return the energy of one degree. [kWh/°C]"""
        return self.heating if side is Side.HEATING else self.cooling

    def balance(self, side: Side) -> float:
        """Return the temperature from which a side sets in. [°C]"""
        return self.heating_c if side is Side.HEATING else self.cooling_c

    def hinge(self, side: Side, temp_c: Floats) -> Floats:
        """Return the degrees beyond the balance temperature, shape of ``temp_c``. [°C]"""
        sign = 1.0 if side is Side.HEATING else -1.0
        return np.asarray(np.maximum(sign * (self.balance(side) - temp_c), 0.0))


def best_fit(
    energy: Floats,
    temp_c: Floats,
    *,
    sides: Collection[Side] = BOTH,
    models: Sequence[Candidate] | None = None,
) -> Fit:
    """Return the model that explains most for its parameters, among those with these sides.

    Parameters
    ----------
    energy, temp_c
        Known values, shape (n,).
    sides
        Sides that a model may have.
    models
        What :func:`models_of` says of the same values, if the caller has it already.

    Returns
    -------
    Fit
        Chosen by the Bayesian information criterion, days in a row counted as fewer.
    """
    y = energy - energy.mean()
    tss = float(y @ y)
    heat, cool = (side in sides for side in BOTH)
    candidates = [
        model
        for model in (models_of(energy, temp_c) if models is None else models)
        if (heat or model[2] == 0) and (cool or model[3] == 0)
    ]
    best = max(candidates)
    effective = _effective(_rest(best, y, temp_c))
    left = [max(tss - candidate[0], 1e-9 * tss, 1e-12) for candidate in candidates]
    worth = [
        effective * np.log(unexplained) + candidate[1] * np.log(effective)
        for unexplained, candidate in zip(left, candidates, strict=True)
    ]
    gain, parameters, heating, cooling, heating_c, cooling_c = candidates[int(np.argmin(worth))]
    fitted = _fitted(heating, cooling, heating_c, cooling_c, temp_c)
    return Fit(
        level=float(energy.mean() - fitted.mean()),
        heating=heating,
        cooling=cooling,
        heating_c=heating_c,
        cooling_c=cooling_c,
        parameters=parameters,
        explained=gain / tss if tss > 0 else 0.0,
    )


def models_of(energy: Floats, temp_c: Floats) -> tuple[Candidate, ...]:
    """Return the best model of each kind: flat, with either side, and with both."""
    y = energy - energy.mean()
    low, high = (float(part) for part in quantiles(temp_c, EDGE, 1.0 - EDGE))
    balance = np.arange(np.ceil(low), np.floor(high) + 0.5 * STEP_C, STEP_C)
    heat = _centred(np.maximum(balance - temp_c[:, None], 0.0))
    cool = _centred(np.maximum(temp_c[:, None] - balance, 0.0))
    return (
        (0.0, 1, 0.0, 0.0, np.nan, np.nan),
        *_one_sided(heat, y, balance, heating=True),
        *_one_sided(cool, y, balance, heating=False),
        *_two_sided(heat, cool, y, balance),
    )


def _one_sided(hinge: Floats, y: Floats, balance: Floats, *, heating: bool) -> list[Candidate]:
    """Return the best model with one balance temperature, if any has the right sign."""
    product = y @ hinge
    square = np.maximum(np.einsum("ij,ij->j", hinge, hinge), 1e-12)
    gain = np.where(product > 0, product**2 / square, 0.0)
    if len(gain) == 0 or not gain.max() > 0:
        return []
    place = int(np.argmax(gain))
    slope, at = float(product[place] / square[place]), float(balance[place])
    sides = (slope, 0.0, at, np.nan) if heating else (0.0, slope, np.nan, at)
    return [(float(gain[place]), 3, *sides)]


def _two_sided(heat: Floats, cool: Floats, y: Floats, balance: Floats) -> list[Candidate]:
    """Return the best models with both sides: one balance temperature, and two."""
    if len(balance) == 0:
        return []
    a, b = y @ heat, y @ cool
    aa = np.einsum("ij,ij->j", heat, heat)
    bb = np.einsum("ij,ij->j", cool, cool)
    ab = heat.T @ cool
    area = aa[:, None] * bb[None, :] - ab**2
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_a = (a[:, None] * bb[None, :] - b[None, :] * ab) / area
        slope_b = (b[None, :] * aa[:, None] - a[:, None] * ab) / area
        gain = slope_a * a[:, None] + slope_b * b[None, :]
    ordered = balance[:, None] <= balance[None, :]
    good = (slope_a > 0) & (slope_b > 0) & ordered & (area > 1e-9 * aa[:, None] * bb[None, :])
    gain = np.where(good, gain, 0.0)
    found: list[Candidate] = []
    same = int(np.argmax(np.diagonal(gain)))
    for i, j, parameters in ((same, same, 4), (*divmod(int(np.argmax(gain)), len(balance)), 5)):
        if gain[i, j] > 0:
            slopes = float(slope_a[i, j]), float(slope_b[i, j])
            at = float(balance[i]), float(balance[j])
            found.append((float(gain[i, j]), parameters, *slopes, *at))
    return found


def _centred(table: Floats) -> Floats:
    return np.asarray(table - table.mean(axis=0))


def _rest(candidate: Candidate, y: Floats, temp_c: Floats) -> Floats:
    fitted = _fitted(*candidate[2:], temp_c)
    return np.asarray(y - fitted + fitted.mean())


def _fitted(
    heating: float, cooling: float, heating_c: float, cooling_c: float, temp_c: Floats
) -> Floats:
    """Return what a model adds to its level on each day."""
    fitted = np.zeros_like(temp_c)
    if heating > 0:
        fitted += heating * np.maximum(heating_c - temp_c, 0.0)
    if cooling > 0:
        fitted += cooling * np.maximum(temp_c - cooling_c, 0.0)
    return fitted


def _effective(rest: Floats) -> float:
    """Return how many independent days a series of errors is worth."""
    alike = float(rest[1:] @ rest[:-1] / max(float(rest @ rest), 1e-12))
    alike = min(max(alike, 0.0), 0.95)
    return max(MIN_EFFECTIVE, len(rest) * (1.0 - alike) / (1.0 + alike))


def errors_of(fit: Fit, energy: Floats, temp_c: Floats) -> dict[Side, float]:
    """Return the standard error of each slope, days in a row taken as alike. [kWh/°C]"""
    sides = fit.sides
    columns = [np.ones_like(temp_c), *(fit.hinge(side, temp_c) for side in sides)]
    design = np.stack(columns, axis=1)
    fitted = fit.level + sum(fit.slope(side) * fit.hinge(side, temp_c) for side in sides)
    score = design * (energy - fitted)[:, None]
    # Products of days up to a week apart, weighted by nearness: those of the sums of all
    # stretches of eight days, one product instead of one for every lag.
    stretch = NEWEY_LAG + 1
    total = np.zeros((len(score) + 2 * stretch - 1, score.shape[1]))
    np.cumsum(score, axis=0, out=total[stretch : stretch + len(score)])
    total[stretch + len(score) :] = total[stretch + len(score) - 1]
    sums = total[stretch:] - total[:-stretch]
    meat = sums.T @ sums / stretch
    bread = np.linalg.pinv(design.T @ design)
    variance = np.diagonal(bread @ meat @ bread)
    return {
        side: float(np.sqrt(max(variance[place], 0.0))) for place, side in enumerate(sides, start=1)
    }


def free_of_season(values: Floats, weekday: NDArray[np.int64] | None = None) -> Floats:
    """Return a daily series less its season and its weekdays; unknown days as 0, shape (d,).

    Parameters
    ----------
    values
        NaN where unknown, shape (d,).
    weekday
        Day of the week, Monday 0, shape (d,); ``None``: weekdays do not matter.
    """
    known = ~np.isnan(values)
    kernel = np.ones(2 * SEASON_HALF + 1)
    count = np.convolve(known.astype(np.float64), kernel, "same")
    season = np.convolve(np.where(known, values, 0.0), kernel, "same") / np.maximum(count, 1.0)
    rest = values - season
    rest = np.where(known, rest, 0.0)
    if weekday is not None:
        of_weekday = np.bincount(weekday, rest, minlength=7)
        days = np.bincount(weekday[known], minlength=7)
        rest = np.where(known, rest - (of_weekday / np.maximum(days, 1))[weekday], 0.0)
    return rest


def tamed(rest: Floats) -> Floats:
    """Return a series around 0 with its odd days brought back to a few spreads, shape (d,)."""
    limit = CLIP * spread(rest)
    return np.clip(rest, -limit, limit) if limit > 0 else rest


def likeness(one: Floats, other: Floats) -> float:
    """Return how far two series are alike day by day, in spreads of what chance makes.

    Chance is the same two series moved against each other by ten days or more, which keeps
    what each of them is like and breaks only that they belong together.

    Parameters
    ----------
    one, other
        Series without season, 0 where unknown, shape (d,).
    """
    size = len(one)
    product = np.fft.irfft(np.fft.rfft(one) * np.conj(np.fft.rfft(other)), n=size)
    far = product[SURROGATE_LAG : size - SURROGATE_LAG + 1]
    chance = float(np.sqrt(np.mean(far**2))) if len(far) else 0.0
    return float(product[0]) / chance if chance > 0 else 0.0
