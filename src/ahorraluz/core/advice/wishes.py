"""What a household wants of its plan: the aim, what it may cost, and what effort is worth."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.issues import AhorraLuzError

MOST_STATES = 60_000
"""Partial plans kept at a time: some hundred times what homes on file need."""


class WishError(AhorraLuzError):
    """A wish that no plan can be made for."""


class Objective(StrEnum):
    """What a plan gets most of; ``objective.<id>`` is the key of its words."""

    SAVINGS = "savings"
    """Soles a month: bills and other fuels, less every cost spread over its life."""
    NPV = "npv"
    """Soles of today over the lives of the steps."""
    CO2 = "co2"
    """Kilograms of CO2e a year, as long as the plan does not cost the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the household asks of its plan; its budget now is in ``Home.budget_pen``."""

    objective: Objective = Objective.SAVINGS
    instalment_pen: Decimal | None = None
    """Most that is put aside in a month, out of what the steps already done save, to buy
    more within the twelve months; ``None``: only the budget now buys. [PEN/month]"""
    effort_pen_month: Decimal = Decimal(0)
    """What keeping one daily habit is worth to the household. [PEN/month]"""
    frontier: bool = False
    """Whether to tell the best plan of every budget, not only of the present one."""
    any_option: bool = False
    """Whether the plan chooses the tariff option too, among those the home may ask for."""
    without: frozenset[str] = frozenset()
    """Measures that are done already, or that the household does not want."""
    most_states: int = MOST_STATES
    """Partial plans that the search keeps; beyond it the optimum is bounded, not proved."""

    def __post_init__(self) -> None:
        """Refuse amounts below zero (``wish-negative``)."""
        amounts = {"instalment": self.instalment_pen, "effort": self.effort_pen_month}
        for name, amount in amounts.items():
            if amount is not None and amount < 0:
                raise WishError("wish-negative", field=name, value=amount)


NO_WISHES = Wishes()
"""Most soles a month, from the budget alone, at any effort."""
