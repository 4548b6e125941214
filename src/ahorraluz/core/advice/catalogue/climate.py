"""Heat and cold: a sane set point, a fan, an electric blanket, a house that keeps its warmth."""

from ahorraluz.core.advice.catalogue.answers import (
    NOT_LISTED,
    PLACE,
    capped,
    check,
    for_owner,
    keys_of,
    own_uses,
    price,
)
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import (
    Answer,
    Ask,
    Cost,
    Effect,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
)
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.usage.facts import ApplianceFacts, EndUseId

AIR = ("aire-pequeno", "aire-12000", "aire-18000", "aire-24000")
FAN, HEATER, BLANKET = "ventilador", "calefactor", "frazada-electrica"
ASSUMED = "basis.habit-assumed"


def _ac_set_point(context: PlanContext) -> Answer:
    uses = own_uses(context, *AIR)
    if not uses:
        return NOT_LISTED
    most = context.facts.evidence["ac-misuse"].saving_high
    share = capped(context.facts.advice.ac_setpoint_share, float(most or 100) / 100)
    return Proposal(effect=Effect.on(*keys_of(uses), share=share), basis=ASSUMED)


def _fan_instead_of_ac(context: PlanContext) -> Answer:
    return _smaller(
        context,
        AIR,
        FAN,
        hours=context.facts.advice.ac_to_fan_share,
        figure="cost-fan",
    )


def _blanket_instead_of_heater(context: PlanContext) -> Answer:
    return _smaller(
        context,
        (HEATER,),
        BLANKET,
        hours=context.facts.advice.heater_to_blanket_share,
        figure="cost-electric-blanket",
    )


def _smaller(
    context: PlanContext, large: tuple[str, ...], small: str, *, hours: Estimate, figure: str
) -> Answer:
    """Return a small appliance taking some hours of a large one."""
    uses = own_uses(context, *large)
    if not uses:
        return NOT_LISTED
    catalogue = context.facts.appliances
    big, little = _mean_w(catalogue[uses[0].key.id]), _mean_w(catalogue[small])
    entries = context.entries(uses[0].key.id)
    if entries and entries[0].power_w is not None:
        big = entries[0].power_w * (catalogue[uses[0].key.id].duty or 1.0)
    if big <= little:
        return NotHere(reason="reason.no-saving")
    share = hours.scaled(1 - little / big, unit="share")
    cost = Cost() if context.entries(small) else price(context, figure)
    return Proposal(effect=Effect.on(*keys_of(uses), share=share), cost=cost, basis=ASSUMED)


def _mean_w(facts: ApplianceFacts) -> float:
    """Return what an appliance takes while in use. [W]"""
    return facts.power_w.middle * (facts.duty or 1.0) if facts.power_w else 0.0


def _warmer_house(context: PlanContext) -> Answer:
    climate = context.facts.climate
    if climate is None:
        return Ask(questions=(PLACE,))
    if min(climate.monthly_temp_c) > context.facts.usage.cold_month_c.middle:
        return NotHere(reason="reason.no-cold-months")
    return for_owner(context, check("basis.comfort"))


AC_SET_POINT = Measure(
    id="ac-set-point",
    kind=Kind.HABIT,
    end_uses=(EndUseId.CLIMATE,),
    effort=Effort.DAILY,
    evidence=("ac-setpoint", "ac-misuse"),
    judge=_ac_set_point,
)
FAN_INSTEAD_OF_AC = Measure(
    id="fan-instead-of-ac",
    kind=Kind.HABIT,
    end_uses=(EndUseId.CLIMATE,),
    effort=Effort.DAILY,
    evidence=("ac-misuse",),
    judge=_fan_instead_of_ac,
)
BLANKET_INSTEAD_OF_HEATER = Measure(
    id="blanket-instead-of-heater",
    kind=Kind.SWAP,
    end_uses=(EndUseId.CLIMATE,),
    effort=Effort.ERRAND,
    evidence=("blanket-instead-of-heater",),
    judge=_blanket_instead_of_heater,
)
WARMER_HOUSE = Measure(
    id="warmer-house",
    kind=Kind.CHECK,
    effort=Effort.WORKS,
    evidence=("andean-retrofit", "sumaq-wasi"),
    judge=_warmer_house,
    needs_owner=True,
)
MEASURES = (AC_SET_POINT, FAN_INSTEAD_OF_AC, BLANKET_INSTEAD_OF_HEATER, WARMER_HOUSE)
