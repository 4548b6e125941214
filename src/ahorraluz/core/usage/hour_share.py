"""What part of its energy a home uses in hora punta, while no meter has told it.

Homes differ, and only a distribution can be stated. It begins as the spread over homes that
were measured elsewhere, on the log-odds scale: homes of one country lie around its middle
(Student's t, for the few that live by night), and countries around a common one (normal). What
a household tells of its uses then moves it by Bayes' rule: a share reckoned from the uses and
their usual hours is a reading with a normal error, whose width is how far the uses of homes
with sub-meters lie from those hours.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.usage.robust import Floats

LOWEST, HIGHEST = 0.002, 0.98
"""Shares between which a belief is kept. [0 to 1]"""
STEPS = 601
"""Points of a belief, even in the log-odds."""
NODES = 61
"""Points of the normal spread of countries, from four standard deviations below to above."""
REACH_SD = 4.0


FITTED = (
    "centre",
    "between_sd",
    "within_scale",
    "dof",
    "later_sd",
    "use_spread",
    "flat_sd",
    "reference_share",
)
"""Numbers of the file that are no hours and no counts."""


class HourShareError(AhorraLuzError):
    """A share of hours that cannot be, or a table of them that is not as described."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourShares:
    """How the share of hora punta lies over homes: fitted numbers of measured homes."""

    first_hour: int
    after_hour: int
    """The hours it was fitted on: from ``first_hour`` up to ``after_hour``. [h]"""
    centre: float
    """Middle of countries, log-odds."""
    between_sd: float
    """Spread of countries around it, the doubt of the middle included, log-odds."""
    within_scale: float
    """Scale of homes around their country, log-odds."""
    dof: float
    """Degrees of freedom of that spread: the lower, the more homes far out."""
    later_sd: float
    """How far a home's later half of a record lies from its earlier half, log-odds."""
    use_spread: float
    """Variance of a use's share over homes, over that of a coin with the same mean. [0 to 1]"""
    flat_sd: float
    """Standard deviation of the share of a use that runs all day. [0 to 1]"""
    reference_share: float
    """What the usual hours of uses give a home of which only published ownership is known:
    only how a home differs from it says anything. [0 to 1]"""
    homes: int
    """Homes it was fitted on."""

    def __post_init__(self) -> None:
        """Refuse numbers that are not as described (``hour-shares-malformed``)."""
        good = (
            0 <= self.first_hour < self.after_hour <= 24
            and all(map(math.isfinite, (self.centre, self.dof)))
            and min(self.between_sd, self.within_scale, self.later_sd, self.flat_sd) > 0
            and self.dof > 0
            and 0 < self.use_spread < 1
            and 0 < self.reference_share < 1
        )
        if not good:
            raise HourShareError("hour-shares-malformed")


def hour_shares_from(document: Mapping[str, Any]) -> HourShares:
    """Return the fitted numbers of a file; raises ``hour-shares-malformed``."""
    try:
        return HourShares(
            first_hour=int(document["first_hour"]),
            after_hour=int(document["after_hour"]),
            homes=int(document["homes"]),
            **{name: float(document[name]) for name in FITTED},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise HourShareError("hour-shares-malformed") from error


@dataclass(frozen=True, eq=False)
class ShareBelief:
    """How probable each share is; beliefs are made by :func:`believed` and :func:`after`."""

    odds: Floats
    """Log-odds of shares, rising and even, shape (n,)."""
    density: Floats
    """Relative probability of each, non-negative, shape (n,)."""

    @cached_property
    def share(self) -> Floats:
        """The shares, shape (n,). [0 to 1]"""
        return np.asarray(1.0 / (1.0 + np.exp(-self.odds)))

    @cached_property
    def weight(self) -> Floats:
        """Probability that each point stands for, adding up to one, shape (n,)."""
        return np.asarray(self.density / self.density.sum())

    @cached_property
    def _below(self) -> Floats:
        """Probability of a share up to each point: trapezia, ending at one, shape (n,)."""
        steps = (self.density[1:] + self.density[:-1]) / 2
        rising = np.concatenate([[0.0], np.cumsum(steps)])
        return np.asarray(rising / rising[-1])

    def below(self, share: float) -> float:
        """Return the probability that the share is below ``share``; never falls as it rises."""
        if share <= 0:
            return 0.0
        if share >= 1:
            return 1.0
        return float(np.interp(log_odds(share), self.odds, self._below, left=0.0, right=1.0))

    def quantile(self, probability: float) -> float:
        """Return the share that lies above this part of the probability. [0 to 1]"""
        odds = float(np.interp(probability, self._below, self.odds))
        return 1.0 / (1.0 + math.exp(-odds))

    @cached_property
    def mean(self) -> float:
        """Expected share. [0 to 1]"""
        return float(self.weight @ self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardShare:
    """What the uses of a home tell of its share, as log-odds."""

    share: float
    """Share that its uses and their hours give. [0 to 1]"""
    apart: float
    """How far that is from the reference home, log-odds."""
    sd: float
    """Error of it, log-odds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseHours:
    """When one use of a home runs, and how much it is."""

    kwh: float
    """[kWh/month]"""
    kwh_sd: float
    """Its standard error. [kWh/month]"""
    share: float
    """Part of it in hora punta. [0 to 1]"""
    share_sd: float
    """Standard error of that part. [0 to 1]"""


def log_odds(share: float) -> float:
    """Return the logarithm of a share over the rest, ends kept finite."""
    inside = min(max(share, 1e-9), 1 - 1e-9)
    return math.log(inside / (1 - inside))


@cache
def believed(shares: HourShares) -> ShareBelief:
    """Return what is believed of a home of which nothing but its recibos is known."""
    odds = _points()
    nodes = np.linspace(-REACH_SD, REACH_SD, NODES)
    weights = np.exp(-(nodes**2) / 2)
    middles = shares.centre + shares.between_sd * nodes
    apart = (odds[:, None] - middles) / shares.within_scale
    density = (1 + apart**2 / shares.dof) ** (-(shares.dof + 1) / 2)
    return ShareBelief(odds, np.asarray(density @ weights))


def after(belief: ShareBelief, heard: HeardShare, *, reference: float) -> ShareBelief:
    """Return a belief once the uses of the home are known: Bayes' rule.

    Parameters
    ----------
    belief
        Before.
    heard
        What the uses tell.
    reference
        Middle of the belief before, log-odds: the home is as far from it as its uses are
        from those of the reference home.
    """
    apart = (belief.odds - reference - heard.apart) / heard.sd
    return ShareBelief(belief.odds, belief.density * np.exp(-(apart**2) / 2))


def known(share: float, shares: HourShares) -> ShareBelief:
    """Return the belief where the share was measured: it may change from here on."""
    odds = _points()
    middle = min(max(log_odds(share), float(odds[0])), float(odds[-1]))
    return ShareBelief(odds, np.exp(-(((odds - middle) / shares.later_sd) ** 2) / 2))


def peak_part(weights: Sequence[float], hours: HourShares) -> float:
    """Return the part of 24 hourly weights that lies in hora punta. [0 to 1]"""
    whole = math.fsum(weights)
    return math.fsum(weights[hours.first_hour : hours.after_hour]) / whole if whole else 0.0


def share_sd(share: float, shares: HourShares, *, flat: bool) -> float:
    """Return how far the share of one use lies from its usual hours, from home to home."""
    if flat:
        return shares.flat_sd
    return math.sqrt(share * (1 - share) * shares.use_spread)


def heard_from(uses: Collection[UseHours], shares: HourShares) -> HeardShare | None:
    """Return what the uses of a home tell together; ``None``: nothing is used.

    Errors of hours and of energies are taken for independent of each other, and go to the
    log-odds by the delta method.
    """
    whole = math.fsum(use.kwh for use in uses)
    if whole <= 0:
        return None
    share = math.fsum(use.kwh * use.share for use in uses) / whole
    variance = math.fsum(
        (use.kwh * use.share_sd) ** 2 + (use.kwh_sd * (use.share - share)) ** 2 for use in uses
    )
    steep = max(share * (1 - share), 1e-3)
    return HeardShare(
        share=share,
        apart=log_odds(share) - log_odds(shares.reference_share),
        sd=max(math.sqrt(variance) / whole / steep, shares.flat_sd / steep),
    )


def _points() -> Floats:
    return np.linspace(log_odds(LOWEST), log_odds(HIGHEST), STEPS)
