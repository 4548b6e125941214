"""What uses and answers tell of a home's share of hora punta."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.core.advice.conftest import context_of, home_of

from ahorraluz.catalog.band_shares import load_hour_facts
from ahorraluz.core.home import Appliance
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.hour_share import believed
from ahorraluz.core.usage.peak_uses import ToldShare, part_in_peak, told_share

FACTS = load_hour_facts()
SHOWER = Appliance(id="ducha-electrica", minutes_shower=10, showers_day=3)
FRIDGE = Appliance(id="refrigeradora-mediana")


def told(*appliances: Appliance, **answers: int | str) -> ToldShare:
    assumptions: dict[str, Any] = {
        name.replace("_", "-"): Decimal(str(value)) for name, value in answers.items()
    }
    home = home_of(*([180] * 12), appliances=appliances, assumptions=assumptions)
    return told_share(home, context_of(home).account, FACTS.edited(assumptions))


def test_a_home_that_told_nothing_is_like_the_homes_that_were_measured() -> None:
    nothing = told()

    assert nothing.heard is None
    assert nothing.belief.mean == pytest.approx(believed(FACTS.shares).mean)


def test_showers_in_the_evening_raise_the_share_and_at_other_hours_lower_it() -> None:
    for appliances in ((), (SHOWER, FRIDGE)):
        evening, silent, morning = (
            told(*appliances, evening_shower=1),
            told(*appliances),
            told(*appliances, evening_shower=0),
        )

        assert evening.belief.mean > silent.belief.mean > morning.belief.mean


def test_somebody_at_home_by_day_lowers_the_share() -> None:
    assert told(home_by_day=1).belief.mean < told().belief.mean < told(home_by_day=0).belief.mean


def test_an_answer_narrows_what_is_believed() -> None:
    def width(one: ToldShare) -> float:
        return one.belief.quantile(0.9) - one.belief.quantile(0.1)

    assert width(told(SHOWER, FRIDGE)) < width(told())


def test_a_share_that_was_typed_stands_for_itself() -> None:
    typed = told(SHOWER, peak_share="0.42", evening_shower=1)

    assert typed.typed == 0.42
    assert typed.heard is None
    assert typed.belief.quantile(0.5) == pytest.approx(0.42, abs=1e-3)


def test_what_runs_all_day_keeps_its_hours_whoever_is_at_home() -> None:
    for use in (EndUseId.REFRIGERATION, EndUseId.ALWAYS_ON):
        silent = part_in_peak(use, {}, FACTS)

        assert part_in_peak(use, {"home-by-day": True, "evening-shower": True}, FACTS) == silent
        assert silent[0] == pytest.approx(5 / 24, abs=0.01)


def test_a_household_may_type_what_an_answer_means() -> None:
    answers = {"evening-shower": True}

    usual, _ = part_in_peak(EndUseId.WATER_HEATING, answers, FACTS)
    own, doubt = part_in_peak(
        EndUseId.WATER_HEATING, answers, FACTS.edited({"evening-part": Decimal("0.95")})
    )

    assert usual < own == 0.95
    assert doubt == 0
