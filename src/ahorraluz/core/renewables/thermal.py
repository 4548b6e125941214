"""Heat from a solar water heater, and the energy it spares the element behind it.

An energy balance of a mixed tank, every two hours: what the collector gives it, less as the
tank gets warmer; what the tank loses; and the draws of morning and evening, which take
mains water of the place. The element tops up what the tank cannot. Collector and tank are
calibrated on one simulated heater in Lima (150 L a day at 50 °C from 2 m2: solar fraction
0.65 to 0.70); sun, air and mains water are the place's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.renewables.arrays import NORTH, SOUTH, light_on
from ahorraluz.core.renewables.facts import SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.ranges import propagated
from ahorraluz.core.renewables.solar import KWH_MONTH, KWH_YEAR
from ahorraluz.core.renewables.sun import (
    DAYS,
    HOURS,
    MONTH_DAYS,
    MONTH_OF_DAY,
    Floats,
    SunYear,
    sun_year,
)

BASIS = "basis.solar-thermal"
WATT_HOURS_PER_LITRE_KELVIN = 1.163
"""Heat capacity of a litre of water: 4.186 kJ/(L·K). [Wh/(L·K)]"""

LEAST_NEED_KWH = 0.001
"""A need below it is none, and has no part to be covered. [kWh/year]"""
MODEL_DAYS = 10
"""Days that stand for a month, bright and dark as they come; the first only warm the tank."""
WARMING_DAYS = 3
STEP_H = 2
STEPS_DAY = HOURS // STEP_H
DRAWS = {3: 0.5, 9: 0.25, 10: 0.25}
"""Parts of a day's hot water by step: half from 6 to 8, half from 18 to 22 h."""
COLLECTOR_TILT = 20.0
"""Stands of vacuum tubes and flat plates sold in Peru. [°]"""


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
    auxiliary_kwh: tuple[float, ...]
    """What the element behind it still has to give, middles. [kWh/month]"""
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
    cold = cold_water_c(facts, assumptions=assumptions)
    rise = max(assumptions.heater_water_c.middle - cold, 0.0)
    daily = litres_day * rise * WATT_HOURS_PER_LITRE_KELVIN / 1000
    return tuple(daily * days for days in MONTH_DAYS)


def cold_water_c(facts: SolarFacts, *, assumptions: SolarAssumptions) -> float:
    """Return the mains water of a place: a little above the yearly mean of its air. [°C]"""
    if not facts.monthly_temp_c:
        return assumptions.cold_water_c.middle
    mean = sum(facts.monthly_temp_c) / len(facts.monthly_temp_c)
    return mean + assumptions.mains_above_air_c.middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Heater:
    """A collector with its tank."""

    collector_m2: float
    tank_litres: float


def solar_heat(
    need_kwh: Sequence[float],
    facts: SolarFacts,
    *,
    collector_m2: float,
    assumptions: SolarAssumptions,
    tank_litres: float | None = None,
) -> SolarHeat:
    """Return the heat one solar water heater gives towards a need.

    ``tank_litres`` may be left out: collectors of this size come with a tank of a usual
    one. Otherwise like :func:`solar_heats`, which it calls.
    """
    litres = tank_litres or collector_m2 / assumptions.collector_m2_litre.middle
    heater = Heater(collector_m2=collector_m2, tank_litres=litres)
    return solar_heats(need_kwh, facts, heaters=[heater], assumptions=assumptions)[0]


def solar_heats(
    need_kwh: Sequence[float],
    facts: SolarFacts,
    *,
    heaters: Sequence[Heater],
    assumptions: SolarAssumptions,
) -> tuple[SolarHeat, ...]:
    """Return the heat that solar water heaters of some sizes give towards a need.

    Parameters
    ----------
    need_kwh
        Heat for hot water, January to December: :func:`hot_water_need`, or the
        electricity a home heats water with today. [kWh/month]
    facts
        Resource of the place.
    heaters
        At least one; each collector above zero.
    assumptions
        Collector, tank and water.

    Returns
    -------
    tuple of SolarHeat
        In the order of ``heaters``: never more than the need; what is missing is the
        element's.

    Raises
    ------
    SolarHeatError
        ``solar-need-impossible`` or ``collector-size-impossible``.
    """
    if len(need_kwh) != len(MONTH_DAYS) or min(need_kwh) < 0:
        raise SolarHeatError("solar-need-impossible", value=len(need_kwh))
    for heater in heaters:
        if not 0 < heater.collector_m2 < float("inf"):
            raise SolarHeatError("collector-size-impossible", m2=heater.collector_m2)
    need = np.asarray(need_kwh, dtype=np.float64)
    roof = _Roof.at(facts, assumptions)
    shares = roof.shares(need / np.array(MONTH_DAYS), heaters, _inputs(facts, assumptions))
    return tuple(_heat(shares[place] * need[:, None], need) for place in range(len(heaters)))


def _heat(given: Floats, need: Floats) -> SolarHeat:
    """Return what a heater gives from the months of every way, shape (12, ways)."""
    whole = float(need.sum())
    months = _estimates(given, most=need, unit=KWH_MONTH)
    (year,) = _estimates(given.sum(axis=0)[None], most=np.array([whole]), unit=KWH_YEAR)
    return SolarHeat(
        monthly_kwh=months,
        auxiliary_kwh=tuple(float(n) - month.middle for n, month in zip(need, months, strict=True)),
        year_kwh=year,
        fraction=year.scaled(1 / whole if whole >= LEAST_NEED_KWH else 0.0, unit="share"),
    )


def _inputs(facts: SolarFacts, assumptions: SolarAssumptions) -> Mapping[str, Estimate]:
    sun, band = sum(facts.ghi_kwh_m2_day), assumptions.yield_band.middle
    return {
        "sun": Estimate(
            low=min(sum(facts.ghi_low_kwh_m2_day) / sun, 1 - band),
            middle=1.0,
            high=max(sum(facts.ghi_high_kwh_m2_day) / sun, 1 + band),
            unit="ratio",
            basis=BASIS,
        ),
        "optical": assumptions.collector_optical,
        "loss": assumptions.collector_loss_w_m2_k,
        "tank": assumptions.tank_loss_w_k_litre,
    }


def _estimates(ways: Floats, *, most: Floats, unit: str) -> tuple[Estimate, ...]:
    """Return the estimates of what :func:`_ways` moved, shape (n, ways), up to ``most``.

    A way is the middle, then each input's two ends.
    """
    middles = ways[:, 0]
    moves = (ways[:, 1:] - middles[:, None]).reshape(len(ways), -1, 2)
    below = np.sqrt((np.minimum(moves.min(axis=2), 0.0) ** 2).sum(axis=1))
    above = np.sqrt((np.maximum(moves.max(axis=2), 0.0) ** 2).sum(axis=1))
    lows = np.maximum(middles - below, 0.0)
    highs = np.maximum(np.minimum(middles + above, most), middles)
    return tuple(
        Estimate(low=low, middle=middle, high=high, unit=unit, basis=BASIS)
        for low, middle, high in zip(lows.tolist(), middles.tolist(), highs.tolist(), strict=True)
    )


def _ways(inputs: Mapping[str, Estimate]) -> dict[str, Floats]:
    """Return every input at its middle, then with one input at a time at either end."""
    count = 1 + 2 * len(inputs)
    ways = {name: np.full(count, estimate.middle) for name, estimate in inputs.items()}
    for place, (name, estimate) in enumerate(inputs.items()):
        ways[name][1 + 2 * place : 3 + 2 * place] = estimate.low, estimate.high
    return ways


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Roof:
    """Sun, air and water of a place through the model days of twelve months."""

    light: Floats
    """On a collector, shape (12, steps). [W/m2]"""
    air_c: Floats
    """Shape (12, steps of a day). [°C]"""
    cold_c: float
    hot_c: float
    most_c: float

    @classmethod
    def at(cls, facts: SolarFacts, assumptions: SolarAssumptions) -> "_Roof":
        light, air_c = _months_on_roof(
            sun_year(facts, assumptions=assumptions), NORTH if facts.lat < 0 else SOUTH
        )
        return cls(
            light=light,
            air_c=air_c,
            cold_c=cold_water_c(facts, assumptions=assumptions),
            hot_c=assumptions.heater_water_c.middle,
            most_c=assumptions.tank_most_c.middle,
        )

    def shares(
        self, need_day_kwh: Floats, heaters: Sequence[Heater], inputs: Mapping[str, Estimate]
    ) -> Floats:
        """Return the part of each month's need the sun gives, shape (heaters, 12, ways)."""
        way = _ways(inputs)
        rise = max(self.hot_c - self.cold_c, 1.0)
        draw = (need_day_kwh * 1000 / (WATT_HOURS_PER_LITRE_KELVIN * rise))[None, :, None]
        litres = np.array([heater.tank_litres for heater in heaters])[:, None, None]
        area = np.array([heater.collector_m2 for heater in heaters])[:, None, None]
        # Kelvin that a step brings for each W/m2 on the collector.
        warming = area * STEP_H / (litres * WATT_HOURS_PER_LITRE_KELVIN)
        losing = way["tank"] * STEP_H / WATT_HOURS_PER_LITRE_KELVIN
        air = self.air_c.T[:, None, :, None]
        sunny = self.light.T[:, None, :, None] * (way["sun"] * way["optical"])
        tank = np.full((len(heaters), len(MONTH_DAYS), len(way["sun"])), self.cold_c)
        given = np.zeros_like(tank)
        above, gained = np.empty_like(tank), np.empty_like(tank)
        losses = way["loss"]
        for step in range(MODEL_DAYS * STEPS_DAY):
            hour = step % STEPS_DAY
            np.subtract(tank, air[hour], out=above)
            np.multiply(losses, above, out=gained)
            np.subtract(sunny[step], gained, out=gained)
            np.maximum(gained, 0.0, out=gained)
            gained *= warming
            tank += gained
            above *= losing
            tank -= above
            # A boiling tank takes no more: tubes vent, plates stand still.
            np.minimum(tank, self.most_c, out=tank)
            part = DRAWS.get(hour)
            if part is None:
                continue
            warmer = np.maximum(tank - self.cold_c, 0.0)
            # Hotter than asked, less of it is mixed with cold water at the tap.
            taken = np.minimum(draw * part * rise / np.maximum(warmer, rise), litres)
            heat = taken * warmer
            tank -= heat / litres
            if step >= WARMING_DAYS * STEPS_DAY:
                given += heat
        asked = draw * rise * (MODEL_DAYS - WARMING_DAYS)
        return np.where(asked > 0, np.minimum(given / np.where(asked > 0, asked, 1.0), 1.0), 0.0)


@lru_cache(maxsize=64)
def _months_on_roof(sun: SunYear, towards: float) -> tuple[Floats, Floats]:
    """Return the light of the model days of each month on a collector, and the mean day's air."""
    plane, _ = light_on(sun, COLLECTOR_TILT, towards)
    steps = (DAYS, STEPS_DAY, STEP_H)
    days, air = (hours.reshape(steps).mean(axis=2) for hours in (plane, sun.temp_c))
    light, temperatures = [], []
    for month, count in enumerate(MONTH_DAYS):
        own = np.flatnonzero(month == MONTH_OF_DAY)
        some = days[own[np.linspace(0, count - 1, MODEL_DAYS).round().astype(int)]]
        counted = some[WARMING_DAYS:]
        light.append(some.ravel() * (days[own].mean() / counted.mean()))
        temperatures.append(air[own].mean(axis=0))
    found = np.array(light), np.array(temperatures)
    for part in found:
        part.flags.writeable = False
    return found
