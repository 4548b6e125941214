"""Reconciles what a survey expects with what the meter says.

Each use is a gamma quantity with the survey's mean and standard deviation: never
negative, wrong by factors. Knowing that they add up to the metered total moves all
of them by one common exponential tilt, ``x = mean / (1 - tilt · sd² / mean)``:
for small corrections this is Gaussian conditioning (each use takes of the
difference what its variance is of the whole), for large ones no use falls below
zero. The tilt is found so that the sum is the total exactly.

Uses that the home may not have are summed over: every combination of owned and
not owned is reconciled, and weighs as much as its ownership is probable and as it
makes the metered total probable (saddle-point density of the sum). That is how a
bill of 30 kWh comes to hold no shower.

References
----------
H. E. Daniels, "Saddlepoint approximations in statistics", Annals of Mathematical
Statistics 25 (4), 1954. doi:10.1214/aoms/1177728652
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.usage.appliances import SurveyedUse
from ahorraluz.core.usage.ranges import DEVIATE, Spread, estimate_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MAX_UNCERTAIN = 10
"""Uses whose ownership is summed over exactly; the rest count at their mean."""
_LOG_RANGE = 60.0
_TURNS = 90
"""Most steps to the tilt; ten are usual, and halving alone would need no more."""
_CLOSE = 1e-10
"""Step of the logarithm of the slack after which the tilt is found: what is left is its square."""
_NONE = Spread(mean=0.0, sd=0.0)
"""Of a use that no combination holds."""


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """All uses of a home given the metered total; columns follow the surveyed uses."""

    total_kwh: float
    total_sd: float
    weights: Floats
    """Probability of each combination of owned uses, shape (c,)."""
    owned: Flags
    """Which uses each combination holds, shape (c, n)."""
    energies: Floats
    """Expected energy given the total, shape (c, n). [kWh/month]"""
    variances: Floats
    """Variance of each use before the sum is known, shape (c, n). [(kWh/month)²]"""
    averaged: Floats
    """Ownership that was averaged rather than summed over, shape (n,). [0 to 1]"""

    @cached_property
    def middles(self) -> Floats:
        """Expected energy of each use; they add up to the total, shape (n,). [kWh/month]"""
        middles: Floats = self.weights @ self.energies
        whole = math.fsum(middles)
        return middles * (self.total_kwh / whole) if whole > 0 else middles

    @cached_property
    def probabilities(self) -> Floats:
        """Probability that the home has each use, shape (n,). [0 to 1]"""
        return np.minimum(self._chances, 1.0) * self.averaged

    def estimate(self, columns: Sequence[int], *, basis: str) -> Estimate:
        """Return the energy of the uses in ``columns`` together. [kWh/month]"""
        picked = list(columns)
        middle = math.fsum(self.middles[picked])
        return estimate_of(self._spreads(picked), basis=basis, middle=middle, most=self._most)

    def each(self, bases: Sequence[str]) -> list[Estimate]:
        """Return the energy of every use by itself, in their order. [kWh/month]"""
        # Only what is owned has a spread: one for each use, all of them reckoned at once.
        variances = _of_part(self.variances, self._whole[:, None], self.total_sd)
        chances = np.where(self._uncertain, self._chances, 1.0)
        owned = np.where(chances > 0, chances, 1.0)
        means = self.weights @ self.energies / owned
        squares = self.weights @ (variances + self.energies**2) / owned
        sds = np.sqrt(np.maximum(squares - means**2, 0.0))
        return [
            estimate_of(
                [Spread(weight=chance, mean=mean, sd=sd)] if chance > 0 else [_NONE],
                basis=basis,
                middle=middle,
                most=self._most,
            )
            for basis, middle, chance, mean, sd in zip(
                bases,
                self.middles.tolist(),
                chances.tolist(),
                means.tolist(),
                sds.tolist(),
                strict=True,
            )
        ]

    @property
    def _most(self) -> float:
        return self.total_kwh + DEVIATE * self.total_sd

    @cached_property
    def _chances(self) -> Floats:
        """Probability of the combinations that hold each use, shape (n,). [0 to 1]"""
        chances: Floats = self.weights @ self.owned
        return chances

    @cached_property
    def _uncertain(self) -> Flags:
        """Which uses some combination does not hold, shape (n,)."""
        uncertain: Flags = np.logical_not(self.owned.all(axis=0))
        return uncertain

    @cached_property
    def _whole(self) -> Floats:
        """Variance of all uses of each combination together, shape (c,). [(kWh/month)²]"""
        whole: Floats = self.variances.sum(axis=1)
        return whole

    def _spreads(self, picked: list[int]) -> list[Spread]:
        """Return mean and spread of a group of uses, by which of them are owned."""
        energy = self.energies[:, picked].sum(axis=1)
        part = self.variances[:, picked].sum(axis=1)
        variance = _of_part(part, self._whole, self.total_sd)
        # What is owned for certain parts nothing; the others are a few bits of a number.
        uncertain = self.owned[:, [place for place in picked if self._uncertain[place]]]
        pattern = uncertain @ (1 << np.arange(uncertain.shape[1]))
        weight, first, second = (
            np.bincount(pattern, values)
            for values in (
                self.weights,
                self.weights * energy,
                self.weights * (variance + energy**2),
            )
        )
        likely = weight > 0
        weight = weight[likely]
        mean, square = first[likely] / weight, second[likely] / weight
        sd = np.sqrt(np.maximum(square - mean**2, 0.0))
        return [
            Spread(weight=part, mean=middle, sd=width)
            for part, middle, width in zip(weight.tolist(), mean.tolist(), sd.tolist(), strict=True)
        ]


def _of_part(part: Floats, whole: Floats, total_sd: float) -> Floats:
    """Return the variance of a part once the sum is known, of what it was before."""
    share = part / np.maximum(whole, 1e-300)
    result: Floats = part * (1 - share) + (share * total_sd) ** 2
    return result


def reconcile(uses: Sequence[SurveyedUse], *, total_kwh: float, total_sd: float) -> Reconciled:
    """Return all ``uses`` given that they add up to the metered total.

    Parameters
    ----------
    uses
        At least one with certain ownership; means above zero. [kWh/month]
    total_kwh
        Metered total, non-negative. [kWh/month]
    total_sd
        Its standard deviation: it widens ranges and leaves middles alone. [kWh/month]

    Returns
    -------
    Reconciled
        Middles add up to ``total_kwh``; ranges are never negative.
    """
    counted = _least_uncertain(uses)
    averaged = np.array(
        [use.owned / settled.owned for use, settled in zip(uses, counted, strict=True)]
    )
    surveyed = [_settled(use) for use in counted]
    means = np.array([use.mean_kwh for use in surveyed])
    sds = np.array([use.sd_kwh for use in surveyed])
    owned, priors = _combinations([use.owned for use in surveyed])
    if total_kwh <= 0:
        return _nothing(averaged)
    energies, log_density = _condition(means, sds, owned, total_kwh, total_sd)
    log_weights = np.log(priors) + log_density
    weights = np.exp(log_weights - log_weights.max())
    return Reconciled(
        total_kwh=total_kwh,
        total_sd=total_sd,
        weights=weights / weights.sum(),
        owned=owned,
        energies=energies,
        variances=(energies * sds / means) ** 2,
        averaged=averaged,
    )


def _nothing(averaged: Floats) -> Reconciled:
    """Return what a home that used nothing used."""
    shape = (1, len(averaged))
    return Reconciled(
        total_kwh=0.0,
        total_sd=0.0,
        weights=np.ones(1),
        owned=np.ones(shape, dtype=bool),
        energies=np.zeros(shape),
        variances=np.zeros(shape),
        averaged=averaged,
    )


def _least_uncertain(uses: Sequence[SurveyedUse]) -> list[SurveyedUse]:
    """Return ``uses`` with ownership averaged where it matters least for the total.

    Combinations double with each uncertain use; a radio more or less decides nothing.
    """
    uncertain = [place for place, use in enumerate(uses) if use.owned < 1]
    uncertain.sort(key=lambda place: -_ownership_variance(uses[place]))
    averaged = set(uncertain[MAX_UNCERTAIN:])
    return [_averaged(use) if place in averaged else use for place, use in enumerate(uses)]


def _ownership_variance(use: SurveyedUse) -> float:
    return use.owned * (1 - use.owned) * use.mean_kwh**2


def _averaged(use: SurveyedUse) -> SurveyedUse:
    mean = use.owned * use.mean_kwh
    variance = use.owned * use.sd_kwh**2 + _ownership_variance(use)
    return replace(use, owned=1.0, mean_kwh=mean, sd_kwh=math.sqrt(variance))


def _settled(use: SurveyedUse) -> SurveyedUse:
    """Return ``use`` with at least a sliver of doubt, without which nothing could give."""
    least = 1e-3 * use.mean_kwh
    return use if use.sd_kwh >= least else replace(use, sd_kwh=least)


def _combinations(chances: Sequence[float]) -> tuple[Flags, Floats]:
    """Return every combination of owned uses, shape (c, n), and its probability, shape (c,)."""
    uncertain = [place for place, chance in enumerate(chances) if chance < 1]
    count = 1 << len(uncertain)
    owned = np.ones((count, len(chances)), dtype=bool)
    priors = np.ones(count)
    for bit, place in enumerate(uncertain):
        has = (np.arange(count) >> bit & 1).astype(bool)
        owned[:, place] = has
        priors *= np.where(has, chances[place], 1 - chances[place])
    return owned, priors


def _condition(
    means: Floats, sds: Floats, owned: Flags, total: float, total_sd: float
) -> tuple[Floats, Floats]:
    """Return expected energies given the total, (c, n), and its log density, (c,)."""
    scales = owned * (sds**2 / means)
    widest = scales.max(axis=1, keepdims=True)
    ratios = scales / widest
    energies_at = owned * means
    slack = _slack(energies_at, ratios, total)
    denominators = (1 - ratios) + slack * ratios
    energies = energies_at / denominators
    shapes = owned * (means / sds) ** 2
    variance = ((energies * sds / means) ** 2).sum(axis=1) + total_sd**2
    tilt = ((1 - slack) / widest)[:, 0]
    log_density = (
        -(shapes * np.log(denominators)).sum(axis=1)
        - tilt * total
        - 0.5 * np.log(2 * math.pi * variance)
    )
    return energies, log_density


def _slack(energies_at: Floats, ratios: Floats, total: float) -> Floats:
    """Return the slack at which the energies of each combination add up to the total, (c, 1).

    The sum falls as the slack rises from 0 (no end to the widest use) on, and its logarithm
    nearly in a straight line against that of the slack: a few steps of Newton's method find
    the one that fits, and halving the range takes over where a step would leave it.
    """
    at = np.zeros((len(ratios), 1))
    low, high = at - _LOG_RANGE, at + _LOG_RANGE
    rest = 1 - ratios
    denominators, energies = np.empty_like(ratios), np.empty_like(ratios)
    for _ in range(_TURNS):
        slack = np.exp(at)
        np.multiply(slack, ratios, out=denominators)
        denominators += rest
        np.divide(energies_at, denominators, out=energies)
        sums = energies.sum(axis=1, keepdims=True)
        too_much = sums > total
        low, high = np.where(too_much, at, low), np.where(too_much, high, at)
        energies *= ratios
        energies /= denominators
        falls = slack * energies.sum(axis=1, keepdims=True)
        step = sums / np.maximum(falls, 1e-300) * (np.log(sums) - math.log(total))
        moved = at + step
        moved = np.where((moved >= low) & (moved <= high), moved, (low + high) / 2)
        step, at = np.abs(moved - at).max(), moved
        if step < _CLOSE:
            break
    return np.exp(at)
