"""Recibos as months in a row, and the periods of the recibos to come."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.forecast.months import in_a_row, month_number, reading_periods
from ahorraluz.core.periods import Period, months_from

FIRST = date(2025, 1, 1)


def read_on(day: int, *, count: int) -> list[Period]:
    """Return recibos in a row, read on a day of each month or on its last one."""
    return list(reading_periods(date(2025, 1, day), months=count))


@pytest.mark.parametrize("day", range(1, 32))
def test_twelve_recibos_are_twelve_months_whatever_the_day_of_reading(day: int) -> None:
    periods = read_on(day, count=12)

    uses = in_a_row((period, 100.0 + place) for place, period in enumerate(periods))

    numbers = [month_number(use.month) for use in uses]
    assert numbers == list(range(numbers[-1] - 11, numbers[-1] + 1))
    assert [use.kwh for use in uses] == [100.0 + place for place in range(12)]
    assert [use.until for use in uses] == [period.end for period in periods]


@given(lengths=st.lists(st.integers(27, 35), min_size=2, max_size=36))
def test_no_recibo_is_lost_however_the_reader_wanders(lengths: list[int]) -> None:
    ends = [FIRST]
    for length in lengths:
        ends.append(ends[-1] + timedelta(days=length))

    uses = in_a_row((Period(start, end), 1.0) for start, end in pairwise(ends))

    months = [month_number(use.month) for use in uses]
    assert len(uses) == len(lengths)
    assert months == sorted(set(months))
    assert sum(use.days or 0 for use in uses) == sum(lengths)


@pytest.mark.parametrize("day", [1, 15, 16, 17, 31])
def test_a_month_without_a_recibo_stays_open(day: int) -> None:
    periods = read_on(day, count=12)
    del periods[4:6]

    months = [month_number(use.month) for use in in_a_row((item, 1.0) for item in periods)]

    assert [after - before for before, after in pairwise(months)] == [1] * 3 + [3] + [1] * 5


def test_calendar_months_keep_their_names() -> None:
    periods = months_from(FIRST, months=40)

    uses = in_a_row((period, 1.0) for period in periods)

    assert [use.month for use in uses] == [period.start for period in periods]


def test_recibos_to_come_keep_the_day_of_reading() -> None:
    ends = [period.end for period in reading_periods(date(2026, 12, 31), months=4)]

    assert ends == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
