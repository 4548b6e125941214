"""What a home probably has: its own list, or else what homes of Peru own.

A home without a list is expected to own what published shares say, each with its
probability; the metered total then tells which of these fit (``reconcile``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from ahorraluz.core.home import Appliance, CookingFuel, Home, Sector
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.same import Same
from ahorraluz.core.usage.appliances import (
    METER_SHARE,
    OWNERSHIP,
    REMAINDER,
    Surroundings,
    Survey,
    SurveyedUse,
    survey_appliance,
)
from ahorraluz.core.usage.facts import (
    ApplianceFacts,
    ClimateFacts,
    EndUseId,
    OwnershipFacts,
    UsageAssumptions,
    Zone,
)
from ahorraluz.core.usage.ranges import combined
from ahorraluz.core.usage.sharing import home_share

_SLIVER = 1e-6
"""Least share of the remainder: something must be able to take up a difference."""
_RURAL = (Sector.RURAL_INTERCONNECTED, Sector.RURAL_ISOLATED)


def survey_home(
    home: Home,
    *,
    catalogue: Mapping[str, ApplianceFacts],
    ownership: Iterable[OwnershipFacts],
    climate: ClimateFacts | None,
    assumptions: UsageAssumptions,
) -> Survey:
    """Return the expected energy of everything a home lists, or probably owns.

    Raises
    ------
    ApplianceError
        ``appliance-unknown`` or ``appliance-use-impossible``.
    """
    surroundings = Surroundings(
        catalogue=catalogue, assumptions=assumptions, climate=climate, people=home.people
    )
    if home.appliances:
        return _from_list(home.appliances, surroundings)
    return _from_ownership(home, ownership, surroundings)


def unlisted_uses(
    home: Home, *, total_kwh: float, assumptions: UsageAssumptions
) -> tuple[SurveyedUse, ...]:
    """Return what no list names: the remainder, and other homes on the meter."""
    own = float(home_share(home)) * total_kwh
    other = SurveyedUse(
        id=EndUseId.OTHER,
        end_use=EndUseId.OTHER,
        mean_kwh=own * max(assumptions.other_share.middle, _SLIVER),
        sd_kwh=own * assumptions.other_sd.middle,
        basis=REMAINDER,
    )
    if own >= total_kwh:
        return (other,)
    rest = total_kwh - own
    return (
        other,
        SurveyedUse(
            id=EndUseId.OTHER_HOMES,
            end_use=EndUseId.OTHER_HOMES,
            mean_kwh=rest,
            sd_kwh=min(own, rest) * assumptions.meter_share_sd.middle,
            basis=METER_SHARE,
        ),
    )


def _from_list(appliances: Iterable[Appliance], surroundings: Surroundings) -> Survey:
    surveys = [survey_appliance(entry, surroundings=surroundings) for entry in appliances]
    return Survey(
        uses=tuple(use for survey in surveys for use in survey.uses if use.mean_kwh > 0),
        issues=tuple(issue for survey in surveys for issue in survey.issues),
    )


def _from_ownership(
    home: Home, ownership: Iterable[OwnershipFacts], surroundings: Surroundings
) -> Survey:
    return _expected_survey(
        _Told(
            cooking=home.cooking,
            zone=Zone.RURAL if home.supply.sector in _RURAL else Zone.URBAN,
            people=surroundings.people,
        ),
        Same(ownership if isinstance(ownership, tuple) else tuple(ownership)),
        Same(surroundings.catalogue),
        Same(surroundings.climate),
        Same(surroundings.assumptions),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a home without a list says of what it probably owns."""

    cooking: CookingFuel | None
    zone: Zone
    people: int | None


@lru_cache(maxsize=256)
def _expected_survey(
    told: _Told,
    ownership: Same[tuple[OwnershipFacts, ...]],
    catalogue: Same[Mapping[str, ApplianceFacts]],
    climate: Same[ClimateFacts | None],
    assumptions: Same[UsageAssumptions],
) -> Survey:
    """Return what homes that say the same probably own: there are few such."""
    surroundings = Surroundings(
        catalogue=catalogue.value,
        assumptions=assumptions.value,
        climate=climate.value,
        people=told.people,
    )
    uses: list[SurveyedUse] = []
    for item in ownership.value:
        facts = surroundings.facts(item.appliance)
        share = _share(item, facts, told=told, surroundings=surroundings)
        if share <= 0:
            continue
        expected = survey_appliance(Appliance(id=item.appliance), surroundings=surroundings)
        uses.extend(
            _expected(use, item, share, surroundings.assumptions)
            for use in expected.uses
            if not use.standby and use.mean_kwh > 0
        )
    issue = Issue(code="usage-from-ownership", severity=Severity.NOTE)
    return Survey(uses=tuple(uses), issues=(issue,))


def _expected(
    use: SurveyedUse, item: OwnershipFacts, share: float, assumptions: UsageAssumptions
) -> SurveyedUse:
    """Return ``use`` as the expectation of an appliance that nobody described."""
    error = combined(use.sd_kwh / use.mean_kwh, assumptions.unlisted_sd.middle)
    mean = use.mean_kwh * item.count
    return replace(
        use,
        count=item.count,
        mean_kwh=mean,
        sd_kwh=mean * error,
        owned=min(share, 1.0),
        basis=OWNERSHIP,
    )


def _share(
    item: OwnershipFacts, facts: ApplianceFacts, *, told: _Told, surroundings: Surroundings
) -> float:
    """Return the probability that this home owns ``item``, from what is known of it."""
    if item.cooking is not None and told.cooking is not None:
        return 1.0 if item.cooking is told.cooking else 0.0
    climate, assumptions = surroundings.climate, surroundings.assumptions
    if climate is not None:
        too_cool = max(climate.monthly_temp_c) < assumptions.warm_month_c.middle
        too_warm = min(climate.monthly_temp_c) > assumptions.cold_month_c.middle
        if (facts.responds_to_heat and too_cool) or (facts.responds_to_cold and too_warm):
            return 0.0
    return item.shares.get(told.zone, item.shares[Zone.ALL])
