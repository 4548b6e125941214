"""Rows of the scoreboard are whole groups, gains and losses alike."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.verification.scoreboard import ALL, Group, Score, scores_of


def group(
    step: str = "led", distributor: str = "a", *, homes: int = 10, day: str = "2026-01-31"
) -> Group:
    return Group(
        step=step,
        distributor=distributor,
        homes=homes,
        promised=homes * 600,
        measured=homes * 500,
        noise=homes * 90_000,
        gained=homes - 2,
        day=day,
    )


def by_key(scores: tuple[Score, ...]) -> dict[tuple[str, str], Score]:
    return {(score.step, score.distributor): score for score in scores}


def test_groups_are_added_with_their_ranges() -> None:
    scores = by_key(scores_of([group(homes=10), group("tank", homes=15, day="2025-12-31")]))

    total = scores[ALL, ALL]
    assert (total.homes, total.promised, total.measured, total.gained) == (25, 150.0, 125.0, 21)
    assert total.high - total.measured == total.measured - total.low == pytest.approx(15.0)
    assert (total.oldest, scores["led", "a"].oldest) == ("2025-12-31", "2026-01-31")


def test_a_group_of_several_measures_counts_in_the_rows_of_all_only() -> None:
    scores = by_key(scores_of([group(), group(ALL, "a"), group(ALL, ALL)]))

    homes = {key: score.homes for key, score in scores.items()}
    assert homes == {("", ""): 30, ("", "a"): 20, ("led", ""): 10, ("led", "a"): 10}


def test_nothing_is_told_of_no_groups() -> None:
    assert scores_of(()) == ()


@given(st.lists(st.tuples(st.sampled_from(("led", "tank", ALL)), st.sampled_from(("a", "b", ALL)))))
def test_what_is_left_of_a_row_is_whole_groups(keys: list[tuple[str, str]]) -> None:
    homes = {key: score.homes for key, score in by_key(scores_of(group(*k) for k in keys)).items()}

    for step, distributor in product(("led", "tank"), ("a", "b")):
        for parent in ((step, ALL), (ALL, distributor), (ALL, ALL)):
            rest = homes.get(parent, 0) - homes.get((step, distributor), 0)
            assert rest >= 0
            assert rest % 10 == 0
