"""Shares rounded together."""

from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.rounding import whole_percents

PARTS = st.lists(st.floats(0, 100), min_size=1, max_size=12).filter(lambda parts: sum(parts) > 1e-6)


@given(parts=PARTS)
def test_parts_of_a_whole_add_up_to_a_hundred(parts: list[float]) -> None:
    shares = [part / sum(parts) for part in parts]

    percents = whole_percents(shares)

    assert sum(percents) == 100
    assert all(abs(p - 100 * share) < 1 for p, share in zip(percents, shares, strict=True))


def test_what_is_left_goes_to_the_largest_remainders() -> None:
    assert whole_percents([0.406, 0.406, 0.188]) == (41, 40, 19)


def test_parts_of_less_than_a_whole_keep_their_sum() -> None:
    assert whole_percents([0.255, 0.255]) == (26, 25)
