"""Hot water: shorter showers, a tank that rests, the sun, gas.

Never here: that a tank halves a shower. The same litres take the same energy, and a
tank adds what it loses while it waits.
"""

from dataclasses import replace
from decimal import Decimal

from ahorraluz.core.advice.catalogue.answers import (
    GAS_NETWORK,
    NOT_LISTED,
    PLACE,
    OwnUse,
    check,
    exactly,
    for_owner,
    keys_of,
    own_uses,
    price,
)
from ahorraluz.core.advice.catalogue.solar_heating import (
    HEATERS,
    NO_HOT_WATER,
    SHOWER,
    SOLAR_WATER_HEATER,
    TANKS,
)
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import (
    CALENDAR_MONTHS,
    Answer,
    Ask,
    Cut,
    Effect,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
    Question,
)
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Appliance
from ahorraluz.core.renewables.ranges import propagated
from ahorraluz.core.usage.appliances import appliance_kwh
from ahorraluz.core.usage.facts import EndUseId

MINUTES_HOUR = 60
LEFT_ON = Question(id="tank-left-on", field="appliances.always_on")
SUMMER_POWER = Question(id="shower-summer-power-w", field="assumptions.shower-summer-power-w")


def _entry(context: PlanContext, own: OwnUse) -> Appliance:
    entries = context.entries(own.key.id)
    return entries[0] if entries else Appliance(id=own.key.id)


def _kwh(context: PlanContext, entry: Appliance) -> float:
    """Return what an entry takes by physics, before any recibo. [kWh/month]"""
    return appliance_kwh(entry, surroundings=context.surroundings)


def _showers_day(context: PlanContext, entry: Appliance) -> float:
    usage, people = context.facts.usage, context.home.people
    if entry.showers_day is not None:
        return entry.showers_day
    return people * usage.showers_person_day.middle if people else usage.showers_day.middle


def _minutes(context: PlanContext, entry: Appliance, showers: float) -> float:
    """Return how long one shower takes today. [min]"""
    if entry.minutes_shower is not None:
        return entry.minutes_shower
    if entry.hours_day is not None and showers > 0:
        return entry.hours_day * MINUTES_HOUR / showers
    return context.facts.usage.minutes_shower.middle


def _shorter_showers(context: PlanContext) -> Answer:
    uses = own_uses(context, *HEATERS)
    if not uses:
        return NO_HOT_WATER
    cut, shortest = context.facts.advice.shower_cut_min, context.facts.usage.minutes_shower.low
    entry = _entry(context, uses[0])
    now = _minutes(context, entry, _showers_day(context, entry))
    spared = min(cut.middle, now - shortest)
    if spared <= 0:
        return NotHere(reason="reason.showers-short", parameters={"minutes": now})
    cuts = [
        Cut(use=own.key, shares=(share,) * CALENDAR_MONTHS)
        for own in uses
        if (share := _shower_share(context, own, spared)) > 0
    ]
    return Proposal(
        effect=Effect(
            cuts=tuple(cuts),
            low=min(cut.low / spared, 1.0),
            high=max(min(cut.high, now - shortest) / spared, 1.0),
        ),
        basis="basis.water-physics",
        parameters={"minutes_now": round(now, 1), "minutes_then": round(now - spared, 1)},
    )


def _shower_share(context: PlanContext, own: OwnUse, minutes: float) -> float:
    """Return the part of a heater's energy in the last ``minutes`` of each shower. [0 to 1]"""
    entry = _entry(context, own)
    showers = _showers_day(context, entry)
    now = _minutes(context, entry, showers)
    today = replace(entry, minutes_shower=now, showers_day=showers, hours_day=None)
    shorter = replace(today, minutes_shower=max(now - minutes, 0.0))
    whole = _kwh(context, today)
    return 1 - _kwh(context, shorter) / whole if whole > 0 else 0.0


def _heater_off_after_bath(context: PlanContext) -> Answer:
    uses = own_uses(context, *TANKS)
    if not uses:
        return NotHere(reason="reason.no-tank")
    own, entry = uses[0], _entry(context, uses[0])
    left_on = entry.always_on
    if left_on is None:
        left_on = context.facts.appliances[own.key.id].left_on or None
    if left_on is False:
        return NotHere(reason="reason.already-off")
    share = _standing_share(context, replace(entry, hours_day=None))
    proposal = Proposal(effect=Effect.on(own.key, share=share), basis="basis.water-physics")
    return proposal if left_on else Ask(questions=(LEFT_ON,), proposal=proposal)


def _standing_share(context: PlanContext, entry: Appliance) -> Estimate:
    """Return the part of a tank's energy lost in the hours it could be off. [0 to 1]"""
    usage, surroundings = context.facts.usage, context.surroundings

    def share(loss: float, timed: float) -> float:
        assumed = usage.edited(
            {
                "tank-standing-loss-kwh-day": Decimal(str(loss)),
                "tank-timed-loss-share": Decimal(str(timed)),
            }
        )
        around = replace(surroundings, assumptions=assumed)
        on, off = (
            appliance_kwh(replace(entry, always_on=always), surroundings=around)
            for always in (True, False)
        )
        return 1 - off / on if on > 0 else 0.0

    return propagated(
        lambda value: share(value["loss"], value["timed"]),
        {"loss": usage.tank_standing_loss_kwh_day, "timed": usage.tank_timed_loss_share},
        unit="share",
        basis="basis.water-physics",
    )


def _shower_summer_position(context: PlanContext) -> Answer:
    entries = context.entries(SHOWER)
    if not entries or not own_uses(context, SHOWER):
        return NOT_LISTED
    summer, climate = context.typed("shower-summer-power-w"), context.facts.climate
    if summer is None:
        return Ask(questions=(SUMMER_POWER,), proposal=check())
    if climate is None:
        return Ask(questions=(PLACE,))
    own = own_uses(context, SHOWER)[0]
    plate = context.facts.appliances[SHOWER].power_w
    winter = entries[0].power_w or (plate.middle if plate else 0.0)
    share = 1 - float(summer) / winter if winter else 0.0
    if share <= 0:
        return NotHere(reason="reason.no-saving")
    warm = [temperature >= climate.mean_temp_c for temperature in climate.monthly_temp_c]
    shares = tuple(share if is_warm else 0.0 for is_warm in warm)
    return Proposal(
        effect=Effect(cuts=(Cut(use=own.key, shares=shares),)), basis="basis.water-physics"
    )


def _gas_water_heater(context: PlanContext) -> Answer:
    uses = own_uses(context, *HEATERS)
    if not uses:
        return NO_HOT_WATER
    network = context.typed("gas-network")
    if network is not None and network == 0:
        return NotHere(reason="reason.no-gas-network")
    spared = context.facts.advice.gas_heater_saving_share
    proposal = Proposal(
        effect=Effect.on(*keys_of(uses), share=exactly(1.0, basis="basis.gas-ratio")),
        fuel_share=Estimate(
            low=1 - spared.high,
            middle=1 - spared.middle,
            high=1 - spared.low,
            unit="share",
            basis=spared.basis,
        ),
        # How much gas heats the water instead was not published, only what it costs.
        other_co2_kg=None,
        cost=price(context, "cost-gas-heater"),
        basis="basis.gas-ratio",
    )
    answer = for_owner(context, proposal)
    if network is None and not isinstance(answer, NotHere):
        asked = answer.questions if isinstance(answer, Ask) else ()
        return Ask(questions=(GAS_NETWORK, *asked), proposal=proposal)
    return answer


SHORTER_SHOWERS = Measure(
    id="shorter-showers",
    kind=Kind.HABIT,
    end_uses=(EndUseId.WATER_HEATING,),
    effort=Effort.DAILY,
    evidence=("ducha-habits",),
    judge=_shorter_showers,
    parameters=("minutes_now", "minutes_then"),
    needs_list=True,
)
HEATER_OFF_AFTER_BATH = Measure(
    id="heater-off-after-bath",
    kind=Kind.HABIT,
    end_uses=(EndUseId.WATER_HEATING,),
    effort=Effort.DAILY,
    evidence=("terma-timer",),
    judge=_heater_off_after_bath,
    needs_list=True,
)
SHOWER_SUMMER_POSITION = Measure(
    id="shower-summer-position",
    kind=Kind.HABIT,
    end_uses=(EndUseId.WATER_HEATING,),
    effort=Effort.NONE,
    evidence=("ducha-habits",),
    judge=_shower_summer_position,
    needs_list=True,
)
GAS_WATER_HEATER = Measure(
    id="gas-water-heater",
    kind=Kind.FUEL,
    end_uses=(EndUseId.WATER_HEATING,),
    effort=Effort.WORKS,
    evidence=("terma-gas",),
    judge=_gas_water_heater,
    needs_owner=True,
    needs_list=True,
)
MEASURES = (
    SHORTER_SHOWERS,
    HEATER_OFF_AFTER_BATH,
    SHOWER_SUMMER_POSITION,
    SOLAR_WATER_HEATER,
    GAS_WATER_HEATER,
)
