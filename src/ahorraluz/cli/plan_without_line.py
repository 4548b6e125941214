"""What ``ahorraluz plan`` says of a home that no line reaches."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ahorraluz.cli.tables import heading, issue_lines
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.advice.without_line import LinelessPlan, LinelessStep
    from ahorraluz.services.advise_without_line import LinelessAdvice


def without_line_lines(advice: "LinelessAdvice", texts: Texts) -> Iterator[str]:
    """Yield the plan of a home without a line."""
    from ahorraluz.services.renewables.entries import entry_name

    plan = advice.plan
    yield texts.text("cli.lineless-spends", month=texts.soles(advice.spending_month))
    for purpose, need in advice.need_wh_day.items():
        yield texts.text(
            "cli.lineless-needs",
            purpose=texts.text(f"purpose.{purpose.value}"),
            need=texts.number(need, places=0),
        )
    yield from _steps(plan, texts)
    for key, items in (("cli.plan-options", plan.options), ("cli.plan-checks", plan.checks)):
        yield from _under(key, (line for item in items for line in _step("- ", item, texts)), texts)
    yield from _under("cli.plan-left", _left_out(plan, texts), texts)
    who = (
        f"- {' · '.join(filter(None, (entry_name(entry, texts), entry.web)))}"
        for entry in advice.offered_by
    )
    yield from _under("cli.lineless-offered", who, texts)
    asked = (
        f"- {texts.text(f'question.{question.id}')} ({question.field})"
        for question in plan.questions
    )
    yield from _under("cli.plan-questions", asked, texts)
    yield from issue_lines(advice.issues, texts)


def _under(key: str, lines: Iterable[str], texts: Texts) -> Iterator[str]:
    """Yield lines under their heading; nothing where there are none."""
    found = list(lines)
    if found:
        yield from heading(texts.text(key))
        yield from found


def _left_out(plan: "LinelessPlan", texts: Texts) -> Iterator[str]:
    for out in plan.left_out:
        title = texts.text(f"measure.{out.measure}.title")
        yield f"- {title}: {texts.text(out.reason, **out.parameters)}"


def _steps(plan: "LinelessPlan", texts: Texts) -> Iterator[str]:
    yield from heading(texts.text("cli.plan-steps"))
    for rank, step in enumerate(plan.steps, 1):
        yield from _step(f"{rank}. ", step, texts)
    if not plan.steps:
        yield texts.text("cli.plan-no-steps")
        return
    yield ""
    yield texts.text(
        "cli.lineless-total",
        month=texts.soles(plan.net_pen_month),
        year=texts.soles(plan.saving_pen_year),
        cost=texts.soles(plan.cost_pen),
    )
    yield texts.text("cli.lineless-proved", sets=plan.sets)


def _step(mark: str, step: "LinelessStep", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.documents.without_line import how_text

    yield f"{mark}{texts.text(f'measure.{step.measure.id}.title')}"
    indent = " " * len(mark)
    yield f"{indent}{how_text(step, texts)}"
    facts = _saves(step, texts)
    worth, cost = step.worth, step.proposal.cost
    if cost.middle:
        facts.append(texts.text("cli.plan-cost", cost=texts.soles(cost.middle)))
    elif worth is not None and worth.pays_below_pen is not None:
        facts.append(
            texts.text(
                "cli.plan-pays-below",
                cost=texts.soles(worth.pays_below_pen),
                years=worth.pays_within_years or 0,
            )
        )
    facts.append(texts.text(f"confidence.{step.confidence.value}"))
    facts.append(texts.text(f"standing.{step.standing.value}"))
    yield f"{indent}{' · '.join(facts)}"
    yield from (f"{indent}{texts.issue(issue)}" for issue in step.proposal.issues)


def _saves(step: "LinelessStep", texts: Texts) -> list[str]:
    saving = step.saving_year
    if saving is None:
        return []
    low, middle, high = map(texts.soles, (saving.low, saving.middle, saving.high))
    if low == high:
        return [texts.text("cli.lineless-saves", year=middle)]
    return [texts.text("cli.plan-saves", year=middle, low=low, high=high)]
