"""Where a home cooks with wood: a stove that takes less of it, and gas from dung.

What is saved is fuel that is bought: wood at the price the home pays, or cylinders. Wood that
is gathered costs time, and time is no soles: then both are told without any.
"""

from dataclasses import replace
from decimal import Decimal
from math import ceil

from ahorraluz.core.advice.catalogue.answers import (
    COOKING,
    LPG_PRICE,
    TENANT,
    capped,
    check,
    price,
    product,
    times_money,
)
from ahorraluz.core.advice.facts import EquipmentPrice
from ahorraluz.core.advice.kitchen import Kitchen
from ahorraluz.core.advice.measures import (
    Answer,
    Ask,
    Cost,
    CostKind,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
    Question,
)
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import Source
from ahorraluz.core.home import CookingFuel, Tenure
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.renewables.economics import MoneyRange

WOOD_KG = Question(id="wood-kg-month", field="assumptions.wood-kg-month")
WOOD_PRICE = Question(id="wood-pen-kg", field="assumptions.wood-pen-kg")
DUNG = Question(id="dung-kg-day", field="assumptions.dung-kg-day")
BURNER = Question(id="burner-h-day", field="assumptions.burner-h-day")
STOVE_TESTS = "basis.kitchen-tests"
PROJECT = "basis.digester-project"
DIGESTER = "biodigester"
DIGESTER_COST = "cost-biodigester"
WOOD_CO2 = "wood-ef-nonco2"
"""Methane and nitrous oxide of a kg of wood: its CO2 grows again."""
MOST_DIGESTERS = 4
"""Beyond it a home is a farm, and its digester one of another kind."""
LEAST_FULL = 0.5
"""Part of its dung below which the smallest digester on file is mostly empty."""
NO_WOOD = NotHere(reason="reason.no-firewood")
GATHERED = Issue(code="wood-gathered", severity=Severity.NOTE)


def _burns_wood(context: Kitchen) -> bool:
    """Tell whether a home burns wood: as its fuel, or because it said how much."""
    return context.home.cooking is CookingFuel.FIREWOOD or bool(context.typed(WOOD_KG.id))


def judge_stove(context: Kitchen) -> Answer:
    """Return what an improved stove spares where wood is burnt and bought."""
    if not _burns_wood(context):
        return Ask(questions=(COOKING,)) if context.home.cooking is None else NO_WOOD
    kg, pen_kg = context.typed(WOOD_KG.id), context.typed(WOOD_PRICE.id)
    if pen_kg == 0:
        return replace(check(STOVE_TESTS), issues=(GATHERED,))
    missing = _missing({WOOD_KG: kg, WOOD_PRICE: pen_kg})
    if kg is None or pen_kg is None:
        return Ask(questions=missing, proposal=_untold(STOVE_TESTS, missing))
    spared = context.facts.solar.stove_wood_saving.scaled(float(kg), unit="kg/month")
    return Proposal(
        other=times_money(pen_kg, spared),
        other_co2_kg=_co2_of_wood(context, spared.middle),
        cost=price(context, "cost-improved-stove"),
        basis=STOVE_TESTS,
    )


def judge_digester(context: Kitchen) -> Answer:
    """Return what gas from dung replaces of wood or cylinders that are bought."""
    dung = context.typed(DUNG.id)
    obstacle = _no_digester(context, dung)
    if obstacle is not None:
        return obstacle
    if _burns_wood(context) and context.typed(WOOD_PRICE.id) == 0:
        return replace(check(PROJECT), issues=(GATHERED,))
    hours, fuel = context.typed(BURNER.id), _fuel_month(context)
    missing = (*_missing({DUNG: dung, BURNER: hours}), *_fuel_questions(context))
    if dung is None or not hours or fuel is None:
        return Ask(questions=missing, proposal=_untold(PROJECT, missing))
    whole = _dung_of_one(context)
    counts = range(1, min(ceil(dung / whole), MOST_DIGESTERS) + 1)
    first, *others = (
        _digesters(context, count, dung=float(dung), whole=float(whole), hours=float(hours))
        for count in counts
    )
    return replace(first, variants=tuple(others))


def _no_digester(context: Kitchen, dung: Decimal | None) -> NotHere | None:
    """Return why gas from dung is no question here; ``None``: it is one."""
    cooking = context.home.cooking
    fitting = _burns_wood(context) or cooking in (CookingFuel.LPG, CookingFuel.OTHER)
    bought = _burns_wood(context) and context.typed(WOOD_PRICE.id) != 0
    if dung == 0 or (dung is None and not bought):
        return NotHere(reason="reason.no-animals")
    if not fitting:
        return NotHere(reason="reason.no-fuel-for-digester")
    return TENANT if context.home.tenure is Tenure.TENANT else None


def _digesters(
    context: Kitchen, count: int, *, dung: float, whole: float, hours: float
) -> Proposal:
    """Return some digesters of a family, as the part of the burner hours that they give."""
    used = min(dung, count * whole)
    gas = context.facts.solar.digester_gas_h_day.scaled(used / whole / hours, unit="share")
    colder = _colder(context)
    share = capped(replace(gas, low=0.0 if colder else gas.low), 1.0)
    cost, sources = _cost(context, count)
    fuel = _fuel_month(context)
    assert fuel is not None  # noqa: S101 - it was asked for before
    return Proposal(
        other=_part_of(context, share, fuel),
        # What leaks of the gas nobody measured here, and methane weighs more than the wood.
        other_co2_kg=None,
        cost=cost,
        basis=PROJECT,
        sources=sources,
        issues=(
            Issue(code="digester-evidence-thin", severity=Severity.NOTE),
            *_emptiness(dung, whole),
            *((colder,) if colder else ()),
            *((Issue(code="digester-price-of-a-project"),) if sources else ()),
        ),
    )


def _part_of(context: Kitchen, share: Estimate, fuel: Decimal) -> MoneyRange:
    """Return what a share of the fuel costs. [PEN/month]"""
    if _burns_wood(context):
        return times_money(fuel, share)
    return times_money(fuel, product(share, context.facts.advice.lpg_cylinders_month))


def _fuel_month(context: Kitchen) -> Decimal | None:
    """Return the wood of a month, or else the price of a cylinder; ``None``: not told. [PEN]"""
    if not _burns_wood(context):
        return context.home.lpg_cylinder_pen
    kg, pen_kg = context.typed(WOOD_KG.id), context.typed(WOOD_PRICE.id)
    return None if kg is None or pen_kg is None else kg * pen_kg


def _fuel_questions(context: Kitchen) -> tuple[Question, ...]:
    if context.home.cooking is CookingFuel.LPG and not _burns_wood(context):
        return _missing({LPG_PRICE: context.home.lpg_cylinder_pen})
    return _missing({question: context.typed(question.id) for question in (WOOD_KG, WOOD_PRICE)})


def _missing(told: dict[Question, Decimal | None]) -> tuple[Question, ...]:
    return tuple(question for question, value in told.items() if value is None)


def _untold(basis: str, missing: tuple[Question, ...]) -> Proposal:
    """Return a check that names what keeps it from being told in soles."""
    names = [question.id for question in missing]
    issue = Issue(code="fuel-not-told", severity=Severity.NOTE, parameters={"fields": names})
    return replace(check(basis), issues=(issue,))


def _co2_of_wood(context: Kitchen, kg: float) -> float | None:
    known = context.facts.fuels.get(WOOD_CO2)
    if known is None or known.low is None or known.high is None:
        return None
    return kg * float(known.low + known.high) / 2


def _emptiness(dung: float, whole: float) -> tuple[Issue, ...]:
    if dung >= whole * LEAST_FULL:
        return ()
    return (
        Issue(
            code="digester-mostly-empty",
            severity=Severity.WARNING,
            parameters={"dung": dung, "whole": whole},
        ),
    )


def _colder(context: Kitchen) -> Issue | None:
    """Return that a home is higher than where the gas was measured."""
    height, known = context.home.altitude_m, context.facts.digester_altitude_m
    if height is None or known is None or height <= known:
        return None
    return Issue(
        code="digester-colder",
        severity=Severity.WARNING,
        parameters={"altitude": height, "known": known},
    )


def _cost(context: Kitchen, count: int) -> tuple[Cost, tuple[Source, ...]]:
    """Return what some digesters cost: quoted, or as those of the project on file."""
    row = _row(context, "family-biodigester")
    if context.typed(DIGESTER_COST) is not None or row is None or row.central is None:
        return price(context, DIGESTER_COST, times=count), ()
    amount = row.central * count
    money = MoneyRange(low=amount, middle=amount, high=amount, unit="PEN", basis=PROJECT)
    cost = Cost(kind=CostKind.PUBLISHED, figure=DIGESTER_COST, amount=money, source=row.source.id)
    return cost, (row.source,)


def _dung_of_one(context: Kitchen) -> Decimal:
    """Return the dung that the digester of a family takes. [kg/day]"""
    row = _row(context, "dung-day")
    return row.central if row is not None and row.central else Decimal(1)


def _row(context: Kitchen, item: str) -> EquipmentPrice | None:
    rows = context.facts.equipment
    return next((row for row in rows if (row.technology, row.item) == (DIGESTER, item)), None)


IMPROVED_STOVE = Measure(
    id="improved-stove",
    kind=Kind.PURCHASE,
    effort=Effort.WORKS,
    evidence=("improved-stove",),
    judge=judge_stove,
)
BIODIGESTER = Measure(
    id=DIGESTER,
    kind=Kind.RENEWABLE,
    effort=Effort.WORKS,
    evidence=("biodigester",),
    judge=judge_digester,
    needs_owner=True,
)
MEASURES = (IMPROVED_STOVE, BIODIGESTER)
