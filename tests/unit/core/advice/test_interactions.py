"""Measures that meet: what is left, what is ruled out, what no use exceeds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, home_of

from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import OTHER_HOMES, EnergyYear, UseKey, energy_year, use_figures
from ahorraluz.core.advice.interactions import RULED_OUT_BY, Spared, ruled_out, spared
from ahorraluz.core.advice.measures import CALENDAR_MONTHS, Cut, Effect
from ahorraluz.core.estimate import Estimate

SHOWER, TANK = UseKey("ducha-electrica"), UseKey("terma-electrica")
CONTEXT = context_of(home_of(*([300] * 12), appliances=FULL_HOUSE))
FIGURES = use_figures(CONTEXT.account, surroundings=CONTEXT.surroundings)
SHARE = st.floats(0, 1)


def year_of(context: PlanContext) -> EnergyYear:
    return energy_year(context.account, context.kwh_by_month, calendar=context.calendar)


def taken(year: EnergyYear, effect: Effect) -> Spared:
    return spared(year, effect, FIGURES, calendar=CONTEXT.calendar)


@given(
    shares=st.lists(SHARE, min_size=2, max_size=2),
    low=st.floats(0, 1),
    high=st.floats(1, 20),
)
def test_no_use_spares_more_than_it_has(shares: list[float], low: float, high: float) -> None:
    year = year_of(CONTEXT)
    cuts = tuple(
        Cut(use=use, shares=(share,) * CALENDAR_MONTHS)
        for use, share in zip((SHOWER, TANK), shares, strict=True)
    )

    change = taken(year, Effect(cuts=cuts, low=low, high=high))

    assert all((wh <= year.of(use)).all() for use, wh in change.uses.items())
    assert (change.low >= 0).all()
    assert (change.low <= change.middle).all()
    assert (change.middle <= change.high).all()
    assert (change.high <= year.total_wh).all()


@given(first=SHARE, second=SHARE)
def test_two_measures_on_one_use_spare_no_more_than_all_of_it(first: float, second: float) -> None:
    year = year_of(CONTEXT)
    effects = [
        Effect(cuts=(Cut(use=SHOWER, shares=(share,) * CALENDAR_MONTHS),))
        for share in (first, second)
    ]

    left = year
    for effect in effects:
        left = left.less(taken(left, effect).uses)

    both = year.total_wh - left.total_wh
    alone = sum((taken(year, effect).middle for effect in effects), np.zeros(12, dtype=np.int64))
    assert (both <= year.of(SHOWER)).all()
    assert (both <= alone).all()


def test_what_a_roof_makes_spares_nothing_of_other_homes() -> None:
    context = context_of(home_of(300, homes_on_meter=3, appliances=FULL_HOUSE))
    figures = use_figures(context.account, surroundings=context.surroundings)
    year = year_of(context)

    change = spared(
        year, Effect(home_shares=(1.0,) * CALENDAR_MONTHS), figures, calendar=context.calendar
    )

    assert OTHER_HOMES not in change.uses
    assert (change.middle == year.total_wh - year.of(OTHER_HOMES)).all()


def test_an_effect_that_adds_takes_less_than_nothing_off() -> None:
    hob = Estimate(low=40, middle=60, high=80, unit="kWh/month", basis="basis.hob-efficiency")

    change = taken(year_of(CONTEXT), Effect(added=hob))

    assert set(change.middle.tolist()) == {-60_000}
    assert (change.low[0], change.high[0]) == (-80_000, -40_000)


def test_an_appliance_the_home_may_not_have_is_taken_as_if_it_had_it() -> None:
    context = context_of(home_of(180))
    figures = use_figures(context.account, surroundings=context.surroundings)
    year = year_of(context)
    effect = Effect(cuts=(Cut(use=SHOWER, shares=(1.0,) * CALENDAR_MONTHS),))

    change = spared(year, effect, figures, calendar=context.calendar)

    assert (change.middle > year.of(SHOWER)).all()
    assert (change.middle <= year.total_wh).all()


@pytest.mark.parametrize(
    ("measure", "chosen", "out"),
    [
        pytest.param("gas-water-heater", ["solar-water-heater"], True, id="sun instead of gas"),
        pytest.param("solar-water-heater", ["gas-water-heater"], True, id="gas instead of sun"),
        pytest.param(
            "heater-off-after-bath", ["solar-water-heater"], True, id="no tank is left to rest"
        ),
        pytest.param(
            "solar-water-heater", ["heater-off-after-bath"], False, id="sun after a tank that rests"
        ),
        pytest.param("natural-gas-cooking", ["induction-instead-of-lpg"], True, id="one fuel"),
        pytest.param("shorter-showers", ["solar-water-heater"], False, id="short under the sun"),
    ],
)
def test_what_rules_out_what(measure: str, chosen: list[str], out: bool) -> None:
    assert ruled_out(measure, chosen) is out


def test_every_rule_names_measures_that_exist() -> None:
    from ahorraluz.core.advice.catalogue.every import ALL_MEASURES

    known = {measure.id for measure in ALL_MEASURES}

    assert set(RULED_OUT_BY) | set().union(*RULED_OUT_BY.values()) <= known
