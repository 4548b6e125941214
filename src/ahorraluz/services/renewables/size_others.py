"""What other technologies of the sun would do at a home: hot water, a kit without a line."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ahorraluz.catalog.evidence import EquipmentFacts, load_equipment
from ahorraluz.core.advice.recommendation import Confidence
from ahorraluz.core.history import Source
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.cashflow import Project, Returns, YearFlow, cash_flow, returns
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.facts import SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.kits import kit_for
from ahorraluz.core.renewables.load import HomeLoad
from ahorraluz.core.renewables.sun import MONTH_DAYS, MONTH_OF_HOUR, months_of
from ahorraluz.core.renewables.thermal import (
    SolarHeat,
    cold_water_c,
    hot_water_need,
    size_heater,
    solar_heat,
)
from ahorraluz.services.renewables.pricing import YearPrice
from ahorraluz.services.renewables.size_array import confidence_of

HEATER = "solar-water-heater"
MONTHS = 12
WATTS_KILOWATT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How money is weighed."""

    rate: Decimal
    """Discount rate, real. [1/year]"""
    growth_year: Decimal = Decimal(0)
    cost: Decimal | None = None
    """Quote, IGV included; ``None``: none yet. [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedHeater:
    """A solar water heater for a home."""

    litres: float
    collector_m2: float
    cold_water_c: float
    need: tuple[float, ...]
    """Heat for hot water, January to December. [kWh/month]"""
    heat: SolarHeat
    saving_year: MoneyRange | None
    """Where electricity heats the water today. [PEN/year]"""
    cost: Decimal | None
    cost_source: Source | None
    """Of a published price; ``None``: a quote, or none."""
    returns: Returns | None
    years: tuple[YearFlow, ...]
    life_years: int
    confidence: Confidence
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HotWater:
    """The hot water of a home."""

    people: int | None = None
    heated_kwh: tuple[float, ...] | None = None
    """Electricity that heats it today, January to December. [kWh/month]"""
    load: HomeLoad | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedKit:
    """Panel and battery of a home without a line."""

    need_wh_day: float
    sun_hours_worst: float
    """Of full sun on the panel in the darkest month. [h/day]"""
    worst_month: int
    """1 to 12."""
    panel_wp: int
    battery_wh: int
    """Nominal, used to its usable part. [Wh]"""
    days_alone: float
    energy_year_kwh: float
    cost: Decimal | None
    pays_below: Decimal | None
    """Against what the home spends on light and charging today. [PEN]"""
    cost_per_kwh: Decimal | None
    life_years: int
    confidence: Confidence
    issues: tuple[Issue, ...]


def size_heater_for(
    water: HotWater,
    sun: SolarFacts,
    *,
    assumptions: SolarAssumptions,
    price: YearPrice | None,
    terms: Terms,
) -> SizedHeater:
    """Return a solar water heater with what it saves.

    Raises
    ------
    InvalidInputError
        ``people-needed``: neither people nor heated water are known.
    SolarHeatError
        What the balance refuses.
    """
    if water.people is None:
        raise InvalidInputError("people-needed", field="people")
    size = size_heater(water.people, assumptions=assumptions)
    litres, area = size.litres_day.middle, size.collector_m2.middle
    need = water.heated_kwh or hot_water_need(litres, sun, assumptions=assumptions)
    heat = solar_heat(need, sun, collector_m2=area, assumptions=assumptions, tank_litres=litres)
    package = None if terms.cost is not None else _package(litres)
    cost = terms.cost if package is None else package.central
    life = _life(HEATER)
    saving = _heat_saving(water, heat, price)
    issues = (*sun.issues, *_heater_issues(saving, package, cost))
    project = None
    if saving is not None:
        project = Project(
            cost=cost or Decimal(0),
            saving_year=saving.middle,
            energy_year=Decimal(str(heat.year_kwh.middle)),
            life_years=life,
            rate=terms.rate,
            growth_year=terms.growth_year,
        )
    return SizedHeater(
        litres=litres,
        collector_m2=area,
        cold_water_c=cold_water_c(sun, assumptions=assumptions),
        need=tuple(need),
        heat=heat,
        saving_year=saving,
        cost=cost,
        cost_source=package.source if package else None,
        returns=returns(project) if project else None,
        years=cash_flow(project) if project and cost is not None else (),
        life_years=life,
        confidence=confidence_of(issues),
        issues=issues,
    )


def _heater_issues(
    saving: MoneyRange | None, package: EquipmentFacts | None, cost: Decimal | None
) -> list[Issue]:
    elsewhere = {"place": "Huaraz"}
    note = Severity.NOTE
    return [
        *([Issue(code="price-unknown", severity=note)] if saving is None else []),
        *([Issue(code="cost-unknown", severity=note)] if cost is None else []),
        *(
            [Issue(code="price-of-another-place", severity=note, parameters=elsewhere)]
            if package is not None
            else []
        ),
    ]


def size_kit(
    need_wh_day: float,
    sun: SolarFacts,
    *,
    assumptions: SolarAssumptions,
    terms: Terms,
    spending_month: Decimal | None = None,
) -> SizedKit:
    """Return the panel and battery that give a home without a line its energy all year.

    The darkest month sets the panel, the days without sun set the battery.

    Parameters
    ----------
    need_wh_day
        Energy at the plug. [Wh/day]
    spending_month
        What the home spends on candles, batteries and charging today. [PEN/month]

    Raises
    ------
    InvalidInputError
        ``kit-need-impossible``.
    """
    kit = kit_for(need_wh_day, sun, assumptions=assumptions)
    days = assumptions.kit_days_alone.middle
    life = round(assumptions.battery_life_years.middle)
    energy = need_wh_day * sum(MONTH_DAYS) / WATTS_KILOWATT
    saving = None if spending_month is None else spending_month * MONTHS
    project = Project(
        cost=terms.cost or Decimal(0),
        saving_year=saving or Decimal(0),
        energy_year=Decimal(str(energy)),
        life_years=life,
        rate=terms.rate,
    )
    found = returns(project)
    issues = (
        *sun.issues,
        *([] if terms.cost else [Issue(code="cost-unknown", severity=Severity.NOTE)]),
        *([] if saving else [Issue(code="kit-spending-unknown", severity=Severity.NOTE)]),
    )
    return SizedKit(
        need_wh_day=need_wh_day,
        sun_hours_worst=kit.sun_hours_worst,
        worst_month=kit.worst_month,
        panel_wp=kit.panel_wp,
        battery_wh=kit.battery_wh,
        days_alone=days,
        energy_year_kwh=energy,
        cost=terms.cost,
        pays_below=None if saving is None else found.pays_below,
        cost_per_kwh=None if terms.cost is None else found.cost_per_kwh,
        life_years=life,
        confidence=confidence_of(issues),
        issues=issues,
    )


def _heat_saving(water: HotWater, heat: SolarHeat, price: YearPrice | None) -> MoneyRange | None:
    """Return what the sun's heat is worth where electricity heats the water today."""
    if price is None or water.heated_kwh is None or water.load is None:
        return None
    load = water.load.kwh
    months = months_of(load)
    without = price.cost(load)
    ends = []
    for pick in ("low", "middle", "high"):
        spared = np.array([float(getattr(month, pick)) for month in heat.monthly_kwh])
        left = np.divide(
            np.maximum(months - spared, 0.0), months, out=np.zeros(MONTHS), where=months > 0
        )
        ends.append(round_cent(without - price.cost(load * left[MONTH_OF_HOUR])))
    low, middle, high = sorted(ends)
    return MoneyRange(low=low, middle=middle, high=high, unit="PEN/year", basis=heat.year_kwh.basis)


def _package(litres: float) -> EquipmentFacts | None:
    """Return the smallest complete package with a price that holds ``litres``."""
    rows = [row for row in rows_of(HEATER, "complete-package") if row.size and row.central]
    large = [row for row in rows if float(row.size or 0) >= litres]
    return min(large, key=lambda row: row.size or Decimal(0)) if large else None


def _life(technology: str) -> int:
    return int(next(row.low for row in rows_of(technology, "life") if row.low is not None))


def rows_of(technology: str, item: str) -> list[EquipmentFacts]:
    """Return what is on file of one item of a technology."""
    return [row for row in load_equipment() if row.technology == technology and row.item == item]
