"""An improved stove and a biodigester: fuel that is bought, and nothing else, is saved."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.advice.catalogue.conftest import LPG, judged, proposed

from ahorraluz.core.advice.measures import Answer, Ask, Certainty, CostKind, NotHere, Proposal
from ahorraluz.core.home import CookingFuel, Tenure

WOOD = {"wood-kg-month": Decimal(150), "wood-pen-kg": Decimal("0.40")}
ANIMALS = {"dung-kg-day": Decimal(40), "burner-h-day": Decimal(8)}


def with_wood(**typed: Any) -> dict[str, Any]:
    """Return a home that cooks with wood and typed some figures; ``-`` stands for ``_``."""
    figures = {name.replace("_", "-"): Decimal(str(value)) for name, value in typed.items()}
    return {"cooking": CookingFuel.FIREWOOD, "assumptions": WOOD | figures}


def codes(proposal: Proposal) -> set[str]:
    return {issue.code for issue in proposal.issues}


def asked(answer: Answer) -> set[str]:
    assert isinstance(answer, Ask), answer
    return {question.id for question in answer.questions}


def test_a_stove_spares_the_wood_that_is_bought() -> None:
    stove = proposed("improved-stove", 30, **with_wood(cost_improved_stove=250))

    assert stove.certainty is Certainty.SURE
    assert stove.other is not None
    assert (stove.other.low, stove.other.middle, stove.other.high) == (
        Decimal("30.00"),
        Decimal("33.00"),
        Decimal("36.00"),
    )
    assert stove.cost.middle == 250


def test_a_stove_without_a_price_asks_for_it() -> None:
    stove = proposed("improved-stove", 30, **with_wood())

    assert (stove.cost.kind, stove.cost.figure) == (CostKind.ASKED, "cost-improved-stove")


def test_wood_of_unknown_price_claims_no_soles_and_says_what_is_missing() -> None:
    answer = judged("improved-stove", 30, cooking=CookingFuel.FIREWOOD)

    assert asked(answer) == {"wood-kg-month", "wood-pen-kg"}
    assert isinstance(answer, Ask)
    assert answer.proposal is not None
    assert answer.proposal.certainty is Certainty.NO_SOLES
    assert answer.proposal.issues[0].parameters["fields"] == ["wood-kg-month", "wood-pen-kg"]


def test_time_is_not_money() -> None:
    stove = proposed("improved-stove", 30, **with_wood(wood_pen_kg=0))

    assert stove.certainty is Certainty.NO_SOLES
    assert codes(stove) == {"wood-gathered"}


def test_a_home_with_cylinders_that_also_burns_wood_gets_the_stove() -> None:
    stove = proposed("improved-stove", 30, **LPG, assumptions=WOOD)

    assert stove.other is not None
    assert judged("improved-stove", 30, **LPG) == NotHere(reason="reason.no-firewood")


def test_a_digester_spares_the_part_of_the_hours_that_its_gas_burns() -> None:
    digester = proposed("biodigester", 30, **with_wood(dung_kg_day=20, burner_h_day=8))

    assert digester.other is not None
    # 4 of 8 hours of wood for S/ 60 a month; one project measured it, so the low end is half.
    assert (digester.other.low, digester.other.middle) == (Decimal("15.00"), Decimal("30.00"))
    assert digester.cost.kind is CostKind.PUBLISHED
    assert digester.cost.middle == 6250
    assert codes(digester) == {"digester-evidence-thin", "digester-price-of-a-project"}


def test_more_animals_are_more_digesters_to_choose_among() -> None:
    digester = proposed(
        "biodigester", 30, **with_wood(dung_kg_day=50, burner_h_day=12, cost_biodigester=1500)
    )
    sizes = (digester, *digester.variants)

    assert [size.cost.middle for size in sizes] == [1500, 3000, 4500]
    assert [size.other and size.other.middle for size in sizes] == [20, 40, 50]


def test_gas_never_spares_more_than_the_fuel() -> None:
    digester = proposed("biodigester", 30, **with_wood(dung_kg_day=60, burner_h_day=2))

    for size in (digester, *digester.variants):
        assert size.other is not None
        assert size.other.high <= 60


@given(dung=st.integers(1, 1_000), hours=st.integers(1, 48))
def test_a_digester_is_told_for_any_animals(dung: int, hours: int) -> None:
    digester = proposed("biodigester", 30, **with_wood(dung_kg_day=dung, burner_h_day=hours))

    for size in (digester, *digester.variants):
        assert size.other is not None
        assert 0 <= size.other.low <= size.other.middle <= size.other.high <= 60


def test_cylinders_are_replaced_too() -> None:
    digester = proposed(
        "biodigester",
        60,
        **LPG,
        assumptions={"dung-kg-day": Decimal(20), "burner-h-day": Decimal(4)},
    )

    assert digester.other is not None
    assert digester.other.middle == Decimal("60.00")


def test_a_home_above_where_the_gas_was_measured_may_get_none() -> None:
    high = with_wood(dung_kg_day=20, burner_h_day=8) | {"altitude_m": 3900}

    digester = proposed("biodigester", 30, **high)

    assert "digester-colder" in codes(digester)
    assert digester.other is not None
    assert digester.other.low == 0


def test_little_dung_leaves_it_mostly_empty() -> None:
    digester = proposed("biodigester", 30, **with_wood(dung_kg_day=5, burner_h_day=8))

    assert "digester-mostly-empty" in codes(digester)


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        pytest.param(LPG, "reason.no-animals", id="cylinders and no word of animals"),
        pytest.param(with_wood(dung_kg_day=0), "reason.no-animals", id="no animals"),
        pytest.param(
            {"cooking": CookingFuel.NATURAL_GAS, "assumptions": ANIMALS},
            "reason.no-fuel-for-digester",
            id="natural gas",
        ),
        pytest.param(
            {"tenure": Tenure.TENANT} | with_wood(dung_kg_day=20, burner_h_day=8),
            "reason.tenant",
            id="a tenant",
        ),
    ],
)
def test_a_digester_is_not_for_every_home(stated: dict[str, Any], reason: str) -> None:
    answer = judged("biodigester", 30, **stated)

    assert answer == NotHere(reason=reason)


def test_animals_that_nobody_told_are_asked_for() -> None:
    answer = judged("biodigester", 30, **with_wood())

    assert asked(answer) == {"dung-kg-day", "burner-h-day"}
