"""How sure a plan is: its own figures where nothing is in doubt, honest chances where much is."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, home_of
from tests.unit.core.advice.invented_measures import small_home
from tests.unit.core.advice.invented_steps import SHOWER, bought, invented, offered, pen, share_of

from ahorraluz.core.advice.chances import Chances, Doubt, Sampling
from ahorraluz.core.advice.choosing import Board, choose_best
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.drawing import Unknown, draw
from ahorraluz.core.advice.measures import (
    Candidate,
)
from ahorraluz.core.advice.plan import board_of, make_plan
from ahorraluz.core.advice.simulation import simulate
from ahorraluz.core.advice.uncertainty import assess
from ahorraluz.core.advice.unknowns import step_id, unknowns_of
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.home import Appliance, CookingFuel
from ahorraluz.core.usage.ranges import DEVIATE

SAMPLING = Sampling(draws=400, seed=11)


@cache
def full_board() -> Board:
    home = home_of(*([300] * 12), city="arequipa", people=4, appliances=FULL_HOUSE)
    return board_of(context_of(home))


@cache
def full_steps() -> tuple[Candidate, ...]:
    return choose_best(full_board()).steps


def certain(unknowns: Sequence[Unknown]) -> list[Unknown]:
    return [replace(unknown, low=1.0, high=1.0) for unknown in unknowns]


def ends_of(chances: Chances) -> tuple[Decimal, Decimal, Decimal]:
    return chances.year.p10, chances.year.p50, chances.year.p90


@pytest.mark.parametrize("seed", range(40))
def test_with_nothing_in_doubt_every_year_is_the_plan_to_the_cent(seed: int) -> None:
    home = small_home(seed, objective=Objective.SAVINGS)
    plan = make_plan(home.context, measures=home.measures, wishes=home.wishes)
    steps = choose_best(home.board).steps

    sample = draw(certain(unknowns_of(home.board, steps)), Sampling(draws=2))
    soles = simulate(home.board, steps, sample)

    for row, own, step in zip(soles.saved, soles.own, plan.steps, strict=True):
        assert row == pytest.approx(float(step.saving_pen_year), abs=1e-6)
        assert own == pytest.approx(float(step.home_pen_year), abs=0.0101)


def test_the_same_seed_gives_the_same_answer() -> None:
    board, steps = full_board(), full_steps()

    assert assess(board, steps, sampling=SAMPLING) == assess(board, steps, sampling=SAMPLING)


@pytest.mark.parametrize("seed", range(40, 60))
def test_ends_are_in_order_and_chances_are_parts(seed: int) -> None:
    home = small_home(seed, objective=Objective.SAVINGS)
    steps = choose_best(home.board).steps

    found = assess(home.board, steps, sampling=SAMPLING)

    if found is None:
        assert not steps
        return
    for chances in (found.plan, *found.steps):
        low, middle, high = ends_of(chances)
        assert low <= middle <= high
        assert 0 <= chances.saves <= 1
        assert chances.pays_back is None or 0 <= chances.pays_back <= 1
        assert len(chances.unknowns) <= 3
        assert all(0.02 <= unknown.share <= 1 for unknown in chances.unknowns)
    assert (found.plan.pays_back is None) == (not any(step.cost for step in steps))


def test_years_of_a_plan_are_the_sums_of_its_steps() -> None:
    board, steps = full_board(), full_steps()
    sample = draw(unknowns_of(board, steps), SAMPLING)

    whole = simulate(board, steps, sample).saved.sum(axis=0)
    found = assess(board, steps, sampling=SAMPLING)

    assert found is not None
    low, high = np.quantile(whole, (0.1, 0.9))
    assert [float(found.plan.year.p10), float(found.plan.year.p90)] == pytest.approx(
        [low, high], abs=0.01
    )


@pytest.mark.parametrize("doubt", [Doubt.EFFECT, Doubt.YEAR, Doubt.PRICES])
def test_a_wider_unknown_makes_a_wider_plan(doubt: Doubt) -> None:
    board, steps = full_board(), full_steps()
    known = unknowns_of(board, steps)
    name = step_id(doubt, steps[0]) if doubt is Doubt.EFFECT else doubt.value

    def width(low: float, high: float) -> Decimal:
        moved = [replace(u, low=low, high=high) if u.id == name else u for u in known]
        found = assess(board, steps, sampling=SAMPLING, unknowns=moved)
        assert found is not None
        return found.plan.year.p90 - found.plan.year.p10

    assert width(0.95, 1.05) < width(0.6, 1.5) < width(0.2, 2.5)


def test_without_steps_there_is_nothing_to_be_sure_of() -> None:
    board = board_of(context_of(home_of(120)))

    assert assess(board, (), sampling=SAMPLING) is None


def priced_up_to(limit_kwh: int) -> PlanContext:
    """Return a home of 60 kWh of which prices are known only up to a limit."""
    cold = Appliance(id="refrigeradora-convencional")
    shower = Appliance(id="ducha-electrica", minutes_shower=10, showers_day=1)
    context = context_of(home_of(*([60] * 12), people=2, appliances=(shower, cold)))
    year = []
    for terms in context.year:
        first, *rest = terms.brackets
        known = replace(first, limit_kwh=Decimal(limit_kwh))
        year.append(replace(terms, brackets=(known, *(replace(b, blocks=()) for b in rest))))
    return replace(context, year=tuple(year), otherwise={})


def test_years_without_a_price_are_told_and_not_counted() -> None:
    plan = make_plan(priced_up_to(105), sampling=SAMPLING)

    assert plan.uncertainty is not None
    assert 0.5 <= plan.uncertainty.priced < 1
    assert [issue.code for issue in plan.uncertainty.issues] == ["years-unpriced"]


def test_a_home_that_mostly_has_no_price_is_told_so() -> None:
    plan = make_plan(priced_up_to(61), sampling=SAMPLING)

    assert plan.steps
    assert plan.uncertainty is None
    assert "sureness-unknown" in {issue.code for issue in plan.issues}


def above_the_cliff() -> PlanContext:
    """Return a home of 143 kWh in every month: the invented discount ends above 140."""
    shower = Appliance(id="ducha-electrica", minutes_shower=10, showers_day=2)
    cold = Appliance(id="refrigeradora-convencional")
    return context_of(home_of(*([143] * 12), people=2, appliances=(shower, cold)))


def test_at_the_cliff_years_are_of_two_kinds_and_their_chances_add_up() -> None:
    context = above_the_cliff()
    board = board_of(context)
    shower = board.start.of(SHOWER).sum() / 12 / 1000
    needed, middle = 3.0, 3.2
    step = invented(share_of(1.6 / shower, middle / shower, 4.8 / shower))
    known = certain(unknowns_of(board, [step]))
    doubt = next(u for u in unknowns_of(board, [step]) if u.doubt is Doubt.EFFECT)
    unknowns = [doubt if u.id == doubt.id else u for u in known]
    sampling = Sampling(draws=2000)

    saved = simulate(board, [step], draw(unknowns, sampling)).saved[0]
    found = assess(offered(board, step), [step], sampling=sampling, unknowns=unknowns)

    under = saved > 80
    deviate = (needed / middle - 1) / (0.5 / DEVIATE)
    assert found is not None
    assert under.mean() == pytest.approx(1 - NormalDist().cdf(deviate), abs=0.01)
    assert saved[~under].max() < 40 < 100 < saved[under].min()
    assert under.mean() + (~under).mean() == 1
    assert float(found.steps[0].year.p10) < 40
    assert float(found.steps[0].year.p50) > 100
    assert found.plan.unknowns[0].doubt is Doubt.EFFECT
    assert found.plan.unknowns[0].share > 0.9


def test_a_purchase_pays_back_as_often_as_its_cost_is_below_what_it_saves() -> None:
    board = board_of(context_of(home_of(*([200] * 12), people=2, appliances=FULL_HOUSE[:2])))
    free = invented(share_of(0.2, 0.2, 0.2))
    yearly = simulate(board, [free], draw([], Sampling(draws=2))).saved[0][0]
    step = bought(pen(2 * yearly, 3 * yearly, 4 * yearly))
    names = step_id(Doubt.COST, step)
    unknowns = [u for u in unknowns_of(board, [step]) if u.id == names]

    found = assess(offered(board, step), [step], sampling=Sampling(draws=2000), unknowns=unknowns)

    assert found is not None
    chances = found.steps[0]
    assert chances.pays_back == pytest.approx(0.5, abs=0.01)
    assert chances.within_years == 3
    assert chances.saves == 1
    assert chances.unknowns[0].doubt is Doubt.COST
    assert chances.unknowns[0].share == pytest.approx(1, abs=0.02)
    assert found.plan.pays_back == chances.pays_back


def test_few_recibos_leave_more_in_doubt_than_a_whole_year() -> None:
    def width(months: int) -> float:
        context = context_of(home_of(*([200] * months), people=4, appliances=FULL_HOUSE[:2]))
        board = board_of(context)
        (year,) = (u for u in unknowns_of(board, ()) if u.doubt is Doubt.YEAR)
        return year.high - year.low

    assert width(12) < width(3) < width(1)


def test_a_plan_shows_the_ranges_of_the_draws_and_keeps_its_middles() -> None:
    context = full_board().context

    plain = make_plan(context)
    drawn = make_plan(context, sampling=SAMPLING)

    assert plain.uncertainty is None
    assert drawn.uncertainty is not None
    assert drawn.saving_pen_year == plain.saving_pen_year
    for before, after, chances in zip(
        plain.steps, drawn.steps, drawn.uncertainty.steps, strict=True
    ):
        assert before.saving is not None
        assert after.saving is not None
        assert after.saving_pen_year == before.saving_pen_year
        told = (after.saving.low, after.saving.middle, after.saving.high)
        assert told == pytest.approx([float(end) / 12 for end in ends_of(chances)])


def test_near_the_voucher_the_range_is_not_stretched_to_the_figure() -> None:
    gas: dict[str, Any] = {"cooking": CookingFuel.LPG, "fise_voucher": True}
    lamps = Appliance(id="foco-ahorrador-20", count=3, hours_day=4)
    home = home_of(
        *([71] * 12),
        people=4,
        appliances=(lamps, Appliance(id="refrigeradora-mediana")),
        assumptions={"cost-led-lamp": Decimal(8)},
        **gas,
    )

    plan = make_plan(context_of(home), sampling=SAMPLING)

    (step,) = (step for step in plan.steps if step.place and step.place.key == "place.voucher")
    assert plan.uncertainty is not None
    chances = plan.uncertainty.steps[step.rank - 1]
    assert step.saving is not None
    assert chances.year.p90 < step.saving_pen_year
    assert step.saving.high == pytest.approx(float(chances.year.p90) / 12)
    assert chances.voucher is not None
    without, with_it = chances.voucher
    assert 0 < without < with_it < 1


def test_a_limit_is_told_with_the_months_that_come_under_it() -> None:
    decoder = Appliance(id="decodificador", always_on=True)
    home = home_of(*([142] * 12), people=4, appliances=(*FULL_HOUSE[:2], decoder))

    found = make_plan(context_of(home), sampling=SAMPLING).uncertainty

    assert found is not None
    (crossed,) = (one for one in found.plan.crossed if one.limit_kwh == 140)
    assert crossed.months == 12
    assert 0 < crossed.chance_without < crossed.chance < 1
    assert found.plan.voucher is None
