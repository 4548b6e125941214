"""Sun of two cities (near the real rows) and assumptions, for the tests of renewables."""

from dataclasses import fields
from decimal import Decimal

import pytest

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts

ASSUMED = {
    "performance_ratio": (0.70, 0.75, 0.79),
    "yield_band": (0.15, 0.15, 0.15),
    "daytime_share": (0.2, 0.35, 0.5),
    "coincidence": (0.5, 0.7, 0.9),
    "degradation_year": (0.003, 0.005, 0.008),
    "heater_litres_person_day": (30, 36, 42),
    "heater_water_c": (45, 50, 55),
    "collector_m2_litre": (0.0133, 0.0133, 0.0133),
    "collector_efficiency": (0.36, 0.38, 0.42),
    "solar_fraction_max": (0.9, 0.95, 1.0),
    "cold_water_c": (12, 18, 23),
    "mains_above_air_c": (0, 3, 4),
}
LIMA_GHI = (5.64, 5.41, 5.98, 4.42, 3.68, 2.77, 2.61, 2.66, 3.19, 4.39, 5.02, 5.66)
LIMA_TEMP = (22.6, 23.4, 23.0, 21.2, 19.2, 17.8, 17.1, 16.7, 16.9, 17.8, 19.2, 21.2)
AREQUIPA_GHI = (6.4, 6.0, 6.0, 5.9, 5.4, 5.1, 5.2, 5.8, 6.5, 7.1, 7.3, 7.0)
AREQUIPA_TEMP = (15.3, 15.1, 15.0, 14.8, 14.3, 13.7, 13.5, 14.0, 14.6, 14.9, 15.0, 15.3)


def between(low: float, middle: float, high: float, unit: str = "") -> Estimate:
    return Estimate(low=low, middle=middle, high=high, unit=unit, basis="basis.assumption")


def city(
    name: str, ghi: tuple[float, ...], temperatures: tuple[float, ...], found: Estimate | None
) -> SolarFacts:
    return SolarFacts(
        city=name,
        ghi_kwh_m2_day=ghi,
        ghi_low_kwh_m2_day=tuple(value * 0.95 for value in ghi),
        ghi_high_kwh_m2_day=tuple(value * 1.1 for value in ghi),
        monthly_temp_c=temperatures,
        yield_kwh_kwp_year=found,
    )


@pytest.fixture(scope="session")
def lima() -> SolarFacts:
    return city("lima", LIMA_GHI, LIMA_TEMP, between(1000, 1146, 1440, "kWh/kWp/year"))


@pytest.fixture(scope="session")
def arequipa() -> SolarFacts:
    found = between(1618, 1726, 1826, "kWh/kWp/year")
    return city("arequipa", AREQUIPA_GHI, AREQUIPA_TEMP, found)


@pytest.fixture(scope="session")
def unsurveyed() -> SolarFacts:
    """Return a city with irradiation and nothing else."""
    return city("moquegua", AREQUIPA_GHI, (), None)


@pytest.fixture(scope="session")
def assumptions() -> SolarAssumptions:
    return SolarAssumptions(
        **{item.name: between(*ASSUMED[item.name]) for item in fields(SolarAssumptions)}
    )


@pytest.fixture(scope="session")
def no_export() -> GenerationRule:
    return GenerationRule(scheme="none", export_price_pen_kwh=Decimal(0), checked_on="2026-08-13")
