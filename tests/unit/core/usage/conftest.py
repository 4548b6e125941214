"""A small catalogue with figures near the real ones, and assumptions, for the tests of usage."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Home, MonthlyUse, Supply
from ahorraluz.core.periods import Period
from ahorraluz.core.usage.facts import (
    ApplianceFacts,
    ClimateFacts,
    EndUseId,
    OwnershipFacts,
    Physics,
    UsageAssumptions,
    Zone,
)

ASSUMED = {
    "cold_water_c": (12, 18, 23),
    "mains_above_air_c": (0, 3, 4),
    "shower_water_c": (36, 38, 41),
    "shower_flow_l_min": (2.5, 4, 7),
    "shower_flow_min_l_min": (1.2, 1.5, 1.8),
    "minutes_shower": (5, 7.5, 12),
    "showers_person_day": (0.5, 0.8, 1.1),
    "showers_day": (2, 4, 6),
    "tank_standing_loss_kwh_day": (0.8, 1.5, 2.2),
    "tank_timed_loss_share": (0.1, 0.25, 0.4),
    "refrigerator_kwh_month": (18, 30, 50),
    "switched_off_h_day": (3, 5, 8),
    "stated_power_sd": (0.15, 0.15, 0.15),
    "stated_use_sd": (0.25, 0.25, 0.25),
    "default_use_sd": (0.6, 0.6, 0.6),
    "duty_sd": (0.2, 0.2, 0.2),
    "unlisted_sd": (0.4, 0.4, 0.4),
    "label_sd": (0.15, 0.15, 0.15),
    "meter_sd": (0.02, 0.02, 0.02),
    "other_share": (0.05, 0.12, 0.25),
    "other_sd": (0.15, 0.15, 0.15),
    "meter_share_sd": (0.3, 0.3, 0.3),
    "warm_month_c": (24, 24, 24),
    "cold_month_c": (13, 13, 13),
}

USE = EndUseId
ROWS: list[tuple[str, EndUseId, tuple[float, float, float] | None, float | None, float | None]] = [
    ("ducha-electrica", USE.WATER_HEATING, (3500, 3700, 4500), 1, 0.5),
    ("terma-electrica", USE.WATER_HEATING, (1200, 1500, 1500), 1, 1),
    ("hornilla-electrica", USE.COOKING, (1000, 1200, 1200), 0.8, 1),
    ("olla-arrocera", USE.COOKING, (700, 1000, 1000), 1, 0.5),
    ("refrigeradora-mediana", USE.REFRIGERATION, (150, 200, 250), 0.3, 24),
    ("refrigeradora-inverter", USE.REFRIGERATION, None, None, None),
    ("congeladora", USE.REFRIGERATION, (150, 200, 250), 0.35, 24),
    ("lavadora", USE.LAUNDRY, (400, 500, 500), 1, 0.4),
    ("plancha", USE.LAUNDRY, (1000, 1000, 1200), 0.6, 0.3),
    ("tv-generico", USE.ENTERTAINMENT, (90, 100, 120), 1, 5),
    ("decodificador", USE.ENTERTAINMENT, (15, 43.4, 43.4), 1, 24),
    ("radio", USE.ENTERTAINMENT, (5, 15, 20), 1, 4),
    ("laptop", USE.COMPUTING, (40, 65, 65), 0.6, 5),
    ("router", USE.ALWAYS_ON, (6, 10, 15), 1, 24),
    ("foco-ahorrador-20", USE.LIGHTING, (18, 20, 25), 1, 4),
    ("ventilador", USE.CLIMATE, (40, 55, 75), 1, 6),
    ("aire-12000", USE.CLIMATE, (1200, 1500, 1800), 0.6, 6),
    ("calefactor", USE.CLIMATE, (1000, 1500, 2000), 0.8, 3),
    ("electrobomba-05hp", USE.WATER_PUMPING, (375, 375, 550), 1, 0.75),
    ("sin-placa", USE.OTHER, None, 1, 1),
]
STANDBY_W = {"tv-generico": 6.6, "decodificador": 43.4, "laptop": 8.9}
PHYSICS = {
    "ducha-electrica": Physics.SHOWER,
    "terma-electrica": Physics.TANK,
    "refrigeradora-mediana": Physics.COLD,
    "refrigeradora-inverter": Physics.COLD,
    "congeladora": Physics.COLD,
}
SHARES = {
    "refrigerator": ("refrigeradora-mediana", 0.563),
    "washing-machine": ("lavadora", 0.303),
    "television": ("tv-generico", 0.792),
    "radio": ("radio", 0.587),
    "computer": ("laptop", 0.363),
    "lighting": ("foco-ahorrador-20", 1.0),
    "electric-shower": ("ducha-electrica", 0.25),
    "storage-heater": ("terma-electrica", 0.12),
    "router": ("router", 0.5),
    "rice-cooker": ("olla-arrocera", 0.4),
    "iron": ("plancha", 0.6),
    "fan": ("ventilador", 0.3),
    "air-conditioner": ("aire-12000", 0.08),
    "room-heater": ("calefactor", 0.08),
    "water-pump": ("electrobomba-05hp", 0.08),
    "freezer": ("congeladora", 0.05),
}


def _facts(
    row: tuple[str, EndUseId, tuple[float, float, float] | None, float | None, float | None],
) -> ApplianceFacts:
    name, end_use, power, duty, hours = row
    kwh = None
    if power and duty and hours:
        kwh = power[1] * duty * hours * 30 / 1000
    return ApplianceFacts(
        id=name,
        end_use=end_use,
        physics=PHYSICS.get(name, Physics.PLAIN),
        power_w=power and _range(power, unit="W"),
        duty=duty,
        default_h_day=hours,
        default_kwh_month=kwh,
        standby_w=STANDBY_W.get(name),
        responds_to_heat=name in ("ventilador", "aire-12000"),
        responds_to_cold=name == "calefactor",
    )


def _range(values: tuple[float, float, float], *, unit: str) -> Estimate:
    low, middle, high = values
    return Estimate(low=low, middle=middle, high=high, unit=unit, basis="basis.catalogue-default")


@pytest.fixture(scope="session")
def catalogue() -> dict[str, ApplianceFacts]:
    return {row[0]: _facts(row) for row in ROWS}


@pytest.fixture(scope="session")
def ownership() -> list[OwnershipFacts]:
    return [
        OwnershipFacts(
            id=name,
            appliance=appliance,
            shares={Zone.ALL: share},
            count=5 if name == "lighting" else 1,
        )
        for name, (appliance, share) in SHARES.items()
    ]


@pytest.fixture(scope="session")
def assumptions() -> UsageAssumptions:
    return UsageAssumptions(
        **{item.name: _range(ASSUMED[item.name], unit="") for item in fields(UsageAssumptions)}
    )


@pytest.fixture(scope="session")
def lima() -> ClimateFacts:
    temperatures = (22.6, 23.4, 23.0, 21.2, 19.2, 17.8, 17.1, 16.7, 16.9, 17.8, 19.2, 21.2)
    return ClimateFacts(city="lima", monthly_temp_c=temperatures)


@pytest.fixture(scope="session")
def arequipa() -> ClimateFacts:
    temperatures = (15.3, 15.1, 15.0, 14.8, 14.3, 13.7, 13.5, 14.0, 14.6, 14.9, 15.0, 15.3)
    return ClimateFacts(city="arequipa", monthly_temp_c=temperatures)


@pytest.fixture(scope="session")
def recibos() -> Callable[..., tuple[MonthlyUse, ...]]:
    """Return recibos of the given energies, one a month from January 2026 on."""

    def build(*energies: float | str, days: int = 30) -> tuple[MonthlyUse, ...]:
        starts = [date(2026, 1, 1) + timedelta(days=days * place) for place in range(len(energies))]
        return tuple(
            MonthlyUse(period=Period(start, start + timedelta(days=days)), kwh=Decimal(str(energy)))
            for start, energy in zip(starts, energies, strict=True)
        )

    return build


@pytest.fixture(scope="session")
def home(recibos: Callable[..., tuple[MonthlyUse, ...]]) -> Callable[..., Home]:
    """Return a home in Lima with the given recibos and whatever else is stated."""

    def build(*energies: float | str, **stated: object) -> Home:
        supply = stated.pop("supply", Supply(distributor="luz-del-sur"))
        return Home(supply=supply, history=recibos(*energies), **stated)  # type: ignore[arg-type]

    return build
