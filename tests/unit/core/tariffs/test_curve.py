"""Cost against energy: kinks, cliffs, marginal price, headroom."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.invented import MAY, D, tariff_book

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import FixedCharges, Option, Supply
from ahorraluz.core.tariffs.curve import CurveError, Headroom, bill_curve, exact_cost, headroom
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


def test_segments_of_a_month_with_their_costs(terms: BillTerms) -> None:
    curve = bill_curve(terms)

    # 13.70 a month with IGV; a kWh at 0.40, 0.60 and 0.615 with IGV, and a céntimo of levy.
    assert [
        (s.start_kwh, s.end_kwh, str(s.start_cost.normalize()), str(s.slope.normalize()))
        for s in curve.segments
    ] == [
        (D(0), D(30), "16.166", "0.482"),
        (D(30), D(140), "30.626", "0.718"),
        (D(140), None, "119.223", "0.7357"),
    ]
    assert curve.terms is terms
    assert curve.cost(D(0)) == D("16.166")
    assert curve.cost(D(140)) == D("109.606")
    assert curve.cost(D("140.5")) == D("119.59085")


def test_a_collective_supply_falls_at_as_many_times_the_limit(terms: BillTerms) -> None:
    curve = bill_curve(replace(terms, supply=replace(terms.supply, collective_homes=3)))

    assert curve.kinks == (D(90),)
    assert [cliff.at_kwh for cliff in curve.cliffs] == [D(420)]
    assert curve.marginal_price(D(90)) == D("0.482")


def test_what_the_next_kwh_costs_at_the_edge(terms: BillTerms) -> None:
    (cliff,) = bill_curve(terms).cliffs

    # 10.29 of energy with IGV, 0.05 of fixed charge with its IGV of a céntimo, and the levy.
    assert (str(cliff.next_kwh_energy), str(cliff.next_kwh_total)) == ("10.29", "10.36")


def test_charges_that_are_taxed_and_charges_that_are_not(terms: BillTerms) -> None:
    plain = exact_cost(terms, D(100))
    with_others = replace(
        terms,
        charges=replace(
            terms.charges, other_taxed=D(10), other_untaxed=D(-3), late_interest=D("0.5")
        ),
    )
    bare = replace(terms, charges=FixedCharges(), levy=None)

    # 54.00 of energy, 2.00 fixed and 11.70 of charges with IGV, and a sol of levy.
    assert plain == D("67.70") * D("1.18") + 1
    assert exact_cost(with_others, D(100)) == plain + D("11.80") - 3 + D("0.5")
    assert exact_cost(bare, D(100)) == D("56.00") * D("1.18")


def test_a_limit_where_nothing_gets_dearer_is_a_kink(terms: BillTerms) -> None:
    flat = terms.brackets[-1].blocks
    alike = replace(
        terms,
        brackets=(
            replace(terms.brackets[0], fixed=D(3), blocks=flat),
            replace(terms.brackets[1], fixed=D(2), blocks=flat),
            replace(terms.brackets[2], fixed=D(2), blocks=flat),
        ),
    )

    curve = bill_curve(alike)

    # At 30 kWh the fixed charge falls by a sol; at 140 nothing happens.
    assert (curve.kinks, curve.cliffs) == ((D(30),), ())


def test_an_energy_above_the_last_segment_is_refused(terms: BillTerms) -> None:
    curve = bill_curve(terms)
    ended = replace(curve, segments=curve.segments[:-1])

    assert ended.segment_at(D(140)) is curve.segments[1]
    with pytest.raises(CurveError) as caught:
        ended.segment_at(D("140.001"))

    assert caught.value.issue.code == "kwh-too-large"
    assert caught.value.issue.parameters == {"field": "kwh", "value": D("140.001")}


def test_the_nearest_cliff_counts_where_there_are_two(terms: BillTerms) -> None:
    curve = bill_curve(terms)
    far = replace(curve.cliffs[0], at_kwh=D(300))
    two = replace(curve, cliffs=(*curve.cliffs, far))

    assert two.next_cliff(D(100)) == curve.cliffs[0]
    assert two.next_cliff(D(200)) == two.next_cliff(D(300)) == far
    assert two.last_cliff(D(301)) == far
    assert two.last_cliff(D(300)) == curve.cliffs[0]


def test_headroom_says_what_it_was_asked_of() -> None:
    assert headroom(D(140), used_kwh=D(150), days_left=1) == Headroom(
        cliff_kwh=D(140), days_left=1, kwh_left=D(-10), kwh_a_day=D(0)
    )
    with pytest.raises(CurveError) as caught:
        headroom(D(140), used_kwh=D(90), days_left=0)

    assert caught.value.issue.code == "days-left-not-positive"
    assert caught.value.issue.parameters == {"field": "days_left", "value": 0}


HOURLY = bill_terms(
    tariff_book(), Supply(distributor="light", system="here", option=Option.BT5F), MAY
)


@pytest.mark.parametrize(
    ("shares", "missing"),
    [(None, ["peak", "off-peak"]), ({Band.PEAK: D(1)}, ["off-peak"])],
    ids=["none", "one"],
)
def test_shares_that_are_not_told_are_named(
    shares: dict[Band, Decimal] | None, missing: list[str]
) -> None:
    with pytest.raises(EnergyPriceError) as caught:
        exact_cost(HOURLY, D(100), shares=shares)

    assert caught.value.issue.code == "bands-needed"
    assert caught.value.issue.parameters == {"missing": missing}


def test_the_fall_of_hours_is_priced_with_bands_that_add_up() -> None:
    third = D(1) / D(3)

    (cliff,) = bill_curve(HOURLY, shares={Band.PEAK: third, Band.OFF_PEAK: 1 - third}).cliffs

    # 140 kWh: 10 x 0.70 + 20 x 0.28 + 36.667 x 1.00 + 73.333 x 0.40 are 78.60; 141: 47 x 1.03
    # and 94 x 0.41 are 86.95. With IGV 92.75 and 102.60.
    assert cliff.next_kwh_energy == D("9.85")
