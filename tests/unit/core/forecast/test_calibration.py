"""Intervals that hold what they promise."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahorraluz.core.forecast.calibration import (
    LEAST_DAYS,
    NO_OFFSETS,
    Offsets,
    apply,
    fit_offsets,
    latest_offsets,
    rolling,
)
from ahorraluz.core.forecast.forecaster import HIGH, LOW, MEDIAN, QUANTILES, Hours

DAY = np.datetime64("2026-03-01")
UP = [place for place, quantile in enumerate(QUANTILES) if quantile >= 0.5]
DOWN = [place for place, quantile in enumerate(QUANTILES) if quantile < 0.5]


def told(count: int, *, middle: float = 1.0, spread: float = 0.1, days: int = 7) -> Hours:
    """Return the same forecast at every origin: a middle and evenly spread quantiles."""
    steps = middle + spread * (np.arange(9) - MEDIAN)
    return Hours(
        quantiles=np.tile(steps, (count, days * 24, 1)), mean=np.full((count, days * 24), middle)
    )


def used(count: int, *, seed: int = 0, middle: float = 1.0, spread: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.maximum(rng.normal(middle, spread, (count, 7, 24)), 0.0)


def ones(count: int) -> np.ndarray:
    return np.ones(count)


def origins(count: int) -> np.ndarray:
    return DAY + np.arange(count)


def covered(hours: Hours, actual: np.ndarray) -> float:
    came = actual.reshape(hours.mean.shape)
    inside = (came >= hours.quantiles[..., LOW]) & (came <= hours.quantiles[..., HIGH])
    return float(inside[~np.isnan(came)].mean())


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.floats(0.0, 10.0), min_size=3, max_size=40))
def test_whichever_day_is_left_out_enough_days_lie_below_each_quantile(
    values: Sequence[float],
) -> None:
    count = len(values)
    actual = np.tile(np.array(values)[:, None, None], (1, 7, 24))
    actual[:, :, 1:] = np.nan
    hours = told(count)

    below, above = np.zeros(9), np.zeros(9)
    for left_out in range(count):
        others = np.arange(count) != left_out
        past = Hours(quantiles=hours.quantiles[others], mean=hours.mean[others])
        shift = fit_offsets(past, actual[others], ones(count - 1)).shift[0]
        moved = hours.quantiles[0, 0] + shift
        below += values[left_out] <= moved + 1e-9
        above += values[left_out] >= moved - 1e-9

    asked = np.array(QUANTILES)
    # Ranks end at the largest error there is: of few days no quantile can hold more.
    least = np.minimum(asked, (count - 1) / count)
    assert (below[UP] / count >= least[UP] - 1e-9).all()
    assert (above[DOWN] / count >= 1 - np.maximum(asked, 1 / count)[DOWN] - 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shift=st.lists(st.floats(-3.0, 3.0), min_size=9, max_size=9),
    scale=st.floats(0.001, 10.0),
)
def test_moved_quantiles_never_cross_and_are_never_negative(
    seed: int, shift: list[float], scale: float
) -> None:
    rng = np.random.default_rng(seed)
    hours = Hours(quantiles=np.sort(rng.gamma(0.5, 1.0, (3, 48, 9))), mean=np.ones((3, 48)))
    offsets = Offsets(shift=np.tile(shift, (7, 1)), days=40)

    moved = apply(hours, offsets, np.full(3, scale))

    assert (moved.quantiles >= 0).all()
    assert (np.diff(moved.quantiles, axis=-1) >= 0).all()
    np.testing.assert_array_equal(moved.mean, hours.mean)


def test_bands_that_were_too_thin_come_to_hold_eight_hours_in_ten() -> None:
    hours, past, coming = told(60), used(60), used(60, seed=1)

    moved = apply(hours, fit_offsets(hours, past, ones(60)), ones(60))

    assert covered(hours, coming) < 0.6
    assert covered(moved, coming) == pytest.approx(0.8, abs=0.02)


def test_bands_that_were_too_wide_become_thinner() -> None:
    hours, past, coming = told(60, spread=0.5), used(60, spread=0.2), used(60, seed=1, spread=0.2)

    moved = apply(hours, fit_offsets(hours, past, ones(60)), ones(60))

    assert covered(hours, coming) > 0.99
    assert covered(moved, coming) == pytest.approx(0.8, abs=0.02)


def test_each_day_ahead_is_moved_by_its_own_errors() -> None:
    actual = np.ones((50, 7, 24))
    actual[:, 6] = 3.0

    offsets = fit_offsets(told(50, spread=0.0), actual, ones(50))

    assert (offsets.shift[:6] == 0).all()
    assert (offsets.shift[6] == 2.0).all()


def test_a_large_home_is_moved_by_its_size() -> None:
    offsets = Offsets(shift=np.full((7, 9), 0.5), days=40)

    moved = apply(told(2), offsets, np.array([1.0, 4.0]))

    assert moved.quantiles[:, 0, MEDIAN].tolist() == [1.5, 3.0]


def test_hours_that_were_not_measured_count_nowhere() -> None:
    hours, actual = told(60), used(60)
    holes = np.where(np.random.default_rng(3).random(actual.shape) < 0.3, np.nan, actual)
    holes[:5] = np.nan
    zeros = np.nan_to_num(holes)

    offsets = fit_offsets(hours, holes, ones(60))

    assert offsets.days == 55
    assert not np.isnan(offsets.shift).any()
    assert not np.allclose(offsets.shift, fit_offsets(hours, zeros, ones(60)).shift)


def test_nothing_known_moves_nothing() -> None:
    offsets = fit_offsets(told(4), np.full((4, 7, 24), np.nan), ones(4))

    assert offsets.days == 0
    assert (offsets.shift == 0).all()


def test_a_forecast_of_two_days_is_moved_as_the_first_two_of_seven() -> None:
    offsets = Offsets(shift=np.arange(63.0).reshape(7, 9), days=40)

    two, seven = apply(told(1, days=2), offsets, ones(1)), apply(told(1), offsets, ones(1))

    np.testing.assert_array_equal(two.quantiles, seven.quantiles[:, :48])


def test_a_young_home_is_not_moved() -> None:
    count = LEAST_DAYS + 6
    hours = told(count)

    moved = rolling(hours, used(count), ones(count), origin=origins(count))

    np.testing.assert_array_equal(moved.quantiles, hours.quantiles)


def test_an_older_home_is_moved_by_its_own_errors() -> None:
    count = 120
    actual = used(count)

    moved = rolling(told(count), actual, ones(count), origin=origins(count))

    late = Hours(quantiles=moved.quantiles[90:], mean=moved.mean[90:])
    assert covered(late, actual[90:]) == pytest.approx(0.8, abs=0.04)


def test_no_forecast_is_moved_by_what_came_after_it() -> None:
    count = 60
    actual = used(count)
    changed = actual.copy()
    # What day 50 brought is seen by the forecasts of day 51 and later only.
    for place in range(count):
        for day in range(7):
            if place + day >= 50:
                changed[place, day] = 9.0

    one = rolling(told(count), actual, ones(count), origin=origins(count))
    other = rolling(told(count), changed, ones(count), origin=origins(count))

    np.testing.assert_array_equal(one.quantiles[:51], other.quantiles[:51])
    assert (one.quantiles[51:] != other.quantiles[51:]).any()


def test_the_next_forecast_is_moved_as_rolling_would_have_moved_it() -> None:
    count = 60
    hours, actual = told(count), used(count)
    whole = rolling(hours, actual, ones(count), origin=origins(count))

    past = Hours(quantiles=hours.quantiles[:-1], mean=hours.mean[:-1])
    offsets = latest_offsets(
        past,
        actual[:-1],
        ones(count - 1),
        origin=origins(count)[:-1],
        today=origins(count)[-1],
    )

    last = Hours(quantiles=hours.quantiles[-1:], mean=hours.mean[-1:])
    np.testing.assert_array_equal(apply(last, offsets, ones(1)).quantiles, whole.quantiles[-1:])


def test_errors_leave_after_two_months() -> None:
    count = 200
    actual = np.full((count, 7, 24), 3.0)
    calm = origins(count) >= DAY + 100
    actual[calm] = 1.0

    offsets = latest_offsets(
        told(count, spread=0.0), actual, ones(count), origin=origins(count), today=DAY + count
    )

    assert (offsets.shift == 0).all()


def test_a_rise_is_followed_beyond_the_errors_seen_so_far() -> None:
    count = 200
    actual = (0.02 * np.arange(count))[:, None, None] + used(count, spread=0.2)

    moved = rolling(told(count), actual, ones(count), origin=origins(count))

    # The plain quantile of two months of errors that only grow lies below nine in ten to come.
    plain = np.array([np.quantile(actual[now - 60 : now, 0], 0.9) for now in range(100, count)])
    ours = moved.quantiles[100:, :24, HIGH]
    assert np.mean(actual[100:, 0] <= ours) > np.mean(actual[100:, 0] <= plain[:, None])


def test_a_home_without_forecasts_is_moved_as_the_model_was() -> None:
    none = told(0)

    offsets = latest_offsets(none, used(0), ones(0), origin=origins(0), today=DAY)

    assert offsets is NO_OFFSETS
    assert rolling(none, used(0), ones(0), origin=origins(0)).quantiles.shape == (0, 168, 9)
