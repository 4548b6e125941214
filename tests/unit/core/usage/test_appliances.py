"""Energy of single appliances."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.home import Appliance
from ahorraluz.core.usage.appliances import (
    ApplianceError,
    Surroundings,
    appliance_energy,
    survey_appliance,
    worst_basis,
)
from ahorraluz.core.usage.facts import ApplianceFacts, EndUseId, UsageAssumptions


@pytest.fixture(scope="module")
def surroundings(
    catalogue: Mapping[str, ApplianceFacts], assumptions: UsageAssumptions
) -> Surroundings:
    return Surroundings(catalogue=catalogue, assumptions=assumptions)


def test_a_label_beats_the_plate(surroundings: Surroundings) -> None:
    fridge = Appliance(id="refrigeradora-mediana", label_kwh_year=360, power_w=350)

    estimate = appliance_energy(fridge, surroundings=surroundings)

    assert estimate is not None
    assert estimate.middle == pytest.approx(30)
    assert estimate.basis == "basis.label"


def test_the_plate_of_a_refrigerator_is_not_its_average(surroundings: Surroundings) -> None:
    fridge = Appliance(id="refrigeradora-mediana", power_w=350)

    survey = survey_appliance(fridge, surroundings=surroundings)

    assert survey.uses[0].mean_kwh == pytest.approx(43.2)
    assert [issue.code for issue in survey.issues] == ["label-missing"]


def test_a_refrigerator_without_any_figure_gets_a_wide_assumption(
    surroundings: Surroundings,
) -> None:
    estimate = appliance_energy(Appliance(id="refrigeradora-inverter"), surroundings=surroundings)

    assert estimate is not None
    assert estimate.high > 1.5 * estimate.low


def test_power_times_duty_times_hours(surroundings: Surroundings) -> None:
    iron = Appliance(id="plancha", count=2, power_w=1200, hours_day=0.5)

    estimate = appliance_energy(iron, surroundings=surroundings)

    assert estimate is not None
    assert estimate.middle == pytest.approx(2 * 1200 * 0.6 * 0.5 * 30 / 1000)
    assert estimate.basis == "basis.stated"


def test_hours_nobody_stated_make_a_wide_range(surroundings: Surroundings) -> None:
    stated = appliance_energy(Appliance(id="lavadora", hours_day=0.4), surroundings=surroundings)
    default = appliance_energy(Appliance(id="lavadora"), surroundings=surroundings)

    assert stated is not None
    assert default is not None
    assert default.high - default.low > 1.8 * (stated.high - stated.low)


def test_standby_is_a_use_of_its_own(surroundings: Surroundings) -> None:
    survey = survey_appliance(Appliance(id="tv-generico", hours_day=4), surroundings=surroundings)

    standby = survey.uses[1]
    assert standby.standby
    assert standby.end_use is EndUseId.ALWAYS_ON
    assert standby.mean_kwh == pytest.approx(6.6 * 20 * 30 / 1000)


def test_what_is_unplugged_after_use_has_no_standby(surroundings: Surroundings) -> None:
    survey = survey_appliance(
        Appliance(id="tv-generico", hours_day=4, always_on=False), surroundings=surroundings
    )

    assert [use.standby for use in survey.uses] == [False]


def test_a_decoder_switched_off_runs_fewer_hours(surroundings: Surroundings) -> None:
    on, off = (
        appliance_energy(Appliance(id="decodificador", always_on=state), surroundings=surroundings)
        for state in (True, False)
    )

    assert on is not None
    assert off is not None
    assert off.middle == pytest.approx(on.middle * 5 / 24)


def test_an_appliance_nobody_knows_the_power_of_is_asked_for(surroundings: Surroundings) -> None:
    survey = survey_appliance(Appliance(id="sin-placa"), surroundings=surroundings)

    assert survey.uses == ()
    assert survey.issues[0].code == "appliance-power-missing"
    assert survey.issues[0].parameters == {"appliance": "sin-placa"}


def test_an_appliance_without_hours_anywhere_is_asked_for(
    catalogue: Mapping[str, ApplianceFacts], assumptions: UsageAssumptions
) -> None:
    facts = replace(catalogue["plancha"], default_h_day=None)
    around = Surroundings(catalogue={"plancha": facts}, assumptions=assumptions)

    assert appliance_energy(Appliance(id="plancha"), surroundings=around) is None


def test_an_unknown_appliance_is_refused(surroundings: Surroundings) -> None:
    with pytest.raises(ApplianceError) as refused:
        survey_appliance(Appliance(id="cohete"), surroundings=surroundings)

    assert refused.value.issue.code == "appliance-unknown"


@pytest.mark.parametrize(
    "slip",
    [
        pytest.param({"hours_day": 25.0}, id="a day of 25 hours"),
        pytest.param({"hours_day": -1.0}, id="hours below zero"),
        pytest.param({"power_w": float("nan")}, id="watts that are no number"),
        pytest.param({"minutes_shower": 1e6}, id="a shower of weeks"),
        pytest.param({"count": -1}, id="fewer than none"),
    ],
)
def test_a_use_that_cannot_be_is_refused(
    slip: dict[str, float], surroundings: Surroundings
) -> None:
    with pytest.raises(ApplianceError) as refused:
        survey_appliance(Appliance(id="plancha", **slip), surroundings=surroundings)  # type: ignore[arg-type]

    assert refused.value.issue.code == "appliance-use-impossible"
    assert refused.value.issue.parameters["field"] in slip


@given(hours=st.floats(0, 24), power=st.floats(0, 9000), count=st.integers(0, 20))
def test_energy_is_never_negative_nor_above_the_plate(
    hours: float,
    power: float,
    count: int,
    catalogue: Mapping[str, ApplianceFacts],
    assumptions: UsageAssumptions,
) -> None:
    around = Surroundings(catalogue=catalogue, assumptions=assumptions)
    entry = Appliance(id="olla-arrocera", hours_day=hours, power_w=power, count=count)

    estimate = appliance_energy(entry, surroundings=around)

    assert estimate is not None
    assert 0 <= estimate.low <= estimate.middle <= power * 24 * 30 / 1000 * count + 1e-9


def test_a_sum_rests_on_its_weakest_part() -> None:
    assert worst_basis(["basis.label", "basis.ownership", "basis.stated"]) == "basis.ownership"
