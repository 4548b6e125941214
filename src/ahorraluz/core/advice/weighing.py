"""The worth of a set of measures as a weighted sum of yearly bills, less fixed amounts.

A set is worth what its bills save, but a panel fades, gas costs a part of what it spares,
and in thirty years the lamps of today are gone. Each of these is the same: the year of
bills counts with a weight, without the members that no longer act in it.

    worth(S) = Σ weight_r · saving(S without D_r) − Σ fixed_i,   i in S
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product

from ahorraluz.core.advice.measures import Candidate, Effort, Proposal
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.core.advice.worth import Money, whole_cost
from ahorraluz.core.renewables.economics import present_value

MONTHS = 12
Dropped = frozenset[int]
ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """How the bills of a set count towards its worth."""

    weights: Mapping[Dropped, float]
    """Weight, never negative, of the year of bills without some candidates."""
    fixed: tuple[float, ...]
    """What each candidate takes off the worth once it is a member."""


def weigh(candidates: Sequence[Candidate], *, money: Money, wishes: Wishes) -> Weighing:
    """Return how soles count for an objective; CO2 is bound by the soles of a year."""
    if wishes.objective is Objective.NPV:
        return _over_lives(candidates, money=money, wishes=wishes)
    return _in_a_year(candidates, money=money, wishes=wishes)


def cash_year(candidates: Sequence[Candidate]) -> Weighing:
    """Return soles that a set saves in its first year: what can be put aside for more."""
    return Weighing(
        weights=_combined(tuple(_fuels(candidates))),
        fixed=tuple(-float(other_pen_year(candidate.proposal)) for candidate in candidates),
    )


def effort_year(candidate: Candidate, wishes: Wishes) -> Decimal:
    """Return what keeping a habit is worth to the household. [PEN/year]"""
    if candidate.measure.effort is not Effort.DAILY:
        return Decimal(0)
    return MONTHS * wishes.effort_pen_month


def other_pen_year(proposal: Proposal) -> Decimal:
    """Return what is spared outside the bill whatever the bill is. [PEN/year]"""
    return MONTHS * proposal.other.middle if proposal.other is not None else Decimal(0)


def _in_a_year(candidates: Sequence[Candidate], *, money: Money, wishes: Wishes) -> Weighing:
    """Return soles a year: every cost is spread over the life of what it buys."""
    fixed = []
    lasting: dict[tuple[Decimal, int], tuple[Decimal, set[int]]] = {}
    for place, candidate in enumerate(candidates):
        proposal = candidate.proposal
        years = money.years(proposal)
        plain = present_value(ONE, years=years, rate=money.rate)
        part = _annuity(proposal, years, money) / plain
        fixed.append(
            float(
                whole_cost(proposal, money, cost=candidate.cost) / plain
                - other_pen_year(proposal) * part
                + effort_year(candidate, wishes)
            )
        )
        if proposal.fading_year:
            lasting.setdefault((proposal.fading_year, years), (part, set()))[1].add(place)
    groups = [(part, frozenset(places)) for part, places in lasting.values()]
    weights = _combined([*groups, *_fuels(candidates)])
    return Weighing(weights=weights, fixed=tuple(fixed))


def _over_lives(candidates: Sequence[Candidate], *, money: Money, wishes: Wishes) -> Weighing:
    """Return soles of today: in every year to come the bills of what still works."""
    years = [money.years(candidate.proposal) for candidate in candidates]
    until = [
        float(present_value(ONE, years=year, rate=money.rate))
        for year in range(max(years, default=0) + 1)
    ]
    lasting: dict[Decimal, set[int]] = {}
    for place, candidate in enumerate(candidates):
        if candidate.proposal.fading_year:
            lasting.setdefault(candidate.proposal.fading_year, set()).add(place)
    fuels = tuple(_fuels(candidates))
    weights: dict[Dropped, float] = {}
    for year, (before, after) in enumerate(pairwise(until)):
        gone = frozenset(place for place, life in enumerate(years) if life <= year)
        groups = [((ONE - fade) ** year, frozenset(places)) for fade, places in lasting.items()]
        for dropped, weight in _combined([*groups, *fuels]).items():
            without = dropped | gone
            weights[without] = weights.get(without, 0.0) + weight * (after - before)
    fixed = tuple(
        float(
            whole_cost(candidate.proposal, money, cost=candidate.cost)
            - other_pen_year(candidate.proposal) * _annuity(candidate.proposal, life, money)
            + effort_year(candidate, wishes) * present_value(ONE, years=life, rate=money.rate)
        )
        for candidate, life in zip(candidates, years, strict=True)
    )
    return Weighing(weights=weights, fixed=fixed)


def _annuity(proposal: Proposal, years: int, money: Money) -> Decimal:
    return present_value(ONE, years=years, rate=money.rate, fading_year=proposal.fading_year)


def _fuels(candidates: Sequence[Candidate]) -> Iterator[tuple[Decimal, Dropped]]:
    """Yield what is kept of a saving on the bill that another fuel costs a part of."""
    for place, candidate in enumerate(candidates):
        share = candidate.proposal.fuel_share
        if share is not None:
            yield ONE - Decimal(str(share.middle)), frozenset({place})


def _combined(kept: Sequence[tuple[Decimal, Dropped]]) -> dict[Dropped, float]:
    """Return the weight of every way in which some of these members act and some do not."""
    weights: dict[Dropped, float] = {}
    for acting in product((True, False), repeat=len(kept)):
        weight, dropped = ONE, frozenset[int]()
        for acts, (part, places) in zip(acting, kept, strict=True):
            weight *= part if acts else ONE - part
            dropped |= frozenset() if acts else places
        if weight:
            weights[dropped] = weights.get(dropped, 0.0) + float(weight)
    return weights
