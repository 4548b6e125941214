"""Exponential smoothing as a rule to be held against."""

import numpy as np
import pytest

from ahorraluz.learning.auto_ets import ets_is_there, next_by_ets

needs_statsmodels = pytest.mark.skipif(not ets_is_there(), reason="statsmodels is not installed")


def test_a_short_series_goes_on_as_it_ended() -> None:
    if not ets_is_there():
        pytest.skip("statsmodels is not installed")

    assert next_by_ets(np.array([3.0, 4.0])) == 4.0


@needs_statsmodels
def test_months_of_the_year_are_seen_in_two_years() -> None:
    year = np.array([80.0, 90, 100, 120, 150, 190, 220, 190, 150, 120, 100, 90])
    noise = np.random.default_rng(0).normal(0, 2, 36)

    ahead = next_by_ets(np.tile(year, 3) + noise)

    assert ahead == pytest.approx(80, abs=10)


@needs_statsmodels
@pytest.mark.parametrize("series", [np.zeros(12), np.full(9, 50.0), np.array([5.0] * 7 + [900.0])])
def test_the_answer_is_a_number_that_is_not_negative(series: np.ndarray) -> None:
    ahead = next_by_ets(series)

    assert np.isfinite(ahead)
    assert ahead >= 0
