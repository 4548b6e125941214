"""Cost against energy: kinks, cliffs, marginal price, headroom."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.invented import MAY, D, tariff_book

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Option, Supply
from ahorraluz.core.tariffs.curve import CurveError, bill_curve, exact_cost, headroom
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms


def test_the_curve_has_one_kink_and_one_cliff(terms: BillTerms) -> None:
    curve = bill_curve(terms)

    assert curve.kinks == (D(30),)
    (cliff,) = curve.cliffs
    assert cliff.at_kwh == 140
    # All 140 kWh at 0.615, against 30 at 0.40 and 110 at 0.60, and 0.05 of fixed charge.
    assert cliff.jump == (D("86.10") - D("78.00") + D("0.05")) * D("1.18")
    # 141 kWh at 0.615 are 86.72 (86.715), with IGV 102.33; 140 kWh were 92.04.
    assert cliff.next_kwh_energy == D("10.29")


@pytest.mark.parametrize(
    ("kwh", "price"),
    [
        pytest.param("30", "0.482", id="discounted up to 30"),
        pytest.param("140", "0.718", id="base price up to the cliff"),
        pytest.param("140.001", "0.7357", id="surcharge above it"),
    ],
)
def test_marginal_price_with_tax_and_levy(terms: BillTerms, kwh: str, price: str) -> None:
    assert bill_curve(terms).marginal_price(D(kwh)) == D(price)


@given(kwh=st.decimals(0, 1000, places=3))
def test_the_curve_is_the_bill_without_rounding(kwh: Decimal) -> None:
    curve = bill_curve(_TERMS)

    assert abs(curve.cost(kwh) - exact_cost(_TERMS, kwh)) < D("1e-12")


def test_cliffs_ahead_and_behind(terms: BillTerms) -> None:
    curve = bill_curve(terms)

    ahead, behind = curve.next_cliff(D(140)), curve.last_cliff(D("140.1"))
    assert ahead is not None
    assert ahead.at_kwh == 140
    assert curve.next_cliff(D("140.1")) is None
    assert behind is not None
    assert behind.at_kwh == 140
    assert curve.last_cliff(D(140)) is None


def test_headroom_is_what_each_day_may_use() -> None:
    room = headroom(D(140), used_kwh=D(90), days_left=10)

    assert (room.kwh_left, room.kwh_a_day) == (D(50), D(5))


def test_a_crossed_cliff_leaves_nothing_a_day() -> None:
    assert headroom(D(140), used_kwh=D(150), days_left=3).kwh_a_day == 0


def test_headroom_needs_a_day() -> None:
    with pytest.raises(CurveError):
        headroom(D(140), used_kwh=D(90), days_left=0)


def _terms() -> BillTerms:
    return bill_terms(tariff_book(), Supply(distributor="light", system="here"), MAY)


_TERMS = _terms()


def test_the_curve_of_hours_keeps_the_proportion_of_the_bands() -> None:
    supply = Supply(distributor="light", system="here", option=Option.BT5F)
    hourly = bill_terms(tariff_book(), supply, MAY)
    third = D(1) / D(3)

    curve = bill_curve(hourly, shares={Band.PEAK: third, Band.OFF_PEAK: 1 - third})

    # A third of each kWh at 1.00 and the rest at 0.40, with IGV, and the levy.
    assert abs(curve.marginal_price(D(100)) - (D("0.6") * D("1.18") + D("0.01"))) < D("1e-20")
    assert curve.cliffs[0].at_kwh == 140


def test_the_curve_of_hours_needs_their_proportion() -> None:
    supply = Supply(distributor="light", system="here", option=Option.BT5F)

    with pytest.raises(EnergyPriceError):
        bill_curve(bill_terms(tariff_book(), supply, MAY))
