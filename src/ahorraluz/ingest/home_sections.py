"""Sections of a home file and the keys each may hold; any other key is refused."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ahorraluz.core.advice.lineless_home import Purpose
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Appliance, CookingFuel, Roof, Tenure
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt, ReceiptLine

MAX_PEN = Decimal(1_000_000)
MAX_PRICE = Decimal(100)
MAX_DISCOUNT = Decimal("0.99")
"""A whole discount would leave no price to learn from. [0 to 1]"""


def _number(value: object) -> object:
    """Let TOML numbers in, exactly as written; text and booleans stay what they are."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _physical(value: object) -> object:
    """Let TOML numbers in as measurements."""
    return float(value) if isinstance(value, int | Decimal) and value is not True else value


def _answer(value: object) -> object:
    """Let ``true`` and ``false`` in as one and zero, for questions of yes or no."""
    return Decimal(value) if isinstance(value, bool) else value


def _whole(value: object) -> object:
    """Refuse ``true`` and ``false`` where a count stands."""
    return str(value) if isinstance(value, bool) else value


Exact = Annotated[Decimal, BeforeValidator(_number)]
Amount = Annotated[Exact, Field(ge=-MAX_PEN, le=MAX_PEN)]
Positive = Annotated[Exact, Field(ge=0, le=MAX_PEN)]
Price = Annotated[Exact, Field(ge=0, le=MAX_PRICE)]
Discount = Annotated[Exact, Field(ge=0, le=MAX_DISCOUNT)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=2_000)]
People = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=50)]
Pieces = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=200)]
Measure = Annotated[float, BeforeValidator(_physical)]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=False
    )


class SupplySection(_Section):
    """``[supply]``: the connection, in the words of the recibo."""

    distributor: Name | None = None
    system: Name | None = None
    option: Name | None = None
    customer: Name | None = None
    fose: Name | None = None
    sector: Name | None = None
    collective_homes: Count = 1
    igv_exempt: bool | None = None
    fose_discount: Discount | None = None
    """Where the household knows it: the law's table for its kind of system is not on file."""


class HomeSection(_Section):
    """``[home]``: who lives there and what they may do."""

    people: People | None = None
    department: Name | None = None
    city: Name | None = None
    altitude_m: Measure | None = Field(default=None, ge=0, le=5_500)
    tenure: Tenure | None = None
    roof: Roof | None = None
    panels_kwp: Measure | None = Field(default=None, gt=0, le=100)
    cooking: CookingFuel | None = None
    homes_on_meter: Count = 1
    people_on_meter: Count | None = None
    share_of_meter: Exact | None = Field(default=None, gt=0, le=1)
    budget: Positive | None = None
    lpg_cylinder: Exact | None = Field(default=None, gt=0, le=1_000)
    fise_voucher: bool | None = None


class WithoutLineSection(_Section):
    """``[without_line]``: what a home that no line reaches pays instead, in soles a month."""

    light: Positive | None = None
    charging: Positive | None = None
    other: Positive | None = None

    def spending(self) -> dict[Purpose, Decimal]:
        """Return what is paid by what it is for, as far as it was told. [PEN/month]"""
        return {Purpose(name): amount for name, amount in self if amount is not None}


class ChargesSection(_Section):
    """``[charges]``: what every recibo of this supply carries, before IGV."""

    connection: Positive | None = None
    lighting: Positive | None = None
    interest: Positive = Decimal(0)
    late_interest: Positive = Decimal(0)
    previous_rounding: Amount = Decimal(0)
    other_taxed: Amount = Decimal(0)
    other_untaxed: Amount = Decimal(0)

    def amounts_of_the_month(self) -> dict[str, Decimal]:
        """Return the charges that have a default, by name. [PEN]"""
        return self.model_dump(exclude={"connection", "lighting"})


class ReceiptEntry(_Section):
    """``[[recibos]]``: one recibo; only its kWh is needed."""

    month: str | None = Field(default=None, max_length=40)
    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")
    kwh: Exact
    unit_price: Price | None = None
    unit_price_peak: Price | None = None
    unit_price_off_peak: Price | None = None
    unit_price_medium: Price | None = None
    unit_price_base: Price | None = None
    energy: Positive | None = None
    fixed: Positive | None = None
    connection: Positive | None = None
    lighting: Positive | None = None
    interest: Positive | None = None
    subtotal: Positive | None = None
    igv: Positive | None = None
    rural_electrification: Positive | None = None
    late_interest: Positive | None = None
    rounding: Amount | None = None
    previous_rounding: Amount | None = None
    total: Positive | None = None

    @property
    def prints_something(self) -> bool:
        """Whether more is typed than dates, kWh and total."""
        bare = {"month", "start", "end", "kwh", "total"}
        return bool(self.model_fields_set - bare)

    def receipt(self, period: Period, *, distributor: str, option: str | None) -> Receipt:
        """Return the recibo with its lines in the order they are printed."""
        lines = [
            ReceiptLine(code=code, name=name, amount=amount, taxed=taxed)
            for name, code, taxed in _LINES
            if (amount := getattr(self, name)) is not None
        ]
        bands = {band: price for band, name in _BANDS if (price := getattr(self, name)) is not None}
        return Receipt(
            id=f"recibo {period.start:%Y-%m}",
            distributor=distributor,
            system=None,
            option=option,
            segment=None,
            label=self.month,
            period=period,
            kwh=self.kwh,
            unit_price=self.unit_price,
            lines=tuple(lines),
            subtotal=self.subtotal,
            igv=self.igv,
            total_before=None,
            total=self.total,
            previous_rounding=self.previous_rounding,
            current_rounding=None,
            band_prices=bands,
        )


class ApplianceEntry(_Section):
    """``[[appliances]]``: one kind of appliance and its use."""

    id: Name
    count: Pieces = 1
    power_w: Measure | None = Field(default=None, gt=0, le=50_000)
    hours_day: Measure | None = Field(default=None, ge=0, le=24)
    label_kwh_year: Measure | None = Field(default=None, ge=0, le=20_000)
    minutes_shower: Measure | None = Field(default=None, ge=0, le=180)
    showers_day: Measure | None = Field(default=None, ge=0, le=100)
    always_on: bool | None = None

    def appliance(self) -> Appliance:
        """Return the appliance of the core."""
        return Appliance(**self.model_dump())


class AssumptionEntry(_Section):
    """One value typed over an editable assumption, or asked of the household."""

    value: Annotated[Amount, BeforeValidator(_answer), Field(ge=0)]


_LINES = (
    ("energy", LineCode.ENERGY, True),
    ("fixed", LineCode.FIXED, True),
    ("connection", LineCode.CONNECTION, True),
    ("lighting", LineCode.LIGHTING, True),
    ("interest", LineCode.INTEREST, True),
    ("rural_electrification", LineCode.RURAL_ELECTRIFICATION, False),
    ("late_interest", LineCode.OTHER, False),
    ("rounding", LineCode.ROUNDING, False),
)
_BANDS = (
    (Band.PEAK, "unit_price_peak"),
    (Band.OFF_PEAK, "unit_price_off_peak"),
    (Band.MEDIUM, "unit_price_medium"),
    (Band.BASE, "unit_price_base"),
)
