"""Energy over a day, a week, a month and a year adds up, and what is unknown is told as such."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.meter_samples import write_meter, write_months

from ahorraluz.core.readings.schema import Readings
from ahorraluz.services.households.spans import Span, csv_of_span, spans_of, use_over
from ahorraluz.services.receive_readings import check_file

FIRST = date(2026, 1, 1)


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Readings:
    """Return ninety days of hours."""
    return check_file(write_meter(tmp_path_factory.mktemp("m") / "m.csv", days=90)).cleaned.readings


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Readings:
    """Return ninety days."""
    path = write_meter(tmp_path_factory.mktemp("d") / "m.csv", days=90, step_minutes=1440)
    return check_file(path).cleaned.readings


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Readings:
    """Return twelve months."""
    return check_file(write_months(tmp_path_factory.mktemp("y") / "m.csv")).cleaned.readings


def test_each_kind_of_readings_has_its_spans(
    hours: Readings, days: Readings, months: Readings
) -> None:
    assert spans_of(hours) == tuple(Span)
    assert spans_of(days) == (Span.WEEK, Span.MONTH, Span.YEAR)
    assert spans_of(months) == (Span.YEAR,)


def test_quarters_of_an_hour_are_shown_as_hours(tmp_path: Path) -> None:
    path = write_meter(tmp_path / "m.csv", days=10, step_minutes=15)
    readings = check_file(path).cleaned.readings

    use = use_over(readings, Span.DAY, date(2026, 1, 5))

    assert len(use.slots) == 24
    assert use.total_kwh == pytest.approx(sum(readings.energy_kwh[4 * 96 : 5 * 96]), abs=1e-6)


@given(place=st.integers(0, 89))
def test_hours_of_a_day_add_up_to_it_in_its_week_and_month(hours: Readings, place: int) -> None:
    day = FIRST + timedelta(days=place)

    of_day = use_over(hours, Span.DAY, day).total_kwh

    for span in (Span.WEEK, Span.MONTH):
        use = use_over(hours, span, day)
        slot = next(slot for slot in use.slots if slot.start.date() == day)
        assert slot.kwh == pytest.approx(of_day)
        assert use.start <= day < use.end


def test_months_of_a_year_add_up_to_all_of_it(hours: Readings) -> None:
    year = use_over(hours, Span.YEAR, FIRST)

    assert year.total_kwh == pytest.approx(float(hours.energy_kwh.sum()), rel=1e-3)
    assert year.unknown == 9


@given(day=st.dates())
def test_any_day_is_answered_and_what_was_not_read_is_unknown(hours: Readings, day: date) -> None:
    for span in Span:
        use = use_over(hours, span, day)
        if use.end <= use.first or use.start > use.last:
            assert use.unknown == len(use.slots)
            assert use.total_kwh == 0


def test_without_a_day_it_is_the_last_one_read(hours: Readings) -> None:
    assert use_over(hours, Span.DAY, None).start == FIRST + timedelta(days=89)


def test_one_goes_no_further_than_what_was_read(hours: Readings) -> None:
    first = use_over(hours, Span.MONTH, FIRST)
    last = use_over(hours, Span.MONTH, None)

    assert (first.before, first.after) == (None, date(2026, 2, 1))
    assert (last.before, last.after) == (date(2026, 2, 28), None)


def test_months_are_a_year(months: Readings) -> None:
    use = use_over(months, Span.YEAR, None)

    assert [round(slot.kwh or 0) for slot in use.slots] == list(range(101, 113))


def test_the_table_leaves_what_is_unknown_empty(hours: Readings) -> None:
    rows = csv_of_span(use_over(hours, Span.YEAR, FIRST)).splitlines()

    assert rows[0] == "inicio,kwh"
    assert rows[1].startswith("2026-01-01T00:00,")
    assert rows[12] == "2026-12-01T00:00,"
