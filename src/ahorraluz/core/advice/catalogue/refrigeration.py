"""Cold: care of the refrigerator, its replacement by label, and reading labels."""

from ahorraluz.core.advice.catalogue.answers import (
    NOT_LISTED,
    OwnUse,
    check,
    own_uses,
    price,
    probably_has,
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
from ahorraluz.core.usage.facts import EndUseId

REFRIGERATORS = (
    "refrigeradora-convencional",
    "refrigeradora-mediana",
    "refrigeradora-inverter",
)
COLD = (*REFRIGERATORS, "congeladora", "exhibidora-bodega")
LABELLED = (*COLD, "lavadora", "secadora-ropa", "aire-pequeno", "aire-12000")
NEW_LABEL = Question(id="new-refrigerator-kwh-year", field="assumptions.new-refrigerator-kwh-year")


def _refrigerator_care(context: PlanContext) -> Answer:
    return check() if probably_has(context, *COLD) else NOT_LISTED


def _label_before_buying(context: PlanContext) -> Answer:
    return check() if probably_has(context, *LABELLED) else NOT_LISTED


def _refrigerator_replacement(context: PlanContext) -> Answer:
    uses = own_uses(context, *REFRIGERATORS) if context.listed else ()
    if not uses:
        return NOT_LISTED
    label = context.typed("new-refrigerator-kwh-year")
    if label is None:
        return Ask(questions=(NEW_LABEL,))
    oldest = max(uses, key=lambda own: own.use.estimate.middle / own.use.count)
    return _by_label(context, oldest, new_kwh=float(label) / CALENDAR_MONTHS)


def _by_label(context: PlanContext, own: OwnUse, *, new_kwh: float) -> Answer:
    """Return the replacement of one refrigerator by one whose label is known.

    A label step of "up to 15 %" is never used: only kWh against kWh.
    """
    estimate, count = own.use.estimate, own.use.count

    def share(kwh: float) -> float:
        return max(0.0, 1 - new_kwh * count / kwh) / count if kwh > 0 else 0.0

    middle = share(estimate.middle)
    if middle <= 0:
        return NotHere(reason="reason.no-saving")
    return Proposal(
        effect=Effect(
            cuts=(Cut(use=own.key, shares=(middle,) * CALENDAR_MONTHS),),
            low=share(estimate.low) / middle,
            high=max(share(estimate.high) / middle, 1.0),
        ),
        cost=price(context, "cost-refrigerator"),
        basis="basis.labels",
        parameters={
            "kwh_now": round(estimate.middle / count * CALENDAR_MONTHS),
            "kwh_new": round(new_kwh * CALENDAR_MONTHS),
        },
    )


REFRIGERATOR_CARE = Measure(
    id="refrigerator-care",
    kind=Kind.CHECK,
    end_uses=(EndUseId.REFRIGERATION,),
    effort=Effort.NONE,
    evidence=("fridge-gaskets-door",),
    judge=_refrigerator_care,
)
REFRIGERATOR_REPLACEMENT = Measure(
    id="refrigerator-replacement",
    kind=Kind.PURCHASE,
    end_uses=(EndUseId.REFRIGERATION,),
    effort=Effort.ERRAND,
    evidence=("fridge-label-step", "fridge-size"),
    judge=_refrigerator_replacement,
    parameters=("kwh_now", "kwh_new"),
)
LABEL_BEFORE_BUYING = Measure(
    id="label-before-buying",
    kind=Kind.CHECK,
    effort=Effort.NONE,
    evidence=("label-reading", "fridge-size"),
    judge=_label_before_buying,
)
MEASURES = (REFRIGERATOR_CARE, REFRIGERATOR_REPLACEMENT, LABEL_BEFORE_BUYING)
