"""Rooftop arrays: yield with an honest band, self-use, and nothing for exports."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.home import Home, MonthlyUse, Roof, Supply, Tenure
from ahorraluz.core.periods import Period
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.load import HomeLoad, load_of_uses
from ahorraluz.core.renewables.matching import SizeLimits, match_arrays
from ahorraluz.core.renewables.solar import (
    as_stated,
    daytime_kwp,
    monthly_yield,
    roof_obstacle,
    use_of_array,
    yearly_yield,
)
from ahorraluz.core.renewables.sun import SolarError


def test_lima_has_the_band_that_was_found_there(
    lima: SolarFacts, assumptions: SolarAssumptions
) -> None:
    found = yearly_yield(lima, assumptions=assumptions)

    assert found.low <= 1000
    assert 1150 < found.middle < 1260
    assert found.high == 1440
    assert found.basis == "basis.solar-yield"


def test_sources_that_agree_do_not_make_a_narrow_range(
    arequipa: SolarFacts, assumptions: SolarAssumptions
) -> None:
    found = yearly_yield(arequipa, assumptions=assumptions)

    assert found.low == pytest.approx(found.middle * 0.85)
    assert found.high == pytest.approx(found.middle * 1.15)


def test_months_follow_the_sun_and_add_up_to_the_year(
    lima: SolarFacts, assumptions: SolarAssumptions
) -> None:
    months = monthly_yield(lima, assumptions=assumptions)

    assert sum(month.middle for month in months) == pytest.approx(
        yearly_yield(lima, assumptions=assumptions).middle
    )
    assert months[2].middle > 1.8 * months[6].middle
    assert months[0].unit == "kWh/kWp/month"


LOADS = st.lists(st.floats(0, 1000), min_size=12, max_size=12).filter(lambda use: sum(use) > 0)
HOURS = st.lists(st.floats(0, 10), min_size=24, max_size=24).filter(lambda use: sum(use) > 1)


@given(months=LOADS, hours=HOURS, kwp=st.floats(0.1, 10))
def test_used_and_exported_are_what_was_made(
    months: list[float],
    hours: list[float],
    kwp: float,
    lima: SolarFacts,
    assumptions: SolarAssumptions,
    no_export: GenerationRule,
) -> None:
    load = load_of_uses({"other": months}, {"other": hours})

    found = use_of_array(load, lima, kwp=kwp, assumptions=assumptions, rule=no_export)

    for month in range(12):
        used, exported = found.used[month], found.exported[month]
        made = found.generated[month].middle
        assert used.middle + exported.middle == pytest.approx(made)
        assert used.high <= months[month] + 1e-6
        assert used.middle <= min(made, months[month]) + 1e-9
        assert used.low >= 0
        assert exported.low >= 0
    assert found.used_year.middle == pytest.approx(sum(used.middle for used in found.used))
    assert found.export_value_pen_year == 0


@given(kwp=st.floats(0.1, 5), more=st.floats(0.1, 5))
def test_a_larger_array_makes_more_and_is_used_no_less(
    kwp: float,
    more: float,
    evening: HomeLoad,
    lima: SolarFacts,
    assumptions: SolarAssumptions,
    no_export: GenerationRule,
) -> None:
    small, large = (
        use_of_array(evening, lima, kwp=size, assumptions=assumptions, rule=no_export)
        for size in (kwp, kwp + more)
    )

    assert large.generated[0].middle > small.generated[0].middle
    assert large.used_year.middle >= small.used_year.middle - 1e-9


def test_energy_given_away_is_worth_nothing_today(
    evening: HomeLoad,
    lima: SolarFacts,
    assumptions: SolarAssumptions,
    no_export: GenerationRule,
) -> None:
    found = use_of_array(evening, lima, kwp=3, assumptions=assumptions, rule=no_export)

    assert found.exported_year.middle > found.used_year.middle
    assert found.export_value_pen_year == Decimal("0.00")
    assert [issue.code for issue in found.issues] == [
        "load-shape-assumed",
        "export-worth-nothing",
    ]
    assert found.issues[1].parameters == {"checked_on": date(2026, 8, 13)}


def test_a_rule_that_pays_is_read_from_its_record(
    evening: HomeLoad,
    lima: SolarFacts,
    assumptions: SolarAssumptions,
    no_export: GenerationRule,
) -> None:
    # Invented price: no such rule exists.
    paying = replace(no_export, scheme="net-billing", export_price_pen_kwh=Decimal("0.10"))

    found = use_of_array(evening, lima, kwp=1, assumptions=assumptions, rule=paying)

    expected = found.exported_year.middle * 0.10
    assert float(found.export_value_pen_year) == pytest.approx(expected, abs=0.01)
    assert [issue.code for issue in found.issues] == ["load-shape-assumed"]


def test_an_array_for_the_day_makes_what_the_home_uses_by_day(
    evening: HomeLoad, arequipa: SolarFacts, assumptions: SolarAssumptions
) -> None:
    kwp = daytime_kwp(evening, arequipa, assumptions=assumptions)

    made = yearly_yield(arequipa, assumptions=assumptions).middle
    assert kwp == pytest.approx(180 * 12 * evening.day_share / made)


def test_a_wider_assumption_about_the_day_makes_a_wider_answer(
    evening: HomeLoad,
    lima: SolarFacts,
    assumptions: SolarAssumptions,
    no_export: GenerationRule,
) -> None:
    known = assumptions.edited({"daytime-share": Decimal("0.50")})

    wide = use_of_array(evening, lima, kwp=1, assumptions=assumptions, rule=no_export).used_year
    narrow = use_of_array(evening, lima, kwp=1, assumptions=known, rule=no_export).used_year

    assert narrow.middle == pytest.approx(wide.middle)
    assert narrow.high - narrow.low < wide.high - wide.low


@pytest.mark.parametrize(
    ("tenure", "roof", "code"),
    [
        pytest.param(Tenure.OWNER, Roof.OWN, None, id="an owner with a roof"),
        pytest.param(Tenure.TENANT, Roof.OWN, "roof-not-own", id="a tenant"),
        pytest.param(Tenure.TENANT, None, "roof-not-own", id="a tenant, roof not stated"),
        pytest.param(Tenure.OWNER, Roof.SHARED, "roof-not-own", id="a flat"),
        pytest.param(None, Roof.NONE, "roof-not-own", id="no roof"),
        pytest.param(None, Roof.OWN, "roof-unknown", id="tenure not stated"),
        pytest.param(Tenure.OWNER, None, "roof-unknown", id="roof not stated"),
    ],
)
def test_panels_are_only_for_an_owner_with_a_roof(
    tenure: Tenure | None, roof: Roof | None, code: str | None
) -> None:
    recibo = MonthlyUse(period=Period(date(2026, 8, 1), date(2026, 8, 31)), kwh=Decimal(180))
    home = Home(
        supply=Supply(distributor="luz-del-sur"), history=(recibo,), tenure=tenure, roof=roof
    )

    obstacle = roof_obstacle(home)

    assert (obstacle.code if obstacle else None) == code


@pytest.mark.parametrize("kwp", [0.0, -1.0, float("nan"), float("inf")])
def test_an_array_that_cannot_be_is_refused(
    kwp: float,
    evening: HomeLoad,
    lima: SolarFacts,
    assumptions: SolarAssumptions,
    no_export: GenerationRule,
) -> None:
    with pytest.raises(SolarError) as refused:
        use_of_array(evening, lima, kwp=kwp, assumptions=assumptions, rule=no_export)

    assert refused.value.issue.code == "solar-size-impossible"


@pytest.mark.parametrize("months", [[], [100.0] * 11, [*[180.0] * 11, -1.0]])
def test_a_year_has_twelve_months_of_use(months: list[float]) -> None:
    with pytest.raises(SolarError) as refused:
        load_of_uses({"other": months}, {"other": [1.0] * 24})

    assert refused.value.issue.code == "load-impossible"


def test_what_the_household_typed_moves_the_day_itself(
    evening: HomeLoad, assumptions: SolarAssumptions
) -> None:
    typed = assumptions.edited({"daytime-share": Decimal("0.7")})

    assert as_stated(evening, assumptions) is evening
    assert as_stated(evening, typed).day_share == pytest.approx(0.7)


def test_sizes_are_offered_around_the_one_that_fits_the_day(
    evening: HomeLoad,
    arequipa: SolarFacts,
    assumptions: SolarAssumptions,
    no_export: GenerationRule,
) -> None:
    arrays = match_arrays(evening, arequipa, assumptions=assumptions, rule=no_export)
    on_a_small_roof = match_arrays(
        evening, arequipa, assumptions=assumptions, rule=no_export, within=SizeLimits(most_kwp=0.3)
    )

    assert [array.kwp for array in arrays] == [0.5, 0.25, 0.75, 1.0]
    assert [array.kwp for array in on_a_small_roof] == [0.25]
