"""The population: how homes spread a day's energy."""

import numpy as np
import pytest
from tests.unit.core.forecast.panels import home_of

from ahorraluz.core.forecast.forecaster import QUANTILES, ForecastError
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.forecast.population import (
    UNINFORMED,
    Population,
    fit_population,
    is_weekend,
    population_hours,
)

MONDAY = np.datetime64("2026-03-02")


def test_the_shape_of_homes_does_not_depend_on_their_level() -> None:
    small, large = (home_of(200, level=level) for level in (0.1, 10.0))

    found = [fit_population([home]) for home in (small, large)]

    assert found[0].shape == pytest.approx(found[1].shape)
    assert found[0].quantile_ratio == pytest.approx(found[1].quantile_ratio)


def test_the_evening_is_found_and_every_day_is_whole() -> None:
    found = fit_population([home_of(400, seed=seed) for seed in range(3)])

    assert found.shape.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert found.shape[0, 20] == pytest.approx(3.0 / (6 * 3.0 + 18 * 0.5), rel=0.1)


def test_quantiles_of_homes_hold_what_their_names_say() -> None:
    homes = [home_of(400, seed=seed) for seed in range(4)]
    population = fit_population(homes)

    unseen = home_of(400, seed=9, level=2.0)
    level = np.full(400, unseen.kwh.mean() * 24)
    said = population_hours(level, unseen.days, days=1, population=population)

    below = (unseen.kwh[..., None] <= said.quantiles).mean(axis=(0, 1))
    assert below == pytest.approx(np.array(QUANTILES), abs=0.03)


def test_weekends_have_a_shape_of_their_own() -> None:
    home = home_of(280)
    kwh = np.where(is_weekend(home.days)[:, None], np.arange(24.0), np.arange(24.0)[::-1])

    found = fit_population([HomeHours(id="a", days=home.days, kwh=kwh)])
    said = population_hours(np.array([24.0]), np.array([MONDAY]), population=found)

    by_day = said.mean.reshape(7, 24)
    assert by_day.sum(axis=1) == pytest.approx(np.full(7, 24.0))
    assert by_day[4, 0] > by_day[4, 23]
    assert by_day[5, 0] < by_day[5, 23]


@pytest.mark.parametrize("days", [1, 10, 15])
def test_a_home_of_a_few_days_teaches_no_shape(days: int) -> None:
    with pytest.raises(ForecastError, match="population-too-few-days"):
        fit_population([home_of(days)])


def test_before_any_home_was_seen_every_hour_is_alike() -> None:
    said = population_hours(np.array([12.0]), np.array([MONDAY]), population=UNINFORMED)

    assert said.mean == pytest.approx(np.full((1, 168), 0.5))
    assert said.quantiles[0, 0, 4] == pytest.approx(0.5 * np.log(2))


def test_a_table_that_is_not_one_is_refused() -> None:
    with pytest.raises(ForecastError, match="population-malformed"):
        Population(shape=np.ones((2, 24)), quantile_ratio=UNINFORMED.quantile_ratio)
