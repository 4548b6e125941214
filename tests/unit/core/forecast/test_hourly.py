"""Readings of any step to hours of local days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.forecast.forecaster import ForecastError
from ahorraluz.core.forecast.hourly import hours_of_series

START = 1_767_225_600
"""2026-01-01T00:00Z. [s]"""


def series(count: int, step_s: int) -> np.ndarray:
    return START + step_s * np.arange(count, dtype=np.int64)


@given(minutes=st.sampled_from([1, 5, 10, 15, 20, 30, 60]), seed=st.integers(0, 20))
def test_no_energy_is_lost_on_the_way_to_hours(minutes: int, seed: int) -> None:
    count = 3 * 24 * 60 // minutes
    kwh = np.random.default_rng(seed).exponential(size=count)

    home = hours_of_series("a", series(count, 60 * minutes), kwh, zone="UTC")

    assert home.kwh.shape == (3, 24)
    assert home.kwh.sum() == pytest.approx(kwh.sum())


def test_the_order_of_rows_does_not_matter_and_a_row_twice_counts_once() -> None:
    starts, kwh = series(96, 1800), np.random.default_rng(0).exponential(size=96)
    mixed = np.random.default_rng(1).permutation(np.r_[np.arange(96), 5, 6])

    one = hours_of_series("a", starts, kwh, zone="UTC")
    two = hours_of_series("a", starts[mixed], kwh[mixed], zone="UTC")

    assert two.kwh == pytest.approx(one.kwh)


def test_hours_are_those_of_the_local_clock() -> None:
    kwh = np.zeros(72)
    kwh[29] = 1.0

    home = hours_of_series("a", series(72, 3600), kwh, zone="America/Lima")

    assert home.days[0] == np.datetime64("2025-12-31")
    assert home.days[2] == np.datetime64("2026-01-02")
    assert home.kwh[2, 0] == 1.0
    assert np.nansum(home.kwh) == 1.0


def test_energy_given_to_the_grid_is_nothing_taken() -> None:
    home = hours_of_series("a", series(24, 3600), np.tile([-1.0, 2.0], 12), zone="UTC")

    assert home.kwh.sum() == 24.0


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e9, -1e9])
def test_what_is_no_reading_is_unknown(value: float) -> None:
    kwh = np.ones(48)
    kwh[30] = value

    home = hours_of_series("a", series(48, 3600), kwh, zone="UTC")

    assert np.isnan(home.kwh[1, 6])
    assert np.isnan(home.kwh).sum() == 1


@pytest.mark.parametrize(
    ("starts", "code"),
    [
        pytest.param(series(1, 3600), "series-too-few", id="one reading"),
        pytest.param(series(40, 86_400), "series-too-coarse", id="days"),
        pytest.param(series(40, 420), "series-too-coarse", id="seven minutes"),
        pytest.param(
            np.append(series(40, 3600), -START), "series-too-long", id="a stamp of long ago"
        ),
    ],
)
def test_a_series_that_cannot_be_hours_is_refused(starts: np.ndarray, code: str) -> None:
    with pytest.raises(ForecastError, match=code):
        hours_of_series("a", starts, np.ones(len(starts)), zone="UTC")
