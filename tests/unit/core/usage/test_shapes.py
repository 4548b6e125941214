"""When a home uses energy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.synthetic_home import Habits, synthetic_home, without

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import UsageDataError
from ahorraluz.core.usage.shapes import day_shapes, peak_share, peaks, shape_findings

EVENING = (np.arange(24) >= 18) & (np.arange(24) < 23)


def home_of(power_kw: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> DayGrid:
    return DayGrid(
        days=np.datetime64("2024-01-01") + np.arange(len(power_kw)),
        power_kw=power_kw,
        estimated=np.zeros(power_kw.shape, dtype=bool),
        interval_s=86_400 // power_kw.shape[1],
    )


def test_the_curve_is_the_mean_of_the_days_and_lies_within_their_spread() -> None:
    grid = synthetic_home(days=70).grid

    curve = day_shapes(grid).all_days

    assert curve.mean_kw == pytest.approx(grid.power_kw.mean(axis=0))
    assert bool(np.all(curve.low_kw <= curve.high_kw))
    assert curve.days == 70


def test_unknown_hours_are_left_out_of_the_curve() -> None:
    power = np.full((14, 24), 0.2)
    power[::2, 3] = np.nan

    shapes = day_shapes(home_of(power))

    assert shapes.all_days.mean_kw == pytest.approx(np.full(24, 0.2))


def test_weekends_that_use_more_are_told() -> None:
    grid = synthetic_home(Habits(weekend_factor=1.8), days=140).grid

    shapes = day_shapes(grid)

    more = grid.daily_kwh[grid.weekday >= 5].mean() - grid.daily_kwh[grid.weekday < 5].mean()
    assert shapes.weekend_more.middle == pytest.approx(more, rel=0.1)
    assert "weekend-more" in [finding.id for finding in shape_findings(shapes, peaks(grid))]


def test_weekends_like_other_days_are_not_mentioned() -> None:
    grid = synthetic_home(Habits(weekend_factor=1.0), days=140).grid

    found = [finding.id for finding in shape_findings(day_shapes(grid), peaks(grid))]

    assert "weekend-more" not in found
    assert "weekend-less" not in found


def test_seasons_are_those_of_the_south() -> None:
    power = np.full((366, 24), 0.1)
    power[:31] = 0.9

    shapes = day_shapes(home_of(power))

    assert shapes.by_season_kw[0].mean() > 0.3
    assert shapes.by_season_kw[1:] == pytest.approx(np.full((3, 24), 0.1))
    assert shapes.month_kwh_day[0] == pytest.approx(0.9 * 24)


def test_the_peak_is_found_with_its_day_and_its_usual_time() -> None:
    grid = synthetic_home(Habits(shower_w=0.0), days=60).grid
    grid.power_kw[33, 14] = 9.0

    found = peaks(grid)

    assert found.highest_kw == 9.0
    assert (found.highest_at.day, found.highest_at.month, found.highest_at.hour) == (3, 2, 14)
    assert found.usual_hour in (19, 20, 21)
    assert found.usual_part > 0.8
    assert found.spread_h < 2
    assert "peak-time" in [item.id for item in shape_findings(day_shapes(grid), found)]


def test_the_highest_minute_is_higher_than_the_highest_hour() -> None:
    found = peaks(synthetic_home(days=20, interval_s=60).grid)

    assert found.highest_interval_kw > 4.0 > found.highest_kw


def test_a_home_that_pumps_at_night_is_told() -> None:
    power = np.full((28, 24), 0.1)
    power[:, 1:5] = 1.0
    grid = home_of(power)

    found = shape_findings(day_shapes(grid), peaks(grid))

    assert "night-use" in [finding.id for finding in found]


@pytest.mark.parametrize("interval_s", [900, 3_600])
def test_the_share_in_chosen_hours_is_that_of_their_energy(interval_s: int) -> None:
    grid = synthetic_home(days=90, interval_s=interval_s).grid
    mask = EVENING.repeat(3_600 // interval_s)

    found = peak_share(grid, mask)

    assert found.share == pytest.approx(grid.power_kw[:, mask].sum() / grid.power_kw.sum())
    assert found.time_share == pytest.approx(5 / 24)
    assert found.energy.middle == pytest.approx(
        found.share * grid.power_kw.mean() * 730.5, rel=1e-9
    )


@given(first=st.integers(0, 23), last=st.integers(1, 24))
def test_shares_of_hours_and_of_all_others_add_up(first: int, last: int) -> None:
    grid = synthetic_home(days=10).grid
    mask = (np.arange(24) >= first) & (np.arange(24) < last)

    inside, outside = peak_share(grid, mask), peak_share(grid, ~mask)

    assert inside.share + outside.share == pytest.approx(1.0)


def test_a_mask_of_days_counts_only_those() -> None:
    grid = synthetic_home(days=14).grid
    mask = np.broadcast_to(EVENING, (14, 24)) & (grid.weekday < 6)[:, None]

    assert peak_share(grid, mask).share < peak_share(grid, EVENING).share


@pytest.mark.parametrize("analysis", [day_shapes, peaks])
def test_too_few_days_are_refused(analysis: object) -> None:
    grid = without(synthetic_home(days=30).grid, 5, 30)

    with pytest.raises(UsageDataError) as raised:
        analysis(grid)  # type: ignore[operator]

    assert raised.value.issue.code == "shapes-too-few-days"


def test_nothing_known_has_no_share() -> None:
    with pytest.raises(UsageDataError):
        peak_share(home_of(np.full((3, 24), np.nan)), EVENING)
