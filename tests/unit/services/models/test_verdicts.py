"""What a comparison says of a challenger, and when it says that nobody can tell."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.made_models import with_scores

from ahorraluz.services.models.folder import shipped_folder
from ahorraluz.services.models.verdicts import (
    CHANCE,
    LEAST_COHORT,
    LEAST_HOMES,
    Row,
    of_cards,
    verdict_of,
)

ROW = Row(
    cohort="all",
    hours=24,
    score="wql",
    homes=30,
    challenger=0.3,
    champion=0.3,
    ratio=1.0,
    low=0.995,
    high=1.005,
)
SURE = replace(ROW, ratio=0.95, low=0.93, high=0.97)


def rows(*first: Row) -> list[Row]:
    """Return the four errors that decide; those not given are the same for both."""
    keys = [(score, hours) for score in ("wql", "nrmse") for hours in (24, 168)]
    given_rows = [*first, *[ROW] * (4 - len(first))]
    return [
        replace(row, score=score, hours=hours)
        for row, (score, hours) in zip(given_rows, keys, strict=True)
    ]


def test_one_error_surely_smaller_and_none_larger_is_better() -> None:
    assert verdict_of(rows(SURE), [], homes=30) == "better"


def test_the_same_model_cannot_be_told_from_itself() -> None:
    assert verdict_of(rows(), [], homes=30) == "cannot-tell"


def test_one_error_surely_larger_is_not_better_whatever_the_others_are() -> None:
    worse = replace(ROW, ratio=1.03, low=1.01, high=1.05)

    assert verdict_of(rows(SURE, SURE, SURE, worse), [], homes=30) == "not-better"


def test_an_error_that_may_be_larger_by_more_than_chance_leaves_it_open() -> None:
    open_row = replace(ROW, ratio=1.0, low=0.97, high=1 + 2 * CHANCE)

    assert verdict_of(rows(SURE, open_row), [], homes=30) == "cannot-tell"


def test_a_gate_that_was_not_passed_outweighs_smaller_errors() -> None:
    assert verdict_of(rows(SURE, SURE, SURE, SURE), ["coverage"], homes=30) == "not-better"


@given(homes=st.integers(0, LEAST_HOMES - 1))
def test_of_few_homes_nobody_can_tell(homes: int) -> None:
    assert verdict_of(rows(SURE, SURE, SURE, SURE), [], homes=homes) == "cannot-tell"


def test_a_single_home_says_nothing() -> None:
    alone = [replace(row, low=None, high=None) for row in rows(SURE)]

    assert verdict_of(alone, [], homes=30) == "cannot-tell"


def card(**said: Any) -> dict[str, Any]:
    return dict(shipped_folder().card) | said


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        pytest.param(0.95, "better", id="five in a hundred smaller"),
        pytest.param(1.0, "cannot-tell", id="the same"),
        pytest.param(0.995, "cannot-tell", id="within chance"),
        pytest.param(1.05, "not-better", id="five in a hundred larger"),
    ],
)
def test_cards_are_held_against_the_spread_over_seeds(factor: float, expected: str) -> None:
    found = of_cards(card(**with_scores(factor)), card())

    assert (found.verdict, found.basis) == (expected, "cards")


def test_a_group_that_got_worse_stops_a_model_that_is_better_on_the_whole() -> None:
    scores = with_scores(0.95)["scores"]
    for models in scores["cold_start"]["0"].values():
        models["day-mixer"]["wql"] *= 1.2

    found = of_cards(card(scores=scores), card())

    assert found.failed == ("cohort cold_start_0",)
    assert found.verdict == "not-better"


def test_a_band_that_holds_too_few_hours_stops_a_model() -> None:
    scores = with_scores(0.9)["scores"]
    scores["unseen"]["7"]["day-mixer"]["coverage80"] = 0.6

    found = of_cards(card(scores=scores), card())

    assert (found.failed, found.verdict) == (("coverage",), "not-better")


def test_a_group_of_fewer_than_five_homes_stops_nobody() -> None:
    few = replace(ROW, cohort="place fontana", homes=LEAST_COHORT - 1, ratio=1.5, low=1.4, high=1.6)

    assert few.worse
    assert verdict_of([*rows(SURE), few], [], homes=30) == "better"
