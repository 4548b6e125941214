"""Scores against plain sums, and what holds for every forecast."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.forecast.forecaster import QUANTILES, Hours
from ahorraluz.core.forecast.metrics import METRICS, naive_scale, scores
from ahorraluz.core.forecast.panel import HomeHours


def some_hours(count: int, hours: int, *, seed: int = 0) -> tuple[Hours, np.ndarray]:
    chance = np.random.default_rng(seed)
    quantiles = np.sort(chance.exponential(size=(count, hours, 9)), axis=2)
    actual = chance.exponential(size=(count, hours))
    actual[chance.random(actual.shape) < 0.1] = np.nan
    return Hours(quantiles=quantiles, mean=chance.exponential(size=(count, hours))), actual


def test_scores_of_a_home_are_plain_sums_over_its_known_hours() -> None:
    hours, actual = some_hours(5, 168)
    home = np.array([1, 0, 1, 1, 0])

    found = scores(hours, actual, home=home, scale=np.array([0.5, 2.0, 1.0]))

    known = (home == 1)[:, None] & ~np.isnan(actual)
    y, q, mean = actual[known], hours.quantiles[known], hours.mean[known]
    pinball = sum(
        np.maximum(p * (y - q[:, j]), (p - 1) * (y - q[:, j])).sum()
        for j, p in enumerate(QUANTILES)
    )
    assert found.nmae[1] == pytest.approx(np.abs(y - q[:, 4]).sum() / y.sum())
    assert found.nrmse[1] == pytest.approx(np.sqrt(((y - mean) ** 2).mean()) / y.mean())
    assert found.mase[1] == pytest.approx(np.abs(y - q[:, 4]).mean() / 2.0)
    assert found.wql[1] == pytest.approx(2 * pinball / (9 * y.sum()))
    assert found.coverage80[1] == pytest.approx(((q[:, 0] <= y) & (y <= q[:, 8])).mean())
    assert found.width80[1] == pytest.approx((q[:, 8] - q[:, 0]).mean() / y.mean())
    weeks = [np.nansum(hours.mean[row] - actual[row]) for row in np.flatnonzero(home == 1)]
    assert found.week_kwh_error[1] == pytest.approx(100 * np.abs(weeks).sum() / y.sum())
    assert found.windows.tolist() == [2, 3, 0]
    assert np.isnan(found.nmae[2])


def test_an_unknown_hour_counts_nowhere() -> None:
    hours, actual = some_hours(4, 48)
    other = Hours(
        quantiles=np.where(np.isnan(actual)[..., None], 99.0, hours.quantiles),
        mean=np.where(np.isnan(actual), 99.0, hours.mean),
    )
    home, scale = np.zeros(4, dtype=np.int64), np.ones(1)

    one, two = (scores(said, actual, home=home, scale=scale) for said in (hours, other))

    assert [getattr(one, name)[0] for name in METRICS] == pytest.approx(
        [getattr(two, name)[0] for name in METRICS], nan_ok=True
    )


@given(level=st.floats(1e-3, 1e3), seed=st.integers(0, 100))
def test_scores_do_not_depend_on_the_unit(level: float, seed: int) -> None:
    hours, actual = some_hours(3, 168, seed=seed)
    scaled = Hours(quantiles=hours.quantiles * level, mean=hours.mean * level)
    home = np.array([0, 1, 1])

    one = scores(hours, actual, home=home, scale=np.ones(2))
    two = scores(scaled, actual * level, home=home, scale=np.full(2, level))

    for name in METRICS:
        assert getattr(one, name) == pytest.approx(getattr(two, name))


def test_a_perfect_forecast_has_no_error() -> None:
    _, actual = some_hours(3, 168)
    said = Hours(quantiles=np.repeat(actual[..., None], 9, axis=2), mean=actual)

    found = scores(said, actual, home=np.zeros(3, dtype=np.int64), scale=np.ones(1))

    errors = ("nmae", "nrmse", "mase", "wql", "width80", "day_kwh_error", "week_kwh_error")
    assert [getattr(found, name)[0] for name in errors] == [0.0] * 7
    assert found.coverage80[0] == 1.0


def test_a_home_that_used_nothing_has_no_relative_error() -> None:
    hours, _ = some_hours(2, 24)

    found = scores(hours, np.zeros((2, 24)), home=np.zeros(2, dtype=np.int64), scale=np.zeros(1))

    assert np.isnan([found.nmae[0], found.nrmse[0], found.mase[0], found.wql[0]]).all()
    assert np.isnan(found.week_kwh_error[0])
    assert not np.isnan(found.coverage80[0])


def test_the_scale_looks_at_nothing_from_the_first_origin_on() -> None:
    days = np.arange(6) + np.datetime64("2026-01-01")
    kwh = np.array([1.0, 2.0, 4.0, np.nan, 5.0, 99.0])[:, None] * np.ones((6, 24))
    home = HomeHours(id="a", days=days, kwh=kwh)

    assert naive_scale(home, before=np.datetime64("2026-01-06")) == pytest.approx(1.5)
    assert np.isnan(naive_scale(home, before=np.datetime64("2026-01-02")))
