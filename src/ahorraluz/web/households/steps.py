"""The steps by which a household tells of its home: their fields, order, and what to ask next."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.core.advice.asked import ASKED
from ahorraluz.services.inquiries.inquiry import PRINTED
from ahorraluz.services.inquiries.query import Query
from ahorraluz.texts import Texts
from ahorraluz.web.answer import Answer
from ahorraluz.web.steps import AskedCost, asked_figure

PLACE, BILLS, DWELLING, METER, APPLIANCES, GOALS = (
    "lugar",
    "recibos",
    "casa",
    "medidor",
    "artefactos",
    "metas",
)
FIGURES = "cifras"
"""Figures asked for beside the steps of the plan."""
STEPS = (PLACE, BILLS, DWELLING, METER, APPLIANCES, GOALS)
"""In the order in which they are offered; each can be left at any time."""
BILL_LINES = tuple(name for name in PRINTED if name != "est")
FIELDS = {
    PLACE: ("dep", "d", "s"),
    BILLS: ("k", "hk", "t", "f", "h", "o", "fo", "ie", *BILL_LINES),
    DWELLING: ("ph", "te", "ro", "pk", "fu", "gl", "fi"),
    METER: ("hm", "pm"),
    APPLIANCES: ("a", "n.", "hd.", "w.", "ly.", "mi.", "sd.", "on."),
    GOALS: ("bu", "ob", "cu", "ef"),
}
"""Parameters that each step asks for."""
FIGURE = "assumptions."
APPLIANCE = "appliances."


@dataclass(frozen=True, slots=True, kw_only=True)
class NextUp:
    """The one answer that would help the plan most."""

    text: str
    step: str | None
    """Step that asks it; ``None``: it is asked here, or only a file can tell."""
    place: str
    """Where in the step."""
    figure: AskedCost | None
    """Input that takes the answer here."""


def next_up(answer: Answer | None, texts: Texts) -> NextUp | None:
    """Return the answer to ask for next; ``None``: none would change the plan."""
    question = None if answer is None else answer.plan.question
    if answer is None or question is None:
        return None
    text = " ".join(answer.plan.asking)
    if question.field.startswith(APPLIANCE):
        return _in_step(text, APPLIANCES, f"a.{question.subject}")
    if question.field == "people":
        return _in_step(text, DWELLING, "ph")
    if question.field == "recibos":
        return _in_step(text, BILLS, "tira")
    figure = question.field.removeprefix(FIGURE)
    asked = asked_figure(figure, texts) if figure in ASKED else None
    return NextUp(text=text, step=None, place="", figure=asked)


def first_missing(query: Query) -> str | None:
    """Return the step without which there is no answer at all."""
    if "d" not in query.raw or {"dep", "d", "s"} & set(query.errors):
        return PLACE
    if "k" not in query.raw or query.errors:
        return next((step for step in STEPS if _wrong_in(step, query)), BILLS)
    return None


def told_steps(query: Query) -> Sequence[str]:
    """Return the steps of which something is told."""
    return [step for step in STEPS if any(_is_told(name, query) for name in FIELDS[step])]


def _wrong_in(step: str, query: Query) -> bool:
    return any(name in query.errors for name in FIELDS[step])


def _is_told(name: str, query: Query) -> bool:
    return bool(query.appliances) if name == "a" else name in query.raw


def _in_step(text: str, step: str, place: str) -> NextUp:
    return NextUp(text=text, step=step, place=place, figure=None)
