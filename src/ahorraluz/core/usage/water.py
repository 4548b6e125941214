"""Energy to heat water: litres times rise, whatever heats them.

Heating the same litres takes the same energy in a shower and in a tank; the tank
adds what it loses while it waits. A plate of fewer watts only takes longer.
"""

from dataclasses import dataclass

from ahorraluz.core.home import Appliance
from ahorraluz.core.issues import Issue
from ahorraluz.core.usage.facts import ApplianceFacts, ClimateFacts, UsageAssumptions
from ahorraluz.core.usage.ranges import Spread, combined, relative_sd

WATT_HOURS_PER_LITRE_KELVIN = 1.163
"""Heat capacity of a litre of water: 4.186 kJ/(L·K). [Wh/(L·K)]"""
DAYS_MONTH = 30
"""Days of the month in which usage is expressed. [day]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How long warm water runs in a home each day, and how well that is known."""

    minutes_day: float
    """[min/day]"""
    relative_sd: float
    stated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterHeat:
    """Energy of a water heater, with its relative error."""

    kwh_month: float
    relative_sd: float
    stated: bool
    issues: tuple[Issue, ...] = ()


def heat_kwh(litres: float, *, rise_k: float) -> float:
    """Return the heat that warms ``litres`` of water by ``rise_k``. [kWh]

    Examples
    --------
    >>> round(heat_kwh(100, rise_k=20), 3)
    2.326
    """
    return litres * max(rise_k, 0.0) * WATT_HOURS_PER_LITRE_KELVIN / 1000


def temperature_rise(climate: ClimateFacts | None, assumptions: UsageAssumptions) -> Spread:
    """Return how much shower water is warmed, from the place's mean air temperature. [K]

    Mains water follows the ground, and the ground the yearly mean of the air.

    References
    ----------
    J. Burch, C. Christensen, "Towards development of an algorithm for mains water
    temperature", Proceedings of the ASES Annual Conference, 2007.
    """
    warm = assumptions.shower_water_c
    if climate is None:
        known, cold = assumptions.cold_water_c, assumptions.cold_water_c.middle
    else:
        known = assumptions.mains_above_air_c
        cold = climate.mean_temp_c + known.middle
    error = combined(relative_sd(warm) * warm.middle, relative_sd(known) * known.middle)
    return Spread(mean=max(warm.middle - cold, 0.0), sd=error)


def daily_draw(appliance: Appliance, *, people: int | None, assumptions: UsageAssumptions) -> Draw:
    """Return the minutes of warm shower a day, as stated or as assumed.

    Stated hours win over assumed minutes and showers; minutes and showers of the
    household win over hours.
    """
    minutes, showers = appliance.minutes_shower, appliance.showers_day
    if appliance.hours_day is not None and (minutes is None or showers is None):
        return Draw(
            minutes_day=appliance.hours_day * 60 * appliance.count,
            relative_sd=assumptions.stated_use_sd.middle,
            stated=True,
        )
    error = assumptions.stated_use_sd.middle
    length, length_error = minutes, error
    if length is None:
        length = assumptions.minutes_shower.middle
        length_error = relative_sd(assumptions.minutes_shower)
    number, number_error = showers, error
    if number is None and people is not None:
        number = people * assumptions.showers_person_day.middle
        number_error = relative_sd(assumptions.showers_person_day)
    elif number is None:
        number = assumptions.showers_day.middle
        number_error = relative_sd(assumptions.showers_day)
    return Draw(
        minutes_day=length * number,
        relative_sd=combined(length_error, number_error),
        stated=minutes is not None and showers is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterContext:
    """What every water heater of a home is computed from."""

    people: int | None
    rise: Spread
    """Temperature rise of the water. [K]"""
    assumptions: UsageAssumptions


def shower_heat(
    appliance: Appliance, facts: ApplianceFacts, *, power_w: float, context: WaterContext
) -> WaterHeat:
    """Return the energy of a heater that warms water as it flows.

    Power times minutes, checked against physics: a plate that could not warm even
    a trickle by the rise of the place is a slip of the plate, not a thrifty
    shower, so the heat of that trickle is the floor (issue ``shower-power-low``).
    """
    assumptions = context.assumptions
    draw = daily_draw(appliance, people=context.people, assumptions=assumptions)
    by_plate = power_w * draw.minutes_day / 60 * DAYS_MONTH / 1000
    trickle = assumptions.shower_flow_min_l_min.low * draw.minutes_day * DAYS_MONTH
    floor = heat_kwh(trickle, rise_k=context.rise.mean)
    issues: tuple[Issue, ...] = ()
    if by_plate < floor:
        issues = (
            Issue(
                code="shower-power-low",
                parameters={"appliance": facts.id, "power_w": power_w, "rise_k": context.rise.mean},
            ),
        )
    return WaterHeat(
        kwh_month=max(by_plate, floor),
        relative_sd=combined(draw.relative_sd, plate_sd(appliance, facts, assumptions)),
        stated=draw.stated and appliance.power_w is not None,
        issues=issues,
    )


def tank_heat(
    appliance: Appliance, facts: ApplianceFacts, *, power_w: float, context: WaterContext
) -> WaterHeat:
    """Return the energy of a storage heater: heat of its litres, and its standing loss.

    Stated hours of the element are a ceiling: it cannot take more than its plate.
    """
    assumptions = context.assumptions
    showers = _without_hours(appliance)
    draw = daily_draw(showers, people=context.people, assumptions=assumptions)
    litres = assumptions.shower_flow_l_min.middle * draw.minutes_day
    heat = heat_kwh(litres * DAYS_MONTH, rise_k=context.rise.mean)
    loss, loss_sd = _standing_loss(appliance, facts, assumptions)
    energy = heat + loss
    rise_sd = context.rise.sd / context.rise.mean if context.rise.mean else 0.0
    flow_sd = relative_sd(assumptions.shower_flow_l_min)
    heat_sd = heat * combined(draw.relative_sd, flow_sd, rise_sd)
    error = combined(heat_sd, loss_sd) / energy if energy else 0.0
    if appliance.hours_day is not None:
        ceiling = power_w * appliance.hours_day * DAYS_MONTH / 1000 * appliance.count
        if ceiling <= energy:
            power_sd = plate_sd(appliance, facts, assumptions)
            energy, error = ceiling, combined(assumptions.stated_use_sd.middle, power_sd)
    return WaterHeat(
        kwh_month=energy,
        relative_sd=error,
        stated=draw.stated and appliance.always_on is not None,
    )


def _without_hours(appliance: Appliance) -> Appliance:
    return Appliance(
        id=appliance.id,
        minutes_shower=appliance.minutes_shower,
        showers_day=appliance.showers_day,
    )


def _standing_loss(
    appliance: Appliance, facts: ApplianceFacts, assumptions: UsageAssumptions
) -> tuple[float, float]:
    """Return the standing loss and its standard deviation. [kWh/month]"""
    full = assumptions.tank_standing_loss_kwh_day
    always = assumptions.tank_standing_loss_kwh_day.middle * DAYS_MONTH * appliance.count
    timed = assumptions.tank_timed_loss_share
    left_on = facts.left_on if appliance.always_on is None else appliance.always_on
    if left_on is None:
        # Nobody said: half-way, and wide enough for both.
        middle = always * (1 + timed.middle) / 2
        return middle, middle * combined(relative_sd(full), (1 - timed.middle) / 2)
    if left_on:
        return always, always * relative_sd(full)
    return always * timed.middle, always * timed.middle * combined(
        relative_sd(full), relative_sd(timed)
    )


def plate_sd(appliance: Appliance, facts: ApplianceFacts, assumptions: UsageAssumptions) -> float:
    """Return the relative error of an appliance's power, stated or of the catalogue."""
    if appliance.power_w is not None:
        return assumptions.stated_power_sd.middle
    return 0.0 if facts.power_w is None else relative_sd(facts.power_w)
