"""Where the energy of a home goes: every use with its range, adding up to the recibo."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Home
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.usage.appliances import Survey, SurveyedUse, worst_basis
from ahorraluz.core.usage.facts import (
    ApplianceFacts,
    ClimateFacts,
    EndUseId,
    OwnershipFacts,
    UsageAssumptions,
)
from ahorraluz.core.usage.reconcile import Floats, Reconciled, reconcile
from ahorraluz.core.usage.seasons import (
    MeteredYear,
    metered_year,
    spread_over_year,
    swing_weights,
)
from ahorraluz.core.usage.survey import survey_home, unlisted_uses

SURVEY_AND_BILL = "basis.survey-and-bill"
OWNERSHIP_AND_BILL = "basis.ownership-and-bill"
_ABOVE_BILL = 1.3
_EXPLAINS_LITTLE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplianceUse:
    """Energy of one kind of appliance of a home, reconciled with its recibos."""

    id: str
    """Row of ``data/appliances.csv``."""
    end_use: EndUseId
    count: float
    standby: bool
    """Whether this is what it takes while switched off."""
    owned: float
    """Probability that the home has it: one where it was listed. [0 to 1]"""
    estimate: Estimate
    """[kWh/month]"""
    monthly_kwh: tuple[float, ...]
    """January to December. [kWh/month]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndUse:
    """Energy of one end use of a home."""

    id: EndUseId
    estimate: Estimate
    """[kWh/month]"""
    share: float
    """Part of the metered total. [0 to 1]"""
    appliances: tuple[ApplianceUse, ...]
    """What it is made of; empty for what no list explains."""
    monthly_kwh: tuple[float, ...]
    """January to December. [kWh/month]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageAccount:
    """Where the energy of a meter goes; the middles of its uses add up to the total."""

    uses: tuple[EndUse, ...]
    """Largest first."""
    total_kwh_month: float
    """Mean month of the latest recibos, at most twelve. [kWh/month]"""
    monthly_kwh: tuple[float, ...]
    """Metered energy, January to December. [kWh/month]"""
    basis: str
    """``basis.survey-and-bill`` or ``basis.ownership-and-bill``."""
    issues: tuple[Issue, ...] = ()

    def use(self, end_use: EndUseId) -> EndUse | None:
        """Return one end use; ``None`` where the home has none of it."""
        return next((use for use in self.uses if use.id is end_use), None)

    def appliance(self, appliance: str, *, standby: bool = False) -> ApplianceUse | None:
        """Return one kind of appliance, in use or on stand-by; ``None`` where there is none."""
        for use in self.uses:
            for item in use.appliances:
                if item.id == appliance and item.standby is standby:
                    return item
        return None


def account_for_usage(
    home: Home,
    *,
    appliances: Mapping[str, ApplianceFacts],
    ownership: Iterable[OwnershipFacts],
    climate: ClimateFacts | None,
    assumptions: UsageAssumptions,
) -> UsageAccount:
    """Return where the energy of a home goes, by end use and appliance.

    Parameters
    ----------
    home
        Household with at least one recibo. Its appliance list may be empty: then
        published ownership stands in, and the ranges are wide. What it typed over
        the assumptions is used.
    appliances
        Catalogue by id.
    ownership
        Shares of homes that own each kind.
    climate
        Temperatures of the place; ``None``: not known.
    assumptions
        Editable assumptions.

    Returns
    -------
    UsageAccount
        Middles add up to the mean month of the recibos; ranges are never negative.
        Issues among ``survey-above-bill``, ``survey-explains-little``,
        ``usage-from-ownership``, ``meter-shared``, ``label-missing``,
        ``shower-power-low``, ``appliance-power-missing``, ``period-not-a-month``.

    Raises
    ------
    ApplianceError
        ``appliance-unknown`` or ``appliance-use-impossible``.
    MeterShareError
        ``meter-share-impossible``.
    NoHistoryError
        ``history-empty``.
    """
    assumed = assumptions.edited(home.assumptions)
    year = metered_year(home.history)
    survey = survey_home(
        home, catalogue=appliances, ownership=ownership, climate=climate, assumptions=assumed
    )
    unlisted = unlisted_uses(home, total_kwh=year.mean_kwh, assumptions=assumed)
    uses = (*survey.uses, *unlisted)
    result = reconcile(
        uses, total_kwh=year.mean_kwh, total_sd=year.mean_kwh * assumed.meter_sd.middle
    )
    profile = _profile(uses, result, year=year, catalogue=appliances, climate=climate)
    return UsageAccount(
        uses=_end_uses(uses, result, profile),
        total_kwh_month=year.mean_kwh,
        monthly_kwh=year.monthly_kwh,
        basis=SURVEY_AND_BILL if home.appliances else OWNERSHIP_AND_BILL,
        issues=(*year.issues, *survey.issues, *_issues(home, survey, unlisted, year=year)),
    )


def _end_uses(
    uses: Sequence[SurveyedUse], result: Reconciled, profile: Floats
) -> tuple[EndUse, ...]:
    columns: dict[EndUseId, list[int]] = {}
    for place, use in enumerate(uses):
        columns.setdefault(use.end_use, []).append(place)
    total = result.total_kwh
    each = result.each([use.basis for use in uses])
    owned, months = result.probabilities.tolist(), profile.T.tolist()
    grouped = []
    for end_use, places in columns.items():
        alone, *more = places
        basis = worst_basis([uses[place].basis for place in places])
        estimate = result.estimate(places, basis=basis) if more else each[alone]
        grouped.append(
            EndUse(
                id=end_use,
                estimate=estimate,
                share=estimate.middle / total if total else 0.0,
                appliances=tuple(
                    ApplianceUse(
                        id=uses[place].id,
                        end_use=end_use,
                        count=uses[place].count,
                        standby=uses[place].standby,
                        owned=owned[place],
                        estimate=each[place],
                        monthly_kwh=tuple(months[place]),
                    )
                    for place in places
                    if uses[place].id not in (EndUseId.OTHER, EndUseId.OTHER_HOMES)
                ),
                monthly_kwh=tuple(profile[:, places].sum(axis=1).tolist()),
            )
        )
    return tuple(sorted(grouped, key=lambda use: -use.estimate.middle))


def _profile(
    uses: Sequence[SurveyedUse],
    result: Reconciled,
    *,
    year: MeteredYear,
    catalogue: Mapping[str, ApplianceFacts],
    climate: ClimateFacts | None,
) -> Floats:
    """Return the energy of each use in each month, shape (12, n). [kWh/month]"""
    middles = result.middles.tolist()
    weights = swing_weights(
        middles,
        grows_with_heat=[_grows_with_heat(use, catalogue) for use in uses],
        monthly_kwh=year.monthly_kwh,
        climate=climate,
    )
    return spread_over_year(middles, monthly_kwh=year.monthly_kwh, weights=weights)


def _grows_with_heat(use: SurveyedUse, catalogue: Mapping[str, ApplianceFacts]) -> bool | None:
    if use.end_use is EndUseId.WATER_HEATING:
        return False
    facts = catalogue.get(use.id)
    if facts is None or not (facts.responds_to_heat or facts.responds_to_cold):
        return None
    return facts.responds_to_heat


def _issues(
    home: Home,
    survey: Survey,
    unlisted: Sequence[SurveyedUse],
    *,
    year: MeteredYear,
) -> list[Issue]:
    """Return what the reader must know about how survey and recibos agree."""
    issues = []
    if home.homes_on_meter > 1:
        issues.append(
            Issue(
                code="meter-shared",
                severity=Severity.NOTE,
                parameters={"homes": home.homes_on_meter},
            )
        )
    other_homes = sum(use.mean_kwh for use in unlisted if use.end_use is EndUseId.OTHER_HOMES)
    own = year.mean_kwh - other_homes
    surveyed = math.fsum(use.mean_kwh for use in survey.uses)
    error = math.sqrt(math.fsum(use.sd_kwh**2 for use in survey.uses))
    parameters = {"surveyed_kwh": round(surveyed, 1), "metered_kwh": round(own, 1)}
    if home.appliances and (surveyed > _ABOVE_BILL * own or surveyed - 2 * error > own):
        issues.append(Issue(code="survey-above-bill", parameters=parameters))
    elif home.appliances and surveyed < _EXPLAINS_LITTLE * own:
        issues.append(Issue(code="survey-explains-little", parameters=parameters))
    return issues
