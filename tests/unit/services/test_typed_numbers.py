"""Numbers, days and choices as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.typed_numbers import read_number

AMOUNTS = st.decimals(-999_999, 999_999, places=2)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("141", "141", id="a whole number"),
        pytest.param("141.5", "141.5", id="a point"),
        pytest.param("1,42", "1.42", id="a comma before two digits"),
        pytest.param("0,125", "0.125", id="a comma after zero"),
        pytest.param(",5", "0.5", id="a comma with nothing before it"),
        pytest.param("1234,5", "1234.5", id="a comma after four digits"),
        pytest.param("1.234", "1.234", id="a point is always of decimals"),
        pytest.param("1,234.50", "1234.50", id="thousands as a recibo prints them"),
        pytest.param("1.234,50", "1234.50", id="thousands the other way round"),
        pytest.param("1,234,567", "1234567", id="two groups can only be thousands"),
        pytest.param(" -0,18 ", "-0.18", id="a negative amount with spaces about it"),
    ],
)
def test_numbers_are_read_as_they_were_meant(text: str, number: str) -> None:
    assert read_number(text, field="--kwh") == Decimal(number)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("1,234", "number-ambiguous", id="decimals or thousands"),
        pytest.param("-12,345", "number-ambiguous", id="decimals or thousands below zero"),
        pytest.param("", "number-invalid", id="nothing"),
        pytest.param("ciento", "number-invalid", id="a word"),
        pytest.param("1e3", "number-invalid", id="an exponent"),
        pytest.param("nan", "number-invalid", id="not a number"),
        pytest.param("1.2.3", "number-invalid", id="two points"),
        pytest.param("1,23,4", "number-invalid", id="two commas"),
        pytest.param("١٤١", "number-invalid", id="digits of another script"),
        pytest.param("9" * 31, "number-invalid", id="thirty-one digits"),
    ],
)
def test_what_is_no_number_is_refused_with_its_value(text: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_number(text, field="--kwh")

    assert (caught.value.issue.code, caught.value.issue.parameters["field"]) == (code, "--kwh")
    assert caught.value.issue.parameters["value"] == text


def test_an_ambiguous_number_comes_with_both_mends() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_number("1,234", field="--kwh")

    parameters = caught.value.issue.parameters
    assert (parameters["decimal"], parameters["whole"]) == ("1.234", "1234")


@given(amount=AMOUNTS)
def test_an_amount_is_read_back_with_point_comma_or_thousands(amount: Decimal) -> None:
    point, comma, peru = str(amount), str(amount).replace(".", ","), f"{amount:,}"

    read = [read_number(text, field="x") for text in (point, comma, peru)]

    assert read == [amount] * 3


@given(text=st.text(max_size=12))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = read_number(text, field="x")
    except InvalidInputError:
        return
    assert number.is_finite()
