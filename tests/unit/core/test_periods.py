"""Months at their edges: 28, 29, 30 and 31 days, the end of the year, and leap days."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.periods import Period, month_after, months_from


@pytest.mark.parametrize(
    ("day", "after"),
    [
        ("2026-01-31", "2026-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2028-01-29", "2028-02-29"),
        ("2026-01-29", "2026-02-28"),
        ("2028-02-29", "2028-03-29"),
        ("2026-03-31", "2026-04-30"),
        ("2026-11-30", "2026-12-30"),
        ("2026-12-31", "2027-01-31"),
        ("2026-12-01", "2027-01-01"),
        ("2100-01-31", "2100-02-28"),
    ],
)
def test_the_same_day_of_the_next_month_or_its_last(day: str, after: str) -> None:
    assert str(month_after(date.fromisoformat(day))) == after


def test_a_short_month_makes_no_later_one_begin_earlier() -> None:
    starts = [str(period.start) for period in months_from(date(2026, 12, 31), months=4)]

    assert starts == ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]


@pytest.mark.parametrize(
    ("day", "end", "days"),
    [
        ("2026-01-31", "2027-01-31", 365),
        ("2027-03-01", "2028-03-01", 366),
        ("2028-02-29", "2029-02-28", 365),
        ("2027-08-31", "2028-08-31", 366),
    ],
)
def test_a_year_of_months_is_a_year(day: str, end: str, days: int) -> None:
    year = months_from(date.fromisoformat(day), months=12)

    assert str(year[-1].end) == end
    assert sum(period.days for period in year) == days


@given(day=st.dates(date(1990, 1, 1), date(2200, 1, 1)), months=st.integers(1, 30))
def test_months_follow_each_other_without_a_gap(day: date, months: int) -> None:
    periods = months_from(day, months=months)

    assert len(periods) == months
    assert periods[0].start == day
    assert all(a.end == b.start for a, b in pairwise(periods))
    assert all(28 <= period.days <= 31 for period in periods)


def test_a_period_of_a_leap_february_has_its_day() -> None:
    leap = Period(date(2028, 2, 1), date(2028, 3, 1))

    assert leap.days == 29
    assert date(2028, 2, 29) in leap
    assert [part.days for part in leap.split([date(2028, 2, 29)])] == [28, 1]
