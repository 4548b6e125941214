"""Peak hours at their edges."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.invented import figures, history

from ahorraluz.core.home import Supply
from ahorraluz.core.tariffs.figures import NationalFigures
from ahorraluz.core.tariffs.hours import is_peak, peak_mask

HOURS = NationalFigures(
    {
        **figures().histories,
        "peak-start-hour": history("peak-start-hour", ("2015-01-01", "18")),
        "peak-end-hour": history("peak-end-hour", ("2015-01-01", "23")),
    }
)
MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 22)


@pytest.mark.parametrize(
    ("hour", "minute", "peak"),
    [(17, 59, False), (18, 0, True), (22, 59, True), (23, 0, False)],
)
def test_peak_is_from_18_to_23(supply: Supply, hour: int, minute: int, peak: bool) -> None:
    moment = datetime(2026, 11, 23, hour, minute)  # noqa: DTZ001 - local time of Peru

    assert is_peak(moment, supply=supply, figures=HOURS) is peak


@pytest.mark.parametrize(
    ("day", "holidays", "asked", "peak"),
    [
        pytest.param(SUNDAY, (), False, True, id="a Sunday like any day"),
        pytest.param(SUNDAY, (), True, False, id="a Sunday where the customer asked"),
        pytest.param(MONDAY, (MONDAY,), True, False, id="a holiday where the customer asked"),
        pytest.param(MONDAY, (MONDAY,), False, True, id="a holiday like any day"),
        pytest.param(MONDAY, (), True, True, id="a working day"),
    ],
)
def test_sundays_and_holidays_leave_the_peak_only_on_request(
    supply: Supply, day: date, holidays: tuple[date, ...], asked: bool, peak: bool
) -> None:
    moment = datetime(day.year, day.month, day.day, 20)  # noqa: DTZ001 - local time of Peru
    connection = replace(supply, holidays_off_peak=asked)

    found = is_peak(moment, supply=connection, figures=HOURS, holidays=holidays)

    assert found is peak


@given(
    moments=st.lists(st.integers(min_value=1_500_000_000, max_value=1_900_000_000), max_size=40),
    asked=st.booleans(),
)
def test_the_mask_of_many_moments_follows_the_rule_of_one(moments: list[int], asked: bool) -> None:
    connection = Supply(distributor="light", holidays_off_peak=asked)

    found = peak_mask(
        np.array(moments, dtype=np.int64),
        supply=connection,
        figures=HOURS,
        day=MONDAY,
        holidays=(MONDAY,),
    )

    each = [
        is_peak(
            datetime.fromtimestamp(moment, tz=UTC),
            supply=connection,
            figures=HOURS,
            holidays=(MONDAY,),
        )
        for moment in moments
    ]
    assert found.tolist() == each


HOUR_S, DAY_S = 3_600, 86_400
NEW_YEAR = date(2026, 1, 1)


def _local_s(day: date, hour: int, minute: int = 0, second: int = 0) -> int:
    return (day - date(1970, 1, 1)).days * DAY_S + hour * HOUR_S + minute * 60 + second


@pytest.mark.parametrize("asked", [False, True], ids=["not asked", "asked"])
def test_the_mask_at_the_edges_of_hours_and_days(asked: bool) -> None:
    supply = Supply(distributor="light", holidays_off_peak=asked)
    moments = [
        (_local_s(MONDAY, 17, 59, 59), False),
        (_local_s(MONDAY, 18), True),
        (_local_s(MONDAY, 22, 59, 59), True),
        (_local_s(MONDAY, 23), False),
        (_local_s(SUNDAY, 18), not asked),
        (_local_s(SUNDAY, 22, 59, 59), not asked),
        (_local_s(SUNDAY, 12), False),
        (_local_s(date(2026, 11, 21), 22, 59, 59), True),
        (_local_s(NEW_YEAR, 18), not asked),
        (_local_s(NEW_YEAR, 22, 59, 59), not asked),
        (_local_s(date(2025, 12, 31), 18), True),
        (_local_s(date(2026, 1, 2), 18), True),
        (_local_s(date(1970, 1, 1), 18), True),
        (_local_s(date(1970, 1, 4), 18), not asked),
        (_local_s(date(2028, 2, 29), 18), True),
    ]

    found = peak_mask(
        np.array([moment for moment, _ in moments], dtype=np.int64),
        supply=supply,
        figures=HOURS,
        day=MONDAY,
        holidays=(MONDAY.replace(month=12, day=8), NEW_YEAR),
    )

    assert found.tolist() == [peak for _, peak in moments]
    assert found.dtype == np.bool_


def test_the_mask_without_holidays_leaves_sundays() -> None:
    supply = Supply(distributor="light", holidays_off_peak=True)

    found = peak_mask(
        np.array([_local_s(MONDAY, 18), _local_s(SUNDAY, 18)]),
        supply=supply,
        figures=HOURS,
        day=MONDAY,
    )

    assert found.tolist() == [True, False]
