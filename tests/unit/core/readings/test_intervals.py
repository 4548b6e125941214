"""Coarser intervals, billing periods and their exact energy."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.unit.core.readings.invented_homes import DAY_S, HOUR_S, LIMA, home, home_kwh, starts

from ahorraluz.core.consumption import Band
from ahorraluz.core.periods import Period
from ahorraluz.core.readings.cleaning import clean_channels
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.intervals import billing_months, resample, to_consumption
from ahorraluz.core.readings.schema import (
    Quality,
    Readings,
    ReadingsError,
    Step,
    make_readings,
)

MONTH_S = 30 * DAY_S
JANUARY = Period(date(2026, 1, 5), date(2026, 1, 15))


def series(*, days: int = 60, interval_s: int = HOUR_S) -> Readings:
    return clean_channels([home(days=days, interval_s=interval_s)], zone=LIMA).readings


def with_gap(rows: slice, *, days: int = 60) -> Readings:
    energy, quality = home_kwh(days=days), np.zeros(days * 24, dtype=np.int8)
    energy[rows], quality[rows] = np.nan, Quality.MISSING
    return make_readings(starts(days=days), energy, quality, interval_s=HOUR_S, zone=LIMA)


@given(
    interval_s=st.sampled_from([60, 300, 900]),
    coarser=st.sampled_from([900, 1_800, HOUR_S, DAY_S]),
    days=st.integers(1, 6),
)
def test_energy_is_kept_when_intervals_grow(interval_s: int, coarser: int, days: int) -> None:
    whole = series(days=days, interval_s=interval_s)

    result = resample(whole, coarser)

    assert result.total_kwh == pytest.approx(whole.total_kwh)
    assert result.interval_s == coarser
    assert set(result.quality) == {Quality.MEASURED}
    assert len(result) == days * DAY_S // coarser


def test_days_become_calendar_months() -> None:
    months = resample(series(days=90), MONTH_S)

    assert months.step is Step.MONTH
    local = local_seconds(months.starts_s, zone=LIMA).astype("datetime64[s]")
    assert [str(m) for m in local] == [f"2026-0{month}-01T00:00:00" for month in (1, 2, 3, 4)]
    assert months.quality.tolist() == [
        Quality.ESTIMATED,
        Quality.MEASURED,
        Quality.MEASURED,
        Quality.MISSING,
    ]


@pytest.mark.parametrize(
    ("hours", "quality"),
    [
        pytest.param(1, Quality.CORRECTED, id="an hour of a day"),
        pytest.param(6, Quality.ESTIMATED, id="a quarter of a day"),
        pytest.param(13, Quality.MISSING, id="most of a day"),
    ],
)
def test_a_day_known_in_part_is_scaled_or_missing(hours: int, quality: Quality) -> None:
    holed = with_gap(slice(48, 48 + hours))

    day = resample(holed, DAY_S)

    known = np.nansum(holed.energy_kwh[48:72])
    assert day.quality[2] == quality
    if quality is Quality.MISSING:
        assert np.isnan(day.energy_kwh[2])
    else:
        assert day.energy_kwh[2] == pytest.approx(known * 24 / (24 - hours))


@pytest.mark.parametrize("interval_s", [900, 5_400 // 2])
def test_intervals_cannot_shrink(interval_s: int) -> None:
    with pytest.raises(ReadingsError) as raised:
        resample(series(days=2), interval_s)

    assert raised.value.issue.code == "resample-finer"


def test_the_same_length_is_the_same_series() -> None:
    whole = series(days=2)

    assert resample(whole, HOUR_S) is whole


@pytest.mark.parametrize(
    ("day", "first", "second"),
    [
        pytest.param(1, date(2026, 1, 1), date(2026, 2, 1), id="first of the month"),
        pytest.param(5, date(2026, 1, 5), date(2026, 2, 5), id="day of the first reading"),
        pytest.param(16, date(2025, 12, 16), date(2026, 1, 16), id="in the middle"),
        pytest.param(31, date(2025, 12, 31), date(2026, 1, 31), id="last of the month"),
    ],
)
def test_billing_months_cover_the_series(day: int, first: date, second: date) -> None:
    periods = billing_months(series(days=60), day=day)

    assert (periods[0].start, periods[1].start) == (first, second)
    assert periods[-1].start <= date(2026, 3, 5) < periods[-1].end
    assert all(a.end == b.start for a, b in pairwise(periods))


def band_of(starts_s: NDArray[np.int64]) -> NDArray[np.str_]:
    hour = local_seconds(starts_s, zone=LIMA) % DAY_S // HOUR_S
    return np.where((hour >= 18) & (hour < 23), Band.PEAK.value, Band.OFF_PEAK.value)


@given(days=st.integers(11, 40), interval_s=st.sampled_from([300, 900, HOUR_S]))
def test_bands_add_up_to_the_exact_total(days: int, interval_s: int) -> None:
    whole = series(days=days, interval_s=interval_s)

    (with_bands,) = to_consumption(whole, [JANUARY], band_of=band_of)
    (plain,) = to_consumption(whole, [JANUARY])

    energy = plain.consumption.energy_kwh
    assert sum(with_bands.consumption.bands_kwh.values()) == energy
    assert with_bands.consumption.energy_kwh == energy
    assert energy == Decimal(round(whole.energy_kwh[: 10 * DAY_S // interval_s].sum() * 1e3)) / 1000


def test_bands_may_come_as_an_array() -> None:
    whole = series()

    (one,) = to_consumption(whole, [JANUARY], band_of=band_of(whole.starts_s))

    assert set(one.consumption.bands_kwh) == {Band.PEAK, Band.OFF_PEAK}


def test_what_is_missing_is_estimated_apart() -> None:
    (one,) = to_consumption(with_gap(slice(0, 48)), [JANUARY])

    assert one.coverage == one.measured == pytest.approx(0.8)
    assert one.missing is not None
    assert one.missing.middle == pytest.approx(2 * home_kwh(days=60)[48:].mean() * 24)
    assert one.missing.low < one.missing.middle < one.missing.high


def test_a_period_beyond_the_series_is_missing() -> None:
    (one,) = to_consumption(series(days=5), [Period(date(2026, 1, 5), date(2026, 1, 25))])

    assert one.coverage == pytest.approx(0.25)


def test_a_whole_period_has_nothing_missing() -> None:
    (one,) = to_consumption(series(interval_s=900), [JANUARY])

    assert one.missing is None
    assert one.period == JANUARY
    highest = home_kwh(days=60, interval_s=900)[: 10 * 96].max() * 4
    assert one.consumption.max_power_kw == Decimal(round(highest * 1_000)) / 1_000


def test_hours_tell_no_highest_power() -> None:
    (one,) = to_consumption(series(), [JANUARY])

    assert one.consumption.max_power_kw is None


def test_a_month_that_crosses_a_period_is_parted_by_time() -> None:
    edges = starts(days=61)[::24][[0, 30, 60]]
    months = make_readings(
        edges[:-1],
        np.array([300.0, 150.0]),
        np.zeros(2, dtype=np.int8),
        interval_s=MONTH_S,
        zone=LIMA,
        step=Step.MONTH,
        end_s=int(edges[-1]),
    )

    (one,) = to_consumption(months, [Period(date(2026, 1, 20), date(2026, 2, 19))])

    assert one.consumption.energy_kwh == Decimal("225.000")
