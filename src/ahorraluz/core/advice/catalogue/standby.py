"""What runs when nobody looks: stand-by, decoders, stabilisers."""

from ahorraluz.core.advice.catalogue.answers import NOT_LISTED, keys_of, own_uses
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import UseKey
from ahorraluz.core.advice.measures import (
    Answer,
    Effect,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
)
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.usage.appliances import HOURS_DAY
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.water import DAYS_MONTH

DECODER, STABILISER = "decodificador", "estabilizador"
OTHER = UseKey(EndUseId.OTHER.value)
ASSUMED = "basis.habit-assumed"


def _standby_off(context: PlanContext) -> Answer:
    idle = _idle_kwh(context) if context.listed else _expected_idle_kwh(context)
    whole = sum(idle.values())
    if whole <= 0:
        return NotHere(reason="reason.no-standby")
    share = context.facts.advice.standby_off_share
    most = context.facts.evidence["standby-cut"].saving_high
    home = float(context.mean_kwh) * float(most or 100) / 100
    fits = min(1.0, home / (whole * share.middle)) if share.middle else 1.0
    if context.listed:
        part = share.scaled(fits, unit="share")
        return Proposal(effect=Effect.on(*idle, share=part), basis=ASSUMED)
    return _off_among_the_rest(context, whole * fits, share)


def _idle_kwh(context: PlanContext) -> dict[UseKey, float]:
    """Return what every listed appliance takes on stand-by. [kWh/month]"""
    return {
        UseKey(item.id, standby=True): item.estimate.middle
        for use in context.account.uses
        for item in use.appliances
        if item.standby and item.estimate.middle > 0
    }


def _expected_idle_kwh(context: PlanContext) -> dict[UseKey, float]:
    """Return what a home without a list is expected to take on stand-by. [kWh/month]"""
    found = {}
    for use in context.account.uses:
        for item in use.appliances:
            facts = context.facts.appliances[item.id]
            hours = HOURS_DAY - (facts.default_h_day or 0.0)
            if facts.standby_w and hours > 0:
                watts = facts.standby_w * item.owned * item.count
                found[UseKey(item.id, standby=True)] = watts * hours * DAYS_MONTH / 1000
    return found


def _off_among_the_rest(context: PlanContext, kwh: float, share: Estimate) -> Answer:
    """Return the stand-by of a home without a list: a part of what no list explains."""
    rest = context.account.use(EndUseId.OTHER)
    if rest is None or rest.estimate.middle <= 0:
        return NotHere(reason="reason.no-standby")
    part = share.scaled(min(1.0, kwh / rest.estimate.middle), unit="share")
    return Proposal(effect=Effect.on(OTHER, share=part), basis=ASSUMED)


def _decoder_off(context: PlanContext) -> Answer:
    return _off_for(context, DECODER, context.facts.advice.decoder_off_h_day)


def _stabiliser_off(context: PlanContext) -> Answer:
    return _off_for(context, STABILISER, context.facts.advice.stabiliser_off_h_day)


def _off_for(context: PlanContext, appliance: str, hours: Estimate) -> Answer:
    """Return switching off, for some hours a day, what is on all day."""
    uses = own_uses(context, appliance)
    if not uses:
        return NOT_LISTED
    entries = context.entries(appliance)
    entry = entries[0] if entries else None
    if entry is not None and entry.always_on is False:
        return NotHere(reason="reason.already-off")
    on = context.facts.appliances[appliance].default_h_day or HOURS_DAY
    if entry is not None and entry.hours_day is not None:
        on = entry.hours_day
    if on <= HOURS_DAY - hours.middle:
        return NotHere(reason="reason.already-off")
    return Proposal(
        effect=Effect.on(*keys_of(uses), share=hours.scaled(1 / on, unit="share")),
        basis=ASSUMED,
        parameters={"hours": round(hours.middle)},
    )


STANDBY_OFF = Measure(
    id="standby-off",
    kind=Kind.HABIT,
    end_uses=(EndUseId.ALWAYS_ON,),
    effort=Effort.DAILY,
    evidence=("standby-cut",),
    judge=_standby_off,
)
DECODER_OFF = Measure(
    id="decoder-off-at-night",
    kind=Kind.HABIT,
    end_uses=(EndUseId.ENTERTAINMENT,),
    effort=Effort.DAILY,
    evidence=("standby-cut",),
    judge=_decoder_off,
    parameters=("hours",),
)
STABILISER_OFF = Measure(
    id="stabiliser-off",
    kind=Kind.HABIT,
    end_uses=(EndUseId.ALWAYS_ON,),
    effort=Effort.DAILY,
    evidence=("standby-cut",),
    judge=_stabiliser_off,
    parameters=("hours",),
)
MEASURES = (STANDBY_OFF, DECODER_OFF, STABILISER_OFF)
