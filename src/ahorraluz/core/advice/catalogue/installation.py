"""Wires and pumps: looking for energy that runs away."""

from ahorraluz.core.advice.catalogue.answers import NOT_LISTED, check, probably_has
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import Answer, Effort, Kind, Measure
from ahorraluz.core.usage.facts import EndUseId

PUMPS = ("electrobomba-05hp", "electrobomba-1hp")


def _leak_check(_context: PlanContext) -> Answer:
    """Return the test with the main switch: for every home, costs nothing."""
    return check()


def _pump_check(context: PlanContext) -> Answer:
    return check() if probably_has(context, *PUMPS) else NOT_LISTED


LEAK_CHECK = Measure(
    id="leak-check",
    kind=Kind.CHECK,
    effort=Effort.NONE,
    evidence=("installation-check",),
    judge=_leak_check,
)
PUMP_CHECK = Measure(
    id="pump-check",
    kind=Kind.CHECK,
    end_uses=(EndUseId.WATER_PUMPING,),
    effort=Effort.NONE,
    evidence=("pump-check",),
    judge=_pump_check,
)
MEASURES = (LEAK_CHECK, PUMP_CHECK)
