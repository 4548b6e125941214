"""What a measure saves, learnt from homes: each group drawn towards what is published.

Every verified home says which part of its promise came true, with an error of its own. Homes of
a region are drawn towards those of the measure, and a measure towards its promise, the more the
fewer and the less sure they are: normal-normal empirical Bayes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from ahorraluz.core.anonymity import K
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.usage.robust import Z80

PUBLISHED = 1.0
"""A promise that comes true whole."""
PUBLISHED_SD = 0.5
"""How far a measure's mean is thought to lie from its promise before any home is seen: programmes
that were measured realised about half to all of what had been computed."""
LEAST_HOME_SD = 0.1
"""Homes differ by more than this, whatever a handful of them shows."""
LEAST_ERROR = 1e-3
LEAST_HOMES = K
"""Homes of a measure below which the published evidence stands as it is, and of a region below
which it follows the measure: whoever asks for a plan sees what was learnt, as on the scoreboard."""
BASIS = "basis.verify-homes"
EVERYWHERE = ""
"""Stands for all regions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Realised:
    """Which part of its promise one home realised."""

    measure: str
    region: str
    ratio: float
    """Measured over promised; negative where more was used. [unitless]"""
    error: float
    """Its standard error. [unitless]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """Which part of its promise a measure realises, by region."""

    measure: str
    region: str
    """``EVERYWHERE``: where too few homes of the region were verified."""
    homes: int
    ratio: Estimate
    """Of the mean of homes. [unitless]"""


def learn(realised: Iterable[Realised]) -> tuple[Learnt, ...]:
    """Return what homes teach of each measure; nothing where there are too few.

    Parameters
    ----------
    realised
        Verified homes, gains and losses alike: leaving losses out would teach a fiction.

    Returns
    -------
    tuple of Learnt
        By measure and region; the measure everywhere, then each region with enough homes.
        Regions are left out until what everywhere less the others gives is of enough homes too.

    References
    ----------
    B. Efron, C. Morris, Data analysis using Stein's estimator (1975),
    doi:10.1080/01621459.1975.10479864. Spread between homes: R. DerSimonian, N. Laird (1986),
    doi:10.1016/0197-2456(86)90046-2.
    """
    by_measure: dict[str, list[Realised]] = {}
    for item in realised:
        by_measure.setdefault(item.measure, []).append(item)
    found = []
    for measure in sorted(by_measure):
        homes = by_measure[measure]
        if len(homes) >= LEAST_HOMES:
            found += _of_measure(measure, homes)
    return tuple(found)


def _of_measure(measure: str, homes: Sequence[Realised]) -> list[Learnt]:
    between = _between(homes)
    mean, sd = _posterior(homes, between, prior=(PUBLISHED, PUBLISHED_SD))
    found = [_learnt(measure, EVERYWHERE, len(homes), mean, sd)]
    regions: dict[str, list[Realised]] = {}
    for home in homes:
        if home.region:
            regions.setdefault(home.region, []).append(home)
    apart = _between_regions(list(regions.values()), between)
    for region in _told(regions, len(homes)):
        own = regions[region]
        prior = (mean, sqrt(sd**2 + apart**2))
        found.append(_learnt(measure, region, len(own), *_posterior(own, between, prior=prior)))
    return found


def _told(regions: Mapping[str, Sequence[Realised]], homes: int) -> list[str]:
    """Return the regions that give no few homes away, neither alone nor by what is left."""
    told = [region for region, own in regions.items() if len(own) >= LEAST_HOMES]
    while told and 0 < homes - sum(len(regions[region]) for region in told) < LEAST_HOMES:
        told.remove(min(told, key=lambda region: (len(regions[region]), region)))
    return sorted(told)


def _posterior(
    homes: Sequence[Realised], between: float, *, prior: tuple[float, float]
) -> tuple[float, float]:
    """Return mean and standard deviation of a group's mean, after its homes."""
    centre, sd = prior
    precision = 1 / max(sd, LEAST_ERROR) ** 2
    total, weight = centre * precision, precision
    for home in homes:
        own = 1 / (between**2 + max(home.error, LEAST_ERROR) ** 2)
        total += own * home.ratio
        weight += own
    return total / weight, sqrt(1 / weight)


def _between(homes: Sequence[Realised]) -> float:
    """Return how far homes differ beyond their errors, as DerSimonian and Laird do."""
    weights = [1 / max(home.error, LEAST_ERROR) ** 2 for home in homes]
    total = sum(weights)
    mean = sum(w * home.ratio for w, home in zip(weights, homes, strict=True)) / total
    q = sum(w * (home.ratio - mean) ** 2 for w, home in zip(weights, homes, strict=True))
    scale = total - sum(w**2 for w in weights) / total
    spread = (q - (len(homes) - 1)) / scale if scale > 0 else 0.0
    return max(sqrt(max(spread, 0.0)), LEAST_HOME_SD)


def _between_regions(regions: Sequence[Sequence[Realised]], between: float) -> float:
    """Return how far the means of regions differ beyond their errors."""
    if len(regions) < 2:
        return 0.0
    means, errors = [], []
    for homes in regions:
        mean, sd = _posterior(homes, between, prior=(PUBLISHED, 1e3))
        means.append(mean)
        errors.append(sd**2)
    centre = sum(means) / len(means)
    variance = sum((mean - centre) ** 2 for mean in means) / (len(means) - 1)
    return sqrt(max(variance - sum(errors) / len(errors), 0.0))


def _learnt(measure: str, region: str, homes: int, mean: float, sd: float) -> Learnt:
    half = Z80 * sd
    ratio = Estimate(low=mean - half, middle=mean, high=mean + half, unit="1", basis=BASIS)
    return Learnt(measure=measure, region=region, homes=homes, ratio=ratio)


def ratio_for(learnt: Iterable[Learnt], measure: str, region: str) -> Learnt | None:
    """Return what is learnt of a measure in a region, else everywhere; ``None``: nothing."""
    found: Mapping[str, Learnt] = {item.region: item for item in learnt if item.measure == measure}
    return found.get(region) or found.get(EVERYWHERE)
