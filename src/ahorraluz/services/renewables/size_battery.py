"""What a battery adds to an array at a home, with all it costs and loses."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.cashflow import Project, Returns, returns
from ahorraluz.core.renewables.facts import SolarAssumptions
from ahorraluz.core.renewables.load import HomeLoad
from ahorraluz.core.renewables.storage import Battery, run_battery
from ahorraluz.core.renewables.sun import Floats
from ahorraluz.services.renewables.pricing import TariffPrice, YearPrice

HOURS_FULL = 2.0
"""Hours in which a battery fills or empties, as home batteries do. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryOffer:
    """A battery that is considered beside the panels."""

    capacity_kwh: float
    cost: Decimal | None
    """Quote, IGV included; ``None``: not known. [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BatterySite:
    """What a battery would stand beside."""

    load: HomeLoad
    made: Floats
    """By the panels, shape (8760,). [kWh/h]"""
    assumptions: SolarAssumptions
    price: YearPrice | None
    rate: Decimal
    growth_year: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedBattery:
    """What a battery adds to the chosen array."""

    capacity_kwh: float
    usable_kwh: float
    given_kwh_year: float
    """From the battery to the home in its first year. [kWh/year]"""
    lost_kwh_year: float
    saving_year: Decimal | None
    """Beside what the panels save alone. [PEN/year]"""
    cost: Decimal | None
    returns: Returns | None
    life_years: int


def size_battery(offer: BatteryOffer, site: BatterySite) -> SizedBattery:
    """Return what a battery gives beside panels, and the price at which it would pay.

    Where the home is billed by two bands it also fills up just before the peak, when the
    sun has had its chance, and gives in the peak alone.

    Raises
    ------
    SolarError
        ``battery-impossible``.
    """
    assumed, load = site.assumptions, site.load.kwh
    meets = (assumed.within_hour if site.load.measured else assumed.coincidence).middle
    direct = np.minimum(site.made, load) * meets
    usable = offer.capacity_kwh * assumed.battery_usable.middle
    peak = site.price.peak if isinstance(site.price, TariffPrice) else None
    ran = run_battery(
        Battery(
            usable_kwh=usable,
            power_kw=usable / HOURS_FULL,
            efficiency=assumed.battery_efficiency.middle,
        ),
        short=load - direct,
        surplus=site.made - direct,
        cheap=None if peak is None else _before(peak),
        dear=peak,
    )
    life, given = round(assumed.battery_life_years.middle), float(ran.discharged.sum())
    saving, money = None, None
    if site.price is not None:
        saving = round_cent(site.price.cost(load - direct) - site.price.cost(ran.bought))
        money = returns(
            Project(
                cost=offer.cost or Decimal(0),
                saving_year=saving,
                energy_year=Decimal(str(given)),
                life_years=life,
                rate=site.rate,
                fading_year=Decimal(str(assumed.battery_fading_year.middle)),
                growth_year=site.growth_year,
            )
        )
    return SizedBattery(
        capacity_kwh=offer.capacity_kwh,
        usable_kwh=usable,
        given_kwh_year=given,
        lost_kwh_year=ran.lost_kwh,
        saving_year=saving,
        cost=offer.cost,
        returns=money,
        life_years=life,
    )


def _before(peak: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the last hours before each peak, as many as it takes to fill the battery."""
    soon = np.zeros_like(peak)
    for hours in range(1, round(HOURS_FULL) + 1):
        soon |= np.roll(peak, -hours)
    return np.asarray(soon & ~peak)
