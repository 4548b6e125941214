"""Numbers, days and months as they are printed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.ingest.recibo.amounts import days_in, months_in, numbers_of


@pytest.mark.parametrize(
    ("word", "values"),
    [
        pytest.param("S/574.70", ["574.70"], id="with its currency"),
        pytest.param("S/.1,574.70", ["1574.70"], id="thousands with a comma"),
        pytest.param("1.574,70", ["1574.70"], id="decimal comma"),
        pytest.param("323,7", ["323.7"], id="decimal comma with one digit"),
        pytest.param("1,234", ["1234", "1.234"], id="either"),
        pytest.param("0.03-", ["-0.03"], id="minus behind"),
        pytest.param("(0.03)", ["-0.03"], id="in parentheses"),
        pytest.param("-S/0.03", ["-0.03"], id="minus before the currency"),
        pytest.param("706.8kWh", ["706.8"], id="with its unit"),
        pytest.param("16/02/2026", [], id="a day"),
        pytest.param("BT5B", [], id="an option"),
        pytest.param("(0.03", [], id="half a parenthesis"),
        pytest.param("1,23,456", [], id="no way to group digits"),
        pytest.param("18%", [], id="a rate"),
    ],
)
def test_words_that_are_numbers(word: str, values: list[str]) -> None:
    numbers = numbers_of(word)

    assert [number.value for number in numbers] == [Decimal(value) for value in values]


@given(cents=st.integers(0, 10_000_000))
def test_an_amount_is_read_as_it_is_written(cents: int) -> None:
    amount = Decimal(cents) / 100

    numbers = numbers_of(f"S/{amount:,.2f}")

    assert amount in [number.value for number in numbers]


@given(word=st.text(max_size=30))
def test_any_word_is_a_number_or_none(word: str) -> None:
    numbers = numbers_of(word)

    assert len(numbers) <= 2


@pytest.mark.parametrize(
    ("text", "days"),
    [
        pytest.param("16/02/2026", [date(2026, 2, 16)], id="slashes"),
        pytest.param("del16-02-26al18.03.26", [date(2026, 2, 16), date(2026, 3, 18)], id="a span"),
        pytest.param("18demarzode2026", [date(2026, 3, 18)], id="in words"),
        pytest.param("2026-03-18", [date(2026, 3, 18)], id="ISO"),
        pytest.param("31/02/2026", [], id="no such day"),
        pytest.param("cuota3/12", [], id="an instalment"),
    ],
)
def test_days(text: str, days: list[date]) -> None:
    assert [day for *_, day in days_in(text)] == days


@pytest.mark.parametrize(
    ("text", "month"),
    [
        pytest.param("agosto2026", date(2026, 8, 1), id="a long name"),
        pytest.param("set-26", date(2026, 9, 1), id="a short one"),
        pytest.param("setiembredel2026", date(2026, 9, 1), id="as Peru writes it"),
        pytest.param("08/2026", date(2026, 8, 1), id="numbers"),
        pytest.param("2026-08", date(2026, 8, 1), id="year first"),
    ],
)
def test_months(text: str, month: date) -> None:
    assert [day for *_, day in months_in(text)] == [month]
