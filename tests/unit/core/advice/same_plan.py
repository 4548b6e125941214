"""Whether a brief plan tells what the whole plan of the same home tells."""

from decimal import Decimal

from ahorraluz.core.advice.brief import BriefPlan
from ahorraluz.core.advice.brief_figures import BriefFigures
from ahorraluz.core.advice.recommendation import Plan, Recommendation


def assert_same_plan(brief: BriefPlan, plan: Plan) -> None:
    """Check every figure that both have."""
    assert [(step.measure, step.month) for step in brief.steps] == [
        (step.measure, step.start_month) for step in plan.steps
    ]
    for mine, step in zip(brief.steps, plan.steps, strict=True):
        _check_figures(mine.figures, step)
    assert [(one.measure, one.standing, one.owned) for one in brief.options] == [
        (told.measure, told.standing, told.owned) for told in plan.options
    ]
    for option, told in zip(brief.options, plan.options, strict=True):
        _check_figures(option.figures, told)
    assert brief.bills_now == tuple(month.total_now for month in plan.months)
    assert brief.bills_then == tuple(month.total_then for month in plan.months)
    assert brief.kwh_now == tuple(month.kwh_now for month in plan.months)
    assert brief.kwh_then == tuple(month.kwh_then for month in plan.months)
    assert brief.bill_saving_pen_year == plan.bill_saving_pen_year
    assert brief.other_pen_year == plan.other_pen_year
    assert brief.home_pen_year == plan.home_pen_year
    assert brief.kwh_year == plan.kwh_year
    assert brief.cost_pen == plan.cost_pen
    assert brief.proved == (plan.optimum is None or plan.optimum.proved)
    assert brief.option is plan.months[0].terms.supply.option
    _check_cents(brief)


def _check_figures(figures: BriefFigures, told: Recommendation) -> None:
    """Check every figure of one measure that both have."""
    assert figures.saving_pen_year == told.saving_pen_year
    assert figures.bill_saving_pen_year == told.bill_saving_pen_year
    assert figures.low_pen_year == told.low_pen_year
    assert figures.high_pen_year == told.high_pen_year
    assert figures.other_pen_year == told.other_pen_year
    assert figures.home_pen_year == told.home_pen_year
    assert figures.cost_pen == told.cost.middle
    assert figures.later_pen == told.later_pen
    assert figures.payback_months == told.payback_months
    assert told.saving is not None
    assert told.kwh_year is not None
    assert (figures.low_pen_month, figures.high_pen_month) == (
        told.saving.low,
        told.saving.high,
    )
    assert tuple(map(float, (figures.low_kwh_year, figures.kwh_year, figures.high_kwh_year))) == (
        told.kwh_year.low,
        told.kwh_year.middle,
        told.kwh_year.high,
    )


def _check_cents(brief: BriefPlan) -> None:
    """Check that soles are told to the céntimo."""
    for amount in (*brief.bills_now, *brief.bills_then, brief.bill_saving_pen_year):
        assert amount == amount.quantize(Decimal("0.01"))
