"""The page of homes that no line reaches: what they pay today, and what would be better."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ahorraluz.core.advice.without_line import LinelessPlan, LinelessStep
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.advise_without_line import LinelessAdvice, advise_without_line
from ahorraluz.services.documents.without_line import how_text
from ahorraluz.services.inquiries.fields import LANGUAGE
from ahorraluz.services.inquiries.inquiry import issues_by_parameter
from ahorraluz.services.inquiries.without_line import (
    FIGURES,
    SPENDING,
    USUAL,
    figures_out_of_range,
    lineless_home,
    read_spending,
)
from ahorraluz.services.renewables.entries import entry_name
from ahorraluz.texts import Texts
from ahorraluz.web.choices import department_options, home_options
from ahorraluz.web.guard import open_to_all
from ahorraluz.web.page import Page, door, show, this_page
from ahorraluz.web.renewables import HOME as RENEWABLES
from ahorraluz.web.steps import asked_figure

ADDRESS = "/sin-luz"
UNPROCESSABLE = 422
LONGEST = 40

without_line = Blueprint("without_line", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinelessCard:
    """One step in words."""

    title: str
    why: str
    how: str
    saves: str
    """Soles a year it no longer takes; empty: not known."""
    low: str
    high: str
    cost: str
    """Empty: it costs nothing, or its price is to be asked."""
    pays_below: str
    """Up to which price it pays; empty: that is not needed, or not known."""
    confidence: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinelessAnswer:
    """The plan of a home without a line as its page shows it."""

    spends: str
    needs: tuple[str, ...]
    steps: tuple[LinelessCard, ...]
    more: tuple[LinelessCard, ...]
    checks: tuple[LinelessCard, ...]
    total: str
    proved: str
    left_out: tuple[tuple[str, str], ...]
    offered: tuple[tuple[str, str], ...]
    """Address and name."""
    questions: tuple[str, ...]
    notes: tuple[str, ...]


@without_line.get(ADDRESS)
@open_to_all()
def lineless() -> Response:
    """Ask a home without a line what it pays, and answer once it said anything."""
    page = this_page()
    typed = {name: request.args.get(name, "")[:LONGEST] for name in SPENDING}
    spending, errors = read_spending(typed)
    query = page.query.with_errors(errors)
    answer = None
    said = spending or query.appliances
    if said and not query.errors:
        try:
            home = lineless_home(query, spending)
            query = query.with_errors(figures_out_of_range(home))
            if not query.errors:
                advice = advise_without_line(home, tools=door().tools, as_of=door().today())
                answer = lineless_answer(advice, page)
        except AhorraLuzError as error:
            query = query.with_errors(issues_by_parameter(error, otherwise="dep"))
    shown = {**query.raw, **{name: text for name, text in typed.items() if text}}
    page = replace(page, query=replace(query, raw=shown))
    return show(
        "households/without_line.html",
        page,
        status=UNPROCESSABLE if page.query.errors else 200,
        answer=answer,
        spending=list(SPENDING),
        departments=department_options(),
        cooking=home_options(page.texts)["fu"],
        figures=[asked_figure(figure, page.texts) for figure in FIGURES],
        told_figures=any(name.startswith("x.") for name in (*shown, *page.query.errors)),
        usual=[(id_, page.texts.text(f"appliance.{id_}")) for id_ in USUAL],
        other=_other_language(page),
    )


def lineless_answer(advice: LinelessAdvice, page: Page) -> LinelessAnswer:
    """Return a plan in the words of its page."""
    texts, plan = page.texts, advice.plan
    return LinelessAnswer(
        spends=texts.text("cli.lineless-spends", month=texts.soles(advice.spending_month)),
        needs=tuple(
            texts.text(
                "cli.lineless-needs",
                purpose=texts.text(f"purpose.{purpose.value}"),
                need=texts.number(need, places=0),
            )
            for purpose, need in advice.need_wh_day.items()
        ),
        steps=tuple(_card(step, texts) for step in plan.steps),
        more=tuple(_card(step, texts) for step in plan.options),
        checks=tuple(_card(step, texts) for step in plan.checks),
        total=_total(plan, texts),
        proved=texts.text("cli.lineless-proved", sets=plan.sets) if plan.steps else "",
        left_out=tuple(
            (texts.text(f"measure.{out.measure}.title"), texts.text(out.reason, **out.parameters))
            for out in plan.left_out
        ),
        offered=tuple(
            (page.plain_url(f"{RENEWABLES}/{entry.id}"), entry_name(entry, texts))
            for entry in advice.offered_by
        ),
        questions=tuple(texts.text(f"question.{question.id}") for question in plan.questions),
        notes=tuple(map(texts.issue, advice.issues)),
    )


def _total(plan: LinelessPlan, texts: Texts) -> str:
    if not plan.steps:
        return ""
    return texts.text(
        "cli.lineless-total",
        month=texts.soles(plan.net_pen_month),
        year=texts.soles(plan.saving_pen_year),
        cost=texts.soles(plan.cost_pen),
    )


def _card(step: LinelessStep, texts: Texts) -> LinelessCard:
    saving, worth, cost = step.saving_year, step.worth, step.proposal.cost.middle
    low = middle = high = pays_below = ""
    if saving is not None:
        low, middle, high = map(texts.soles, (saving.low, saving.middle, saving.high))
    if not cost and worth is not None and worth.pays_below_pen is not None:
        pays_below = texts.text(
            "cli.plan-pays-below",
            cost=texts.soles(worth.pays_below_pen),
            years=worth.pays_within_years or 0,
        )
    return LinelessCard(
        title=texts.text(f"measure.{step.measure.id}.title"),
        why=texts.text(f"measure.{step.measure.id}.why"),
        how=how_text(step, texts),
        saves=middle,
        low=low,
        high=high,
        cost=texts.soles(cost) if cost else "",
        pays_below=pays_below,
        confidence=texts.text(f"confidence.{step.confidence.value}"),
        notes=tuple(map(texts.issue, step.proposal.issues)),
    )


def _other_language(page: Page) -> str:
    """Return the address of this page in the other language, with everything typed."""
    language = page.other_language
    told = [(name, value) for name, value in request.args.items(multi=True) if name != LANGUAGE]
    asked = [] if language == page.default_language else [(LANGUAGE, language)]
    encoded = urlencode([*told, *asked])
    return f"{ADDRESS}?{encoded}" if encoded else ADDRESS
