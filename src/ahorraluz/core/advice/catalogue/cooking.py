"""Under the pot: lids and pressure, and which fuel, with the voucher and the cliffs it moves."""

from dataclasses import replace
from decimal import Decimal

from ahorraluz.core.advice.catalogue.answers import (
    COOKING,
    GAS_NETWORK,
    LPG_PRICE,
    TENANT,
    TENURE,
    ceiling,
    check,
    for_owner,
    keys_of,
    own_uses,
    price,
    product,
    times_money,
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
from ahorraluz.core.home import CookingFuel, Tenure
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.tariffs.figures import FISE_VOUCHER
from ahorraluz.core.usage.facts import EndUseId

PLATES = ("cocina-electrica-4h", "hornilla-electrica", "cocina-induccion")
CYLINDER_KWH = "lpg-cylinder-10kg-kwh"
CYLINDER_KG = 10
"""Homes tell the price of this cylinder. [kg]"""
LPG_CO2, GAS_CO2, GAS_KWH = "lpg-ef", "ng-ef", "ng-energy"
INDUCTION_EFFICIENCY = "induction-efficiency"
HOB_EFFICIENCY = "gas-hob-efficiency"
NO_COOKING = NotHere(reason="reason.no-such-cooking")


def _at_the_pot(context: PlanContext, share: Estimate, cost: Cost) -> Answer:
    """Return a measure that spares a share of what cooks: electricity or cylinders."""
    plates = own_uses(context, *PLATES) if context.listed else ()
    if plates:
        effect = Effect.on(*keys_of(plates), share=share)
        return Proposal(effect=effect, cost=cost, basis=share.basis)
    match context.home.cooking:
        case CookingFuel.LPG:
            spared = _of_cylinders(context, share)
            if spared is None:
                return Ask(questions=(LPG_PRICE,))
            cylinders = product(share, context.facts.advice.lpg_cylinders_month).middle
            return Proposal(
                other=spared,
                other_co2_kg=_co2_of_cylinders(context, cylinders),
                cost=cost,
                basis=share.basis,
            )
        case None:
            return Ask(questions=(COOKING,))
        case _:
            return NO_COOKING


def _of_cylinders(context: PlanContext, share: Estimate) -> MoneyRange | None:
    """Return what a share of the cylinders costs; ``None``: their price is not known."""
    cylinder = context.home.lpg_cylinder_pen
    if cylinder is None:
        return None
    return times_money(cylinder, product(share, context.facts.advice.lpg_cylinders_month))


def _fuel(context: PlanContext, figure: str) -> float | None:
    """Return the middle of what was found about a fuel; ``None``: nobody published it."""
    known = context.facts.fuels.get(figure)
    if known is None or known.low is None or known.high is None:
        return None
    return float(known.low + known.high) / 2


def _co2_of_cylinders(context: PlanContext, cylinders: float) -> float | None:
    """Return what burning cylinders emits; ``None``: nobody published it. [kgCO2e]"""
    factor = _fuel(context, LPG_CO2)
    return None if factor is None else cylinders * CYLINDER_KG * factor


def _co2_of_gas_instead(context: PlanContext, cylinders: float) -> float | None:
    """Return what natural gas emits less for the same heat on the same hob. [kgCO2e]"""
    burnt = _co2_of_cylinders(context, cylinders)
    factor, energy = _fuel(context, GAS_CO2), _fuel(context, GAS_KWH)
    kwh = context.facts.figures.known(CYLINDER_KWH, context.as_of)
    if burnt is None or factor is None or not energy or kwh is None:
        return None
    return burnt - cylinders * float(kwh) / energy * factor


def _lids(context: PlanContext) -> Answer:
    return _at_the_pot(context, ceiling(context, "lid-on"), Cost())


def _pressure_cooker(context: PlanContext) -> Answer:
    share = product(ceiling(context, "pressure-cooker"), context.facts.advice.long_dishes_share)
    return _at_the_pot(context, share, price(context, "cost-pressure-cooker"))


def _cooks_with_lpg(context: PlanContext) -> Answer | None:
    """Return why a change of fuel is no question here; ``None``: the home cooks with LPG."""
    match context.home.cooking:
        case CookingFuel.LPG:
            return None
        case None:
            return Ask(questions=(COOKING,))
        case _:
            return NotHere(reason="reason.no-lpg")


def _induction_instead_of_lpg(context: PlanContext) -> Answer:
    obstacle = _cooks_with_lpg(context)
    if obstacle is not None:
        return obstacle
    cylinder = context.home.lpg_cylinder_pen
    if cylinder is None:
        return Ask(questions=(LPG_PRICE,))
    figures, day = context.facts.figures, context.as_of
    cylinders = context.facts.advice.lpg_cylinders_month
    factor = (
        figures.value(CYLINDER_KWH, day)
        * figures.value(HOB_EFFICIENCY, day)
        / figures.value(INDUCTION_EFFICIENCY, day)
    )
    return Proposal(
        effect=Effect(added=cylinders.scaled(float(factor), unit="kWh/month")),
        other=_less_voucher(context, times_money(cylinder, cylinders)),
        other_co2_kg=_co2_of_cylinders(context, cylinders.middle),
        cost=price(context, "cost-induction-hob"),
        basis="basis.hob-efficiency",
        parameters={"kwh": round(cylinders.middle * float(factor))},
    )


def _natural_gas_cooking(context: PlanContext) -> Answer:
    obstacle = _cooks_with_lpg(context)
    if obstacle is not None:
        return obstacle
    network = context.typed("gas-network")
    if network is not None and network == 0:
        return NotHere(reason="reason.no-gas-network")
    if context.home.tenure is Tenure.TENANT:
        return TENANT
    spared = _of_cylinders(context, ceiling(context, "natural-gas-connection"))
    asked = [
        question
        for question, known in (
            (GAS_NETWORK, network),
            (LPG_PRICE, spared),
            (TENURE, context.home.tenure),
        )
        if known is None
    ]
    if spared is None:
        return Ask(questions=tuple(asked))
    proposal = Proposal(
        other=_less_voucher(context, spared),
        other_co2_kg=_co2_of_gas_instead(context, context.facts.advice.lpg_cylinders_month.middle),
        cost=price(context, "cost-gas-connection"),
        basis="basis.published-ceiling",
    )
    return Ask(questions=tuple(asked), proposal=proposal) if asked else proposal


def _less_voucher(context: PlanContext, spared: MoneyRange) -> MoneyRange:
    """Return ``spared`` less the FISE voucher, which only homes that cook with LPG get."""
    if not context.home.fise_voucher:
        return spared
    voucher = context.facts.figures.known(FISE_VOUCHER, context.as_of) or Decimal(0)
    return replace(
        spared,
        low=spared.low - voucher,
        middle=spared.middle - voucher,
        high=spared.high - voucher,
    )


def _financed_gas_connection(context: PlanContext) -> Answer:
    network = context.typed("gas-network")
    if context.home.cooking is CookingFuel.NATURAL_GAS or network == 0:
        return NotHere(reason="reason.no-gas-network")
    if context.home.cooking in (CookingFuel.FIREWOOD, CookingFuel.OTHER):
        return NotHere(reason="reason.no-lpg")
    if network is None:
        return Ask(questions=(GAS_NETWORK,))
    return for_owner(context, check("basis.programme"))


LIDS = Measure(
    id="lids-on-pots",
    kind=Kind.HABIT,
    end_uses=(EndUseId.COOKING,),
    effort=Effort.DAILY,
    evidence=("lid-on",),
    judge=_lids,
)
PRESSURE_COOKER = Measure(
    id="pressure-cooker",
    kind=Kind.PURCHASE,
    end_uses=(EndUseId.COOKING,),
    effort=Effort.ERRAND,
    evidence=("pressure-cooker",),
    judge=_pressure_cooker,
)
INDUCTION = Measure(
    id="induction-instead-of-lpg",
    kind=Kind.FUEL,
    end_uses=(EndUseId.COOKING,),
    effort=Effort.ERRAND,
    evidence=("induction-vs-lpg",),
    judge=_induction_instead_of_lpg,
    parameters=("kwh",),
)
NATURAL_GAS_COOKING = Measure(
    id="natural-gas-cooking",
    kind=Kind.FUEL,
    end_uses=(EndUseId.COOKING,),
    effort=Effort.WORKS,
    evidence=("natural-gas-connection", "natural-gas-connection-hot-water"),
    judge=_natural_gas_cooking,
    needs_owner=True,
)
FINANCED_GAS_CONNECTION = Measure(
    id="financed-gas-connection",
    kind=Kind.CHECK,
    effort=Effort.ERRAND,
    evidence=("bonogas-low", "bonogas-high", "bonogas-midlow", "bonogas-mid"),
    judge=_financed_gas_connection,
    needs_owner=True,
)
MEASURES = (
    LIDS,
    PRESSURE_COOKER,
    INDUCTION,
    NATURAL_GAS_COOKING,
    FINANCED_GAS_CONNECTION,
)
