"""Facts and assumptions that advice rests on.

The catalogue loads them from its data files and a service passes them in; nothing
here holds a figure. Rows that the catalogue already has in a shape of its own are
described by protocols, so that they pass through as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from ahorraluz.core.estimate import Assumptions, Estimate
from ahorraluz.core.history import Source
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.tariffs.figures import NationalFigures
from ahorraluz.core.usage.facts import ApplianceFacts, ClimateFacts, UsageAssumptions
from ahorraluz.core.usage.peak_uses import HourFacts


class MeasureEvidence(Protocol):
    """What is published about one measure: a row of ``data/measures.csv``."""

    @property
    def saving_low(self) -> Decimal | None:
        """Lower end of the published saving; ``None``: not published."""

    @property
    def saving_high(self) -> Decimal | None:
        """Upper end of the published saving; ``None``: not published."""

    @property
    def source(self) -> Source:
        """The document that says so."""


class EquipmentPrice(Protocol):
    """One price or life of equipment: a row of ``data/renewables.csv``."""

    @property
    def technology(self) -> str:
        """Such as ``solar-water-heater``."""

    @property
    def item(self) -> str:
        """Such as ``complete-package``."""

    @property
    def size(self) -> Decimal | None:
        """Size of the item in a unit of its own."""

    @property
    def low(self) -> Decimal | None:
        """Lowest value found."""

    @property
    def central(self) -> Decimal | None:
        """Value to use."""

    @property
    def high(self) -> Decimal | None:
        """Highest value found."""

    @property
    def source(self) -> Source:
        """The document that says so."""


class FuelFigure(Protocol):
    """One figure about a fuel: a row of ``data/fuels.csv``."""

    @property
    def low(self) -> Decimal | None:
        """Lowest value found."""

    @property
    def high(self) -> Decimal | None:
        """Highest value found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceAssumptions(Assumptions):
    """Editable assumptions: none of them is a published fact of Peru.

    Each field is the row of ``data/assumptions.csv`` with the same name in
    kebab-case (``shower_cut_min`` is ``shower-cut-min``). Several are no guess about
    homes but the size of what is proposed: a household that wants less, or more,
    types its own.
    """

    shower_cut_min: Estimate
    """Minutes by which each shower is proposed to be shorter. [min]"""
    decoder_off_h_day: Estimate
    """Hours in which nobody watches and a decoder can be off. [h/day]"""
    stabiliser_off_h_day: Estimate
    """Hours in which the computer rests and its stabiliser can be off. [h/day]"""
    standby_off_share: Estimate
    """Part of the stand-by energy that a household really switches off. [0 to 1]"""
    cold_wash_share: Estimate
    """Part of a heating washing machine's energy that a cold wash spares. [0 to 1]"""
    full_load_share: Estimate
    """Part of the washes that full loads spare. [0 to 1]"""
    line_dry_share: Estimate
    """Part of the drying that moves to the line. [0 to 1]"""
    ac_setpoint_share: Estimate
    """Part of an air conditioner's energy spared at 24 to 26 °C; its high end is the
    published ceiling. [0 to 1]"""
    ac_to_fan_share: Estimate
    """Part of an air conditioner's hours that a fan can take. [0 to 1]"""
    heater_to_blanket_share: Estimate
    """Part of a room heater's hours that an electric blanket can take. [0 to 1]"""
    long_dishes_share: Estimate
    """Part of the cooking that is stews and pulses, for a pressure cooker. [0 to 1]"""
    gas_heater_saving_share: Estimate
    """Part of the cost of hot water spared with natural gas. [0 to 1]"""
    lpg_cylinders_month: Estimate
    """Cylinders of 10 kg a home that cooks with LPG uses. [1/month]"""
    habit_effort_pen_month: Estimate
    """What keeping one daily habit is worth to a household that calls it little, some or
    much effort. [PEN/month]"""
    payback_limit_years: Estimate
    """Years within which a purchase of unknown life must be paid back. [year]"""
    sun_shift_share: Estimate
    """Part of what laundry, pumps and tanks use at other hours that a home with panels
    moves to the sun's. [0 to 1]"""
    year_change_sd: Estimate
    """Relative change of a home's energy from one year to the next. [0 to 1]"""
    month_change_sd: Estimate
    """Relative change of one calendar month beside that of its year. [0 to 1]"""
    price_growth_year: Estimate
    """Change of electricity prices a year beyond inflation. [1/year]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceFacts:
    """Everything from outside that the measures are computed from."""

    evidence: Mapping[str, MeasureEvidence]
    """Rows of ``data/measures.csv`` by id."""
    equipment: Sequence[EquipmentPrice]
    """Rows of ``data/renewables.csv``."""
    appliances: Mapping[str, ApplianceFacts]
    figures: NationalFigures
    """FISE, energy of a cylinder, efficiencies of hobs, discount rate."""
    climate: ClimateFacts | None
    """``None``: the place is not known."""
    sun: SolarFacts | None
    """``None``: the place is not known."""
    generation: GenerationRule
    usage: UsageAssumptions
    solar: SolarAssumptions
    advice: AdviceAssumptions
    use_hours: Mapping[str, tuple[float, ...]]
    """Weights of the 24 hours by end use: rows of ``data/use_hours.csv``."""
    hours: HourFacts
    """What a share of hora punta is told by, where no meter tells it."""
    fuels: Mapping[str, FuelFigure] = field(default_factory=dict)
    """Rows of ``data/fuels.csv`` by id; without them nothing is said of their CO2."""
    digester_altitude_m: float | None = None
    """Where the gas of a digester was measured; ``None``: not known. [m]"""

    def edited(self, values: Mapping[str, Decimal]) -> "AdviceFacts":
        """Return these facts with the household's own values over every assumption."""
        return replace(
            self,
            usage=self.usage.edited(values),
            solar=self.solar.edited(values),
            advice=self.advice.edited(values),
            hours=self.hours.edited(values),
        )
