"""Facts and assumptions about sun, panels and solar water heaters.

The catalogue builds these from its data files and passes them in; nothing here
holds a figure.
"""

from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.estimate import Assumptions, Estimate
from ahorraluz.core.history import Grade
from ahorraluz.core.issues import Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarFacts:
    """Solar resource and air of one place: a city of ``data/solar.csv`` or a coordinate."""

    city: str
    """Id of the city, such as ``arequipa``; of a coordinate, the city nearest to it."""
    lat: float
    """North positive. [°]"""
    lon: float
    """East positive. [°]"""
    altitude_m: float
    """Above the sea. [m]"""
    ghi_kwh_m2_day: tuple[float, ...]
    """Recommended global horizontal irradiation, January to December. [kWh/m2/day]"""
    ghi_low_kwh_m2_day: tuple[float, ...]
    """Lowest source, by month. [kWh/m2/day]"""
    ghi_high_kwh_m2_day: tuple[float, ...]
    """Highest source, by month. [kWh/m2/day]"""
    monthly_temp_c: tuple[float, ...] = ()
    """Mean air temperature by month; empty: not known. [°C]"""
    monthly_wind_m_s: tuple[float, ...] = ()
    """Mean wind at 10 m by month; empty: not known. [m/s]"""
    yield_band_kwh_kwp_year: tuple[float, float] | None = None
    """Ends between which arrays of the city are known to lie. [kWh/kWp/year]"""
    from_grid: bool = False
    """Whether the sun is that of a one-degree cell and not of a city."""
    grade: Grade = Grade.INFERENCE
    source: str = ""
    """Row of ``data/sources.csv``."""
    issues: tuple[Issue, ...] = ()
    """What is not known about the place, each of which lowers the confidence."""


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

    yield_band: Estimate
    """Least half-width of any yield, as a share of it: resource and model. [0 to 1]"""
    daytime_share: Estimate
    """Part of a home's energy used from 6 to 18 h. [0 to 1]"""
    coincidence: Estimate
    """Part of the overlap of sun and a mean day that really meets. [0 to 1]"""
    within_hour: Estimate
    """Part of the overlap of sun and measured hours that meets within the hour. [0 to 1]"""
    day_swing_k: Estimate
    """Warmest less coldest hour of a mean day. [K]"""
    roof_wind_m_s: Estimate
    """Wind over a roof where the place's is not known. [m/s]"""
    pv_tilt_deg: Estimate
    """Tilt of an array whose tilt is not told. [°]"""
    pv_shading: Estimate
    """Part of the sun that shade takes where nobody looked. [0 to 1]"""
    pv_losses: Estimate
    """Dirt, cables, mismatch, ageing at the start, standstill; no shade. [0 to 1]"""
    pv_inverter_efficiency: Estimate
    """At full power. [0 to 1]"""
    pv_dc_ac: Estimate
    """Peak power of the panels over the inverter's. [unitless]"""
    pv_heat_loss: Estimate
    """Power lost for each kelvin above 25 °C. [1/K]"""
    pv_noct_c: Estimate
    """Cell temperature at 800 W/m2, 20 °C and 1 m/s, close to the roof. [°C]"""
    pv_upkeep_share: Estimate
    """Cleaning and care in a year, over the price. [1/year]"""
    inverter_life_years: Estimate
    """[year]"""
    battery_efficiency: Estimate
    """Energy out over energy in. [0 to 1]"""
    battery_usable: Estimate
    """Part of the capacity that is used. [0 to 1]"""
    battery_fading_year: Estimate
    """Capacity lost each year. [1/year]"""
    battery_life_years: Estimate
    """[year]"""
    degradation_year: Estimate
    """Yield lost each year. [1/year]"""
    heater_litres_person_day: Estimate
    """Hot water for which a solar heater is sized. [L/person/day]"""
    heater_water_c: Estimate
    """Temperature of that water. [°C]"""
    collector_m2_litre: Estimate
    """Collector area for each litre of daily hot water. [m2/L]"""
    collector_optical: Estimate
    """Heat over the sun on a collector as warm as the air. [0 to 1]"""
    collector_loss_w_m2_k: Estimate
    """Heat lost for each m2 and kelvin above the air. [W/m2/K]"""
    tank_loss_w_k_litre: Estimate
    """Heat a tank loses for each litre and kelvin above the air. [W/K/L]"""
    tank_most_c: Estimate
    """Temperature at which the collector gives no more. [°C]"""
    cold_water_c: Estimate
    """Mains water where the place's temperature is not known. [°C]"""
    mains_above_air_c: Estimate
    """Mains water above the yearly mean of the air. [K]"""
    stove_wood_saving: Estimate
    """Part of the wood an improved stove spares. [0 to 1]"""
    digester_gas_h_day: Estimate
    """Hours a burner runs on a family biodigester. [h/day]"""
    kit_days_alone: Estimate
    """Days without sun an off-grid kit must bridge. [day]"""
    kit_efficiency: Estimate
    """Energy at the plug over what the panel of an off-grid kit makes. [0 to 1]"""
