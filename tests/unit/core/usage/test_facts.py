"""Assumptions that a household types over."""

from decimal import Decimal

from ahorraluz.core.usage.facts import UsageAssumptions


def test_a_typed_assumption_replaces_the_range(assumptions: UsageAssumptions) -> None:
    edited = assumptions.edited({"minutes-shower": Decimal(4), "led-price": Decimal(12)})

    minutes = edited.minutes_shower
    assert (minutes.low, minutes.middle, minutes.high) == (4, 4, 4)
    assert minutes.basis == "basis.stated"
    assert edited.showers_day is assumptions.showers_day


def test_nothing_typed_changes_nothing(assumptions: UsageAssumptions) -> None:
    assert assumptions.edited({}) == assumptions
