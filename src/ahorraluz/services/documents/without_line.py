"""The document of a plan for a home without a line."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ahorraluz.catalog.evidence import load_measure_facts
from ahorraluz.core.advice.measures import Question
from ahorraluz.core.advice.recommendation import LeftOut
from ahorraluz.core.advice.without_line import LinelessStep
from ahorraluz.core.issues import Parameter
from ahorraluz.services.advise_without_line import LinelessAdvice
from ahorraluz.services.documents.parts import (
    Document,
    issue_documents,
    plain,
    rounded,
    soles,
    source_documents,
)
from ahorraluz.services.renewables.entries import entry_name
from ahorraluz.texts import Texts

SCHEMA = "ahorraluz.plan-without-line.1"
PURPOSES = "purposes"


def without_line_document(advice: LinelessAdvice, texts: Texts) -> Document:
    """Return the advice; layout in ``docs/reference/schemas/plan-without-line.json``."""
    home, plan = advice.home, advice.plan
    return {
        "schema": SCHEMA,
        "home": {
            "people": home.people,
            "department": home.department,
            "city": home.city,
            "cooking": home.cooking.value if home.cooking else None,
            "spending_month": {name.value: soles(paid) for name, paid in home.spending.items()},
            "need_wh_day": {name.value: rounded(wh) for name, wh in advice.need_wh_day.items()},
        },
        "steps": [_step(step, texts) for step in plan.steps],
        "options": [_step(step, texts) for step in plan.options],
        "checks": [_step(step, texts) for step in plan.checks],
        "left_out": [_left_out(item, texts) for item in plan.left_out],
        "questions": [_question(question, texts) for question in plan.questions],
        "offered_by": [
            {"id": entry.id, "name": entry_name(entry, texts), "url": entry.web}
            for entry in advice.offered_by
        ],
        "saving_year": soles(plan.saving_pen_year),
        "cost": soles(plan.cost_pen),
        "budget": soles(home.budget_pen),
        "objective": advice.objective.value,
        "net_month": soles(plan.net_pen_month),
        "npv": soles(plan.npv_pen),
        "sets": plan.sets,
        "issues": issue_documents(advice.issues, texts),
        "sources": source_documents(
            load_measure_facts()[name].source
            for step in (*plan.steps, *plan.options, *plan.checks)
            for name in step.measure.evidence
        ),
    }


def how_text(step: LinelessStep, texts: Texts) -> str:
    """Return how a step is done, with the words of what its kit is for."""
    return texts.text(f"measure.{step.measure.id}.how", **_worded(step.proposal.parameters, texts))


def _worded(parameters: Mapping[str, Parameter], texts: Texts) -> dict[str, Parameter]:
    found = dict(parameters)
    if PURPOSES in found:
        names = found[PURPOSES]
        assert isinstance(names, Sequence)  # noqa: S101 - kits name what they are for
        found[PURPOSES] = [texts.text(f"purpose.{name}") for name in names]
    return found


def _step(step: LinelessStep, texts: Texts) -> Document:
    proposal, saving, worth = step.proposal, step.saving_year, step.worth
    value = None if worth is None else worth.net_present_value
    return {
        "measure": step.measure.id,
        "title": texts.text(f"measure.{step.measure.id}.title"),
        "why": texts.text(f"measure.{step.measure.id}.why"),
        "how": how_text(step, texts),
        "standing": step.standing.value,
        "confidence": step.confidence.value,
        "basis": texts.text(proposal.basis),
        "saving_year": None if saving is None else soles(saving.middle),
        "saving_low_year": None if saving is None else soles(saving.low),
        "saving_high_year": None if saving is None else soles(saving.high),
        "cost": {
            "kind": proposal.cost.kind.value,
            "amount": soles(proposal.cost.middle),
            "figure": proposal.cost.figure,
        },
        "life_years": proposal.life_years,
        "payback_months": None if worth is None else worth.payback_months,
        "npv": None if value is None else soles(value.middle),
        "pays_below": None if worth is None else soles(worth.pays_below_pen),
        "parameters": {name: _plain(value) for name, value in proposal.parameters.items()},
        "issues": issue_documents(proposal.issues, texts),
    }


def _plain(value: Parameter) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    return list(value) if isinstance(value, tuple | list) else value


def _left_out(item: LeftOut, texts: Texts) -> Document:
    return {
        "measure": item.measure,
        "title": texts.text(f"measure.{item.measure}.title"),
        "reason": texts.text(item.reason, **item.parameters),
        "enters_below": soles(item.enters_below_pen),
    }


def _question(question: Question, texts: Texts) -> Document:
    return {
        "id": question.id,
        "field": question.field,
        "text": texts.text(f"question.{question.id}"),
    }
