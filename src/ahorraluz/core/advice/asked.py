"""Figures that only the household knows and that no file of the catalogue can hold.

They are typed like assumptions (``Home.assumptions``, by id) and have no default: a
measure that needs one asks for it. Limits only catch typing slips.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

PRICE = "PEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFigure:
    """A figure to ask for, ``assumption.<id>`` in the texts."""

    id: str
    unit: str
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(100_000)


def _all(*figures: AskedFigure) -> Mapping[str, AskedFigure]:
    return {figure.id: figure for figure in figures}


ASKED: Mapping[str, AskedFigure] = _all(
    AskedFigure(id="cost-led-lamp", unit=PRICE),
    AskedFigure(id="cost-led-tube", unit=PRICE),
    AskedFigure(id="cost-refrigerator", unit=PRICE),
    AskedFigure(id="new-refrigerator-kwh-year", unit="kWh/year", least=Decimal(50)),
    AskedFigure(id="cost-pressure-cooker", unit=PRICE),
    AskedFigure(id="cost-fan", unit=PRICE),
    AskedFigure(id="cost-electric-blanket", unit=PRICE),
    AskedFigure(id="cost-gas-heater", unit=PRICE),
    AskedFigure(id="cost-gas-connection", unit=PRICE),
    AskedFigure(id="cost-induction-hob", unit=PRICE),
    AskedFigure(id="cost-solar-water-heater", unit=PRICE),
    AskedFigure(id="cost-pv-kwp", unit="PEN/kWp"),
    AskedFigure(id="cost-inverter-kwp", unit="PEN/kWp"),
    AskedFigure(id="roof-kwp", unit="kWp"),
    AskedFigure(id="cost-battery-kwh", unit="PEN/kWh"),
    AskedFigure(id="cost-pv-from-kwp", unit="kWp", least=Decimal("0.05"), most=Decimal(100)),
    AskedFigure(id="cost-hourly-meter", unit=PRICE),
    AskedFigure(id="cost-improved-stove", unit=PRICE),
    AskedFigure(id="cost-biodigester", unit=PRICE),
    AskedFigure(id="cost-offgrid-kit", unit=PRICE),
    AskedFigure(id="offgrid-kit-wp", unit="W", least=Decimal(5), most=Decimal(20_000)),
    AskedFigure(id="programme-fee", unit="PEN/month", most=Decimal(500)),
    AskedFigure(id="wood-kg-month", unit="kg/month", most=Decimal(3_000)),
    AskedFigure(id="wood-pen-kg", unit="PEN/kg", most=Decimal(100)),
    AskedFigure(id="dung-kg-day", unit="kg/day", most=Decimal(1_000)),
    AskedFigure(id="burner-h-day", unit="h/day", least=Decimal("0.1"), most=Decimal(48)),
    AskedFigure(id="voucher-if-under", unit="yes-no", most=Decimal(1)),
    AskedFigure(id="gas-network", unit="yes-no", most=Decimal(1)),
    AskedFigure(id="peak-share", unit="share", most=Decimal(1)),
    AskedFigure(id="base-share", unit="share", most=Decimal(1)),
    AskedFigure(id="home-by-day", unit="yes-no", most=Decimal(1)),
    AskedFigure(id="evening-shower", unit="yes-no", most=Decimal(1)),
    AskedFigure(id="evening-cooking", unit="yes-no", most=Decimal(1)),
    AskedFigure(id="shower-summer-power-w", unit="W", least=Decimal(100), most=Decimal(10_000)),
)
