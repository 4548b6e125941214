"""The document of an optimum: what was wanted, what the steps give of it, and the proof."""

from collections.abc import Sequence
from decimal import Decimal

from ahorraluz.core.advice.recommendation import FrontierPoint, Optimum, Reason
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.services.documents.parts import Document, plain, soles
from ahorraluz.texts import Texts


def optimum_document(optimum: Optimum | None, texts: Texts) -> Document | None:
    """Return the optimum; ``None`` where nothing was searched for."""
    if optimum is None:
        return None
    return {
        "objective": optimum.objective.value,
        "text": worth_text(optimum.objective, optimum.worth, texts),
        "value": plain(optimum.worth),
        "proved": optimum.proved,
        "bound": None if optimum.bound is None else plain(optimum.bound),
        "gap": None if optimum.gap is None else plain(optimum.gap),
        "states": optimum.states,
        "net_month": soles(optimum.net_pen_month),
        "npv": soles(optimum.npv_pen),
        "co2_kg_year": None if optimum.co2_kg_year is None else plain(optimum.co2_kg_year),
    }


def frontier_documents(points: Sequence[FrontierPoint], texts: Texts) -> list[Document]:
    """Return the best plan of every budget, as far as it was asked for."""
    return [
        {
            "budget": soles(point.budget_pen),
            "cost": soles(point.cost_pen),
            "value": plain(point.worth),
            "proved": point.proved,
            "measures": list(point.steps),
            "joins": [_named(name, texts) for name in point.joins],
            "leaves": [_named(name, texts) for name in point.leaves],
        }
        for point in points
    ]


def reason_text(reason: Reason | None, texts: Texts) -> str | None:
    """Return the sentence of a reason."""
    return None if reason is None else texts.text(reason.key, **reason.parameters)


def worth_text(objective: Objective, worth: Decimal, texts: Texts) -> str:
    """Return a worth with what it is counted in."""
    return texts.text(f"worth.{objective.value}", worth=texts.number(worth, places=2))


def _named(measure: str, texts: Texts) -> Document:
    return {"measure": measure, "title": texts.text(f"measure.{measure}.title")}
