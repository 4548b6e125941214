"""A home without a line: what it spends instead on light and charging, and wants to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.advice.facts import AdviceFacts
from ahorraluz.core.home import Appliance, CookingFuel, Tenure

MONTH_DAYS = 365 / 12
WATT_HOURS = 1000


class Purpose(StrEnum):
    """What electricity would be for; ``purpose.<id>`` is the key of its words."""

    LIGHT = "light"
    """Instead of candles, paraffin lamps and torches."""
    CHARGING = "charging"
    """Of telephones, paid at a shop."""
    OTHER = "other"
    """Instead of cells for a radio, or a car battery for a television."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeWithoutLine:
    """A household that no line reaches; no name and no document number."""

    spending: Mapping[Purpose, Decimal]
    """What it pays today, as far as it told. [PEN/month]"""
    people: int | None = None
    department: str | None = None
    city: str | None = None
    altitude_m: float | None = None
    tenure: Tenure | None = None
    cooking: CookingFuel | None = None
    lpg_cylinder_pen: Decimal | None = None
    """Of a 10 kg cylinder. [PEN]"""
    appliances: tuple[Appliance, ...] = ()
    """What it wants to run."""
    budget_pen: Decimal | None = None
    """What can be spent now. [PEN]"""
    assumptions: Mapping[str, Decimal] = field(default_factory=dict)
    """Costs and prices the household typed over the editable assumptions, by id."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinelessContext:
    """Everything that a plan of a home without a line is made from."""

    home: HomeWithoutLine
    facts: AdviceFacts
    """With the household's own figures over every assumption."""
    need_wh_day: Mapping[Purpose, float]
    """At the plug, by what it is for; only what is listed. [Wh/day]"""
    rate: Decimal
    """Discount rate, real. [1/year]"""

    def typed(self, figure: str) -> Decimal | None:
        """Return a figure the household typed, by id; ``None``: it did not."""
        return self.home.assumptions.get(figure)
