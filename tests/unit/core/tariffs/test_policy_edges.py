"""Other rules for a bill by hand: prices that move, groups at their edges, and the fund."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from tests.invented import MAY, D, tariff_book

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Option, Supply
from ahorraluz.core.tariffs.policy import (
    Bills,
    Fund,
    Group,
    Policy,
    PolicyError,
    Prices,
    prices_of,
    try_out,
    under,
)
from ahorraluz.core.tariffs.schedule import Block, Bracket
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms

TERMS = bill_terms(tariff_book(), Supply(distributor="light", system="here"), MAY)
NONE = Policy()


def bills(
    *milli: int, count: int = 1, places: tuple[int, ...] | None = None, terms: BillTerms = TERMS
) -> Bills:
    return Bills(
        milli=np.asarray(milli, dtype=np.int64),
        count=np.full(len(milli), count, dtype=np.int64),
        department=np.asarray(places or [0] * len(milli), dtype=np.int64),
        terms=terms,
    )


def shape_of(terms: BillTerms) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [
        (
            str(bracket.limit_kwh),
            str(bracket.fixed),
            [(str(b.limit_kwh), str(b.prices[Band.TOTAL])) for b in bracket.blocks],
        )
        for bracket in terms.brackets
    ]


def test_the_figures_behind_the_brackets() -> None:
    assert prices_of(TERMS) == Prices(
        limit=D(140),
        first=D(30),
        small=D("0.4000"),
        discounted=D("0.4000"),
        base=D("0.6000"),
        above=D("0.6150"),
        fixed=D("2.00"),
        fixed_above=D("2.05"),
    )


SMALL, MIDDLE, ABOVE = TERMS.brackets
ENDLESS = tuple(replace(block, limit_kwh=None) for block in MIDDLE.blocks)


@pytest.mark.parametrize(
    "brackets",
    [
        pytest.param((ABOVE,), id="one bracket"),
        pytest.param((SMALL, SMALL, ABOVE), id="one block in the middle"),
        pytest.param((replace(SMALL, limit_kwh=D(20)), MIDDLE, ABOVE), id="another first block"),
        pytest.param((replace(SMALL, fixed=D(3)), MIDDLE, ABOVE), id="another fixed charge"),
        pytest.param((SMALL, replace(MIDDLE, blocks=ENDLESS), ABOVE), id="an endless block"),
        pytest.param((SMALL, replace(MIDDLE, limit_kwh=None), ABOVE), id="no limit"),
    ],
)
def test_a_sheet_of_another_shape_is_refused(brackets: tuple[Bracket, ...]) -> None:
    with pytest.raises(PolicyError) as caught:
        prices_of(replace(TERMS, brackets=brackets))

    assert caught.value.issue.code == "policy-tariff"
    assert caught.value.issue.parameters == {"distributor": "light"}


def test_a_sheet_with_hours_is_refused() -> None:
    hourly = bill_terms(
        tariff_book(), Supply(distributor="light", system="here", option=Option.BT5F), MAY
    )

    with pytest.raises(PolicyError) as caught:
        prices_of(hourly)

    assert caught.value.issue.parameters == {"distributor": "light"}


MIDDLE_SHAPE = [("30", "0.4000"), ("None", "0.6000")]


@pytest.mark.parametrize(
    ("policy", "shape"),
    [
        pytest.param(
            Policy(limit_kwh=D(100), first_kwh=D(50)),
            [
                ("50", "2.00", [("None", "0.4000")]),
                ("100", "2.00", [("50", "0.4000"), ("None", "0.6000")]),
                ("None", "2.05", [("None", "0.6150")]),
            ],
            id="limits",
        ),
        pytest.param(
            Policy(discount=D("0.25")),
            [
                ("30", "2.00", [("None", "0.4500")]),
                ("140", "2.00", [("30", "0.4500"), ("None", "0.6000")]),
                ("None", "2.05", [("None", "0.6150")]),
            ],
            id="a discount of a quarter",
        ),
        pytest.param(
            Policy(discount=D(0)),
            [
                ("30", "2.00", [("None", "0.6000")]),
                ("140", "2.00", [("30", "0.6000"), ("None", "0.6000")]),
                ("None", "2.05", [("None", "0.6150")]),
            ],
            id="no discount",
        ),
        pytest.param(
            # From 1.025 to 1.10.
            Policy(surcharge=D("0.10")),
            [
                ("30", "2.00", [("None", "0.4000")]),
                ("140", "2.00", MIDDLE_SHAPE),
                ("None", "2.20", [("None", "0.6600")]),
            ],
            id="a surcharge of a tenth",
        ),
        pytest.param(
            Policy(energy=D("0.10")),
            [
                ("30", "2.00", [("None", "0.4400")]),
                ("140", "2.00", [("30", "0.4400"), ("None", "0.6600")]),
                ("None", "2.05", [("None", "0.6765")]),
            ],
            id="energy a tenth dearer",
        ),
        pytest.param(
            Policy(energy=D("-0.5"), discount=D("0.5"), surcharge=D(0)),
            [
                ("30", "2.00", [("None", "0.1500")]),
                ("140", "2.00", [("30", "0.1500"), ("None", "0.3000")]),
                ("None", "2.00", [("None", "0.3000")]),
            ],
            id="all at once",
        ),
        pytest.param(
            Policy(first_kwh=D(0)),
            [("140", "2.00", [("None", "0.6000")]), ("None", "2.05", [("None", "0.6150")])],
            id="nothing discounted",
        ),
        pytest.param(
            Policy(limit_kwh=D(30)),
            [("30", "2.00", [("None", "0.4000")]), ("None", "2.05", [("None", "0.6150")])],
            id="the first block is the limit",
        ),
        pytest.param(
            Policy(limit_kwh=D(0), first_kwh=D(0)),
            [("None", "2.05", [("None", "0.6150")])],
            id="nobody has the discount",
        ),
        pytest.param(
            Policy(limit_kwh=D(1), first_kwh=D(1)),
            [("1", "2.00", [("None", "0.4000")]), ("None", "2.05", [("None", "0.6150")])],
            id="a kWh is discounted",
        ),
    ],
)
def test_prices_under_a_policy(
    policy: Policy, shape: list[tuple[str, str, list[tuple[str, str]]]]
) -> None:
    assert shape_of(under(policy, TERMS)) == shape


def test_a_surcharge_nobody_published_is_read_off_the_prices() -> None:
    unknown = replace(TERMS, fose_surcharge=None)

    assert shape_of(under(Policy(surcharge=D("0.10")), unknown))[-1] == (
        "None",
        "2.20",
        [("None", "0.6600")],
    )


@pytest.mark.parametrize(
    ("former", "asked", "rate"),
    [("0.18", "0.10", "0.10"), ("0.18", None, "0.18"), ("0", "0.10", "0"), ("0.18", "0", "0")],
)
def test_another_igv_moves_only_who_pays_it(former: str, asked: str | None, rate: str) -> None:
    policy = Policy(igv=None if asked is None else D(asked))

    assert under(policy, replace(TERMS, igv_rate=D(former))).igv_rate == D(rate)


def test_more_discounted_than_a_home_may_use_is_named() -> None:
    with pytest.raises(PolicyError) as caught:
        under(Policy(first_kwh=D(141)), TERMS)

    assert caught.value.issue.code == "policy-block-over-limit"
    assert caught.value.issue.parameters == {"first": D(141), "limit": D(140)}
    assert len(under(Policy(first_kwh=D(140)), TERMS).brackets) == 2


def groups_of(groups: tuple[Group, ...]) -> list[tuple[str, int]]:
    return [(group.name, group.homes) for group in groups]


def test_groups_end_at_their_edges_inclusive() -> None:
    outcome = try_out(
        [bills(0, 30_000, 30_001, 100_000, 140_000, 140_001, 300_000, 500_000, 500_001, count=2)],
        NONE,
    )

    assert groups_of(outcome.brackets) == [
        ("30", 4),
        ("100", 4),
        ("140", 2),
        ("300", 4),
        ("500", 2),
        ("", 2),
    ]
    assert groups_of((outcome.whole,)) == [("", 18)]


def test_departments_are_named_by_their_number_and_empty_ones_left_out() -> None:
    outcome = try_out([bills(10_000, 20_000, 30_000, places=(3, 1, 3))], NONE)

    assert groups_of(outcome.departments) == [("1", 1), ("3", 2)]


def test_tenths_by_rising_energy_however_the_homes_are_counted() -> None:
    outcome = try_out([bills(40_000, 10_000, 30_000, 20_000, count=5)], NONE)

    # 20 homes: two in each tenth, told by the first home of each bill.
    assert groups_of(outcome.deciles) == [
        ("1", 5),
        ("2", 0),
        ("3", 5),
        ("4", 0),
        ("5", 0),
        ("6", 5),
        ("7", 0),
        ("8", 5),
        ("9", 0),
        ("10", 0),
    ]


def test_who_gains_and_who_pays_and_by_how_much() -> None:
    # 20 kWh at 0.40 and 200 at 0.615, with IGV and levy; then at 0.45 and unmoved.
    outcome = try_out([bills(20_000, 200_000, count=10)], Policy(discount=D("0.25")))

    # 8.00 and 2.00 are 11.80 and 0.20 of levy; 9.00 and 2.00 are 12.98 and 0.20.
    assert outcome.brackets[0] == Group(
        name="30", homes=10, gain=0, pay=10, before=12_000, after=13_180
    )
    assert outcome.brackets[0].change == 1_180
    # 123.00 and 2.05 with 22.14 and 0.37 of IGV, and two soles of levy.
    assert outcome.brackets[3] == Group(
        name="300", homes=10, gain=0, pay=0, before=149_560, after=149_560
    )
    assert (outcome.whole.pay, outcome.whole.change) == (10, 1_180)
    cheaper = try_out([bills(20_000, count=10)], Policy(discount=D("0.5")))
    assert (cheaper.whole.gain, cheaper.whole.pay) == (10, 0)


def test_several_sheets_together() -> None:
    dearer = replace(
        TERMS,
        brackets=tuple(
            replace(
                bracket,
                blocks=tuple(
                    replace(block, prices={Band.TOTAL: block.prices[Band.TOTAL] + D("0.1")})
                    for block in bracket.blocks
                ),
            )
            for bracket in TERMS.brackets
        ),
    )

    outcome = try_out([bills(20_000), bills(20_000, 100_000, terms=dearer)], NONE)

    # 20 kWh at 0.40 and at 0.50; 100 at 0.50 and 0.70.
    assert outcome.brackets[0].before == 1_200 + 1_436
    assert outcome.brackets[1].before == 64 * 118 + 236 + 100
    assert groups_of(outcome.deciles)[:1] == [("1", 1)]


def test_the_fund_by_hand() -> None:
    people = [bills(20_000, 30_000, 100_000, 140_000, 200_000, count=10)]

    outcome = try_out(people, NONE)

    # Discounts of 0.20 on 20 kWh, and on 30 of three homes; all times ten.
    # Above the limit 200 kWh pay 0.015 more and 0.05 of fixed charge.
    assert outcome.fund_before == Fund(cost=D("220.00"), income=D("30.50"), balancing=D("0.1803"))
    assert outcome.fund_after == outcome.fund_before


def test_the_fund_of_unlike_discounts() -> None:
    # Up to 30 kWh 0.30 instead of 0.40.
    cheap = Block(limit_kwh=None, prices={Band.TOTAL: D("0.3000")})
    unlike = replace(TERMS, brackets=(replace(SMALL, blocks=(cheap,)), MIDDLE, ABOVE))

    fund = try_out([bills(30_000, 30_001, terms=unlike)], NONE).fund_before

    assert fund == Fund(cost=D("15.00"), income=D("0.00"), balancing=None)


def test_the_fund_under_a_policy() -> None:
    outcome = try_out(
        [bills(20_000, 120_000, 200_000, count=100)],
        Policy(limit_kwh=D(100), surcharge=D("0.10")),
    )

    # 20 kWh discounted by 0.20; 320 kWh pay 0.06 more, and two homes 0.20.
    assert outcome.fund_after == Fund(cost=D("400.00"), income=D("1960.00"), balancing=D("0.0204"))


@pytest.mark.parametrize("people", [[], [bills()]], ids=["no group", "an empty group"])
def test_nobody_has_no_outcome(people: list[Bills]) -> None:
    with pytest.raises(PolicyError) as caught:
        try_out(people, NONE)

    assert caught.value.issue.code == "policy-nobody"
    assert caught.value.issue.parameters == {}


def test_a_policy_moves_nothing_that_it_does_not_name() -> None:
    assert under(NONE, TERMS) == TERMS
    assert (NONE.limit_kwh, NONE.first_kwh, NONE.discount, NONE.surcharge, NONE.igv) == (None,) * 5
    assert NONE.energy == Decimal(0)


def test_a_rounding_carried_to_next_month_is_no_gain() -> None:
    # 19 kWh come to 11.52 and are paid with 11.50; half a céntimo of price moves nothing due.
    outcome = try_out([bills(19_000)], NONE)

    assert outcome.whole.before == 1_152
