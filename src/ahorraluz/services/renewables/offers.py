"""What a household was offered, as far as it knows, and what it says of other sizes."""

from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.cashflow import Loan
from ahorraluz.core.renewables.matching import PRICED_FROM_KWP, priced_kwp
from ahorraluz.services.renewables.size_battery import BatteryOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the household was offered, as far as it knows."""

    kwp: float | None = None
    """``None``: the sizes that suit it."""
    cost: Decimal | None = None
    """For that size, IGV included. [PEN]"""
    cost_kwp: Decimal | None = None
    """For each kWp of any size, IGV included. [PEN/kWp]"""
    priced_from_kwp: float = PRICED_FROM_KWP
    """Smallest array that the price for each kWp holds for. [kWp]"""
    inverter_cost: Decimal | None = None
    """Of a new inverter when the first is worn out. [PEN]"""
    inverter_kwp: Decimal | None = None
    """The same for each kWp, where no such price is known. [PEN/kWp]"""
    battery: BatteryOffer | None = None
    loan: Loan | None = None
    growth_year: Decimal = Decimal(0)
    roof_kwp: float | None = None

    def of_size(self, kwp: float) -> Decimal | None:
        """Return the cost of a size; ``None``: not known. [PEN]"""
        if self.cost is not None:
            return self.cost
        whole = priced_kwp(kwp, least_kwp=self.priced_from_kwp)
        return None if self.cost_kwp is None else round_cent(self.cost_kwp * Decimal(str(whole)))

    def inverter_of(self, kwp: float) -> Decimal | None:
        """Return the price of a new inverter of a size; ``None``: not known. [PEN]"""
        if self.inverter_cost is not None or self.inverter_kwp is None:
            return self.inverter_cost
        whole = priced_kwp(kwp, least_kwp=self.priced_from_kwp)
        return round_cent(self.inverter_kwp * Decimal(str(whole)))
