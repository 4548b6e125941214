"""A home that has panels: its whole use, what the sun gives each use, and what follows."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, facts_for, home_of

from ahorraluz.catalog.appliances import load_ownership
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import Answer, Ask, CostKind, NotHere, Proposal
from ahorraluz.core.advice.own_sun import OwnSun, PanelFacts, account_with_sun
from ahorraluz.core.advice.plan import make_plan
from ahorraluz.core.home import Appliance, Home, Roof, Tenure
from ahorraluz.core.usage.account import UsageAccount, account_for_usage
from ahorraluz.core.usage.facts import EndUseId

OWN = {
    "city": "arequipa",
    "people": 4,
    "tenure": Tenure.OWNER,
    "roof": Roof.OWN,
    "appliances": FULL_HOUSE,
}
BY_ID = {measure.id: measure for measure in ALL_MEASURES}


def accounted(home: Home) -> tuple[UsageAccount, OwnSun | None]:
    facts = facts_for(home.city)

    def account_of(like: Home) -> UsageAccount:
        return account_for_usage(
            like,
            appliances=facts.appliances,
            ownership=load_ownership(),
            climate=facts.climate,
            assumptions=facts.usage,
        )

    panels = PanelFacts(
        sun=facts.sun,
        solar=facts.solar.edited(home.assumptions),
        generation=facts.generation,
        use_hours=facts.use_hours,
    )
    return account_with_sun(home, account_of=account_of, facts=panels)


def sunny(*kwh: float, kwp: float | None = 3.0, **stated: Any) -> PlanContext:
    home = home_of(*kwh, panels_kwp=kwp, **{**OWN, **stated})
    account, own = accounted(home)
    return replace(context_of(home), account=account, own_sun=own).prepared()


def judged(name: str, context: PlanContext) -> Answer:
    return BY_ID[name].judge(context)


def proposed(name: str, context: PlanContext) -> Proposal:
    answer = judged(name, context)
    assert isinstance(answer, Proposal), answer
    return answer


@settings(max_examples=25, deadline=None)
@given(
    kwh=st.lists(st.floats(20, 600), min_size=12, max_size=12), kwp=st.sampled_from([0.3, 1, 3, 12])
)
def test_recibo_and_own_sun_together_are_the_use(kwh: list[float], kwp: float) -> None:
    account, own = accounted(home_of(*(round(month, 1) for month in kwh), panels_kwp=kwp, **OWN))

    assert own is not None
    used = [month.middle for month in own.array.used]
    left = [whole - sun for whole, sun in zip(account.monthly_kwh, used, strict=True)]
    assert left == pytest.approx(own.at_meter.monthly_kwh, abs=0.05)
    assert sum(use.estimate.middle for use in own.at_meter.uses) == pytest.approx(
        own.at_meter.total_kwh_month
    )
    for use in own.at_meter.uses:
        whole = account.use(use.id)
        assert whole is not None
        assert use.estimate.middle <= whole.estimate.middle * 1.001
        assert sum(use.monthly_kwh) == pytest.approx(12 * use.estimate.middle)


def test_without_panels_the_account_is_that_of_the_recibos() -> None:
    home = home_of(*([200] * 12), **OWN)

    account, own = accounted(home)

    assert own is None
    assert account.total_kwh_month == pytest.approx(200)


def test_more_panels_mean_more_use_behind_the_same_recibo() -> None:
    uses = [
        accounted(home_of(*([200] * 12), panels_kwp=kwp, **OWN))[0].total_kwh_month
        for kwp in (0.5, 1.0, 3.0)
    ]

    assert 200 < uses[0] < uses[1] < uses[2]


def test_the_sun_gives_most_to_what_runs_by_day() -> None:
    account, own = accounted(home_of(*([200] * 12), panels_kwp=3.0, **OWN))

    assert own is not None

    def kept(use: EndUseId) -> float:
        whole, left = account.use(use), own.at_meter.use(use)
        assert whole is not None
        assert left is not None
        return left.estimate.middle / whole.estimate.middle

    assert kept(EndUseId.LAUNDRY) < kept(EndUseId.REFRIGERATION) < kept(EndUseId.LIGHTING)


def test_nobody_proposes_the_same_panels_again() -> None:
    answer = judged("rooftop-panels", sunny(*([160] * 12)))

    assert isinstance(answer, NotHere)
    assert answer.reason == "reason.panels-suffice"
    assert answer.parameters["kwp"] == Decimal("3.0")


def test_with_a_quote_more_panels_count_only_what_they_add() -> None:
    typed = {"cost-pv-kwp": Decimal(4000)}
    with_panels = sunny(*([160] * 12), assumptions=typed)
    without = context_of(home_of(*([160] * 12), assumptions=typed, **OWN)).prepared()

    added = proposed("rooftop-panels", with_panels)
    first = proposed("rooftop-panels", without)

    assert added.cost.middle == 4000 * added.parameters["kwp"]  # type: ignore[operator]
    assert max(added.effect.home_shares) < 0.1 < max(first.effect.home_shares)


def test_a_full_roof_takes_no_more_panels() -> None:
    typed = {"cost-pv-kwp": Decimal(4000), "roof-kwp": Decimal(3)}

    answer = judged("rooftop-panels", sunny(*([160] * 12), assumptions=typed))

    assert isinstance(answer, NotHere)
    assert answer.reason == "reason.roof-full"


@pytest.mark.parametrize("name", ["rooftop-panels", "shift-to-sun", "home-battery", "panels-check"])
def test_without_a_place_the_sun_is_asked_for(name: str) -> None:
    context = sunny(*([160] * 12), city=None)

    answer = judged(name, context)

    assert context.own_sun is None
    assert isinstance(answer, Ask)
    assert [question.id for question in answer.questions] == ["place"]


@pytest.mark.parametrize("name", ["shift-to-sun", "home-battery", "panels-check"])
def test_a_home_without_panels_is_told_nothing_of_them(name: str) -> None:
    answer = judged(name, sunny(*([160] * 12), kwp=None))

    assert isinstance(answer, NotHere)
    assert answer.reason == "reason.no-panels"


def test_only_what_can_wait_moves_to_the_sun() -> None:
    proposal = proposed("shift-to-sun", sunny(*([160] * 12)))

    moved = {cut.use.id for cut in proposal.effect.cuts}
    assert moved == {
        "terma-electrica",
        "lavadora-calentador",
        "secadora-ropa",
        "plancha",
        "electrobomba-05hp",
    }
    assert proposal.parameters["spared"] < proposal.parameters["moved"]  # type: ignore[operator]


def test_a_small_array_has_less_sun_to_move_to() -> None:
    spared = [
        proposed("shift-to-sun", sunny(*([160] * 12), kwp=kwp)).parameters["spared"]
        for kwp in (0.5, 3.0)
    ]

    assert spared[0] < spared[1]  # type: ignore[operator]


def test_a_home_whose_things_cannot_wait_moves_nothing() -> None:
    cold = (Appliance(id="refrigeradora-convencional"),)

    answer = judged("shift-to-sun", sunny(*([160] * 12), appliances=cold))

    assert isinstance(answer, NotHere)
    assert answer.reason == "reason.nothing-to-move"


def test_a_larger_battery_gives_more_but_never_more_than_is_bought() -> None:
    proposal = proposed("home-battery", sunny(*([160] * 12)))

    sizes = [proposal, *proposal.variants]
    given_ = [float(size.parameters["given"]) for size in sizes]  # type: ignore[arg-type]
    assert given_ == sorted(given_)
    assert all(np.max(size.effect.home_shares) <= 1 for size in sizes)
    assert proposal.cost.kind is CostKind.ASKED


def test_a_battery_is_told_with_the_price_at_which_it_pays() -> None:
    plan = make_plan(sunny(*([160] * 12)))

    battery = next(item for item in plan.options if item.measure == "home-battery")

    assert battery.pays_below_pen is not None
    assert battery.pays_below_pen > 0
    assert battery.pays_within_years == 10
    assert battery.measure not in {step.measure for step in plan.steps}


def test_the_check_tells_what_the_inverter_should_show() -> None:
    told = proposed("panels-check", sunny(*([160] * 12))).parameters

    assert 0 < told["alarm"] < told["worst"] < told["best"]  # type: ignore[operator]
