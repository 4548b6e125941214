"""What a measure may claim."""

import pytest

from ahorraluz.core.advice.energy import UseKey
from ahorraluz.core.advice.measures import CALENDAR_MONTHS, Cut, Effect, MeasureError
from ahorraluz.core.estimate import Estimate

LAMPS = UseKey("foco-led-10")


@pytest.mark.parametrize(
    "shares",
    [
        pytest.param((1.01,) * CALENDAR_MONTHS, id="more than the use has"),
        pytest.param((-0.1,) * CALENDAR_MONTHS, id="less than nothing"),
        pytest.param((0.5,) * 11, id="eleven months"),
    ],
)
def test_a_cut_that_cannot_be_is_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(MeasureError) as error:
        Cut(use=LAMPS, shares=shares)

    assert error.value.issue.code == "cut-impossible"


def test_an_effect_keeps_the_range_of_its_share() -> None:
    share = Estimate(low=0.1, middle=0.2, high=0.5, unit="share", basis="basis.habit-assumed")

    effect = Effect.on(LAMPS, share=share)

    assert effect.cuts[0].shares == (0.2,) * CALENDAR_MONTHS
    assert (effect.low, effect.high) == (0.5, 2.5)


def test_a_share_of_nothing_cuts_nothing() -> None:
    nothing = Estimate(low=0, middle=0, high=0.5, unit="share", basis="basis.habit-assumed")

    assert Effect.on(LAMPS, share=nothing).cuts == ()
