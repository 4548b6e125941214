"""Who lives in a home, what it owns, and its connection to the grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.periods import Period


class Option(StrEnum):
    """Tariff options of low voltage, by their regulatory names."""

    BT5A = "BT5A"
    BT5B = "BT5B"
    BT5F = "BT5F"
    BT5I = "BT5I"
    BT7 = "BT7"
    BT8 = "BT8"
    # Known by name, not priced: no price sheet or rule was found for them.
    BT2 = "BT2"
    BT3 = "BT3"
    BT4 = "BT4"
    BT5C = "BT5C"
    BT5D = "BT5D"
    BT5E = "BT5E"
    BT5H = "BT5H"
    BT6 = "BT6"


class CustomerClass(StrEnum):
    """Whether the supply is a home for the tariff."""

    RESIDENTIAL = "residential"
    NON_RESIDENTIAL = "non-residential"


class Fose(StrEnum):
    """Whether the FOSE discount can reach this supply."""

    ELIGIBLE = "eligible"
    EXCLUDED = "excluded"
    """Block rated high or medium-high by INEI, or excluded by procedure."""


class Sector(StrEnum):
    """Kind of electric system, which sets the FOSE discount."""

    URBAN_INTERCONNECTED = "urban-interconnected"
    RURAL_INTERCONNECTED = "rural-interconnected"
    URBAN_ISOLATED = "urban-isolated"
    RURAL_ISOLATED = "rural-isolated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The connection of one meter: who serves it and under which option."""

    distributor: str
    """Id of the distributor, such as ``luz-del-sur``."""
    system: str | None = None
    """Id of the electric system, such as ``lima-sur``; ``None``: not known."""
    option: Option = Option.BT5B
    customer: CustomerClass = CustomerClass.RESIDENTIAL
    fose: Fose = Fose.ELIGIBLE
    sector: Sector | None = None
    """``None``: not known, taken for urban and interconnected with an issue."""
    collective_homes: int = 1
    """Homes behind a recognised collective supply: the bracket follows their average."""
    igv_exempt: bool | None = None
    """Amazon regime; ``None``: as the distributor's row says."""
    holidays_off_peak: bool = False
    """Whether Sundays and holidays leave the peak, which the customer must have asked for."""


class Tenure(StrEnum):
    """Who may change the dwelling."""

    OWNER = "owner"
    TENANT = "tenant"


class Roof(StrEnum):
    """What the home can put on its roof."""

    OWN = "own"
    """A roof of its own with sun."""
    SHARED = "shared"
    NONE = "none"


class CookingFuel(StrEnum):
    """Main fuel for cooking."""

    LPG = "lpg"
    NATURAL_GAS = "natural-gas"
    ELECTRICITY = "electricity"
    FIREWOOD = "firewood"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appliance:
    """One kind of appliance in a home, with its use as the household states it.

    Every figure but ``id`` may be ``None``: then the catalogue's default is used
    and the result says so.
    """

    id: str
    """Row of ``data/appliances.csv``, such as ``ducha-electrica``."""
    count: int = 1
    power_w: float | None = None
    """Plate or measured power of each. [W]"""
    hours_day: float | None = None
    """Use of each. [h/day]"""
    label_kwh_year: float | None = None
    """Energy printed on the efficiency label; beats plate power. [kWh/year]"""
    minutes_shower: float | None = None
    """Length of one shower, for water heaters. [min]"""
    showers_day: float | None = None
    """Showers of the whole home in a day. [1/day]"""
    always_on: bool | None = None
    """For storage heaters and decoders: left on all day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyUse:
    """Energy of one past recibo, with its total where it is at hand."""

    period: Period
    kwh: Decimal
    total_pen: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedCharges:
    """Monthly charges no price sheet holds: read from the home's own recibo, before IGV.

    ``None`` means not known: the bill leaves the line out and says so.
    """

    connection: Decimal | None = None
    """Replacement and maintenance of the connection (art. 163). [PEN/month]"""
    lighting: Decimal | None = None
    """Public street lighting (art. 184). [PEN/month]"""
    interest: Decimal = Decimal(0)
    """Compensatory interest on late balances. [PEN]"""
    late_interest: Decimal = Decimal(0)
    """Interés moratorio, untaxed. [PEN]"""
    previous_rounding: Decimal = Decimal(0)
    """Rounding carried from the recibo before. [PEN]"""
    other_taxed: Decimal = Decimal(0)
    other_untaxed: Decimal = Decimal(0)
    """Debts, financing, compensations (negative). [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A household and its supply; no name and no document number."""

    supply: Supply
    history: tuple[MonthlyUse, ...]
    """Recibos by rising date, at least one."""
    people: int | None = None
    department: str | None = None
    """Department of Peru, such as ``arequipa``."""
    city: str | None = None
    """City of ``data/solar.csv`` nearest to the home, such as ``arequipa``."""
    altitude_m: float | None = None
    tenure: Tenure | None = None
    roof: Roof | None = None
    panels_kwp: float | None = None
    """Peak power of the panels that the home has already; ``None``: none, or not stated. [kWp]"""
    cooking: CookingFuel | None = None
    appliances: tuple[Appliance, ...] = ()
    """Empty: not stated, estimated from published ownership."""
    homes_on_meter: int = 1
    """Homes fed by this one meter, this one included: brackets count per meter."""
    share_of_meter: Decimal | None = None
    """This home's share of a shared meter, 0 to 1; ``None``: equal or by people."""
    people_on_meter: int | None = None
    budget_pen: Decimal | None = None
    """What can be spent now. [PEN]"""
    lpg_cylinder_pen: Decimal | None = None
    """Price the home pays for a 10 kg cylinder. [PEN]"""
    fise_voucher: bool | None = None
    """Whether the home receives the FISE gas voucher."""
    charges: FixedCharges = field(default_factory=FixedCharges)
    assumptions: Mapping[str, Decimal] = field(default_factory=dict)
    """Costs and prices the household typed over the editable assumptions, by id."""

    @property
    def monthly_kwh(self) -> Sequence[Decimal]:
        """Energy of each recibo on file, by rising date. [kWh]"""
        return [month.kwh for month in self.history]
