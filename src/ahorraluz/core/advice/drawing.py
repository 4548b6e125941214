"""Draws what is not known: every unknown a factor around one, the same for the same seed.

Every unknown has a stream of its own, so that one more of them, or a wider one, leaves
the others as they were: differences between two plans are differences of the plans.
Values are stratified (a Latin hypercube): each thousandth of an unknown is drawn once.

References
----------
M. D. McKay, R. J. Beckman, W. J. Conover, "A comparison of three methods for selecting
values of input variables", Technometrics 21 (2), 1979. doi:10.1080/00401706.1979.10489755
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr, ndtri

from ahorraluz.core.advice.chances import OF_USES, Doubt, Sampling
from ahorraluz.core.usage.ranges import DEVIATE

Floats = NDArray[np.float64]
SETTLING_TURNS = 60
"""Steps to the spread before the recibo is known: each halves what is missing, or better."""
MOST_SHARE = 0.5
"""Part of all doubt that one use may be: above it, its range cannot come from one sum."""


class Shape(StrEnum):
    """How a factor is spread between its ends."""

    RATIO = "ratio"
    """Log-normal; the ends hold eight tenths: energies, errors by factors."""
    HALVES = "halves"
    """Normal with a half of its own on either side of one; the ends hold eight tenths."""
    BETWEEN = "between"
    """PERT: never outside its ends, likeliest at one: prices found, published ceilings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something that is not known, as a factor of the figure that the plan reckons with."""

    id: str
    doubt: Doubt
    subject: str | None = None
    """An appliance or a measure by its id; ``None``: the whole home."""
    low: float
    high: float
    shape: Shape
    weight: float = 0.0
    """For a use: its energy, by which doubts share the recibo. [Wh/year]"""
    follows: str | None = None
    """Id of an unknown that it rises and falls with; ``None``: it is independent."""

    @property
    def is_known(self) -> bool:
        """Whether there is no doubt at all."""
        return self.low == self.high

    def factors(self, deviates: Floats) -> Floats:
        """Return the factor at standard normal deviates, shape as given, never negative."""
        if self.is_known:
            return np.full(deviates.shape, self.low)
        if self.shape is Shape.BETWEEN:
            width = self.high - self.low
            rise, fall = (1 + 4 * (1 - self.low) / width, 1 + 4 * (self.high - 1) / width)
            within: Floats = betaincinv(rise, fall, ndtr(deviates))
            return self.low + width * within
        if self.shape is Shape.RATIO and self.low > 0:
            centre = (np.log(self.low) + np.log(self.high)) / 2
            spread = (np.log(self.high) - np.log(self.low)) / (2 * DEVIATE)
            return np.asarray(np.exp(centre + spread * deviates), dtype=np.float64)
        slope = np.where(deviates < 0, 1 - self.low, self.high - 1) / DEVIATE
        return np.maximum(1 + slope * deviates, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Drawn factors by the id of the unknown, shape (draws,) each."""

    sampling: Sampling
    deviates: Mapping[str, Floats]
    """Standard normal deviates of what is in doubt."""
    factors: Mapping[str, Floats]

    def factor(self, unknown: str) -> Floats | float:
        """Return the factor of an unknown; one where nothing is in doubt."""
        return self.factors.get(unknown, 1.0)


def draw(unknowns: Sequence[Unknown], sampling: Sampling) -> Sample:
    """Return drawn factors of unknowns.

    Parameters
    ----------
    unknowns
        Uses of one home among them are taken as what is known of them **after** their
        sum was measured: what one takes more, others take less.
    sampling
        How many, and where drawing starts.
    """
    doubtful = [unknown for unknown in unknowns if not unknown.is_known]
    deviates = {
        unknown.id: stream(unknown.id, sampling) for unknown in doubtful if not unknown.follows
    }
    deviates |= _sharing([u for u in doubtful if u.doubt in OF_USES], deviates)
    for unknown in doubtful:
        if unknown.follows:
            followed = deviates.get(unknown.follows)
            deviates[unknown.id] = (
                stream(unknown.id, sampling) if followed is None else followed.copy()
            )
    return Sample(
        sampling=sampling,
        deviates=deviates,
        factors={unknown.id: unknown.factors(deviates[unknown.id]) for unknown in doubtful},
    )


def draw_more(sample: Sample, unknowns: Iterable[Unknown]) -> Sample:
    """Return a sample in which more unknowns are drawn beside those that are there.

    Parameters
    ----------
    sample
        Stays as it is.
    unknowns
        None of them a use. One that was drawn before keeps its deviates and gets ends of
        its own: another size of the same measure.
    """
    deviates, factors = dict(sample.deviates), dict(sample.factors)
    for unknown in unknowns:
        if unknown.is_known:
            deviates.pop(unknown.id, None)
            factors.pop(unknown.id, None)
            continue
        known = sample.deviates.get(unknown.follows or unknown.id)
        deviates[unknown.id] = stream(unknown.id, sample.sampling) if known is None else known
        factors[unknown.id] = unknown.factors(deviates[unknown.id])
    return Sample(sampling=sample.sampling, deviates=deviates, factors=factors)


def stream(name: str, sampling: Sampling) -> Floats:
    """Return standard normal deviates of their own for a name, shape (draws,)."""
    chance = np.random.default_rng([sampling.seed, zlib.crc32(name.encode())])
    return _grid(sampling.draws)[chance.permutation(sampling.draws)]


@cache
def _grid(draws: int) -> Floats:
    """Return the normal deviates in the middle of equally likely parts, shape (draws,)."""
    grid: Floats = ndtri((np.arange(draws) + 0.5) / draws)
    grid.setflags(write=False)
    return grid


def _sharing(uses: Sequence[Unknown], deviates: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return deviates of uses whose sum is known: independent errors, less their sum's share.

    Each use takes of the sum of all errors what its variance is of theirs, which is how
    normal quantities are conditioned on their sum.
    """
    if len(uses) < 2:
        return {}
    known = np.array([use.weight * (use.high - use.low) / (2 * DEVIATE) for use in uses]) ** 2
    before = _before_the_sum(known)
    errors = np.array([deviates[use.id] for use in uses]) * np.sqrt(before)[:, None]
    share = before / max(before.sum(), 1e-300)
    left = errors - share[:, None] * errors.sum(axis=0)
    spread = np.sqrt(before * (1 - share))
    return {
        use.id: row / sd if sd > 0 else deviates[use.id]
        for use, row, sd in zip(uses, left, spread, strict=True)
    }


def _before_the_sum(known: Floats) -> Floats:
    """Return variances before their sum was known, from those after: v − v²/Σv. [(Wh/year)²]"""
    before = known.copy()
    for _ in range(SETTLING_TURNS):
        share = np.minimum(before / max(before.sum(), 1e-300), MOST_SHARE)
        before = known / (1 - share)
    return before
