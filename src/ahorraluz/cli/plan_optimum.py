"""What ``ahorraluz plan`` says of the optimum: how far it is proved, and what it turns on."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from ahorraluz.cli.tables import heading
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.advice.recommendation import Plan, Recommendation


def optimum_lines(plan: "Plan", texts: Texts) -> Iterator[str]:
    """Yield what the steps give of what was wanted, and whether anything gives more."""
    optimum = plan.optimum
    if optimum is None:
        return
    from ahorraluz.services.documents.optimum import worth_text

    spent = plan.cost_pen and optimum.objective is not Objective.CO2
    yield texts.text(
        "cli.plan-optimum-net" if spent else "cli.plan-optimum",
        objective=texts.text(f"objective.{optimum.objective.value}"),
        worth=worth_text(optimum.objective, optimum.worth, texts),
    )
    if optimum.proved:
        yield texts.text("cli.plan-proved", states=optimum.states)
    elif optimum.bound is None:
        yield texts.text("cli.plan-nothing-proved")
    else:
        bound = worth_text(optimum.objective, optimum.bound, texts)
        yield texts.text("cli.plan-not-proved", bound=bound)


def reason_lines(step: "Recommendation", texts: Texts) -> Iterator[str]:
    """Yield why a step comes in its place, and which lines of the bills fall."""
    if step.place is not None:
        yield texts.text(step.place.key, **step.place.parameters)
    parts = [
        f"{texts.text(f'fallen.{name}')} {texts.soles(amount)}"
        for name, amount in step.fallen.items()
        if amount
    ]
    if parts:
        yield texts.text("cli.plan-falls", lines=" · ".join(parts))


def tried_lines(plan: "Plan", texts: Texts) -> Iterator[str]:
    """Yield the tariff options that the plan chose among, where it was asked to."""
    if not plan.options_tried:
        return
    from ahorraluz.services.documents.options_tried import tried_sentences

    yield from heading(texts.text("cli.plan-tried"))
    for one in plan.options_tried:
        first, *others = tried_sentences(plan, one, texts)
        yield f"- {first}"
        yield from (f"  {line}" for line in others)


def left_out_lines(plan: "Plan", texts: Texts) -> Iterator[str]:
    """Yield what could have been a step, with what would bring it in."""
    near = [item for item in plan.left_out if item.would is not None]
    if near:
        yield from heading(texts.text("cli.plan-left"))
    for item in near:
        assert item.would is not None  # noqa: S101 - they were chosen so
        title = texts.text(f"measure.{item.measure}.title")
        reason = texts.text(item.reason, **item.parameters)
        yield f"- {title}: {reason} {texts.text(item.would.key, **item.would.parameters)}"


def frontier_lines(plan: "Plan", texts: Texts) -> Iterator[str]:
    """Yield what each further hundred soles buys, where the best plan changes."""
    if not plan.frontier or plan.optimum is None:
        return
    yield from heading(texts.text("cli.plan-frontier"))
    from ahorraluz.services.documents.optimum import budget_changes, worth_text

    for point, changes in zip(plan.frontier, budget_changes(plan, texts), strict=True):
        said = [
            texts.text(
                "cli.plan-frontier-row",
                budget=texts.number(Decimal(point.budget_pen), places=0),
                worth=worth_text(plan.optimum.objective, point.worth, texts),
            )
        ]
        for key, names in zip(("cli.plan-joins", "cli.plan-leaves"), changes, strict=True):
            if names:
                said.append(texts.text(key, names=names))
        yield f"- {' · '.join(said)}"
