"""Clothes: wash cold, wash full, dry on the line, iron in one go."""

from ahorraluz.core.advice.catalogue.answers import (
    NOT_LISTED,
    check,
    keys_of,
    own_uses,
    probably_has,
)
from ahorraluz.core.advice.context import PlanContext
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
from ahorraluz.core.usage.facts import EndUseId

COLD_MACHINE, HEATING_MACHINE = "lavadora", "lavadora-calentador"
DRYER, IRON = "secadora-ropa", "plancha"


def _cold_wash(context: PlanContext) -> Answer:
    if own_uses(context, COLD_MACHINE) and not own_uses(context, HEATING_MACHINE):
        return NotHere(reason="reason.machine-does-not-heat")
    return _share_of(context, context.facts.advice.cold_wash_share, HEATING_MACHINE)


def _full_loads(context: PlanContext) -> Answer:
    return _share_of(context, context.facts.advice.full_load_share, COLD_MACHINE, HEATING_MACHINE)


def _line_drying(context: PlanContext) -> Answer:
    return _share_of(context, context.facts.advice.line_dry_share, DRYER)


def _iron_in_one_go(context: PlanContext) -> Answer:
    return check() if probably_has(context, IRON) else NOT_LISTED


def _share_of(context: PlanContext, share: Estimate, *ids: str) -> Answer:
    uses = own_uses(context, *ids)
    if not uses:
        return NOT_LISTED
    return Proposal(effect=Effect.on(*keys_of(uses), share=share), basis="basis.habit-assumed")


COLD_WASH = Measure(
    id="cold-wash",
    kind=Kind.HABIT,
    end_uses=(EndUseId.LAUNDRY,),
    effort=Effort.DAILY,
    evidence=("washing-cold-full",),
    judge=_cold_wash,
)
FULL_LOADS = Measure(
    id="full-loads",
    kind=Kind.HABIT,
    end_uses=(EndUseId.LAUNDRY,),
    effort=Effort.DAILY,
    evidence=("washing-cold-full",),
    judge=_full_loads,
)
LINE_DRYING = Measure(
    id="line-drying",
    kind=Kind.HABIT,
    end_uses=(EndUseId.LAUNDRY,),
    effort=Effort.DAILY,
    evidence=("line-drying",),
    judge=_line_drying,
)
IRON_IN_ONE_GO = Measure(
    id="iron-in-one-go",
    kind=Kind.CHECK,
    end_uses=(EndUseId.LAUNDRY,),
    effort=Effort.DAILY,
    evidence=("iron-batch",),
    judge=_iron_in_one_go,
)
MEASURES = (COLD_WASH, FULL_LOADS, LINE_DRYING, IRON_IN_ONE_GO)
