"""A battery without panels: from cheap hours to dear ones, or bought with panels."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.core.advice.catalogue.conftest import BY_ID, OWNER, judged
from tests.unit.core.advice.conftest import SUPPLY, context_of, home_of

from ahorraluz.core.advice.catalogue.storing import EVENING_LEFT
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import Answer, Ask, CostKind, NotHere, Proposal
from ahorraluz.core.advice.pricing import band_split
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import Option, Tenure
from ahorraluz.core.tariffs.billing import price_bill

D = Decimal
BY_HOURS = replace(SUPPLY, option=Option.BT5F)
BATTERY = {"cost-battery-kwh": D(500)}
PANELS = {"cost-pv-kwp": D(2500), "cost-inverter-kwp": D(300)}


def by_hours(peak: str = "0.40", *, kwh: float = 250, **stated: Any) -> PlanContext:
    """Return a home that is billed by hours and told its share of hora punta."""
    figures = {"peak-share": D(peak), **stated.pop("assumptions", {})}
    about = {**OWNER, "supply": BY_HOURS, "assumptions": figures, **stated}
    context = context_of(home_of(*([kwh] * 12), **about)).prepared()
    return replace(context, band_shares={Band.PEAK: D(peak)})


def battery(context: PlanContext) -> Proposal:
    answer = BY_ID["peak-battery"].judge(context)
    assert isinstance(answer, Proposal), answer
    return answer


def test_a_battery_saves_the_difference_of_two_recibos_with_its_losses_bought() -> None:
    context = by_hours()
    solar = context.facts.solar
    found = battery(context)

    saved = D(0)
    for terms, kwh in zip(context.year, context.kwh_by_month, strict=True):
        now = band_split(kwh, shares=context.band_shares, bands=terms.bands)
        holds = 2.5 * solar.battery_usable.middle * terms.period.days
        out = D(repr(min(holds, float(now[Band.PEAK]) * EVENING_LEFT[1]))).quantize(D("0.001"))
        bought = (out / D(repr(solar.battery_efficiency.middle))).quantize(D("0.001"))
        then = {
            Band.PEAK: now[Band.PEAK] - out,
            Band.OFF_PEAK: now[Band.OFF_PEAK] + bought,
        }
        bills = [
            price_bill(
                Consumption(
                    period=terms.period, energy_kwh=sum(bands.values(), D(0)), bands_kwh=bands
                ),
                terms,
            ).total
            for bands in (now, then)
        ]
        saved += bills[0] - bills[1]

    assert found.other is not None
    # Recibos are rounded down to ten céntimos.
    assert float(found.other.middle * 12) == pytest.approx(float(saved), abs=1.3)
    assert found.other.low <= found.other.middle <= found.other.high


def test_a_battery_moves_no_more_than_the_evening_uses() -> None:
    sizes = (found := battery(by_hours("0.05")), *found.variants)

    saved = [size.other.middle for size in sizes if size.other]
    assert len(set(saved)) == 1
    assert all(size.parameters["moved"] <= D("8.8") for size in sizes)  # type: ignore[operator]


def test_where_the_losses_eat_the_difference_it_costs() -> None:
    worn = by_hours(assumptions={"battery-efficiency": D("0.38")})

    found = battery(worn)

    assert found.other is not None
    assert found.other.middle < 0


def test_a_battery_without_a_quote_asks_for_one() -> None:
    assert battery(by_hours()).cost.kind is CostKind.ASKED
    assert battery(by_hours(assumptions=BATTERY)).cost.middle == 1250


def test_at_one_price_all_day_a_battery_cannot_pay() -> None:
    answer = judged("peak-battery", *([200] * 12), **OWNER, assumptions=BATTERY)

    assert isinstance(answer, NotHere)
    assert answer.reason == "reason.one-price-but-hours"
    # 1.03 in hora punta against 0.41 / 0.88 outside, with tax and levy.
    assert D("0.60") < answer.parameters["worth"] < D("0.80")  # type: ignore[operator]


def test_without_a_sheet_of_hours_it_cannot_pay_either() -> None:
    context = replace(context_of(home_of(*([200] * 12), **OWNER)).prepared(), otherwise={})

    answer = BY_ID["peak-battery"].judge(context)

    assert answer == NotHere(reason="reason.one-price-all-day", parameters={"option": "BT5B"})


def test_a_home_that_uses_nothing_is_told_so_too() -> None:
    answer = judged("peak-battery", *([0] * 12), **OWNER)

    assert isinstance(answer, NotHere)


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        pytest.param({"tenure": Tenure.TENANT}, "reason.tenant", id="a tenant"),
        pytest.param({"homes_on_meter": 2}, "reason.shared-meter", id="a shared meter"),
        pytest.param({"panels_kwp": 2.0}, "reason.battery-for-panels", id="panels"),
    ],
)
def test_a_battery_for_hours_is_not_for_every_home(stated: dict[str, Any], reason: str) -> None:
    answer = BY_ID["peak-battery"].judge(by_hours(**stated))

    assert answer == NotHere(reason=reason)


def test_panels_are_not_told_at_the_mean_of_hours() -> None:
    for name in ("rooftop-panels", "panels-with-battery"):
        answer = BY_ID[name].judge(by_hours())

        assert answer == NotHere(reason="reason.sun-under-hours")


def pair(**figures: Decimal) -> Answer:
    return judged("panels-with-battery", *([200] * 12), **OWNER, assumptions=figures)


def test_with_both_quotes_pairs_of_sizes_are_offered_at_their_true_cost() -> None:
    answer = pair(**BATTERY, **PANELS)
    assert isinstance(answer, Proposal)

    sizes = {
        (size.parameters["kwp"], size.parameters["capacity"]): size
        for size in (answer, *answer.variants)
    }
    assert len({kwp for kwp, _ in sizes}) > 1
    for (kwp, capacity), size in sizes.items():
        assert isinstance(kwp, Decimal)
        assert isinstance(capacity, Decimal)
        assert size.cost.middle == kwp * 2500 + capacity * 500
        assert size.life_years == 25
        # Two more batteries and two more inverters in the life of the panels.
        assert size.new_parts == {
            10: capacity * 500,
            12: kwp * 300,
            20: capacity * 500,
            24: kwp * 300,
        }


def test_a_pair_spares_more_than_its_panels_and_never_more_than_is_used() -> None:
    alone = judged("rooftop-panels", *([200] * 12), **OWNER, assumptions={**BATTERY, **PANELS})
    both = pair(**BATTERY, **PANELS)
    assert isinstance(alone, Proposal)
    assert isinstance(both, Proposal)
    panels = {one.parameters["kwp"]: one for one in (alone, *alone.variants)}

    for size in (both, *both.variants):
        without = panels[size.parameters["kwp"]].effect.home_shares
        shares = size.effect.home_shares
        assert all(one > other for one, other in zip(shares, without, strict=True))
        assert max(shares) <= 1


def test_a_pair_without_a_quote_is_told_with_the_price_at_which_it_pays() -> None:
    without_any, without_battery = pair(), pair(**PANELS)

    assert isinstance(without_any, Proposal)
    assert isinstance(without_battery, Proposal)
    assert (without_any.cost.figure, without_any.variants) == ("cost-pv-kwp", ())
    assert without_battery.cost.figure == "cost-battery-kwh"
    # Nobody priced the next battery: the pair counts as long as the first lasts.
    assert without_any.life_years == without_battery.life_years == 10


def test_a_pair_asks_what_panels_ask() -> None:
    answer = judged("panels-with-battery", *([200] * 12), city="arequipa")

    assert isinstance(answer, Ask)
    assert {question.id for question in answer.questions} == {"tenure", "roof"}
