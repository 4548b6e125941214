"""Days of a home, and which of them were measured by themselves."""

import numpy as np
import pytest

from ahorraluz.core.forecast.daily_use import DailyUse, daily_of
from ahorraluz.core.forecast.forecaster import ForecastError
from ahorraluz.core.readings.schema import DAY_S, Quality, Step, make_readings

FIRST = np.datetime64("2026-05-01")
START_S = 1_777_611_600
"""Midnight of that day in Lima. [s]"""


def use(kwh: list[float], *, measured: bool = True) -> DailyUse:
    values = np.array(kwh)
    days = FIRST + np.arange(len(kwh))
    return DailyUse(
        days=days,
        kwh=values,
        measured=np.full(len(kwh), measured),
        end=days[-1] + np.timedelta64(1),
    )


def test_days_of_a_spread_counter_were_not_measured_by_themselves() -> None:
    quality = np.array([Quality.MEASURED, Quality.CORRECTED, Quality.ESTIMATED], dtype=np.int8)
    starts = START_S + np.arange(3, dtype=np.int64) * DAY_S
    readings = make_readings(
        starts, np.ones(3), quality, interval_s=DAY_S, zone="America/Lima", step=Step.DAY
    )

    daily = daily_of(readings)

    assert daily.days[0] == FIRST
    assert daily.measured.tolist() == [True, True, False]


def test_a_day_of_hours_is_measured_if_half_of_it_is() -> None:
    quality = np.zeros(48, dtype=np.int8)
    quality[:12] = quality[24:37] = Quality.ESTIMATED
    starts = START_S + np.arange(48, dtype=np.int64) * 3_600
    readings = make_readings(starts, np.ones(48), quality, interval_s=3_600, zone="America/Lima")

    assert daily_of(readings).measured.tolist() == [True, False]


def test_months_have_no_days() -> None:
    month = make_readings(
        np.array([START_S]),
        np.ones(1),
        np.zeros(1, dtype=np.int8),
        interval_s=30 * DAY_S,
        zone="America/Lima",
        step=Step.MONTH,
    )

    with pytest.raises(ForecastError, match="forecast-needs-days"):
        daily_of(month)


def test_only_what_was_measured_counts_as_used() -> None:
    daily = use([3.0, 5.0, 6.0, np.nan, 8.0])
    month = FIRST + np.arange(2, 7)

    used = daily.so_far(month)

    assert used.tolist() == [6.0, 6.0, 14.0, 14.0, 14.0]
    assert daily.known_days(month) == 2
    assert daily.mean_before(month[:3], FIRST + 5) == 4.0


@pytest.mark.parametrize(("missing", "known"), [(5, True), (6, True), (7, False)])
def test_a_day_is_known_from_eighteen_hours_on(missing: int, known: bool) -> None:
    kwh = np.ones(48)
    kwh[:missing] = np.nan
    starts = START_S + np.arange(48, dtype=np.int64) * 3_600
    quality = np.zeros(48, dtype=np.int8)
    readings = make_readings(starts, kwh, quality, interval_s=3_600, zone="America/Lima")

    daily = daily_of(readings)

    assert np.isnan(daily.kwh[0]) != known
    assert daily.kwh[1] == 24.0
    assert daily.end == FIRST + 2


def test_a_few_spread_days_among_many_leave_a_home_day_by_day() -> None:
    daily = use([4.0] * 40)
    daily.measured[:8] = False

    assert daily.is_day_by_day(FIRST + 40)
    assert not daily.is_day_by_day(FIRST + 20)
