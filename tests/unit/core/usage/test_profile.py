"""Every analysis that the readings are enough for, and why the others are not told."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ahorraluz.core.readings.schema import Quality, Readings, Step, make_readings
from ahorraluz.core.usage.facts import ApplianceFacts, ClimateFacts
from ahorraluz.core.usage.findings import Weight
from ahorraluz.core.usage.profile import (
    DailyTemperatures,
    UsageContext,
    UsageProfile,
    profile_usage,
)
from ahorraluz.core.usage.weather import TemperatureSource

LIMA = "America/Lima"
START_S = int(datetime(2025, 1, 1, 5, tzinfo=UTC).timestamp())
DAY_S = 86_400
ENERGY = st.integers(0, 10_000_000).map(lambda milliwatt_hours: milliwatt_hours / 1e6) | st.just(
    float("nan")
)
"""To the milliwatt-hour, as meters tell it. [kWh]"""


def hourly(kwh: NDArray[np.float64], *, step_s: int = 3600) -> Readings:
    starts = START_S + np.arange(len(kwh), dtype=np.int64) * step_s
    quality = np.where(np.isnan(kwh), Quality.MISSING, Quality.MEASURED).astype(np.int8)
    return make_readings(starts, kwh, quality, interval_s=step_s, zone=LIMA)


def home_kwh(days: int, *, seed: int = 1) -> NDArray[np.float64]:
    """Return hours of an invented home: 80 W always, more in the evening, some noise. [kWh]"""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * 24) % 24
    evening = np.where((hour >= 19) & (hour < 23), 0.5, 0.05)
    return np.asarray(0.08 + evening * rng.lognormal(0, 0.3, len(hour)), dtype=np.float64)


@pytest.fixture
def context(catalogue: dict[str, ApplianceFacts], lima: ClimateFacts) -> UsageContext:
    return UsageContext(appliances=catalogue, peak_hours=(18, 23), climate=lima)


def test_a_year_of_hours_is_told_in_full(context: UsageContext) -> None:
    readings = hourly(home_kwh(365))

    profile = profile_usage(readings, context=context)

    told = (profile.base, profile.shapes, profile.types, profile.peaks, profile.uses)
    assert None not in told
    assert profile.base is not None
    assert profile.base.power_w.middle == pytest.approx(110, rel=0.3)
    assert profile.daily_kwh.sum() == pytest.approx(readings.total_kwh)


def test_the_peak_share_is_that_of_its_hours(context: UsageContext) -> None:
    kwh = home_kwh(60)
    hour = np.arange(len(kwh)) % 24

    profile = profile_usage(hourly(kwh), context=context)

    assert profile.peak_share is not None
    inside = kwh[(hour >= 18) & (hour < 23)].sum()
    assert profile.peak_share.share == pytest.approx(inside / kwh.sum())


def test_without_hours_in_force_there_is_no_peak_share(
    catalogue: dict[str, ApplianceFacts],
) -> None:
    profile = profile_usage(hourly(home_kwh(60)), context=UsageContext(appliances=catalogue))

    assert profile.peak_share is None
    assert profile.weather is None


def test_finer_readings_say_the_same_of_hours(context: UsageContext) -> None:
    kwh = home_kwh(60)
    quarters = np.repeat(kwh / 4, 4)

    coarse = profile_usage(hourly(kwh), context=context)
    fine = profile_usage(hourly(quarters, step_s=900), context=context)

    assert fine.base == pytest.approx(coarse.base) or (
        fine.base is not None
        and coarse.base is not None
        and fine.base.power_w.middle == pytest.approx(coarse.base.power_w.middle)
    )
    assert fine.daily_kwh == pytest.approx(coarse.daily_kwh)


def test_days_alone_say_their_base_and_no_hours(context: UsageContext) -> None:
    kwh = home_kwh(200).reshape(-1, 24).sum(axis=1)
    starts = START_S + np.arange(len(kwh), dtype=np.int64) * DAY_S
    readings = make_readings(
        starts, kwh, np.zeros(len(kwh), np.int8), interval_s=DAY_S, zone=LIMA, step=Step.DAY
    )

    profile = profile_usage(readings, context=context)

    assert profile.grid is None
    assert (profile.shapes, profile.types, profile.peaks, profile.uses) == (None,) * 4
    assert profile.daily_kwh.tolist() == kwh.tolist()
    assert profile.issues


def test_months_alone_say_why_there_is_no_base(context: UsageContext) -> None:
    starts = START_S + np.arange(12, dtype=np.int64) * 30 * DAY_S
    readings = make_readings(
        starts,
        np.full(12, 100.0),
        np.zeros(12, np.int8),
        interval_s=30 * DAY_S,
        zone=LIMA,
        step=Step.MONTH,
    )

    profile = profile_usage(readings, context=context)

    assert profile.base is None
    assert len(profile.daily_kwh) == 0
    assert len(profile.issues) == 1


def test_what_asks_to_act_comes_first_then_what_is_largest(context: UsageContext) -> None:
    kwh = home_kwh(300)
    kwh[200 * 24 :] += 0.3

    profile = profile_usage(hourly(kwh), context=context)

    weights = [finding.weight for finding in profile.findings]
    assert Weight.ACT in weights
    assert weights == sorted(weights, key=lambda weight: weight is not Weight.ACT)
    energies = [
        abs(finding.energy.middle) if finding.energy else 0.0
        for finding in profile.findings
        if finding.weight is Weight.KNOW
    ]
    assert energies == sorted(energies, reverse=True)


def test_measured_days_come_before_normals(context: UsageContext) -> None:
    rng = np.random.default_rng(2)
    days = np.arange("2025-01-01", "2025-12-31", dtype="datetime64[D]")
    temp = rng.uniform(10, 30, len(days))
    kwh = home_kwh(len(days)) + np.repeat(np.maximum(temp - 22, 0) * 0.4 / 24, 24)
    measured = DailyTemperatures(days=days, temp_c=temp)
    known = UsageContext(
        appliances=context.appliances, climate=context.climate, temperatures=measured
    )

    profile = profile_usage(hourly(kwh), context=known)

    assert profile.weather is not None
    assert profile.weather.source is TemperatureSource.MEASURED
    assert profile.weather.cooling is not None
    assert profile.weather.cooling.kwh_c_day.middle == pytest.approx(0.4, rel=0.25)


def test_temperatures_of_other_days_tell_nothing(context: UsageContext) -> None:
    days = np.arange("1999-01-01", "1999-12-31", dtype="datetime64[D]")
    other = DailyTemperatures(days=days, temp_c=np.full(len(days), 20.0))
    known = UsageContext(appliances=context.appliances, temperatures=other)

    profile = profile_usage(hourly(home_kwh(100)), context=known)

    assert profile.weather is None
    assert profile.issues


@pytest.mark.parametrize("kwh", [0.0, 1e-12, 50.0], ids=["nothing", "next to nothing", "flat"])
def test_a_home_that_never_changes_is_told_without_a_warning(
    kwh: float, context: UsageContext
) -> None:
    profile = profile_usage(hourly(np.full(60 * 24, kwh)), context=context)

    assert profile.steps == ()
    assert profile.unusual == ()


def codes(profile: UsageProfile) -> list[str]:
    return [issue.code for issue in profile.issues]


@given(kwh=st.lists(ENERGY, min_size=1, max_size=24 * 20))
def test_any_hours_are_told_or_it_is_said_why(
    kwh: list[float], catalogue: dict[str, ApplianceFacts]
) -> None:
    known = UsageContext(appliances=catalogue, peak_hours=(18, 23))

    profile = profile_usage(hourly(np.array(kwh)), context=known)

    assert len(codes(profile)) == len(set(codes(profile)))
    if profile.base is None:
        assert profile.issues
    for finding in profile.findings:
        if finding.energy is not None:
            assert np.isfinite([finding.energy.low, finding.energy.high]).all()
