"""What ``ahorraluz plan`` says of how sure it is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ahorraluz.cli.tables import heading
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.advice.recommendation import Plan, Recommendation


def chance_lines(plan: "Plan", step: "Recommendation", texts: Texts) -> Iterator[str]:
    """Yield the chance that a step saves, and that it pays back; its range stands above."""
    from ahorraluz.services.documents.uncertainty import chance_texts

    if plan.uncertainty is not None:
        chances = plan.uncertainty.steps[step.rank - 1]
        yield from chance_texts(chances, texts)[1:]


def uncertainty_lines(plan: "Plan", texts: Texts) -> Iterator[str]:
    """Yield how sure the whole plan is, what that hangs on, and what to ask next."""
    from ahorraluz.services.documents.uncertainty import asking_texts, plan_texts

    found = plan.uncertainty
    if found is None:
        return
    yield from heading(texts.text("sure.heading"))
    yield from plan_texts(found, texts)
    yield from asking_texts(found, texts)
    yield texts.text("sure.drawn", draws=found.sampling.draws, seed=found.sampling.seed)
    yield from (texts.issue(issue) for issue in found.issues)
