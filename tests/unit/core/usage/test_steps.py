"""Changes that stay."""

from datetime import date

import numpy as np
import pytest
from tests.synthetic_home import Habits, Step, synthetic_home, without

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.findings import Weight
from ahorraluz.core.usage.steps import (
    StepKind,
    confidence_of,
    step_changes,
    step_changes_of_days,
    step_findings,
)


@pytest.mark.parametrize("seed", range(5))
def test_a_home_that_stays_the_same_has_no_steps(seed: int) -> None:
    home = synthetic_home(Habits(winter_more=0.3), seed=seed)

    assert step_changes(home.grid) == ()


@pytest.mark.parametrize("watts", [30, 60, 200])
@pytest.mark.parametrize("day", [40, 182, 340])
def test_a_new_load_that_never_stops_is_found_on_its_day(watts: float, day: int) -> None:
    home = synthetic_home(Habits(winter_more=0.3), steps=[Step(day=day, watts=watts)])

    (step,) = step_changes(home.grid)

    assert step.kind is StepKind.UP_BASE
    assert abs((step.since - home.grid.days[day].item()).days) <= 2
    assert step.base_w.middle == pytest.approx(watts, rel=0.15)
    assert step.energy.middle == pytest.approx(0.7305 * step.base_w.middle)
    assert step.confidence > 0.5


def test_less_that_is_always_on_is_a_step_down() -> None:
    home = synthetic_home(steps=[Step(day=0, watts=80, until=150)])

    (step,) = step_changes(home.grid)

    assert step.kind is StepKind.DOWN_BASE
    assert step.base_w.middle == pytest.approx(-80, rel=0.15)


def test_a_new_use_in_the_evening_is_one_of_the_evening() -> None:
    home = synthetic_home(steps=[Step(day=200, watts=700, first_hour=18, last_hour=24)])

    (step,) = step_changes(home.grid)

    assert step.kind is StepKind.UP
    assert (step.first_hour, step.last_hour) == (18, 24)
    assert step.mean_w.low <= 700 / 4 <= step.mean_w.high
    assert abs(step.base_w.middle) < 10


def test_a_visit_of_some_weeks_is_no_step() -> None:
    home = synthetic_home(steps=[Step(day=150, watts=100, until=200)])

    assert step_changes(home.grid) == ()


def test_one_winter_of_heating_is_a_season() -> None:
    home = synthetic_home(Habits(noise=0.5, evening_w=200.0, winter_more=0.9), seed=3)
    swing = 0.15 * np.maximum(np.cos(2 * np.pi * (np.arange(365) - 196) / 365.25), 0.0)
    grid = home.grid
    grid.power_kw[:] += swing[:, None]

    assert step_changes(grid) == ()


def test_what_comes_every_year_is_a_season() -> None:
    winters = [Step(day=150, watts=150, until=300), Step(day=515, watts=150, until=665)]
    home = synthetic_home(days=730, steps=winters)

    assert step_changes(home.grid) == ()


def test_a_step_taken_back_much_later_has_an_end() -> None:
    home = synthetic_home(days=500, steps=[Step(day=100, watts=150, until=300)])

    up, down = step_changes(home.grid)

    assert up.until == down.since
    assert down.until is None


def test_holes_and_absences_make_no_steps_and_hide_none() -> None:
    home = synthetic_home(steps=[Step(day=200, watts=120)], absences=[(60, 81), (280, 300)])
    holes = without(home.grid, 120, 150)

    (step,) = step_changes(holes)

    assert abs((step.since - home.grid.days[200].item()).days) <= 2


def test_the_last_days_are_not_judged_yet() -> None:
    home = synthetic_home(steps=[Step(day=361, watts=200)])

    assert step_changes(home.grid) == ()


def test_five_weeks_say_nothing() -> None:
    home = synthetic_home(days=35, steps=[Step(day=17, watts=300)])

    assert step_changes(home.grid) == ()


def test_nothing_known_is_no_step() -> None:
    grid = DayGrid(
        days=np.datetime64("2024-01-01") + np.arange(60),
        power_kw=np.full((60, 24), np.nan),
        estimated=np.zeros((60, 24), dtype=bool),
        interval_s=3_600,
    )

    assert step_changes(grid) == ()


def test_what_went_up_and_still_holds_asks_to_act() -> None:
    home = synthetic_home(days=500, steps=[Step(day=100, watts=150, until=300)])

    up, down = step_findings(step_changes(home.grid))

    assert [up.id, down.id] == ["step-up-base", "step-down-base"]
    assert up.weight is Weight.KNOW
    assert down.weight is Weight.KNOW
    assert up.numbers["watts"] == pytest.approx(150, rel=0.1)


def test_a_leak_asks_to_act() -> None:
    home = synthetic_home(steps=[Step(day=250, watts=90)])

    (finding,) = step_findings(step_changes(home.grid))

    assert finding.weight is Weight.ACT
    assert finding.since is not None
    assert abs((finding.since - date(2024, 9, 7)).days) <= 2
    assert finding.energy is not None
    assert finding.energy.middle == pytest.approx(66, rel=0.15)


def test_confidence_grows_with_the_score_and_stays_below_one() -> None:
    said = [confidence_of(ratio, always_on=True) for ratio in (1.0, 2.0, 4.0, 50.0)]

    assert said == sorted(said)
    assert 0.0 < said[0] < said[-1] < 1.0


def test_daily_energies_show_a_large_change_but_not_what_it_is() -> None:
    rng = np.random.default_rng(7)
    days = np.datetime64("2024-01-01") + np.arange(300)
    daily_kwh = 6.0 + rng.normal(0, 0.6, 300)
    daily_kwh[180:] += 0.3 * 24

    (found,) = step_changes_of_days(days, daily_kwh)

    assert found.kind is StepKind.UP
    assert abs((found.since - date(2024, 6, 29)).days) <= 3
    assert (found.first_hour, found.last_hour) == (0, 24)
    assert found.mean_w.middle == pytest.approx(300, rel=0.15)


def test_even_daily_energies_show_no_change() -> None:
    rng = np.random.default_rng(8)
    days = np.datetime64("2024-01-01") + np.arange(300)

    assert step_changes_of_days(days, 6.0 + rng.normal(0, 0.6, 300)) == ()
