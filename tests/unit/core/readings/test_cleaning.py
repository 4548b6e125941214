"""The clean series: what is kept, mended, filled and left missing."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.same_channel import same_channel
from tests.unit.core.readings.invented_homes import (
    DAY_S,
    HOUR_S,
    LIMA,
    MONDAY_S,
    channel,
    home,
    home_kwh,
    register,
    starts,
)

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.core.readings.cleaning import clean_channels
from ahorraluz.core.readings.quality import check_channels
from ahorraluz.core.readings.schema import Quality, Readings, ReadingsError, Step

SHORT_STEPS = st.sampled_from([60, 300, 900, 1_800, 3_600])


def clean(*channels: Channel, zone: str = LIMA) -> Readings:
    return clean_channels(channels, zone=zone).readings


def counts(readings: Readings) -> list[int]:
    return [int(np.sum(readings.quality == level)) for level in Quality]


def hidden(whole: Channel, rows: slice) -> Channel:
    keep = np.ones(len(whole), dtype=bool)
    keep[rows] = False
    return whole.rows(keep)


@given(interval_s=SHORT_STEPS, seed=st.integers(0, 1_000), days=st.integers(2, 12))
def test_a_clean_series_comes_back_as_it_is(interval_s: int, seed: int, days: int) -> None:
    whole = home(days=days, interval_s=interval_s, seed=seed)

    cleaned = clean_channels([whole], zone=LIMA)

    assert cleaned.report.findings == ()
    np.testing.assert_array_equal(cleaned.readings.energy_kwh, whole.value)
    np.testing.assert_array_equal(cleaned.readings.starts_s, whole.start_s)
    assert set(cleaned.readings.quality) == {Quality.MEASURED}


@st.composite
def dirty_channels(draw: st.DrawFn) -> Channel:
    """Rows of any order, value and length."""
    rows = draw(st.integers(1, 60))
    offsets = draw(st.lists(st.integers(0, 40_000), min_size=rows, max_size=rows))
    values = draw(
        st.lists(
            st.floats(-5, 200, allow_nan=False) | st.just(float("nan")),
            min_size=rows,
            max_size=rows,
        )
    )
    lengths = draw(st.lists(st.sampled_from([0, 60, 900, 3_600]), min_size=rows, max_size=rows))
    measure = draw(st.sampled_from(list(Measure)))
    start_s = MONDAY_S + np.array(offsets, dtype=np.int64) // 60 * 60
    return replace(
        channel(start_s, np.array(values), measure=measure),
        end_s=start_s + (0 if measure is Measure.REGISTER else np.array(lengths, dtype=np.int64)),
    )


@given(whole=dirty_channels())
def test_cleaning_is_regular_repeatable_and_leaves_its_input(whole: Channel) -> None:
    before = replace(whole, value=whole.value.copy(), start_s=whole.start_s.copy())
    try:
        readings = clean(whole)
    except ReadingsError:
        assert check_channels([whole], zone=LIMA).coverage == 0.0
        return

    again = clean(whole)

    assert same_channel(whole, before)
    assert readings.frame.equals(again.frame)
    assert (np.isnan(readings.energy_kwh) == (readings.quality == Quality.MISSING)).all()
    assert np.nanmin(readings.energy_kwh, initial=0.0) >= 0.0
    if readings.step is Step.FIXED:
        assert set(np.diff(readings.starts_s)) <= {readings.interval_s}


@given(
    begin=st.integers(10, 600),
    length=st.integers(1, 300),
    interval_s=st.sampled_from([900, 1_800, 3_600]),
)
def test_energy_across_a_gap_of_a_register_is_kept(
    begin: int, length: int, interval_s: int
) -> None:
    whole = register(days=45, interval_s=interval_s)
    gap = hidden(whole, slice(begin, begin + length))

    readings = clean(gap)

    assert readings.total_kwh == pytest.approx(whole.value[-1] - whole.value[0], abs=1e-9)
    assert counts(readings)[Quality.ESTIMATED] == length + 1
    spread = readings.energy_kwh[begin - 1 : begin + length].sum()
    assert spread == pytest.approx(whole.value[begin + length] - whole.value[begin - 1], abs=1e-9)


def test_a_gap_of_a_register_is_spread_by_the_typical_day() -> None:
    whole = register(days=45)

    readings = clean(hidden(whole, slice(240, 264)))

    hour = (np.arange(24) + 23) % 24
    filled = dict(zip(hour.tolist(), readings.energy_kwh[239:263].tolist(), strict=True))
    assert filled[20] > 4 * filled[3]


@given(late_s=st.integers(61, 3_539), days=st.integers(3, 10))
def test_energy_off_the_grid_is_apportioned(late_s: int, days: int) -> None:
    whole = channel(starts(days=days) + late_s, home_kwh(days=days))

    readings = clean(whole)

    part = late_s / HOUR_S
    shared = whole.value[:-1] * part + whole.value[1:] * (1 - part)
    first = int(np.searchsorted(readings.starts_s, MONDAY_S + HOUR_S))
    np.testing.assert_allclose(readings.energy_kwh[first : first + len(shared)], shared)
    assert (readings.starts_s % HOUR_S == 0).all()


def test_a_short_gap_is_filled_by_the_same_clock_time() -> None:
    whole = home(days=30)

    readings = clean(hidden(whole, slice(14 * 24 + 19, 14 * 24 + 22)))

    evening = whole.value.reshape(30, 24)[:, 19:22].mean()
    filled = readings.energy_kwh[14 * 24 + 19 : 14 * 24 + 22]
    assert counts(readings) == [717, 0, 3, 0]
    assert filled.mean() == pytest.approx(evening, rel=0.35)


def test_minutes_are_bridged_in_a_straight_line() -> None:
    whole = home(days=3, interval_s=60)
    low, high = whole.value[999], whole.value[1_003]

    readings = clean(hidden(whole, slice(1_000, 1_003)))

    np.testing.assert_allclose(
        readings.energy_kwh[999:1_004], np.linspace(low, high, 5), atol=1e-12
    )


def test_a_long_gap_stays_missing() -> None:
    readings = clean(hidden(home(days=30), slice(100, 104)))

    assert counts(readings) == [716, 0, 0, 4]


def test_an_impossible_value_is_estimated_from_its_like() -> None:
    whole = home(days=30)
    value = whole.value.copy()
    value[[77, 400]] = [900.0, -3.0]

    readings = clean(replace(whole, value=value))

    assert counts(readings) == [718, 0, 2, 0]
    assert readings.energy_kwh.max() < 10


def test_the_later_row_of_the_file_wins() -> None:
    whole = home(days=3)
    corrected = whole.rows(np.append(np.arange(72), 5))
    value = corrected.value.copy()
    value[-1] = 0.777

    assert clean(replace(corrected, value=value)).energy_kwh[5] == 0.777


def test_phases_are_added_and_missing_where_one_is() -> None:
    a, b, c = (replace(home(days=30, seed=n), id=f"phase {n}") for n in range(3))

    readings = clean(a, b, hidden(c, slice(200, 210)))

    assert counts(readings) == [710, 0, 0, 10]
    assert readings.energy_kwh[0] == pytest.approx(a.value[0] + b.value[0] + c.value[0])


def test_a_channel_that_did_not_exist_yet_is_not_missing() -> None:
    whole, later = home(days=30), hidden(home(days=30, seed=2), slice(0, 300))

    readings = clean(whole, replace(later, id="later"))

    assert counts(readings) == [720, 0, 0, 0]
    assert readings.energy_kwh[0] == whole.value[0]


def day_and_night(empty: float) -> tuple[Channel, Channel, NDArray[np.float64]]:
    whole = home(days=30)
    hour = np.arange(720) % 24
    day = (hour >= 7) & (hour < 22)
    return (
        replace(whole, id="day", value=np.where(day, whole.value, empty)),
        replace(whole, id="night", value=np.where(day, empty, whole.value)),
        whole.value,
    )


@pytest.mark.parametrize("empty", [np.nan, 0.0], ids=["empty", "zero"])
def test_registers_of_a_tariff_take_turns(empty: float) -> None:
    day, night, value = day_and_night(empty)

    cleaned = clean_channels([day, night], zone=LIMA)

    assert cleaned.report.findings == ()
    np.testing.assert_allclose(cleaned.readings.energy_kwh, value)


def test_where_both_registers_are_empty_a_value_is_missing() -> None:
    day, night, value = day_and_night(np.nan)
    blank = value.copy()
    blank[100:110] = np.nan
    both = [replace(c, value=np.where(np.isnan(blank), np.nan, c.value)) for c in (day, night)]

    cleaned = clean_channels(both, zone=LIMA)

    assert [(f.code, f.count) for f in cleaned.report.findings] == [("value-missing", 10)]
    assert counts(cleaned.readings) == [710, 0, 0, 10]


def test_two_counters_add_up_while_one_rests() -> None:
    whole = register()
    rest = replace(whole, id="T2", value=np.full(len(whole), 77.0))

    cleaned = clean_channels([whole, rest], zone=LIMA)

    assert cleaned.report.findings == ()
    np.testing.assert_allclose(cleaned.readings.energy_kwh, np.diff(whole.value))


def test_power_of_a_logger_holds_until_the_next() -> None:
    moments = MONDAY_S + np.arange(0, 7_200, 10, dtype=np.int64)
    power = np.where(np.arange(720) < 360, 1.0, 3.0)
    whole = channel(moments, power, measure=Measure.POWER, interval_s=0)

    cleaned = clean_channels([whole], zone=LIMA)

    assert cleaned.readings.interval_s == 60
    assert cleaned.readings.total_kwh == pytest.approx(4.0)
    assert cleaned.report.kwh_total == pytest.approx(4.0)


def test_power_at_every_change_holds_within_reason() -> None:
    moments = MONDAY_S + np.array([0, 60, 120, 180, 420, 480, 7_200, 7_260], dtype=np.int64)
    whole = channel(moments, np.ones(8), measure=Measure.POWER, interval_s=0)

    readings = clean(whole)

    assert readings.interval_s == 60
    assert counts(readings)[Quality.MEASURED] == 11


def test_days_stay_days_through_a_clock_change() -> None:
    midnights = [np.datetime64(f"2026-03-{day:02}T00:00:00") for day in range(20, 32)]
    local = np.array(midnights).astype("datetime64[s]").astype(np.int64)
    offset = np.where(np.arange(20, 32) <= 29, HOUR_S, 2 * HOUR_S)
    start_s = local - offset
    whole = replace(channel(start_s[:-1], np.arange(5.0, 16.0)), end_s=start_s[1:])

    cleaned = clean_channels([whole], zone="Europe/Madrid")

    assert cleaned.report.findings == ()
    assert (cleaned.readings.step, cleaned.readings.interval_s) == (Step.DAY, DAY_S)
    np.testing.assert_array_equal(cleaned.readings.energy_kwh, whole.value)


def test_months_of_a_recibo_stay_as_they_are() -> None:
    days = [0, 31, 59, 90, 120, 182]
    edges = MONDAY_S + np.array(days, dtype=np.int64) * DAY_S
    whole = replace(channel(edges[:-1], np.array([150.0, 140, 160, 155, 310])), end_s=edges[1:])

    cleaned = clean_channels([whole], zone=LIMA)

    assert cleaned.readings.step is Step.MONTH
    np.testing.assert_array_equal(cleaned.readings.energy_kwh, whole.value)
    assert [b - a for a, b in pairwise(cleaned.readings.starts_s.tolist())] == [
        (b - a) * DAY_S for a, b in pairwise(days[:-1])
    ]


def test_a_few_seconds_late_is_on_the_grid() -> None:
    whole = channel(starts(days=3) + np.arange(72) % 7, home_kwh(days=3))

    assert counts(clean(whole)) == [72, 0, 0, 0]


def test_a_wanted_length_is_kept_to() -> None:
    whole = home(days=4, interval_s=900)

    readings = clean_channels([whole], zone=LIMA, interval_s=HOUR_S).readings

    assert readings.interval_s == HOUR_S
    np.testing.assert_allclose(readings.energy_kwh, whole.value.reshape(-1, 4).sum(axis=1))


@pytest.mark.parametrize(
    "rows", [np.zeros(0, dtype=np.int64), np.arange(1)], ids=["no row", "one standing"]
)
def test_nothing_to_clean_is_refused_by_name(rows: NDArray[np.int64]) -> None:
    with pytest.raises(ReadingsError) as raised:
        clean(register().rows(rows))

    assert raised.value.issue.code == "readings-empty"


def test_one_interval_is_a_series() -> None:
    assert counts(clean(home(days=1).rows(np.arange(1)))) == [1, 0, 0, 0]


def test_production_below_zero_at_night_is_nothing_made() -> None:
    whole = channel(
        starts(days=30), np.where(np.arange(720) % 24 < 6, -0.002, 0.4), flow=Flow.PRODUCTION
    )

    readings = clean(whole)

    assert readings.energy_kwh.min() == 0.0
    assert counts(readings) == [540, 180, 0, 0]
