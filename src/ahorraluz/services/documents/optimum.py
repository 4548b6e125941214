"""The document of an optimum: what was wanted, what the steps give of it, and the proof."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ahorraluz.core.advice.recommendation import FrontierPoint, Optimum, Plan, Reason
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.home import Option
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
            "option": None if point.option is None else point.option.value,
            "measures": list(point.steps),
            "joins": [_named(name, texts) for name in point.joins],
            "leaves": [_named(name, texts) for name in point.leaves],
        }
        for point in points
    ]


def budget_changes(plan: Plan, texts: Texts) -> Iterator[tuple[str, str]]:
    """Yield what each budget of a frontier brings in and sends out, the tariff option first.

    Where the cheapest plan has no step, that is said in place of a list.
    """
    option, meters = None, {one.option: one.meter.middle for one in plan.options_tried}
    for point in plan.frontier:
        joins = [texts.text(f"measure.{name}.title") for name in point.joins]
        leaves = [texts.text(f"measure.{name}.title") for name in point.leaves]
        if point.option is not option:
            joins.insert(0, _moved(point.option, meters, texts))
        if not point.steps and point.option is None:
            joins = [texts.text("frontier.nothing")]
        option = point.option
        yield " · ".join(joins), " · ".join(leaves)


def _moved(option: Option | None, meters: Mapping[Option, Decimal | None], texts: Texts) -> str:
    """Return that the plan of a budget changes the tariff option, and what its meter costs."""
    if option is None:
        return texts.text("frontier.stays")
    meter = meters.get(option)
    if meter is None:
        return texts.text("frontier.moves-unpriced", option=option.value)
    return texts.text("frontier.moves", option=option.value, meter=texts.soles(meter, places=0))


def reason_text(reason: Reason | None, texts: Texts) -> str | None:
    """Return the sentence of a reason."""
    return None if reason is None else texts.text(reason.key, **reason.parameters)


def worth_text(objective: Objective, worth: Decimal, texts: Texts) -> str:
    """Return a worth with what it is counted in."""
    return texts.text(f"worth.{objective.value}", worth=texts.number(worth, places=2))


def _named(measure: str, texts: Texts) -> Document:
    return {"measure": measure, "title": texts.text(f"measure.{measure}.title")}
