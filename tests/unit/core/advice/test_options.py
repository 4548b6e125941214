"""The option as a choice: no option with any set of measures is worth more, tried one by one."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, home_of
from tests.unit.core.advice.every_plan import EveryPlan
from tests.unit.core.advice.invented_hours import paid_by_hours
from tests.unit.core.advice.invented_measures import SmallHome, small_home

from ahorraluz.core.advice.catalogue.tariff import HOURLY_TARIFF, THREE_BAND_TARIFF
from ahorraluz.core.advice.choosing import choose_best
from ahorraluz.core.advice.context import Otherwise
from ahorraluz.core.advice.frontier import with_both
from ahorraluz.core.advice.options import Offered, choose_with_option
from ahorraluz.core.advice.plan import board_of, make_plan
from ahorraluz.core.advice.pricing import YearPrices
from ahorraluz.core.advice.recommendation import FrontierPoint, Standing
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Appliance, Option, Tenure
from ahorraluz.core.tariffs.band_arrays import BandArrays

D = Decimal
HOMES = 90
BATCH = 15
OPTIONS = (HOURLY_TARIFF, THREE_BAND_TARIFF)


def _home(seed: int) -> SmallHome:
    """Return a random home of an owner alone on its meter, that may know its hours."""
    rng = np.random.default_rng(10_000 + seed)
    objective = list(Objective)[seed % 3]
    small = small_home(seed, objective=objective, instalment=seed % 5 == 4, measures=6)
    typed = {**small.context.home.assumptions}
    if rng.random() < 0.6:
        typed["peak-share"] = D(str(round(rng.uniform(0.02, 0.4), 3)))
    if rng.random() < 0.5:
        typed["cost-hourly-meter"] = D(int(rng.integers(10, 250)))
    home = replace(small.context.home, tenure=Tenure.OWNER, homes_on_meter=1, assumptions=typed)
    wishes = replace(small.wishes, any_option=True)
    return SmallHome(context=context_of(home), measures=small.measures, wishes=wishes)


def _offered(home: SmallHome) -> Offered:
    ready = home.context.prepared()
    answers = [(measure, measure.judge(ready)) for measure in OPTIONS]
    return choose_with_option(home.board, answers, choose_best)


@pytest.mark.parametrize("first", range(0, HOMES, BATCH), ids=lambda first: f"homes from {first}")
def test_no_option_with_any_set_is_worth_more(first: int) -> None:
    for seed in range(first, first + BATCH):
        home = _home(seed)
        pair = home.context.prepared().otherwise[Otherwise.BT5F]
        today = replace(
            home.board,
            context=replace(home.board.context, year=pair.now),
            prices=YearPrices(pair.now),
        )

        offered = _offered(home)

        (tried,) = [one for one in offered.tried if one.measure == HOURLY_TARIFF.id]
        stays = EveryPlan(today).best()
        if offered.board.switch is None:
            assert not tried.chosen
            continue
        every = EveryPlan(offered.board)
        members = frozenset(map(offered.board.candidates.index, offered.choice.steps))
        assert tried.chosen
        assert tried.proved
        assert every.can_pay(members)
        assert every.worth(members)[0] == pytest.approx(every.best(), abs=1e-6), f"home {seed}"
        assert every.best() >= stays - 1e-6
        assert offered.choice.best is None or offered.choice.best.worth == pytest.approx(
            every.best(), abs=1e-6
        )


def test_what_is_not_taken_is_worth_less_than_staying() -> None:
    for seed in range(0, HOMES, 3):
        home = _home(seed)

        offered = _offered(home)

        for one in offered.tried:
            if one.reason is None and not one.chosen and one.gain is not None:
                assert one.gain <= max(
                    (other.gain for other in offered.tried if other.chosen and other.gain),
                    default=D("0.00"),
                )


def test_homes_are_found_that_change_and_homes_that_stay() -> None:
    chosen = [_offered(_home(seed)).board.switch is not None for seed in range(30)]

    assert any(chosen)
    assert not all(chosen)


def test_the_bills_of_a_band_year_are_those_of_the_one_bill_there_is() -> None:
    home = home_of(*([200] * 12), tenure=Tenure.OWNER)
    pair = context_of(home).prepared().otherwise[Otherwise.BT5F]
    shares = {Band.PEAK: D("0.173125")}
    energy = np.random.default_rng(5).integers(0, 600_000, size=(12, 40))
    energy[:, :4] = [0, 1, 8, 140_000]

    totals = BandArrays(year=pair.then, shares=shares).totals(energy)

    for month, terms in enumerate(pair.then):
        for place in range(energy.shape[1]):
            exact = paid_by_hours(int(energy[month, place]), terms, shares)
            assert int(totals[month, place]) == round(exact * 100)


def test_what_falls_under_hours_adds_up_to_the_difference_of_the_bills() -> None:
    home = home_of(*([200] * 12), tenure=Tenure.OWNER)
    pair = context_of(home).prepared().otherwise[Otherwise.BT5F]
    arrays = BandArrays(year=pair.then, shares={Band.PEAK: D("0.2")})
    before = np.arange(12, dtype=np.int64) * 9_000 + 120_000
    after = before - 31_457

    fallen = arrays.fallen(before, after)

    totals = arrays.totals(np.column_stack([before, after]))
    both = np.sum(list(fallen.values()), axis=0)
    assert both.tolist() == (totals[:, 0] - totals[:, 1]).tolist()


def test_a_plan_with_its_option_adds_up_and_says_what_it_hangs_on() -> None:
    home = home_of(
        *([200] * 12),
        tenure=Tenure.OWNER,
        appliances=FULL_HOUSE,
        assumptions={"peak-share": D("0.05")},
        budget_pen=D(900),
    )

    plan = make_plan(context_of(home), wishes=Wishes(any_option=True))

    (tried,) = [one for one in plan.options_tried if one.chosen]
    (switch,) = [item for item in plan.options if item.measure == tried.measure]
    assert switch.standing is Standing.IF_GRANTED
    assert switch.bill_saving_pen_year == tried.switch_pen_year > 0
    assert sum(step.bill_saving_pen_year for step in plan.steps) == plan.bill_saving_pen_year
    assert tried.chance is not None
    assert tried.gain is not None
    assert tried.gain > 0
    assert plan.steps
    for step in plan.steps:
        for row in step.rows:
            assert sum(row.bands_without.values()) == row.kwh_without
            assert row.total_with == pytest.approx(
                D(
                    str(
                        paid_by_hours(
                            int(row.kwh_with * 1000), row.terms_with, {Band.PEAK: D("0.05")}
                        )
                    )
                )
            )


def test_a_meter_that_costs_more_than_the_budget_is_not_bought() -> None:
    typed = {"peak-share": D("0.05"), "cost-hourly-meter": D(300)}
    home = home_of(*([200] * 12), tenure=Tenure.OWNER, assumptions=typed, budget_pen=D(100))

    plan = make_plan(context_of(home), wishes=Wishes(any_option=True))

    (tried,) = plan.options_tried
    assert not tried.chosen
    assert tried.reason is not None
    assert tried.reason.key == "option.over-budget"


def test_a_tenant_keeps_the_option_of_today() -> None:
    home = home_of(*([200] * 12), tenure=Tenure.TENANT, assumptions={"peak-share": D("0.05")})
    context = context_of(home)

    plan = make_plan(context, wishes=Wishes(any_option=True))

    assert plan.options_tried == ()
    assert plan == make_plan(context)
    assert board_of(context).switch is None


def test_a_home_with_nothing_to_do_still_chooses_its_option() -> None:
    typed = {"peak-share": D("0.05")}
    home = home_of(*([200] * 12), tenure=Tenure.OWNER, assumptions=typed)

    plan = make_plan(context_of(home), wishes=Wishes(any_option=True, frontier=True))

    (tried,) = plan.options_tried
    assert plan.steps == ()
    assert plan.frontier == ()
    assert tried.chosen
    assert tried.worth == (tried.switch_pen_year / 12).quantize(D("0.01"))


def test_below_the_price_of_its_meter_a_frontier_stays_with_the_option_of_today() -> None:
    typed = {"peak-share": D("0.05"), "cost-hourly-meter": D(250), "cost-led-lamp": D(8)}
    lamps = Appliance(id="foco-incandescente-100", count=6, hours_day=5)
    home = home_of(
        *([200] * 12), tenure=Tenure.OWNER, assumptions=typed, appliances=(lamps, *FULL_HOUSE[:2])
    )

    plan = make_plan(context_of(home), wishes=Wishes(any_option=True, frontier=True))

    (chosen,) = [one for one in plan.options_tried if one.chosen]
    budgets = [point.budget_pen for point in plan.frontier]
    assert budgets[0] == 0
    assert plan.frontier[0].option is None
    assert plan.frontier[-1].option is chosen.option
    assert all(p.option is None for p in plan.frontier if p.budget_pen < 250)
    worths = [point.worth for point in plan.frontier]
    assert worths == sorted(set(worths))
    assert plan.optimum is not None
    assert worths[-1] == plan.optimum.worth
    for before, after in pairwise(plan.frontier):
        kept = set(before.steps) - set(after.leaves)
        assert kept | set(after.joins) == set(after.steps)
    stays = make_plan(
        context_of(replace(home, assumptions={**typed, "peak-share": D("0.4")})),
        wishes=Wishes(any_option=True, frontier=True),
    )
    assert not any(one.chosen for one in stays.options_tried)
    assert all(point.option is None for point in stays.frontier)


def test_of_two_options_the_better_one_stands_at_every_budget() -> None:
    def point(budget: int, worth: str, *steps: str) -> FrontierPoint:
        return FrontierPoint(
            budget_pen=D(budget), cost_pen=D(budget), worth=D(worth), steps=steps,
            joins=steps, leaves=(), proved=True,
        )  # fmt: skip

    stays = [point(0, "1"), point(100, "5", "led"), point(400, "9", "led", "fan")]
    moves = [point(200, "4"), point(300, "7", "led"), point(500, "9", "led", "fan")]

    both = with_both(stays, moves, Option.BT5F)

    told = [(int(one.budget_pen), one.option, one.joins, one.leaves) for one in both]
    assert told == [
        (0, None, (), ()),
        (100, None, ("led",), ()),
        (300, Option.BT5F, (), ()),
        (400, None, ("fan",), ()),
    ]
