"""Totals are those of all readings at once, whatever order they came in."""

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.watched_home import DAY, DAY_MS, HOUR, METER, MINUTE, START, rules, totals_of

from ahorraluz.core.home import Option
from ahorraluz.core.live.arrivals import Sum, Tick, Totals
from ahorraluz.core.live.energy import next_month
from ahorraluz.core.live.events import Kind
from ahorraluz.core.live.quarters import quarter_sums
from ahorraluz.core.live.readings import LiveReading, Quantity
from ahorraluz.core.live.rules import Role
from ahorraluz.core.live.state import HELD, State, plan_of
from ahorraluz.core.live.step import fresh, run

SECOND_METER = 7
PHASES = (
    Role(channel=METER, device="meter", register=True, energy=True),
    Role(channel=SECOND_METER, device="other", register=False, energy=True, power=True),
)
moments = st.lists(
    st.tuples(st.integers(0, 9 * 24 * 60), st.integers(0, 5_000_000)), min_size=1, max_size=HELD
)


def readings(
    channel: int, points: Sequence[tuple[int, int]], *, zone_start: int = START
) -> list[LiveReading]:
    return [LiveReading(channel, zone_start + at * MINUTE, value) for at, value in points]


def by_channel(arrived: Sequence[LiveReading]) -> dict[int, list[LiveReading]]:
    newest: dict[int, dict[int, LiveReading]] = {}
    for reading in arrived:
        newest.setdefault(reading.channel, {})[reading.at_ms] = reading
    return {id_: [of[at] for at in sorted(of)] for id_, of in newest.items()}


def known(sums: dict[int, list[int]]) -> dict[int, list[int]]:
    return {start: row for start, row in sums.items() if any(row)}


@settings(max_examples=150)
@given(
    counter=moments,
    power=moments,
    seed=st.integers(0, 10**6),
    zone=st.sampled_from(["America/Lima", "America/Santiago", "Europe/Madrid"]),
    option=st.sampled_from([Option.BT5B, Option.BT5F]),
)
def test_any_order_gives_the_totals_of_all_at_once(
    counter: list[tuple[int, int]],
    power: list[tuple[int, int]],
    seed: int,
    zone: str,
    option: Option,
) -> None:
    of_home = rules(option, roles=PHASES, zone=zone)
    arrived = [*readings(METER, counter), *readings(SECOND_METER, power)]
    random.Random(seed).shuffle(arrived)

    state, events = run(fresh(), [of_home, *arrived])

    days, months = totals_of(plan_of(of_home), by_channel(arrived))
    assert known(state.days) == known(days)
    assert known(state.months) == known(months)
    assert all(
        part >= 0 for sums in (*state.days.values(), *state.months.values()) for part in sums
    )
    assert Kind.RECOUNT not in {event.kind for event in events}


@given(points=moments)
def test_days_add_up_to_the_quarter_hours_of_the_store(points: list[tuple[int, int]]) -> None:
    of_home = rules(roles=PHASES)
    arrived = readings(METER, points)

    state, _ = run(fresh(), [of_home, *arrived])

    pairs = [(r.at_ms, r.value) for r in by_channel(arrived)[METER]]
    first = START // 1000
    sums = quarter_sums(pairs, Quantity.REGISTER, first_s=first, end_s=first + 10 * 86_400)
    assert sum(row[0] for row in state.days.values()) == sum(one.energy_uj for one in sums)
    assert sum(row[1] for row in state.days.values()) == sum(one.measured_ms for one in sums)


def test_a_reading_said_twice_changes_nothing_and_another_value_corrects() -> None:
    points = [(0, 0), (10, 1_000), (20, 3_000)]
    once, _ = run(fresh(), [rules(), *readings(METER, points)])

    twice, _ = run(once, readings(METER, points))
    corrected, _ = run(twice, readings(METER, [(20, 2_500)]))

    assert twice.days == once.days
    assert corrected.days[DAY][0] == 2_500 * 3_600_000


def test_a_reading_older_than_what_is_held_asks_for_totals_once() -> None:
    many = readings(METER, [(minute, minute * 100) for minute in range(40)])
    state, _ = run(fresh(), [rules(), Tick(START + HOUR), *many])

    state, first = run(state, readings(METER, [(1, 150)]))
    state, second = run(state, readings(METER, [(2, 250)]))

    assert [event.kind for event in first] == [Kind.RECOUNT]
    assert second == ()


def seeded(state: State, said: Sequence[LiveReading], until: int) -> State:
    """Return a state that got its totals from a store of these readings."""
    plan = state.plan
    assert plan is not None
    series = sorted(said, key=lambda reading: reading.at_ms)
    before = [reading for reading in series if reading.at_ms <= until]
    cut = [*before, LiveReading(METER, until, before[-1].value)] if before else []
    days, months = totals_of(plan, by_channel(cut))
    totals = Totals(
        until_ms=until,
        days=tuple((day, sum_of(row)) for day, row in sorted(days.items())),
        months=tuple((start, sum_of(row)) for start, row in sorted(months.items())),
        readings=(*before[-1:], *(r for r in series if r.at_ms > until)),
    )
    return run(state, [totals])[0]


def sum_of(row: Sequence[int]) -> Sum:
    *bands, measured, night, night_ms = row
    return Sum(bands_uj=tuple(bands), measured_ms=measured, night_uj=night, night_ms=night_ms)


def test_totals_of_the_store_bring_the_state_back() -> None:
    said = readings(METER, [(minute, minute * 100) for minute in range(0, 400, 10)])
    late = readings(METER, [(5, 90)])
    state, _ = run(fresh(), [rules(), *said, *late])
    until = START + 200 * MINUTE

    healed = seeded(state, [*said, *late], until)

    days, months = totals_of(plan_of(rules()), by_channel([*said, *late]))
    assert (healed.days, healed.months) == (days, months)
    assert not healed.recount
    later, _ = run(healed, readings(METER, [(395, 39_400), (410, 41_000)]))
    again = [*said, *late, *readings(METER, [(395, 39_400), (410, 41_000)])]
    assert later.days == totals_of(plan_of(rules()), by_channel(again))[0]


def test_a_month_that_nobody_told_is_as_long_as_a_calendar_month() -> None:
    from datetime import date

    days = [date(2026, 1, 31), date(2027, 12, 15), date(2028, 1, 30)]

    after = [date.fromordinal(next_month(day.toordinal())) for day in days]

    assert after == [date(2026, 2, 28), date(2028, 1, 15), date(2028, 2, 29)]


def test_a_new_first_day_of_the_month_is_counted_from_the_days_held() -> None:
    from dataclasses import replace

    of_home = rules()
    said = readings(METER, [(hour * 60, hour * 100) for hour in range(6 * 24)])
    state, _ = run(fresh(), [of_home, *said])
    june, july = of_home.months
    moved = (replace(june, end=DAY + 3), replace(july, start=DAY + 3))

    state, events = run(state, [replace(of_home, months=moved)])

    days = [state.days[DAY + n][0] for n in (3, 4, 5)]
    assert state.months[DAY + 3][0] == sum(days)
    assert Kind.RECOUNT not in {event.kind for event in events}
    assert state.now > START + 5 * DAY_MS
