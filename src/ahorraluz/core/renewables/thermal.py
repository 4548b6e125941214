"""Heat from a solar water heater, and the energy it spares the element behind it.

A simple balance by month: what the collector can bring to the tap, and no more than
the greater part of what the home needs, since some mornings the tank is cold. The
collector's efficiency is calibrated on one simulated heater in Lima (150 L a day at
50 °C from 2 m2: solar fraction 0.65 to 0.70); it is an assumption anywhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.renewables.facts import SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.ranges import Inputs, propagated
from ahorraluz.core.renewables.solar import KWH_MONTH, KWH_YEAR, MONTH_DAYS

BASIS = "basis.solar-thermal"
WATT_HOURS_PER_LITRE_KELVIN = 1.163
"""Heat capacity of a litre of water: 4.186 kJ/(L·K). [Wh/(L·K)]"""

LEAST_NEED_KWH = 0.001
"""A need below it is none, and has no part to be covered. [kWh/year]"""


class SolarHeatError(AhorraLuzError):
    """A heater or a need for hot water that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaterSize:
    """A solar water heater for some people."""

    litres_day: Estimate
    """Hot water it is sized for. [L/day]"""
    collector_m2: Estimate
    """[m2]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarHeat:
    """What a solar water heater gives in a year."""

    monthly_kwh: tuple[Estimate, ...]
    """Heat from the sun that reaches the tap, January to December. [kWh/month]"""
    year_kwh: Estimate
    """[kWh/year]"""
    fraction: Estimate
    """Part of the need the sun covers. [0 to 1]"""


def size_heater(people: int, *, assumptions: SolarAssumptions) -> HeaterSize:
    """Return the heater that vendors of Peru would size for ``people``.

    Raises
    ------
    SolarHeatError
        ``solar-people-impossible``: nobody.
    """
    if people < 1:
        raise SolarHeatError("solar-people-impossible", people=people)
    inputs = {
        "litres": assumptions.heater_litres_person_day,
        "area": assumptions.collector_m2_litre,
    }
    return HeaterSize(
        litres_day=assumptions.heater_litres_person_day.scaled(people, unit="L/day"),
        collector_m2=propagated(
            lambda value: people * value["litres"] * value["area"],
            inputs,
            unit="m2",
            basis=BASIS,
        ),
    )


def hot_water_need(
    litres_day: float, facts: SolarFacts, *, assumptions: SolarAssumptions
) -> tuple[float, ...]:
    """Return the heat of ``litres_day`` of hot water by month, January to December.

    Cold water follows the place's mean air temperature where it is known. [kWh/month]

    Raises
    ------
    SolarHeatError
        ``solar-need-impossible``: litres below zero.
    """
    if not 0 <= litres_day < float("inf"):
        raise SolarHeatError("solar-need-impossible", value=litres_day)
    if facts.monthly_temp_c:
        mean = sum(facts.monthly_temp_c) / len(facts.monthly_temp_c)
        cold = mean + assumptions.mains_above_air_c.middle
    else:
        cold = assumptions.cold_water_c.middle
    rise = max(assumptions.heater_water_c.middle - cold, 0.0)
    daily = litres_day * rise * WATT_HOURS_PER_LITRE_KELVIN / 1000
    return tuple(daily * days for days in MONTH_DAYS)


def solar_heat(
    need_kwh: Sequence[float],
    facts: SolarFacts,
    *,
    collector_m2: float,
    assumptions: SolarAssumptions,
) -> SolarHeat:
    """Return the heat a solar water heater gives towards a need.

    Parameters
    ----------
    need_kwh
        Heat for hot water, January to December: :func:`hot_water_need`, or the
        electricity a home heats water with today. [kWh/month]
    facts
        Resource of the city.
    collector_m2
        Collector, above zero. [m2]
    assumptions
        Efficiency of the collector and greatest solar fraction.

    Returns
    -------
    SolarHeat
        Never more than the need, nor more than the sun on the collector.

    Raises
    ------
    SolarHeatError
        ``solar-need-impossible`` or ``collector-size-impossible``.
    """
    if len(need_kwh) != len(MONTH_DAYS) or min(need_kwh) < 0:
        raise SolarHeatError("solar-need-impossible", value=len(need_kwh))
    if not 0 < collector_m2 < float("inf"):
        raise SolarHeatError("collector-size-impossible", m2=collector_m2)
    heater = _Heater(
        need_kwh=tuple(need_kwh),
        facts=facts,
        collector_m2=collector_m2,
        assumptions=assumptions,
    )
    every_month = range(len(MONTH_DAYS))
    year = heater.heat(every_month, unit=KWH_YEAR)
    need = sum(need_kwh)
    return SolarHeat(
        monthly_kwh=tuple(heater.heat([month], unit=KWH_MONTH) for month in every_month),
        year_kwh=year,
        fraction=year.scaled(1 / need if need >= LEAST_NEED_KWH else 0.0, unit="share"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heater:
    """A collector over the hot water of a home."""

    need_kwh: tuple[float, ...]
    facts: SolarFacts
    collector_m2: float
    assumptions: SolarAssumptions

    def heat(self, months: Sequence[int], *, unit: str) -> Estimate:
        """Return the heat from the sun that reaches the tap in ``months`` together."""
        inputs = {
            "efficiency": self.assumptions.collector_efficiency,
            "most": self.assumptions.solar_fraction_max,
            "sun": self._sun(months),
        }
        middle_sun = inputs["sun"].middle

        def given(value: Inputs) -> float:
            brightness = value["sun"] / middle_sun if middle_sun else 0.0
            return sum(
                min(
                    value["most"] * self.need_kwh[month],
                    value["efficiency"] * brightness * self._sun_in(month),
                )
                for month in months
            )

        found = propagated(given, inputs, unit=unit, basis=BASIS)
        most = sum(self.need_kwh[month] for month in months)
        return found if found.high <= most else _capped(found, most)

    def _sun(self, months: Sequence[int]) -> Estimate:
        """Return the sun on the collector in ``months``, between its sources. [kWh]"""

        def over(by_day: Sequence[float]) -> float:
            return sum(by_day[month] * MONTH_DAYS[month] for month in months) * self.collector_m2

        middle = over(self.facts.ghi_kwh_m2_day)
        return Estimate(
            low=min(over(self.facts.ghi_low_kwh_m2_day), middle),
            middle=middle,
            high=max(over(self.facts.ghi_high_kwh_m2_day), middle),
            unit="kWh",
            basis=BASIS,
        )

    def _sun_in(self, month: int) -> float:
        return self.facts.ghi_kwh_m2_day[month] * MONTH_DAYS[month] * self.collector_m2


def _capped(estimate: Estimate, most: float) -> Estimate:
    """Return ``estimate`` with its upper end at what is possible."""
    return Estimate(
        low=min(estimate.low, most),
        middle=min(estimate.middle, most),
        high=most,
        unit=estimate.unit,
        basis=estimate.basis,
        level=estimate.level,
    )
