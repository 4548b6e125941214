"""Switch-on to switch-off: where it is seen, where it is counted, where it cannot be told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.events import Events, background, find_events, limits

MINUTES = 1_440


def grid_of(power_w: np.ndarray, *, interval_s: int = 60) -> DayGrid:
    """Return days of power given minute by minute, averaged to the interval."""
    days = power_w.size // MINUTES
    table = power_w.reshape(days, -1, interval_s // 60).mean(axis=2) / 1000
    return DayGrid(
        days=np.datetime64("2026-01-05") + np.arange(days),
        power_kw=table,
        estimated=np.zeros(table.shape, dtype=bool),
        interval_s=interval_s,
    )


def quiet(days: int = 1, watts: float = 100.0) -> np.ndarray:
    return np.full(days * MINUTES, watts)


def test_a_load_is_found_with_its_power_length_and_energy() -> None:
    power = quiet()
    power[420:428] += 4_000

    events = find_events(grid_of(power))

    assert events.power_w == pytest.approx([4_000])
    assert events.minutes == pytest.approx([8])
    assert events.energy_kwh == pytest.approx([4 * 8 / 60])
    assert events.hour == pytest.approx([7])


def test_a_load_cut_by_the_minute_keeps_its_energy() -> None:
    power = quiet()
    power[420] += 1_300
    power[421:426] += 4_000
    power[426] += 2_000

    events = find_events(grid_of(power))

    assert events.power_w == pytest.approx([4_000])
    assert events.energy_kwh.sum() == pytest.approx((1_300 + 5 * 4_000 + 2_000) / 60_000)


def test_a_load_inside_another_is_found_beside_it() -> None:
    power = quiet()
    power[600:660] += 1_500
    power[620:625] += 4_000

    events = find_events(grid_of(power))

    assert sorted(events.power_w) == pytest.approx([1_500, 4_000])
    assert events.energy_kwh.sum() == pytest.approx(1.5 + 4 * 5 / 60)


def test_two_loads_that_go_off_together_both_end() -> None:
    power = quiet()
    power[600:630] += 1_500
    power[610:630] += 2_500

    events = find_events(grid_of(power))

    assert events.energy_kwh.sum() == pytest.approx(1.5 * 0.5 + 2.5 / 3)


def test_of_two_like_loads_the_last_on_is_the_first_off() -> None:
    power = quiet()
    power[600:640] += 1_000
    power[610:620] += 1_000

    events = find_events(grid_of(power))

    assert sorted(events.minutes) == pytest.approx([10, 40])


def test_a_load_across_unknown_minutes_is_not_counted() -> None:
    power = quiet()
    power[600:630] += 2_000
    power[610:615] = np.nan

    events = find_events(grid_of(power))

    assert len(events) == 0
    assert events.known_days == pytest.approx(1 - 5 / MINUTES)


def test_lamps_and_compressors_are_no_large_loads() -> None:
    power = quiet()
    power[::60] += 120
    power[1_100:1_300] += 200

    assert len(find_events(grid_of(power))) == 0


def test_seconds_show_the_same_load_as_minutes() -> None:
    seconds = np.full(86_400, 0.1)
    seconds[25_200:25_680] += 4.0
    grid = DayGrid(
        days=np.array(["2026-01-05"], dtype="datetime64[D]"),
        power_kw=seconds.reshape(1, -1),
        estimated=np.zeros((1, 86_400), dtype=bool),
        interval_s=1,
    )

    events = find_events(grid)

    assert events.minutes == pytest.approx([8])
    assert events.power_w == pytest.approx([4_000])


def test_an_hour_counts_the_energy_and_only_bounds_the_power() -> None:
    power = quiet()
    power[425:432] += 4_000

    events = find_events(grid_of(power, interval_s=3_600))

    assert events.energy_kwh == pytest.approx([4 * 7 / 60])
    assert events.power_w[0] < 4_000
    assert not events.resolved.any()


@given(
    watts=st.lists(st.floats(0, 5_000), min_size=48, max_size=48),
    interval_s=st.sampled_from([60, 900, 1_800, 3_600]),
)
def test_events_never_hold_more_than_was_measured(watts: list[float], interval_s: int) -> None:
    power = np.repeat(np.array(watts), 30)

    events = find_events(grid_of(power, interval_s=interval_s))

    assert np.all(events.energy_kwh >= 0)
    if interval_s > 900:
        assert events.energy_kwh.sum() <= power.sum() / 60_000 + 1e-9


@given(watts=st.lists(st.floats(0, 5_000), min_size=24, max_size=72))
def test_the_background_never_lies_above_the_power(watts: list[float]) -> None:
    power = np.array(watts)

    assert np.all(background(power, 3_600) <= power)


def test_a_month_of_energy_follows_the_days_that_are_known() -> None:
    events = Events(
        day=np.array(["2026-01-05"], dtype="datetime64[D]"),
        hour=np.array([7.0]),
        minutes=np.array([8.0]),
        power_w=np.array([4_000.0]),
        energy_kwh=np.array([2.0]),
        resolved=np.array([True]),
        interval_s=60,
        known_days=10.0,
    )

    assert events.month_kwh(np.ones(1)) == pytest.approx(2 * 30.4375 / 10)


@pytest.mark.parametrize(
    ("interval_s", "codes"),
    [
        pytest.param(60, [], id="a minute shows all"),
        pytest.param(300, ["events-power-blurred"], id="five minutes blur a kettle"),
        pytest.param(
            900, ["events-power-blurred", "events-cycling-blurred"], id="a quarter hides cycles"
        ),
        pytest.param(
            3_600, ["events-only-blocks", "events-cycling-blurred"], id="an hour shows blocks"
        ),
    ],
)
def test_what_an_interval_cannot_tell_is_said(interval_s: int, codes: list[str]) -> None:
    assert [issue.code for issue in limits(interval_s)] == codes
