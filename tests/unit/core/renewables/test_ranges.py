"""Ranges of results from ranges of inputs."""

from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.renewables.ranges import propagated


def between(low: float, middle: float, high: float) -> Estimate:
    return Estimate(low=low, middle=middle, high=high, unit="m", basis="basis.stated", level=0.9)


def test_one_input_passes_through() -> None:
    found = propagated(
        lambda value: 2 * value["a"], {"a": between(1, 2, 4)}, unit="m", basis="basis.label"
    )

    assert (found.low, found.middle, found.high) == (2, 4, 8)
    assert (found.basis, found.level) == ("basis.label", 0.9)


def test_an_input_that_counts_against_turns_its_ends_around() -> None:
    found = propagated(
        lambda value: 10 - value["a"], {"a": between(1, 2, 4)}, unit="m", basis="basis.label"
    )

    assert (found.low, found.middle, found.high) == (6, 8, 9)


@given(parts=st.lists(st.floats(0, 100), min_size=6, max_size=6))
def test_a_product_is_never_negative(parts: list[float]) -> None:
    a, b = sorted(parts[:3]), sorted(parts[3:])

    found = propagated(
        lambda value: value["a"] * value["b"],
        {"a": between(*a), "b": between(*b)},
        unit="m",
        basis="basis.label",
    )

    assert 0 <= found.low <= found.middle <= found.high
