"""Draws: as wide as they are told, the same for the same seed, each with a stream of its own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.advice.chances import Doubt, Sampling
from ahorraluz.core.advice.drawing import Shape, Unknown, draw
from ahorraluz.core.usage.ranges import DEVIATE

SAMPLING = Sampling(draws=2000, seed=7)
LOW = st.floats(0.05, 1.0)
HIGH = st.floats(1.0, 4.0)


def unknown(name: str = "a", low: float = 0.5, high: float = 2.0, **more: object) -> Unknown:
    known = Unknown(
        id=name, doubt=Doubt.EFFECT, subject=name, low=low, high=high, shape=Shape.HALVES
    )
    return replace(known, **more)  # type: ignore[arg-type]


@given(low=LOW, high=HIGH, shape=st.sampled_from((Shape.RATIO, Shape.HALVES)))
def test_eight_tenths_lie_between_the_ends(low: float, high: float, shape: Shape) -> None:
    ends = unknown(low=low, high=high, shape=shape).factors(np.array([-DEVIATE, DEVIATE]))

    assert ends == pytest.approx([low, high])


@given(low=LOW, high=HIGH)
def test_prices_never_leave_what_was_found(low: float, high: float) -> None:
    factors = unknown(low=low, high=high, shape=Shape.BETWEEN).factors(np.linspace(-6, 6, 200))

    assert low - 1e-12 <= factors.min()
    assert factors.max() <= high + 1e-12
    assert (np.diff(factors) >= 0).all()


def test_a_pert_factor_has_the_mean_of_its_definition() -> None:
    found = draw([unknown(low=0.4, high=3.0, shape=Shape.BETWEEN)], SAMPLING).factors["a"]

    assert found.mean() == pytest.approx((0.4 + 4 * 1 + 3.0) / 6, rel=1e-3)


@given(shape=st.sampled_from(Shape), low=LOW, high=HIGH)
def test_no_factor_is_negative(shape: Shape, low: float, high: float) -> None:
    assert unknown(low=low, high=high, shape=shape).factors(np.linspace(-8, 8, 99)).min() >= 0


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    first, again = (draw([unknown()], SAMPLING).factors["a"] for _ in range(2))
    other = draw([unknown()], replace(SAMPLING, seed=8)).factors["a"]

    assert (first == again).all()
    assert (first != other).any()


def test_one_more_unknown_leaves_the_others_as_they_were() -> None:
    alone = draw([unknown("a")], SAMPLING).factors["a"]
    among = draw([unknown("b"), unknown("a"), unknown("c")], SAMPLING).factors["a"]

    assert (alone == among).all()


def test_what_is_known_is_not_drawn() -> None:
    sample = draw([unknown(low=1.0, high=1.0)], SAMPLING)

    assert sample.deviates == {}
    assert sample.factor("a") == 1.0


def test_a_label_rises_and_falls_with_the_use_it_is_held_against() -> None:
    sample = draw([unknown("use"), unknown("label", follows="use")], SAMPLING)

    assert (sample.deviates["use"] == sample.deviates["label"]).all()


USES = [
    unknown(name, low, high, doubt=Doubt.USE, shape=Shape.RATIO, weight=weight)
    for name, low, high, weight in (
        ("shower", 0.7, 1.35, 60.0),
        ("refrigerator", 0.8, 1.25, 50.0),
        ("television", 0.5, 1.7, 20.0),
        ("lamps", 0.45, 1.8, 15.0),
        ("other", 0.3, 1.9, 12.0),
    )
]


def test_uses_whose_sum_was_measured_take_from_one_another() -> None:
    alone = [replace(use, doubt=Doubt.EFFECT) for use in USES]

    sums = [
        sum(use.weight * draw(uses, SAMPLING).factors[use.id] for use in uses)
        for uses in (USES, alone)
    ]

    # What skewed errors leave of the sum, the bills of each month take away exactly.
    assert np.std(sums[0]) < 0.4 * np.std(sums[1])


@pytest.mark.parametrize("use", USES, ids=lambda use: str(use.id))
def test_each_use_keeps_the_range_of_the_account(use: Unknown) -> None:
    ends = np.quantile(draw(USES, SAMPLING).factors[use.id], (0.1, 0.9))

    assert ends == pytest.approx([use.low, use.high], rel=0.05)
