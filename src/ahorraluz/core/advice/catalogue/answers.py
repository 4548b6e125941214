"""What the measures of every family ask a home and answer with."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import UseKey
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
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Tenure
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.ranges import propagated
from ahorraluz.core.usage.account import ApplianceUse

EVEN_CHANCE = 0.5
TENURE = Question(id="tenure", field="tenure")
ROOF = Question(id="roof", field="roof")
PEOPLE = Question(id="people", field="people")
PLACE = Question(id="place", field="city")
COOKING = Question(id="cooking", field="cooking")
LPG_PRICE = Question(id="lpg-cylinder-pen", field="lpg_cylinder_pen")
GAS_NETWORK = Question(id="gas-network", field="assumptions.gas-network")
NOT_LISTED = NotHere(reason="reason.not-listed")
TENANT = NotHere(reason="reason.tenant")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnUse:
    """One use of the home with the entry of its list, if it has one."""

    key: UseKey
    use: ApplianceUse


def own_uses(context: PlanContext, *ids: str) -> tuple[OwnUse, ...]:
    """Return what the home uses of these kinds of appliance, running.

    A home without a list is told of the likeliest kind only: owning one shower says
    nothing of another.
    """
    found = [context.account.appliance(name) for name in ids]
    uses = [OwnUse(key=UseKey(use.id), use=use) for use in found if use and use.estimate.middle > 0]
    if context.listed:
        return tuple(uses)
    return tuple(sorted(uses, key=lambda own: -own.use.owned)[:1])


def keys_of(uses: tuple[OwnUse, ...]) -> tuple[UseKey, ...]:
    """Return the keys of uses."""
    return tuple(own.key for own in uses)


def probably_has(context: PlanContext, *ids: str) -> bool:
    """Tell whether a check on these appliances concerns the home: listed, or likelier than not."""
    uses = own_uses(context, *ids)
    return any(own.use.owned >= EVEN_CHANCE for own in uses)


def check(basis: str = "basis.advice-without-figure") -> Proposal:
    """Return a proposal that claims no soles."""
    return Proposal(certainty=Certainty.NO_SOLES, basis=basis)


def for_owner(context: PlanContext, proposal: Proposal) -> Answer:
    """Return ``proposal`` to an owner; a tenant is told so, and who did not say is asked."""
    if context.home.tenure is Tenure.TENANT:
        return TENANT
    if context.home.tenure is None:
        return Ask(questions=(TENURE,), proposal=proposal)
    return proposal


class Typed(Protocol):
    """What tells the figures that a household typed."""

    def typed(self, figure: str) -> Decimal | None:
        """Return a figure, by id; ``None``: it did not."""


def price(context: Typed, figure: str, *, times: float = 1.0) -> Cost:
    """Return the cost of something that nobody published a price of: typed, or asked.

    Parameters
    ----------
    figure
        Id under which the household types the price of one.
    times
        How many of it.
    """
    typed = context.typed(figure)
    if typed is None:
        return Cost(kind=CostKind.ASKED, figure=figure)
    amount = _plain(typed * Decimal(str(times)))
    return Cost(
        kind=CostKind.STATED,
        figure=figure,
        amount=MoneyRange(low=amount, middle=amount, high=amount, unit="PEN", basis="basis.stated"),
    )


def _plain(amount: Decimal) -> Decimal:
    """Return an amount without the zeros that a multiplication left behind."""
    whole = amount.to_integral_value()
    return whole if amount == whole else amount


def ceiling(context: PlanContext, evidence: str) -> Estimate:
    """Return the share under a published "up to": nothing, half of it, all of it. [0 to 1]"""
    most = context.facts.evidence[evidence].saving_high
    share = float(most or 0) / 100
    return Estimate(
        low=0.0, middle=share / 2, high=share, unit="share", basis="basis.published-ceiling"
    )


def product(*shares: Estimate) -> Estimate:
    """Return the product of independent shares. [0 to 1]"""
    return propagated(
        lambda value: _multiplied(list(value.values())),
        {str(place): share for place, share in enumerate(shares)},
        unit="share",
        basis=shares[0].basis,
    )


def exactly(share: float, *, basis: str) -> Estimate:
    """Return a share without doubt. [0 to 1]"""
    return Estimate(low=share, middle=share, high=share, unit="share", basis=basis)


def capped(share: Estimate, most: float) -> Estimate:
    """Return ``share`` with no end above ``most``."""
    return replace(
        share,
        low=min(share.low, most),
        middle=min(share.middle, most),
        high=min(share.high, most),
    )


def times_money(amount: Decimal, quantity: Estimate) -> MoneyRange:
    """Return an exact price times an estimated quantity. [PEN]"""
    low, middle, high = (
        (amount * Decimal(str(part))).quantize(Decimal("0.01"))
        for part in (quantity.low, quantity.middle, quantity.high)
    )
    return MoneyRange(low=low, middle=middle, high=high, unit="PEN/month", basis=quantity.basis)


def _multiplied(values: list[float]) -> float:
    result = 1.0
    for value in values:
        result *= value
    return result
