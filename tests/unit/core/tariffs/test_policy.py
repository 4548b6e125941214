"""Other rules for everybody's bill: exact to the céntimo, and the same where nothing is moved."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahorraluz.catalog.book import load_tariff_book
from ahorraluz.core.consumption import Consumption
from ahorraluz.core.home import Fose, Supply
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.policy import (
    Bills,
    Policy,
    PolicyError,
    prices_of,
    try_out,
    under,
)
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms

PERIOD = Period(date(2026, 9, 5), date(2026, 10, 3))
ENERGIES = st.lists(st.integers(0, 900_000), min_size=1, max_size=20)


def terms_of(distributor: str = "luz-del-sur", system: str | None = "lima-sur") -> BillTerms:
    supply = Supply(distributor=distributor, system=system)
    return bill_terms(load_tariff_book(distributor), supply, PERIOD)


TERMS = terms_of()


def bills(*milli: int, count: int = 1, terms: BillTerms = TERMS) -> Bills:
    energies = np.asarray(milli, dtype=np.int64)
    return Bills(
        milli=energies,
        count=np.full(energies.size, count, dtype=np.int64),
        department=np.zeros(energies.size, dtype=np.int64),
        terms=terms,
    )


def due(milli: int, terms: BillTerms) -> int:
    """Return what one bill comes to, reckoned line by line. [céntimo]"""
    bill = price_bill(Consumption(period=PERIOD, energy_kwh=Decimal(milli) / 1000), terms)
    return int((bill.total - bill.line(LineCode.ROUNDING).amount) * 100)


@given(energies=ENERGIES, whose=st.sampled_from([TERMS, terms_of("pluz", "lima-norte")]))
@settings(max_examples=50, deadline=None)
def test_no_change_leaves_every_bill_as_it_is(energies: list[int], whose: BillTerms) -> None:
    outcome = try_out([bills(*energies, terms=whose)], Policy())

    assert under(Policy(), whose) == whose
    assert outcome.whole.before == outcome.whole.after == sum(due(e, whose) for e in energies)
    assert (outcome.whole.gain, outcome.whole.pay) == (0, 0)


@given(
    energies=ENERGIES,
    limit=st.integers(0, 300),
    first=st.integers(0, 300),
    percents=st.tuples(st.integers(0, 100), st.integers(0, 40), st.integers(0, 30)),
    energy=st.integers(-50, 50),
)
@settings(max_examples=80, deadline=None)
def test_every_policy_is_the_bills_line_by_line(
    energies: list[int], limit: int, first: int, percents: tuple[int, int, int], energy: int
) -> None:
    discount, surcharge, igv = (Decimal(percent) / 100 for percent in percents)
    policy = Policy(
        limit_kwh=Decimal(limit),
        first_kwh=Decimal(min(first, limit)),
        discount=discount,
        surcharge=surcharge,
        igv=igv,
        energy=Decimal(energy) / 100,
    )

    outcome = try_out([bills(*energies)], policy)

    assert outcome.whole.after == sum(due(milli, under(policy, TERMS)) for milli in energies)
    for groups in (outcome.brackets, outcome.deciles, outcome.departments):
        assert sum(group.homes for group in groups) == len(energies)
        assert sum(group.change for group in groups) == outcome.whole.change


def test_a_lower_limit_is_paid_by_those_it_leaves_out() -> None:
    outcome = try_out([bills(25_000, 90_000, 120_000, 300_000)], Policy(limit_kwh=Decimal(100)))

    assert [(group.gain, group.pay) for group in outcome.brackets] == [
        (0, 0),
        (0, 0),
        (0, 1),
        (0, 0),
        (0, 0),
        (0, 0),
    ]


def test_the_balancing_surcharge_pays_for_the_discounts() -> None:
    people = [bills(25_000, 100_000, 150_000, 400_000, 620_000, count=1_000)]
    needed = try_out(people, Policy()).fund_before.balancing
    assert needed is not None

    fund = try_out(people, Policy(surcharge=needed)).fund_after

    # Prices have four decimals: a hundredth of a céntimo for each kWh.
    assert abs(fund.income - fund.cost) < Decimal("0.0001") * 1_170 * 1_000 + Decimal(50)


def test_discounts_cost_what_their_rule_says() -> None:
    prices = prices_of(TERMS)

    fund = try_out([bills(20_000, 100_000, count=10)], Policy()).fund_before

    cost = 200 * (prices.base - prices.small) + 300 * (prices.base - prices.discounted)
    assert fund.cost == cost.quantize(Decimal("0.01"))
    assert fund.income == 0
    assert fund.balancing is None


def test_tenths_hold_equal_numbers_of_homes() -> None:
    outcome = try_out([bills(*range(1_000, 101_000, 1_000))], Policy())

    assert [group.homes for group in outcome.deciles] == [10] * 10


def test_more_discounted_than_a_home_may_use_is_refused() -> None:
    with pytest.raises(PolicyError) as caught:
        try_out([bills(1)], Policy(first_kwh=Decimal(150)))

    assert caught.value.issue.code == "policy-block-over-limit"


def test_a_supply_without_the_fose_is_refused() -> None:
    supply = Supply(distributor="luz-del-sur", system="lima-sur", fose=Fose.EXCLUDED)
    excluded = bill_terms(load_tariff_book("luz-del-sur"), supply, PERIOD)

    with pytest.raises(PolicyError) as caught:
        try_out([bills(1, terms=excluded)], Policy())

    assert caught.value.issue.code == "policy-tariff"


def test_nobody_has_no_outcome() -> None:
    with pytest.raises(PolicyError) as caught:
        try_out([], Policy())

    assert caught.value.issue.code == "policy-nobody"
