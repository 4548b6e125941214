"""Sun of two cities (near the real rows), assumptions on file and a home, for renewables."""

from decimal import Decimal

import pytest

from ahorraluz.catalog.assumptions import load_solar_assumptions
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.load import HomeLoad, load_of_uses

LIMA_GHI = (5.64, 5.41, 5.98, 4.42, 3.68, 2.77, 2.61, 2.66, 3.19, 4.39, 5.02, 5.66)
LIMA_TEMP = (22.6, 23.4, 23.0, 21.2, 19.2, 17.8, 17.1, 16.7, 16.9, 17.8, 19.2, 21.2)
AREQUIPA_GHI = (6.4, 6.0, 6.0, 5.9, 5.4, 5.1, 5.2, 5.8, 6.5, 7.1, 7.3, 7.0)
AREQUIPA_TEMP = (15.3, 15.1, 15.0, 14.8, 14.3, 13.7, 13.5, 14.0, 14.6, 14.9, 15.0, 15.3)


def city(
    name: str,
    place: tuple[float, float, float],
    ghi: tuple[float, ...],
    temperatures: tuple[float, ...],
    band: tuple[float, float] | None = None,
) -> SolarFacts:
    return SolarFacts(
        city=name,
        lat=place[0],
        lon=place[1],
        altitude_m=place[2],
        ghi_kwh_m2_day=ghi,
        ghi_low_kwh_m2_day=tuple(value * 0.95 for value in ghi),
        ghi_high_kwh_m2_day=tuple(value * 1.1 for value in ghi),
        monthly_temp_c=temperatures,
        yield_band_kwh_kwp_year=band,
    )


LIMA = (-12.05, -77.05, 154.0)
AREQUIPA = (-16.4, -71.54, 2335.0)


@pytest.fixture(scope="session")
def lima() -> SolarFacts:
    return city("lima", LIMA, LIMA_GHI, LIMA_TEMP, (1000, 1440))


@pytest.fixture(scope="session")
def arequipa() -> SolarFacts:
    return city("arequipa", AREQUIPA, AREQUIPA_GHI, AREQUIPA_TEMP)


@pytest.fixture(scope="session")
def unsurveyed() -> SolarFacts:
    """Return a city with irradiation and nothing else."""
    return city("moquegua", AREQUIPA, AREQUIPA_GHI, ())


@pytest.fixture(scope="session")
def assumptions() -> SolarAssumptions:
    return load_solar_assumptions()


@pytest.fixture(scope="session")
def evening() -> HomeLoad:
    """Return a home of 180 kWh a month that uses most of it after dark."""
    hours = {"other": (1.0,) * 6 + (2.0,) * 12 + (4.0,) * 5 + (2.0,)}
    return load_of_uses({"other": (180.0,) * 12}, hours)


@pytest.fixture(scope="session")
def no_export() -> GenerationRule:
    return GenerationRule(scheme="none", export_price_pen_kwh=Decimal(0), checked_on="2026-08-13")
