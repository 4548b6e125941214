"""The same arrivals give the same events, however they are cut and wherever they are worked on."""

import itertools
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.watched_home import (
    DAY,
    HOUR,
    METER,
    MINUTE,
    PLUG,
    POWER,
    ROLES,
    START,
    minutes,
    months,
    rules,
)

from ahorraluz.core.home import Option
from ahorraluz.core.live.arrivals import Arrival, Tick
from ahorraluz.core.live.events import Event, Kind
from ahorraluz.core.live.readings import LiveError, LiveReading
from ahorraluz.core.live.rules import (
    MOST_CIRCUITS,
    MOST_ENERGY,
    Expected,
    Role,
    read_rules,
    write_rules,
)
from ahorraluz.core.live.state import State, read_state, write_state
from ahorraluz.core.live.step import fresh, run, step


def odd_days(seed: int, *, days: int = 3) -> list[Arrival]:
    """Return arrivals with loads, gaps, late, repeated, future and lost readings, by a seed."""
    chance = random.Random(seed)
    plan = [
        (chance.choice([120, 150, 900, 2_400]), chance.randrange(20, 300)) for _ in range(days * 9)
    ]
    found: list[Arrival] = [rules(Option.BT5F)]
    for arrival in minutes(plan, step=5 * MINUTE):
        odd = chance.random()
        if isinstance(arrival, LiveReading):
            if odd < 0.05:
                continue
            if odd < 0.08:
                arrival = replace(arrival, at_ms=arrival.at_ms - chance.randrange(3 * HOUR))
            if odd > 0.995:
                arrival = replace(arrival, at_ms=arrival.at_ms + 400 * 24 * HOUR)
            if chance.random() < 0.1:
                found.append(arrival)
            if chance.random() < 0.2:
                found.append(LiveReading(PLUG, arrival.at_ms, chance.choice([0, 1_200_000])))
        elif isinstance(arrival, Tick) and odd > 0.998:
            arrival = Tick(arrival.at_ms - 2 * HOUR)
        found.append(arrival)
    return found


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), cuts=st.lists(st.integers(0, 3_000), max_size=6))
def test_any_batches_and_any_restart_give_the_same_events(seed: int, cuts: list[int]) -> None:
    arrivals = odd_days(seed)
    whole, events = run(fresh(), arrivals)

    state = fresh()
    found: list[Event] = []
    edges = [0, *sorted(min(cut, len(arrivals)) for cut in cuts), len(arrivals)]
    for first, last in itertools.pairwise(edges):
        state, some = run(read_state(write_state(state)), arrivals[first:last])
        found += some

    assert found == list(events)
    assert write_state(state) == write_state(whole)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_one_by_one_is_the_same_and_leaves_every_state_as_it_was(seed: int) -> None:
    arrivals = odd_days(seed, days=1)
    whole, events = run(fresh(), arrivals)

    state, found = fresh(), list[Event]()
    for arrival in arrivals:
        before = write_state(state)
        after, some = step(state, arrival)
        assert write_state(state) == before
        state, found = after, [*found, *some]

    assert found == list(events)
    assert write_state(state) == write_state(whole)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_no_event_comes_twice_and_no_figure_is_negative(seed: int) -> None:
    _, events = run(fresh(), odd_days(seed, days=4))

    keys = Counter((event.kind, event.key) for event in events)
    assert max(keys.values(), default=1) == 1
    numbers = [
        value
        for event in events
        for name, value in event.figures.items()
        if isinstance(value, int) and not name.endswith("change_percent")
    ]
    assert min(numbers, default=0) >= 0
    assert all(event.due_ms >= event.at_ms for event in events)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_saying_everything_twice_changes_no_event(seed: int) -> None:
    once = list(minutes([(150, 300), (1_500, 400), (200, 300)], step=5 * MINUTE))
    chance = random.Random(seed)
    twice = [b for a in once for b in ([a, a] if chance.random() < 0.5 else [a])]

    _, events = run(fresh(), [rules(), *once])
    _, found = run(fresh(), [rules(), *twice])

    assert found == events


def test_a_state_stays_small_with_as_many_channels_as_it_may_have() -> None:
    roles = (
        *(
            Role(channel=n, device=f"d-{n:030d}", register=True, energy=True)
            for n in range(MOST_ENERGY)
        ),
        *(
            Role(channel=100 + n, device=f"d-{n:030d}", register=False, circuit="C" * 20)
            for n in range(MOST_CIRCUITS)
        ),
    )
    of_home = rules(Option.BT5F, roles=roles)
    arrivals: list[Arrival] = [of_home]
    for hour in range(24 * 40):
        at = START + hour * HOUR
        arrivals.append(Tick(at))
        arrivals += [LiveReading(role.channel, at, 10**9 + hour * 500_000) for role in roles]

    state, _ = run(fresh(), arrivals)

    assert len(write_state(state)) < 16_000
    one, _ = run(fresh(), [rules(Option.BT5F), *minutes([(150, 1_440 * 20)], step=5 * MINUTE)])
    assert len(write_state(one)) < 8_000


def test_a_state_of_another_kind_is_refused() -> None:
    for content in (b"", b"{}", b"\n{}", b'\n{"version":99}', b"\xff\n{}", b"[]\n[]"):
        with pytest.raises(LiveError) as refused:
            read_state(content)
        assert refused.value.issue.code == "live-state-unknown"


def test_rules_come_back_from_their_line() -> None:
    made = rules(
        Option.BT5F,
        expected=Expected(
            made=DAY, low_wh=1, middle_wh=2, high_wh=3, shape=tuple(range(0, 1_001, 40))[:25]
        ),
        quiet=None,
        free_days=(DAY + 3,),
        usual_night_w=80,
    )

    assert read_rules(write_rules(made)) == made
    assert "\n" not in write_rules(made)


def test_rules_with_a_hole_between_months_or_too_many_channels_are_refused() -> None:
    june, july = months()
    many = tuple(replace(ROLES[0], channel=n) for n in range(MOST_ENERGY + 1))

    with pytest.raises(LiveError) as hole:
        rules(months=(june, replace(july, start=july.start + 1)))
    with pytest.raises(LiveError) as crowd:
        rules(roles=many)

    assert hole.value.issue.code == "live-rules-months"
    assert crowd.value.issue.code == "live-rules-channels"


def test_readings_before_any_rules_and_of_channels_nobody_named_are_nothing() -> None:
    state, events = run(fresh(), [LiveReading(METER, START, 5), Tick(START)])
    assert (state.channels, events) == ({}, ())

    state, _ = run(state, [rules(), LiveReading(99, START, 5)])
    assert state.channels == {}


def test_a_moment_that_no_clock_shows_is_left_out() -> None:
    far = [LiveReading(METER, at, 5) for at in (10**17, -(10**17))]

    state, _ = run(fresh(), [rules(), *far, Tick(10**18)])

    assert state.days == {} or all(not any(row) for row in state.days.values())


def test_a_clock_put_forward_and_back_loses_no_later_summary() -> None:
    year = 365 * 24 * HOUR
    first = list(minutes([(150, 1_440)], step=5 * MINUTE))
    second = list(minutes([(150, 2_880)], start=START + 24 * HOUR, step=5 * MINUTE, used=3_600_000))

    _, events = run(
        fresh(), [rules(), *first, Tick(START + year), Tick(START + 24 * HOUR), *second]
    )

    told = [event.figures["day"] for event in events if event.kind is Kind.DAY]
    assert DAY + 1 in told
    assert len({(event.kind, event.key) for event in events}) == len(events)


def test_a_watch_needs_no_frames() -> None:
    code = (
        "import sys, ahorraluz.core.live.step, ahorraluz.core.live.price_series;"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert {"pandas", "scipy", "pyarrow"} & set(done.stdout.split()) == set()


def test_power_readings_alone_are_held_for_a_quarter_of_an_hour() -> None:
    alone = (Role(channel=POWER, device="meter", register=False, energy=True, power=True),)
    said = [LiveReading(POWER, START, 600_000), LiveReading(POWER, START + HOUR, 0)]

    state, _ = run(fresh(), [rules(roles=alone), *said])

    assert state.days[DAY][0] == 600_000 * 15 * MINUTE
    assert isinstance(state, State)
