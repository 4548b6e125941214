"""Panels on the roof, for what the home uses by day: what leaves it is worth nothing today."""

from datetime import date
from decimal import Decimal

from ahorraluz.core.advice.catalogue.answers import PLACE, ROOF, TENURE, price
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import (
    CALENDAR_MONTHS,
    Answer,
    Ask,
    Effect,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
)
from ahorraluz.core.history import Source
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.facts import SolarFacts
from ahorraluz.core.renewables.solar import SelfUse, daytime_kwp, roof_obstacle, use_of_array
from ahorraluz.core.usage.facts import EndUseId

PANELS = "rooftop-pv"
BASIS = "basis.daytime-assumed"


def _rooftop_panels(context: PlanContext) -> Answer:
    obstacle = roof_obstacle(context.home)
    if obstacle is not None and obstacle.code == "roof-not-own":
        return NotHere(reason="reason.roof-not-own")
    monthly, least = _own_months(context), _least_kwh(context)
    if sum(monthly) < float(least) * CALENDAR_MONTHS:
        return NotHere(reason="reason.too-little-for-panels", parameters={"limit": least})
    sun = context.facts.sun
    questions = (*(() if sun else (PLACE,)), *((TENURE, ROOF) if obstacle else ()))
    if sun is None:
        return Ask(questions=questions)
    if sum(monthly) <= 0:
        return NotHere(reason="reason.no-saving")
    proposal = _panels(context, monthly, sun)
    return Ask(questions=questions, proposal=proposal) if questions else proposal


def _least_kwh(context: PlanContext) -> Decimal:
    """Return the month below which panels were found not to pay; zero: not published. [kWh]"""
    for row in context.facts.equipment:
        if row.technology == PANELS and row.item == "parity-arequipa" and row.size is not None:
            return row.size
    return Decimal(0)


def _own_months(context: PlanContext) -> list[float]:
    """Return what the home itself uses, January to December. [kWh/month]"""
    others = context.account.use(EndUseId.OTHER_HOMES)
    rest = others.monthly_kwh if others else (0.0,) * len(context.account.monthly_kwh)
    return [
        max(whole - part, 0.0)
        for whole, part in zip(context.account.monthly_kwh, rest, strict=True)
    ]


def _panels(context: PlanContext, monthly: list[float], sun: SolarFacts) -> Proposal:
    facts = context.facts
    kwp = max(round(daytime_kwp(monthly, sun, assumptions=facts.solar), 2), 0.01)
    array = use_of_array(monthly, sun, kwp=kwp, assumptions=facts.solar, rule=facts.generation)
    shares = tuple(
        min(used.middle / kwh, 1.0) if kwh > 0 else 0.0
        for used, kwh in zip(array.used, monthly, strict=True)
    )
    year = array.used_year
    life, sources = _life(context)
    return Proposal(
        effect=Effect(
            home_shares=shares,
            low=year.low / year.middle if year.middle else 1.0,
            high=year.high / year.middle if year.middle else 1.0,
        ),
        other=_exported(array),
        cost=price(context, "cost-pv-kwp", times=kwp),
        life_years=life,
        fading_year=Decimal(str(facts.solar.degradation_year.middle)),
        basis=BASIS,
        sources=sources,
        parameters={
            "kwp": Decimal(str(kwp)),
            "checked_on": date.fromisoformat(facts.generation.checked_on),
        },
        issues=array.issues,
    )


def _exported(array: SelfUse) -> MoneyRange | None:
    """Return what is paid for energy given away; ``None`` while no rule pays for it."""
    if not array.export_value_pen_year:
        return None
    month = array.export_value_pen_year / CALENDAR_MONTHS
    return MoneyRange(low=Decimal(0), middle=month, high=month, unit="PEN/month", basis=BASIS)


def _life(context: PlanContext) -> tuple[int | None, tuple[Source, ...]]:
    """Return the published life of a module with its source. [year]"""
    for row in context.facts.equipment:
        if row.technology == PANELS and row.item == "module-life" and row.low is not None:
            return int(row.low), (row.source,)
    return None, ()


ROOFTOP_PANELS = Measure(
    id="rooftop-panels",
    kind=Kind.RENEWABLE,
    effort=Effort.WORKS,
    evidence=("rooftop-panels",),
    judge=_rooftop_panels,
    needs_owner=True,
    needs_roof=True,
    parameters=("kwp", "checked_on"),
)
MEASURES = (ROOFTOP_PANELS,)
