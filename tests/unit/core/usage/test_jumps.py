"""Places where a series jumps and stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ahorraluz.core.usage.jumps import Jump, differences, find_jumps

Floats = NDArray[np.float64]


def noise(days: int = 365, *, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(100.0, 5.0, (1, days))


def jumps_of(series: Floats) -> tuple[Jump, ...]:
    return find_jumps(
        series, daily=series, scores=np.full(len(series), 5.0), least_errors=np.ones(len(series))
    )


@given(place=st.integers(60, 300), size=st.floats(-80, 80).filter(lambda x: abs(x) > 20))
def test_a_jump_is_found_on_its_day_with_its_size(place: int, size: float) -> None:
    series = noise()
    series[0, place:] += size

    (jump,) = jumps_of(series)

    assert abs(jump.place - place) <= 2
    assert jump.size == pytest.approx(size, abs=6)


def test_noise_and_slow_drift_hold_no_jump() -> None:
    drift = np.linspace(0.0, 60.0, 365)

    assert jumps_of(noise()) == ()
    assert jumps_of(noise() + drift) == ()


def test_series_are_searched_apart() -> None:
    series = np.concatenate([noise(seed=1), noise(seed=2)])
    series[1, 200:] += 50.0

    assert [jump.series for jump in jumps_of(series)] == [1]


def test_a_straight_line_differs_less_than_its_rise() -> None:
    line = np.arange(200, dtype=np.float64)[None]

    difference, _ = differences(line)

    assert float(difference[0, 100]) < 42


def test_days_without_enough_on_both_sides_are_not_judged() -> None:
    series = noise(100)
    series[0, :60] = np.nan

    difference, _ = differences(series)

    assert bool(np.isnan(difference[0, :74]).all())
    assert bool(np.isnan(difference[0, 87:]).all())
    assert not np.isnan(difference[0, 80])
