"""Money year by year, held against formulas of its own."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from ahorraluz.core.renewables.cashflow import (
    Loan,
    Project,
    cash_flow,
    internal_rate,
    price_that_pays,
    returns,
    with_igv,
)
from ahorraluz.core.renewables.economics import EconomicsError

COSTS = st.decimals(500, 20000, places=0)
SAVINGS = st.decimals(10, 5000, places=0)
RATES = st.decimals("0.0", "0.20", places=3)
FADING = st.decimals("0.0", "0.03", places=3)
GROWTH = st.decimals("-0.03", "0.06", places=3)
LIVES = st.integers(2, 30)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    life = draw(LIVES)
    return Project(
        cost=draw(COSTS),
        saving_year=draw(SAVINGS),
        energy_year=Decimal(1000),
        life_years=life,
        rate=draw(RATES),
        fading_year=draw(FADING),
        growth_year=draw(GROWTH),
        upkeep_share=draw(st.decimals("0", "0.02", places=3)),
        replacements={life // 2: draw(st.decimals(0, 2000, places=0))},
    )


def nets_of(project: Project) -> np.ndarray:
    """Return the flows by their closed form, in floats."""
    year = np.arange(1, project.life_years + 1)
    factor = (1 - float(project.fading_year)) * (1 + float(project.growth_year))
    nets = float(project.saving_year) * factor ** (year - 1)
    nets -= float(project.cost * project.upkeep_share)
    for at, amount in project.replacements.items():
        nets[at - 1] -= float(amount)
    return np.concatenate([[-float(project.cost)], nets])


@given(project=projects())
def test_present_value_is_the_closed_form(project: Project) -> None:
    nets = nets_of(project)
    discount = (1 + float(project.rate)) ** -np.arange(len(nets))

    found = returns(project)

    assert float(found.net_present_value) == pytest.approx(float(nets @ discount), abs=0.02)


@given(project=projects())
def test_the_internal_rate_is_where_the_value_is_nothing(project: Project) -> None:
    nets = nets_of(project)
    powers = np.arange(len(nets))

    found = internal_rate([year.net for year in cash_flow(project)])

    def value(rate: float) -> float:
        return float((nets / (1 + rate) ** powers).sum())

    if found is None:
        assert nets.max() <= 0 or value(-0.9) < 0 or value(10) > 0
    else:
        assert float(found) == pytest.approx(brentq(value, -0.9, 10, xtol=1e-12), abs=1e-6)


@given(project=projects())
def test_a_positive_value_means_a_return_above_the_rate(project: Project) -> None:
    found = returns(project)

    if found.return_year is not None and abs(found.net_present_value) > 1:
        assert (found.net_present_value > 0) == (found.return_year >= project.rate)


@given(project=projects())
def test_at_the_price_that_pays_it_just_pays(project: Project) -> None:
    price = price_that_pays(project)

    if price > 0:
        at_it = Project(
            cost=price,
            saving_year=project.saving_year,
            energy_year=project.energy_year,
            life_years=project.life_years,
            rate=project.rate,
            fading_year=project.fading_year,
            growth_year=project.growth_year,
            upkeep_share=project.upkeep_share,
            replacements=project.replacements,
        )
        assert abs(returns(at_it).net_present_value) <= Decimal("0.01")


@given(
    project=projects(),
    share=st.decimals("0.1", "1", places=2),
    rate=st.decimals("0", "0.6", places=3),
    years=LIVES,
)
def test_with_a_loan_the_price_that_pays_counts_its_payments(
    project: Project, share: Decimal, rate: Decimal, years: int
) -> None:
    borrowed = replace(project, loan=Loan(share=share, rate_year=rate, years=years))

    price = price_that_pays(borrowed)

    if price > 0:
        at_it = returns(replace(borrowed, cost=price))
        assert abs(at_it.net_present_value) <= Decimal("0.01")


def test_a_dear_loan_lowers_the_price_that_pays() -> None:
    plain = Project(
        cost=Decimal(5000),
        saving_year=Decimal(600),
        energy_year=Decimal(800),
        life_years=25,
        rate=Decimal("0.08"),
    )
    loan = Loan(share=Decimal("0.8"), rate_year=Decimal("0.20"), years=5)

    assert price_that_pays(replace(plain, loan=loan)) < price_that_pays(plain) * Decimal("0.85")


@given(project=projects())
def test_a_discounted_payback_is_never_the_shorter_one(project: Project) -> None:
    found = returns(project)

    if found.discounted_payback is not None:
        assert found.simple_payback is not None
        assert found.simple_payback <= found.discounted_payback


def test_a_loan_is_paid_in_equal_months_at_its_yearly_rate() -> None:
    loan = Loan(share=Decimal(1), rate_year=Decimal("0.20"), years=2)

    paid = loan.yearly_payment(Decimal(1000))

    monthly = 1.20 ** (1 / 12) - 1
    expected = 1000 * monthly / (1 - (1 + monthly) ** -24) * 12
    assert float(paid) == pytest.approx(expected)


def test_borrowed_at_the_discount_rate_a_loan_changes_little() -> None:
    plain = Project(
        cost=Decimal(3000),
        saving_year=Decimal(500),
        energy_year=Decimal(700),
        life_years=20,
        rate=Decimal("0.08"),
    )
    borrowed = Project(
        cost=Decimal(3000),
        saving_year=Decimal(500),
        energy_year=Decimal(700),
        life_years=20,
        rate=Decimal("0.08"),
        loan=Loan(share=Decimal("0.8"), rate_year=Decimal("0.08"), years=5),
    )

    # Months paid within the year are counted at its end, which favours the loan a little.
    gap = returns(borrowed).net_present_value - returns(plain).net_present_value
    assert Decimal(0) < gap < Decimal(120)


def test_a_loan_longer_than_the_life_is_paid_whole() -> None:
    project = Project(
        cost=Decimal(1000),
        saving_year=Decimal(300),
        energy_year=Decimal(300),
        life_years=2,
        rate=Decimal(0),
        loan=Loan(share=Decimal(1), rate_year=Decimal(0), years=4),
    )

    assert [year.loan for year in cash_flow(project)] == [0, 250, 750]


def test_igv_is_added_to_a_price_without_it() -> None:
    assert with_igv(Decimal("1000.00"), Decimal("0.18")) == Decimal("1180.00")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cost", Decimal(-1)),
        ("life_years", 0),
        ("rate", Decimal("1.5")),
        ("growth_year", Decimal(2)),
        ("cost", Decimal("NaN")),
    ],
)
def test_an_investment_that_cannot_be_is_refused(field: str, value: Decimal | int) -> None:
    good: dict[str, Decimal | int] = {
        "cost": Decimal(1),
        "saving_year": Decimal(1),
        "energy_year": Decimal(1),
        "life_years": 5,
        "rate": Decimal("0.1"),
    }

    with pytest.raises(EconomicsError) as refused:
        Project(**{**good, field: value})  # type: ignore[arg-type]

    assert refused.value.issue.parameters["field"] == field
