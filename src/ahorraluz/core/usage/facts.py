"""Facts and assumptions that the account of a home's energy rests on.

The catalogue builds these from its data files and passes them in; nothing here
holds a figure. Ids are kebab-case (``ducha-electrica``), as in ``Home.appliances``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ahorraluz.core.estimate import Assumptions, Estimate
from ahorraluz.core.history import Grade
from ahorraluz.core.home import CookingFuel


class EndUseId(StrEnum):
    """What energy is used for; ``end-use.<id>`` is the key of its name."""

    REFRIGERATION = "refrigeration"
    WATER_HEATING = "water-heating"
    COOKING = "cooking"
    LIGHTING = "lighting"
    LAUNDRY = "laundry"
    ENTERTAINMENT = "entertainment"
    COMPUTING = "computing"
    CLIMATE = "climate"
    """Fans, air conditioners, room heaters."""
    WATER_PUMPING = "water-pumping"
    ALWAYS_ON = "always-on"
    """Stand-by, routers, cameras: what runs when nobody is at home."""
    OTHER = "other"
    """Whatever the list and the published figures do not explain."""
    OTHER_HOMES = "other-homes"
    """The rest of a meter that feeds several homes."""


class Physics(StrEnum):
    """Which rule gives the energy of an appliance."""

    PLAIN = "plain"
    """Power times duty times hours."""
    SHOWER = "shower"
    """Heats water as it flows: electric shower, instantaneous heater."""
    TANK = "tank"
    """Heats and stores water: heat of the litres, and standing loss."""
    COLD = "cold"
    """Refrigerates all day: the label's kWh a year, never the plate's watts."""


class Zone(StrEnum):
    """Where a published share of homes holds."""

    ALL = "all"
    URBAN = "urban"
    RURAL = "rural"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplianceFacts:
    """One row of ``data/appliances.csv``."""

    id: str
    end_use: EndUseId
    physics: Physics = Physics.PLAIN
    power_w: Estimate | None
    """Plate power over the sources; ``None``: no figure was found. [W]"""
    power_grade: Grade = Grade.INFERENCE
    power_source: str = ""
    """Row of ``data/sources.csv``."""
    duty: float | None = None
    """Mean power over plate power while in use. [0 to 1]"""
    default_h_day: float | None = None
    """Use where the household states none. [h/day]"""
    use_grade: Grade = Grade.INFERENCE
    """Evidence for ``duty`` and ``default_h_day``."""
    default_kwh_month: float | None = None
    """Energy with every default. [kWh/month]"""
    standby_w: float | None = None
    """Power while switched off but plugged in. [W]"""
    standby_grade: Grade = Grade.INFERENCE
    standby_source: str = ""
    shiftable: bool = False
    """Whether its use can move to another hour."""
    left_on: bool | None = None
    """For tanks: what the row itself says about being left on all day."""
    responds_to_heat: bool = False
    """Used more in warm months: fans, air conditioners."""
    responds_to_cold: bool = False
    """Used more in cold months: room heaters, electric blankets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipFacts:
    """How many homes own a kind of appliance: the prior of a home that lists none."""

    id: str
    """For example ``refrigerator``."""
    appliance: str
    """Row of ``data/appliances.csv`` that stands for it."""
    shares: Mapping[Zone, float]
    """Share of homes by zone, at least ``Zone.ALL``. [0 to 1]"""
    count: float = 1.0
    """How many of it an owner has (lamps)."""
    cooking: CookingFuel | None = None
    """Cooks with this fuel: a home that states its fuel owns it for certain, or not."""
    grade: Grade = Grade.INFERENCE
    """``inference``: no share is published, a wide assumption stands in."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimateFacts:
    """Mean air temperature of the place, by calendar month."""

    city: str
    monthly_temp_c: tuple[float, ...]
    """January to December. [°C]"""

    @property
    def mean_temp_c(self) -> float:
        """Mean of the year, which ground and mains water follow. [°C]"""
        return sum(self.monthly_temp_c) / len(self.monthly_temp_c)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageAssumptions(Assumptions):
    """Editable assumptions: none of them is a published fact of Peru.

    Each field is the row of ``data/assumptions.csv`` with the same name in
    kebab-case (``shower_flow_l_min`` is ``shower-flow-l-min``).
    """

    cold_water_c: Estimate
    """Mains water where the place's temperature is not known. [°C]"""
    mains_above_air_c: Estimate
    """Mains water above the yearly mean of the air. [K]"""
    shower_water_c: Estimate
    """Water as it leaves the shower. [°C]"""
    shower_flow_l_min: Estimate
    """Flow of a shower fed by a tank. [L/min]"""
    shower_flow_min_l_min: Estimate
    """Least flow anyone showers with; a plate that cannot heat it is a slip. [L/min]"""
    minutes_shower: Estimate
    """Length of one shower. [min]"""
    showers_person_day: Estimate
    """Warm showers of one person. [1/day]"""
    showers_day: Estimate
    """Warm showers of a home whose people are not stated. [1/day]"""
    tank_standing_loss_kwh_day: Estimate
    """Heat lost by a storage heater left on all day. [kWh/day]"""
    tank_timed_loss_share: Estimate
    """Part of that loss when it is switched on only for bathing. [0 to 1]"""
    refrigerator_kwh_month: Estimate
    """Refrigerator with neither a label nor a catalogue figure. [kWh/month]"""
    switched_off_h_day: Estimate
    """Use of an appliance that is always plugged in by default but is switched off. [h/day]"""
    stated_power_sd: Estimate
    """Relative error of a plate power the household typed. [0 to 1]"""
    stated_use_sd: Estimate
    """Relative error of hours, minutes or showers the household stated. [0 to 1]"""
    default_use_sd: Estimate
    """Relative error of hours nobody stated. [0 to 1]"""
    duty_sd: Estimate
    """Relative error of the duty. [0 to 1]"""
    unlisted_sd: Estimate
    """Relative spread between homes of an appliance that nobody described. [0 to 1]"""
    label_sd: Estimate
    """Relative difference between a label and a kitchen. [0 to 1]"""
    meter_sd: Estimate
    """Relative error of the metered total. [0 to 1]"""
    other_share: Estimate
    """Part of the bill no list names, expected. [0 to 1]"""
    other_sd: Estimate
    """Standard deviation of that part, as a share of the bill. [0 to 1]"""
    meter_share_sd: Estimate
    """Standard deviation of a home's share of a shared meter, relative. [0 to 1]"""
    warm_month_c: Estimate
    """Hottest month below which no home is expected to cool its air. [°C]"""
    cold_month_c: Estimate
    """Coldest month above which no home is expected to heat its air. [°C]"""
