"""The sun on the tank: the heater that vendors would size for a home, and sizes beside it."""

from dataclasses import replace
from decimal import Decimal

from ahorraluz.core.advice.catalogue.answers import (
    PEOPLE,
    PLACE,
    ROOF,
    TENURE,
    OwnUse,
    own_uses,
    price,
)
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.facts import EquipmentPrice
from ahorraluz.core.advice.measures import (
    Answer,
    Ask,
    Cost,
    CostKind,
    Cut,
    Effect,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
)
from ahorraluz.core.history import Source
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.facts import SolarFacts
from ahorraluz.core.renewables.solar import roof_obstacle
from ahorraluz.core.renewables.thermal import Heater, SolarHeat, size_heater, solar_heats
from ahorraluz.core.usage.facts import EndUseId

SHOWER = "ducha-electrica"
SHOWERS = (SHOWER, "terma-electrica-instantanea")
TANKS = ("terma-electrica", "terma-electrica-encendida-24h")
HEATERS = (*SHOWERS, *TANKS)
NO_HOT_WATER = NotHere(reason="reason.no-electric-hot-water")
SOLAR = "solar-water-heater"
FIGURE = "cost-solar-water-heater"
SMALLEST_PART, LARGEST_PART = 0.6, 1.6
"""Sizes of heaters offered beside the one for these people, as parts of it."""

# The only published packages are installed in one town; elsewhere freight comes on top.
PRICE_OF_HUARAZ = Issue(
    code="price-of-another-place", severity=Severity.NOTE, parameters={"place": "Huaraz"}
)


def _solar_water_heater(context: PlanContext) -> Answer:
    uses = own_uses(context, *HEATERS)
    if not uses:
        return NO_HOT_WATER
    obstacle = roof_obstacle(context.home)
    if obstacle is not None and obstacle.code == "roof-not-own":
        return NotHere(reason="reason.roof-not-own")
    sun, people = context.facts.sun, context.home.people
    if sun is None or people is None:
        missing = [question for question, value in ((PLACE, sun), (PEOPLE, people)) if not value]
        return Ask(questions=(*missing, *((TENURE, ROOF) if obstacle else ())))
    proposal = _sun_on_the_tank(context, uses, sun=sun, people=people)
    return Ask(questions=(TENURE, ROOF), proposal=proposal) if obstacle else proposal


def _sun_on_the_tank(
    context: PlanContext, uses: tuple[OwnUse, ...], *, sun: SolarFacts, people: int
) -> Proposal:
    """Return the heater that vendors would size for these people, with the sizes beside it."""
    solar = context.facts.solar
    fitting = size_heater(people, assumptions=solar).litres_day.middle
    offers = _offers(context, fitting)
    heats = solar_heats(
        tuple(map(sum, zip(*(own.use.monthly_kwh for own in uses), strict=True))),
        sun,
        heaters=[
            Heater(collector_m2=litres * solar.collector_m2_litre.middle, tank_litres=litres)
            for litres, _ in offers
        ],
        assumptions=solar,
    )
    first, *others = (
        _heater(context, uses, litres=litres, bought=bought, heat=heat)
        for (litres, bought), heat in zip(offers, heats, strict=True)
    )
    return replace(first, variants=tuple(others))


Bought = tuple[Cost, tuple[Source, ...]]


def _offers(context: PlanContext, fitting: float) -> list[tuple[float, Bought]]:
    """Return heaters by litres with their cost: the one that fits, and packages like it."""
    bought = _package(context, fitting)
    offers = [(fitting, bought)]
    if bought[0].kind is not CostKind.PUBLISHED:
        return offers
    for row in _packages(context):
        litres = float(row.size or 0)
        near = SMALLEST_PART * fitting <= litres <= LARGEST_PART * fitting
        if near and row.central != bought[0].middle:
            offers.append((litres, _of(row)))
    return offers


def _heater(
    context: PlanContext,
    uses: tuple[OwnUse, ...],
    *,
    litres: float,
    bought: Bought,
    heat: SolarHeat,
) -> Proposal:
    need = [sum(months) for months in zip(*(own.use.monthly_kwh for own in uses), strict=True)]
    shares = tuple(
        min(given.middle / needed, 1.0) if needed else 0.0
        for given, needed in zip(heat.monthly_kwh, need, strict=True)
    )
    year = heat.year_kwh
    cost, sources = bought
    return Proposal(
        effect=Effect(
            cuts=tuple(Cut(use=own.key, shares=shares) for own in uses),
            low=year.low / year.middle if year.middle else 1.0,
            high=year.high / year.middle if year.middle else 1.0,
        ),
        cost=cost,
        life_years=_life(context),
        sources=sources,
        issues=(PRICE_OF_HUARAZ,) if sources else (),
        basis="basis.solar-thermal",
        parameters={"litres": round(litres), "part": round(heat.fraction.middle, 2)},
    )


def _packages(context: PlanContext) -> list[EquipmentPrice]:
    """Return the complete packages with a published price, the smallest first."""
    found = [
        row
        for row in context.facts.equipment
        if row.technology == SOLAR and row.item == "complete-package" and row.size and row.central
    ]
    return sorted(found, key=lambda row: row.size or Decimal(0))


def _package(context: PlanContext, litres: float) -> Bought:
    """Return the price of the smallest complete package that holds ``litres``, and its source."""
    large = [row for row in _packages(context) if float(row.size or 0) >= litres]
    if context.typed(FIGURE) is not None or not large:
        return price(context, FIGURE), ()
    return _of(large[0])


def _of(row: EquipmentPrice) -> Bought:
    amount = row.central or Decimal(0)
    money = MoneyRange(
        low=amount, middle=amount, high=amount, unit="PEN", basis="basis.vendor-price"
    )
    cost = Cost(kind=CostKind.PUBLISHED, figure=FIGURE, amount=money, source=row.source.id)
    return cost, (row.source,)


def _life(context: PlanContext) -> int | None:
    lives = [
        row.low
        for row in context.facts.equipment
        if row.technology == SOLAR and row.item == "life" and row.low is not None
    ]
    return int(lives[0]) if lives else None


SOLAR_WATER_HEATER = Measure(
    id=SOLAR,
    kind=Kind.RENEWABLE,
    end_uses=(EndUseId.WATER_HEATING,),
    effort=Effort.WORKS,
    evidence=("solar-water-heater",),
    judge=_solar_water_heater,
    needs_owner=True,
    needs_roof=True,
    parameters=("litres", "part"),
    needs_list=True,
)
