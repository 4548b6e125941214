"""How sure the plan of a page is: a line or two a step, a few for the whole."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ahorraluz.core.advice.recommendation import Plan
from ahorraluz.services.documents.uncertainty import asking_texts, chance_texts, plan_texts
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.web.steps import StepCard

FORMS = {"people": ("/hogar", "ph"), "recibos": ("/recibo", "hk")}
"""Page and parameter of a form by the field of a question."""
APPLIANCES = "appliances."
LIST = "a"
"""An appliance is ticked under this, a point and its id."""


def with_chances(plan: Plan, cards: tuple["StepCard", ...], texts: Texts) -> tuple["StepCard", ...]:
    """Return cards of which the steps tell how likely they save and pay back."""
    if plan.uncertainty is None:
        return cards
    chances = {
        step.measure: chance_texts(found, texts)[1:]
        for step, found in zip(plan.steps, plan.uncertainty.steps, strict=True)
    }
    return tuple(replace(card, chances=chances.get(card.id, ())) for card in cards)


def sure_texts(plan: Plan, texts: Texts) -> tuple[str, ...]:
    """Return how sure the whole plan is, in whole soles; nothing where nothing was drawn."""
    return () if plan.uncertainty is None else plan_texts(plan.uncertainty, texts, places=0)


def asking_of(plan: Plan, texts: Texts) -> tuple[str, ...]:
    """Return the answer that would help most and what it would do; nothing without one."""
    return () if plan.uncertainty is None else asking_texts(plan.uncertainty, texts, places=0)


def asked_in(plan: Plan) -> tuple[str, str] | None:
    """Return page and place of the form that asks it; ``None``: only a file can tell."""
    question = None if plan.uncertainty is None else plan.uncertainty.question
    if question is None:
        return None
    if question.field.startswith(APPLIANCES):
        return "/hogar", f"{LIST}.{question.subject}"
    return FORMS.get(question.field)
