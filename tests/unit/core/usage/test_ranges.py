"""Ranges from means and standard deviations."""

import math
from statistics import NormalDist

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.usage.ranges import Spread, combined, estimate_of, relative_sd

MEANS = st.floats(0.001, 10_000)
RATIOS = st.floats(0, 3)


def test_a_range_gives_back_the_error_it_was_made_from() -> None:
    estimate = Estimate(low=87.18, middle=100, high=112.82, unit="W", basis="basis.stated")

    assert relative_sd(estimate) == pytest.approx(0.1, abs=1e-3)


def test_nothing_has_no_relative_error() -> None:
    nothing = Estimate(low=0, middle=0, high=0, unit="W", basis="basis.stated")

    assert relative_sd(nothing) == 0


def test_independent_factors_add_in_quadrature() -> None:
    assert combined(0.3, 0.4, 0.0) == pytest.approx(0.5)


def test_an_exact_energy_has_no_width() -> None:
    estimate = estimate_of([Spread(mean=12.0, sd=0.0)], basis="basis.label")

    assert estimate.low == pytest.approx(12)
    assert estimate.high == pytest.approx(12)


def test_an_appliance_probably_not_owned_has_nothing_as_its_low_end() -> None:
    spreads = [Spread(weight=0.7, mean=0, sd=0), Spread(weight=0.3, mean=50, sd=10)]

    estimate = estimate_of(spreads, basis="basis.ownership")

    assert estimate.low == 0
    assert estimate.middle == pytest.approx(15)
    assert 45 < estimate.high < 65


def test_what_is_possible_at_most_cuts_the_range() -> None:
    estimate = estimate_of([Spread(mean=90, sd=40)], basis="basis.label", most=100)

    assert estimate.high == 100


@given(mean=MEANS, ratio=RATIOS)
def test_a_range_is_never_negative_and_holds_its_middle(mean: float, ratio: float) -> None:
    estimate = estimate_of([Spread(mean=mean, sd=mean * ratio)], basis="basis.label")

    assert 0 <= estimate.low <= estimate.middle <= estimate.high < math.inf


WAYS = st.lists(
    st.tuples(st.floats(0.01, 1), st.floats(0.1, 1000), st.floats(0.001, 2)),
    min_size=2,
    max_size=8,
)


@given(ways=WAYS, nothing=st.floats(0, 1))
def test_a_tenth_of_what_may_come_about_is_below_and_above_a_range(
    ways: list[tuple[float, float, float]], nothing: float
) -> None:
    whole = nothing + math.fsum(weight for weight, _, _ in ways)
    spreads = [
        Spread(weight=weight / whole, mean=mean, sd=mean * ratio) for weight, mean, ratio in ways
    ]
    spreads.append(Spread(weight=nothing / whole, mean=0.0, sd=0.0))

    estimate = estimate_of(spreads, basis="basis.ownership")

    low, high = (_below(spreads, end) for end in (estimate.low, estimate.high))
    assume(estimate.low < estimate.middle < estimate.high)
    assert high == pytest.approx(0.9, abs=1e-9)
    assert low == pytest.approx(0.1, abs=1e-9) or (estimate.low == 0 and low >= 0.1 - 1e-9)


def _below(spreads: list[Spread], value: float) -> float:
    """Return the probability of at most ``value``, each way reckoned by itself."""
    found = 0.0
    for spread in spreads:
        if spread.mean <= 0:
            found += spread.weight
        elif value > 0:
            variance = math.log1p((spread.sd / spread.mean) ** 2)
            centre = math.log(spread.mean) - variance / 2
            found += spread.weight * NormalDist(centre, math.sqrt(variance)).cdf(math.log(value))
    return found


def test_a_way_that_is_known_exactly_is_found_among_others() -> None:
    spreads = [Spread(weight=0.5, mean=20, sd=0), Spread(weight=0.5, mean=10, sd=1)]

    estimate = estimate_of(spreads, basis="basis.ownership")

    assert estimate.high == pytest.approx(20)
    assert 8 < estimate.low < 10
