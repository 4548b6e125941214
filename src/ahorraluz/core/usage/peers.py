"""How much a home uses beside others: published limits, its own past, and homes like it.

No mean use of homes in Peru was found in print, so none is used: what is published are
limits with the number of homes below them, and the limits of the law. Homes that use
this program are compared with each other only in groups so large that none shows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ahorraluz.core.history import Source
from ahorraluz.core.home import Home
from ahorraluz.core.issues import Parameter
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.seasons import metered_year
from ahorraluz.core.usage.sharing import home_share

MIN_GROUP = 30
"""Comparable homes below which nothing is said of them."""
RANK_STEP = 10
"""Ranks are told in steps of this many in a hundred: no neighbour can be told apart."""
KWH_STEP = 5
"""Energies of a group are rounded to this. [kWh/month]"""
MIN_PAST = 6
"""Recibos from which a home's own past is a yardstick."""
ALTITUDE_BANDS_M = (500.0, 2500.0, 3500.0)
"""Where coast, valleys, highlands and puna part. [m]"""
MOST_PEOPLE = 6
"""Homes of more people count together: they are few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLimit:
    """A monthly energy that the law or a statistic draws a line at."""

    kwh_month: Decimal
    homes: int | None
    """Homes at or below it; ``None``: it is a line of the law, nobody counted."""
    everybody: bool = True
    """Whether every home below it was counted, and not only those with a voucher."""
    about: str
    """What it is: ``limit.<about>`` is the key of its name."""
    period: str | None
    """When they were counted."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerFacts:
    """What is published about how much homes use, by rising limit."""

    limits: tuple[PublishedLimit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerHome:
    """What may be known of another home for a comparison: no name and no place but its region."""

    kwh_month: float
    department: str
    people: int
    altitude_m: float
    end_uses: frozenset[EndUseId]
    """Hot water, cooking and climate where they run on electricity; the rest all have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRank:
    """Where a home stands among homes like it, rounded so that none of them shows."""

    homes: int
    """Size of the group, at least ``MIN_GROUP``, rounded down to tens."""
    uses_more_than: int
    """Part of the group that uses less. [%, in steps of ten]"""
    low_kwh: int
    """A quarter of the group uses less than this. [kWh/month]"""
    high_kwh: int
    """A quarter uses more. [kWh/month]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerComparison:
    """A home beside published limits, its own past, and its group."""

    kwh_month: float
    """Of this home alone: its share of a meter that feeds several. [kWh/month]"""
    below: tuple[PublishedLimit, ...]
    """Limits it does not pass, lowest first."""
    above: tuple[PublishedLimit, ...]
    """Limits it passes, lowest first."""
    past_kwh_month: float | None
    """Mean month of its own recibos; ``None``: too few. [kWh/month]"""
    group: GroupRank | None
    """``None``: fewer than ``MIN_GROUP`` comparable homes."""

    @property
    def past_change(self) -> float | None:
        """How much more it uses now than its own past, relative; ``None``: not known."""
        if not self.past_kwh_month:
            return None
        return self.kwh_month / self.past_kwh_month - 1


def altitude_band(altitude_m: float) -> int:
    """Return the band of an altitude, 0 the lowest."""
    return int(np.searchsorted(ALTITUDE_BANDS_M, altitude_m, side="right"))


def comparable_homes(
    home: Home, others: Iterable[PeerHome], *, end_uses: Iterable[EndUseId]
) -> tuple[float, ...]:
    """Return the energies of the homes that are like this one. [kWh/month]

    The same department, altitude band, number of people and large electric uses. Empty
    where the home does not say how many live there or how high: nothing is guessed.

    Parameters
    ----------
    home
        The home to compare.
    others
        Homes that agreed to be counted, this one not among them.
    end_uses
        Large uses of this home that run on electricity.
    """
    if home.department is None or home.people is None or home.altitude_m is None:
        return ()
    key = (home.department, _people(home.people), altitude_band(home.altitude_m))
    wanted = frozenset(end_uses)
    return tuple(
        other.kwh_month
        for other in others
        if (other.department, _people(other.people), altitude_band(other.altitude_m)) == key
        and other.end_uses == wanted
    )


def _people(people: int) -> int:
    return min(people, MOST_PEOPLE)


def compare_with_peers(
    kwh_month: float,
    *,
    home: Home,
    peers: PeerFacts,
    own_homes: Sequence[float] | None,
) -> PeerComparison:
    """Return where a home stands.

    Parameters
    ----------
    kwh_month
        Energy of its meter in a mean month. [kWh/month]
    home
        The household, for its past and its share of the meter.
    peers
        Published limits.
    own_homes
        Energies of comparable homes of this service, see :func:`comparable_homes`;
        ``None``, or fewer than thirty: no group. [kWh/month]
    """
    own = kwh_month * float(home_share(home))
    limits = sorted(peers.limits, key=lambda limit: limit.kwh_month)
    past = None
    if len(home.history) >= MIN_PAST:
        past = metered_year(home.history).mean_kwh * float(home_share(home))
    return PeerComparison(
        kwh_month=own,
        below=tuple(limit for limit in limits if own <= limit.kwh_month),
        above=tuple(limit for limit in limits if own > limit.kwh_month),
        past_kwh_month=past,
        group=_rank(own, own_homes or ()),
    )


def _rank(kwh_month: float, others: Sequence[float]) -> GroupRank | None:
    if len(others) < MIN_GROUP:
        return None
    energies = np.array(others, dtype=np.float64)
    less = float(np.mean(energies < kwh_month)) * 100
    low, high = np.quantile(energies, (0.25, 0.75))
    return GroupRank(
        homes=len(others) // 10 * 10,
        uses_more_than=round(less / RANK_STEP) * RANK_STEP,
        low_kwh=round(float(low) / KWH_STEP) * KWH_STEP,
        high_kwh=round(float(high) / KWH_STEP) * KWH_STEP,
    )


def peer_findings(comparison: PeerComparison) -> tuple[Finding, ...]:
    """Return what a comparison says, best known first.

    ``peers-rank`` or ``peers-rank-above`` from a published count, ``peers-fise`` where
    homes with so little use receive the voucher, ``peers-limit-near`` just below a line
    of the law, ``peers-group`` from homes of this service, ``peers-own-past-more`` and
    ``peers-own-past-less`` where the home has changed.
    """
    return (
        *_counted(comparison),
        *_with_voucher(comparison),
        *_near_limit(comparison),
        *_of_group(comparison),
        *_of_past(comparison),
    )


NEAR = 0.9
"""Part of a limit from which it is near."""
CHANGED = 0.1
"""Relative change against its own past that is worth a word."""


def _counted(comparison: PeerComparison) -> tuple[Finding, ...]:
    below = [limit for limit in comparison.below if limit.homes and limit.everybody]
    above = [limit for limit in comparison.above if limit.homes and limit.everybody]
    if below:
        return (_about_count("peers-rank", below[0], comparison),)
    if above:
        return (_about_count("peers-rank-above", above[-1], comparison),)
    return ()


def _with_voucher(comparison: PeerComparison) -> tuple[Finding, ...]:
    some = [limit for limit in comparison.below if limit.homes and not limit.everybody]
    return tuple(_about_count("peers-fise", limit, comparison) for limit in some[:1])


def _about_count(name: str, limit: PublishedLimit, comparison: PeerComparison) -> Finding:
    numbers: dict[str, Parameter] = {
        "kwh": round(comparison.kwh_month),
        "limit": limit.kwh_month,
        "homes": Decimal(limit.homes or 0),
        "period": limit.period,
        "source": limit.source.title,
    }
    return Finding(id=name, weight=Weight.KNOW, numbers=numbers)


def _near_limit(comparison: PeerComparison) -> tuple[Finding, ...]:
    for limit in comparison.below:
        if limit.homes is None and comparison.kwh_month >= NEAR * float(limit.kwh_month):
            numbers: dict[str, Parameter] = {
                "kwh": round(comparison.kwh_month),
                "limit": limit.kwh_month,
                "source": limit.source.title,
            }
            return (Finding(id="peers-limit-near", weight=Weight.ACT, numbers=numbers),)
    return ()


def _of_group(comparison: PeerComparison) -> tuple[Finding, ...]:
    group = comparison.group
    if group is None:
        return ()
    numbers = {
        "kwh": round(comparison.kwh_month),
        "homes": group.homes,
        "percent": group.uses_more_than,
        "low": group.low_kwh,
        "high": group.high_kwh,
    }
    return (Finding(id="peers-group", weight=Weight.KNOW, numbers=numbers),)


def _of_past(comparison: PeerComparison) -> tuple[Finding, ...]:
    change = comparison.past_change
    if change is None or comparison.past_kwh_month is None or abs(change) < CHANGED:
        return ()
    numbers = {
        "kwh": round(comparison.kwh_month),
        "past": round(comparison.past_kwh_month),
        "percent": round(abs(change) * 100),
    }
    name = "peers-own-past-more" if change > 0 else "peers-own-past-less"
    weight = Weight.ACT if change > 0 else Weight.KNOW
    return (Finding(id=name, weight=weight, numbers=numbers),)
