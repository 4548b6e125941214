"""The plan of a home: which measures, in which order, under its budget, and what is asked.

Steps are counted in the total; each is priced on what those before it leave, so their
savings add up to the difference of the bills of today and of the whole plan. What
hangs on an appliance nobody listed, on a price nobody published or on somebody else's
consent is shown beside the steps and not counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.chances import Sampling
from ahorraluz.core.advice.choosing import Board, Choice, Choose, choose_best, sizes_of
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import WATT_HOUR, EnergyYear, energy_year, use_figures
from ahorraluz.core.advice.explaining import Explainer
from ahorraluz.core.advice.frontier import with_both
from ahorraluz.core.advice.measures import (
    Answer,
    Candidate,
    Certainty,
    Measure,
    Proposal,
    Question,
)
from ahorraluz.core.advice.options import Offered, choose_with_option
from ahorraluz.core.advice.placing import APPLIANCES, Placed, Placer
from ahorraluz.core.advice.pricing import YearPrices, price_year
from ahorraluz.core.advice.recommendation import (
    ZERO,
    FrontierPoint,
    OpenQuestion,
    Optimum,
    Plan,
    PlannedMonth,
    Recommendation,
    Standing,
)
from ahorraluz.core.advice.recommending import BILLS_BASIS, PEN_MONTH, Turn, Writer
from ahorraluz.core.advice.uncertainty import assess, with_ranges
from ahorraluz.core.advice.wishes import NO_WISHES, Objective, Wishes
from ahorraluz.core.advice.worth import Money
from ahorraluz.core.estimate import Estimate, total
from ahorraluz.core.issues import Issue
from ahorraluz.core.money import CENT
from ahorraluz.core.tariffs.figures import DISCOUNT_RATE
from ahorraluz.core.tariffs.year_arrays import UNPRICED


def make_plan(
    context: PlanContext,
    *,
    measures: Sequence[Measure] = ALL_MEASURES,
    wishes: Wishes = NO_WISHES,
    choose: Choose = choose_best,
    sampling: Sampling | None = None,
) -> Plan:
    """Return the plan of a home.

    Parameters
    ----------
    context
        The home, its account, its year of prices and the facts on file.
    measures
        What to judge; every measure of the catalogue by default.
    wishes
        The aim, the instalment and what effort is worth.
    choose
        Strategy that picks and orders the steps; the proved optimum by default.
    sampling
        How many years are drawn to say how sure the plan is; ``None``: none, and ranges
        take their errors for independent.

    Returns
    -------
    Plan
        Every bill saving is a difference of ``price_bill`` totals; the steps' savings
        add up to that of the plan. Every measure is in exactly one place.

    Raises
    ------
    EnergyPriceError
        ``bracket-price-unknown``: not even the bills of today have a price.
    """
    ready = context.prepared()
    answers = [(measure, measure.judge(ready)) for measure in measures]
    offered = offer(ready, answers, wishes, choose)
    board, choice = offered.board, offered.choice
    explainer = Explainer(board=board, choice=choice)
    years = board.years(choice.steps)
    writer = Writer(board=board)
    steps = _steps(writer, explainer, years)
    placer = Placer(
        writer=writer, explainer=explainer, done=choice.steps, start=years[0], left=years[-1]
    )
    done = {step.measure.id for step in choice.steps}
    placed = [
        (measure, placer.place(measure, answer))
        for measure, answer in answers
        if measure.id not in done
    ]
    plan = replace(
        _plan(board, steps, placed, years=years),
        optimum=_optimum(explainer, offered),
        frontier=_frontier(explainer, offered) if wishes.frontier else (),
        options_tried=offered.tried,
    )
    if sampling is None:
        return plan
    return with_ranges(plan, assess(board, choice.steps, sampling=sampling))


def offer(
    context: PlanContext,
    answers: Sequence[tuple[Measure, Answer]],
    wishes: Wishes,
    choose: Choose = choose_best,
) -> Offered:
    """Return what is chosen of what the measures answer, with the tariff option where asked for.

    Parameters
    ----------
    context
        Prepared (:meth:`.PlanContext.prepared`).
    answers
        What each measure answers to it.
    wishes
        The aim, the instalment and what effort is worth.
    choose
        Strategy that picks and orders the steps.
    """
    board = _board(context, answers, wishes)
    if wishes.any_option:
        return choose_with_option(board, answers, choose)
    return Offered(board=board, choice=choose(board))


def _frontier(explainer: Explainer, offered: Offered) -> tuple[FrontierPoint, ...]:
    """Return the frontier; under a chosen option with what a smaller budget than its meter buys."""
    found, stays = explainer.frontier(), offered.stays
    if stays is None:
        return found
    option = offered.board.context.year[0].supply.option
    today = Explainer(board=stays, choice=Choice(steps=(), months=())).frontier()
    return with_both(today, found, option)


def _optimum(explainer: Explainer, offered: Offered) -> Optimum | None:
    """Return the optimum, proved only if it is so under every option that was tried."""
    found = explainer.optimum()
    sure = all(one.proved for one in offered.tried if one.reason is None)
    return found if found is None or sure else replace(found, proved=False, bound=None)


def _steps(
    writer: Writer, explainer: Explainer, years: Sequence[EnergyYear]
) -> tuple[Recommendation, ...]:
    """Return the steps, each priced on what those before it leave."""
    choice = explainer.choice
    steps = []
    for number, step in enumerate(choice.steps):
        turn = Turn(
            rank=number + 1,
            standing=Standing.STEP,
            year=years[number],
            then=years[number + 1],
            other_pen_year=explainer.others[number],
            npv_pen=explainer.npvs[number],
            month=choice.months[number],
        )
        told = writer.write(step, turn)
        steps.append(replace(told, place=explainer.place(told)))
    return tuple(steps)


def board_of(
    context: PlanContext, *, measures: Sequence[Measure] = ALL_MEASURES, wishes: Wishes = NO_WISHES
) -> Board:
    """Return the board that a plan of ``context`` is chosen from."""
    ready = context.prepared()
    return _board(ready, [(measure, measure.judge(ready)) for measure in measures], wishes)


def _board(
    context: PlanContext, answers: Iterable[tuple[Measure, Answer]], wishes: Wishes
) -> Board:
    """Return the board with everything that may become a step."""
    rate = context.facts.figures.value(DISCOUNT_RATE, context.as_of)
    limit = round(context.facts.advice.payback_limit_years.middle)
    board = Board(
        context=context,
        prices=YearPrices(context.year, shares=context.band_shares),
        figures=use_figures(context.account, surroundings=context.surroundings),
        money=Money(rate=rate, limit_years=max(limit, 1)),
        start=energy_year(context.at_meter, context.kwh_by_month, calendar=context.calendar),
        candidates=(),
        budget_pen=context.home.budget_pen,
        wishes=wishes,
    )
    sure = [
        candidate
        for measure, answer in answers
        if isinstance(answer, Proposal)
        for candidate in sizes_of(Candidate(measure=measure, proposal=answer))
        if _may_be_step(board, candidate.proposal)
    ]
    return replace(board, candidates=tuple(sure))


def _may_be_step(board: Board, proposal: Proposal) -> bool:
    """Tell whether a proposal can be counted: sure, owned, its cost and its CO2 known."""
    return (
        proposal.certainty is Certainty.SURE
        and proposal.switch is None
        and proposal.cost.middle is not None
        and board.surely_owned(proposal)
        and (board.wishes.objective is not Objective.CO2 or proposal.other_co2_kg is not None)
    )


def _plan(
    board: Board,
    steps: tuple[Recommendation, ...],
    placed: Sequence[tuple[Measure, Placed]],
    *,
    years: Sequence[EnergyYear],
) -> Plan:
    told = [place.recommendation for _, place in placed if place.recommendation]
    options = (Standing.IF_OWNED, Standing.ASK_PRICE, Standing.IF_GRANTED)
    months = _months(board, years[0], years[-1])
    saved = sum((month.total_now - month.total_then for month in months), ZERO)
    return Plan(
        steps=steps,
        options=_ranked([item for item in told if item.standing in options]),
        targets=_ranked([item for item in told if item.standing is Standing.TARGET]),
        checks=_ranked([item for item in told if item.standing is Standing.CHECK]),
        left_out=tuple(place.left_out for _, place in placed if place.left_out),
        questions=_questions(placed),
        months=months,
        bill_saving_pen_year=saved,
        other_pen_year=sum((step.other_pen_year for step in steps), ZERO),
        saving=_together(steps),
        home_pen_year=sum((step.home_pen_year for step in steps), ZERO),
        kwh_year=sum((month.kwh_now - month.kwh_then for month in months), Decimal(0)),
        cost_pen=sum((step.cost.middle or ZERO for step in steps), ZERO),
        budget_pen=board.budget_pen,
        issues=_issues(board),
    )


def _months(board: Board, now: EnergyYear, then: EnergyYear) -> tuple[PlannedMonth, ...]:
    year, ends = board.context.year, (now.total_wh, then.total_wh)
    totals = board.prices.totals(np.column_stack(ends))
    for wh, cents in zip(ends, totals.T, strict=True):
        if (cents == UNPRICED).any():
            price_year([int(month) * WATT_HOUR for month in wh], year)
    return tuple(
        PlannedMonth(
            period=terms.period,
            terms=terms,
            kwh_now=int(old) * WATT_HOUR,
            kwh_then=int(new) * WATT_HOUR,
            total_now=int(before) * CENT,
            total_then=int(after) * CENT,
        )
        for terms, old, new, (before, after) in zip(year, *ends, totals, strict=True)
    )


def _ranked(items: Iterable[Recommendation]) -> tuple[Recommendation, ...]:
    """Return recommendations by the soles they promise the home, numbered from one.

    What hangs on an appliance counts as much as the home is likely to have it.
    """
    ordered = sorted(items, key=lambda item: -float(item.home_pen_year) * item.owned)
    return tuple(replace(item, rank=rank) for rank, item in enumerate(ordered, start=1))


def _together(steps: Sequence[Recommendation]) -> Estimate:
    """Return the saving of all steps; their errors are taken for independent. [PEN/month]"""
    savings = [step.saving for step in steps if step.saving]
    if savings:
        return total(savings, basis=BILLS_BASIS)
    return Estimate(low=0.0, middle=0.0, high=0.0, unit=PEN_MONTH, basis=BILLS_BASIS)


def _questions(placed: Iterable[tuple[Measure, Placed]]) -> tuple[OpenQuestion, ...]:
    """Return each question once, with every measure that waits for it; worth most first.

    The list of appliances comes before all: without it every figure is a guess.
    """
    waiting: dict[Question, list[tuple[str, Decimal | None]]] = {}
    for measure, place in placed:
        for question in place.questions:
            waiting.setdefault(question, []).append((measure.id, place.worth_pen_year))
    broader = {question.instead_of: question for question in waiting if question.instead_of}
    for question in [q for q in waiting if q.id in broader]:
        waiting[broader[question.id]] += waiting.pop(question)
    questions = [
        OpenQuestion(
            id=question.id,
            field=question.field,
            measures=tuple(name for name, _ in found),
            worth_pen_year=max((worth for _, worth in found if worth is not None), default=None),
        )
        for question, found in waiting.items()
    ]
    return tuple(
        sorted(
            questions,
            key=lambda question: (question.id != APPLIANCES.id, -(question.worth_pen_year or ZERO)),
        )
    )


def _issues(board: Board) -> tuple[Issue, ...]:
    """Return what limits the prices of the year, the first issue of each kind."""
    found: dict[tuple[str, str], Issue] = {}
    for terms in board.context.year:
        for issue in terms.issues:
            found.setdefault((issue.code, str(issue.parameters.get("charge", ""))), issue)
    return tuple(found.values())
