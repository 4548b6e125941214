"""Homes that no line reaches: what they stop spending, and nothing invented."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ahorraluz.catalog.national import load_national
from ahorraluz.core.advice.interactions import ruled_out
from ahorraluz.core.advice.lineless_home import HomeWithoutLine, LinelessContext, Purpose
from ahorraluz.core.advice.measures import Proposal
from ahorraluz.core.advice.recommendation import Standing
from ahorraluz.core.advice.wishes import Objective, WishError, Wishes
from ahorraluz.core.advice.without_line import MEASURES
from ahorraluz.core.home import Appliance, CookingFuel
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.tariffs.figures import DISCOUNT_RATE
from ahorraluz.services.advise import facts_of
from ahorraluz.services.advise_without_line import (
    LinelessAdvice,
    advise_without_line,
    assume_without_line,
)
from ahorraluz.services.homes import home_without_line
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

PAYBACK_YEARS = 3
"""Years in which what has no published life must pay back."""
AS_OF = date(2026, 11, 24)
QUOTE = {"cost-offgrid-kit": Decimal(900), "offgrid-kit-wp": Decimal(80)}
LAMPS = Appliance(id="foco-led-10", count=3, hours_day=4)
PHONES = Appliance(id="cargador-celular", count=2, hours_day=3)
TELEVISION = Appliance(id="tv-led-32-43", hours_day=3)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


def home(**stated: Any) -> HomeWithoutLine:
    return HomeWithoutLine(
        **{
            "spending": {Purpose.LIGHT: Decimal(24), Purpose.CHARGING: Decimal(12)},
            "city": "iquitos",
            "department": "loreto",
            "appliances": (LAMPS, PHONES, TELEVISION),
            "assumptions": QUOTE,
            "cooking": CookingFuel.LPG,
            **stated,
        }
    )


def advised(tools: Toolbox, wishes: Wishes | None = None, **stated: Any) -> LinelessAdvice:
    return advise_without_line(home(**stated), tools=tools, as_of=AS_OF, wishes=wishes or Wishes())


def codes(proposal: Proposal) -> set[str]:
    return {issue.code for issue in proposal.issues}


def test_the_kit_serves_what_is_paid_for_today(tools: Toolbox) -> None:
    plan = advised(tools).plan

    (kit,) = plan.steps
    assert kit.measure.id == "offgrid-kit"
    assert kit.proposal.parameters["purposes"] == ("light", "charging")
    assert plan.saving_pen_year == 12 * 36
    assert plan.cost_pen == 900


def test_a_larger_kit_is_taken_where_it_spares_enough(tools: Toolbox) -> None:
    spending = {Purpose.LIGHT: Decimal(24), Purpose.OTHER: Decimal(60)}

    (kit,) = advised(tools, spending=spending).plan.steps

    assert "other" in kit.proposal.parameters["purposes"]  # type: ignore[operator]
    assert kit.proposal.cost.middle is not None
    assert kit.proposal.cost.middle > 900


def test_a_smaller_kit_never_costs_more_than_the_quoted_nor_less_than_is_known(
    tools: Toolbox,
) -> None:
    paid = {Purpose.LIGHT: Decimal(24), Purpose.CHARGING: Decimal(30)}

    (kit,) = advised(tools, appliances=(PHONES,), spending=paid).plan.steps

    assert kit.proposal.cost.middle == 900
    assert codes(kit.proposal) >= {"spending-without-appliance"}


def _every_set(advice: LinelessAdvice, tools: Toolbox) -> Iterator[tuple[Decimal, Decimal]]:
    """Yield worth in soles of a year and cost of every set, reckoned without the plan's code."""
    rate = load_national().value(DISCOUNT_RATE, AS_OF)
    facts = facts_of("iquitos", load_national()).edited(advice.home.assumptions)
    context = LinelessContext(
        home=advice.home, facts=facts, need_wh_day=advice.need_wh_day, rate=rate
    )
    choices = []
    for measure in MEASURES:
        answer = measure.judge(context)
        sizes = (answer, *answer.variants) if isinstance(answer, Proposal) else ()
        sure = [s for s in sizes if s.cost.middle is not None and s.certainty.value == "sure"]
        choices.append([None, *((measure.id, size) for size in sure)])
    for picked in product(*choices):
        chosen = [one for one in picked if one is not None]
        names = [name for name, _ in chosen]
        if any(ruled_out(name, names) for name in names):
            continue
        worth, cost = Decimal(0), Decimal(0)
        for _, size in chosen:
            years = size.life_years or PAYBACK_YEARS
            lasting = sum(1 / (1 + rate) ** year for year in range(1, years + 1))
            assert size.other is not None
            assert size.cost.middle is not None
            worth += 12 * size.other.middle - size.cost.middle / lasting
            cost += size.cost.middle
        yield worth, cost


@pytest.mark.parametrize("budget", [0, 300, 950, 1500, 4000, None])
def test_no_other_set_leaves_more(budget: int | None, tools: Toolbox) -> None:
    figures = QUOTE | {
        "wood-kg-month": Decimal(120),
        "wood-pen-kg": Decimal("0.5"),
        "cost-improved-stove": Decimal(250),
        "dung-kg-day": Decimal(45),
        "burner-h-day": Decimal(7),
        "cost-biodigester": Decimal(700),
    }
    advice = advised(
        tools,
        assumptions=figures,
        cooking=CookingFuel.FIREWOOD,
        budget_pen=None if budget is None else Decimal(budget),
        spending={
            Purpose.LIGHT: Decimal(24),
            Purpose.CHARGING: Decimal(12),
            Purpose.OTHER: Decimal(25),
        },
    )

    sets = [worth for worth, cost in _every_set(advice, tools) if budget is None or cost <= budget]

    assert float(advice.plan.net_pen_month * 12) == pytest.approx(float(max(sets)), abs=0.07)
    assert advice.plan.sets == len(sets)


def test_without_a_quote_the_kit_is_told_with_the_price_at_which_it_pays(tools: Toolbox) -> None:
    plan = advised(tools, assumptions={}).plan

    kit = next(one for one in plan.options if one.measure.id == "offgrid-kit")
    assert (plan.steps, kit.standing) == ((), Standing.ASK_PRICE)
    assert kit.worth is not None
    assert kit.worth.pays_below_pen is not None
    assert kit.worth.pays_below_pen > 1000
    assert "cost-offgrid-kit" in [question.id for question in plan.questions]


def test_a_quote_without_its_size_is_asked_for_it(tools: Toolbox) -> None:
    plan = advised(tools, assumptions={"cost-offgrid-kit": Decimal(900)}).plan

    assert plan.steps == ()
    assert "offgrid-kit-wp" in [question.id for question in plan.questions]


@pytest.mark.parametrize(
    ("missing", "question"),
    [
        pytest.param({"city": None, "department": None}, "place", id="no place"),
        pytest.param({"appliances": ()}, "appliances-without-line", id="no list"),
        pytest.param({"spending": {}}, "spending-without-line", id="no spending"),
    ],
)
def test_what_is_missing_is_asked_and_not_invented(
    missing: dict[str, Any], question: str, tools: Toolbox
) -> None:
    plan = advised(tools, **missing).plan

    assert plan.steps == ()
    assert question in [one.id for one in plan.questions]


def test_the_programme_is_told_and_never_counted(tools: Toolbox) -> None:
    unknown, told = (
        next(
            one
            for one in advised(tools, assumptions=figures).plan.options
            if one.measure.id == "solar-programme"
        )
        for figures in (QUOTE, QUOTE | {"programme-fee": Decimal(14)})
    )

    assert unknown.standing is told.standing is Standing.IF_GRANTED
    assert codes(unknown.proposal) == {"programme-fee-unknown"}
    assert unknown.saving_year is None
    assert told.saving_year is not None
    assert told.saving_year.middle == 12 * (36 - 14)


def test_who_puts_kits_up_is_of_the_place(tools: Toolbox) -> None:
    here = {entry.id for entry in advised(tools).offered_by}
    there = {entry.id for entry in advised(tools, department="puno", city="puno").offered_by}

    assert "acciona-org" in here
    assert "acciona-org" not in there
    assert "programa-masivo-fv" in there


@pytest.mark.parametrize(
    "wishes",
    [
        pytest.param(Wishes(instalment_pen=Decimal(20)), id="an instalment"),
        pytest.param(Wishes(frontier=True), id="a frontier"),
        pytest.param(Wishes(any_option=True), id="other options"),
    ],
)
def test_what_needs_a_line_is_refused(wishes: Wishes, tools: Toolbox) -> None:
    with pytest.raises(InvalidInputError) as caught:
        advised(tools, wishes)

    assert caught.value.issue.code == "wish-needs-line"


def test_co2_of_candles_is_not_known(tools: Toolbox) -> None:
    with pytest.raises(WishError) as caught:
        advised(tools, Wishes(objective=Objective.CO2))

    assert caught.value.issue.code == "co2-without-line"


def test_soles_of_today_are_an_aim_too(tools: Toolbox) -> None:
    plan = advised(tools, Wishes(objective=Objective.NPV)).plan

    assert plan.npv_pen > 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("cost-offgrid-kit", "assume-form", id="no value"),
        pytest.param("cost-offgrid-kitt=3", "assume-unknown", id="misspelt"),
        pytest.param("offgrid-kit-wp=1", "assume-range", id="too small"),
    ],
)
def test_a_moved_figure_that_cannot_be_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        assume_without_line(home(), [text])

    assert caught.value.issue.code == code


def test_a_moved_figure_moves_the_plan(tools: Toolbox) -> None:
    dear = assume_without_line(home(), ["cost-offgrid-kit=9000"])

    plan = advise_without_line(dear, tools=tools, as_of=AS_OF).plan

    assert plan.steps == ()
    (kit,) = [out for out in plan.left_out if out.measure == "offgrid-kit"]
    assert kit.reason == "reason.dearer-than-worth"
    assert kit.enters_below_pen is not None
    cheap = replace(
        dear, assumptions=QUOTE | {"cost-offgrid-kit": kit.enters_below_pen - Decimal(1)}
    )
    assert advise_without_line(cheap, tools=tools, as_of=AS_OF).plan.steps


EXAMPLE = Path(__file__).resolve().parents[2] / "golden" / "plans" / "without-line" / "home.toml"


def test_the_file_says_it_and_is_read() -> None:
    found = home_without_line(EXAMPLE, as_of=AS_OF)

    assert found is not None
    assert found.spending[Purpose.LIGHT] == 24
    assert found.budget_pen == 1500
