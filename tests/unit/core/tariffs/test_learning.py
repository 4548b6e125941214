"""Prices learnt from a recibo, and the other brackets that FOSE ties to them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.invented import MAY, D, figures

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import CustomerClass, Fose, Option, Sector, Supply
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.learning import (
    LearningError,
    LearntTariff,
    check_against,
    discount_from,
    fose_rule,
    learn_tariff,
)
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt, ReceiptLine
from ahorraluz.core.tariffs.schedule import Origin, TariffBook
from ahorraluz.core.tariffs.terms import bill_terms

RULE_DAY = date(2026, 6, 2)


def receipt(kwh: str, price: str, *, fixed: str = "2.05", period: Period = MAY) -> Receipt:
    """Return an invented recibo with one energy line."""
    lines = (
        ReceiptLine(code=LineCode.ENERGY, name="Energía", amount=D(kwh) * D(price), taxed=True),
        ReceiptLine(code=LineCode.FIXED, name="Cargo fijo", amount=D(fixed), taxed=True),
    )
    return Receipt(
        id="invented",
        distributor="Light",
        system=None,
        option="BT5B",
        segment=None,
        label=None,
        period=period,
        kwh=D(kwh),
        unit_price=D(price),
        lines=lines,
        subtotal=None,
        igv=None,
        total_before=None,
        total=None,
    )


def learn(read: Receipt, supply: Supply, *, discount: Decimal | None = None) -> LearntTariff:
    """Return what ``read`` tells under the invented figures."""
    rule = fose_rule(figures(), supply, RULE_DAY, discount=discount)
    return learn_tariff(read, supply=supply, rule=rule, as_of=date(2026, 6, 10))


def _prices(learnt: LearntTariff) -> list[list[str]]:
    return [
        [str(block.prices[Band.TOTAL]) for block in bracket.blocks]
        for bracket in learnt.schedule.brackets
    ]


def test_the_price_above_the_limit_tells_all_brackets(supply: Supply) -> None:
    learnt = learn(receipt("200", "0.6150"), supply)

    assert _prices(learnt) == [["0.4200"], ["0.4200", "0.6000"], ["0.6150"]]
    assert [str(b.fixed) for b in learnt.schedule.brackets] == ["2.00", "2.00", "2.05"]


def test_the_discounted_price_tells_all_brackets(supply: Supply) -> None:
    learnt = learn(receipt("20", "0.4200", fixed="2.00"), supply)

    assert _prices(learnt) == [["0.4200"], ["0.4200", "0.6000"], ["0.6150"]]


def test_one_price_in_the_middle_bracket_is_taken_for_a_mean_and_said_so(supply: Supply) -> None:
    # 30 kWh at 0.42 and 70 at 0.60 are 54.60: a mean of 0.5460 for 100 kWh.
    learnt = learn(receipt("100", "0.5460", fixed="2.00"), supply)

    assert _prices(learnt) == [["0.4200"], ["0.4200", "0.6000"], ["0.6150"]]
    assert "single-price-mid-bracket" in {issue.code for issue in learnt.issues}


def test_a_rural_recibo_tells_only_its_own_bracket(supply: Supply) -> None:
    rural = replace(supply, sector=Sector.RURAL_INTERCONNECTED)

    learnt = learn(receipt("20", "0.3000", fixed="3.55"), rural)

    assert _prices(learnt) == [["0.3000"], [], []]
    codes = {issue.code for issue in learnt.issues}
    assert {"fose-discount-unknown", "brackets-unknown"} <= codes


def test_a_discount_the_household_knows_opens_the_other_brackets(supply: Supply) -> None:
    rural = replace(supply, sector=Sector.RURAL_INTERCONNECTED)

    learnt = learn(receipt("20", "0.3000", fixed="3.55"), rural, discount=D("0.5"))

    assert _prices(learnt) == [["0.3000"], ["0.3000", "0.6000"], ["0.6150"]]


@pytest.mark.parametrize(
    "supply_change",
    [
        pytest.param({"fose": Fose.EXCLUDED}, id="excluded from FOSE"),
        pytest.param({"customer": CustomerClass.NON_RESIDENTIAL}, id="no home"),
    ],
)
def test_a_supply_without_fose_has_one_price(
    supply: Supply, supply_change: dict[str, Fose | CustomerClass]
) -> None:
    learnt = learn(receipt("20", "0.6150"), replace(supply, **supply_change))  # type: ignore[arg-type]

    assert _prices(learnt) == [["0.6150"]]


def test_a_second_recibo_confirms_or_contradicts(supply: Supply) -> None:
    learnt = learn(receipt("200", "0.6150"), supply)

    confirmed = check_against(learnt.schedule, receipt("25", "0.4201"))
    contradicted = check_against(learnt.schedule, receipt("25", "0.5000"))

    assert confirmed.code == "second-receipt-confirms"
    assert contradicted.code == "second-receipt-differs"


def test_two_recibos_tell_the_discount(supply: Supply) -> None:
    rule = fose_rule(figures(), replace(supply, sector=Sector.RURAL_ISOLATED), RULE_DAY)

    assert discount_from(receipt("200", "0.6150"), receipt("20", "0.3"), rule) == D("0.500")
    assert discount_from(receipt("200", "0.6150"), receipt("90", "0.3"), rule) is None


def test_hours_are_learnt_by_band_and_lacking_ones_are_named(supply: Supply) -> None:
    hourly = replace(supply, option=Option.BT5F)
    printed = {Band.PEAK: D("1.0300"), Band.OFF_PEAK: D("0.4100")}

    learnt = learn(replace(receipt("200", "0.6"), band_prices=printed), hourly)

    assert learnt.schedule.brackets[-1].blocks[0].prices == printed
    with pytest.raises(LearningError) as caught:
        learn(receipt("200", "0.6"), hourly)
    assert caught.value.issue.parameters["field"] == "unit_price_peak"


def test_a_recibo_without_price_teaches_nothing(supply: Supply) -> None:
    with pytest.raises(LearningError):
        learn(replace(receipt("200", "0.6"), unit_price=None), supply)


def test_the_recibo_prices_its_own_days_and_is_carried_to_later_ones(
    book: TariffBook, supply: Supply
) -> None:
    elsewhere = replace(supply, distributor="plain", system=None)
    alone = replace(book, schedules=())
    learnt = learn(receipt("200", "0.6150"), elsewhere).schedule

    same = bill_terms(alone, elsewhere, MAY, receipt=learnt)
    later = bill_terms(alone, elsewhere, Period(date(2026, 7, 5), date(2026, 8, 4)), receipt=learnt)

    assert (same.origin, same.spread) == (Origin.RECEIPT, D(0))
    assert later.origin is Origin.RECEIPT
    assert later.spread > 0
    assert "price-carried" in {issue.code for issue in later.issues}


def test_a_sheet_on_file_comes_before_the_recibo(book: TariffBook, supply: Supply) -> None:
    learnt = learn(receipt("200", "0.9999"), supply).schedule

    terms = bill_terms(book, supply, MAY, receipt=learnt)

    assert terms.origin is Origin.SHEET


def test_an_unlearnt_bracket_is_refused_not_guessed(book: TariffBook, supply: Supply) -> None:
    rural = replace(supply, distributor="plain", system=None, sector=Sector.RURAL_INTERCONNECTED)
    alone = replace(book, schedules=())
    terms = bill_terms(
        alone, rural, MAY, receipt=learn(receipt("20", "0.3", fixed="3.55"), rural).schedule
    )

    with pytest.raises(EnergyPriceError) as caught:
        price_bill(Consumption(period=MAY, energy_kwh=D(40)), terms)

    assert caught.value.issue.code == "bracket-price-unknown"


@pytest.mark.parametrize(
    "printed",
    [
        pytest.param("0.6000", id="the second block's price"),
        pytest.param("0.4200", id="the first block's price"),
    ],
)
def test_the_energy_charge_tells_which_blocks_price_is_printed(
    supply: Supply, printed: str
) -> None:
    # 30 kWh at 0.42 and 70 at 0.60 are 54.60, whichever of the two prices is printed.
    read = receipt("100", printed, fixed="2.00")
    charge = replace(read.lines[0], amount=D("54.60"))

    learnt = learn(replace(read, lines=(charge, *read.lines[1:])), supply)

    assert _prices(learnt) == [["0.4200"], ["0.4200", "0.6000"], ["0.6150"]]
    assert "single-price-mid-bracket" not in {issue.code for issue in learnt.issues}
