"""Which questions a series can answer."""

import numpy as np
import pytest
from tests.unit.core.readings.invented_homes import DAY_S, HOUR_S, LIMA, home_kwh, starts

from ahorraluz.core.readings.intervals import resample
from ahorraluz.core.readings.schema import Quality, Readings, make_readings
from ahorraluz.core.readings.sufficiency import Question, answers


def series(*, days: int, interval_s: int = HOUR_S) -> Readings:
    start_s = starts(days=days, interval_s=interval_s)
    return make_readings(
        start_s,
        home_kwh(days=days, interval_s=interval_s),
        np.zeros(len(start_s), dtype=np.int8),
        interval_s=interval_s,
        zone=LIMA,
    )


@pytest.mark.parametrize(
    ("days", "interval_s", "answered"),
    [
        pytest.param(3, HOUR_S, set(), id="three days tell nothing"),
        pytest.param(
            10, HOUR_S, {Question.BASE_LOAD, Question.PEAK_SHARE}, id="a week tells the base load"
        ),
        pytest.param(
            365,
            HOUR_S,
            set(Question) - {Question.APPLIANCES},
            id="a year of hours tells nearly all",
        ),
        pytest.param(365, 900, set(Question), id="a year of quarters tells all"),
    ],
)
def test_a_series_answers_what_it_is_long_and_fine_enough_for(
    days: int, interval_s: int, answered: set[Question]
) -> None:
    result = answers(series(days=days, interval_s=interval_s))

    assert set(result.questions) == answered
    assert len(result.issues) == len(Question) - len(answered)
    assert all(result.can(question) for question in answered)


def test_days_tell_seasons_but_no_hours() -> None:
    result = answers(resample(series(days=365), DAY_S))

    assert result.can(Question.SEASONS)
    assert result.can(Question.STEP_CHANGES)
    assert not result.can(Question.BASE_LOAD)


def test_half_a_series_answers_nothing() -> None:
    whole = series(days=365)
    quality = np.where(np.arange(len(whole)) % 2 == 0, Quality.MISSING, Quality.MEASURED)
    holed = make_readings(
        whole.starts_s,
        np.where(quality == Quality.MISSING, np.nan, whole.energy_kwh),
        quality.astype(np.int8),
        interval_s=HOUR_S,
        zone=LIMA,
    )

    result = answers(holed)

    assert result.questions == ()
    assert {issue.parameters["percent"] for issue in result.issues} == {50}
