"""Faults put into invented homes, and homes without any: what the report says."""

from dataclasses import replace
from datetime import UTC, datetime
from string import Formatter

import numpy as np
import pytest
from numpy.typing import NDArray
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
from ahorraluz.core.readings.quality import ACTIONS, CODES, QualityFinding, check_channels
from ahorraluz.texts import LOCALES, open_texts


def found(*channels: Channel, zone: str = LIMA) -> dict[str, QualityFinding]:
    return {item.code: item for item in check_channels(channels, zone=zone).findings}


def with_value(
    whole: Channel, rows: slice | list[int], value: float | NDArray[np.float64]
) -> Channel:
    changed = whole.value.copy()
    changed[rows] = np.asarray(value)
    return replace(whole, value=changed)


@pytest.mark.parametrize("interval_s", [60, 900, 1_800, HOUR_S])
@pytest.mark.parametrize("seed", range(5))
def test_a_normal_home_has_no_findings(interval_s: int, seed: int) -> None:
    days = 20 if interval_s == 60 else 120
    report = check_channels([home(days=days, interval_s=interval_s, seed=seed)], zone=LIMA)

    assert report.findings == ()
    assert report.coverage == 1.0
    assert report.interval_s == interval_s
    assert report.intervals == report.rows == days * DAY_S // interval_s


def test_a_report_says_what_the_file_holds() -> None:
    whole = home(days=10)

    report = check_channels([whole], zone=LIMA)

    assert report.kwh_total == pytest.approx(whole.value.sum())
    assert (report.start_s, report.end_s) == (MONDAY_S, MONDAY_S + 10 * DAY_S)


def test_a_gap_is_counted_with_its_length() -> None:
    gap = found(home().rows(np.delete(np.arange(1_440), slice(100, 105))))["gaps"]

    assert gap.count == 1
    assert gap.parameters["hours"] == gap.parameters["longest_hours"] == 5.0
    assert gap.action == "filled-short"


def test_an_example_names_moment_line_and_value() -> None:
    negative = found(with_value(home(), [3], -0.5))["negative"]

    (example,) = negative.examples

    assert example.moment == datetime.fromtimestamp(MONDAY_S + 3 * HOUR_S, tz=UTC)
    assert (example.line, example.value) == (5, -0.5)


def test_no_more_than_five_examples_are_shown() -> None:
    negative = found(with_value(home(), slice(0, 20), -1.0))["negative"]

    assert (negative.count, len(negative.examples)) == (20, 5)


def test_repeated_rows_are_told_apart_by_their_value() -> None:
    whole = home()
    twice = whole.rows(np.concatenate((np.arange(1_440), [7, 8, 9])))
    other = with_value(twice, [1_440], 9.0)

    report = found(other)

    assert report["duplicates-same"].count == 2
    assert report["duplicates-differ"].count == 1


def test_a_file_from_new_to_old_is_in_order() -> None:
    assert found(home().rows(np.arange(1_439, -1, -1))) == {}


def test_rows_out_of_order_are_counted() -> None:
    rows = np.arange(1_440)
    rows[[10, 11]] = [11, 10]

    assert found(home().rows(rows))["out-of-order"].count == 1


def test_power_above_a_supply_is_impossible() -> None:
    report = found(with_value(home(), [50, 51], 80.0))

    assert report["impossible-power"].count == 2
    assert report["impossible-power"].parameters["limit_kw"] == 50.0


def test_a_spike_is_far_above_the_homes_own_range() -> None:
    assert found(with_value(home(), [50], 30.0))["spike"].count == 1


def test_many_values_below_zero_are_energy_given_back() -> None:
    value = home_kwh(days=60) - 0.3

    report = found(channel(starts(days=60), value))

    assert "negative" not in report
    assert report["net-metering"].action == "set-to-zero"


@pytest.mark.parametrize(
    ("interval_s", "frozen_rows"),
    [pytest.param(HOUR_S, 24, id="a day of hours"), pytest.param(900, 60, id="15 h of quarters")],
)
def test_a_frozen_value_is_a_stuck_meter(interval_s: int, frozen_rows: int) -> None:
    whole = home(interval_s=interval_s)
    stuck = with_value(whole, slice(200, 200 + frozen_rows), 0.4567)

    report = found(stuck)

    assert report["stuck-register"].count == 1
    assert report["stuck-register"].action == "marked-estimated"
    assert report["stuck-register"].parameters["longest_hours"] == pytest.approx(
        frozen_rows * interval_s / HOUR_S
    )


def test_nights_without_sun_are_no_fault() -> None:
    hour = np.arange(24 * 90) % 24
    made = np.where((hour > 6) & (hour < 18), 0.5 + 0.01 * (np.arange(24 * 90) % 37), 0.0)

    assert found(channel(starts(days=90), made, flow=Flow.PRODUCTION)) == {}


def test_a_long_time_at_zero_is_told_and_kept() -> None:
    zeros = found(with_value(home(), slice(100, 130), 0.0))["zeros"]

    assert (zeros.count, zeros.action, zeros.parameters["hours"]) == (1, "kept", 30.0)


@pytest.mark.parametrize(
    ("factor", "measure"),
    [
        pytest.param(1_000.0, Measure.ENERGY, id="Wh said to be kWh"),
        pytest.param(0.001, Measure.ENERGY, id="kWh taken for Wh"),
        pytest.param(1_000.0, Measure.POWER, id="W said to be kW"),
        pytest.param(0.001, Measure.POWER, id="kW taken for W"),
    ],
)
def test_an_unmistakable_unit_is_mended(factor: float, measure: Measure) -> None:
    true = home_kwh(days=30)
    wrong = channel(starts(days=30), true * factor, measure=measure)

    cleaned = clean_channels([wrong], zone=LIMA)

    assert [item.code for item in cleaned.report.findings] == ["unit-suspicion"]
    assert cleaned.report.findings[0].action == "rescaled"
    assert cleaned.readings.total_kwh == pytest.approx(true.sum())
    assert cleaned.report.kwh_total == pytest.approx(true.sum() * factor)


def test_a_doubtful_unit_is_only_told() -> None:
    whole = channel(starts(days=30), home_kwh(days=30) * 120)

    cleaned = clean_channels([whole], zone=LIMA, maximum_kw=500.0)

    suspicion = next(f for f in cleaned.report.findings if f.code == "unit-suspicion")
    assert suspicion.action == "told"


def test_daily_totals_among_hours_overlap_them() -> None:
    hours = home(days=10)
    totals = channel(
        starts(days=10)[::24], hours.value.reshape(10, 24).sum(axis=1), interval_s=DAY_S
    )
    both = Channel(
        id="meter",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=np.concatenate((hours.start_s, totals.start_s)),
        end_s=np.concatenate((hours.end_s, totals.end_s)),
        value=np.concatenate((hours.value, totals.value)),
        line=np.arange(2, 252, dtype=np.int64),
        flags=np.zeros(250, dtype=np.uint8),
    )

    cleaned = clean_channels([both], zone=LIMA)

    overlap = next(f for f in cleaned.report.findings if f.code == "overlap")
    assert overlap.count == 10
    np.testing.assert_array_equal(cleaned.readings.energy_kwh, hours.value)


def test_a_change_of_resolution_is_told() -> None:
    fine, coarse = home(days=20, interval_s=900), home(days=30)
    later = coarse.start_s + 20 * DAY_S
    both = replace(
        fine,
        start_s=np.concatenate((fine.start_s, later)),
        end_s=np.concatenate((fine.end_s, later + HOUR_S)),
        value=np.concatenate((fine.value, coarse.value)),
        line=np.arange(2, 2 + len(fine) + len(coarse), dtype=np.int64),
        flags=np.zeros(len(fine) + len(coarse), dtype=np.uint8),
    )

    cleaned = clean_channels([both], zone=LIMA)

    change = next(f for f in cleaned.report.findings if f.code == "resolution-change")
    assert (change.parameters["usual_minutes"], change.parameters["other_minutes"]) == (15, 60)
    assert cleaned.readings.interval_s == HOUR_S
    assert cleaned.readings.total_kwh == pytest.approx(both.value.sum())


@pytest.mark.parametrize("late_s", [0, 2_700], ids=["on the hour", "at a quarter to"])
def test_hours_of_daylight_saving_show_where_there_is_none(late_s: int) -> None:
    utc = 1_727_733_600 + np.arange(96 * 120, dtype=np.int64) * 900
    local = utc + np.where(utc + late_s < 1_729_990_800, 2 * HOUR_S, HOUR_S)
    value = home_kwh(days=120, interval_s=900)
    stamped = channel(local + 5 * HOUR_S, value, interval_s=900)

    report = found(stamped)

    assert report["clock-shift"].count == 1
    assert report["clock-shift"].parameters["zone"] == LIMA


def test_a_file_held_twice_is_no_change_of_clocks() -> None:
    whole = home(days=200)
    value = np.concatenate((whole.value, whole.value + 0.001))

    assert "clock-shift" not in found(channel(np.tile(whole.start_s, 2), value))


def test_rows_that_follow_more_closely_are_finer_intervals() -> None:
    hours, quarters = home(days=20), home_kwh(days=5, interval_s=900)
    later = MONDAY_S + 20 * DAY_S + np.arange(480, dtype=np.int64) * 900
    whole = channel(np.concatenate((hours.start_s, later)), np.concatenate((hours.value, quarters)))

    cleaned = clean_channels([whole], zone=LIMA)

    assert [item.code for item in cleaned.report.findings] == ["resolution-change"]
    assert cleaned.readings.total_kwh == pytest.approx(whole.value.sum())


@pytest.mark.parametrize("hours", [-6, -2, 1, 3, 5])
def test_a_clock_that_was_set_moves_the_day(hours: int) -> None:
    whole = home(days=160)
    moved = whole.start_s + np.where(np.arange(len(whole)) >= 80 * 24, hours * HOUR_S, 0)

    report = found(channel(moved, whole.value))

    assert report["clock-shift-jump"].parameters["hours"] == hours


def test_stamps_always_late_are_a_clock_out_of_step() -> None:
    report = found(channel(starts(days=30) + 420, home_kwh(days=30)))

    assert report["clock-shift-grid"].parameters["seconds"] == 420


def test_a_counter_that_turns_over_goes_on() -> None:
    whole = register(first_kwh=99_990.0)
    turned = replace(whole, value=np.where(whole.value >= 1e5, whole.value - 1e5, whole.value))

    report = check_channels([turned], zone=LIMA)

    assert [item.code for item in report.findings] == ["register-rollover"]
    assert report.kwh_total == pytest.approx(whole.value[-1] - whole.value[0])


def test_a_counter_that_begins_anew_loses_one_step_at_most() -> None:
    whole = register(first_kwh=50_123.0)
    anew = with_value(whole, slice(300, None), whole.value[300:] - whole.value[299])

    report = check_channels([anew], zone=LIMA)

    assert [item.code for item in report.findings] == ["register-reset"]
    assert report.kwh_total == pytest.approx(whole.value[-1] - whole.value[0])


def test_a_new_meter_hides_one_step() -> None:
    whole = register(first_kwh=500.0)
    changed = with_value(whole, slice(300, None), whole.value[300:] + 7_000.0)

    report = check_channels([changed], zone=LIMA)

    hidden = whole.value[300] - whole.value[299]
    assert [item.code for item in report.findings] == ["meter-change"]
    assert report.kwh_total == pytest.approx(whole.value[-1] - whole.value[0] - hidden)


def test_stray_standings_are_left_aside() -> None:
    report = check_channels([with_value(register(), [100, 101, 400], 0.0)], zone=LIMA)

    whole = register()
    assert {f.code: f.count for f in report.findings}["register-slip"] == 3
    assert report.kwh_total == pytest.approx(whole.value[-1] - whole.value[0])


def test_a_register_that_catches_up_was_stuck() -> None:
    whole = register(days=60)
    stuck = with_value(whole, slice(500, 560), whole.value[500])

    cleaned = clean_channels([stuck], zone=LIMA)

    assert "stuck-register" in {f.code for f in cleaned.report.findings}
    assert cleaned.readings.total_kwh == pytest.approx(whole.value[-1] - whole.value[0])


def test_rows_years_away_are_stray() -> None:
    whole = home()
    lost = np.concatenate(([0, HOUR_S], whole.start_s))

    report = check_channels([channel(lost, np.concatenate(([0.1, 0.2], whole.value)))], zone=LIMA)

    assert [item.code for item in report.findings] == ["stray-date"]
    assert report.start_s == MONDAY_S


def test_what_the_source_estimated_is_counted() -> None:
    flags = np.zeros(1_440, dtype=np.uint8)
    flags[:10] = 1

    report = check_channels([replace(home(), flags=flags)], zone=LIMA)

    assert [(f.code, f.count) for f in report.findings] == [("source-estimated", 10)]
    assert report.coverage == pytest.approx(1 - 10 / 1_440)


def test_a_file_without_values_has_an_empty_report() -> None:
    report = check_channels([with_value(home(), slice(None), np.nan)], zone=LIMA)

    assert (report.intervals, report.start_s, report.kwh_total) == (0, None, 0.0)
    assert [item.code for item in report.findings] == ["value-missing"]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_finding_and_action_can_be_said(locale: str) -> None:
    texts = open_texts(locale)
    keys = [f"quality.{code}{part}" for code in CODES for part in ("", ".title")]
    keys += [f"quality-action.{action}" for action in ACTIONS]

    assert [key for key in keys if not texts.has(key)] == []


def faulty_channels() -> list[Channel]:
    whole, counter = home(days=120), register(days=60, first_kwh=500.0)
    flagged = np.zeros(len(whole), dtype=np.uint8)
    flagged[:9] = 1
    jumped = whole.start_s + np.where(np.arange(len(whole)) >= 60 * 24, 3 * HOUR_S, 0)
    values = with_value(with_value(whole, [9, 10], 99.0), [70], 30.0)
    return [
        replace(with_value(values, slice(400, 440), 0.0), flags=flagged),
        with_value(with_value(whole, [5], -1.0), [6], np.nan),
        with_value(whole, slice(100, 150), 0.4567).rows(np.delete(np.arange(2_880), [8, 9])),
        channel(jumped, whole.value),
        channel(whole.start_s + 420, whole.value),
        channel(whole.start_s, whole.value * 1_000),
        channel(whole.start_s, whole.value - 0.4),
        with_value(counter, slice(700, None), counter.value[700:] + 7_000.0),
        with_value(counter, [100, 300], 0.0),
        with_value(counter, slice(600, None), counter.value[600:] - counter.value[599]),
        with_value(counter, slice(300, None), counter.value[300]),
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_place_of_a_sentence_has_its_value(locale: str) -> None:
    texts = open_texts(locale)
    findings = [
        finding
        for faulty in faulty_channels()
        for finding in check_channels([faulty], zone=LIMA).findings
    ]

    places = {
        finding.code: {name for _, name, _, _ in Formatter().parse(texts.messages[key]) if name}
        - finding.parameters.keys()
        for finding in findings
        for key in (f"quality.{finding.code}",)
    }

    assert len(places) > 12
    assert {code: unknown for code, unknown in places.items() if unknown} == {}
