"""What trees are told of each hour ahead."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahorraluz.core.forecast.features import (
    NAMES,
    SATURDAY,
    SUNDAY,
    WORKING,
    HourFeatures,
    day_kind,
    hour_features,
)
from ahorraluz.core.forecast.forecaster import Windows
from ahorraluz.core.forecast.holidays import peru_free

MONDAY = np.datetime64("2026-07-27")
"""The day before Independence Day."""


def windows(kwh: np.ndarray, *, bill: float = np.nan, temp: np.ndarray | None = None) -> Windows:
    return Windows(
        kwh=kwh,
        origin=np.full(len(kwh), MONDAY),
        bill_kwh_day=np.full(len(kwh), bill),
        temp_c=temp,
    )


def ramp(*, homes: int = 1) -> np.ndarray:
    """Hours that name their day and hour: day 3 at 14 h used 3.14 kWh."""
    day, hour = np.arange(28.0)[:, None], np.arange(24.0)[None, :]
    return np.repeat((day + hour / 100.0)[None], homes, axis=0)


def column(features: HourFeatures, name: str) -> np.ndarray:
    """Return one column by day ahead and hour, energies again in kWh."""
    values = features.matrix[0, :, NAMES.index(name)].reshape(-1, 24)
    in_kwh = name.startswith(("lag", "mean", "median", "low", "high"))
    return values * features.scale[0] if in_kwh else values


def test_lags_are_the_same_hour_of_the_days_before() -> None:
    features = hour_features(windows(ramp()))

    assert column(features, "lag_1")[:, 14] == pytest.approx(np.full(7, 27.14))
    assert column(features, "lag_3")[:, 14] == pytest.approx(np.full(7, 25.14))
    assert column(features, "lag_week")[:, 14] == pytest.approx(np.arange(21, 28) + 0.14)
    assert column(features, "lag_two_weeks")[:, 0] == pytest.approx(np.arange(14, 21))


def test_means_and_quantiles_are_those_of_the_window() -> None:
    kwh = ramp()

    features = hour_features(windows(kwh))

    assert column(features, "mean_28")[0, 14] == pytest.approx(kwh[0, :, 14].mean())
    assert column(features, "mean_7")[3, 14] == pytest.approx(kwh[0, -7:, 14].mean())
    near = kwh[0, :, 13:16]
    assert column(features, "median_28_near")[6, 14] == pytest.approx(np.median(near))
    assert column(features, "high_28_near")[0, 14] == pytest.approx(np.quantile(near, 0.9))


def test_midnight_has_the_evening_before_as_its_neighbour() -> None:
    kwh = np.zeros((1, 28, 24))
    kwh[:, :, 23] = 3.0

    features = hour_features(windows(kwh))

    by_hour = column(features, "mean_7_near")[0]
    # The last evening has no midnight after it yet.
    assert by_hour[[0, 22, 23]] == pytest.approx([1.0, 1.0, 21 / 20])
    assert by_hour[1:22] == pytest.approx(np.zeros(21))


def test_a_holiday_is_a_sunday() -> None:
    days = MONDAY + np.arange(7)

    kinds = day_kind(days, free=peru_free)

    # 28 and 29 July are holidays.
    assert kinds.tolist() == [WORKING, SUNDAY, SUNDAY, WORKING, WORKING, SATURDAY, SUNDAY]
    assert day_kind(days).tolist() == [WORKING] * 5 + [SATURDAY, SUNDAY]


def test_a_holiday_is_likened_to_days_without_work() -> None:
    kwh = np.ones((1, 28, 24))
    kwh[:, [5, 6, 12, 13, 19, 20, 26, 27]] = 4.0

    features = hour_features(windows(kwh), free=lambda days: days == MONDAY + 1)

    assert column(features, "mean_28_kind")[:, 8] == pytest.approx([1, 4, 1, 1, 1, 4, 4])


def test_without_readings_the_recibo_gives_the_level() -> None:
    features = hour_features(windows(np.full((1, 28, 24), np.nan), bill=6.0))

    assert features.scale.tolist() == [0.25]
    assert np.isnan(column(features, "mean_28")).all()
    assert column(features, "known_days")[0, 0] == 0
    assert column(features, "recibo")[0, 0] == 1.0


def test_a_recibo_beside_readings_is_held_against_them() -> None:
    features = hour_features(windows(np.full((1, 28, 24), 0.5), bill=6.0))

    assert features.scale.tolist() == [0.5]
    assert (column(features, "recibo") == 0.5).all()


def test_temperatures_are_those_forecast_and_their_change() -> None:
    temp = np.concatenate([np.full(28, 18.0), np.arange(20.0, 27.0)])[None]

    features = hour_features(windows(ramp(), temp=temp), days=2)

    assert column(features, "temp")[:, 5].tolist() == [20.0, 21.0]
    assert column(features, "temp_change")[:, 5].tolist() == [2.0, 3.0]
    assert np.isnan(column(hour_features(windows(ramp())), "temp")).all()


def test_a_home_twice_as_large_has_the_same_features_but_its_level() -> None:
    small, large = hour_features(windows(ramp())), hour_features(windows(2 * ramp()))

    others = [place for place, name in enumerate(NAMES) if name != "level"]
    np.testing.assert_allclose(small.matrix[..., others], large.matrix[..., others], atol=1e-12)
    assert large.scale == pytest.approx(2 * small.scale)


def test_fewer_days_ahead_are_the_first_of_more() -> None:
    two, seven = hour_features(windows(ramp()), days=2), hour_features(windows(ramp()))

    assert two.matrix.shape == (1, 48, len(NAMES))
    np.testing.assert_array_equal(two.matrix, seven.matrix[:, :48])


def any_kwh(seed: int, missing: float) -> np.ndarray:
    """Return two homes of spikes, zeros, feeding in and holes."""
    rng = np.random.default_rng(seed)
    kwh = rng.gamma(0.3, 2.0, (2, 28, 24)) * (rng.random((2, 28, 24)) < 0.8) - 0.05
    kwh[rng.random(kwh.shape) < missing] = np.nan
    return kwh


ANY_KWH = st.builds(
    any_kwh, st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.1, 0.9, 0.999, 1.0])
)


@settings(max_examples=30, deadline=None)
@given(kwh=ANY_KWH)
def test_each_window_is_told_from_itself_alone(kwh: np.ndarray) -> None:
    both = windows(kwh, bill=5.0)

    together, alone = hour_features(both), hour_features(both.rows(slice(1, 2)))

    np.testing.assert_array_equal(together.matrix[1:], alone.matrix)


@settings(max_examples=30, deadline=None)
@given(kwh=ANY_KWH)
def test_nothing_is_infinite_and_the_scale_is_above_zero(kwh: np.ndarray) -> None:
    features = hour_features(windows(kwh, bill=5.0))

    assert (features.scale > 0).all()
    assert not np.isinf(features.matrix).any()


def test_windows_of_no_home_have_no_rows() -> None:
    none = windows(ramp()).rows(slice(0, 0))

    features = hour_features(replace(none, temp_c=None))

    assert features.matrix.shape == (0, 168, len(NAMES))
