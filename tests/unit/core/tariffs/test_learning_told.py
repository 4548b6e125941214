"""All that one recibo teaches: brackets at their edges, words, source, and what it cannot tell."""

from dataclasses import replace
from datetime import date

import pytest
from tests.invented import MAY, D
from tests.invented_recibos import with_lines

from ahorraluz.core.consumption import Band
from ahorraluz.core.history import Grade, Source
from ahorraluz.core.home import CustomerClass, Fose, Option, Supply
from ahorraluz.core.issues import Issue
from ahorraluz.core.tariffs.learning import (
    FoseRule,
    LearntTariff,
    learn_tariff,
)
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import Block, Bracket, Origin, Schedule

SUPPLY = Supply(distributor="light", system="here")
RULE = FoseRule(limit_kwh=D(140), first_block_kwh=D(30), discount=D("0.30"), surcharge=D("0.025"))
READ = date(2026, 6, 10)


def recibo(kwh: str, price: str | None, *, energy: str | None = None) -> Receipt:
    """Return an invented recibo; its energy line only where it is told."""
    lines = with_lines(energy=energy)
    return replace(lines, kwh=D(kwh), unit_price=None if price is None else D(price))


def learn(read: Receipt, *, supply: Supply = SUPPLY, rule: FoseRule = RULE) -> LearntTariff:
    return learn_tariff(read, supply=supply, rule=rule, as_of=READ)


def prices_of(learnt: LearntTariff) -> list[list[str]]:
    return [
        [str(block.prices[Band.TOTAL]) for block in bracket.blocks]
        for bracket in learnt.schedule.brackets
    ]


def fixed_of(learnt: LearntTariff) -> list[str]:
    return [str(bracket.fixed) for bracket in learnt.schedule.brackets]


def total(limit: str | None, price: str) -> Block:
    return Block(limit_kwh=None if limit is None else D(limit), prices={Band.TOTAL: D(price)})


def test_all_that_a_recibo_above_the_limit_teaches() -> None:
    learnt = learn(recibo("200", "0.6150"))

    assert learnt == LearntTariff(
        schedule=Schedule(
            distributor="light",
            system="here",
            option=Option.BT5B,
            customer=CustomerClass.RESIDENTIAL,
            start=MAY.start,
            brackets=(
                Bracket(limit_kwh=D(30), fixed=D("1.95"), blocks=(total(None, "0.4200"),)),
                Bracket(
                    limit_kwh=D(140),
                    fixed=D("1.95"),
                    blocks=(total("30", "0.4200"), total(None, "0.6000")),
                ),
                Bracket(limit_kwh=None, fixed=D("2.00"), blocks=(total(None, "0.6150"),)),
            ),
            source=Source(
                title="Recibo invented",
                issuer="Light",
                url="",
                published=MAY.end,
                consulted=READ,
                grade=Grade.BILL,
            ),
            origin=Origin.RECEIPT,
            period=MAY,
        ),
        issues=(),
    )


def test_a_recibo_without_days_is_of_the_day_it_was_read() -> None:
    learnt = learn(replace(recibo("200", "0.6150"), period=None, label="2026-06")).schedule

    assert (learnt.start, learnt.period) == (READ, None)
    assert (learnt.source.title, learnt.source.published) == ("Recibo 2026-06", None)


@pytest.mark.parametrize(
    ("kwh", "price", "prices", "fixed"),
    [
        pytest.param("30", "0.4200", ["0.4200"], ["2.00", "2.00", "2.05"], id="at the first block"),
        pytest.param(
            "140.001", "0.6150", ["0.4200"], ["1.95", "1.95", "2.00"], id="above the limit"
        ),
    ],
)
def test_brackets_at_their_edges(kwh: str, price: str, prices: list[str], fixed: list[str]) -> None:
    learnt = learn(recibo(kwh, price))

    assert prices_of(learnt) == [prices, ["0.4200", "0.6000"], ["0.6150"]]
    assert fixed_of(learnt) == fixed
    assert learnt.issues == ()


@pytest.mark.parametrize(
    ("kwh", "price", "energy"),
    [
        pytest.param("140", "0.6000", "78.60", id="the price of the second block"),
        pytest.param("140", "0.4200", "78.60", id="the price of the first block"),
        pytest.param("140", "0.6000", "78.62", id="two céntimos away"),
        pytest.param("30.5", "0.6000", "12.90", id="just above the first block"),
    ],
)
def test_the_charge_tells_which_price_is_printed(kwh: str, price: str, energy: str) -> None:
    learnt = learn(recibo(kwh, price, energy=energy))

    assert prices_of(learnt) == [["0.4200"], ["0.4200", "0.6000"], ["0.6150"]]
    assert learnt.issues == ()


@pytest.mark.parametrize("energy", [None, "78.63"], ids=["no charge", "three céntimos away"])
def test_a_charge_that_does_not_tell_leaves_the_mean(energy: str | None) -> None:
    # A mean of 0.6000 over 140 kWh, 30 of them at 70 %: a base of 84.00 / 131.
    learnt = learn(recibo("140", "0.6000", energy=energy))

    assert prices_of(learnt) == [["0.4489"], ["0.4489", "0.6412"], ["0.6573"]]
    assert learnt.issues == (
        Issue(code="single-price-mid-bracket", parameters={"kwh": D(140), "price": D("0.6000")}),
    )


NO_DISCOUNT = replace(RULE, discount=None)
NO_SURCHARGE = replace(RULE, surcharge=None)


@pytest.mark.parametrize(
    ("rule", "kwh", "prices", "issues"),
    [
        pytest.param(
            NO_DISCOUNT,
            "20",
            [["0.5000"], [], []],
            [("fose-discount-unknown", None), ("brackets-unknown", ["140", "∞"])],
            id="no discount, within the first block",
        ),
        pytest.param(
            NO_DISCOUNT,
            "140",
            [[], [], []],
            [("fose-discount-unknown", None), ("brackets-unknown", ["30", "140", "∞"])],
            id="no discount, at the limit",
        ),
        pytest.param(
            NO_DISCOUNT,
            "200",
            [[], [], ["0.5000"]],
            [("brackets-unknown", ["30", "140"])],
            id="no discount, above the limit",
        ),
        pytest.param(
            NO_SURCHARGE,
            "20",
            [["0.5000"], ["0.5000", "0.7143"], []],
            [("brackets-unknown", ["∞"])],
            id="no surcharge, within the first block",
        ),
        pytest.param(
            NO_SURCHARGE,
            "200",
            [[], [], ["0.5000"]],
            [("brackets-unknown", ["30", "140"])],
            id="no surcharge, above the limit",
        ),
    ],
)
def test_what_the_rule_does_not_tell_is_left_open_and_named(
    rule: FoseRule, kwh: str, prices: list[list[str]], issues: list[tuple[str, list[str] | None]]
) -> None:
    learnt = learn(recibo(kwh, "0.5000"), rule=rule)

    assert prices_of(learnt) == prices
    assert learnt.issues == tuple(
        Issue(code=code, parameters={} if limits is None else {"limits": limits})
        for code, limits in issues
    )


def test_without_a_surcharge_the_fixed_charge_is_one() -> None:
    assert fixed_of(learn(recibo("20", "0.42"), rule=NO_SURCHARGE)) == ["2.00", "2.00", "2.00"]
    assert fixed_of(learn(recibo("200", "0.62"), rule=NO_SURCHARGE)) == ["2.00", "2.00", "2.00"]


def test_a_fixed_charge_that_is_not_printed_is_named() -> None:
    learnt = learn(with_lines(recibo("200", "0.6150"), fixed=None))

    assert fixed_of(learnt) == ["0.00", "0.00", "0.00"]
    assert learnt.issues == (Issue(code="receipt-lacks-fixed"),)


@pytest.mark.parametrize(
    "supply",
    [
        pytest.param(replace(SUPPLY, fose=Fose.EXCLUDED), id="excluded from FOSE"),
        pytest.param(replace(SUPPLY, customer=CustomerClass.NON_RESIDENTIAL), id="no home"),
        pytest.param(replace(SUPPLY, option=Option.BT8), id="BT8"),
    ],
)
def test_a_supply_without_fose_has_one_price(supply: Supply) -> None:
    learnt = learn(recibo("100", "0.5"), supply=supply)

    assert learnt.schedule.brackets == (
        Bracket(limit_kwh=None, fixed=D("2.00"), blocks=(total(None, "0.5"),)),
    )
    assert (learnt.schedule.option, learnt.schedule.customer) == (supply.option, supply.customer)
    assert learnt.issues == ()


HOURS = {Band.PEAK: D("1.03"), Band.OFF_PEAK: D("0.41")}


@pytest.mark.parametrize(
    ("kwh", "known", "lacking"),
    [
        pytest.param("0", 0, ["140", "∞"], id="nothing used"),
        pytest.param("30", 0, ["140", "∞"], id="at the first block"),
        pytest.param("30.1", 1, ["30", "∞"], id="above it"),
        pytest.param("140", 1, ["30", "∞"], id="at the limit"),
        pytest.param("140.1", 2, ["30", "140"], id="above the limit"),
    ],
)
def test_hours_teach_their_own_bracket_alone(kwh: str, known: int, lacking: list[str]) -> None:
    read = replace(recibo(kwh, None), band_prices=HOURS)

    learnt = learn(read, supply=replace(SUPPLY, option=Option.BT5F))

    brackets = learnt.schedule.brackets
    assert [bracket.limit_kwh for bracket in brackets] == [30, 140, None]
    assert [bool(bracket.blocks) for bracket in brackets] == [n == known for n in range(3)]
    assert brackets[known].blocks == (Block(limit_kwh=None, prices=HOURS),)
    assert {bracket.fixed for bracket in brackets} == {D("2.00")}
    assert learnt.issues == (Issue(code="brackets-unknown", parameters={"limits": lacking}),)
