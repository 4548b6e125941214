"""The plan of a home without a line: kit, stove and digester, the best set of their sizes.

There is no bill, so nothing but fuel and charging is spared and every set is the sum of its
members: all of them are tried.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from ahorraluz.core.advice.catalogue import offgrid, wood
from ahorraluz.core.advice.interactions import ruled_out
from ahorraluz.core.advice.lineless_home import LinelessContext
from ahorraluz.core.advice.measures import Answer, Ask, Certainty, NotHere, Proposal, Question
from ahorraluz.core.advice.recommendation import ZERO, Confidence, LeftOut, Standing
from ahorraluz.core.advice.recommending import LOOSE
from ahorraluz.core.advice.wishes import Objective, WishError
from ahorraluz.core.advice.worth import (
    Money,
    Worth,
    net_yearly,
    price_that_is_worth,
    whole_cost,
    worth_of,
)
from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.economics import MoneyRange, present_value

MONTHS = 12
Judge = Callable[[LinelessContext], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinelessMeasure:
    """One thing that a home without a line can do; words as those of every measure."""

    id: str
    evidence: tuple[str, ...]
    """Rows of ``data/measures.csv``."""
    judge: Judge


MEASURES = (
    LinelessMeasure(id="offgrid-kit", evidence=("offgrid-kit",), judge=offgrid.judge_kit),
    LinelessMeasure(
        id="solar-programme", evidence=("solar-programme",), judge=offgrid.judge_programme
    ),
    LinelessMeasure(
        id=wood.IMPROVED_STOVE.id,
        evidence=wood.IMPROVED_STOVE.evidence,
        judge=wood.judge_stove,
    ),
    LinelessMeasure(
        id=wood.BIODIGESTER.id, evidence=wood.BIODIGESTER.evidence, judge=wood.judge_digester
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinelessStep:
    """One measure for one home without a line."""

    measure: LinelessMeasure
    proposal: Proposal
    standing: Standing
    saving_year: MoneyRange | None
    """``None``: no soles are claimed. [PEN/year]"""
    worth: Worth | None
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class LinelessPlan:
    """What a home without a line can do."""

    steps: tuple[LinelessStep, ...]
    """The best set, most soles first."""
    options: tuple[LinelessStep, ...]
    """Not counted: a price is not known, or somebody else decides."""
    checks: tuple[LinelessStep, ...]
    left_out: tuple[LeftOut, ...]
    questions: tuple[Question, ...]
    saving_pen_year: Decimal
    cost_pen: Decimal
    net_pen_month: Decimal
    """Saving less every cost spread over its life. [PEN/month]"""
    npv_pen: Decimal
    sets: int
    """Sets that were tried: all there are."""


Sized = tuple[LinelessMeasure, Proposal]


def plan_without_line(
    context: LinelessContext,
    *,
    objective: Objective = Objective.SAVINGS,
    measures: Sequence[LinelessMeasure] = MEASURES,
) -> LinelessPlan:
    """Return the plan of a home without a line.

    Raises
    ------
    WishError
        ``co2-without-line``: nobody published what candles and paraffin lamps emit here.
    """
    if objective is Objective.CO2:
        raise WishError("co2-without-line")
    limit = round(context.facts.advice.payback_limit_years.middle)
    money = Money(rate=context.rate, limit_years=max(limit, 1))
    answers = [(measure, measure.judge(context)) for measure in measures]
    sets = list(_sets(answers, context.home.budget_pen))
    best = max(sets, key=lambda chosen: _worth(chosen, money, objective))
    done = {measure.id for measure, _ in best}
    steps = sorted(best, key=lambda sized: -_net_year(sized, money))
    beside = [(measure, answer) for measure, answer in answers if measure.id not in done]
    told = [_beside(measure, answer, done, money) for measure, answer in beside]
    return LinelessPlan(
        steps=tuple(_step(sized, Standing.STEP, money) for sized in steps),
        options=tuple(
            one
            for one in told
            if isinstance(one, LinelessStep) and one.standing is not Standing.CHECK
        ),
        checks=tuple(
            one for one in told if isinstance(one, LinelessStep) and one.standing is Standing.CHECK
        ),
        left_out=tuple(one for one in told if isinstance(one, LeftOut)),
        questions=_questions(beside),
        saving_pen_year=sum((_saving(proposal) for _, proposal in best), ZERO),
        cost_pen=_cost(best),
        net_pen_month=round_cent(_worth(best, money, Objective.SAVINGS) / MONTHS),
        npv_pen=round_cent(_worth(best, money, Objective.NPV)),
        sets=len(sets),
    )


def _sets(
    answers: Sequence[tuple[LinelessMeasure, Answer]], budget: Decimal | None
) -> Iterator[tuple[Sized, ...]]:
    """Yield every set of sizes that the budget and the rules allow, the empty one first."""
    choices = [(None, *((measure, size) for size in _sizes(answer))) for measure, answer in answers]
    for picked in product(*choices):
        chosen = tuple(one for one in picked if one is not None)
        ids = [measure.id for measure, _ in chosen]
        within = budget is None or _cost(chosen) <= budget
        if within and not any(ruled_out(name, ids) for name in ids):
            yield chosen


def _sizes(answer: Answer) -> tuple[Proposal, ...]:
    """Return the sizes that can be counted: sure, and of known cost."""
    if not isinstance(answer, Proposal):
        return ()
    return tuple(
        size
        for size in (answer, *answer.variants)
        if size.certainty is Certainty.SURE and size.cost.middle is not None
    )


def _cost(chosen: Sequence[Sized]) -> Decimal:
    return sum((size.cost.middle or ZERO for _, size in chosen), ZERO)


def _saving(proposal: Proposal) -> Decimal:
    return ZERO if proposal.other is None else MONTHS * proposal.other.middle


def _net_year(sized: Sized, money: Money) -> Decimal:
    return net_yearly(_saving(sized[1]), sized[1], money) or ZERO


def _worth(chosen: Sequence[Sized], money: Money, objective: Objective) -> Decimal:
    if objective is Objective.SAVINGS:
        return sum((_net_year(sized, money) for sized in chosen), ZERO)
    return sum(
        (
            _value(size, money) - whole_cost(size, money, cost=size.cost.middle or ZERO)
            for _, size in chosen
        ),
        ZERO,
    )


def _value(proposal: Proposal, money: Money) -> Decimal:
    """Return what the saving of all its years is worth today. [PEN]"""
    return present_value(
        _saving(proposal),
        years=money.years(proposal),
        rate=money.rate,
        fading_year=proposal.fading_year,
    )


def _step(sized: Sized, standing: Standing, money: Money) -> LinelessStep:
    measure, proposal = sized
    saving = None
    if proposal.other is not None and standing is not Standing.CHECK:
        low, middle, high = (
            MONTHS * part
            for part in (proposal.other.low, proposal.other.middle, proposal.other.high)
        )
        saving = MoneyRange(
            low=low, middle=middle, high=high, unit="PEN/year", basis=proposal.basis
        )
    loose = standing is Standing.CHECK or proposal.basis in LOOSE or saving is None
    return LinelessStep(
        measure=measure,
        proposal=proposal,
        standing=standing,
        saving_year=saving,
        worth=None if saving is None else worth_of(saving, proposal, money),
        confidence=Confidence.LOW if loose else Confidence.MEDIUM,
    )


def _beside(
    measure: LinelessMeasure, answer: Answer, done: set[str], money: Money
) -> LinelessStep | LeftOut:
    """Return what became of a measure that is no step."""
    if ruled_out(measure.id, done):
        return LeftOut(measure=measure.id, reason="reason.ruled-out")
    match answer:
        case NotHere():
            return LeftOut(measure=measure.id, reason=answer.reason, parameters=answer.parameters)
        case Ask():
            if answer.proposal is None:
                return LeftOut(measure=measure.id, reason="reason.needs-answer")
            return _step((measure, answer.proposal), Standing.CHECK, money)
        case Proposal():
            return _proposed(measure, answer, money)


def _proposed(measure: LinelessMeasure, proposal: Proposal, money: Money) -> LinelessStep | LeftOut:
    if proposal.certainty is Certainty.NO_SOLES:
        return _step((measure, proposal), Standing.CHECK, money)
    if proposal.certainty is Certainty.IF_GRANTED:
        return _step((measure, proposal), Standing.IF_GRANTED, money)
    if proposal.cost.middle is None:
        return _step((measure, proposal), Standing.ASK_PRICE, money)
    size = max(_sizes(proposal), key=lambda one: _net_year((measure, one), money))
    cost, saving = round_cent(size.cost.middle or ZERO), round_cent(_saving(size))
    pays = _net_year((measure, size), money) > 0
    below = round_cent(max(price_that_is_worth(_value(size, money), size, money), ZERO))
    return LeftOut(
        measure=measure.id,
        reason="reason.dearer-than-budget" if pays else "reason.dearer-than-worth",
        parameters={"cost": cost, "saving": saving, "below": below},
        enters_below_pen=None if pays else below,
    )


def _questions(beside: Sequence[tuple[LinelessMeasure, Answer]]) -> tuple[Question, ...]:
    asked: dict[Question, None] = {}
    for _, answer in beside:
        if isinstance(answer, NotHere):
            continue
        asked |= dict.fromkeys(answer.questions)
        figure = answer.cost.figure if isinstance(answer, Proposal) else None
        if isinstance(answer, Proposal) and figure and answer.cost.middle is None:
            asked[Question(id=figure, field=f"assumptions.{figure}")] = None
    return tuple(asked)
