"""Light: LED for each kind of lamp the home has, and no more than that kind gives."""

from ahorraluz.core.advice.catalogue.answers import capped, keys_of, own_uses, price
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
from ahorraluz.core.renewables.ranges import propagated
from ahorraluz.core.usage.facts import EndUseId

INCANDESCENT, COMPACT, TUBE = "foco-incandescente-100", "foco-ahorrador-20", "fluorescente-36"
LED, LED_TUBE = "foco-led-10", "tubo-led-18"
BASIS = "basis.lamp-watts"


def _led_for_incandescent(context: PlanContext) -> Answer:
    most = context.facts.evidence["led-swap"].saving_high
    return _led(context, INCANDESCENT, LED, most=float(most or 100) / 100)


def _led_for_compact(context: PlanContext) -> Answer:
    return _led(context, COMPACT, LED)


def _led_tubes(context: PlanContext) -> Answer:
    return _led(context, TUBE, LED_TUBE, figure="cost-led-tube")


def _led(
    context: PlanContext, old: str, new: str, *, most: float = 1.0, figure: str = "cost-led-lamp"
) -> Answer:
    """Return the swap of every lamp of one kind for LED of the same light.

    The share comes from the watts of both rows; a lamp of other watts than its row
    is replaced by LED in the same proportion.
    """
    uses = own_uses(context, old)
    watts = context.facts.appliances[old].power_w, context.facts.appliances[new].power_w
    if not uses or watts[0] is None or watts[1] is None:
        return NotHere(reason="reason.no-such-lamps")
    share = capped(_spared(watts[0], watts[1]), most)
    count = uses[0].use.count
    return Proposal(
        effect=Effect.on(*keys_of(uses), share=share),
        cost=price(context, figure, times=count),
        basis=BASIS,
        parameters={"count": round(count)},
    )


def _spared(old: Estimate, new: Estimate) -> Estimate:
    return propagated(
        lambda value: max(0.0, 1 - value["new"] / value["old"]),
        {"old": old, "new": new},
        unit="share",
        basis=BASIS,
    )


LED_FOR_INCANDESCENT = Measure(
    id="led-for-incandescent",
    kind=Kind.SWAP,
    end_uses=(EndUseId.LIGHTING,),
    effort=Effort.ERRAND,
    evidence=("led-swap",),
    judge=_led_for_incandescent,
    parameters=("count",),
)
LED_FOR_COMPACT = Measure(
    id="led-for-compact",
    kind=Kind.SWAP,
    end_uses=(EndUseId.LIGHTING,),
    effort=Effort.ERRAND,
    evidence=("led-swap",),
    judge=_led_for_compact,
    parameters=("count",),
)
LED_TUBES = Measure(
    id="led-tubes",
    kind=Kind.SWAP,
    end_uses=(EndUseId.LIGHTING,),
    effort=Effort.ERRAND,
    evidence=("led-swap",),
    judge=_led_tubes,
    parameters=("count",),
)
MEASURES = (LED_FOR_INCANDESCENT, LED_FOR_COMPACT, LED_TUBES)
