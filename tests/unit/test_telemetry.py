"""The log: one line per record, nothing that belongs to somebody."""

import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.telemetry import LOGGER, start_logging, without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("secret_key=abcdef", "secret_key=***", id="a secret"),
        pytest.param("Password: hunter2 ok", "Password: *** ok", id="a password"),
        pytest.param("Authorization: Bearer abc.def", "Authorization: Bearer ***", id="a token"),
        pytest.param("mail ana.rojas@example.pe now", "mail *** now", id="an address"),
        pytest.param("supply 1234567 paid", "supply *** paid", id="a supply number"),
        pytest.param("DNI 12345678", "DNI ***", id="an identity document"),
        pytest.param("141.5 kWh, S/ 110.70", "141.5 kWh, S/ 110.70", id="energy and soles stay"),
        pytest.param("2026-11-24 port 8000", "2026-11-24 port 8000", id="days and ports stay"),
        pytest.param("two\nlines\r\nand\x1b[31m more", "two lines and [31m more", id="one line"),
    ],
)
def test_a_message_is_shown_without_what_is_nobodys_business(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@given(text=st.text(max_size=80))
def test_a_message_is_always_one_line(text: str) -> None:
    assert len(without_secrets(text).splitlines()) <= 1


def test_a_record_is_one_line_with_kind_and_place_of_its_exception() -> None:
    stream = io.StringIO()
    logger = start_logging(stream)

    try:
        int("two\nlines")
    except ValueError:
        logger.exception("it broke")

    line = stream.getvalue()
    assert line.count("\n") == 1
    assert " ERROR ahorraluz it broke ValueError: invalid literal" in line
    assert " at test_telemetry.py:" in line


def test_starting_again_moves_the_log_and_doubles_nothing() -> None:
    first, second = io.StringIO(), io.StringIO()
    start_logging(first)
    start_logging(second, level=logging.INFO)

    logging.getLogger(f"{LOGGER}.access").info("GET /")

    assert first.getvalue() == ""
    assert second.getvalue().count("GET /") == 1
