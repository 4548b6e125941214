"""Energy of each appliance of a home, before any recibo is looked at.

Physics where it matters (``water``), the label for what refrigerates, power times
duty times hours for the rest. What the household did not state comes from the
catalogue's defaults, with a wide range and a basis that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Appliance
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.core.usage.facts import (
    ApplianceFacts,
    ClimateFacts,
    EndUseId,
    Physics,
    UsageAssumptions,
)
from ahorraluz.core.usage.ranges import Spread, combined, estimate_of, relative_sd
from ahorraluz.core.usage.water import (
    DAYS_MONTH,
    WaterContext,
    WaterHeat,
    plate_sd,
    shower_heat,
    tank_heat,
    temperature_rise,
)

HOURS_DAY = 24
STATED = "basis.stated"
LABEL = "basis.label"
SURVEY_AND_METER = "basis.survey-and-meter"
CATALOGUE = "basis.catalogue-default"
OWNERSHIP = "basis.ownership"
REMAINDER = "basis.remainder"
METER_SHARE = "basis.meter-share"
BASES = (STATED, LABEL, SURVEY_AND_METER, CATALOGUE, OWNERSHIP, METER_SHARE, REMAINDER)
"""Keys of what an energy rests on, best first."""

_LIMITS = {
    "hours_day": HOURS_DAY,
    "minutes_shower": 24 * 60,
    "showers_day": 100,
    "power_w": 100_000,
    "label_kwh_year": 100_000,
    "count": 1000,
}
"""More than any home can mean; above it, a typing slip."""


class ApplianceError(AhorraLuzError):
    """An appliance that the catalogue does not know, or a use that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedUse:
    """Expected energy of one appliance of a home, before the metered total is known."""

    id: str
    """Row of ``data/appliances.csv``, or the id of an end use without appliances."""
    end_use: EndUseId
    count: float = 1
    standby: bool = False
    """The energy it takes while switched off, which is a use of its own."""
    mean_kwh: float
    """Expected energy if the home has it. [kWh/month]"""
    sd_kwh: float
    """[kWh/month]"""
    owned: float = 1.0
    """Probability that the home has it. [0 to 1]"""
    basis: str

    @property
    def estimate(self) -> Estimate:
        """The energy as the survey alone has it. [kWh/month]"""
        spreads = [Spread(weight=self.owned, mean=self.mean_kwh, sd=self.sd_kwh)]
        if self.owned < 1:
            spreads.append(Spread(weight=1 - self.owned, mean=0.0, sd=0.0))
        return estimate_of(spreads, basis=self.basis)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Every use of a home as listed or as expected, with what is wrong about it."""

    uses: tuple[SurveyedUse, ...]
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the energy of every appliance of a home depends on besides itself."""

    catalogue: Mapping[str, ApplianceFacts]
    assumptions: UsageAssumptions
    climate: ClimateFacts | None = None
    people: int | None = None

    @property
    def water(self) -> WaterContext:
        """What water heaters are computed from."""
        return WaterContext(
            people=self.people,
            rise=temperature_rise(self.climate, self.assumptions),
            assumptions=self.assumptions,
        )

    def facts(self, appliance: str) -> ApplianceFacts:
        """Return the catalogue row of an appliance.

        Raises
        ------
        ApplianceError
            ``appliance-unknown``: no such row.
        """
        try:
            return self.catalogue[appliance]
        except KeyError:
            raise ApplianceError("appliance-unknown", appliance=appliance) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Energy:
    """Energy of one entry of the list while in use."""

    kwh: float
    relative_sd: float
    basis: str
    issues: tuple[Issue, ...] = field(default=())


def survey_appliance(appliance: Appliance, *, surroundings: Surroundings) -> Survey:
    """Return the expected energy of one entry of a home's list, and of its stand-by.

    Parameters
    ----------
    appliance
        Entry of the list; figures that are ``None`` come from the catalogue.
    surroundings
        Catalogue, climate, people and assumptions of the home.

    Returns
    -------
    Survey
        One use, two where it draws power while switched off, none where neither
        the household nor the catalogue knows its power.

    Raises
    ------
    ApplianceError
        ``appliance-unknown`` or ``appliance-use-impossible``.
    """
    facts = surroundings.facts(appliance.id)
    check_appliance(appliance)
    energy = _energy_in_use(appliance, facts, surroundings)
    if energy is None:
        missing = Issue(code="appliance-power-missing", parameters={"appliance": appliance.id})
        return Survey(uses=(), issues=(missing,))
    in_use = SurveyedUse(
        id=appliance.id,
        end_use=facts.end_use,
        count=appliance.count,
        mean_kwh=energy.kwh,
        sd_kwh=energy.kwh * energy.relative_sd,
        basis=energy.basis,
    )
    standby = _standby(appliance, facts, surroundings.assumptions)
    return Survey(uses=(in_use, *standby), issues=energy.issues)


def appliance_energy(appliance: Appliance, *, surroundings: Surroundings) -> Estimate | None:
    """Return the energy of one entry of a list while in use, from the survey alone.

    ``None`` where nobody knows its power; raises like :func:`survey_appliance`. [kWh/month]
    """
    uses = survey_appliance(appliance, surroundings=surroundings).uses
    return next((use.estimate for use in uses if not use.standby), None)


def appliance_kwh(appliance: Appliance, *, surroundings: Surroundings) -> float:
    """Return the middle of :func:`appliance_energy`; zero where nobody knows its power.

    [kWh/month]
    """
    uses = survey_appliance(appliance, surroundings=surroundings).uses
    return next((use.owned * use.mean_kwh for use in uses if not use.standby), 0.0)


def check_appliance(appliance: Appliance) -> None:
    """Refuse a use that cannot be (``appliance-use-impossible``)."""
    for name, limit in _LIMITS.items():
        value = getattr(appliance, name)
        if value is not None and not 0 <= value <= limit:
            raise ApplianceError(
                "appliance-use-impossible",
                appliance=appliance.id,
                field=name,
                value=value,
                limit=limit,
            )


def _energy_in_use(
    appliance: Appliance, facts: ApplianceFacts, surroundings: Surroundings
) -> _Energy | None:
    if appliance.label_kwh_year is not None:
        return _Energy(
            kwh=appliance.label_kwh_year / 12 * appliance.count,
            relative_sd=surroundings.assumptions.label_sd.middle,
            basis=LABEL,
        )
    if facts.physics is Physics.COLD:
        return _cold(appliance, facts, surroundings.assumptions)
    power_w = appliance.power_w
    if power_w is None:
        if facts.power_w is None:
            return None
        power_w = facts.power_w.middle
    if facts.physics is Physics.PLAIN:
        return _plain(appliance, facts, power_w=power_w, assumptions=surroundings.assumptions)
    rule = shower_heat if facts.physics is Physics.SHOWER else tank_heat
    return _of_heat(rule(appliance, facts, power_w=power_w, context=surroundings.water))


def _of_heat(heat: WaterHeat) -> _Energy:
    return _Energy(
        kwh=heat.kwh_month,
        relative_sd=heat.relative_sd,
        basis=STATED if heat.stated else CATALOGUE,
        issues=heat.issues,
    )


def _cold(appliance: Appliance, facts: ApplianceFacts, assumptions: UsageAssumptions) -> _Energy:
    """Return the energy of what refrigerates, without its label: never from its plate.

    Its compressor rests most of the day; the plate says only what it takes when it runs.
    """
    asked = Issue(
        code="label-missing", severity=Severity.NOTE, parameters={"appliance": appliance.id}
    )
    if facts.default_kwh_month is None:
        each = assumptions.refrigerator_kwh_month.middle
        error = relative_sd(assumptions.refrigerator_kwh_month)
    else:
        each = facts.default_kwh_month
        power_sd = 0.0 if facts.power_w is None else relative_sd(facts.power_w)
        error = combined(power_sd, assumptions.duty_sd.middle)
    used_h = HOURS_DAY if appliance.hours_day is None else appliance.hours_day
    return _Energy(
        kwh=each * appliance.count * used_h / HOURS_DAY,
        relative_sd=error,
        basis=CATALOGUE,
        issues=(asked,),
    )


def _plain(
    appliance: Appliance,
    facts: ApplianceFacts,
    *,
    power_w: float,
    assumptions: UsageAssumptions,
) -> _Energy | None:
    hours = _hours(appliance, facts, assumptions)
    if hours is None:
        return None
    duty = 1.0 if facts.duty is None else facts.duty
    error = combined(
        plate_sd(appliance, facts, assumptions),
        assumptions.duty_sd.middle if duty < 1 else 0.0,
        _hours_sd(appliance, facts, assumptions),
    )
    stated = appliance.power_w is not None and appliance.hours_day is not None
    return _Energy(
        kwh=power_w * duty * hours * DAYS_MONTH / 1000 * appliance.count,
        relative_sd=error,
        basis=STATED if stated else CATALOGUE,
    )


def _hours(
    appliance: Appliance, facts: ApplianceFacts, assumptions: UsageAssumptions
) -> float | None:
    """Return the hours of use a day of each, as stated or as the catalogue has them."""
    if appliance.hours_day is not None:
        return appliance.hours_day
    if appliance.always_on:
        return HOURS_DAY
    if appliance.always_on is False and facts.default_h_day == HOURS_DAY:
        return assumptions.switched_off_h_day.middle
    return facts.default_h_day


def _hours_sd(appliance: Appliance, facts: ApplianceFacts, assumptions: UsageAssumptions) -> float:
    if appliance.hours_day is not None:
        return assumptions.stated_use_sd.middle
    if appliance.always_on or (facts.default_h_day == HOURS_DAY and appliance.always_on is None):
        return 0.0
    return assumptions.default_use_sd.middle


def _standby(
    appliance: Appliance, facts: ApplianceFacts, assumptions: UsageAssumptions
) -> tuple[SurveyedUse, ...]:
    """Return what the appliance takes while switched off, unless it is unplugged."""
    if facts.standby_w is None or appliance.always_on is False:
        return ()
    idle = HOURS_DAY - (_hours(appliance, facts, assumptions) or 0.0)
    mean = facts.standby_w * idle * DAYS_MONTH / 1000 * appliance.count
    if mean <= 0:
        return ()
    use = SurveyedUse(
        id=appliance.id,
        end_use=EndUseId.ALWAYS_ON,
        count=appliance.count,
        standby=True,
        mean_kwh=mean,
        sd_kwh=mean * assumptions.default_use_sd.middle,
        basis=CATALOGUE,
    )
    return (use,)


def worst_basis(bases: list[str]) -> str:
    """Return the weakest of several bases, which is what their sum rests on."""
    return max(bases, key=BASES.index)
