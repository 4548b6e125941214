"""The hours ahead: on a clock that changes, and as they were judged."""

from datetime import date

import numpy as np
import pytest

from ahorraluz.core.forecast.backtest import HISTORY_DAYS, as_served, make_trial, predict_all
from ahorraluz.core.forecast.baselines import SevenDayMean
from ahorraluz.core.forecast.forecaster import HIGH, QUANTILES, Hours
from ahorraluz.core.forecast.panel import home_hours
from ahorraluz.core.readings.grid import day_grid
from ahorraluz.core.readings.schema import Quality, Readings, Step, make_readings
from ahorraluz.services.days_ahead import days_ahead
from ahorraluz.services.predict_hours import (
    HoursAhead,
    clock_hours,
    hours_of_recibos,
    predict_hours,
)

HOUR_S = 3_600
FIRST_S = 1_777_611_600
"""Midnight of 1 May 2026 in Lima."""


def told(zone: str, origin: date, *, hours: int = 72) -> HoursAhead:
    """Return hours whose means are the hour of the clock and one."""
    mean = np.asarray(np.arange(hours)[None] % 24 + 1.0, dtype=np.float64)
    return HoursAhead(
        origin=origin,
        zone=zone,
        hours=Hours(quantiles=np.repeat(mean[..., None], len(QUANTILES), axis=-1), mean=mean),
        model="m",
        version="1",
        days_seen=28,
    )


def series(days: int, *, seed: int = 5) -> Readings:
    """Return invented hours of so many days in Lima."""
    kwh = np.random.default_rng(seed).gamma(2, 0.1, 24 * days)
    return make_readings(
        FIRST_S + HOUR_S * np.arange(24 * days),
        kwh,
        np.full(24 * days, Quality.MEASURED),
        interval_s=HOUR_S,
        zone="America/Lima",
        step=Step.FIXED,
        end_s=FIRST_S + HOUR_S * 24 * days,
    )


def test_an_hour_that_the_clock_skips_does_not_come() -> None:
    ahead = told("America/Santiago", date(2026, 9, 4))

    starts = [(f"{start:%m-%d %H}", slot % 24) for start, slot in clock_hours(ahead)]

    assert len(starts) == 71
    assert all(int(name[-2:]) == hour for name, hour in starts)
    assert starts[47:50] == [("09-05 23", 23), ("09-06 01", 1), ("09-06 02", 2)]
    assert starts[-1] == ("09-06 23", 23)


def test_an_hour_that_the_clock_repeats_comes_twice() -> None:
    ahead = told("Europe/Madrid", date(2026, 10, 25), hours=24)

    starts = [start for start, _ in clock_hours(ahead)]

    assert len(starts) == 25
    assert [start.isoformat() for start in starts[2:4]] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
    ]
    (day,) = days_ahead(ahead)
    assert (day.hours, day.is_whole, day.highest_hour) == (25, True, 23)
    assert day.mean_kwh == pytest.approx(24 * 25 / 2 + 3)


def test_a_clock_that_never_changes_has_every_hour_once() -> None:
    starts = [start for start, _ in clock_hours(told("America/Lima", date(2026, 9, 4), hours=30))]

    assert len(set(starts)) == 30
    assert (starts[0].hour, starts[24].hour) == (0, 0)


@pytest.mark.parametrize("days", [47, 55, 70])
def test_what_is_served_is_moved_by_as_many_days_as_what_was_judged(days: int) -> None:
    readings, model = series(days), SevenDayMean()
    home = home_hours("", day_grid(series(days + 1)))
    origin = home.days[-1]

    served = predict_hours(readings, as_of=None, hours=24, model=model).hours
    trial = make_trial([home], first=origin, history_days=HISTORY_DAYS)
    judged = as_served(predict_all(model, trial.cut.windows), trial)

    assert trial.cut.windows.origin[-1] == origin
    np.testing.assert_allclose(served.quantiles[0], judged.quantiles[-1, :24], atol=1e-12)


def test_a_recibo_alone_is_the_level_of_the_answer() -> None:
    ahead = hours_of_recibos(5.0, origin=date(2026, 11, 26), zone="America/Lima", hours=24)

    assert (ahead.days_seen, ahead.bill_kwh_day) == (0, 5.0)
    assert float(ahead.hours.mean.sum()) == pytest.approx(5.0, rel=1e-3)
    assert np.all(ahead.hours.quantiles[0, :, HIGH] > ahead.hours.mean[0])
    low, high = ahead.band_parts or (np.nan, np.nan)
    assert low < 0.5 < 1.5 < high
