"""From the energy a month will probably take to its recibo."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.advice.conftest import year_of

from ahorraluz.core.advice.forecast_bills import (
    ForecastBillError,
    chance_above,
    energies_of,
    forecast_bill,
)
from ahorraluz.core.consumption import Consumption
from ahorraluz.core.tariffs.billing import price_bill

TERMS = year_of()[0]
LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
KWH = st.floats(min_value=0, max_value=900)


@given(quantiles=st.lists(KWH, min_size=9, max_size=9).map(sorted), mean=KWH)
def test_points_rise_stay_above_zero_and_keep_the_mean(quantiles: list[float], mean: float) -> None:
    points = energies_of(quantiles, LEVELS, mean_kwh=mean)

    assert len(points) == 1000
    assert np.all(np.diff(points) >= 0)
    assert points[0] >= 0
    if quantiles[-1] > 1e-6:
        assert points.mean() == pytest.approx(mean, rel=1e-9, abs=1e-9)


@given(kwh=st.integers(min_value=0, max_value=600))
def test_a_month_that_is_known_costs_its_exact_recibo(kwh: int) -> None:
    terms = replace(TERMS, spread=Decimal(0))

    forecast = forecast_bill(np.full(1000, float(kwh)), terms)

    exact = price_bill(Consumption(period=terms.period, energy_kwh=Decimal(kwh)), terms).total
    assert forecast.median == exact
    assert forecast.cost.low == pytest.approx(float(exact))
    assert forecast.cost.high == pytest.approx(float(exact))


def test_the_mean_recibo_is_the_mean_of_recibos_on_both_sides_of_a_cliff() -> None:
    terms = replace(TERMS, spread=Decimal(0))
    points = np.concatenate([np.full(500, 130.0), np.full(500, 150.0)])

    forecast = forecast_bill(points, terms)

    each = [
        float(price_bill(Consumption(period=terms.period, energy_kwh=kwh), terms).total)
        for kwh in (Decimal(130), Decimal(150))
    ]
    assert forecast.cost.middle == pytest.approx(sum(each) / 2)
    (crossing,) = forecast.crossings
    assert (crossing.limit_kwh, crossing.chance) == (Decimal(140), 0.5)


@pytest.mark.parametrize(
    ("used", "days", "daily"),
    [
        pytest.param("95", 9, "5.00", id="some days and energy left"),
        pytest.param("140", 9, None, id="nothing left"),
        pytest.param("95", 0, None, id="no day left"),
    ],
)
def test_the_energy_a_day_that_still_keeps_the_limit(
    used: str, days: int, daily: str | None
) -> None:
    forecast = forecast_bill(np.full(1000, 150.0), TERMS, used_kwh=Decimal(used), days_left=days)

    assert forecast.crossings[0].kwh_a_day == (None if daily is None else Decimal(daily))


def test_doubt_about_prices_widens_the_recibo() -> None:
    points = energies_of([100.0] * 9, LEVELS, mean_kwh=100.0)

    sure = forecast_bill(points, replace(TERMS, spread=Decimal(0)))
    unsure = forecast_bill(points, replace(TERMS, spread=Decimal("0.1")))

    assert unsure.cost.middle == sure.cost.middle
    assert unsure.cost.high == pytest.approx(sure.cost.middle * 1.1)
    assert unsure.cost.low == pytest.approx(sure.cost.middle * 0.9)


def test_a_bracket_without_prices_is_refused() -> None:
    above = replace(TERMS.brackets[-1], blocks=())
    terms = replace(TERMS, brackets=(*TERMS.brackets[:-1], above))

    with pytest.raises(ForecastBillError) as caught:
        forecast_bill(np.full(1000, 200.0), terms)

    assert caught.value.issue.code == "forecast-price-unknown"


def test_a_chance_counts_what_lies_above() -> None:
    assert chance_above(np.array([139.0, 140.0, 141.0, 150.0]), Decimal(140)) == 0.5
