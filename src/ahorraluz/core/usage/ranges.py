"""From mean and standard deviation to an ``Estimate``, and back.

Energies are never negative and their errors are factors rather than sums (hours
wrong by half, a plate wrong by a third), so a range is the one of a log-normal
quantity with that mean and standard deviation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from ahorraluz.core.estimate import Estimate

LEVEL = 0.8
"""Probability that a quantity lies within the ranges of this package."""
KWH_MONTH = "kWh/month"

_NORMAL = NormalDist()
DEVIATE = _NORMAL.inv_cdf((1 + LEVEL) / 2)
"""Standard deviations from the mean to either end of such a range, for a normal quantity."""
_BISECTIONS = 60
_TURNS = 100
"""Most steps to a quantile; six are usual, and halving alone would need half as many."""
_CLOSE = 1e-10
"""Step of the logarithm after which a quantile is found: what is left is about its square."""
_ALL_BUT_SURE = 1 - 1e-15
_ROOT_2 = math.sqrt(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One way a quantity may come about: its weight, mean and standard deviation."""

    weight: float = 1.0
    mean: float
    sd: float


def relative_sd(estimate: Estimate) -> float:
    """Return the standard deviation of an estimate over its middle. [unitless]

    The range is read as symmetric: half its width over the normal deviate of its level.
    """
    if estimate.middle == 0:
        return 0.0
    deviate = _NORMAL.inv_cdf((1 + estimate.level) / 2)
    return (estimate.high - estimate.low) / (2 * deviate * abs(estimate.middle))


def combined(*relative: float) -> float:
    """Return the relative standard deviation of a product of independent factors.

    Examples
    --------
    >>> combined(0.3, 0.4)
    0.5
    """
    return math.hypot(*relative)


def estimate_of(
    spreads: Sequence[Spread], *, basis: str, middle: float | None = None, most: float = math.inf
) -> Estimate:
    """Return the estimate of a monthly energy that may come about in several ways.

    Parameters
    ----------
    spreads
        The ways with their weights, which add up to one; a mean of zero is a
        point of probability at zero (an appliance the home may not own). [kWh/month]
    basis
        Key of the sentence that says what it rests on.
    middle
        Expected value where it is already known exactly. [kWh/month]
    most
        No more than this is possible, such as the metered total. [kWh/month]

    Examples
    --------
    >>> certain = estimate_of([Spread(mean=40.0, sd=10.0)], basis="basis.label")
    >>> round(certain.low), round(certain.high)
    (28, 53)
    """
    if middle is None:
        middle = math.fsum(spread.weight * spread.mean for spread in spreads)
    tail = (1 - LEVEL) / 2
    low = min(_quantile(spreads, tail), middle)
    high = max(min(_quantile(spreads, 1 - tail), most), middle)
    return Estimate(low=low, middle=middle, high=high, unit=KWH_MONTH, basis=basis, level=LEVEL)


def _quantile(spreads: Sequence[Spread], probability: float) -> float:
    """Return the value that the mixture stays below with ``probability``."""
    positive = [spread for spread in spreads if spread.mean > 0]
    if len(positive) == 1:
        return _quantile_of_one(positive[0], probability)
    if _below(spreads, 0.0) >= probability:
        return 0.0
    ways = [(spread.weight, *_log_normal(spread)) for spread in positive]
    if all(sd > 0 for _, _, sd in ways):
        return _quantile_of_ways(ways, probability)
    return _halved(spreads, probability)


def _quantile_of_ways(ways: Sequence[tuple[float, float, float]], probability: float) -> float:
    """Return the same of log-normal ways: weight, mean and standard deviation of the logarithm.

    It lies between the quantiles of the ways. The normal deviate of the probability runs
    nearly straight, so Newton's method finds it there; halving takes over where a step would
    leave what is known to hold it, or is no shorter.
    """
    whole = math.fsum(weight for weight, _, _ in ways)
    # What is not above zero is below everything: the rest of the probability is theirs.
    missing = min(max((1 - probability) / whole, 1 - _ALL_BUT_SURE), _ALL_BUT_SURE)
    deviate = -_NORMAL.inv_cdf(missing)
    ends = [centre + sd * deviate for _, centre, sd in ways]
    low, high = min(ends), max(ends)
    at = math.fsum(weight * end for (weight, _, _), end in zip(ways, ends, strict=True)) / whole
    step = high - low
    for _ in range(_TURNS):
        above = slope = 0.0
        for weight, centre, sd in ways:
            deviation = (at - centre) / sd
            above += weight * math.erfc(deviation / _ROOT_2)
            slope += weight * math.exp(-deviation * deviation / 2) / sd
        above /= 2 * whole
        low, high = (at, high) if above > missing else (low, at)
        moved = math.inf
        if 0 < above < 1 and slope > 0:
            here = -_NORMAL.inv_cdf(above)
            moved = at + (deviate - here) * math.exp(-here * here / 2) * whole / slope
        if abs(moved - at) < _CLOSE:
            return math.exp(moved)
        if not low < moved < high or abs(moved - at) > step / 2:
            moved = (low + high) / 2
        step, at = abs(moved - at), moved
    return math.exp(at)


def _halved(spreads: Sequence[Spread], probability: float) -> float:
    """Return the same where a way is known exactly, by halving what holds it."""
    low, high = 0.0, max(spread.mean + 10 * spread.sd for spread in spreads)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _below(spreads, middle) < probability:
            low = middle
        else:
            high = middle
    return high


def _quantile_of_one(spread: Spread, probability: float) -> float:
    """Return the same of a quantity that is zero unless ``spread`` comes about."""
    within = (probability - (1 - spread.weight)) / spread.weight
    if within <= 0:
        return 0.0
    centre, sd = _log_normal(spread)
    return math.exp(centre + sd * _NORMAL.inv_cdf(min(within, _ALL_BUT_SURE)))


def _below(spreads: Sequence[Spread], value: float) -> float:
    """Return the probability that the mixture is at most ``value``."""
    return math.fsum(spread.weight * _log_normal_cdf(value, spread) for spread in spreads)


def _log_normal_cdf(value: float, spread: Spread) -> float:
    if spread.mean <= 0:
        return 1.0
    if value <= 0:
        return 0.0
    centre, sd = _log_normal(spread)
    if sd == 0:
        return 1.0 if value >= spread.mean else 0.0
    return _NORMAL.cdf((math.log(value) - centre) / sd)


def _log_normal(spread: Spread) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm of a positive quantity."""
    variance = math.log1p((spread.sd / spread.mean) ** 2)
    return math.log(spread.mean) - variance / 2, math.sqrt(variance)
