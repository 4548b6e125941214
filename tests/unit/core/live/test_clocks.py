"""A clock that is wrong is found and set right; one that is right is left alone."""

from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.live.clocks import AHEAD_MS, BEHIND_MS, Clock

NOON = 1_764_244_800_000
MINUTE, HOUR = 60_000, 3_600_000


def run(readings: list[tuple[int, int]], clock: Clock | None = None) -> tuple[Clock, list[int]]:
    clock, found = clock or Clock(), []
    for at, arrived in readings:
        clock, moment = clock.right(at, arrived)
        found.append(moment)
    return clock, found


def test_a_clock_five_hours_ahead_has_the_wrong_zone() -> None:
    readings = [(NOON + n * MINUTE + 5 * HOUR, NOON + n * MINUTE + 700) for n in range(5)]

    clock, found = run(readings)

    assert clock.ahead_ms == 5 * HOUR
    assert found == [NOON + n * MINUTE for n in range(5)]


def test_a_clock_that_is_just_wrong_is_set_by_its_first_reading_from_the_future() -> None:
    clock, found = run([(NOON + 37 * MINUTE, NOON), (NOON + 38 * MINUTE, NOON + MINUTE)])

    assert clock.ahead_ms == 37 * MINUTE
    assert found == [NOON, NOON + MINUTE]


def test_a_clock_that_stays_behind_is_found_and_what_comes_then_is_right() -> None:
    readings = [(NOON + n * MINUTE - 2 * HOUR, NOON + n * MINUTE + 300) for n in range(40)]

    clock, found = run(readings)

    assert clock.ahead_ms == -2 * HOUR
    assert found[0] == NOON - 2 * HOUR
    assert found[-1] == NOON + 39 * MINUTE


def test_what_was_held_back_while_the_line_was_down_is_no_wrong_clock() -> None:
    # A day of minutes within half an hour.
    readings = [(NOON - (1440 - n) * MINUTE, NOON + n * 1250) for n in range(1440)]

    clock, found = run(readings)

    assert clock.ahead_ms == 0
    assert found == [at for at, _ in readings]


def test_a_clock_that_was_mended_is_believed_again() -> None:
    wrong, _ = run([(NOON + 5 * HOUR, NOON)])
    start = NOON + HOUR
    readings = [(start + n * MINUTE, start + n * MINUTE) for n in range(40)]

    clock, found = run(readings, wrong)

    assert clock.ahead_ms == 0
    assert found[-1] == start + 39 * MINUTE


def test_a_clock_that_was_never_set_says_nothing() -> None:
    assert run([(86_400_000, NOON)]) == (Clock(), [NOON])


@given(
    st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=10**8),
            st.integers(min_value=-AHEAD_MS, max_value=BEHIND_MS),
        ),
        max_size=60,
    )
)
def test_a_clock_that_is_about_right_is_never_touched(lags: list[tuple[int, int]]) -> None:
    readings = [(NOON + at, NOON + at + late) for at, late in lags]

    clock, found = run(readings)

    assert clock.ahead_ms == 0
    assert found == [at for at, _ in readings]


@given(
    st.lists(
        st.tuples(
            st.integers(min_value=NOON - 10**10, max_value=NOON + 10**10),
            st.integers(min_value=NOON - 10**9, max_value=NOON + 10**9),
        ),
        max_size=80,
    )
)
def test_nothing_is_ever_of_the_future(readings: list[tuple[int, int]]) -> None:
    _, found = run(readings)

    assert all(at <= arrived + AHEAD_MS for at, (_, arrived) in zip(found, readings, strict=True))
