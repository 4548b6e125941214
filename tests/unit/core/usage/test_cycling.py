"""The compressor that switches all day: seen in minutes, bounded in hours."""

import numpy as np
import pytest
from tests.synthetic_home import Habits, synthetic_home, without

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.cycling import NIGHT_BOUND, SEEN, find_cycling
from ahorraluz.core.usage.facts import ApplianceFacts

Catalogue = dict[str, ApplianceFacts]


@pytest.mark.parametrize("interval_s", [60, 300])
def test_a_compressor_is_seen_with_its_power_duty_and_period(interval_s: int) -> None:
    home = synthetic_home(days=60, interval_s=interval_s)

    cycling = find_cycling(home.grid)

    assert cycling is not None
    assert cycling.seen
    assert cycling.power_w == pytest.approx(110, rel=0.1)
    assert cycling.duty == pytest.approx(0.4, abs=0.06)
    assert cycling.period_min == pytest.approx(50, rel=0.15)
    assert cycling.energy.basis == SEEN
    assert cycling.energy.low <= home.fridge_kwh / 60 * 30.4375 <= cycling.energy.high


def test_an_hour_only_bounds_it_by_the_level_of_the_night() -> None:
    home = synthetic_home(days=60)

    cycling = find_cycling(home.grid)

    assert cycling is not None
    assert not cycling.seen
    assert cycling.energy.basis == NIGHT_BOUND
    assert cycling.energy.low <= home.fridge_kwh / 60 * 30.4375 <= cycling.energy.high


def test_the_bound_holds_what_refrigerators_usually_take(catalogue: Catalogue) -> None:
    home = synthetic_home(Habits(always_on_w=400), days=30)

    cycling = find_cycling(home.grid, cold=catalogue.values())

    assert cycling is not None
    assert cycling.energy.middle == pytest.approx(43.2, rel=0.2)


def test_no_compressor_is_seen_where_none_runs() -> None:
    home = synthetic_home(Habits(fridge_w=0), days=60, interval_s=60)

    cycling = find_cycling(home.grid)

    assert cycling is not None
    assert not cycling.seen


def test_a_failing_seal_shows_as_a_rising_duty() -> None:
    before = synthetic_home(Habits(fridge_duty=0.35), days=120, interval_s=300)
    after = synthetic_home(Habits(fridge_duty=0.6), days=120, interval_s=300)
    grid = DayGrid(
        days=np.datetime64("2026-01-01") + np.arange(240),
        power_kw=np.vstack([before.grid.power_kw, after.grid.power_kw]),
        estimated=np.zeros((240, before.grid.slots), dtype=bool),
        interval_s=300,
    )

    cycling = find_cycling(grid)

    assert cycling is not None
    assert cycling.duty_before == pytest.approx(0.35, abs=0.06)
    assert cycling.duty_after == pytest.approx(0.6, abs=0.06)
    assert cycling.changed_by is not None


def test_a_steady_duty_has_no_trend() -> None:
    cycling = find_cycling(synthetic_home(days=200, interval_s=300).grid)

    assert cycling is not None
    assert cycling.duty_before is None


def test_a_few_nights_say_nothing() -> None:
    grid = without(synthetic_home(days=10, interval_s=60).grid, 4, 10)

    assert find_cycling(grid) is None
