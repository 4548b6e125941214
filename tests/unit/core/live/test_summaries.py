"""What days and weeks came to, and when people are told at all."""

from collections.abc import Iterable
from datetime import date

import pytest
from tests.watched_home import (
    DAY,
    DAY_MS,
    HOUR,
    POWER,
    START,
    ZONE,
    minutes,
    plain_days,
    rules,
)

from ahorraluz.core.live.arrivals import Arrival, Tick
from ahorraluz.core.live.days import hour_ms
from ahorraluz.core.live.events import Event, Kind, Weight
from ahorraluz.core.live.outlook import now_of
from ahorraluz.core.live.readings import LiveReading
from ahorraluz.core.live.rules import Thresholds
from ahorraluz.core.live.step import fresh, run


def told(arrivals: Iterable[Arrival], *kinds: Kind) -> list[Event]:
    _, events = run(fresh(), arrivals)
    return [event for event in events if event.kind in kinds]


def day(*powers: tuple[int, int], on: int = 0) -> list[Arrival]:
    """Return one day of minutes, from midnight on."""
    return list(minutes(powers, start=START + on * DAY_MS))


def test_days_are_summed_up_in_the_morning_and_add_up_to_the_month() -> None:
    of_home = rules()

    events = told([of_home, *plain_days(12)], Kind.DAY)

    assert [event.figures["day"] for event in events] == [DAY + n for n in range(11)]
    assert events[5].at_ms == hour_ms(ZONE, DAY + 6, 7)
    assert events[5].figures["wh"] == pytest.approx(3_600, abs=2)
    assert events[5].figures["usual_wh"] == pytest.approx(3_600, abs=2)
    ladder = of_home.months[0].ladder
    assert ladder is not None
    whole = sum(int(event.figures["wh"]) for event in events)
    nothing, used = ladder.total([0]), ladder.total([whole])
    assert nothing is not None
    assert used is not None
    assert sum(event.cents or 0 for event in events) == pytest.approx(used - nothing, abs=20)


def test_a_week_is_summed_up_on_monday_and_held_against_the_one_before() -> None:
    events = told([rules(), *plain_days(20)], Kind.WEEK)

    firsts = [date.fromordinal(int(event.figures["first_day"])) for event in events]
    assert {first.weekday() for first in firsts} == {0}
    assert "before_wh" not in events[0].figures
    assert events[-1].figures["change_percent"] in (0, -1)
    assert events[-1].figures["days"] == 7


def test_a_day_across_the_end_of_a_month_is_priced_in_its_own() -> None:
    start = START + 28 * DAY_MS

    events = told([rules(), *plain_days(4, start=start)], Kind.DAY)

    assert [event.figures["day"] for event in events] == [DAY + n for n in (28, 29, 30)]
    assert all(event.cents is not None for event in events)
    assert events[1].figures["month_wh"] < events[0].figures["month_wh"]  # type: ignore[operator]


def test_after_the_last_month_of_the_rules_energy_is_told_without_a_price() -> None:
    start = START + 62 * DAY_MS

    events = told([rules(), *plain_days(2, start=start)], Kind.MONTH)

    assert "used_cents" not in events[-1].figures
    assert events[-1].figures["start_day"] == date(2026, 8, 4).toordinal()


def test_nothing_is_told_in_quiet_hours_and_nothing_is_lost() -> None:
    night = [(150, 1_260), (1_350, 400)]

    left = told([rules(), *day(*night)], Kind.LEFT_ON)
    awake = told([rules(quiet=None), *day(*night)], Kind.LEFT_ON)

    assert left[0].at_ms == awake[0].at_ms
    assert left[0].due_ms == hour_ms(ZONE, DAY + 1, 7)
    assert awake[0].due_ms == awake[0].at_ms


def test_more_notices_than_a_day_may_have_are_kept_and_not_told() -> None:
    few = rules(thresholds=Thresholds(notices_day=0))

    events = told([few, *day((150, 480), (1_350, 400))], Kind.LEFT_ON)

    assert [event.weight for event in events] == [Weight.NOTE]
    assert not events[0].is_told


def test_a_power_that_is_long_ago_is_no_power_of_now() -> None:
    said: list[Arrival] = [rules(), Tick(START), LiveReading(POWER, START, 2_000_000)]

    fresh_state, _ = run(fresh(), said)
    stale, _ = run(fresh(), [*said, Tick(START + HOUR)])

    before, after = now_of(fresh_state), now_of(stale)
    assert before is not None
    assert after is not None
    assert (before.power_w, after.power_w) == (2_000, None)
