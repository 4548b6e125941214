"""What a watch tells: each kind when it should, once, not at night, and not without its reason."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from tests.watched_home import (
    DAY,
    DAY_MS,
    HOUR,
    METER,
    MINUTE,
    PLUG,
    POWER,
    START,
    ZONE,
    minutes,
    months,
    plain_days,
    rules,
)

from ahorraluz.core.home import Option
from ahorraluz.core.live.arrivals import Arrival, Tick
from ahorraluz.core.live.days import hour_ms
from ahorraluz.core.live.events import Event, Kind, Weight
from ahorraluz.core.live.outlook import now_of
from ahorraluz.core.live.readings import LiveReading
from ahorraluz.core.live.rules import Limit
from ahorraluz.core.live.step import fresh, run


def told(arrivals: Iterable[Arrival], *kinds: Kind) -> list[Event]:
    _, events = run(fresh(), arrivals)
    return [event for event in events if event.kind in kinds]


def day(*powers: tuple[int, int], on: int = 0) -> list[Arrival]:
    """Return one day of minutes, from midnight on."""
    return list(minutes(powers, start=START + on * DAY_MS))


# --- figures ---------------------------------------------------------------------------------


def test_power_and_today_are_written_down_every_five_minutes() -> None:
    events = told([rules(), *day((600, 60))], Kind.NOW)

    assert len(events) == 12
    assert events[-1].figures["power_w"] == 600
    assert events[-1].figures["today_wh"] == 540
    assert {event.weight for event in events} == {Weight.FIGURE}


def test_the_month_is_priced_to_the_centimo_and_told_to_its_end() -> None:
    of_home = rules(day_wh=3_600)

    events = told([of_home, *plain_days(3)], Kind.MONTH)

    last = events[-1].figures
    ladder = of_home.months[0].ladder
    assert ladder is not None
    assert isinstance(last["used_wh"], int)
    assert last["used_cents"] == ladder.total([last["used_wh"]])
    assert last["low_wh"] < last["middle_wh"] < last["high_wh"]  # type: ignore[operator]
    assert last["middle_wh"] == pytest.approx(30 * 3_600, rel=0.01)
    assert last["middle_cents"] == ladder.total([int(last["middle_wh"])])
    assert last["basis"] == "forecast"


def test_without_a_forecast_the_days_of_the_home_tell_the_month() -> None:
    events = told([rules(expected=None), *plain_days(4)], Kind.MONTH)

    assert "middle_wh" not in events[30].figures
    assert events[-1].figures["basis"] == "own-days"
    assert events[-1].figures["middle_wh"] == pytest.approx(30 * 3_600, rel=0.01)


def test_what_nothing_measured_is_told_beside_and_expected_on_top() -> None:
    from_noon = list(minutes([(150, 720)], start=START + DAY_MS * 5 + 12 * HOUR))

    events = told([rules(day_wh=3_600), *from_noon], Kind.MONTH)

    assert events[0].figures["missing_min"] == (5 * 24 + 12) * 60
    assert events[0].figures["middle_wh"] == pytest.approx(30 * 3_600, rel=0.02)


def test_now_holds_what_boards_show() -> None:
    state, _ = run(fresh(), [rules(day_wh=5_000), *plain_days(2, watts=200)])

    now = now_of(state)

    assert now is not None
    assert now.power_w == 200
    assert now.month_wh == pytest.approx(9_600, abs=20)
    assert now.today_wh == pytest.approx(4_800, abs=20)
    assert now.limit_wh == 140_000
    assert now.limit_left_wh == 140_000 - now.month_wh
    assert now.limit_day_wh == pytest.approx(now.limit_left_wh / 28, rel=0.01)
    assert now.next_kwh is not None
    assert now.plain()["next_kwh_milli"] == round(now.next_kwh * 1_000)
    assert now_of(fresh()) is None


# --- limits ----------------------------------------------------------------------------------


def heavy(days: int, watts: int) -> list[Arrival]:
    return plain_days(days, watts=watts)


def test_a_limit_that_will_probably_be_passed_is_told_with_what_still_keeps_it() -> None:
    events = told([rules(day_wh=5_000), *heavy(10, 208)], Kind.LIMIT_NEAR)

    assert len(events) == 1
    near = events[0].figures
    assert near["limit_wh"] == 140_000
    left, per_day = int(near["left_wh"]), int(near["day_wh"])
    assert per_day * 28 <= left < per_day * 28.1
    assert int(near["middle_wh"]) > 140_000
    assert events[0].weight is Weight.WARNING
    ladder = months()[0].ladder
    assert ladder is not None
    jump = ladder.jump(140_000, [1])
    assert jump is not None
    assert events[0].cents == round(jump * 100)


def test_a_home_far_from_the_limit_on_either_side_is_left_alone() -> None:
    far_below = told([rules(day_wh=3_000), *heavy(12, 125)], Kind.LIMIT_NEAR, Kind.LIMIT_PASSED)
    far_above = told([rules(day_wh=12_000), *heavy(14, 500)], Kind.LIMIT_NEAR, Kind.LIMIT_PASSED)

    assert (far_below, far_above) == ([], [])


def test_passing_a_limit_after_the_warning_is_told_once() -> None:
    events = told([rules(day_wh=5_300), *heavy(29, 220)], Kind.LIMIT_NEAR, Kind.LIMIT_PASSED)

    assert [event.kind for event in events] == [Kind.LIMIT_NEAR, Kind.LIMIT_PASSED]
    assert 140_000 < int(events[1].figures["used_wh"]) < 140_200


def test_the_line_of_the_voucher_counts_with_what_it_is_worth() -> None:
    june, july = months(limits=())
    june = replace(june, limits=(Limit(wh=70_000, kind="voucher", cents=2_000),))

    events = told([rules(day_wh=2_500, months=(june, july)), *heavy(5, 104)], Kind.LIMIT_NEAR)

    assert [(event.cents, event.figures["line"]) for event in events] == [(2_000, "voucher")]


# --- hours, nights and loads -----------------------------------------------------------------

EVENING = ((150, 17 * 60 + 30), (2_150, 90), (150, 300))


def test_a_large_load_taken_into_hora_punta_is_told_within_a_minute() -> None:
    events = told([rules(Option.BT5F), *day(*EVENING)], Kind.PEAK_LOAD)

    assert len(events) == 1
    assert events[0].at_ms - hour_ms(ZONE, DAY, 18) <= MINUTE
    assert events[0].figures["power_w"] == 2_150
    # 10.75 kWh in five hours; 0.70 less 0.28 and the tax.
    assert events[0].cents == pytest.approx(2_150 * 5 * 0.42 * 1.18 / 10, rel=0.02)


def test_one_register_and_a_small_load_have_no_hora_punta() -> None:
    one_price = told([rules(), *day(*EVENING)], Kind.PEAK_LOAD)
    small = told([rules(Option.BT5F), *day((150, 1_050), (800, 90))], Kind.PEAK_LOAD)
    holiday = rules(Option.BT5F, free_days=(DAY,))

    assert (one_price, small) == ([], [])
    assert told([holiday, *day(*EVENING)], Kind.PEAK_LOAD) == []


def night_of(watts: int, on: int, *, used: int) -> list[Arrival]:
    powers = [(150, 60), (watts, 240), (150, 1_140)]
    return list(minutes(powers, start=START + on * DAY_MS, step=5 * MINUTE, used=used))


def test_an_unusual_night_is_told_in_the_morning() -> None:
    usual = plain_days(5)

    events = told([rules(), *usual, *night_of(500, 5, used=18_000_000)], Kind.NIGHT_LOAD)

    assert len(events) == 1
    assert events[0].figures["usual_w"] == 150
    assert events[0].due_ms == hour_ms(ZONE, DAY + 5, 7)
    assert events[0].at_ms < events[0].due_ms
    assert events[0].cents is not None


def test_a_usual_night_and_a_home_of_few_nights_are_not_told() -> None:
    few = [rules(), *plain_days(2), *night_of(500, 2, used=7_200_000)]
    little_more = [rules(), *plain_days(5), *night_of(200, 5, used=18_000_000)]

    assert told(few, Kind.NIGHT_LOAD) == []
    assert told(little_more, Kind.NIGHT_LOAD) == []


def test_unusual_nights_in_a_row_are_told_once() -> None:
    nights: list[Arrival] = [rules(usual_night_w=150)]
    for on in range(3):
        nights += night_of(500, on, used=on * 10**7)

    assert len(told(nights, Kind.NIGHT_LOAD)) == 1


def test_a_load_left_on_is_told_after_three_hours_with_its_price() -> None:
    events = told([rules(), *day((150, 480), (1_350, 400), (150, 200))], Kind.LEFT_ON)

    assert len(events) == 1
    assert events[0].figures["power_w"] == 1_200
    assert 180 <= int(events[0].figures["on_min"]) <= 181
    assert events[0].basis == "hour"
    assert events[0].cents is not None


def test_a_load_that_goes_off_in_time_is_not_left_on() -> None:
    short = [(150, 480), (1_350, 170), (150, 120), (1_350, 170), (150, 200)]

    assert told([rules(), *day(*short)], Kind.LEFT_ON) == []


def test_a_second_load_on_top_does_not_hide_the_first() -> None:
    stacked = [(150, 480), (1_350, 60), (3_350, 30), (1_350, 120), (150, 100)]

    events = told([rules(), *day(*stacked)], Kind.LEFT_ON)

    assert [event.figures["power_w"] for event in events] == [1_200]


def plug(powers: Sequence[tuple[int, int]]) -> list[Arrival]:
    found: list[Arrival] = []
    at = START + 10 * HOUR
    for watts, count in powers:
        for _ in range(count):
            found += [Tick(at), LiveReading(PLUG, at, watts * 1_000)]
            at += MINUTE
    return found


def test_a_circuit_with_a_name_is_told_by_it() -> None:
    events = told([rules(), *plug([(0, 5), (1_000, 70)])], Kind.LEFT_ON)

    assert [event.figures["circuit"] for event in events] == ["Plancha"]


def test_a_circuit_that_was_off_in_between_starts_anew() -> None:
    assert told([rules(), *plug([(1_000, 50), (0, 1), (1_000, 50)])], Kind.LEFT_ON) == []


# --- lasting change, silence, clocks ---------------------------------------------------------


def test_days_that_take_lastingly_more_are_told_once() -> None:
    calm = plain_days(8)
    more = list(
        minutes([(250, 1_440 * 6)], start=START + 8 * DAY_MS, step=5 * MINUTE, used=28_800_000)
    )

    events = told([rules(), *calm, *more], Kind.SHIFT)

    assert [event.figures["way"] for event in events] == ["more"]
    assert events[0].figures["change_percent"] == 66
    assert events[0].weight is Weight.NOTICE


def test_one_day_of_guests_is_no_lasting_change() -> None:
    calm = plain_days(8)
    powers = [(400, 1_440), (150, 1_440 * 4)]
    after = list(minutes(powers, start=START + 8 * DAY_MS, step=5 * MINUTE, used=28_800_000))

    assert told([rules(), *calm, *after], Kind.SHIFT) == []


def test_a_device_that_falls_silent_is_told_once_and_its_return_noted() -> None:
    heard = plug([(0, 30)])
    end = START + 10 * HOUR + 30 * MINUTE
    silence: list[Arrival] = [Tick(end + n * MINUTE) for n in range(180)]
    again: list[Arrival] = [LiveReading(PLUG, end + 180 * MINUTE, 0), Tick(end + 181 * MINUTE)]

    events = told([rules(), *heard, *silence, *again], Kind.SILENT, Kind.BACK)

    assert [event.kind for event in events] == [Kind.SILENT, Kind.BACK]
    assert events[0].figures["device"] == "plug"
    assert events[0].figures["silent_min"] == 20
    assert events[1].weight is Weight.NOTE


def test_a_device_that_comes_and_goes_is_told_once_in_six_hours() -> None:
    arrivals: list[Arrival] = [rules()]
    for hour in range(6):
        start = START + (8 + hour) * HOUR
        arrivals += [LiveReading(PLUG, start + n * MINUTE, 0) for n in range(10)]
        arrivals += [Tick(start + n * MINUTE) for n in range(10, 60)]

    silences = told(arrivals, Kind.SILENT)

    assert [event.weight for event in silences].count(Weight.NOTICE) == 1


@pytest.mark.parametrize(("off", "way"), [(5 * HOUR, "ahead"), (-5 * HOUR, "behind")])
def test_a_clock_that_is_wrong_is_told_once(off: int, way: str) -> None:
    arrivals: list[Arrival] = [rules()]
    for minute in range(120):
        at = START + 12 * HOUR + minute * MINUTE
        arrivals += [Tick(at), LiveReading(METER, at + off, minute * 10)]

    events = told(arrivals, Kind.CLOCK)

    assert [event.figures["way"] for event in events] == [way]
    assert events[0].figures["off_min"] == 300


def test_a_device_that_sends_what_it_kept_has_no_wrong_clock() -> None:
    start = START + 12 * HOUR
    kept = [LiveReading(METER, START + n * MINUTE, n * 100) for n in range(600)]
    arrivals: list[Arrival] = [rules(), Tick(start), *kept]
    arrivals += [Tick(start + 15 * MINUTE), LiveReading(METER, start + 15 * MINUTE, 90_000)]

    state, events = run(fresh(), arrivals)

    assert Kind.CLOCK not in {event.kind for event in events}
    assert state.days[DAY][0] == 90_000 * 3_600_000


def test_days_of_the_past_sent_by_and_by_are_counted_and_nothing_else() -> None:
    """A device that was away for hours sends six of its readings in a minute, for an hour."""
    now = START + 20 * HOUR
    arrivals: list[Arrival] = [rules(usual_night_w=50), Tick(now)]
    for place in range(360):
        at, watts = START + place * MINUTE, 1_500 if place > 30 else 150
        arrivals += [
            Tick(now + place * MINUTE // 6),
            LiveReading(METER, at, place * 25_000),
            LiveReading(POWER, at, watts * 1_000),
        ]

    state, events = run(fresh(), arrivals)

    assert {event.kind for event in events} <= {Kind.NOW, Kind.MONTH}
    assert state.runs == []
    assert state.days[DAY][0] == 359 * 25_000 * 3_600_000


def test_what_comes_from_the_future_is_counted_nowhere() -> None:
    ahead: list[Arrival] = [
        Tick(START),
        LiveReading(METER, START, 0),
        LiveReading(METER, START + DAY_MS, 10**7),
    ]

    state, _ = run(fresh(), [rules(), *ahead])

    assert state.days[DAY][0] == 0
    assert state.now == START
