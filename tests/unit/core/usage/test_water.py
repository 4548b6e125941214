"""Water heaters: litres times rise, whatever heats them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.home import Appliance
from ahorraluz.core.usage.appliances import Surroundings, appliance_energy, survey_appliance
from ahorraluz.core.usage.facts import ApplianceFacts, ClimateFacts, UsageAssumptions
from ahorraluz.core.usage.water import heat_kwh, temperature_rise


@pytest.fixture(scope="module")
def surroundings(
    catalogue: Mapping[str, ApplianceFacts], assumptions: UsageAssumptions
) -> Surroundings:
    return Surroundings(catalogue=catalogue, assumptions=assumptions)


def energy(appliance: Appliance, surroundings: Surroundings) -> float:
    estimate = appliance_energy(appliance, surroundings=surroundings)
    assert estimate is not None
    return estimate.middle


def test_a_hundred_litres_twenty_degrees_warmer() -> None:
    assert heat_kwh(100, rise_k=20) == pytest.approx(2.326)


def test_water_that_is_warm_already_needs_no_heat() -> None:
    assert heat_kwh(100, rise_k=-3) == 0


def test_a_shower_is_power_times_minutes(surroundings: Surroundings) -> None:
    one = Appliance(id="ducha-electrica", power_w=3700, minutes_shower=10, showers_day=1)

    assert energy(one, surroundings) == pytest.approx(0.617 * 30, rel=1e-3)


def test_the_catalogue_default_is_four_showers_of_seven_and_a_half_minutes(
    surroundings: Surroundings,
) -> None:
    assert energy(Appliance(id="ducha-electrica"), surroundings) == pytest.approx(55.5)


def test_a_stated_shower_is_known_better_than_a_default_one(surroundings: Surroundings) -> None:
    stated = Appliance(id="ducha-electrica", power_w=3700, minutes_shower=7.5, showers_day=4)

    known = appliance_energy(stated, surroundings=surroundings)
    assumed = appliance_energy(Appliance(id="ducha-electrica"), surroundings=surroundings)

    assert known is not None
    assert assumed is not None
    assert known.middle == pytest.approx(assumed.middle)
    assert known.high - known.low < assumed.high - assumed.low
    assert (known.basis, assumed.basis) == ("basis.stated", "basis.catalogue-default")


def test_people_set_the_showers_that_nobody_counted(
    catalogue: Mapping[str, ApplianceFacts], assumptions: UsageAssumptions
) -> None:
    two, six = (
        Surroundings(catalogue=catalogue, assumptions=assumptions, people=people)
        for people in (2, 6)
    )
    shower = Appliance(id="ducha-electrica")

    assert energy(shower, six) == pytest.approx(3 * energy(shower, two))


def test_a_plate_that_could_not_warm_a_trickle_is_named_and_floored(
    surroundings: Surroundings,
) -> None:
    slip = Appliance(id="ducha-electrica", power_w=37, minutes_shower=10, showers_day=1)

    survey = survey_appliance(slip, surroundings=surroundings)

    assert [issue.code for issue in survey.issues] == ["shower-power-low"]
    assert survey.uses[0].mean_kwh == pytest.approx(heat_kwh(1.2 * 10 * 30, rise_k=20))


@given(minutes=st.floats(1, 30), showers=st.floats(0.5, 10), left_on=st.booleans())
def test_a_tank_takes_at_least_the_heat_of_its_litres(
    minutes: float,
    showers: float,
    left_on: bool,
    assumptions: UsageAssumptions,
    catalogue: Mapping[str, ApplianceFacts],
) -> None:
    tank = Appliance(
        id="terma-electrica", minutes_shower=minutes, showers_day=showers, always_on=left_on
    )

    found = energy(tank, Surroundings(catalogue=catalogue, assumptions=assumptions))

    assert found > heat_kwh(4 * minutes * showers * 30, rise_k=20)


def test_half_the_watts_do_not_halve_the_energy_of_a_tank(surroundings: Surroundings) -> None:
    use = {"minutes_shower": 8.0, "showers_day": 4.0, "always_on": False}

    strong = energy(Appliance(id="terma-electrica", power_w=3000, **use), surroundings)  # type: ignore[arg-type]
    weak = energy(Appliance(id="terma-electrica", power_w=1500, **use), surroundings)  # type: ignore[arg-type]

    assert strong == weak


def test_the_same_litres_take_the_same_energy_in_a_tank_plus_its_losses(
    surroundings: Surroundings,
) -> None:
    # A shower whose plate warms exactly the tank's flow by the same rise.
    matched_w = 4 * 60 * 20 * 1.163
    use = {"minutes_shower": 8.0, "showers_day": 4.0}

    shower = energy(Appliance(id="ducha-electrica", power_w=matched_w, **use), surroundings)  # type: ignore[arg-type]
    tank = energy(Appliance(id="terma-electrica", always_on=True, **use), surroundings)  # type: ignore[arg-type]

    assert tank - shower == pytest.approx(1.5 * 30)


def test_a_tank_left_on_loses_more_than_one_switched_on_for_bathing(
    surroundings: Surroundings,
) -> None:
    timed, unknown, left_on = (
        energy(Appliance(id="terma-electrica", always_on=state), surroundings)
        for state in (False, None, True)
    )

    assert timed < unknown < left_on


def test_stated_hours_of_the_element_are_a_ceiling(surroundings: Surroundings) -> None:
    short = Appliance(id="terma-electrica", power_w=1500, hours_day=0.5)

    assert energy(short, surroundings) == pytest.approx(22.5)


def test_cold_places_heat_water_by_more_degrees(
    lima: ClimateFacts, arequipa: ClimateFacts, assumptions: UsageAssumptions
) -> None:
    warm = temperature_rise(lima, assumptions)
    cold = temperature_rise(arequipa, assumptions)
    unknown = temperature_rise(None, assumptions)

    assert warm.mean < cold.mean
    assert unknown.sd > cold.sd
