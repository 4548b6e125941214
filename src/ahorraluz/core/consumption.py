"""Exact energy of one billing period."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.periods import Period

MAX_KWH = Decimal(100_000)
"""More than any low-voltage supply can take in a month; above it, a typing slip."""
KWH_DECIMALS = 3
"""Meters print at most three decimals."""
WATT_HOUR = Decimal("0.001")


class ConsumptionError(AhorraLuzError):
    """The energy of a period cannot be what it says."""


class Band(StrEnum):
    """Hours that have a price of their own."""

    TOTAL = "total"
    """Every hour: options with one register."""
    PEAK = "peak"
    """Horas punta, 18:00 to 23:00."""
    OFF_PEAK = "off-peak"
    """Horas fuera de punta."""
    MEDIUM = "medium"
    """Fuera de punta en media (BT5I)."""
    BASE = "base"
    """Fuera de punta en base (BT5I)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """Energy of one ``Period``, total and by band, and the highest power."""

    period: Period
    energy_kwh: Decimal
    """Total active energy, 0 to 100,000, at most three decimals. [kWh]"""
    bands_kwh: Mapping[Band, Decimal] = field(default_factory=dict)
    """Energy by band; empty where the option has one register. [kWh]"""
    max_power_kw: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse energy that cannot be, or bands that do not add up to the total."""
        for value in (self.energy_kwh, *self.bands_kwh.values()):
            check_kwh(value)
        if self.bands_kwh and sum(self.bands_kwh.values()) != self.energy_kwh:
            raise ConsumptionError(
                "bands-do-not-add-up",
                bands=sum(self.bands_kwh.values()),
                total=self.energy_kwh,
            )


def check_kwh(value: Decimal, *, field_name: str = "kwh") -> Decimal:
    """Return ``value`` unchanged when it can be the energy of a period. [kWh]

    Raises
    ------
    ConsumptionError
        ``kwh-not-a-number``, ``kwh-negative``, ``kwh-too-large`` or
        ``kwh-too-many-decimals``.
    """
    if not value.is_finite():
        raise ConsumptionError("kwh-not-a-number", field=field_name, value=str(value))
    if value < 0:
        raise ConsumptionError("kwh-negative", field=field_name, value=value)
    if value > MAX_KWH:
        raise ConsumptionError("kwh-too-large", field=field_name, value=value, limit=MAX_KWH)
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > KWH_DECIMALS:
        raise ConsumptionError("kwh-too-many-decimals", field=field_name, value=value)
    return value


def exact_kwh(kwh: float) -> Decimal:
    """Return measured or expected energy to the watt-hour, ready to be priced. [kWh]

    Examples
    --------
    >>> exact_kwh(12.34567)
    Decimal('12.346')
    """
    return Decimal(repr(max(kwh, 0.0))).quantize(WATT_HOUR)
