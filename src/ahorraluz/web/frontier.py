"""What each further hundred soles of budget buys, as rows of a table."""

from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.advice.recommendation import Plan
from ahorraluz.services.documents.optimum import budget_changes, worth_text
from ahorraluz.texts import Texts

LEAST_ROWS = 2
"""With one row no money changes the plan, so there is nothing to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRow:
    """The best plan of one budget, where it differs from the one before."""

    budget: str
    worth: str
    """Soles a month, less what is bought spread over its life."""
    joins: str
    leaves: str
    """Empty: nothing goes."""


def budget_rows(plan: Plan, texts: Texts) -> tuple[BudgetRow, ...]:
    """Return the rows by rising budget; none where money changes nothing."""
    if plan.optimum is None or len(plan.frontier) < LEAST_ROWS:
        return ()
    return tuple(
        BudgetRow(
            budget=texts.soles(Decimal(point.budget_pen), places=0),
            worth=worth_text(plan.optimum.objective, point.worth, texts),
            joins=joins,
            leaves=leaves,
        )
        for point, (joins, leaves) in zip(plan.frontier, budget_changes(plan, texts), strict=True)
    )
