"""The weighing of two witnesses of one use: a survey's expectation and a meter's evidence.

Both are means with a doubt. Of single uses the meter speaks directly; of blocks of hours
it knows the sum alone, and what the survey expects says how the sum is shared.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ahorraluz.core.issues import Issue, Parameter
from ahorraluz.core.usage.appliances import SURVEY_AND_METER, SurveyedUse
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.metered_uses import COVERED, WEATHER, MeteredUseId, MeteredUses
from ahorraluz.core.usage.ranges import relative_sd
from ahorraluz.core.usage.reconcile import Reconciled, reconcile

_APART = 2.0
"""Standard errors between survey and meter that are a contradiction."""
_TOTAL_SD = 0.01
"""Relative error of the measured total."""
_BLOCKS_SD = 0.3
"""Relative error of all large loads together, where only blocks of hours are seen."""
_LEAST_SD = 0.3
"""Least relative error of a use that the home may not have."""
_LARGE = (
    MeteredUseId.WATER_HEATING,
    MeteredUseId.COOKING,
    MeteredUseId.LAUNDRY,
    MeteredUseId.WATER_PUMPING,
    MeteredUseId.CLIMATE,
)
"""Groups of large loads."""
SLIVER = 1e-6
"""Least part of anything: nothing is impossible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One use of the account on its way to the merged one."""

    use: SurveyedUse
    owned: float
    listed: bool
    """Whether it is an appliance of the account, and not a remainder."""
    swing: float
    """How far its months differ from their mean, relative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the meter says of some end uses together. [kWh/month]"""

    end_uses: tuple[EndUseId, ...]
    mean: float
    sd: float
    basis: str


def single_evidence(metered: MeteredUses) -> list[Evidence]:
    """Return what the readings say of single uses, as far as it does not repeat the survey."""
    names = [MeteredUseId.ALWAYS_ON]
    if metered.cycling is not None and metered.cycling.seen:
        names.append(MeteredUseId.REFRIGERATION)
    if metered.resolves_events:
        names += _LARGE
    elif _weather(metered):
        names.append(MeteredUseId.CLIMATE)
    evidence = []
    for name in names:
        use = metered.use(name)
        if use is not None:
            sd = use.estimate.middle * max(relative_sd(use.estimate), SLIVER)
            evidence.append(
                Evidence(
                    end_uses=COVERED[name],
                    mean=use.estimate.middle,
                    sd=sd,
                    basis=use.estimate.basis,
                )
            )
    return evidence


def _weather(metered: MeteredUses) -> bool:
    """Tell whether climate was measured by its response to the weather."""
    climate = metered.use(MeteredUseId.CLIMATE)
    return climate is not None and climate.estimate.basis == WEATHER


def block_evidence(metered: MeteredUses) -> Evidence | None:
    """Return what coarse readings say: all large loads together, not what each of them is."""
    names = [name for name in _LARGE if name is not MeteredUseId.CLIMATE or not _weather(metered)]
    found = [use for name in names if (use := metered.use(name))]
    if metered.resolves_events or not found:
        return None
    mean = math.fsum(use.estimate.middle for use in found)
    end_uses = tuple(COVERED[use.id][0] for use in found)
    return Evidence(
        end_uses=end_uses, mean=mean, sd=_BLOCKS_SD * mean, basis=found[0].estimate.basis
    )


def weighed(items: Sequence[Item], evidence: Evidence) -> tuple[list[Item], list[Issue]]:
    """Return ``items`` with those of one end use moved to the weighted mean."""
    places = [place for place, item in enumerate(items) if item.use.end_use in evidence.end_uses]
    result = list(items)
    if not places:
        use = SurveyedUse(
            id=evidence.end_uses[0],
            end_use=evidence.end_uses[0],
            mean_kwh=evidence.mean,
            sd_kwh=evidence.sd,
            basis=evidence.basis,
        )
        return [*result, Item(use=use, owned=1.0, listed=False, swing=0.0)], []
    mean, sd = _sum_of([items[place] for place in places])
    merged, merged_sd = _weighted(mean, sd, evidence)
    # Each takes of the difference what its doubt is of the whole, as in every account.
    shared = reconcile([items[place].use for place in places], total_kwh=merged, total_sd=0.0)
    for place, middle in zip(places, shared.middles.tolist(), strict=True):
        use = items[place].use
        changed = replace(
            use,
            mean_kwh=max(middle, SLIVER * use.mean_kwh),
            sd_kwh=use.sd_kwh * merged_sd / sd,
            basis=SURVEY_AND_METER,
        )
        result[place] = replace(items[place], use=changed, owned=1.0)
    return result, _against(mean, sd, evidence)


def _sum_of(items: Sequence[Item]) -> tuple[float, float]:
    """Return mean and standard deviation of several uses together. [kWh/month]"""
    mean = math.fsum(item.use.mean_kwh for item in items)
    return mean, math.sqrt(math.fsum(item.use.sd_kwh**2 for item in items))


def _weighted(mean: float, sd: float, evidence: Evidence) -> tuple[float, float]:
    """Return the mean of survey and meter weighted by precision, and its standard deviation.

    A gap wider than both doubts is the survey's: it did not see what it tells of.
    """
    doubt = max(sd**2, (mean - evidence.mean) ** 2 - evidence.sd**2)
    precision = 1 / doubt + 1 / evidence.sd**2
    merged = (mean / doubt + evidence.mean / evidence.sd**2) / precision
    return merged, 1 / math.sqrt(precision)


def _against(mean: float, sd: float, evidence: Evidence) -> list[Issue]:
    if abs(mean - evidence.mean) <= _APART * math.hypot(sd, evidence.sd):
        return []
    parameters: dict[str, Parameter] = {
        "uses": [str(end_use) for end_use in evidence.end_uses],
        "surveyed_kwh": round(mean, 1),
        "metered_kwh": round(evidence.mean, 1),
    }
    return [Issue(code="meter-against-survey", parameters=parameters)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the answer about one item is found."""

    result: Reconciled
    column: int

    @property
    def middle(self) -> float:
        """Expected energy. [kWh/month]"""
        return float(self.result.middles[self.column])


def places_of(
    items: Sequence[Item], blocks: Evidence | None, *, total: float
) -> tuple[list[Place], list[Issue]]:
    """Return the reconciled answer for each item.

    What only blocks of hours show is one use beside the others first; how much it takes
    is then shared among the uses that it may be.
    """
    inside = [
        place
        for place, item in enumerate(items)
        if blocks is not None and item.use.end_use in blocks.end_uses
    ]
    if blocks is None or not inside:
        result = reconcile(_if_owned(items), total_kwh=total, total_sd=_TOTAL_SD * total)
        return [Place(result=result, column=place) for place in range(len(items))], []
    mean, sd = _sum_of([items[place] for place in inside])
    merged, merged_sd = _weighted(mean, sd, blocks)
    whole = replace(items[inside[0]].use, mean_kwh=merged, sd_kwh=merged_sd)
    outside = [place for place in range(len(items)) if place not in inside]
    uses = [*_if_owned([items[place] for place in outside]), whole]
    outer = reconcile(uses, total_kwh=total, total_sd=_TOTAL_SD * total)
    part = outer.estimate([len(outside)], basis=blocks.basis)
    inner = reconcile(
        _if_owned([items[place] for place in inside]),
        total_kwh=part.middle,
        total_sd=part.middle * relative_sd(part),
    )
    found = {place: Place(result=outer, column=n) for n, place in enumerate(outside)}
    found |= {place: Place(result=inner, column=n) for n, place in enumerate(inside)}
    return [found[place] for place in range(len(items))], _against(mean, sd, blocks)


def _if_owned(items: Sequence[Item]) -> list[SurveyedUse]:
    """Return the uses as what they take if the home has them, with the chance that it has.

    The range of the account holds both doubts; parted again, a use that may not exist
    keeps a range that begins at zero.
    """
    uses = []
    # Something took the energy: where nothing is certain, the likeliest counts as if it were.
    likeliest = max(items, key=lambda item: (item.owned, item.use.mean_kwh))
    for item in items:
        use, chance = item.use, item.owned
        if item is not likeliest and SLIVER < chance < 1:
            mean = use.mean_kwh / chance
            variance = use.sd_kwh**2 / chance - (1 - chance) * mean**2
            sd = max(math.sqrt(max(variance, 0.0)), _LEAST_SD * mean)
            use = replace(use, mean_kwh=mean, sd_kwh=sd, owned=chance)
        uses.append(use)
    return uses
