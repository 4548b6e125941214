"""Coarser intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.readings.invented_homes import DAY_S, HOUR_S, LIMA, home, home_kwh, starts

from ahorraluz.core.readings.cleaning import clean_channels
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.intervals import resample
from ahorraluz.core.readings.schema import (
    Quality,
    Readings,
    ReadingsError,
    Step,
    make_readings,
)

MONTH_S = 30 * DAY_S


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
