"""Baselines: what anybody would say, also where little is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from tests.unit.core.forecast.panels import random_kwh, windows_of

from ahorraluz.core.forecast.baselines import Climatology, SeasonalNaive, SevenDayMean
from ahorraluz.core.forecast.climatology import nearest_hours, same_hour_quantiles
from ahorraluz.core.forecast.forecaster import QUANTILES, Forecaster, ForecastError

MODELS = [SeasonalNaive(24), SeasonalNaive(168), SevenDayMean(), Climatology()]
EVERY = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
HOURS = hnp.arrays(
    np.float64,
    (2, 28, 24),
    elements=st.one_of(st.just(np.nan), st.floats(0, 50)),
    fill=st.just(np.nan),
)


def test_yesterday_repeats_on_every_day_ahead() -> None:
    windows = windows_of(random_kwh(3))

    said = SeasonalNaive(24).predict(windows)

    assert np.array_equal(said.mean.reshape(3, 7, 24), np.tile(windows.kwh[:, -1:], (1, 7, 1)))


def test_last_week_repeats_day_by_day() -> None:
    windows = windows_of(random_kwh(3))

    said = SeasonalNaive(168).predict(windows)

    assert np.array_equal(said.mean.reshape(3, 7, 24), windows.kwh[:, -7:])


def test_an_unknown_hour_of_yesterday_is_that_of_the_week() -> None:
    kwh = random_kwh(1)
    kwh[0, -1, 5] = np.nan

    said = SeasonalNaive(24).predict(windows_of(kwh), days=1)

    assert said.mean[0, 5] == pytest.approx(kwh[0, -7:-1, 5].mean())


def test_the_mean_of_seven_days_is_that() -> None:
    windows = windows_of(random_kwh(3))

    said = SevenDayMean().predict(windows, days=2)

    assert said.mean == pytest.approx(np.tile(windows.kwh[:, -7:].mean(axis=1), (1, 2)))


@pytest.mark.parametrize("unknown", [0.0, 0.3, 0.9])
def test_quantiles_are_those_of_the_hour_and_the_two_beside_it(unknown: float) -> None:
    kwh = random_kwh(2, unknown=unknown)

    found = same_hour_quantiles(kwh)

    for window in range(2):
        for hour in (0, 11, 23):
            near = kwh[window][:, [(hour - 1) % 24, hour, (hour + 1) % 24]]
            expected = np.nanquantile(near, QUANTILES)
            assert found[window, hour] == pytest.approx(expected)


def test_the_mean_of_the_climatology_leans_on_the_last_week() -> None:
    kwh = np.full((1, 28, 24), 1.0)
    kwh[:, -7:] = 2.0

    said = Climatology().predict(windows_of(kwh), days=1)

    assert said.mean == pytest.approx(np.full((1, 24), 0.7 * 2 + 0.3 * 1.25))


def test_an_hour_never_seen_is_between_those_beside_it() -> None:
    by_hour = np.full((1, 24), np.nan)
    by_hour[0, [2, 6]] = 1.0, 3.0

    filled = nearest_hours(by_hour)

    assert filled[0, [2, 3, 4, 5, 6]].tolist() == [1.0, 1.0, 2.0, 3.0, 3.0]
    assert not np.isnan(filled).any()


@EVERY
@given(kwh=HOURS)
def test_whatever_is_known_the_answer_is_in_order(
    model: Forecaster, kwh: NDArray[np.float64]
) -> None:
    said = model.predict(windows_of(kwh, bill=6.0))

    assert said.quantiles.shape == (2, 168, 9)
    assert not np.isnan(said.mean).any()
    assert bool(np.all(said.mean >= 0))
    assert bool(np.all(said.quantiles >= 0))
    assert bool(np.all(np.diff(said.quantiles, axis=2) >= 0))


@EVERY
def test_nothing_after_the_days_that_are_seen_changes_the_answer(model: Forecaster) -> None:
    kwh = random_kwh(2)
    other = kwh.copy()
    other[:, :-2] = random_kwh(2, seed=1)[:, :-2]

    said, again = (model.predict(windows_of(hours).seen(2)) for hours in (kwh, other))

    assert np.array_equal(said.quantiles, again.quantiles)


@EVERY
def test_with_a_recibo_alone_the_day_has_its_energy_and_a_width(model: Forecaster) -> None:
    windows = windows_of(np.full((2, 28, 24), np.nan), bill=6.0)

    said = model.predict(windows, days=1)

    assert said.mean.sum(axis=1) == pytest.approx([6.0, 6.0])
    assert bool(np.all(said.quantiles[..., 8] > said.quantiles[..., 0]))


@EVERY
def test_with_nothing_at_all_there_is_no_answer(model: Forecaster) -> None:
    with pytest.raises(ForecastError, match="forecast-nothing-known"):
        model.predict(windows_of(np.full((1, 28, 24), np.nan)))


@EVERY
def test_fewer_days_ahead_are_the_first_of_more(model: Forecaster) -> None:
    windows = windows_of(random_kwh(2, unknown=0.2))

    one, seven = model.predict(windows, days=1), model.predict(windows)

    assert np.array_equal(one.quantiles, seven.quantiles[:, :24])


@EVERY
def test_a_model_without_a_fit_says_so(model: Forecaster) -> None:
    assert model.version == "core"
