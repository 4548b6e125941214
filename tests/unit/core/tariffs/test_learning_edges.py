"""What a recibo teaches, at its edges."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.invented import D, figures, tariff_book
from tests.invented_recibos import RECIBO
from tests.unit.core.tariffs.test_learning_told import (
    HOURS,
    NO_DISCOUNT,
    NO_SURCHARGE,
    RULE,
    SUPPLY,
    learn,
    prices_of,
    recibo,
)

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CustomerClass, Fose, Option, Sector, Supply
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.learning import (
    FoseRule,
    LearningError,
    base_price,
    check_against,
    discount_from,
    fose_rule,
)
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import Block, Bracket


@pytest.mark.parametrize(
    "supply",
    [
        replace(SUPPLY, option=Option.BT5A),
        replace(SUPPLY, option=Option.BT5F, fose=Fose.EXCLUDED),
        replace(SUPPLY, option=Option.BT5F, customer=CustomerClass.NON_RESIDENTIAL),
    ],
    ids=["BT5A", "excluded", "no home"],
)
def test_hours_without_fose_have_one_bracket(supply: Supply) -> None:
    learnt = learn(replace(recibo("100", None), band_prices=HOURS), supply=supply)

    assert learnt.schedule.brackets == (
        Bracket(limit_kwh=None, fixed=D("2.00"), blocks=(Block(limit_kwh=None, prices=HOURS),)),
    )
    assert learnt.issues == ()


@pytest.mark.parametrize(
    ("read", "option", "lacking"),
    [
        (replace(RECIBO, kwh=None, unit_price=None), Option.BT5B, "kwh"),
        (replace(RECIBO, unit_price=None), Option.BT5B, "unit_price"),
        (RECIBO, Option.BT5F, "unit_price_peak"),
        (
            replace(RECIBO, band_prices={Band.PEAK: D(1)}),
            Option.BT5I,
            "unit_price_medium",
        ),
    ],
    ids=["kWh", "price", "hours", "one of the hours"],
)
def test_what_a_recibo_lacks_is_named(read: Receipt, option: Option, lacking: str) -> None:
    with pytest.raises(LearningError) as caught:
        learn(read, supply=replace(SUPPLY, option=option))

    assert caught.value.issue.code == "receipt-lacks"
    assert caught.value.issue.parameters == {"field": lacking, "receipt": "invented"}


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("0.6152", "second-receipt-confirms"),
        ("0.6148", "second-receipt-confirms"),
        ("0.6153", "second-receipt-differs"),
        ("0.6147", "second-receipt-differs"),
    ],
)
def test_a_second_recibo_agrees_within_two_roundings(printed: str, code: str) -> None:
    learnt = learn(recibo("200", "0.6150")).schedule
    parameters = {"expected": D("0.6150"), "printed": D(printed)}
    severity = Severity.NOTE if code == "second-receipt-confirms" else Severity.WARNING

    found = check_against(learnt, recibo("300", printed))

    assert found == Issue(code=code, severity=severity, parameters=parameters)


def test_a_second_recibo_is_held_against_its_own_bracket() -> None:
    learnt = learn(recibo("200", "0.6150")).schedule

    # In a bracket with two blocks the price of the last one is printed.
    assert check_against(learnt, recibo("100", "0.6")).code == "second-receipt-confirms"
    assert check_against(learnt, recibo("100", "0.42"), homes=4).code == "second-receipt-confirms"
    assert check_against(learnt, recibo("200", "0.6"), homes=2).code == "second-receipt-confirms"
    with pytest.raises(EnergyPriceError):
        check_against(learn(recibo("20", "0.5"), rule=NO_DISCOUNT).schedule, recibo("200", "1"))


@pytest.mark.parametrize("hole", [{"kwh": None}, {"unit_price": None}], ids=["kWh", "price"])
def test_a_second_recibo_needs_energy_and_price(hole: dict[str, None]) -> None:
    learnt = learn(recibo("200", "0.6150")).schedule

    with pytest.raises(LearningError) as caught:
        check_against(learnt, replace(RECIBO, **hole))  # type: ignore[arg-type]

    assert caught.value.issue.code == "receipt-lacks"
    assert caught.value.issue.parameters == {"field": "kwh"}


@pytest.mark.parametrize(
    ("low", "high", "rule", "discount"),
    [
        pytest.param(("30", "0.42"), ("140.1", "0.615"), RULE, "0.300", id="at both edges"),
        pytest.param(("20", "0.3"), ("200", "0.615"), NO_DISCOUNT, "0.500", id="half"),
        pytest.param(("30.1", "0.42"), ("200", "0.615"), RULE, None, id="the low one too high"),
        pytest.param(("20", "0.42"), ("140", "0.6"), RULE, None, id="the high one too low"),
        pytest.param(("20", "0.42"), ("200", "0.615"), NO_SURCHARGE, None, id="no surcharge"),
        pytest.param(("20", None), ("200", "0.615"), RULE, None, id="no low price"),
        pytest.param(("20", "0.42"), ("200", None), RULE, None, id="no high price"),
        pytest.param(("20", "0"), ("200", "0.615"), RULE, None, id="a price of zero"),
    ],
)
def test_two_recibos_tell_a_discount(
    low: tuple[str, str | None],
    high: tuple[str, str | None],
    rule: FoseRule,
    discount: str | None,
) -> None:
    pair = (recibo(*low), recibo(*high))

    for first, second in (pair, pair[::-1]):
        found = discount_from(first, second, rule)
        assert (None if found is None else str(found)) == discount


def test_two_recibos_without_energy_tell_nothing() -> None:
    nothing = replace(recibo("20", "0.42"), kwh=None)

    assert discount_from(nothing, recibo("200", "0.615"), RULE) is None
    assert discount_from(recibo("20", "0.42"), nothing, RULE) is None


@pytest.mark.parametrize(
    ("kwh", "energy", "rule", "base"),
    [
        pytest.param("100", "54.60", RULE, "0.6", id="both blocks"),
        pytest.param("30", "12.60", RULE, "0.6", id="the first block"),
        pytest.param("140", "78.60", RULE, "0.6", id="at the limit"),
        pytest.param("200", "123.00", RULE, "0.6", id="above the limit"),
        pytest.param("100", "54.60", NO_DISCOUNT, None, id="no discount"),
        pytest.param("200", "123.00", NO_SURCHARGE, None, id="no surcharge"),
        pytest.param("0", "0.00", RULE, None, id="no energy"),
        pytest.param("100", None, RULE, None, id="no charge"),
    ],
)
def test_the_price_before_fose_is_read_off_the_charge(
    kwh: str, energy: str | None, rule: FoseRule, base: str | None
) -> None:
    found = base_price(recibo(kwh, None, energy=energy), rule)

    assert found == (None if base is None else D(base))
    assert base_price(replace(RECIBO, kwh=None), rule) is None


def test_a_recibo_of_no_energy_still_tells_its_price() -> None:
    assert prices_of(learn(recibo("0", "0.4200"))) == [["0.4200"], ["0.4200", "0.6000"], ["0.6150"]]
    assert prices_of(learn(recibo("0", "0.42"), rule=NO_DISCOUNT)) == [["0.42"], [], []]


def test_a_price_of_zero_teaches_no_other() -> None:
    assert prices_of(learn(recibo("100", "0"))) == [["0"]]


def test_the_rule_of_a_day_is_that_of_its_kind_of_system() -> None:
    day = date(2026, 6, 2)

    assert fose_rule(figures(), SUPPLY, day) == RULE
    assert fose_rule(figures(), SUPPLY, day, discount=D("0.5")).discount == D("0.5")
    assert fose_rule(figures(), SUPPLY, day, discount=D(0)).discount == 0
    rural = replace(SUPPLY, sector=Sector.RURAL_ISOLATED)
    assert fose_rule(figures(), rural, day) == NO_DISCOUNT
    before = fose_rule(tariff_book().figures, SUPPLY, date(2022, 11, 3))
    assert (before.limit_kwh, before.surcharge) == (Decimal(100), None)
