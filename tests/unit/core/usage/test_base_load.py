"""What runs when nobody uses anything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.synthetic_home import Habits, Step, synthetic_home, without

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.base_load import (
    base_load,
    base_load_findings,
    base_load_from_days,
    no_base_load,
)
from ahorraluz.core.usage.daily import UsageDataError
from ahorraluz.core.usage.findings import Weight


def flat(watts: float, *, days: int = 30) -> DayGrid:
    return DayGrid(
        days=np.datetime64("2024-01-01") + np.arange(days),
        power_kw=np.full((days, 24), watts / 1000.0),
        estimated=np.zeros((days, 24), dtype=bool),
        interval_s=3_600,
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "interval_s",
    [
        pytest.param(60, id="by the minute"),
        pytest.param(900, id="by the quarter of an hour"),
        pytest.param(3_600, id="by the hour"),
    ],
)
def test_the_refrigerator_is_inside_at_every_interval(interval_s: int, seed: int) -> None:
    home = synthetic_home(days=90, interval_s=interval_s, seed=seed)

    power = base_load(home.grid).power_w

    assert power.middle == pytest.approx(home.base_w[0], rel=0.08)
    assert power.low <= home.base_w[0] <= power.high


def test_silent_days_and_absences_change_nothing() -> None:
    home = synthetic_home(days=180, absences=[(40, 60)])
    holes = without(home.grid, 100, 115)
    holes.power_kw[20:24] = 0.0

    power = base_load(holes).power_w

    assert power.middle == pytest.approx(base_load(home.grid).power_w.middle, rel=0.02)


def test_a_winter_of_heated_nights_is_not_always_on() -> None:
    home = synthetic_home()
    heated = home.grid.power_kw.copy()
    heated[150:210] += 0.8

    power = base_load(home.grid).power_w
    with_heat = base_load(
        DayGrid(
            days=home.grid.days,
            power_kw=heated,
            estimated=home.grid.estimated,
            interval_s=3_600,
        )
    ).power_w

    assert with_heat.middle == pytest.approx(power.middle, rel=0.05)


def test_months_show_the_day_on_which_more_stays_on() -> None:
    home = synthetic_home(steps=[Step(day=182, watts=100)])

    months = base_load(home.grid).by_month

    assert len(months) == 12
    assert months[11].power_w - months[0].power_w == pytest.approx(100, rel=0.1)


def test_energy_and_share_follow_from_the_power() -> None:
    base = base_load(flat(100))

    assert base.power_w.middle == pytest.approx(100)
    assert base.energy_year.middle == pytest.approx(876.6)
    assert base.energy_month.middle == pytest.approx(73.05)
    assert base.share == pytest.approx(1.0)


@given(watts=st.floats(0, 5_000), days=st.integers(7, 70))
def test_a_flat_home_is_its_own_base_load(watts: float, days: int) -> None:
    base = base_load(flat(watts, days=days))

    assert base.power_w.middle == pytest.approx(watts)
    assert 0.0 <= base.share <= 1.0


def test_a_meter_that_goes_backwards_gives_no_negative_base_load() -> None:
    base = base_load(flat(-300))

    assert base.power_w.middle == 0.0
    assert base.share == 0.0


def test_six_days_are_too_few() -> None:
    with pytest.raises(UsageDataError) as raised:
        base_load(flat(100, days=6))

    assert raised.value.issue.code == "base-load-too-few-days"


def test_days_give_a_wide_range_and_say_so() -> None:
    home = synthetic_home(absences=[(100, 120)])

    base = base_load_from_days(home.grid.daily_kwh)

    assert base.power_w.low <= home.base_w[0] <= base.power_w.high
    assert [issue.code for issue in base.issues] == ["base-load-from-days"]
    assert base.by_month == ()


def test_few_daily_energies_are_refused() -> None:
    with pytest.raises(UsageDataError) as raised:
        base_load_from_days(np.full(59, 6.0))

    assert raised.value.issue.parameters == {"days": 59, "min_days": 60}


def test_months_cannot_tell_and_the_issue_says_so() -> None:
    assert no_base_load().code == "base-load-needs-days"


@pytest.mark.parametrize(
    ("evening_w", "weight"),
    [
        pytest.param(100.0, Weight.ACT, id="most of the use is always on"),
        pytest.param(5_000.0, Weight.KNOW, id="little of the use is always on"),
    ],
)
def test_a_large_share_asks_to_act(evening_w: float, weight: Weight) -> None:
    home = synthetic_home(Habits(evening_w=evening_w), days=60)

    (finding,) = base_load_findings(base_load(home.grid))

    assert finding.id == "base-load"
    assert finding.weight is weight
    assert finding.numbers["watts"] == pytest.approx(104, abs=8)
