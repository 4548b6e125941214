"""The document of how sure a plan is, and its words: for machines, terminals and pages alike."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ahorraluz.core.advice.chances import (
    OF_USES,
    Chances,
    Influence,
    NextQuestion,
    Uncertainty,
    ValueOfKnowing,
)
from ahorraluz.core.advice.recommendation import Plan
from ahorraluz.services.documents.parts import Document, issue_documents, plain, soles
from ahorraluz.texts import Texts

MONTHS = 12
PLACES = 3
"""Decimals of a probability: one of a thousand draws."""
FIGURE = "figure"
"""Question of how far a household would go; each figure has words of its own."""
SURE, UNLIKELY = 0.995, 0.005
"""Nothing drawn is told as certain."""


def uncertainty_document(plan: Plan, texts: Texts) -> Document | None:
    """Return how sure a plan is; ``None``: nothing was drawn, or there is no step."""
    found = plan.uncertainty
    if found is None:
        return None
    return {
        "seed": found.sampling.seed,
        "draws": found.sampling.draws,
        "priced": round(found.priced, PLACES),
        "plan": _chances(found.plan),
        "steps": [
            {
                "rank": step.rank,
                "measure": step.measure,
                **_chances(chances),
                "unknowns": _unknowns(chances.unknowns, texts),
            }
            for step, chances in zip(plan.steps, found.steps, strict=True)
        ],
        "unknowns": _unknowns(found.plan.unknowns, texts),
        "next_question": _question(found.question, texts),
        "knowing": _knowing(found.knowing),
        "issues": issue_documents(found.issues, texts),
    }


def unknown_text(influence: Influence, texts: Texts) -> str:
    """Return what is not known in words."""
    key = f"unknown.{influence.doubt.value}"
    if influence.subject is None:
        return texts.text(key)
    own = f"{key}.{influence.subject}"
    if influence.doubt not in OF_USES and texts.has(own):
        return texts.text(own)
    if influence.doubt not in OF_USES:
        return texts.text(key, name=texts.text(f"measure.{influence.subject}.title"))
    names = (f"appliance.{influence.subject}", f"end-use.{influence.subject}")
    return texts.text(key, name=next(texts.text(name) for name in names if texts.has(name)))


def question_text(question: NextQuestion, texts: Texts) -> str:
    """Return the question to ask next."""
    if question.id == FIGURE:
        return texts.text(f"sure.ask.{question.subject}")
    key = f"sure.ask.{question.id}"
    if question.subject is None:
        return texts.text(key)
    name = f"measure.{question.subject}.title"
    if question.id != "quote":
        name = f"appliance.{question.subject}"
    return texts.text(key, name=texts.text(name))


def chance_texts(chances: Chances, texts: Texts, *, places: int = 2) -> tuple[str, ...]:
    """Return the range of a step, and what may not come: that it saves, or pays back."""
    low, high = (texts.soles(end, places=places) for end in (chances.year.p10, chances.year.p90))
    said = [texts.text("sure.range", low=low, high=high)]
    if chances.crossed or chances.voucher is not None:
        middle = texts.soles(chances.year.p50, places=places)
        said.append(texts.text("sure.half-step", middle=middle))
    if chances.saves < SURE:
        said.append(texts.text("sure.saves", part=part_text(chances.saves, texts)))
    said.extend(_limit_texts(chances, texts))
    if chances.pays_back is not None and chances.within_years is not None:
        said.append(
            texts.text(
                "sure.pays",
                part=part_text(chances.pays_back, texts),
                years=chances.within_years,
            )
        )
    return tuple(said)


def _limit_texts(chances: Chances, texts: Texts) -> tuple[str, ...]:
    """Return how likely it is to come under the limits that its soles hang on."""
    said = [
        texts.text(
            "sure.under",
            part=part_text(crossed.chance, texts),
            without=part_text(crossed.chance_without, texts),
            limit=texts.number(crossed.limit_kwh),
        )
        for crossed in chances.crossed
    ]
    if chances.voucher is not None:
        without, part = (part_text(part, texts) for part in chances.voucher)
        said.append(texts.text("sure.voucher", part=part, without=without))
    return tuple(said)


def plan_texts(found: Uncertainty, texts: Texts, *, places: int = 2) -> tuple[str, ...]:
    """Return how sure the whole plan is, what that hangs on, and what to ask next."""
    plan = found.plan
    low, middle, high = (
        texts.soles(end, places=places) for end in (plan.year.p10, plan.year.p50, plan.year.p90)
    )
    said = [
        texts.text("sure.half", middle=middle),
        texts.text("sure.plan", low=low, high=high),
        *_limit_texts(plan, texts),
    ]
    if plan.saves < SURE:
        said.append(texts.text("sure.saves", part=part_text(plan.saves, texts)))
    if plan.pays_back is not None:
        said.append(texts.text("sure.plan-pays", part=part_text(plan.pays_back, texts)))
    said.extend(_better_texts(found, texts, places=places))
    if plan.unknowns:
        told = [
            texts.text(
                "sure.unknown",
                unknown=unknown_text(influence, texts),
                percent=round(100 * influence.share),
            )
            for influence in plan.unknowns
        ]
        said.append(texts.text("sure.matters", unknowns="; ".join(told)))
    return tuple(said)


def _better_texts(found: Uncertainty, texts: Texts, *, places: int) -> Iterator[str]:
    """Yield the step without which, or with which, the drawn years leave more on average."""
    better = None if found.knowing is None else found.knowing.better
    if better is None:
        return
    value = texts.soles(better.value, places=places)
    names = [
        None if measure is None else texts.text(f"measure.{measure}.title")
        for measure in (better.leaves, better.joins)
    ]
    if better.leaves == better.joins:
        yield texts.text("sure.better-size", value=value, joins=names[1])
    elif better.joins is None:
        yield texts.text("sure.better-without", value=value, leaves=names[0])
    elif better.leaves is None:
        yield texts.text("sure.better-with", value=value, joins=names[1])
    else:
        yield texts.text("sure.better-instead", value=value, leaves=names[0], joins=names[1])


def asking_texts(found: Uncertainty, texts: Texts, *, places: int = 2) -> tuple[str, ...]:
    """Return the question to ask next and what its answer would do, or that none helps."""
    question = found.question
    if question is None:
        return () if found.knowing is None else (texts.text("sure.settled"),)
    return (
        texts.text("sure.question", question=question_text(question, texts)),
        *_worth_texts(question, texts, places=places),
    )


def _worth_texts(question: NextQuestion, texts: Texts, *, places: int) -> tuple[str, ...]:
    """Return what an answer is worth to the choice; for CO2, by how much it narrows soles."""
    if question.value is not None and question.changes is not None:
        names = [texts.text(f"measure.{measure}.title") for measure in question.decides]
        return (
            texts.text("sure.value", value=texts.soles(question.value, places=places)),
            texts.text(
                "sure.decides-size" if question.sizes else "sure.decides",
                part=part_text(question.changes, texts),
                measures=" · ".join(names),
            ),
        )
    now, less = (
        texts.soles(width, places=places)
        for width in (question.width_now, question.width_now - question.width_then)
    )
    return (texts.text("sure.narrows", now=now, less=less),)


def part_text(part: float, texts: Texts) -> str:
    """Return a probability as so many of a hundred."""
    if part >= SURE:
        return texts.text("sure.more-than-99")
    if part <= UNLIKELY:
        return texts.text("sure.less-than-1")
    return str(round(100 * part))


def _chances(chances: Chances) -> Document:
    year = chances.year
    ends = {"p10": year.p10, "p50": year.p50, "p90": year.p90}
    return {
        **{name: soles(amount) for name, amount in ends.items()},
        "month": {
            name: soles((amount / MONTHS).quantize(Decimal("0.01")))
            for name, amount in ends.items()
        },
        "saves": round(chances.saves, PLACES),
        "pays_back": None if chances.pays_back is None else round(chances.pays_back, PLACES),
        "within_years": chances.within_years,
        "life_known": chances.life_known,
        "voucher": None
        if chances.voucher is None
        else {
            "without": round(chances.voucher[0], PLACES),
            "with": round(chances.voucher[1], PLACES),
        },
        "crosses": [
            {
                "limit_kwh": plain(crossed.limit_kwh),
                "months": crossed.months,
                "chance": round(crossed.chance, PLACES),
                "chance_without": round(crossed.chance_without, PLACES),
            }
            for crossed in chances.crossed
        ],
    }


def _unknowns(influences: Sequence[Influence], texts: Texts) -> list[Document]:
    return [
        {
            "id": influence.doubt.value,
            "subject": influence.subject,
            "text": unknown_text(influence, texts),
            "share": round(influence.share, PLACES),
        }
        for influence in influences
    ]


def _knowing(knowing: ValueOfKnowing | None) -> Document | None:
    if knowing is None:
        return None
    better = knowing.better
    return {
        "everything": soles(knowing.everything),
        "plans": knowing.plans,
        "better": None
        if better is None
        else {"value": soles(better.value), "leaves": better.leaves, "joins": better.joins},
    }


def _question(question: NextQuestion | None, texts: Texts) -> Document | None:
    if question is None:
        return None
    return {
        "id": question.id,
        "field": question.field,
        "subject": question.subject,
        "text": question_text(question, texts),
        "value": None if question.value is None else soles(question.value),
        "changes": None if question.changes is None else round(question.changes, PLACES),
        "decides": list(question.decides),
        "sizes": question.sizes,
        "narrows": round(question.narrows, PLACES),
        "width_now": soles(question.width_now),
        "width_then": soles(question.width_then),
    }
