"""Light without a line: a kit of panel and battery, and the programme of the State."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from ahorraluz.core.advice.catalogue.answers import PLACE
from ahorraluz.core.advice.lineless_home import LinelessContext, Purpose
from ahorraluz.core.advice.measures import (
    Answer,
    Ask,
    Certainty,
    Cost,
    CostKind,
    NotHere,
    Proposal,
    Question,
)
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.facts import SolarFacts
from ahorraluz.core.renewables.kits import Kit, kit_for

KIT_COST, KIT_WP = "cost-offgrid-kit", "offgrid-kit-wp"
"""A quote, and the panel that it is for. [PEN], [W]"""
FEE = "programme-fee"
"""What the programme told the household that it would charge. [PEN/month]"""
WHAT_TO_RUN = Question(id="appliances-without-line", field="appliances")
KIT_SIZE = Question(id=KIT_WP, field=f"assumptions.{KIT_WP}")
SPENT = Question(id="spending-without-line", field="without_line.light")
FEE_TOLD = Question(id=FEE, field=f"assumptions.{FEE}")
WORST_MONTH = "basis.kit-darkest-month"
PROGRAMME = "basis.programme"
GIVEN_BY_PROGRAMME = (Purpose.LIGHT, Purpose.CHARGING)
"""What its kits are for."""


def judge_kit(context: LinelessContext) -> Answer:
    """Return the kit for all that a home lists, with those for a part of it beside it."""
    sun, spending = context.facts.sun, context.home.spending
    missing = (
        *(() if sun else (PLACE,)),
        *(() if context.need_wh_day else (WHAT_TO_RUN,)),
        *(() if any(spending.values()) else (SPENT,)),
    )
    if sun is None or missing:
        return Ask(questions=missing)
    first, *others = (_kit(context, sun, purposes) for purposes in _parts(context))
    return replace(first, variants=tuple(others))


def _parts(context: LinelessContext) -> list[tuple[Purpose, ...]]:
    """Return what a kit may be for: all that is listed, then every part of it."""
    listed = tuple(purpose for purpose in Purpose if purpose in context.need_wh_day)
    sizes = range(len(listed), 0, -1)
    return [part for size in sizes for part in combinations(listed, size)]


def _kit(context: LinelessContext, sun: SolarFacts, purposes: Sequence[Purpose]) -> Proposal:
    solar = context.facts.solar
    need = sum(context.need_wh_day[purpose] for purpose in purposes)
    kit = kit_for(need, sun, assumptions=solar)
    spared = _spent(context, purposes)
    return Proposal(
        other=MoneyRange(
            low=spared, middle=spared, high=spared, unit="PEN/month", basis=WORST_MONTH
        ),
        other_co2_kg=None,
        cost=_cost(context, kit),
        life_years=round(solar.battery_life_years.middle),
        basis=WORST_MONTH,
        parameters={
            "panel": kit.panel_wp,
            "battery": kit.battery_wh,
            "need": round(kit.need_wh_day),
            "month": kit.worst_month,
            "purposes": tuple(purpose.value for purpose in purposes),
        },
        issues=(*sun.issues, *_doubts(context)),
        questions=(KIT_SIZE,) if _size_unknown(context) else (),
    )


def _spent(context: LinelessContext, purposes: Sequence[Purpose]) -> Decimal:
    """Return what the home pays today for these. [PEN/month]"""
    return sum((context.home.spending.get(purpose, Decimal(0)) for purpose in purposes), Decimal(0))


def _cost(context: LinelessContext, kit: Kit) -> Cost:
    """Return the cost of a kit after the one that was quoted.

    A smaller one never costs more than the quoted; a larger one is counted in proportion.
    """
    quote, panel = context.typed(KIT_COST), context.typed(KIT_WP)
    if quote is None or not panel:
        return Cost(kind=CostKind.ASKED, figure=KIT_COST)
    amount = (quote * max(Decimal(1), kit.panel_wp / panel)).quantize(Decimal("0.01"))
    money = MoneyRange(low=amount, middle=amount, high=amount, unit="PEN", basis="basis.stated")
    return Cost(kind=CostKind.STATED, figure=KIT_COST, amount=money)


def _size_unknown(context: LinelessContext) -> bool:
    return context.typed(KIT_COST) is not None and not context.typed(KIT_WP)


def _doubts(context: LinelessContext) -> tuple[Issue, ...]:
    """Return what is paid for today and not listed, so that no kit is counted to replace it."""
    unlisted = [
        purpose.value
        for purpose, paid in context.home.spending.items()
        if paid and purpose not in context.need_wh_day
    ]
    if not unlisted:
        return ()
    return (
        Issue(
            code="spending-without-appliance",
            severity=Severity.WARNING,
            parameters={"purposes": unlisted},
        ),
    )


def judge_programme(context: LinelessContext) -> Answer:
    """Return the programme that puts kits up for a fee: somebody else decides."""
    spent = _spent(context, GIVEN_BY_PROGRAMME)
    if not spent:
        return NotHere(reason="reason.nothing-for-programme")
    fee = context.typed(FEE)
    other = None
    if fee is not None:
        left = spent - fee
        other = MoneyRange(low=left, middle=left, high=left, unit="PEN/month", basis=PROGRAMME)
    return Proposal(
        certainty=Certainty.IF_GRANTED,
        other=other,
        other_co2_kg=None,
        basis=PROGRAMME,
        parameters={"below": spent},
        issues=() if fee is not None else _fee_unknown(context),
        questions=(FEE_TOLD,) if fee is None else (),
    )


def _fee_unknown(context: LinelessContext) -> tuple[Issue, ...]:
    """Return that today's charge is not known, with the aim that was once published."""
    for row in context.facts.equipment:
        if (row.technology, row.item) == ("offgrid-pv", "fee-aim") and row.central is not None:
            return (
                Issue(
                    code="programme-fee-unknown",
                    parameters={"amount": row.central, "title": row.source.title},
                ),
            )
    return ()
