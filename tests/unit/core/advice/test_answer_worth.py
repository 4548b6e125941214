"""What an answer is worth: known cases by hand, and nothing for an answer that says nothing."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.advice.answer_worth import worth_of_answer, worth_of_everything

NORMAL = NormalDist()
DRAWS = 4000


def by_hand(middle: float, spread: float) -> float:
    """Return what it is worth to know a normal gain before one plan of two is taken."""
    known = spread * NORMAL.pdf(middle / spread) + middle * NORMAL.cdf(middle / spread)
    return known - max(middle, 0.0)


@pytest.mark.parametrize(
    ("middle", "told", "untold"),
    [
        pytest.param(0.0, 50.0, 0.0, id="two plans that are alike on average"),
        pytest.param(0.0, 50.0, 100.0, id="with twice as much that stays in doubt"),
        pytest.param(-30.0, 50.0, 100.0, id="the plan is better on average"),
        pytest.param(20.0, 30.0, 60.0, id="the other plan is better on average"),
    ],
)
def test_a_normal_gain_is_worth_what_the_formula_says(
    middle: float, told: float, untold: float
) -> None:
    chance = np.random.default_rng(7)
    signal, rest = chance.normal(size=(2, DRAWS))

    found = worth_of_answer(signal, (middle + told * signal + untold * rest)[None])

    assert found.value == pytest.approx(by_hand(middle, told), abs=3 * found.error + 0.4)
    likely = NORMAL.cdf(middle / told)
    assert found.changes == pytest.approx(min(likely, 1 - likely), abs=0.06)


def test_an_answer_with_an_error_of_its_own_is_worth_less() -> None:
    chance = np.random.default_rng(8)
    known, error = chance.normal(size=(2, DRAWS))

    exact = worth_of_answer(known, 50 * known[None])
    vague = worth_of_answer(known + 2 * error, 50 * known[None])

    assert vague.value == pytest.approx(by_hand(0.0, 50 / np.sqrt(5)), abs=3 * vague.error + 0.4)
    assert vague.value < 0.7 * exact.value


@pytest.mark.parametrize("seed", range(20))
def test_an_answer_that_says_nothing_is_worth_nothing(seed: int) -> None:
    chance = np.random.default_rng(seed)
    # Ten plans a little worse and as doubtful as they come: the best of them looks good.
    gains = -10 + 60 * chance.normal(size=(10, 1000))

    found = worth_of_answer(chance.normal(size=1000), gains)

    assert found.value < max(1.0, 2 * found.error)


def test_worthless_answers_are_worth_nothing_on_average() -> None:
    worths = []
    for seed in range(100):
        chance = np.random.default_rng(seed)
        gains = -5 + 60 * chance.normal(size=(6, 1000))
        worths.append(worth_of_answer(chance.normal(size=1000), gains).value)

    assert np.mean(worths) < 0.2


def test_an_answer_that_never_changes_the_plan_is_worth_exactly_nothing() -> None:
    signal = np.random.default_rng(9).normal(size=1000)

    found = worth_of_answer(signal, (-200 + 20 * signal)[None])

    assert (found.value, found.changes, found.between) == (0.0, 0.0, None)


def test_the_plans_that_an_answer_decides_between_are_named() -> None:
    signal = np.random.default_rng(10).normal(size=1000)
    gains = np.array([np.full(1000, -500.0), -20 + 60 * signal, np.full(1000, -400.0)])

    assert worth_of_answer(signal, gains).between == (-1, 1)
    assert worth_of_answer(signal, gains + np.array([[0.0], [40.0], [0.0]])).between == (1, -1)


def test_without_other_plans_nothing_is_worth_knowing() -> None:
    signal = np.random.default_rng(11).normal(size=1000)

    assert worth_of_answer(signal, np.zeros((0, 1000))).value == 0.0
    assert worth_of_everything(np.zeros((0, 1000))) == 0.0


def test_with_too_few_draws_nothing_is_claimed() -> None:
    signal = np.arange(20.0)

    assert worth_of_answer(signal, 100 * (signal - 10)[None]).value == 0.0


@given(seed=st.integers(0, 10_000), middle=st.floats(-100, 100), plans=st.integers(1, 6))
def test_no_answer_is_worth_more_than_knowing_everything(
    seed: int, middle: float, plans: int
) -> None:
    chance = np.random.default_rng(seed)
    signal = chance.normal(size=400)
    gains = middle + 40 * signal * chance.normal(size=(plans, 1)) + chance.normal(size=(plans, 400))

    found = worth_of_answer(signal, gains)

    # The plan taken without the answer is told from seven parts of eight, hence the error.
    assert found.value <= worth_of_everything(gains) + 3 * found.error + 1e-6
