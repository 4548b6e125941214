"""Days on which Peru does not work."""

from datetime import date

import numpy as np
import pytest

from ahorraluz.core.forecast.holidays import no_free, peru_free, with_days


def days(*names: str) -> np.ndarray:
    return np.array(names, dtype="datetime64[D]")


@pytest.mark.parametrize(
    "day",
    [
        pytest.param("2026-04-02", id="Maundy Thursday"),
        pytest.param("2026-07-23", id="a day that a recent law added"),
        pytest.param("2026-07-28", id="Independence Day"),
        pytest.param("2027-01-01", id="New Year of another year"),
    ],
)
def test_national_holidays_are_known(day: str) -> None:
    assert peru_free(days(day)).all()


def test_other_days_are_not_and_the_shape_is_kept() -> None:
    table = days("2026-07-27", "2026-07-28", "2026-12-24", "2026-12-25").reshape(2, 2)

    free = peru_free(table)

    assert free.tolist() == [[False, True], [False, True]]


def test_the_caller_adds_the_days_of_a_region() -> None:
    arequipa = with_days(peru_free, [date(2026, 8, 15)])

    free = arequipa(days("2026-08-15", "2026-07-28", "2026-08-16"))

    assert free.tolist() == [True, True, False]
    assert not peru_free(days("2026-08-15")).any()


def test_nowhere_has_no_holidays() -> None:
    assert not no_free(days("2026-07-28", "2026-12-25")).any()


def test_no_days_ask_for_no_year() -> None:
    assert peru_free(days()).shape == (0,)
