"""The energy of a year in whole watt-hours."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, home_of

from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import UseKey, energy_year, use_figures
from ahorraluz.core.home import Appliance

KWH = st.decimals(0, 2000, places=3)


@given(kwh=st.lists(KWH, min_size=12, max_size=12))
def test_every_month_adds_up_to_its_energy(kwh: list[Decimal]) -> None:
    account = context_of(home_of(180)).account

    year = energy_year(account, kwh, calendar=range(12))

    assert year.total_wh.tolist() == [int(month * 1000) for month in kwh]
    assert (year.wh >= 0).all()


def test_what_is_taken_from_a_use_leaves_the_others(full_house: PlanContext) -> None:
    year = energy_year(full_house.account, full_house.kwh_by_month, calendar=full_house.calendar)
    shower, lamps = UseKey("ducha-electrica"), UseKey("foco-ahorrador-20")
    half = year.of(shower) // 2

    left = year.less({shower: half})

    assert (left.of(shower) == year.of(shower) - half).all()
    assert (left.of(lamps) == year.of(lamps)).all()
    assert (left.total_wh == year.total_wh - half).all()


def test_a_use_that_is_added_counts_on_the_meter(full_house: PlanContext) -> None:
    year = energy_year(full_house.account, full_house.kwh_by_month, calendar=full_house.calendar)
    hob = np.full(12, 30_000, dtype=np.int64)

    more = year.plus(UseKey("induction-instead-of-lpg"), hob)

    assert (more.total_wh == year.total_wh + 30_000).all()


def test_two_entries_of_one_kind_are_one_use() -> None:
    entries = (
        Appliance(id="foco-ahorrador-20", count=2, hours_day=6),
        Appliance(id="foco-ahorrador-20", count=1, hours_day=1),
    )
    context = context_of(home_of(60, appliances=entries))

    year = energy_year(context.account, context.kwh_by_month, calendar=context.calendar)

    assert year.uses.count(UseKey("foco-ahorrador-20")) == 1
    assert year.total_wh.tolist() == [60_000] * 12


def test_listed_appliances_are_owned_for_sure_and_others_perhaps() -> None:
    listed = context_of(home_of(300, appliances=FULL_HOUSE))
    guessed = context_of(home_of(300))

    sure = use_figures(listed.account, surroundings=listed.surroundings)
    perhaps = use_figures(guessed.account, surroundings=guessed.surroundings)

    assert {figures.owned for figures in sure.values()} == {1.0}
    assert 0 < perhaps[UseKey("ducha-electrica")].owned < 1
    assert all(0 <= f.low <= 1 <= f.high for f in (*sure.values(), *perhaps.values()))
