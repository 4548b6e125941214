"""A saving is a difference of exact bills."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.invented import tariff_book
from tests.unit.core.advice.conftest import year_of

from ahorraluz.core.advice.context import Otherwise
from ahorraluz.core.advice.pricing import YearPrices, other_terms
from ahorraluz.core.advice.recommendation import Crossing
from ahorraluz.core.advice.savings import (
    PriceUnknownError,
    cliffs,
    crossings,
    in_range,
    save_by_staying_under,
    save_by_terms,
    save_energy,
)
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.tariffs.billing import price_bill

YEAR = year_of()
PRICES = YearPrices(YEAR)
NOTHING = (Decimal(0), Decimal(0), Decimal(0))


def every_month(kwh: str) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.full(12, int(Decimal(kwh) * 1000), dtype=np.int64)


def test_coming_down_over_the_cliff_saves_the_discount_too() -> None:
    six, limits = every_month("6"), [cliffs(terms) for terms in YEAR]

    saving = save_energy(PRICES, before=every_month("145"), low=six, middle=six, high=six)

    above = save_energy(PRICES, before=every_month("155"), low=six, middle=six, high=six)
    assert saving.middle > above.middle + 12 * 5
    assert crossings(saving.rows, limits) == (Crossing(limit_kwh=Decimal(140), months=12),)
    assert crossings(above.rows, limits) == ()


@given(before=st.integers(0, 400_000), part=st.floats(0, 1))
def test_rows_recompute_with_the_public_bill_function(before: int, part: float) -> None:
    meter = np.full(12, before, dtype=np.int64)
    taken = np.full(12, int(before * part), dtype=np.int64)

    saving = save_energy(PRICES, before=meter, low=taken // 2, middle=taken, high=taken)

    for row in saving.rows:
        bills = [
            price_bill(Consumption(period=row.period, energy_kwh=kwh), terms)
            for kwh, terms in (
                (row.kwh_without, row.terms_without),
                (row.kwh_with, row.terms_with),
            )
        ]
        assert (row.total_without, row.total_with) == (bills[0].total, bills[1].total)
    assert saving.middle == sum(row.total_without - row.total_with for row in saving.rows)
    assert 0 <= saving.low <= saving.middle <= saving.high


def test_energy_that_is_added_costs() -> None:
    more = every_month("-60")

    saving = save_energy(PRICES, before=every_month("100"), low=more, middle=more, high=more)

    assert saving.middle < 0
    assert saving.kwh == -720


def test_a_bill_without_a_price_is_no_saving() -> None:
    unknown = tuple(
        replace(terms, brackets=(*terms.brackets[:-1], replace(terms.brackets[-1], blocks=())))
        for terms in YEAR
    )
    one, high = every_month("1"), every_month("-100")

    with pytest.raises(PriceUnknownError):
        save_energy(YearPrices(unknown), before=every_month("145"), low=one, middle=one, high=one)
    saving = save_energy(
        YearPrices(unknown), before=every_month("100"), low=high, middle=one, high=one
    )
    assert saving.low == saving.middle


def test_staying_under_a_limit_concerns_the_months_that_are_near_it() -> None:
    before = np.array([100, 141, 205, 211, *([120] * 8)], dtype=np.int64) * 1000

    saving = save_by_staying_under(PRICES, before, limit_kwh=Decimal(140))

    assert [row.kwh_with for row in saving.rows[:4]] == [100, 140, 140, 211]
    assert saving.rows[1].saving > 5


def test_the_same_energy_under_hours_is_priced_by_band() -> None:
    pair = other_terms(tariff_book(), YEAR)[Otherwise.BT5F]
    kwh = [Decimal(200)] * 12

    by_day = save_by_terms(pair, kwh, shares={Band.PEAK: Decimal("0.1")})
    by_night = save_by_terms(pair, kwh, shares={Band.PEAK: Decimal("0.6")})

    assert by_day.middle > 0 > by_night.middle
    row = by_day.rows[0]
    assert row.bands_with == {Band.PEAK: Decimal(20), Band.OFF_PEAK: Decimal(180)}
    assert (
        row.total_with
        == price_bill(
            Consumption(period=row.period, energy_kwh=row.kwh_with, bands_kwh=row.bands_with),
            row.terms_with,
        ).total
    )


def test_the_range_of_a_saving_knows_that_prices_move() -> None:
    ten = every_month("10")
    saving = save_energy(PRICES, before=every_month("100"), low=ten, middle=ten, high=ten)
    steady = [replace(terms, spread=Decimal(0)) for terms in YEAR]
    moving = [replace(terms, spread=Decimal("0.1")) for terms in YEAR]

    middle = float(saving.middle) / 12
    assert in_range(saving, steady, other=NOTHING) == pytest.approx((middle,) * 3)
    low, _, high = in_range(saving, moving, other=NOTHING)
    assert (low, high) == pytest.approx((middle * 0.9, middle * 1.1))


def test_hours_have_no_cliffs_to_speak_of() -> None:
    pair = other_terms(tariff_book(), YEAR)[Otherwise.BT5F]

    assert cliffs(pair.then[0]) == ()
    assert cliffs(YEAR[0]) == (Decimal(140),)
