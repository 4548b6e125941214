"""Uses from readings alone: they add up to what was measured, and say how sure they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.synthetic_home import Habits, synthetic_home

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.facts import ApplianceFacts
from ahorraluz.core.usage.metered_uses import MeteredUseId, MeteredUses, metered_uses

Catalogue = dict[str, ApplianceFacts]
MONTH = 30.4375


def uses_of(grid: DayGrid, catalogue: Catalogue) -> MeteredUses:
    return metered_uses(grid, base_load_w=None, appliances=catalogue)


@pytest.mark.parametrize("interval_s", [60, 900, 3_600])
def test_uses_add_up_to_what_was_measured(interval_s: int, catalogue: Catalogue) -> None:
    grid = synthetic_home(days=40, interval_s=interval_s).grid

    metered = uses_of(grid, catalogue)

    measured = np.mean(grid.power_kw) * 24 * MONTH
    assert metered.total_kwh_month == pytest.approx(measured, rel=1e-3)
    assert sum(use.estimate.middle for use in metered.uses) == pytest.approx(
        metered.total_kwh_month
    )
    assert sum(use.share for use in metered.uses) == pytest.approx(1)


@pytest.mark.parametrize("interval_s", [60, 300])
def test_the_shower_of_a_home_lies_within_its_range(interval_s: int, catalogue: Catalogue) -> None:
    home = synthetic_home(days=60, interval_s=interval_s)

    hot = uses_of(home.grid, catalogue).use(MeteredUseId.WATER_HEATING)

    assert hot is not None
    assert hot.estimate.middle == pytest.approx(home.shower_kwh / 60 * MONTH, rel=0.1)
    assert hot.estimate.low <= home.shower_kwh / 60 * MONTH <= hot.estimate.high


@pytest.mark.parametrize("interval_s", [60, 3_600])
def test_what_never_stops_is_told_from_the_refrigerator(
    interval_s: int, catalogue: Catalogue
) -> None:
    home = synthetic_home(days=60, interval_s=interval_s)
    base = Estimate(low=90, middle=104, high=120, unit="W", basis="basis.quiet-hours")

    metered = metered_uses(home.grid, base_load_w=base, appliances=catalogue)

    always, cold = (
        metered.use(name) for name in (MeteredUseId.ALWAYS_ON, MeteredUseId.REFRIGERATION)
    )
    assert always is not None
    assert cold is not None
    assert always.estimate.low <= 60 * 0.7305 <= always.estimate.high
    assert cold.estimate.low <= home.fridge_kwh / 60 * MONTH <= cold.estimate.high


def test_a_quarter_of_an_hour_still_counts_the_shower(catalogue: Catalogue) -> None:
    home = synthetic_home(days=60, interval_s=900)

    metered = uses_of(home.grid, catalogue)

    hot = metered.use(MeteredUseId.WATER_HEATING)
    assert hot is not None
    assert hot.estimate.low <= home.shower_kwh / 60 * MONTH <= hot.estimate.high
    assert metered.resolves_events
    assert not metered.tells_uses


def test_a_home_that_uses_nothing_has_no_uses(catalogue: Catalogue) -> None:
    grid = DayGrid(
        days=np.datetime64("2026-01-05") + np.arange(9),
        power_kw=np.zeros((9, 1_440)),
        estimated=np.zeros((9, 1_440), dtype=bool),
        interval_s=60,
    )

    assert uses_of(grid, catalogue).uses == ()


def test_a_given_response_to_the_weather_is_a_use_of_its_own(catalogue: Catalogue) -> None:
    home = synthetic_home(Habits(cooling_w_c=100, mean_temp_c=28), days=60)
    kwh = home.cooling_kwh / 60 * MONTH
    given_kwh = Estimate(low=0.9 * kwh, middle=kwh, high=1.1 * kwh, unit="kWh/month", basis="-")

    metered = metered_uses(home.grid, base_load_w=None, appliances=catalogue, climate=given_kwh)

    climate = metered.use(MeteredUseId.CLIMATE)
    assert climate is not None
    assert climate.estimate.middle == pytest.approx(kwh, rel=0.1)


def test_part_of_a_year_is_said(catalogue: Catalogue) -> None:
    metered = uses_of(synthetic_home(days=60).grid, catalogue)

    assert "metered-part-of-year" in [issue.code for issue in metered.issues]


def test_readings_without_a_value_have_no_uses(catalogue: Catalogue) -> None:
    grid = DayGrid(
        days=np.datetime64("2026-01-05") + np.arange(3),
        power_kw=np.full((3, 24), np.nan),
        estimated=np.zeros((3, 24), dtype=bool),
        interval_s=3_600,
    )

    metered = uses_of(grid, catalogue)

    assert metered.uses == ()
    assert metered.total_kwh_month == 0
    assert "readings-empty" in [issue.code for issue in metered.issues]


@settings(max_examples=40, deadline=None)
@given(
    watts=st.lists(st.one_of(st.floats(0, 8_000), st.just(float("nan"))), min_size=72, max_size=72),
    interval_s=st.sampled_from([1_200, 3_600]),
)
def test_any_home_adds_up_and_no_use_is_negative(
    watts: list[float], interval_s: int, catalogue: Catalogue
) -> None:
    power = np.array(watts).reshape(-1, 86_400 // interval_s) / 1000
    grid = DayGrid(
        days=np.datetime64("2026-01-05") + np.arange(len(power)),
        power_kw=power,
        estimated=np.zeros(power.shape, dtype=bool),
        interval_s=interval_s,
    )

    metered = uses_of(grid, catalogue)

    assert sum(use.estimate.middle for use in metered.uses) == pytest.approx(
        metered.total_kwh_month if metered.uses else 0.0
    )
    assert all(use.estimate.low >= 0 for use in metered.uses)
