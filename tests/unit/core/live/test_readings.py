"""Numbers of payloads become whole thousandths, or are refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.live.readings import (
    MAX_POWER_MW,
    WATT_MINUTE,
    LiveError,
    Quantity,
    to_thousandths,
)


@given(st.integers(min_value=0, max_value=MAX_POWER_MW))
def test_a_number_with_three_places_comes_back_exactly(thousandths: int) -> None:
    text = str(Decimal(thousandths).scaleb(-3))

    assert to_thousandths(text, "W", quantity=Quantity.POWER) == thousandths


@given(st.floats(min_value=0, max_value=1e5))
def test_a_float_stands_for_the_decimal_it_is_written_as(value: float) -> None:
    found = to_thousandths(value, "kWh", quantity=Quantity.REGISTER)

    assert abs(found - Decimal(repr(value)) * 10**6) <= Decimal("0.5")


def test_sixty_watt_minutes_are_a_watt_hour() -> None:
    assert to_thousandths(60, WATT_MINUTE, quantity=Quantity.REGISTER) == 1000


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        ("abc", "W", "live-not-a-number"),
        ("NaN", "W", "live-not-a-number"),
        (float("inf"), "W", "live-not-a-number"),
        (True, "W", "live-not-a-number"),
        ("1e999999999", "W", "live-value-range"),
        (-1, "W", "live-value-range"),
        ("2000000", "W", "live-value-range"),
        (1, "VA", "live-unit-unknown"),
    ],
)
def test_what_no_home_can_mean_is_refused(value: object, unit: str, code: str) -> None:
    with pytest.raises(LiveError) as caught:
        to_thousandths(value, unit, quantity=Quantity.POWER)  # type: ignore[arg-type]

    assert caught.value.issue.code == code
