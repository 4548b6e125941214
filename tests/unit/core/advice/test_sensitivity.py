"""Indices: known answers, nothing for what explains nothing, and the worth of a signal."""

import numpy as np
import pytest

from ahorraluz.core.advice.chances import Sampling
from ahorraluz.core.advice.drawing import Floats, stream
from ahorraluz.core.advice.sensitivity import first_order, narrowed

SAMPLING = Sampling(draws=4000, seed=3)


def normals(*names: str, draws: int = 4000) -> list[Floats]:
    return [stream(name, Sampling(draws=draws, seed=3)) for name in names]


def test_a_sum_is_explained_by_the_squares_of_its_weights() -> None:
    inputs = normals("a", "b", "c")
    result = 3 * inputs[0] + 2 * inputs[1] + 1 * inputs[2]

    shares = first_order(inputs, result[None, :])[:, 0]

    assert shares == pytest.approx([9 / 14, 4 / 14, 1 / 14], abs=0.03)


def test_ishigami_has_its_published_indices() -> None:
    # T. Ishigami, T. Homma, 1990; a = 7, b = 0.1: S1 = 0.3139, S2 = 0.4424, S3 = 0.
    inputs = [
        np.pi * (2 * np.argsort(np.argsort(values)) + 1 - len(values)) / len(values)
        for values in normals("a", "b", "c")
    ]
    x, y, z = inputs
    result = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)

    shares = first_order(inputs, result[None, :])[:, 0]

    assert shares == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)


def test_a_cliff_is_explained_by_what_goes_over_it() -> None:
    inputs = normals("a", "b")
    result = np.where(inputs[0] > 0.5, 100.0, 0.0) + 0.1 * inputs[1]

    shares = first_order(inputs, result[None, :])[:, 0]

    assert shares[0] > 0.93
    assert abs(shares[1]) < 0.02


def test_what_explains_nothing_is_around_zero_on_both_sides() -> None:
    inputs = normals(*(f"x{number}" for number in range(200)), draws=1000)
    result = stream("result", Sampling(draws=1000, seed=3))

    shares = first_order(inputs, result[None, :])[:, 0]

    assert abs(shares.mean()) < 0.001
    assert shares.min() < 0 < shares.max() < 0.02


def test_a_result_that_does_not_vary_hangs_on_nothing() -> None:
    assert (first_order(normals("a"), np.full((1, 4000), 5.0)) == 0).all()


def test_too_few_draws_tell_nothing() -> None:
    assert (first_order(normals("a", draws=10), np.ones((2, 10))) == 0).all()


def test_knowing_one_of_two_equal_parts_leaves_the_width_of_the_other() -> None:
    signal, rest = normals("a", "b")

    width = narrowed(signal, signal + rest, groups=20)

    assert width == pytest.approx(2 * 1.2816, rel=0.06)


def test_knowing_nothing_of_use_leaves_the_width() -> None:
    signal, result = normals("a", "b")

    assert narrowed(signal, result, groups=20) == pytest.approx(2 * 1.2816, rel=0.05)
