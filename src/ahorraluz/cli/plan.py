"""``ahorraluz plan``: what to change first, and what it saves."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.plan_optimum import (
    frontier_lines,
    left_out_lines,
    optimum_lines,
    reason_lines,
    tried_lines,
)
from ahorraluz.cli.plan_uncertainty import chance_lines, uncertainty_lines
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import (
    MAX_SOLES,
    as_of_option,
    charge_options,
    fields_of,
    supply_options,
    typed_charges,
)
from ahorraluz.cli.tables import heading, issue_lines, kwh_text, table
from ahorraluz.cli.typed import File, Number, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.home import FixedCharges
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.advice.recommendation import Plan, Recommendation
    from ahorraluz.core.advice.wishes import Wishes
    from ahorraluz.services.advise import Advice
    from ahorraluz.services.homes import KnownHome

OBJECTIVES = ("savings", "npv", "co2")
UNSAID = ("step", "target", "ask-price")
"""Standings that the heading or the cost already tells."""
FIGURES: tuple[click.Parameter, ...] = (
    *supply_options(),
    TextOption(["--kwh"], type=Number(), metavar="KWH"),
    *charge_options(),
)
"""What a home without a file is described by; a file says all of it itself."""
SHOWN_OPTIONS = 5
SHOWN_QUESTIONS = 5
YEAR_MONTHS = 12
MONTHS_AS_YEARS = 24
"""From here on a payback is told in years. [month]"""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.advise import advise
    from ahorraluz.services.documents.plan import plan_document
    from ahorraluz.services.what_if import assume, idle_issues

    as_of = session.day(given.day("as_of"))
    if _told_without_line(session, given):
        return
    known = _home(session, given)
    home = assume(known.home, given.texts("assume"))
    advice = advise(
        home,
        tools=session.tools,
        as_of=as_of,
        receipt=known.receipt,
        evidence=known.evidence,
        wishes=_wishes(given),
    )
    idle = idle_issues(home, given.texts("assume"))
    advice = replace(advice, issues=(*idle, *advice.issues))
    session.show(plan_document(advice, session.texts), _lines(advice, session.texts))


def _told_without_line(session: Session, given: Given) -> bool:
    """Tell the plan of a file that says no line reaches its home; ``False``: one does."""
    from ahorraluz.cli.plan_without_line import without_line_lines
    from ahorraluz.services.advise_without_line import advise_without_line, assume_without_line
    from ahorraluz.services.documents.without_line import without_line_document
    from ahorraluz.services.homes import home_without_line

    path, budget = given.file("home"), given.number("budget")
    as_of = session.day(given.day("as_of"))
    home = None if path is None else home_without_line(path, as_of=as_of)
    if home is None or path is None:
        return False
    _only_file(path, given)
    home = replace(home, budget_pen=home.budget_pen if budget is None else budget)
    home = assume_without_line(home, given.texts("assume"))
    advice = advise_without_line(home, tools=session.tools, as_of=as_of, wishes=_wishes(given))
    texts = session.texts
    session.show(without_line_document(advice, texts), without_line_lines(advice, texts))
    return True


def _only_file(path: Path, given: Given) -> None:
    """Refuse options that say of a home what its file says."""
    typed = [param for param in FIGURES if given.has(param.name or "")]
    if typed:
        raise InvalidInputError("home-or-options", file=path.name, option=typed[0].opts[0])


def _wishes(given: Given) -> "Wishes":
    from ahorraluz.core.advice.wishes import Objective, Wishes
    from ahorraluz.services.what_if import effort_of

    effort = given.text("effort")
    return Wishes(
        objective=Objective(given.text("objective") or Objective.SAVINGS),
        instalment_pen=given.number("instalment"),
        effort_pen_month=Decimal(0) if effort is None else effort_of(effort),
        frontier=bool(given.flag("frontier")),
        any_option=bool(given.flag("any_option")),
    )


def _home(session: Session, given: Given) -> "KnownHome":
    """Return the home of a file, or the one that the options describe."""
    from ahorraluz.services.explain_bill import Evidence
    from ahorraluz.services.homes import home_from_file, home_of_one_recibo

    path, budget = given.file("home"), given.number("budget")
    as_of = session.day(given.day("as_of"))
    if path is not None:
        _only_file(path, given)
        known = home_from_file(path, as_of=as_of)
        if budget is None:
            return known
        return replace(known, home=replace(known.home, budget_pen=budget))
    kwh = given.number("kwh")
    if kwh is None:
        raise InvalidInputError("option-missing", option="--kwh")
    known = home_of_one_recibo(
        fields_of(given),
        kwh=kwh,
        as_of=as_of,
        charges=typed_charges(FixedCharges(), given),
        budget_pen=budget,
    )
    return replace(known, evidence=Evidence(discount=given.number("fose_discount")))


def _lines(advice: "Advice", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.supplies import supply_name

    bill, plan = advice.bill, advice.plan
    said: set[str] = set()
    supply = bill.terms.supply
    yield supply_name(supply)
    yield texts.text(
        "cli.plan-bill",
        kwh=kwh_text(bill.consumption.energy_kwh, texts),
        total=texts.soles(bill.total),
        origin=texts.text(f"origin.{bill.origin.value}"),
    )
    yield from _uses(advice, texts)
    yield from _own_sun(advice, texts)
    yield from _steps(plan, texts, said)
    yield from tried_lines(plan, texts)
    yield from uncertainty_lines(plan, texts)
    yield from left_out_lines(plan, texts)
    yield from frontier_lines(plan, texts)
    yield from _beside("cli.plan-targets", plan.targets, texts, said)
    yield from _beside("cli.plan-options", plan.options[:SHOWN_OPTIONS], texts, said)
    yield from _titles("cli.plan-checks", plan.checks, texts)
    if plan.questions:
        yield from heading(texts.text("cli.plan-questions"))
    for question in plan.questions[:SHOWN_QUESTIONS]:
        yield f"- {texts.text(f'question.{question.id}')} ({question.field})"
    yield from issue_lines((i for i in advice.issues if texts.issue(i) not in said), texts)


def _uses(advice: "Advice", texts: Texts) -> Iterator[str]:
    """Yield where the energy goes, with the range of each use."""
    costs = {cost.id: cost.share_pen for cost in advice.shares.uses} if advice.shares else {}
    yield from heading(texts.text("cli.plan-uses"))
    rows = []
    for use in advice.usage.uses:
        low, middle, high = (
            texts.number(value, places=0)
            for value in (use.estimate.low, use.estimate.middle, use.estimate.high)
        )
        cost = costs.get(use.id.value)
        rows.append(
            (
                texts.text(f"end-use.{use.id.value}"),
                f"{middle} kWh",
                f"({low}–{high})",
                "" if cost is None else texts.soles(cost),
            )
        )
    yield from table(rows, right=[1, 3])


def _own_sun(advice: "Advice", texts: Texts) -> Iterator[str]:
    """Yield what the panels do that the home has already."""
    from ahorraluz.services.documents.own_sun import own_sun_texts

    if advice.own_sun is not None:
        yield from heading(texts.text("own-sun.heading"))
    yield from own_sun_texts(advice, texts)


def _steps(plan: "Plan", texts: Texts, said: set[str]) -> Iterator[str]:
    yield from heading(texts.text("cli.plan-steps"))
    if not plan.steps:
        yield texts.text("cli.plan-no-steps")
        return
    for step in plan.steps:
        mark = f"{step.rank}. "
        yield from _step(mark, step, texts, said)
        lines = (*chance_lines(plan, step, texts), *reason_lines(step, texts))
        yield from (f"{' ' * len(mark)}{line}" for line in lines)
    yield ""
    yield from optimum_lines(plan, texts)
    yield texts.text(
        "cli.plan-total",
        month=texts.soles(plan.saving_pen_year / YEAR_MONTHS),
        year=texts.soles(plan.saving_pen_year),
        cost=texts.soles(plan.cost_pen),
    )


def _beside(
    key: str, items: tuple["Recommendation", ...], texts: Texts, said: set[str]
) -> Iterator[str]:
    if items:
        yield from heading(texts.text(key))
    for item in items:
        yield from _step("- ", item, texts, said)


def _titles(key: str, items: tuple["Recommendation", ...], texts: Texts) -> Iterator[str]:
    if items:
        yield from heading(texts.text(key))
    for item in items:
        yield f"- {texts.text(f'measure.{item.measure}.title')}"


def _step(mark: str, item: "Recommendation", texts: Texts, said: set[str]) -> Iterator[str]:
    """Yield one recommendation: what, how much, at what cost, how sure, and notes not yet said."""
    yield f"{mark}{texts.text(f'measure.{item.measure}.title')}"
    indent = " " * len(mark)
    yield f"{indent}{texts.text(f'measure.{item.measure}.how', **item.parameters)}"
    facts = [_saves(item, texts)]
    facts.append(_cost(item, texts))
    if item.payback_months is not None and item.cost.middle:
        facts.append(texts.text("cli.plan-payback", time=_time(item.payback_months, texts)))
    facts.append(texts.text(f"confidence.{item.confidence.value}"))
    if item.standing not in UNSAID:
        facts.append(texts.text(f"standing.{item.standing.value}"))
    yield f"{indent}{' · '.join(facts)}"
    notes = [note for note in map(texts.issue, item.issues) if note not in said]
    said.update(notes)
    yield from (f"{indent}{note}" for note in notes)


def _saves(item: "Recommendation", texts: Texts) -> str:
    """Return the saving of a year with its range, prices to come included."""
    from ahorraluz.services.documents.plan import year_range

    year = item.saving_pen_year
    if item.saving is None:
        return texts.text("cli.plan-saves", year=texts.soles(year), low="—", high="—")
    low, high = year_range(item.saving)
    return texts.text(
        "cli.plan-saves", year=texts.soles(year), low=texts.soles(low), high=texts.soles(high)
    )


def _cost(item: "Recommendation", texts: Texts) -> str:
    if item.cost.middle:
        return texts.text("cli.plan-cost", cost=texts.soles(item.cost.middle))
    if item.pays_below_pen is not None and item.pays_within_years is not None:
        return texts.text(
            "cli.plan-pays-below",
            cost=texts.soles(item.pays_below_pen),
            years=item.pays_within_years,
        )
    return texts.text(f"cost.{item.cost.kind.value}")


def _time(months: int, texts: Texts) -> str:
    if months < MONTHS_AS_YEARS:
        return texts.text("cli.months", months=months)
    return texts.text("cli.years", years=texts.number(months / YEAR_MONTHS, places=1))


plan = TextCommand(
    "plan",
    params=[
        click.Argument(["home"], type=File(), required=False),
        *FIGURES,
        TextOption(["--budget"], type=Number(low=0, high=MAX_SOLES), metavar="S/"),
        TextOption(["--objective"], type=OneOf(OBJECTIVES)),
        TextOption(["--instalment"], type=Number(low=0, high=MAX_SOLES), metavar="S/"),
        TextOption(["--effort"], metavar="[low|medium|high|S/]"),
        TextOption(["--assume"], multiple=True, metavar="NAME=VALUE"),
        TextOption(["--frontier"], is_flag=True),
        TextOption(["--any-option"], is_flag=True),
        as_of_option(),
    ],
    run=_run,
)
