"""Panels on the roof, for what the home uses by day: what leaves it is worth nothing today."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ahorraluz.core.advice.catalogue.answers import PLACE, ROOF, TENURE, price
from ahorraluz.core.advice.catalogue.own_panels import sun_or_answer
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import (
    CALENDAR_MONTHS,
    Answer,
    Ask,
    Cost,
    Effect,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
    Question,
)
from ahorraluz.core.advice.own_sun import OwnSun
from ahorraluz.core.history import Source
from ahorraluz.core.home import Roof, Tenure
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.facts import SolarFacts
from ahorraluz.core.renewables.load import HomeLoad, load_of_uses
from ahorraluz.core.renewables.matching import (
    PRICED_FROM_KWP,
    SIZES_KWP,
    SizeLimits,
    array_sizes,
    priced_kwp,
)
from ahorraluz.core.renewables.solar import SelfUse, as_stated, roof_obstacle, use_of_array
from ahorraluz.core.usage.facts import EndUseId

PANELS = "rooftop-pv"
BASIS = "basis.daytime-assumed"
PANELS_COST = "cost-pv-kwp"
PRICED_FROM = "cost-pv-from-kwp"
"""Figure under which it types the smallest array that this price holds for."""
INVERTER = "cost-inverter-kwp"
"""Figure under which the household types the price of a new inverter by size."""
INVERTER_PRICE = Question(id=INVERTER, field=f"assumptions.{INVERTER}")
WORTH_MORE = 0.5
"""Part of what a home's panels make that it uses itself, below which more panels mostly
give away: without a quote they are not worth asking for."""
ADDED_SIZES = 6
"""Sizes that are tried beside panels that are there: up to 2 kWp."""


@lru_cache(maxsize=2)
def rooftop_panels(context: PlanContext) -> Answer:
    """Return what panels would do at a home; asked twice of a plan, reckoned once."""
    if context.band_shares:
        # The sun spares cheap hours alone, and a plan takes the hours of a home as they are.
        return NotHere(reason="reason.sun-under-hours")
    if context.home.panels_kwp is not None:
        return _more_panels(context)
    obstacle = roof_obstacle(context.home)
    if obstacle is not None and obstacle.code == "roof-not-own":
        return NotHere(reason="reason.roof-not-own")
    load, least = own_load(context), _least_kwh(context)
    if load.kwh.sum() < float(least) * CALENDAR_MONTHS:
        return NotHere(reason="reason.too-little-for-panels", parameters={"limit": least})
    sun = context.facts.sun
    questions = (*(() if sun else (PLACE,)), *((TENURE, ROOF) if obstacle else ()))
    if sun is None:
        return Ask(questions=questions)
    if load.kwh.sum() <= 0:
        return NotHere(reason="reason.no-saving")
    if questions:
        # A plan takes nothing that waits for an answer: without a price sizes tell nothing more.
        most = 1 if context.typed(PANELS_COST) is None else None
        return Ask(questions=questions, proposal=_panels(context, load, sun, most=most))
    return _panels(context, load, sun)


def _more_panels(context: PlanContext) -> Answer:
    """Return panels beside those that the home has: only what they add is theirs."""
    own = sun_or_answer(context)
    if not isinstance(own, OwnSun):
        return own
    if context.home.tenure is Tenure.TENANT or context.home.roof in (Roof.SHARED, Roof.NONE):
        return NotHere(reason="reason.roof-not-own")
    room = _most_kwp(context)
    left = None if room is None else room - own.kwp
    largest = SIZES_KWP[ADDED_SIZES - 1]
    most = largest if left is None else min(left, largest)
    sizes = SizeLimits(least_kwp=_least_kwp_priced(context), most_kwp=most).sizes()
    if not sizes:
        return NotHere(reason="reason.roof-full", parameters={"kwp": Decimal(str(own.kwp))})
    if context.typed(PANELS_COST) is None and own.used_part < WORTH_MORE:
        given = own.array.exported_year.middle / CALENDAR_MONTHS
        return NotHere(
            reason="reason.panels-suffice",
            parameters={"kwp": Decimal(str(own.kwp)), "given": round(given)},
        )
    first, *others = (_added(context, own, kwp) for kwp in sizes)
    return replace(first, variants=tuple(others))


def _added(context: PlanContext, own: OwnSun, kwp: float) -> Proposal:
    """Return what ``kwp`` more would spare of what is bought today."""
    facts, bought = context.facts, context.at_meter.monthly_kwh
    assert facts.sun is not None  # noqa: S101 - own sun was made of it
    array = use_of_array(
        own.load,
        facts.sun,
        kwp=own.kwp + kwp,
        assumptions=facts.solar,
        rule=facts.generation,
    )
    more = [max(a.middle - b.middle, 0.0) for a, b in zip(array.used, own.array.used, strict=True)]
    shares = tuple(
        min(kwh / metered, 1.0) if metered > 0 else 0.0
        for kwh, metered in zip(more, bought, strict=True)
    )
    return replace(
        _of_size(context, array),
        effect=Effect(home_shares=shares, low=0.0),
        cost=_cost(context, kwp),
        new_parts=_new_inverters(context, kwp, _life(context)[0]),
        parameters={
            "kwp": Decimal(str(kwp)),
            "checked_on": date.fromisoformat(facts.generation.checked_on),
        },
    )


def _least_kwh(context: PlanContext) -> Decimal:
    """Return the month below which panels were found not to pay; zero: not published. [kWh]"""
    for row in context.facts.equipment:
        if row.technology == PANELS and row.item == "parity-arequipa" and row.size is not None:
            return row.size
    return Decimal(0)


@lru_cache(maxsize=2)
def own_load(context: PlanContext) -> HomeLoad:
    """Return the hours of what the home itself uses; asked more than once of a plan."""
    own = {
        use.id.value: use.monthly_kwh
        for use in context.account.uses
        if use.id is not EndUseId.OTHER_HOMES
    }
    return as_stated(load_of_uses(own, context.facts.use_hours), context.facts.solar)


def _panels(
    context: PlanContext, load: HomeLoad, sun: SolarFacts, *, most: int | None = None
) -> Proposal:
    """Return the array that makes what the home uses by day, with the other sizes beside it.

    ``most`` sizes at most; ``None``: all that suit.
    """
    facts = context.facts
    within = SizeLimits(least_kwp=_least_kwp_priced(context), most_kwp=_most_kwp(context))
    sizes = array_sizes(load, sun, assumptions=facts.solar, within=within)[:most]
    first, *others = (
        _of_size(
            context,
            use_of_array(load, sun, kwp=kwp, assumptions=facts.solar, rule=facts.generation),
        )
        for kwp in sizes
    )
    return replace(first, variants=tuple(others))


def _most_kwp(context: PlanContext) -> float | None:
    """Return the largest array the household says its roof holds; ``None``: it did not."""
    typed = context.typed("roof-kwp")
    return None if typed is None else float(typed)


def _least_kwp_priced(context: PlanContext) -> float:
    """Return the smallest array that the household's price speaks of; zero: it has none. [kWp]"""
    if context.typed(PANELS_COST) is None:
        return 0.0
    return float(context.typed(PRICED_FROM) or PRICED_FROM_KWP)


def _cost(context: PlanContext, kwp: float) -> Cost:
    """Return the cost of panels: none costs less than the smallest that has a price."""
    return price(context, PANELS_COST, times=priced_kwp(kwp, least_kwp=_least_kwp_priced(context)))


def _small(context: PlanContext, kwp: float) -> tuple[Issue, ...]:
    """Return that a roof holds less than the smallest array with a price, if so."""
    least = _least_kwp_priced(context)
    if kwp >= least:
        return ()
    return (
        Issue(
            code="small-array-price",
            severity=Severity.WARNING,
            parameters={"kwp": kwp, "least": least},
        ),
    )


def _of_size(context: PlanContext, array: SelfUse) -> Proposal:
    facts, monthly = context.facts, context.account.monthly_kwh
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
        cost=_cost(context, array.kwp),
        life_years=life,
        fading_year=Decimal(str(facts.solar.degradation_year.middle)),
        upkeep_share=Decimal(str(facts.solar.pv_upkeep_share.middle)),
        new_parts=_new_inverters(context, array.kwp, life),
        basis=BASIS,
        sources=sources,
        parameters={
            "kwp": Decimal(str(array.kwp)),
            "checked_on": date.fromisoformat(facts.generation.checked_on),
        },
        issues=(*array.issues, *_small(context, array.kwp), *_unpriced_inverter(context)),
        questions=_inverter_question(context),
    )


def _inverter_question(context: PlanContext) -> tuple[Question, ...]:
    """Return the question for a new inverter's price, once the panels have one themselves."""
    quoted = context.typed(PANELS_COST) is not None
    return (INVERTER_PRICE,) if quoted and context.typed(INVERTER) is None else ()


def _new_inverters(context: PlanContext, kwp: float, life: int | None) -> Mapping[int, Decimal]:
    """Return the inverters bought over the life; none where their price was not typed. [PEN]"""
    typed = context.typed(INVERTER)
    if typed is None or life is None:
        return {}
    every = round(context.facts.solar.inverter_life_years.middle)
    whole = priced_kwp(kwp, least_kwp=_least_kwp_priced(context))
    return dict.fromkeys(range(every, life, every), typed * Decimal(str(whole)))


def _unpriced_inverter(context: PlanContext) -> tuple[Issue, ...]:
    """Return what the worth of panels leaves out: inverters that nobody priced."""
    if context.typed(INVERTER) is not None:
        return ()
    return (Issue(code="inverter-price-needed"),)


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
    judge=rooftop_panels,
    needs_owner=True,
    needs_roof=True,
    parameters=("kwp", "checked_on"),
)
MEASURES = (ROOFTOP_PANELS,)
