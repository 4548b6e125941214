"""What a price for each kWp says of small arrays."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.core.advice.catalogue.conftest import OWNER, proposed

from ahorraluz.core.advice.measures import CostKind, Proposal

LITTLE = 110
"""A month of a home whose day is made by less than one kWp. [kWh]"""


def sizes(**typed: Any) -> dict[Decimal, Proposal]:
    """Return the arrays offered to a small home by kWp."""
    figures = {name.replace("_", "-"): Decimal(str(value)) for name, value in typed.items()}
    first = proposed("rooftop-panels", LITTLE, **OWNER, assumptions=figures)
    return {Decimal(str(one.parameters["kwp"])): one for one in (first, *first.variants)}


def test_without_a_price_small_arrays_are_offered() -> None:
    found = sizes()

    assert min(found) < 1
    assert {one.cost.kind for one in found.values()} == {CostKind.ASKED}


def test_a_price_for_each_kwp_says_nothing_of_less_than_one() -> None:
    found = sizes(cost_pv_kwp=4000)

    assert min(found) == 1
    assert found[Decimal(1)].cost.middle == 4000


def test_a_price_told_for_a_smaller_array_holds_from_there() -> None:
    found = sizes(cost_pv_kwp=4000, cost_pv_from_kwp="0.5")

    assert min(found) == Decimal("0.5")
    assert found[Decimal("0.5")].cost.middle == 2000


@pytest.mark.parametrize("inverter", [500, 900])
def test_a_roof_for_less_pays_what_the_smallest_priced_costs_and_is_told_so(inverter: int) -> None:
    (small,) = sizes(cost_pv_kwp=4000, roof_kwp="0.4", cost_inverter_kwp=inverter).values()

    assert small.cost.middle == 4000
    assert set(small.new_parts.values()) == {inverter}
    assert [i.parameters for i in small.issues if i.code == "small-array-price"] == [
        {"kwp": 0.4, "least": 1.0}
    ]
