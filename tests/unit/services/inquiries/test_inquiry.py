"""From what was typed to what the services are asked."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ahorraluz.core.home import CookingFuel, MonthlyUse, Roof, Tenure
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.usage.seasons import metered_year
from ahorraluz.services.example_homes import example_home
from ahorraluz.services.inquiries.inquiry import (
    check_costs,
    check_pairs,
    inquire,
    issues_by_parameter,
    parameter_of,
    printed_receipt,
)
from ahorraluz.services.inquiries.query import Query, read_query
from ahorraluz.services.inquiries.retelling import retell

TODAY = date(2026, 11, 24)


def asked(*appliances: str, **given: str) -> Query:
    pairs = {name.replace("__", "."): [typed] for name, typed in given.items()}
    return read_query({"d": ["luz-del-sur"], "k": ["152"], "a": appliances, **pairs})


def test_thirty_days_stand_in_for_dates_nobody_typed() -> None:
    inquiry = inquire(asked(), as_of=TODAY)

    assert inquiry.period == Period(date(2026, 10, 25), TODAY)
    assert not inquiry.period_stated
    assert inquiry.receipt is None


def test_anything_printed_makes_a_recibo_with_the_charges_of_the_home() -> None:
    inquiry = inquire(asked(p="0.6403", r="1.42", al="5.1", rp="0.09", ra="-0.03"), as_of=TODAY)

    assert inquiry.receipt is not None
    assert inquiry.receipt.unit_price == Decimal("0.6403")
    assert inquiry.receipt.amount(LineCode.ROUNDING) == Decimal("0.06")
    assert inquiry.home.charges.connection == Decimal("1.42")
    assert inquiry.home.charges.previous_rounding == Decimal("0.09")


def test_late_interest_and_other_charges_carry_no_tax() -> None:
    receipt = printed_receipt(asked(e="97.33", im="0.5", ot="10", lr="1.67"), period=None)

    assert [line.code for line in receipt.taxed] == [LineCode.ENERGY]
    assert receipt.period is None
    assert receipt.amount(LineCode.OTHER) == Decimal("10.5")


def test_earlier_months_stand_before_the_recibo_without_a_gap() -> None:
    home = inquire(asked(hk="150 149", f="2026-08-31", h="2026-09-30"), as_of=TODAY).home

    assert [month.kwh for month in home.history] == [150, 149, 152]
    assert [month.period.start for month in home.history] == [
        date(2026, 6, 30),
        date(2026, 7, 31),
        date(2026, 8, 31),
    ]
    assert all(a.period.end == b.period.start for a, b in zip(home.history, home.history[1:]))  # noqa: B905


def test_days_of_earlier_recibos_are_taken_as_typed() -> None:
    home = inquire(
        asked(hk="150 149", hn="29 33", hg="31 0", f="2026-08-31", h="2026-09-30"), as_of=TODAY
    ).home

    assert [month.period for month in home.history[:-1]] == [
        Period(date(2026, 5, 30), date(2026, 6, 28)),
        Period(date(2026, 7, 29), date(2026, 8, 31)),
    ]


@pytest.mark.parametrize("day", range(1, 32))
@pytest.mark.parametrize("month", [3, 4, 10, 12])
def test_twelve_recibos_without_days_are_twelve_months_of_the_year(day: int, month: int) -> None:
    start = date(2026, month, 1) + timedelta(days=day - 1)
    end = start + timedelta(days=30)
    kwh = " ".join(str(100 + number) for number in range(11))

    home = inquire(asked(hk=kwh, f=start.isoformat(), h=end.isoformat()), as_of=TODAY).home

    assert metered_year(home.history).months_known == 12


def test_days_that_are_not_one_for_each_recibo_are_told() -> None:
    issues = check_pairs(asked(hk="150 149", hn="30"))

    assert issues["hn"].parameters == {"field": "web-hn", "days": 1, "recibos": 2}


@pytest.mark.parametrize("example", ["lima", "arequipa", "andina-rural"])
def test_an_example_told_again_keeps_the_days_of_every_recibo(example: str) -> None:
    known = example_home(example, as_of=TODAY)

    again = inquire(retell(known.home, known.receipt), as_of=TODAY).home

    assert [(month.period, month.kwh) for month in again.history] == [
        (month.period, month.kwh) for month in known.home.history
    ]


def test_a_history_with_a_hole_is_told_again_with_it() -> None:
    first = inquire(asked(hk="150 149", hn="30 30", hg="61 0"), as_of=TODAY).home

    again = inquire(retell(first, None), as_of=TODAY).home

    assert [month.period for month in again.history] == [month.period for month in first.history]


def test_of_a_very_long_history_the_newest_recibos_are_told() -> None:
    months = [Decimal("1234.567")] * 30
    known = inquire(asked(hk="150", f="2026-09-30", h="2026-10-30"), as_of=TODAY).home
    spans = [Period(TODAY + timedelta(days=n), TODAY + timedelta(days=n + 1)) for n in range(30)]
    history = [MonthlyUse(period=p, kwh=k) for p, k in zip(spans, months, strict=True)]

    query = retell(replace(known, history=tuple(history)), None)

    assert not query.errors
    assert inquire(query, as_of=TODAY).home.history[0].kwh == Decimal("1234.567")


def test_the_home_is_what_the_form_says() -> None:
    home = inquire(
        asked(
            "ducha-electrica",
            ph="4",
            te="tenant",
            ro="shared",
            fu="lpg",
            hm="3",
            fi="0",
            mi__ventilador="9",
        ),
        as_of=TODAY,
    ).home

    assert (home.people, home.tenure, home.roof) == (4, Tenure.TENANT, Roof.SHARED)
    assert (home.cooking, home.homes_on_meter, home.fise_voucher) == (CookingFuel.LPG, 3, False)
    assert [(a.id, a.count, a.hours_day) for a in home.appliances] == [("ducha-electrica", 1, None)]


def test_costs_reach_the_home_and_unknown_ones_do_not() -> None:
    query = read_query(
        {"d": ["seal"], "k": ["9"], "x.cost-led-lamp": ["6,5"], "x.cost-rocket": ["1"]}
    )

    assert inquire(query, as_of=TODAY).home.assumptions == {"cost-led-lamp": Decimal("6.5")}


def test_a_part_of_the_use_is_typed_in_percent_and_told_again_so() -> None:
    home = inquire(asked(**{"pc__peak-share": "30"}), as_of=TODAY).home

    again = retell(home, None)

    assert home.assumptions == {"peak-share": Decimal("0.3")}
    assert again.raw["pc.peak-share"] == "30"


@pytest.mark.parametrize("typed", ["0.3", "30", "3000", "a third"])
def test_a_part_without_its_unit_is_asked_for_again_and_never_guessed(typed: str) -> None:
    query = asked(**{"x__peak-share": typed})

    issues = check_costs(query)

    assert issues["pc.peak-share"].code == "part-without-unit"
    assert issues["pc.peak-share"].parameters["value"] == typed
    assert inquire(query, as_of=TODAY).home.assumptions == {}
    assert "peak-share" not in query.encoded()


def test_percent_of_what_is_no_part_is_left_aside() -> None:
    query = asked(**{"pc__cost-led-lamp": "30", "pc__rocket": "2"})

    assert inquire(query, as_of=TODAY).home.assumptions == {}


@pytest.mark.parametrize(("typed", "chosen"), [("1", True), ("", False)])
def test_the_plan_may_choose_the_tariff_where_that_is_ticked(typed: str, chosen: bool) -> None:
    assert inquire(asked(ao=typed), as_of=TODAY).wishes.any_option is chosen


@pytest.mark.parametrize(
    ("typed", "code"), [("100.5", "typed-too-large"), ("0.00001", "typed-too-many-decimals")]
)
def test_a_figure_of_a_card_is_held_to_its_own_limits(typed: str, code: str) -> None:
    query = read_query({"pc.peak-share": [typed]})
    issues = {**check_costs(query), **query.errors}

    assert issues["pc.peak-share"].code == code


@pytest.mark.parametrize(
    ("days", "wrong"),
    [
        pytest.param({"f": "2026-08-05"}, {"h": "typed-missing"}, id="one of two"),
        pytest.param({"f": "2026-09-03", "h": "2026-09-03"}, {"h": "period-empty"}, id="no day"),
        pytest.param({"f": "2026-01-03", "h": "2026-09-03"}, {"h": "period-too-long"}, id="long"),
        pytest.param({"f": "2026-08-05", "h": "2026-09-03"}, {}, id="a month"),
        pytest.param({}, {}, id="none"),
    ],
)
def test_dates_come_as_a_pair(days: dict[str, str], wrong: dict[str, str]) -> None:
    issues = check_pairs(asked(**days))

    assert {name: issue.code for name, issue in issues.items()} == wrong


@pytest.mark.parametrize(
    ("issue", "parameter"),
    [
        (Issue(code="kwh-negative", parameters={"field": "kwh"}), "k"),
        (Issue(code="system-unknown", parameters={"field": "system"}), "s"),
        (Issue(code="no-sheet-at-all"), "p"),
        (
            Issue(
                code="appliance-use-impossible",
                parameters={"field": "hours_day", "appliance": "ventilador"},
            ),
            "hd.ventilador",
        ),
        (Issue(code="whatever"), "d"),
    ],
)
def test_what_a_service_refuses_is_told_beside_a_field(issue: Issue, parameter: str) -> None:
    assert parameter_of(issue, otherwise="d") == parameter
    assert list(issues_by_parameter(InvalidInputError.of([issue]), otherwise="d")) == [parameter]


def test_a_home_told_again_is_the_same_home() -> None:
    query = asked(
        "ducha-electrica",
        "refrigeradora-mediana",
        s="lima-sur",
        f="2026-08-05",
        h="2026-09-03",
        p="0.6403",
        r="1.42",
        hk="150 149.5",
        ph="4",
        te="owner",
        ro="own",
        fu="lpg",
        bu="500",
        fi="1",
    )
    first = inquire(query, as_of=TODAY)

    again = inquire(retell(first.home, first.receipt), as_of=TODAY)

    assert again.home.appliances == first.home.appliances
    assert [m.kwh for m in again.home.history] == [m.kwh for m in first.home.history]
    assert again.home.charges.connection == first.home.charges.connection
    assert (again.home.people, again.home.tenure, again.home.roof, again.home.budget_pen) == (
        first.home.people,
        first.home.tenure,
        first.home.roof,
        first.home.budget_pen,
    )
    assert again.receipt is not None
    assert first.receipt is not None
    assert again.receipt.unit_price == first.receipt.unit_price
