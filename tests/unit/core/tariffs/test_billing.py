"""Bills line by line: brackets, tax, levies, rounding and carry."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.invented import MAY, bt5b, tariff_book

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import CustomerClass, FixedCharges, Fose, Option, Supply
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.schedule import Bracket, TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms

D = Decimal
KWH = st.decimals(0, 2000, places=3)


@pytest.mark.parametrize(
    ("kwh", "energy", "fixed"),
    [
        pytest.param("0", "0.00", "2.00", id="nothing used, the fixed charge stays"),
        pytest.param("30", "12.00", "2.00", id="the first block ends inclusive"),
        pytest.param("31", "12.60", "2.00", id="one more kWh at the base price"),
        pytest.param("140", "78.00", "2.00", id="140 keeps the discount"),
        pytest.param("140.3", "86.28", "2.05", id="140.3 is above 140 and loses it on all kWh"),
    ],
)
def test_energy_and_fixed_charge_at_the_edges(
    price: Callable[[str], Bill], kwh: str, energy: str, fixed: str
) -> None:
    bill = price(kwh)

    assert bill.line(LineCode.ENERGY).amount == D(energy)
    assert bill.line(LineCode.FIXED).amount == D(fixed)


def test_every_line_of_a_bill(price: Callable[[str], Bill]) -> None:
    bill = price("100")

    amounts = {line.code.value: str(line.amount) for line in bill.lines}
    assert amounts == {
        "energy": "54.00",
        "fixed": "2.00",
        "connection": "1.40",
        "lighting": "10.00",
        "interest": "0.30",
        "igv": "12.18",
        "rural_electrification": "1.00",
        "fose": "0.00",
        "rounding": "-0.08",
    }
    assert (bill.subtotal, bill.igv, bill.total) == (D("67.70"), D("12.18"), D("80.80"))
    assert bill.carry == D("0.08")


def test_fose_is_informed_and_never_added(price: Callable[[str], Bill]) -> None:
    below, above = price("100").line(LineCode.FOSE), price("200").line(LineCode.FOSE)

    # 30 kWh at 0.40 are 12.00; without the discount of 30% they would be 17.14.
    assert (below.amount, below.informed) == (D("0.00"), D("-5.14"))
    assert (above.amount, above.informed) == (D("0.00"), D("3.05"))


def test_igv_rounds_line_by_line_or_once(terms: BillTerms) -> None:
    used = Consumption(period=MAY, energy_kwh=D(10))
    # Each of the two extra céntimos pays 0.0036 of tax: nothing line by line.
    charges = replace(terms.charges, connection=D("0.02"), lighting=D("0.02"), interest=D("0.02"))
    by_line = price_bill(used, replace(terms, charges=charges))
    once = price_bill(used, replace(terms, charges=charges, igv_rounding=IgvRounding.SUBTOTAL))

    assert by_line.igv == sum((line.tax for line in by_line.lines), D(0))
    assert once.igv == (once.subtotal * D("0.18")).quantize(D("0.01"))
    assert by_line.igv != once.igv


def test_the_carry_of_last_month_is_added_before_rounding(terms: BillTerms) -> None:
    charges = replace(terms.charges, previous_rounding=D("0.09"))
    used = Consumption(period=MAY, energy_kwh=D(100))

    plain, carried = price_bill(used, terms), price_bill(used, replace(terms, charges=charges))

    assert plain.total == D("80.80")
    assert carried.total == D("80.90")
    assert carried.carry == D("0.07")


def test_the_amazon_regime_has_no_igv(book: TariffBook, supply: Supply) -> None:
    exempt = bill_terms(book, replace(supply, igv_exempt=True), MAY)

    bill = price_bill(Consumption(period=MAY, energy_kwh=D(100)), exempt)

    assert bill.igv == 0
    assert bill.total == D("57.00")


def test_an_excluded_supply_pays_the_upper_price_from_the_first_kwh(
    book: TariffBook, supply: Supply
) -> None:
    terms = bill_terms(book, replace(supply, fose=Fose.EXCLUDED), MAY)

    bill = price_bill(Consumption(period=MAY, energy_kwh=D(20)), terms)

    assert bill.line(LineCode.ENERGY).amount == D("12.30")
    assert bill.line(LineCode.FIXED).amount == D("2.05")


def test_a_collective_supply_is_bracketed_by_its_average(book: TariffBook, supply: Supply) -> None:
    terms = bill_terms(book, replace(supply, collective_homes=3), MAY)

    within = price_bill(Consumption(period=MAY, energy_kwh=D(420)), terms)
    above = price_bill(Consumption(period=MAY, energy_kwh=D(421)), terms)

    assert within.line(LineCode.ENERGY).amount == D("234.00")
    assert above.line(LineCode.ENERGY).amount == D("258.92")


def test_hours_are_priced_by_band_with_the_discount_in_proportion(
    book: TariffBook, supply: Supply
) -> None:
    terms = bill_terms(book, replace(supply, option=Option.BT5F), MAY)
    used = Consumption(
        period=MAY, energy_kwh=D(100), bands_kwh={Band.PEAK: D(40), Band.OFF_PEAK: D(60)}
    )

    energy = price_bill(used, terms).line(LineCode.ENERGY)

    # 30 kWh: 12 x 0.70 + 18 x 0.28 = 13.44; 70 kWh: 28 x 1.00 + 42 x 0.40 = 44.80.
    assert energy.amount == D("58.24")
    assert sum(part.quantity for part in energy.parts) == D(100)


def test_hours_without_bands_are_refused(book: TariffBook, supply: Supply) -> None:
    terms = bill_terms(book, replace(supply, option=Option.BT5F), MAY)

    with pytest.raises(EnergyPriceError) as caught:
        price_bill(Consumption(period=MAY, energy_kwh=D(100)), terms)

    assert caught.value.issue.code == "bands-needed"


def test_a_bracket_whose_price_is_not_known_is_refused(terms: BillTerms) -> None:
    unknown = Bracket(limit_kwh=None, fixed=D("2.05"), blocks=())
    holed = replace(terms, brackets=(*terms.brackets[:-1], unknown))

    with pytest.raises(EnergyPriceError) as caught:
        price_bill(Consumption(period=MAY, energy_kwh=D(200)), holed)

    assert caught.value.issue.code == "bracket-price-unknown"


def test_charges_nobody_stated_are_named(book: TariffBook, supply: Supply) -> None:
    bill = price_bill(
        Consumption(period=MAY, energy_kwh=D(100)),
        bill_terms(book, supply, MAY, charges=FixedCharges(lighting=D(5))),
    )

    missing = [i.parameters["charge"] for i in bill.issues if i.code == "charge-missing"]
    assert missing == ["connection"]
    assert bill.line(LineCode.CONNECTION).basis == "basis.not-known"


def test_a_non_residential_supply_has_no_discount(book: TariffBook) -> None:
    shop = replace(
        bt5b("2026-05-04", "0.4", "0.6", "0.615"), customer=CustomerClass.NON_RESIDENTIAL
    )
    shops = replace(book, schedules=(shop.without_fose(),))
    supply = Supply(distributor="light", system="here", customer=CustomerClass.NON_RESIDENTIAL)

    bill = price_bill(Consumption(period=MAY, energy_kwh=D(10)), bill_terms(shops, supply, MAY))

    assert bill.line(LineCode.ENERGY).amount == D("6.15")


@given(kwh=KWH, step=st.sampled_from(TotalRounding), rounding=st.sampled_from(IgvRounding))
def test_lines_add_up_to_the_total(
    kwh: Decimal, step: TotalRounding, rounding: IgvRounding
) -> None:
    terms = replace(_TERMS, total_rounding=step, igv_rounding=rounding)

    bill = price_bill(Consumption(period=MAY, energy_kwh=kwh), terms)

    assert sum((line.amount for line in bill.lines), D(0)) == bill.total
    assert sum((line.amount for line in bill.lines if line.taxed), D(0)) == bill.subtotal
    assert 0 <= bill.carry < step.step
    assert bill.total % step.step == 0


@given(kwh=KWH, more=st.decimals(0, 200, places=3))
def test_more_energy_never_costs_less(kwh: Decimal, more: Decimal) -> None:
    bills = [
        price_bill(Consumption(period=MAY, energy_kwh=amount), _TERMS)
        for amount in (kwh, kwh + more)
    ]

    assert bills[0].total <= bills[1].total


_TERMS = bill_terms(
    tariff_book(),
    Supply(distributor="light", system="here"),
    MAY,
    charges=FixedCharges(
        connection=D("1.37"), lighting=D("9.99"), interest=D("0.33"), late_interest=D("0.12")
    ),
)
