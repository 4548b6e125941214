"""Limits to stay under, and panels."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.core.advice.catalogue.conftest import BY_ID, OWNER, judged, proposed, share
from tests.unit.core.advice.conftest import context_of, home_of

from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import (
    Certainty,
    CostKind,
    NotHere,
    Proposal,
)


def test_the_target_says_how_much_less_a_day() -> None:
    proposal = proposed("stay-under-the-cliff", *([170] * 12))

    assert proposal.certainty is Certainty.TARGET
    assert proposal.stay_under_kwh == 140
    assert proposal.parameters == {
        "limit": 140,
        "months": 12,
        "kwh_a_day": Decimal("1.1"),
    }


@pytest.mark.parametrize("kwh", [141.0, 157.2, 170.0, 199.9])
def test_the_target_of_a_day_brings_every_month_under_the_limit(kwh: float) -> None:
    context = context_of(home_of(kwh, 150.0, *([120.0] * 8), 150.0, 165.0)).prepared()

    proposal = BY_ID["stay-under-the-cliff"].judge(context)

    assert isinstance(proposal, Proposal)
    daily = proposal.parameters["kwh_a_day"]
    assert isinstance(daily, Decimal)
    for terms, month in zip(context.year, context.kwh_by_month, strict=True):
        assert month - daily * terms.period.days <= 140


@pytest.mark.parametrize(
    ("kwh", "reason"),
    [
        pytest.param(139, "reason.under-cliff", id="under it"),
        pytest.param(400, "reason.far-from-cliff", id="far above it"),
    ],
)
def test_a_limit_that_is_no_question_is_no_target(kwh: float, reason: str) -> None:
    answer = judged("stay-under-the-cliff", *([kwh] * 12))

    assert isinstance(answer, NotHere)
    assert answer.reason == reason


def test_panels_serve_the_day_and_ask_for_their_price() -> None:
    proposal = proposed("rooftop-panels", *([200] * 12), **OWNER)

    assert max(proposal.effect.home_shares) < 0.5
    assert proposal.other is None
    assert proposal.cost.kind is CostKind.ASKED
    assert proposal.life_years == 25
    assert "export-worth-nothing" in {issue.code for issue in proposal.issues}


def test_panels_are_not_for_a_home_that_uses_little() -> None:
    answer = judged("rooftop-panels", *([60] * 12), **OWNER)

    assert isinstance(answer, NotHere)
    assert answer.reason == "reason.too-little-for-panels"


def test_typed_assumptions_replace_ours(full_house: PlanContext) -> None:
    edited = replace(
        full_house, home=replace(full_house.home, assumptions={"cold-wash-share": Decimal("0.2")})
    )

    answer = BY_ID["cold-wash"].judge(edited.prepared())

    assert isinstance(answer, Proposal)
    assert share(answer) == pytest.approx(0.2)
    assert (answer.effect.low, answer.effect.high) == (1.0, 1.0)


def test_panels_of_other_sizes_are_offered_and_each_costs_its_kwp() -> None:
    proposal = proposed(
        "rooftop-panels", *([400] * 12), assumptions={"cost-pv-kwp": Decimal(3000)}, **OWNER
    )

    sizes = [proposal, *proposal.variants]
    assert len(sizes) >= 4
    for size in sizes:
        kwp = size.parameters["kwp"]
        assert isinstance(kwp, Decimal)
        assert size.cost.middle == 3000 * kwp
        assert size.life_years == proposal.life_years
    by_size = sorted(sizes, key=lambda size: size.cost.middle or 0)
    spared = [sum(size.effect.home_shares) for size in by_size]
    assert spared == sorted(spared)


def test_a_roof_that_holds_little_is_offered_no_more() -> None:
    proposal = proposed(
        "rooftop-panels", *([400] * 12), assumptions={"roof-kwp": Decimal("0.8")}, **OWNER
    )

    sizes = [size.parameters["kwp"] for size in (proposal, *proposal.variants)]
    assert max(sizes) == Decimal("0.75")  # type: ignore[type-var]
