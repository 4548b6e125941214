"""The plan as cards: what to do, what it saves, what it costs, why, and on what evidence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ahorraluz.core.advice.asked import ASKED
from ahorraluz.core.advice.chances import NextQuestion
from ahorraluz.core.advice.measures import CostKind
from ahorraluz.core.advice.recommendation import (
    LeftOut,
    OpenQuestion,
    Plan,
    Recommendation,
    Standing,
)
from ahorraluz.core.estimate import Estimate
from ahorraluz.services.inquiries.fields import asks_percent, figure_parameter
from ahorraluz.texts import Texts
from ahorraluz.web.frontier import BudgetRow, budget_rows
from ahorraluz.web.other_tariffs import ANY_OPTION, METER, TriedOption, tried_options
from ahorraluz.web.sure import asked_in, asking_of, sure_texts, with_chances

BEST = 5
"""Cards shown open, where the plan itself has fewer steps."""
MONTHS = 12
TWO_DIGITS = 10
PRICE = "PEN"
PRICES = (PRICE, "PEN/kWp")
TYPED = "assumptions."
"""How files write the figures that a household types."""
FORM_PARAMETER = {
    "tenure": "te",
    "roof": "ro",
    "people": "ph",
    "city": "dep",
    "cooking": "fu",
    "lpg_cylinder_pen": "gl",
    "fise_voucher": "fi",
    "appliances": "a",
    "appliances.always_on": "a",
}
"""Parameter of the form of the home by the field of a question."""
YEAR_MONTHS = 24
"""From here on a payback is told in years. [month]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCost:
    """A figure that only the household knows, asked for on the card itself."""

    parameter: str
    """Name of the input."""
    label: str
    unit: str
    """``PEN`` for a price, ``yes-no`` for a choice, else the unit of the figure."""
    is_stated: bool = False
    """Whether the household typed it already."""
    is_first: bool = True
    """Whether no card above asks for the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCard:
    """One recommendation in words."""

    id: str
    title: str
    how: str
    why: str
    standing: str
    counted: bool
    """Whether it is in the plan's total."""
    saving: str | None
    """Soles a month; ``None``: no soles are claimed."""
    low: str
    high: str
    saving_year: str
    cost: str
    asked: AskedCost | None
    pays_below: str | None
    payback: str | None
    effort: str
    confidence: str
    basis: str
    crosses: tuple[str, ...]
    evidence: tuple[tuple[str, str, str], ...]
    """Title, address and grade of what is published."""
    issues: tuple[str, ...]
    place: str | None
    """Why it comes where it does."""
    fallen: tuple[tuple[str, str], ...]
    """Lines of the recibo that fall in the year, and by how much."""
    bills: tuple[tuple[str, str, str, str, str], ...]
    """Days, kWh without and with, total without and with."""
    chances: tuple[str, ...] = ()
    """For a step: how likely it saves, where that is in doubt, and pays back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownQuestion:
    """An answer that would open or sharpen steps."""

    text: str
    worth: str | None
    """Most that it may be worth in a year."""
    asked: AskedCost | None
    """The input that takes the answer."""
    form: str | None
    """Where in the form of the home it is asked instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlan:
    """The plan in words."""

    best: tuple[StepCard, ...]
    more: tuple[StepCard, ...]
    left_out: tuple[tuple[str, str], ...]
    """Title of the measure and why it is left out."""
    saving: str | None
    """Soles a month of every counted step; ``None``: no step counts."""
    low: str
    high: str
    saving_year: str
    cost: str
    steps: int
    questions: tuple[ShownQuestion, ...]
    budgets: tuple[BudgetRow, ...]
    """What each further hundred soles buys; empty: nothing more."""
    proof: str | None
    """What is proved of the steps; ``None``: nothing, or there are none."""
    tariffs: tuple[TriedOption, ...]
    """Tariff options that the plan chose among; empty: it was not asked to, or there is none."""
    meter_asked: AskedCost | None
    """Input for what the meter of such an option costs, or where it stands already."""
    sure: tuple[str, ...]
    """How sure the whole plan is; nothing without steps."""
    asking: tuple[str, ...]
    """The answer that would help most, and what it would do."""
    asked_in: tuple[str, str] | None
    """Page and place of the form that asks it."""
    question: NextQuestion | None
    """The same answer as it was found; ``None``: none would change the plan."""
    span: tuple[int, int, int]
    """Low end, middle and high end of what all steps save. [PEN/month]"""

    @property
    def asks(self) -> bool:
        """Whether a question takes its answer on this page."""
        return any(question.asked for question in self.questions)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of every input on the cards and among the questions."""
        asked = [card.asked for card in (*self.best, *self.more)]
        asked += [question.asked for question in self.questions]
        asked.append(self.meter_asked)
        return (*(item.parameter for item in asked if item is not None), ANY_OPTION)


def shown_plan(plan: Plan, texts: Texts) -> ShownPlan:
    """Return a plan in the words of a language, its steps apart from what else may be done.

    Every step that the sum counts stands open, however many there are; with few of them the
    best of the rest stand beside, without a number.
    """
    count = sum(map(len, (plan.steps, plan.options, plan.targets, plan.checks)))
    cards = with_chances(plan, _once(_card(item, texts) for item in plan.best(count)), texts)
    told = {card.asked.parameter for card in cards if card.asked}
    shown = max(BEST, len(plan.steps))
    return ShownPlan(
        best=cards[:shown],
        more=cards[shown:],
        left_out=tuple(_left_out(item, texts) for item in plan.left_out),
        saving=_soles(float(plan.saving_pen_year / MONTHS), texts) if plan.steps else None,
        low=_soles(plan.saving.low, texts),
        high=_soles(plan.saving.high, texts),
        saving_year=texts.soles(plan.saving_pen_year, places=0),
        cost=texts.soles(plan.cost_pen, places=0),
        steps=len(plan.steps),
        questions=tuple(_questions(plan.questions, told, texts)),
        budgets=budget_rows(plan, texts),
        proof=_proof(plan, texts),
        tariffs=tried_options(plan, texts),
        meter_asked=_meter_asked(plan, told, texts),
        sure=sure_texts(plan, texts),
        asking=asking_of(plan, texts),
        asked_in=asked_in(plan),
        question=None if plan.uncertainty is None else plan.uncertainty.question,
        span=(
            round(plan.saving.low),
            round(plan.saving_pen_year / MONTHS),
            round(plan.saving.high),
        ),
    )


def _meter_asked(plan: Plan, told: set[str], texts: Texts) -> AskedCost | None:
    """Return the input for the price of a meter, marked as a second one where a card has it."""
    if not plan.options_tried:
        return None
    asked = asked_figure(METER, texts)
    named = {question.field for question in plan.questions}
    elsewhere = asked.parameter in told or f"{TYPED}{METER}" in named
    return replace(asked, is_first=not elsewhere)


def _proof(plan: Plan, texts: Texts) -> str | None:
    """Return that no other steps give more, where it is proved."""
    if plan.optimum is None or not plan.optimum.proved or not plan.steps:
        return None
    return texts.text("web.plan.proved")


def _once(cards: Iterable[StepCard]) -> tuple[StepCard, ...]:
    """Return the cards with each figure's first input marked: an id must not come twice."""
    told: set[str] = set()
    marked = []
    for card in cards:
        asked = card.asked
        if asked is not None:
            card = replace(card, asked=replace(asked, is_first=asked.parameter not in told))
            told.add(asked.parameter)
        marked.append(card)
    return tuple(marked)


def _questions(
    questions: Iterable[OpenQuestion], told: set[str], texts: Texts
) -> Iterator[ShownQuestion]:
    """Yield the questions that no card asks already, each figure once."""
    seen = set(told)
    for question in questions:
        shown = _question(question, texts)
        if shown.asked is None or shown.asked.parameter not in seen:
            yield shown
        if shown.asked is not None:
            seen.add(shown.asked.parameter)


def _question(question: OpenQuestion, texts: Texts) -> ShownQuestion:
    figure = _figure(question.field)
    worth = question.worth_pen_year
    return ShownQuestion(
        text=texts.text(f"question.{question.id}"),
        worth=texts.soles(worth, places=0) if worth and worth > 0 else None,
        asked=None if figure is None else asked_figure(figure, texts),
        form=FORM_PARAMETER.get(question.field) if figure is None else None,
    )


def _figure(field: str) -> str | None:
    """Return the id of the figure that a field of a file stands for, if it is asked by page."""
    figure = field.removeprefix(TYPED)
    return figure if field.startswith(TYPED) and figure in ASKED else None


def asked_figure(figure: str, texts: Texts) -> AskedCost:
    """Return the input that takes a figure."""
    return AskedCost(
        parameter=figure_parameter(figure),
        label=texts.text(f"{'question' if asks_percent(figure) else 'assumption'}.{figure}"),
        unit=PRICE if ASKED[figure].unit in PRICES else ASKED[figure].unit,
    )


def _card(item: Recommendation, texts: Texts) -> StepCard:
    saving = item.saving
    return StepCard(
        id=item.measure,
        title=texts.text(f"measure.{item.measure}.title"),
        how=texts.text(f"measure.{item.measure}.how", **item.parameters),
        why=texts.text(f"measure.{item.measure}.why"),
        standing=_standing(item, texts),
        counted=item.standing is Standing.STEP,
        saving=None if saving is None else _soles(float(item.saving_pen_year / MONTHS), texts),
        low=_end(saving, "low", texts),
        high=_end(saving, "high", texts),
        saving_year=texts.soles(item.saving_pen_year, places=0),
        cost=_cost(item, texts),
        asked=_asked(item, texts),
        pays_below=_pays_below(item, texts),
        payback=_payback(item.payback_months or None, texts),
        effort=texts.text(f"effort.{item.effort.value}"),
        confidence=texts.text(f"confidence.{item.confidence.value}"),
        basis=texts.text(item.basis),
        crosses=tuple(
            texts.text("web.step.crosses", limit=crossing.limit_kwh, months=crossing.months)
            for crossing in item.crosses
        ),
        evidence=tuple(
            (
                evidence.source.title,
                evidence.source.url,
                texts.text(f"grade.{evidence.source.grade.value}"),
            )
            for evidence in item.evidence
        ),
        issues=tuple(texts.issue(issue) for issue in item.issues),
        place=None if item.place is None else texts.text(item.place.key, **item.place.parameters),
        fallen=_fallen(item, texts),
        bills=tuple(
            (
                texts.days(row.period.start, row.period.end),
                texts.number(row.kwh_without, places=1),
                texts.number(row.kwh_with, places=1),
                texts.soles(row.total_without),
                texts.soles(row.total_with),
            )
            for row in item.rows
        ),
    )


def _fallen(item: Recommendation, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Return the lines of the recibo that a step moves, with their soles a year."""
    return tuple(
        (texts.text(f"fallen.{name}"), texts.soles(amount))
        for name, amount in item.fallen.items()
        if amount
    )


def _standing(item: Recommendation, texts: Texts) -> str:
    """Return how a step stands; one that hangs on an appliance names it."""
    names = [f"appliance.{use.id}" for use in item.uses]
    known = dict.fromkeys(texts.text(name) for name in names if texts.has(name))
    if item.standing is Standing.IF_OWNED and known:
        return texts.text("web.step.if-owned", names=list(known))
    return texts.text(f"standing.{item.standing.value}")


def _left_out(item: LeftOut, texts: Texts) -> tuple[str, str]:
    reason = texts.text(item.reason, **item.parameters)
    if item.would is not None:
        reason = f"{reason} {texts.text(item.would.key, **item.would.parameters)}"
    return texts.text(f"measure.{item.measure}.title"), reason


def _soles(amount: float, texts: Texts) -> str:
    exact = Decimal(repr(amount))
    whole = abs(exact) >= TWO_DIGITS or not round(exact, 1)
    return texts.soles(exact, places=0 if whole else 1)


def _end(saving: Estimate | None, end: str, texts: Texts) -> str:
    return "" if saving is None else _soles(float(getattr(saving, end)), texts)


def _cost(item: Recommendation, texts: Texts) -> str:
    cost = item.cost
    if cost.kind is CostKind.FREE or cost.amount is None:
        return texts.text(f"cost.{cost.kind.value}")
    low, high = cost.amount.low, cost.amount.high
    if low == high:
        return texts.soles(cost.amount.middle, places=0)
    return f"{texts.soles(low, places=0)} – {texts.number(high, places=0)}"


def _asked(item: Recommendation, texts: Texts) -> AskedCost | None:
    figure = item.cost.figure
    if figure is None or figure not in ASKED or item.cost.kind is CostKind.PUBLISHED:
        return None
    stated = item.cost.kind is CostKind.STATED
    return replace(asked_figure(figure, texts), is_stated=stated)


def _pays_below(item: Recommendation, texts: Texts) -> str | None:
    below, years = item.pays_below_pen, item.pays_within_years
    if below is None or years is None:
        return None
    return texts.text("web.step.pays-below", amount=texts.soles(below, places=0), years=years)


def _payback(months: int | None, texts: Texts) -> str | None:
    if months is None:
        return None
    if months < YEAR_MONTHS:
        return texts.text("web.step.months", months=months)
    return texts.text("web.step.years", years=texts.number(months / MONTHS, places=1))
