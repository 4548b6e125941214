"""Bills of a year to come: exact, alone, and other ways to be billed."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.invented import tariff_book
from tests.unit.core.advice.conftest import SUPPLY, home_of, year_of

from ahorraluz.core.advice.context import Otherwise, priced_alone
from ahorraluz.core.advice.pricing import (
    YearPrices,
    band_split,
    home_part,
    other_terms,
    price_year,
)
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import FixedCharges, Fose
from ahorraluz.core.money import CENT
from ahorraluz.core.tariffs.arrays import price_bills
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.tariffs.year_arrays import UNPRICED
from ahorraluz.core.usage.sharing import THIS_HOME, meter_weights, split_meter

YEAR = year_of()
KWH = st.decimals(0, 600, places=3)


def unknown_above(terms: BillTerms) -> BillTerms:
    """Return terms whose recibo does not tell the prices above the limit."""
    return replace(terms, brackets=(*terms.brackets[:-1], replace(terms.brackets[-1], blocks=())))


def test_a_year_is_twelve_bills_of_the_public_function() -> None:
    energies = [Decimal(120 + month) for month in range(12)]

    bills = price_year(energies, YEAR)

    assert [bill.total for bill in bills] == [
        price_bill(Consumption(period=terms.period, energy_kwh=kwh), terms).total
        for kwh, terms in zip(energies, YEAR, strict=True)
    ]


@given(kwh=st.lists(KWH, min_size=12, max_size=12))
def test_many_totals_at_once_are_the_same_bills(kwh: list[Decimal]) -> None:
    wh = np.array([[int(month * 1000)] for month in kwh], dtype=np.int64)

    totals = YearPrices(YEAR).totals(wh)

    exact = [bill.total for bill in price_year(kwh, YEAR)]
    assert [int(total) * CENT for total in totals[:, 0]] == exact


def test_an_energy_without_a_price_is_marked_and_spoils_no_other() -> None:
    prices = YearPrices(tuple(map(unknown_above, YEAR)))
    wh = np.array([[100_000, 200_000]] * 12, dtype=np.int64)

    totals = prices.totals(wh)

    assert (totals[:, 0] > 0).all()
    assert (totals[:, 1] == UNPRICED).all()


def test_no_rounding_is_carried_into_a_month() -> None:
    carried = replace(YEAR[0], charges=FixedCharges(previous_rounding=Decimal("0.07")))

    assert priced_alone(carried).charges.previous_rounding == 0
    assert priced_alone(YEAR[0]) is YEAR[0]


@pytest.mark.parametrize("kwh", ["0", "90", "420"])
def test_the_part_of_a_home_is_its_fair_split(kwh: str) -> None:
    home = home_of(400, homes_on_meter=3, share_of_meter=Decimal("0.5"))
    terms, energy = YEAR[0], Decimal(kwh)
    whole = int(energy * 1000)
    bills = price_bills(np.array([whole, 0], dtype=np.int64), terms).total

    part = home_part(
        home,
        totals=bills[:1],
        connected=bills[1:],
        home_wh=np.array([whole // 2], dtype=np.int64),
        meter_wh=np.array([whole], dtype=np.int64),
    )

    parts = split_meter(
        meter_weights(home),
        kwh=energy,
        total_pen=int(bills[0]) * CENT,
        cost=lambda wh: price_bills(wh, terms).total,
    )
    fair = next(item for item in parts if item.home == THIS_HOME)
    assert abs(part - fair.total_pen) <= CENT


@given(kwh=KWH, share=st.decimals(0, 1, places=2))
def test_bands_add_up_to_the_month(kwh: Decimal, share: Decimal) -> None:
    bands = band_split(kwh, shares={Band.PEAK: share}, bands=(Band.PEAK, Band.OFF_PEAK))

    assert sum(bands.values()) == kwh
    assert min(bands.values()) >= 0


def test_hours_are_compared_in_the_sheet_that_has_both() -> None:
    pair = other_terms(tariff_book(), YEAR)[Otherwise.BT5F]

    starts = {part.schedule.start for terms in (*pair.now, *pair.then) for part in terms.days}
    assert len(starts) == 1
    assert pair.now[0].bands == (Band.TOTAL,)
    assert pair.then[0].bands == (Band.PEAK, Band.OFF_PEAK)


def test_hours_of_another_region_say_nothing_unless_they_are_to_stand_in() -> None:
    elsewhere = [
        replace(terms, supply=replace(terms.supply, distributor="plain")) for terms in YEAR
    ]

    assert Otherwise.BT5F not in other_terms(tariff_book(), elsewhere)
    assert Otherwise.BT5F in other_terms(tariff_book(), elsewhere, stand_ins=("light",))


def test_the_discount_is_an_alternative_only_where_it_is_excluded() -> None:
    excluded = year_of(replace(SUPPLY, fose=Fose.EXCLUDED))

    pair = other_terms(tariff_book(), excluded)[Otherwise.WITH_FOSE]

    assert [len(terms.brackets) for terms in (pair.now[0], pair.then[0])] == [1, 3]
    assert Otherwise.WITH_FOSE not in other_terms(tariff_book(), YEAR)


def test_a_meter_of_several_homes_may_be_a_collective_supply() -> None:
    pair = other_terms(tariff_book(), YEAR, homes_on_meter=3)[Otherwise.COLLECTIVE]

    assert pair.then[0].supply.collective_homes == 3
    assert Otherwise.COLLECTIVE not in other_terms(tariff_book(), YEAR)
