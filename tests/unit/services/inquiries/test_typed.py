"""Numbers and days as people type them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.services.inquiries.typed import (
    TypedValueError,
    check_range,
    parse_day,
    parse_number,
    parse_numbers,
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        pytest.param("180", "180", id="plain"),
        pytest.param("180.5", "180.5", id="decimal point"),
        pytest.param("180,5", "180.5", id="decimal comma"),
        pytest.param(" 180 ", "180", id="spaces around"),
        pytest.param("1 234,5", "1234.5", id="space between thousands"),
        pytest.param("S/ 120.50", "120.50", id="with soles"),
        pytest.param("S/.120,50", "120.50", id="with soles and a point"),
        pytest.param("s/ 1,234.50", "1234.50", id="thousands as a recibo prints them"),
        pytest.param("1.234,50", "1234.50", id="thousands as Europe prints them"),
        pytest.param("0,640", "0.640", id="no thousands after a zero"),
        pytest.param("152 kWh", "152", id="with its unit"),
        pytest.param("152\u00a0kWh", "152", id="no-break space"),
        pytest.param("-0.05", "-0.05", id="negative rounding"),
        pytest.param("\u22120.05", "-0.05", id="a real minus sign"),
        pytest.param(",5", "0.5", id="no leading zero"),
        pytest.param("1,234,567", "1234567", id="two commas"),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, number: str) -> None:
    assert parse_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("ciento ochenta", id="words"),
        pytest.param("18o", id="a letter for a zero"),
        pytest.param("1.2.3", id="two points"),
        pytest.param("1.234.567,8,9", id="two commas after points"),
        pytest.param("--5", id="two signs"),
        pytest.param("1e5", id="an exponent"),
        pytest.param("nan", id="not a number"),
        pytest.param("inf", id="infinity"),
        pytest.param("٣٤", id="digits of another script"),
        pytest.param("1234567890123", id="thirteen digits"),
        pytest.param("kWh", id="a unit alone"),
        pytest.param("<script>", id="markup"),
    ],
)
def test_what_is_no_number_is_refused_with_what_was_typed(typed: str) -> None:
    with pytest.raises(TypedValueError) as refused:
        parse_number(typed)

    assert refused.value.issue.code == "typed-not-a-number"
    assert refused.value.issue.parameters["value"] == typed[:40]


@given(st.text(max_size=60))
def test_any_text_is_a_finite_number_or_refused(typed: str) -> None:
    try:
        number = parse_number(typed)
    except TypedValueError:
        return

    assert number.is_finite()


@given(st.decimals(min_value=0, max_value=99_999, places=2))
def test_a_number_is_the_same_with_point_and_with_comma(number: Decimal) -> None:
    written = f"{number:.2f}"

    assert parse_number(written) == parse_number(written.replace(".", ",")) == number


def test_a_list_is_parted_by_spaces_or_semicolons() -> None:
    assert parse_numbers("180 175,5;190") == (Decimal(180), Decimal("175.5"), Decimal(190))


@pytest.mark.parametrize("typed", ["2026-08-04", "4/8/2026", "04-08-2026", " 04.08.2026 "])
def test_days_are_read_year_first_or_day_first(typed: str) -> None:
    assert parse_day(typed) == date(2026, 8, 4)


@pytest.mark.parametrize("typed", ["2026-02-30", "2026-13-01", "ayer", "0000-01-01", "31/4/2026"])
def test_days_that_do_not_exist_are_refused(typed: str) -> None:
    with pytest.raises(TypedValueError, match="typed-not-a-day"):
        parse_day(typed)


@pytest.mark.parametrize(
    ("value", "places", "code"),
    [
        pytest.param("-1", 2, "typed-too-small", id="below"),
        pytest.param("11", 2, "typed-too-large", id="above"),
        pytest.param("1.234", 2, "typed-too-many-decimals", id="decimals"),
        pytest.param("1.5", 0, "typed-not-whole", id="not whole"),
    ],
)
def test_a_value_out_of_range_says_why(value: str, places: int, code: str) -> None:
    with pytest.raises(TypedValueError, match=code):
        check_range(Decimal(value), low=Decimal(0), high=Decimal(10), places=places)


def test_trailing_zeros_are_no_decimals() -> None:
    assert check_range(Decimal("5.000"), low=None, high=None, places=0) == 5


def test_a_comma_before_three_digits_is_asked_about() -> None:
    with pytest.raises(TypedValueError) as refused:
        parse_number("1,234")

    assert refused.value.issue.code == "typed-ambiguous"
    assert refused.value.issue.parameters["decimal"] == "1.234"
    assert refused.value.issue.parameters["whole"] == "1234"
