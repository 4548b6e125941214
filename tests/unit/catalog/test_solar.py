"""Sun of the cities, and what energy given to the grid is worth."""

import pytest

from ahorraluz.catalog.places import departments
from ahorraluz.catalog.solar import (
    cities_in,
    find_city,
    load_cities,
    load_climate,
    load_generation_rule,
    load_solar,
    load_use_hours,
    solar_at,
)
from ahorraluz.core.history import Grade
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.usage.facts import EndUseId

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def test_forty_five_cities_in_every_department() -> None:
    assert len(load_cities()) == 45
    assert {city.department for city in load_cities().values()} == set(departments())


@pytest.mark.parametrize("city", list(load_cities()))
def test_the_recommended_sun_lies_between_the_sources(city: str) -> None:
    sun = load_solar(city)

    ranges = zip(sun.ghi_low_kwh_m2_day, sun.ghi_kwh_m2_day, sun.ghi_high_kwh_m2_day, strict=True)
    assert all(low <= middle <= high for low, middle, high in ranges)


def test_limas_winter_has_half_the_sun_of_its_summer() -> None:
    sun = load_solar("lima").ghi_kwh_m2_day

    year = sum(days * value for days, value in zip(MONTH_DAYS, sun, strict=True))
    assert min(sun) < max(sun) / 2
    assert year == pytest.approx(1563, rel=0.01)


def test_the_band_of_limas_yield_is_wide() -> None:
    assert load_solar("Lima").yield_band_kwh_kwp_year == (1000, 1440)


def test_a_coordinate_near_a_city_has_its_sun_and_one_far_away_that_of_its_cell() -> None:
    near = solar_at(-12.1, -77.0)
    far = solar_at(-13.9, -71.9, altitude_m=4300)

    assert near.ghi_kwh_m2_day == load_solar("lima").ghi_kwh_m2_day
    assert near.issues == ()
    assert far.from_grid
    assert [issue.code for issue in far.issues] == ["solar-from-grid"]
    assert max(far.monthly_temp_c) < 10


def test_a_height_that_nobody_told_is_said() -> None:
    codes = [issue.code for issue in solar_at(-9.0, -75.0).issues]

    assert codes == ["solar-from-grid", "solar-altitude-unknown"]


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        pytest.param(-12.0, -77.6, id="the sea before Lima"),
        pytest.param(-18.5, -70.3, id="Arica, in Chile"),
        pytest.param(-2.2, -79.9, id="Guayaquil"),
        pytest.param(-16.5, -68.15, id="La Paz"),
        pytest.param(-4.2, -69.93, id="Leticia"),
        pytest.param(40.0, -3.7, id="Madrid"),
    ],
)
def test_a_place_outside_peru_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(InvalidInputError) as refused:
        solar_at(lat, lon)

    assert refused.value.issue.code == "place-outside-peru"


@pytest.mark.parametrize("city", sorted(load_cities()))
def test_every_city_on_file_lies_in_peru(city: str) -> None:
    at = load_cities()[city]

    assert solar_at(at.lat, at.lon).lat == at.lat


@pytest.mark.parametrize("lat", [float("nan"), 91.0, float("-inf")])
def test_what_is_no_coordinate_is_refused(lat: float) -> None:
    with pytest.raises(InvalidInputError) as refused:
        solar_at(lat, -75.0)

    assert refused.value.issue.code == "place-impossible"


def test_every_end_use_has_its_hours() -> None:
    assert set(load_use_hours()) == {use.value for use in EndUseId}


def test_a_city_is_found_without_its_accents() -> None:
    assert find_city("huanuco").name == "Huánuco"
    assert "arequipa" in {city.id for city in cities_in("arequipa")}


def test_a_city_that_is_not_on_file_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidInputError) as refused:
        load_solar("Atlantis")

    assert refused.value.issue.code == "city-unknown"
    assert "Arequipa" in str(refused.value.issue.parameters["known"])


def test_temperature_is_twelve_months_or_not_known() -> None:
    known = [load_climate(city) for city in load_cities()]

    assert {len(one.monthly_temp_c) for one in known if one} == {12}
    assert None in known


def test_energy_given_to_the_grid_is_worth_nothing_and_says_since_when_that_was_checked() -> None:
    rule = load_generation_rule()

    assert rule.scheme == "none"
    assert rule.export_price_pen_kwh == 0
    assert rule.checked_on == "2026-08-13"


def test_sun_that_only_a_rule_of_ours_gives_is_marked() -> None:
    assert load_solar("arequipa").grade is Grade.INFERENCE
