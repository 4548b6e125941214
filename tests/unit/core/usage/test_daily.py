"""What each day of a home says."""

import numpy as np
import pytest
from tests.synthetic_home import synthetic_home

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import daily_view


def grid_of(power_kw: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> DayGrid:
    return DayGrid(
        days=np.datetime64("2024-01-01") + np.arange(len(power_kw)),
        power_kw=power_kw,
        estimated=np.zeros(power_kw.shape, dtype=bool),
        interval_s=3_600,
    )


def test_the_floor_is_the_mean_of_the_four_quietest_hours_in_a_row() -> None:
    power = np.full((1, 24), 1.0)
    power[0, 10:14] = [0.1, 0.2, 0.3, 0.2]
    power[0, 20] = 0.0

    assert daily_view(grid_of(power)).floor_w == pytest.approx([200.0])


def test_minutes_and_hours_say_the_same() -> None:
    by_minute = daily_view(synthetic_home(days=30, interval_s=60).grid)
    by_hour = daily_view(synthetic_home(days=30).grid)

    assert by_minute.floor_w == pytest.approx(by_hour.floor_w)
    assert by_minute.excess_w == pytest.approx(by_hour.excess_w)


@pytest.mark.parametrize(
    ("unknown", "said"),
    [
        pytest.param(slice(0, 6), True, id="a quarter of the day is unknown"),
        pytest.param(slice(0, 7), False, id="more than a quarter is unknown"),
    ],
)
def test_a_day_counts_if_three_quarters_of_it_are_known(unknown: slice, said: bool) -> None:
    power = np.full((1, 24), 0.2)
    power[0, unknown] = np.nan

    view = daily_view(grid_of(power))

    assert bool(~np.isnan(view.floor_w[0])) is said
    assert bool(~np.isnan(view.mean_w[0])) is said
    assert np.isnan(view.excess_w[0, 0])


def test_use_above_the_floor_is_told_by_parts_of_the_day() -> None:
    power = np.full((3, 24), 0.1)
    power[:, 18:21] = 1.1

    assert daily_view(grid_of(power)).excess_w == pytest.approx(np.tile([0, 0, 0, 500.0], (3, 1)))


def test_a_day_with_an_unknown_hour_is_not_away() -> None:
    grid = synthetic_home(days=90, absences=[(40, 50)]).grid
    grid.power_kw[45, 12] = np.nan

    away = np.flatnonzero(daily_view(grid).away).tolist()

    assert away == [40, 41, 42, 43, 44, 46, 47, 48, 49]
