"""Survey against meter: exact sums, honest ranges."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.usage.appliances import SurveyedUse
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.reconcile import MAX_UNCERTAIN, reconcile


def use(mean: float, sd: float, owned: float = 1.0, name: str = "use") -> SurveyedUse:
    return SurveyedUse(
        id=name,
        end_use=EndUseId.COOKING,
        mean_kwh=mean,
        sd_kwh=sd,
        owned=owned,
        basis="basis.stated",
    )


USES = st.lists(
    st.builds(
        use,
        mean=st.floats(0.01, 500),
        sd=st.floats(0.001, 300),
        owned=st.one_of(st.just(1.0), st.floats(0.01, 0.99)),
    ),
    min_size=1,
    max_size=7,
)
TOTALS = st.floats(0, 5000)


@given(uses=USES, total=TOTALS)
def test_middles_add_up_to_the_meter(uses: list[SurveyedUse], total: float) -> None:
    surveyed = [*uses, use(1.0, 1.0)]

    result = reconcile(surveyed, total_kwh=total, total_sd=0.02 * total)

    assert math.fsum(result.middles) == pytest.approx(total, abs=1e-9)
    assert min(result.middles) >= 0


@given(uses=USES, total=TOTALS)
def test_ranges_are_never_negative_nor_above_the_meter(
    uses: list[SurveyedUse], total: float
) -> None:
    surveyed = [*uses, use(1.0, 1.0)]

    result = reconcile(surveyed, total_kwh=total, total_sd=0.02 * total)

    for place in range(len(surveyed)):
        estimate = result.estimate([place], basis="basis.stated")
        assert 0 <= estimate.low <= estimate.middle <= estimate.high
        assert estimate.high <= total * 1.03 + 1e-9
    assert all(0 <= chance <= 1 for chance in result.probabilities)


def test_small_corrections_follow_gaussian_conditioning() -> None:
    surveyed = [use(40, 4), use(60, 12), use(20, 3)]
    difference = 0.1

    result = reconcile(surveyed, total_kwh=120 + difference, total_sd=0)

    variances = np.array([4, 12, 3]) ** 2
    expected = np.array([40, 60, 20]) + difference * variances / variances.sum()
    assert result.middles == pytest.approx(expected, abs=1e-3)
    widths = [result.estimate([place], basis="basis.stated") for place in range(3)]
    sd = math.sqrt(12**2 * (1 - 12**2 / variances.sum()))
    assert widths[1].high - widths[1].low == pytest.approx(2 * 1.2816 * sd, rel=0.02)


def test_what_is_known_better_moves_less() -> None:
    result = reconcile([use(50, 5), use(50, 25)], total_kwh=70, total_sd=1)

    known, guessed = result.middles
    assert 50 - known < (50 - guessed) / 5


def test_uses_of_one_group_are_surer_together_than_apart() -> None:
    result = reconcile([use(30, 15), use(30, 15), use(30, 3)], total_kwh=90, total_sd=0)

    together = result.estimate([0, 1], basis="basis.stated")
    apart = result.estimate([0], basis="basis.stated")

    assert together.high - together.low < apart.high - apart.low
    assert together.middle == pytest.approx(60)


@pytest.mark.parametrize(
    ("total", "least", "most"),
    [
        pytest.param(30, 0, 0.05, id="a small bill holds no shower"),
        pytest.param(110, 0.9, 1, id="a large bill must hold one"),
    ],
)
def test_the_bill_tells_whether_the_shower_is_there(
    total: float, least: float, most: float
) -> None:
    surveyed = [use(30, 6), use(75, 15, owned=0.4)]

    result = reconcile(surveyed, total_kwh=total, total_sd=1)

    assert least <= result.probabilities[1] <= most


def test_a_use_probably_absent_may_be_nothing_at_all() -> None:
    surveyed = [use(50, 25), use(40, 20, owned=0.3)]

    estimate = reconcile(surveyed, total_kwh=60, total_sd=1).estimate([1], basis="basis.ownership")

    assert estimate.low == 0
    assert estimate.high > 20


def test_many_uncertain_uses_are_counted_at_their_mean() -> None:
    surveyed = [use(20, 5, owned=0.5) for _ in range(MAX_UNCERTAIN + 5)]
    surveyed.append(use(10, 10))

    result = reconcile(surveyed, total_kwh=150, total_sd=3)

    assert len(result.weights) == 2**MAX_UNCERTAIN
    assert math.fsum(result.middles) == pytest.approx(150, abs=1e-9)
    assert result.probabilities[-2] == pytest.approx(0.5)


def test_nothing_metered_is_nothing_used() -> None:
    result = reconcile([use(20, 5), use(30, 5, owned=0.5)], total_kwh=0, total_sd=0)

    estimate = result.estimate([0, 1], basis="basis.stated")
    assert (estimate.low, estimate.middle, estimate.high) == (0, 0, 0)


def test_ranges_hold_the_truth_about_as_often_as_they_say() -> None:
    # Homes drawn from the very expectations: the ranges must hold in about eight of ten.
    surveyed = [
        use(12, 6),
        use(43, 15, owned=0.6),
        use(55, 25, owned=0.3),
        use(90, 40, owned=0.2),
        use(15, 9),
        use(20, 20),
    ]
    draws = np.random.default_rng(20261124)
    held = []
    for _ in range(300):
        truth = np.array(
            [
                draws.gamma((item.mean_kwh / item.sd_kwh) ** 2, item.sd_kwh**2 / item.mean_kwh)
                * (draws.random() < item.owned)
                for item in surveyed
            ]
        )
        total = float(truth.sum())
        result = reconcile(surveyed, total_kwh=total, total_sd=0.02 * total)
        for place, value in enumerate(truth):
            estimate = result.estimate([place], basis="basis.stated")
            held.append(estimate.low - 1e-9 <= value <= estimate.high + 1e-9)

    assert 0.76 <= np.mean(held) <= 0.92
