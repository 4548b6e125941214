"""Deadlines of the law of personal data: each from its day on, with its document."""

from datetime import date

import pytest

from ahorraluz.catalog.privacy_law import load_privacy_law
from ahorraluz.core.history import NotInForceError

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("breach-notice", 48),
        ("breach-notice-people", 48),
        ("answer-access", 20),
        ("answer-correction", 10),
        ("officer-alone", 50_000),
        ("gdpr-breach-notice", 72),
    ],
)
def test_a_deadline_is_that_of_its_document(name: str, value: int) -> None:
    dated = load_privacy_law()[name].at(TODAY)

    assert dated.value == value
    assert dated.source.issuer


def test_before_the_regulation_there_is_no_deadline_of_it() -> None:
    with pytest.raises(NotInForceError):
        load_privacy_law()["breach-notice"].value_at(date(2025, 3, 29))
