"""The plan of a home, end to end on the figures that ship."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ahorraluz.core.advice.pricing import band_split
from ahorraluz.core.advice.recommendation import Recommendation
from ahorraluz.core.advice.wishes import Wishes
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import Fose, Home, MonthlyUse, Option, Roof, Tenure
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.services.advise import Advice, advise
from ahorraluz.services.explain_bill import BillRequest, explain_bill
from ahorraluz.services.homes import KnownHome, home_from_file
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

AS_OF = date(2026, 11, 24)
LAST = Period(date(2026, 10, 25), date(2026, 11, 24))
EXAMPLES = Path(__file__).parents[3] / "examples"
NAMES = ("lima", "arequipa", "andina-rural")


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path))


def _home(kwh: str, distributor: str = "luz-del-sur") -> Home:
    return Home(
        supply=find_supply(SupplyFields(distributor=distributor)),
        history=(MonthlyUse(period=LAST, kwh=Decimal(kwh)),),
    )


def _known(name: str) -> KnownHome:
    return home_from_file(EXAMPLES / f"{name}.toml", as_of=AS_OF)


def _advise(known: KnownHome, tools: Toolbox) -> Advice:
    return advise(
        known.home, tools=tools, as_of=AS_OF, receipt=known.receipt, evidence=known.evidence
    )


def _priced(advice: Advice) -> list[Recommendation]:
    plan = advice.plan
    return [item for item in (*plan.steps, *plan.options, *plan.targets) if item.rows]


@pytest.mark.parametrize("name", NAMES)
def test_every_saving_is_the_difference_of_two_public_bills(name: str, tools: Toolbox) -> None:
    known = _known(name)
    advice = _advise(known, tools)

    recomputed = 0
    for item in _priced(advice):
        saving = Decimal(0)
        for row in item.rows:
            same_terms = row.terms_with == row.terms_without
            if not same_terms:
                break
            totals = [
                explain_bill(
                    BillRequest(
                        supply=known.home.supply,
                        period=row.period,
                        kwh=kwh,
                        charges=replace(known.home.charges, previous_rounding=Decimal(0)),
                        receipt=known.receipt,
                        others=known.evidence.others,
                        fose_discount=known.evidence.discount,
                    ),
                    tools=tools,
                    as_of=AS_OF,
                ).bill.total
                for kwh in (row.kwh_without, row.kwh_with)
            ]
            assert totals == [row.total_without, row.total_with]
            saving += totals[0] - totals[1]
        else:
            recomputed += 1
            assert saving == item.bill_saving_pen_year
    assert recomputed > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_is_one_difference_of_bills(name: str, tools: Toolbox) -> None:
    plan = _advise(_known(name), tools).plan

    now = sum((month.total_now for month in plan.months), Decimal(0))
    then = sum((month.total_then for month in plan.months), Decimal(0))
    assert plan.bill_saving_pen_year == now - then
    assert plan.bill_saving_pen_year == sum(
        (step.bill_saving_pen_year for step in plan.steps), Decimal(0)
    )
    assert plan.steps


def test_one_figure_is_enough(tools: Toolbox) -> None:
    advice = advise(_home("180"), tools=tools, as_of=AS_OF)

    assert advice.bill.margin > 0
    assert advice.plan.best(5)
    assert sum(use.estimate.middle for use in advice.usage.uses) == pytest.approx(180)
    assert advice.shares is not None
    shares = sum((use.share_pen for use in advice.shares.uses), advice.shares.connected_pen)
    assert shares == advice.bill.total


def test_a_tenant_is_never_sent_to_the_roof(tools: Toolbox) -> None:
    known = _known("arequipa")
    tenant = replace(known, home=replace(known.home, tenure=Tenure.TENANT, roof=Roof.OWN))

    plan = _advise(tenant, tools).plan

    told = (*plan.steps, *plan.options, *plan.targets, *plan.checks)
    assert not [item.measure for item in told if item.needs_roof or item.needs_owner]
    assert "reason.tenant" in {left.reason for left in plan.left_out}


def test_a_shared_meter_is_split_and_adds_up(tools: Toolbox) -> None:
    shared = replace(_home("300", "seal"), homes_on_meter=3)

    advice = advise(shared, tools=tools, as_of=AS_OF)

    parts = [part.connected_pen + part.energy_pen for part in advice.split]
    assert len(parts) == 3
    assert sum(parts, Decimal(0)) == advice.bill.total


def _on_hours(option: Option, **figures: str) -> Home:
    home = _home("200")
    return replace(
        home,
        supply=replace(home.supply, distributor="luz-del-sur", system="lima-sur", option=option),
        assumptions={name.replace("_", "-"): Decimal(text) for name, text in figures.items()},
    )


@pytest.mark.parametrize(
    ("home", "code"),
    [
        pytest.param(_on_hours(Option.BT5F, peak_share="0.3"), "hours-told", id="told"),
        pytest.param(_on_hours(Option.BT5F), "hours-believed", id="believed"),
    ],
)
def test_a_home_on_hours_is_planned_in_its_bands(home: Home, code: str, tools: Toolbox) -> None:
    advice = advise(home, tools=tools, as_of=AS_OF)

    bands = advice.bill.consumption.bands_kwh
    assert set(bands) == {Band.PEAK, Band.OFF_PEAK}
    assert sum(bands.values()) == 200
    assert code in {issue.code for issue in advice.issues}
    for month in advice.plan.months:
        used = band_split(
            month.kwh_now,
            shares={Band.PEAK: bands[Band.PEAK] / 200},
            bands=(Band.PEAK, Band.OFF_PEAK),
        )
        bill = price_bill(
            Consumption(period=month.period, energy_kwh=month.kwh_now, bands_kwh=used), month.terms
        )
        assert abs(bill.total - month.total_now) <= Decimal("0.10")


@pytest.mark.parametrize(
    ("change", "measure"),
    [
        pytest.param({"homes_on_meter": 2}, "collective-supply", id="a shared meter"),
        pytest.param({"fose": Fose.EXCLUDED}, "claim-the-discount", id="without FOSE"),
    ],
)
def test_on_hours_what_another_decides_is_not_compared(
    change: dict[str, Any], measure: str, tools: Toolbox
) -> None:
    home = _on_hours(Option.BT5F, peak_share="0.3")
    if "fose" in change:
        home = replace(home, supply=replace(home.supply, **change))
    else:
        home = replace(home, **change)

    plan = advise(home, tools=tools, as_of=AS_OF, wishes=Wishes(any_option=True)).plan

    reasons = {out.measure: out.reason for out in plan.left_out}
    assert reasons[measure] == "reason.not-compared-by-hours"


def test_bands_that_are_more_than_all_are_refused(tools: Toolbox) -> None:
    home = _on_hours(Option.BT5I, peak_share="0.6", base_share="0.5")

    with pytest.raises(InvalidInputError) as caught:
        advise(home, tools=tools, as_of=AS_OF)

    assert caught.value.issue.code == "shares-above-one"


@pytest.mark.parametrize("distributor", ["seal", "electro-oriente", "electrocentro", "pluz"])
def test_a_plan_exists_for_any_distributor(tools: Toolbox, distributor: str) -> None:
    assert advise(_home("95.5", distributor), tools=tools, as_of=AS_OF).plan.best(3)
