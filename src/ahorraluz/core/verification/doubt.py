"""How far a baseline errs: by placebo runs, in which nothing had been done.

A baseline fitted before a day on which nothing happened, against what was then metered, errs
by what nobody can know: guests, absences, a new television, habits. Errors of thousands of
such runs are put in relation to what is known beforehand (how unsteady the home is, how long
was looked at, how many homes it was compared with). The 90 % range is their empirical 5 %
and 95 % quantile at that scale: no formula for independent errors, which days are not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from ahorraluz.core.verification.baseline import Baseline, MovementBasis
from ahorraluz.core.verification.cells import Cells, Floats, Grain, VerificationError
from ahorraluz.core.verification.foreseen import OWN, PEERS
from ahorraluz.core.verification.straying import own_placebo

LEVEL = 0.9
"""Probability that a range holds what is true. [0 to 1]"""
CHANCE = 0.8
"""How probable it is that a saving of the smallest detectable size is told. [0 to 1]"""
LEAST_SPREAD = 0.03
"""No home is steadier than this from week to week; a constant series only looks so."""
LEAST_APART = 0.03
"""Counterfactuals closer than this are as one. [log]"""
YEAR = 365.25
FEATURES = (
    *("one", "weeks", "spread", "before", "after", "size", "homes"),
    *("strayed", "apart"),
)
"""Names of what the scale of an error follows, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRange:
    """Where the logarithm of what is true over what was expected lies."""

    low: float
    high: float
    """Bounds at ``LEVEL``."""
    scale: float
    """Half the width of the middle 68 %, for weighing homes against each other."""
    detectable: float
    """Smallest saving whose range leaves zero out with probability ``CHANCE``. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tails:
    """Quantiles of placebo errors at scale one."""

    low: float
    high: float
    """They bound the middle ``LEVEL``."""
    likely: float
    """At ``CHANCE``."""
    sigma: float
    """Half the distance from 16 % to 84 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placebos:
    """Errors of one kind of baseline: how their scale follows what is known, and their shape."""

    weights: tuple[float, ...]
    """Of ``FEATURES``, for the logarithm of the scale."""
    ranges: tuple[tuple[float, float], ...]
    """Lowest and highest of each feature in those runs; others are taken at these ends."""
    tails: Mapping[Grain, Tails]
    homes: int
    runs: int
    """What they rest on."""

    def error(self, features: Floats, *, grain: Grain) -> ErrorRange:
        """Return the error to expect where these numbers are known, shape (f,)."""
        ends, tails = np.array(self.ranges), self.tails[grain]
        inside = np.clip(features, ends[:, 0], ends[:, 1])
        scale = float(np.exp(np.array(self.weights) @ inside))
        return ErrorRange(
            low=tails.low * scale,
            high=tails.high * scale,
            scale=tails.sigma * scale,
            detectable=float(-np.expm1((tails.low - tails.likely) * scale)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Placebo errors by kind of baseline, with the name and version of the runs."""

    name: str
    version: str
    kinds: Mapping[str, Placebos]

    def error(self, cells: Cells, baseline: Baseline, *, days_after: float) -> ErrorRange:
        """Return the error to expect of a baseline over the first days after the step."""
        placebos = self.kinds[kind_of(baseline)]
        features = features_of(cells, baseline, days_after=days_after)
        return placebos.error(features, grain=cells.grain)


def kind_of(baseline: Baseline) -> str:
    """Return the kind of runs that a baseline is judged by: ``peers`` or ``own``."""
    return PEERS if baseline.movement.basis is MovementBasis.PEERS else OWN


def features_of(cells: Cells, baseline: Baseline, *, days_after: float) -> Floats:
    """Return what the scale of an error follows, in the order of ``FEATURES``."""
    movement, foreseen = baseline.movement, baseline.foreseen
    return np.array(
        [
            1.0,
            float(cells.grain is Grain.WEEKS),
            np.log(max(baseline.spread, LEAST_SPREAD)),
            np.log(cells.days_used(before=True) / YEAR),
            np.log(days_after / YEAR),
            np.log(max(baseline.level_kwh_day, 0.1)),
            1 / np.sqrt(movement.homes_worth) if movement.homes_worth else 0.0,
            own_placebo(cells, baseline),
            np.log(LEAST_APART + (0.0 if foreseen is None else foreseen.apart)),
        ]
    )


def doubt_from(document: Mapping[str, object]) -> Doubt:
    """Return the placebo errors of a document, as ``scripts/fit_verification.py`` writes it.

    Raises
    ------
    VerificationError
        ``verify-model-broken``: the document does not hold what it should.
    """
    try:
        kinds = cast(Mapping[str, Mapping[str, object]], document["kinds"])
        return Doubt(
            name=str(document["name"]),
            version=str(document["version"]),
            kinds={name: _placebos(kind) for name, kind in kinds.items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise VerificationError("verify-model-broken") from error


def _placebos(kind: Mapping[str, object]) -> Placebos:
    weights = cast(Mapping[str, float], kind["weights"])
    ranges = cast(Mapping[str, tuple[float, float]], kind["ranges"])
    tails = cast(Mapping[str, Mapping[str, float]], kind["tails"])
    return Placebos(
        weights=tuple(float(weights[name]) for name in FEATURES),
        ranges=tuple((float(ranges[name][0]), float(ranges[name][1])) for name in FEATURES),
        tails={grain: Tails(**tails[grain.value]) for grain in Grain},
        homes=int(str(kind["homes"])),
        runs=int(str(kind["runs"])),
    )
