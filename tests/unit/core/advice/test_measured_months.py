"""Readings by calendar month, and the year to come if nothing changes."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.advice.measured_months import (
    MonthUse,
    latest_year,
    months_of,
    year_to_come,
)
from ahorraluz.core.periods import Period, month_after, months_from
from ahorraluz.core.readings.schema import Quality, Readings, Step, make_readings

LIMA, MADRID = "America/Lima", "Europe/Madrid"
D = Decimal


def series(
    first: str, *, hours: int, zone: str = LIMA, step_s: int = 3600, seed: int = 1
) -> Readings:
    """Return an invented series from a local midnight on, with unknown hours here and there."""
    rng = np.random.default_rng(seed)
    count = hours * 3600 // step_s
    start = int(pd.Timestamp(first, tz=zone).timestamp())
    energy = np.round(rng.gamma(1.5, 0.1, count), 4)
    unknown = rng.random(count) < 0.05
    energy[unknown] = np.nan
    quality = np.where(unknown, Quality.MISSING, Quality.MEASURED)
    starts = start + np.arange(count, dtype=np.int64) * step_s
    return make_readings(starts, energy, quality, interval_s=step_s, zone=zone)


def month(day: date, kwh: float, *, known: float = 1.0, peak: float | None = None) -> MonthUse:
    return MonthUse(period=Period(day, month_after(day)), kwh=kwh, peak_kwh=peak, known=known)


@pytest.mark.parametrize("zone", [LIMA, MADRID, "Asia/Kathmandu"])
@pytest.mark.parametrize("step_s", [300, 900, 3600])
def test_months_are_the_sums_of_their_local_days(zone: str, step_s: int) -> None:
    readings = series("2026-01-20", hours=24 * 100, zone=zone, step_s=step_s)
    local = readings.frame.index.tz_convert(zone).tz_localize(None)  # type: ignore[attr-defined]
    peak = (local.hour >= 18) & (local.hour < 23)

    months = months_of(readings, peak=np.asarray(peak))

    by_month = local.to_period("M")
    kwh = readings.frame["energy_kwh"].groupby(by_month).sum()
    kwh_peak = readings.frame["energy_kwh"].where(peak).groupby(by_month).sum()
    hours = readings.frame["energy_kwh"].notna().groupby(by_month).sum() * step_s / 3600
    assert [m.period.start for m in months] == [p.start_time.date() for p in kwh.index]
    assert [m.kwh for m in months] == pytest.approx(list(kwh))
    assert [m.peak_kwh for m in months] == pytest.approx(list(kwh_peak))
    assert [m.known for m in months] == pytest.approx(
        [h / (24 * m.period.days) for h, m in zip(hours, months, strict=True)]
    )


def test_months_alone_have_no_peak() -> None:
    starts = np.array([pd.Timestamp(f"2026-{m:02d}-01", tz=LIMA).timestamp() for m in (1, 2)])
    readings = make_readings(
        starts.astype(np.int64),
        np.array([120.0, 100.0]),
        np.zeros(2, dtype=np.int8),
        interval_s=31 * 86_400,
        zone=LIMA,
        step=Step.MONTH,
        end_s=int(pd.Timestamp("2026-03-01", tz=LIMA).timestamp()),
    )

    months = months_of(readings)

    assert [(m.kwh, m.peak_kwh, m.known) for m in months] == [
        (120.0, None, 1.0),
        (100.0, None, 1.0),
    ]


@given(
    kwh=st.floats(0, 5000),
    peak_share=st.floats(0, 1),
    known=st.floats(0.01, 1),
)
def test_a_measured_month_stands_for_its_unknown_hours(
    kwh: float, peak_share: float, known: float
) -> None:
    used = month(date(2026, 5, 1), kwh, known=known, peak=kwh * peak_share)

    measured = used.measured()

    assert float(measured.kwh) == pytest.approx(kwh / known, abs=0.0005)
    assert 0 <= measured.peak_kwh <= measured.kwh
    assert measured.kwh == round(measured.kwh, 3)


def test_what_is_given_back_is_no_negative_use() -> None:
    assert month(date(2026, 5, 1), -20.0, peak=-3.0).measured().kwh == 0


@pytest.mark.parametrize(("known", "whole"), [(1.0, True), (0.9, True), (0.89, False), (0, False)])
def test_a_month_is_whole_from_nine_tenths_on(known: float, whole: bool) -> None:
    assert month(date(2026, 5, 1), 100.0, known=known).is_whole is whole


def test_the_latest_of_each_calendar_month_counts() -> None:
    days = [date(2024 + place // 12, place % 12 + 1, 1) for place in range(30)]
    months = [month(day, float(place)) for place, day in enumerate(days)]
    months[-1] = month(days[-1], 29.0, known=0.5)

    year = latest_year(months)

    assert [m.kwh for m in year] == [17.0, *map(float, range(18, 29))]
    assert len({m.period.start.month for m in year}) == 12


def test_a_month_to_come_is_the_same_month_measured() -> None:
    months = [month(date(2025, m, 1), 100.0 + m) for m in range(1, 13)]

    energies = year_to_come(months, months_from(date(2026, 1, 1), months=12))

    assert energies is not None
    assert energies[:2] == (D("101.000"), D("102.000"))
    assert [round(float(kwh)) for kwh in energies] == [100 + m for m in range(1, 13)]


def test_a_leap_february_has_a_day_more() -> None:
    months = [month(date(2025, 2, 1), 280.0)]

    energies = year_to_come(months, [Period(date(2028, 2, 1), date(2028, 3, 1))])

    assert energies == (D("290.000"),)


def test_months_never_measured_are_the_mean_day_of_the_others() -> None:
    months = [month(date(2026, 1, 1), 310.0), month(date(2026, 4, 1), 150.0)]

    energies = year_to_come(months, months_from(date(2026, 6, 1), months=1))

    assert energies == (round(D(460) / 61 * 30, 3),)


def test_part_of_a_month_alone_is_stretched() -> None:
    months = [month(date(2026, 1, 1), 31.0, known=0.1)]

    energies = year_to_come(months, months_from(date(2026, 6, 1), months=1))

    assert energies == (D("300.000"),)


def test_nothing_known_tells_nothing() -> None:
    assert year_to_come([month(date(2026, 1, 1), 0.0, known=0.0)], [YEAR_ONE]) is None
    assert year_to_come([], [YEAR_ONE]) is None


YEAR_ONE = Period(date(2026, 6, 1), date(2026, 7, 1))


def test_recibos_stay_as_they_were_read() -> None:
    days = ((1, 31), (3, 1), (3, 31))
    moments = [datetime(2026, month, day, 5, tzinfo=UTC) for month, day in days]
    starts = np.array([int(moment.timestamp()) for moment in moments], dtype=np.int64)
    readings = make_readings(
        starts[:2],
        np.array([140.0, 150.0]),
        np.zeros(2, dtype=np.int8),
        interval_s=30 * 86_400,
        zone="America/Lima",
        step=Step.MONTH,
        end_s=int(starts[2]),
    )

    months = months_of(readings)

    assert [(month.period, month.kwh, month.calendar) for month in months] == [
        (Period(date(2026, 1, 31), date(2026, 3, 1)), 140.0, 2),
        (Period(date(2026, 3, 1), date(2026, 3, 31)), 150.0, 3),
    ]
    assert latest_year(months) == months
