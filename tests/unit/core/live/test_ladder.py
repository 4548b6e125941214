"""The ladder of a month is its bill, for every watt-hour and every way to round."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.invented import MAY, tariff_book

from ahorraluz.catalog.book import load_tariff_book
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import FixedCharges, Option, Supply
from ahorraluz.core.live.ladder import Ladder, ladder_from, ladder_of, scaled
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.curve import bill_curve
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms

WATT_HOUR = Decimal("0.001")
CHARGES = FixedCharges(
    connection=Decimal("1.37"),
    lighting=Decimal("4.815"),
    late_interest=Decimal("0.33"),
    previous_rounding=Decimal("0.07"),
    other_taxed=Decimal("-2.10"),
)


def terms(option: Option = Option.BT5B, **changes: object) -> BillTerms:
    supply = Supply(distributor="light", system="here", option=option)
    return replace(
        bill_terms(tariff_book(), supply, MAY, charges=CHARGES),
        **changes,  # type: ignore[arg-type]
    )


@given(
    wh=st.one_of(st.integers(0, 400_000), st.sampled_from([30_000, 30_001, 140_000, 140_001])),
    igv=st.sampled_from(IgvRounding),
    total=st.sampled_from(TotalRounding),
    homes=st.integers(1, 3),
)
def test_the_total_is_that_of_the_bill(
    wh: int, igv: IgvRounding, total: TotalRounding, homes: int
) -> None:
    of_month = terms(igv_rounding=igv, total_rounding=total)
    of_month = replace(of_month, supply=replace(of_month.supply, collective_homes=homes))

    found = ladder_of(of_month).total([wh])

    bill = price_bill(Consumption(period=MAY, energy_kwh=wh * WATT_HOUR), of_month)
    assert found == int(bill.total * 100)


@given(peak=st.integers(0, 200_000), other=st.integers(0, 300_000))
def test_an_option_with_hours_is_priced_by_its_bands(peak: int, other: int) -> None:
    of_month = terms(Option.BT5F)
    bands = {Band.PEAK: peak * WATT_HOUR, Band.OFF_PEAK: other * WATT_HOUR}

    found = ladder_of(of_month).total([peak, other])

    used = Consumption(period=MAY, energy_kwh=(peak + other) * WATT_HOUR, bands_kwh=bands)
    assert found == int(price_bill(used, of_month).total * 100)


@given(wh=st.integers(0, 300_000))
def test_the_next_kwh_costs_the_slope_of_the_curve(wh: int) -> None:
    of_month = terms()

    found = ladder_of(of_month).marginal([wh], 0)

    # On a limit the curve tells the slope before, a watch that of what comes.
    after = bill_curve(of_month).marginal_price((wh + 1) * WATT_HOUR)
    assert found == after


def test_a_cliff_costs_what_the_curve_says() -> None:
    of_month = terms()
    ladder = ladder_of(of_month)

    jumps = {limit: ladder.jump(limit, [0]) for limit in ladder.cliffs()}

    cliffs = bill_curve(of_month).cliffs
    assert jumps == {int(cliff.at_kwh * 1000): cliff.jump for cliff in cliffs}
    assert ladder.edges() == (30_000, 140_000)


def test_prices_that_nobody_knows_give_no_total() -> None:
    of_month = terms()
    unknown = replace(of_month.brackets[-1], blocks=())
    ladder = ladder_of(replace(of_month, brackets=(*of_month.brackets[:-1], unknown)))

    assert ladder.total([140_001]) is None
    assert ladder.marginal([140_000], 0) is None
    assert ladder.jump(140_000, [0]) is None
    assert ladder.total([140_000]) is not None


def test_a_ladder_comes_back_from_its_plain_form() -> None:
    for option in (Option.BT5B, Option.BT5F):
        ladder = ladder_of(terms(option))

        assert ladder_from(ladder.plain()) == ladder


@pytest.mark.parametrize("day", ["2026-07-04", "2026-11-04", "2026-11-27"])
def test_the_sheets_on_file_price_alike(day: str) -> None:
    from datetime import date, timedelta

    start = date.fromisoformat(day)
    period = Period(start, start + timedelta(days=30))
    supply = Supply(distributor="luz-del-sur", system="lima-sur")
    of_month = bill_terms(load_tariff_book("luz-del-sur"), supply, period)
    ladder: Ladder = ladder_of(of_month)

    for wh in (0, 1, 29_999, 30_000, 30_001, 99_500, 140_000, 140_001, 141_000, 312_345):
        used = Consumption(period=period, energy_kwh=wh * WATT_HOUR)
        assert ladder.total([wh]) == int(price_bill(used, of_month).total * 100)
    assert 140_000 in ladder.cliffs()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=3), st.integers(0, 10**6))
def test_an_energy_is_scaled_without_loss(wh: list[int], energy: int) -> None:
    assert sum(scaled(wh, energy)) == energy
