"""Homes move what a measure is thought to save, the more the more of them there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.verification.shrinkage import (
    EVERYWHERE,
    LEAST_HOMES,
    Realised,
    learn,
    ratio_for,
)


def homes(
    count: int, *, mean: float, error: float = 0.3, region: str = "lima", seed: int = 1
) -> list[Realised]:
    chance = np.random.default_rng(seed)
    return [
        Realised(measure="led", region=region, ratio=float(chance.normal(mean, error)), error=error)
        for _ in range(count)
    ]


def test_no_home_teaches_nothing() -> None:
    assert learn([]) == ()


def test_a_handful_of_homes_leaves_what_is_published() -> None:
    assert learn(homes(LEAST_HOMES - 1, mean=0.2)) == ()


def test_many_homes_are_believed_more_than_few() -> None:
    few, many = (learn(homes(count, mean=0.4))[0].ratio for count in (12, 300))

    assert 0.4 < few.middle < 1.0
    assert many.middle == pytest.approx(0.4, abs=0.05)
    assert many.high - many.low < few.high - few.low


def test_a_region_with_few_homes_leans_on_all_the_others() -> None:
    everyone = homes(200, mean=0.5) + homes(LEAST_HOMES, mean=1.4, region="tacna", seed=4)

    learnt = {item.region: item for item in learn(everyone)}

    own = float(np.mean([home.ratio for home in everyone[200:]]))
    assert 0.45 < learnt[EVERYWHERE].ratio.middle < learnt["tacna"].ratio.middle < own
    assert learnt["lima"].ratio.middle == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("tacna", "elsewhere", "told"),
    [
        (LEAST_HOMES - 1, 0, []),
        (LEAST_HOMES, 0, ["lima", "tacna"]),
        (LEAST_HOMES, 1, ["lima"]),
        (LEAST_HOMES, LEAST_HOMES, ["lima", "tacna"]),
    ],
)
def test_no_region_gives_few_homes_away(tacna: int, elsewhere: int, told: list[str]) -> None:
    everyone = [
        *homes(40, mean=0.5),
        *homes(tacna, mean=1.0, region="tacna"),
        *homes(elsewhere, mean=1.0, region=""),
    ]

    learnt = learn(everyone)

    assert [item.region for item in learnt] == [EVERYWHERE, *told]


def test_homes_that_lost_count_too() -> None:
    gained = homes(50, mean=1.0)
    lost = homes(50, mean=-1.0, seed=3)

    assert learn(gained + lost)[0].ratio.middle == pytest.approx(0.0, abs=0.25)


def test_another_region_gets_what_is_known_everywhere() -> None:
    learnt = learn(homes(50, mean=0.6))

    found = ratio_for(learnt, "led", "cusco")

    assert found is not None
    assert found.region == EVERYWHERE
    assert ratio_for(learnt, "ducha", "cusco") is None


@given(
    ratios=st.lists(st.floats(-3, 3), min_size=LEAST_HOMES, max_size=30),
    error=st.floats(0.05, 2.0),
)
def test_what_is_learnt_lies_between_the_homes_and_what_is_published(
    ratios: list[float], error: float
) -> None:
    given_homes = [Realised(measure="led", region="", ratio=r, error=error) for r in ratios]

    middle = learn(given_homes)[0].ratio.middle

    assert min(*ratios, 1.0) - 1e-9 <= middle <= max(*ratios, 1.0) + 1e-9
