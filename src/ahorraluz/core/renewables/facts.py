"""Facts and assumptions about sun, panels and solar water heaters.

The catalogue builds these from its data files and passes them in; nothing here
holds a figure.
"""

from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.estimate import Assumptions, Estimate
from ahorraluz.core.history import Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarFacts:
    """Solar resource of one city, from ``data/solar.csv``."""

    city: str
    """Id, such as ``arequipa``."""
    ghi_kwh_m2_day: tuple[float, ...]
    """Recommended global horizontal irradiation, January to December. [kWh/m2/day]"""
    ghi_low_kwh_m2_day: tuple[float, ...]
    """Lowest source, by month. [kWh/m2/day]"""
    ghi_high_kwh_m2_day: tuple[float, ...]
    """Highest source, by month. [kWh/m2/day]"""
    monthly_temp_c: tuple[float, ...] = ()
    """Mean air temperature by month; empty: not known. [°C]"""
    yield_kwh_kwp_year: Estimate | None = None
    """Yield of a small array where one was computed or measured. [kWh/kWp/year]"""
    grade: Grade = Grade.INFERENCE
    source: str = ""
    """Row of ``data/sources.csv``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRule:
    """The dated record of what exported energy is worth (``data/generation_rules.csv``)."""

    scheme: str
    """``none``, ``net-billing`` or ``net-metering``."""
    export_price_pen_kwh: Decimal
    """Zero while no regulation is in force. [PEN/kWh]"""
    checked_on: str
    """ISO day of the last check, to be shown beside every answer about panels."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarAssumptions(Assumptions):
    """Editable assumptions: none of them is a published fact of Peru.

    Each field is the row of ``data/assumptions.csv`` with the same name in
    kebab-case (``daytime_share`` is ``daytime-share``).
    """

    performance_ratio: Estimate
    """Yield over GHI of a tilted array, where no yield is on file. [unitless]"""
    yield_band: Estimate
    """Least half-width of any yield, as a share of it. [0 to 1]"""
    daytime_share: Estimate
    """Part of a home's energy used while the sun shines. [0 to 1]"""
    coincidence: Estimate
    """Part of the lesser of sun and daytime use that really meets. [0 to 1]"""
    degradation_year: Estimate
    """Yield lost each year. [1/year]"""
    heater_litres_person_day: Estimate
    """Hot water for which a solar heater is sized. [L/person/day]"""
    heater_water_c: Estimate
    """Temperature of that water. [°C]"""
    collector_m2_litre: Estimate
    """Collector area for each litre of daily hot water. [m2/L]"""
    collector_efficiency: Estimate
    """Heat to the tap over the sun on the collector. [0 to 1]"""
    solar_fraction_max: Estimate
    """Largest part of a month's heat the sun can give. [0 to 1]"""
    cold_water_c: Estimate
    """Mains water where the place's temperature is not known. [°C]"""
    mains_above_air_c: Estimate
    """Mains water above the yearly mean of the air. [K]"""
