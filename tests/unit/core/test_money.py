"""Where soles lose digits: halves, steps, and shares that add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.money import (
    CENT,
    PRICE_STEP,
    IgvRounding,
    TotalRounding,
    round_cent,
    round_price,
    scale_to_sum,
)

D = Decimal


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        pytest.param("0.005", "0.01", id="half a céntimo goes up"),
        pytest.param("0.004999", "0.00", id="less than half goes down"),
        pytest.param("0.015", "0.02", id="half after an odd céntimo goes up"),
        pytest.param("0.025", "0.03", id="half after an even céntimo goes up too"),
        pytest.param("-0.005", "-0.01", id="half of a credit goes away from zero"),
        pytest.param("-0.025", "-0.03", id="half of a credit after an even céntimo"),
        pytest.param("16.2", "16.20", id="two decimals even where they are zero"),
        pytest.param("0", "0.00", id="nothing"),
    ],
)
def test_an_amount_is_rounded_to_the_centimo(amount: str, rounded: str) -> None:
    assert str(round_cent(D(amount))) == rounded


@pytest.mark.parametrize(
    ("price", "rounded"),
    [
        pytest.param("0.63505", "0.6351", id="half goes up"),
        pytest.param("0.63515", "0.6352", id="half after an odd digit goes up"),
        pytest.param("0.635049", "0.6350", id="less than half goes down"),
        pytest.param("0.7", "0.7000", id="four decimals even where they are zero"),
    ],
)
def test_a_price_has_the_four_decimals_of_a_recibo(price: str, rounded: str) -> None:
    assert str(round_price(D(price))) == rounded


def test_the_steps_of_money_are_those_of_a_recibo() -> None:
    assert (str(CENT), str(PRICE_STEP)) == ("0.01", "0.0001")


def test_rules_keep_the_names_they_have_in_the_data() -> None:
    assert [rule.value for rule in TotalRounding] == ["exact", "down-0.10", "down-0.50"]
    assert [rule.value for rule in IgvRounding] == ["per-line", "subtotal"]
    assert [str(rule.step) for rule in TotalRounding] == ["0.01", "0.10", "0.50"]


@pytest.mark.parametrize(
    ("rule", "amount", "due"),
    [
        pytest.param("exact", "574.73", "574.73", id="to the céntimo"),
        pytest.param("down-0.10", "574.79", "574.70", id="nine céntimos are carried"),
        pytest.param("down-0.10", "574.70", "574.70", id="a whole step stays"),
        pytest.param("down-0.10", "574.699", "574.60", id="a breath below a step"),
        pytest.param("down-0.50", "574.99", "574.50", id="49 céntimos are carried"),
        pytest.param("down-0.50", "575.00", "575.00", id="a whole step of fifty stays"),
        pytest.param("down-0.10", "-0.01", "-0.10", id="a credit goes down as well"),
    ],
)
def test_a_total_is_rounded_down_to_its_step(rule: str, amount: str, due: str) -> None:
    assert str(TotalRounding(rule).apply(D(amount))) == due


def test_the_centimo_that_is_left_goes_to_the_largest_remainder() -> None:
    # A third and two thirds of a céntimo over: 3.333 and 6.666.
    shares = scale_to_sum({"one": D(1), "two": D(2)}, D("0.10"))

    assert shares == {"one": D("0.03"), "two": D("0.07")}


def test_equal_remainders_are_served_in_order() -> None:
    shares = scale_to_sum({"a": D(1), "b": D(1), "c": D(1)}, D("1.00"))

    assert shares == {"a": D("0.34"), "b": D("0.33"), "c": D("0.33")}


def test_two_centimos_that_are_left_go_to_two_shares() -> None:
    shares = scale_to_sum({"a": D(1), "b": D(1), "c": D(1)}, D("0.05"))

    assert shares == {"a": D("0.02"), "b": D("0.02"), "c": D("0.01")}


@pytest.mark.parametrize("weights", [{}, {"a": D(0), "b": D(0)}], ids=["none", "all zero"])
def test_nothing_to_share_by_gets_nothing(weights: dict[str, Decimal]) -> None:
    shares = scale_to_sum(weights, D("5.00"))

    assert {name: str(share) for name, share in shares.items()} == dict.fromkeys(weights, "0.00")


@given(
    weights=st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=8),
    total=st.decimals(0, 2000, places=2),
)
def test_shares_add_up_and_none_is_a_centimo_away(weights: list[Decimal], total: Decimal) -> None:
    named = {str(number): weight for number, weight in enumerate(weights)}

    shares = scale_to_sum(named, total)

    whole = sum(weights, D(0))
    if whole:
        assert sum(shares.values(), D(0)) == total
        assert all(abs(shares[n] - total * w / whole) < CENT for n, w in named.items())
