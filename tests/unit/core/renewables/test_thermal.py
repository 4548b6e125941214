"""Solar water heaters: anchored in Lima, never more than the need or the sun."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.renewables.facts import SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.thermal import (
    SolarHeatError,
    hot_water_need,
    size_heater,
    solar_heat,
)


def test_lima_comes_out_as_simulated(lima: SolarFacts, assumptions: SolarAssumptions) -> None:
    # Simulated: 150 L a day at 50 °C from 2 m2; 1,715 kWh needed, 0.65 to 0.70 from the
    # sun, about 3 kWh a day.
    need = hot_water_need(150, lima, assumptions=assumptions)

    found = solar_heat(need, lima, collector_m2=2, assumptions=assumptions)

    assert sum(need) == pytest.approx(1715, rel=0.03)
    assert 0.63 <= found.fraction.middle <= 0.72
    assert found.year_kwh.middle / 365 == pytest.approx(3.2, abs=0.3)


def test_the_sierra_gives_more_heat_than_the_coast(
    lima: SolarFacts, arequipa: SolarFacts, assumptions: SolarAssumptions
) -> None:
    heats = [
        solar_heat(
            hot_water_need(150, city, assumptions=assumptions),
            city,
            collector_m2=2,
            assumptions=assumptions,
        )
        for city in (lima, arequipa)
    ]

    assert heats[1].year_kwh.middle > 1.3 * heats[0].year_kwh.middle


def test_people_set_the_size(assumptions: SolarAssumptions) -> None:
    four = size_heater(4, assumptions=assumptions)

    assert (four.litres_day.low, four.litres_day.middle, four.litres_day.high) == (120, 144, 168)
    assert four.collector_m2.middle == pytest.approx(144 * 0.0133)


def test_water_whose_temperature_nobody_knows_uses_the_assumption(
    unsurveyed: SolarFacts, assumptions: SolarAssumptions
) -> None:
    need = hot_water_need(100, unsurveyed, assumptions=assumptions)

    assert need[0] == pytest.approx(100 * (50 - 18) * 1.163 / 1000 * 31)


@given(need=st.lists(st.floats(0, 500), min_size=12, max_size=12), area=st.floats(0.5, 10))
def test_heat_is_at_most_the_need_and_the_sun(
    need: list[float], area: float, lima: SolarFacts, assumptions: SolarAssumptions
) -> None:
    found = solar_heat(need, lima, collector_m2=area, assumptions=assumptions)

    for month, heat in enumerate(found.monthly_kwh):
        assert 0 <= heat.low <= heat.middle <= heat.high <= need[month] + 1e-9
        # A plane towards the sun gets more than the ground, in winter most.
        assert heat.middle <= 1.2 * lima.ghi_kwh_m2_day[month] * 31 * area
        assert found.auxiliary_kwh[month] == pytest.approx(need[month] - heat.middle)
    assert 0 <= found.fraction.middle <= 1
    total = sum(heat.middle for heat in found.monthly_kwh)
    assert found.year_kwh.middle == pytest.approx(total)


def test_a_small_need_is_nearly_all_covered(
    arequipa: SolarFacts, assumptions: SolarAssumptions
) -> None:
    found = solar_heat([20.0] * 12, arequipa, collector_m2=2, assumptions=assumptions)

    assert found.fraction.middle > 0.95


@given(small=st.floats(0.5, 4), more=st.floats(0.1, 4))
def test_a_larger_collector_never_gives_less(
    small: float, more: float, lima: SolarFacts, assumptions: SolarAssumptions
) -> None:
    need = hot_water_need(150, lima, assumptions=assumptions)

    less, bigger = (
        solar_heat(need, lima, collector_m2=area, assumptions=assumptions, tank_litres=150)
        for area in (small, small + more)
    )

    assert bigger.year_kwh.middle >= less.year_kwh.middle - 1e-9


@pytest.mark.parametrize(
    ("need", "area", "code"),
    [
        pytest.param([10.0] * 11, 2.0, "solar-need-impossible", id="eleven months"),
        pytest.param([-1.0] * 12, 2.0, "solar-need-impossible", id="less than nothing"),
        pytest.param([10.0] * 12, 0.0, "collector-size-impossible", id="no collector"),
    ],
)
def test_what_cannot_be_is_refused(
    need: list[float],
    area: float,
    code: str,
    lima: SolarFacts,
    assumptions: SolarAssumptions,
) -> None:
    with pytest.raises(SolarHeatError) as refused:
        solar_heat(need, lima, collector_m2=area, assumptions=assumptions)

    assert refused.value.issue.code == code


def test_a_heater_for_nobody_and_negative_litres_are_refused(
    lima: SolarFacts, assumptions: SolarAssumptions
) -> None:
    with pytest.raises(SolarHeatError):
        size_heater(0, assumptions=assumptions)
    with pytest.raises(SolarHeatError):
        hot_water_need(-1, lima, assumptions=assumptions)
