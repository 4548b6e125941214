"""Months of the year from recibos."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.home import MonthlyUse
from ahorraluz.core.periods import Period
from ahorraluz.core.usage.facts import ClimateFacts
from ahorraluz.core.usage.seasons import (
    NoHistoryError,
    metered_year,
    spread_over_year,
    swing_weights,
)

Recibos = Callable[..., tuple[MonthlyUse, ...]]


def test_one_recibo_is_every_month(recibos: Recibos) -> None:
    year = metered_year(recibos("180.5"))

    assert year.mean_kwh == 180.5
    assert year.monthly_kwh == (180.5,) * 12
    assert year.months_known == 1


def test_twelve_recibos_are_the_twelve_months(recibos: Recibos) -> None:
    year = metered_year(recibos(*range(100, 112)))

    assert year.mean_kwh == pytest.approx(105.5)
    assert sum(year.monthly_kwh) == pytest.approx(12 * 105.5)
    assert max(year.monthly_kwh) == pytest.approx(111)


def test_the_mean_is_that_of_the_latest_twelve(recibos: Recibos) -> None:
    year = metered_year(recibos(*([500] * 12), *([100] * 12)))

    assert year.mean_kwh == 100
    assert sum(year.monthly_kwh) == pytest.approx(1200)


def test_few_recibos_say_nothing_about_seasons(recibos: Recibos) -> None:
    year = metered_year(recibos(100, 200, 300))

    assert year.monthly_kwh == (200.0,) * 12


def test_a_recibo_of_two_months_counts_as_one_month_and_is_named() -> None:
    start = date(2026, 3, 1)
    long = MonthlyUse(period=Period(start, start + timedelta(days=60)), kwh=Decimal(240))

    year = metered_year([long])

    assert year.mean_kwh == pytest.approx(120)
    assert [issue.code for issue in year.issues] == ["period-not-a-month"]


def test_a_home_without_recibos_is_refused() -> None:
    with pytest.raises(NoHistoryError) as refused:
        metered_year([])

    assert refused.value.issue.code == "history-empty"


MONTHLY = st.lists(st.floats(0, 1000), min_size=12, max_size=12)
PARTS = st.lists(st.floats(0.01, 10), min_size=1, max_size=6)


@given(monthly=MONTHLY, parts=PARTS, data=st.data())
def test_months_and_uses_both_add_up(
    monthly: list[float], parts: list[float], data: st.DataObject
) -> None:
    mean = sum(monthly) / 12
    energies = [mean * part / sum(parts) for part in parts]
    weights = np.array(
        data.draw(st.lists(st.floats(0, 5), min_size=len(parts), max_size=len(parts)))
    )

    profile = spread_over_year(energies, monthly_kwh=monthly, weights=weights)

    assert profile.min() >= 0
    assert profile.sum(axis=1) == pytest.approx(monthly, abs=1e-6)
    assert profile.sum(axis=0) == pytest.approx(np.array(energies) * 12, abs=1e-6)


def test_an_empty_month_leaves_every_use_at_zero() -> None:
    profile = spread_over_year(
        [60.0, 40.0], monthly_kwh=[0.0] + [1200 / 11] * 11, weights=np.array([1.0, 0.1])
    )

    assert profile[0] == pytest.approx([0, 0])


def test_hot_water_takes_the_swing_of_a_home_that_uses_more_in_winter(
    lima: ClimateFacts,
) -> None:
    winter = [100 - (temperature - 19) for temperature in lima.monthly_temp_c]

    weights = swing_weights(
        [50, 20, 30], grows_with_heat=[False, True, None], monthly_kwh=winter, climate=lima
    )

    assert weights == pytest.approx([50, 2, 3])


def test_cooling_takes_the_swing_of_a_home_that_uses_more_in_summer(lima: ClimateFacts) -> None:
    weights = swing_weights(
        [50, 20, 30],
        grows_with_heat=[False, True, None],
        monthly_kwh=lima.monthly_temp_c,
        climate=lima,
    )

    assert weights == pytest.approx([5, 20, 3])


def test_without_temperatures_everything_that_minds_the_weather_takes_part() -> None:
    weights = swing_weights(
        [50, 20, 30],
        grows_with_heat=[False, True, None],
        monthly_kwh=list(range(12)),
        climate=None,
    )

    assert weights == pytest.approx([50, 20, 3])
