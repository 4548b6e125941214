"""Days from hours and from readings of days."""

import numpy as np
import pytest
from tests.unit.core.forecast.panels import home_of

from ahorraluz.core.forecast.daily import days_of_hours, days_of_series, is_daily
from ahorraluz.core.forecast.forecaster import ForecastError

DAY = 86_400
MARCH = int(np.datetime64("2026-03-01T00:00:00").astype(int))


def test_a_day_of_hours_is_told_from_three_quarters_of_it() -> None:
    home = home_of(3)
    kwh = home.kwh.copy()
    kwh[1, :6], kwh[2, :7] = np.nan, np.nan

    days = days_of_hours(type(home)(id=home.id, days=home.days, kwh=kwh))

    assert days.kwh[0] == pytest.approx(kwh[0].sum())
    assert days.kwh[1] == pytest.approx(np.nansum(kwh[1]) * 24 / 18)
    assert np.isnan(days.kwh[2])


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        pytest.param("UTC", 0, id="midnights of UTC"),
        pytest.param("America/Lima", 5, id="midnights of Lima"),
        pytest.param("America/Lima", 0, id="midnights of UTC for a home in Lima"),
        pytest.param("Australia/Sydney", 0, id="midnights of UTC for a home in Sydney"),
        pytest.param("Europe/London", 0, id="a clock that changes"),
    ],
)
def test_a_stamp_names_the_day_whose_midnight_is_nearest(zone: str, hour: int) -> None:
    stamps = MARCH + DAY * np.arange(60, dtype=np.int64) + 3_600 * hour

    days = days_of_series("a", stamps, np.arange(60.0), zone=zone)

    assert days.days[0] == np.datetime64("2026-03-01")
    assert days.kwh.tolist() == list(range(60))


def test_days_that_come_twice_are_their_mean_and_missing_ones_are_unknown() -> None:
    stamps = MARCH + DAY * np.array([4, 0, 0, 1], dtype=np.int64)

    days = days_of_series("a", stamps, np.array([5.0, 2.0, 4.0, -3.0]), zone="UTC")

    assert np.array_equal(days.kwh, [3.0, 0.0, np.nan, np.nan, 5.0], equal_nan=True)


def test_days_are_told_from_hours_and_weeks_even_with_gaps() -> None:
    days = np.array([0, 1, 2, 5, 6, 7, 8], dtype=np.int64) * DAY

    assert is_daily(days[::-1])
    assert not is_daily(days * 7)
    assert not is_daily(days // 24)
    assert not is_daily(days[:1])


@pytest.mark.parametrize(
    ("stamps", "kwh", "code"),
    [
        pytest.param([0, DAY], [np.nan, 1.0], "series-too-few", id="one value"),
        pytest.param([0, DAY], [1e9, 1.0], "series-too-few", id="an absurd value"),
        pytest.param([0, DAY * 30_000], [1.0, 1.0], "series-too-long", id="a broken stamp"),
    ],
)
def test_days_that_are_no_series_are_refused(
    stamps: list[int], kwh: list[float], code: str
) -> None:
    with pytest.raises(ForecastError) as refused:
        days_of_series("a", np.array(stamps, dtype=np.int64), np.array(kwh), zone="UTC")

    assert refused.value.issue.code == code
