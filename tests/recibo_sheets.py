"""What recibos print, for tests: the golden bills, as text.

Amounts, days and tariff are those of ``tests/golden/bills``; names, addresses, meter readings
and the months before are invented.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ahorraluz.ingest.recibo.reading import Known

GOLDEN = Path(__file__).parent / "golden" / "bills"
FULL = ("lds-2026-03", "lds-2026-05", "lds-2026-08")
KNOWN = Known(
    names={
        "Luz del Sur": "Luz del Sur",
        "Pluz Energía Perú": "Pluz Energía Perú",
        "Pluz": "Pluz Energía Perú",
        "Enel": "Pluz Energía Perú",
        "Hidrandina": "Hidrandina",
        "SEAL": "SEAL",
        "Electro Sur Este": "Electro Sur Este",
        "Electro Sur": "Electrosur",
    },
    igv_rates=(Decimal("0.18"),),
)
PERSON = "ROSA QUISPE HUAMAN"
ADDRESS = "JR. LOS OLIVOS 458 DPTO 302"
SUPPLY_NUMBER = "1740852"
MONTHS = ("ENE", "FEB", "MAR", "ABR", "MAY", "JUN", "JUL", "AGO", "SET", "OCT", "NOV", "DIC")
LONG = ("Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio", "Julio", "Agosto")
HISTORY = (401, 388, 352, 317, 290, 284, 301, 322, 340, 365, 398, 410)


@dataclass(frozen=True)
class Sheet:
    """What is printed, as text."""

    distributor: str
    month: date
    start: date
    end: date
    days: str
    before: str
    now: str
    kwh: str
    price: str
    energy: str
    fixed: str
    connection: str
    lighting: str
    interest: str
    subtotal: str
    igv: str
    rural: str
    previous: str
    current: str
    total_before: str
    total: str
    option: str = "BT5B"
    history: tuple[int, ...] = HISTORY
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def past(self) -> list[tuple[str, int]]:
        """The twelve months before, oldest first."""
        first = self.month.month - 1
        return [(MONTHS[(first + at) % 12], kwh) for at, kwh in enumerate(self.history)]


def sheet_of(name: str, *, distributor: str = "Luz del Sur", **changed: Any) -> Sheet:
    """Return what a golden bill prints; meter readings and history are invented."""
    raw = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"), parse_float=Decimal)
    amounts = [f"{Decimal(str(item['amount'])):.2f}" for item in raw["items"]]
    kwh = Decimal(str(raw["kwh"]))
    detail = raw.get("adjustments_detail", {})
    net = Decimal(str(raw["total_to_pay"])) - Decimal(str(raw["total_before_adjustments"]))
    previous = Decimal(str(detail.get("previous_month_rounding", 0)))
    end = date.fromisoformat(raw["reading_to"])
    sheet = Sheet(
        distributor=distributor,
        month=date(end.year, int(raw["period"][5:7]), 1),
        start=date.fromisoformat(raw["reading_from"]),
        end=end,
        days=str(raw["days"]),
        before="21540.30",
        now=f"{Decimal('21540.30') + kwh:.2f}",
        kwh=f"{kwh:.2f}",
        price=f"{Decimal(str(raw['unit_price_printed_s_per_kwh_without_igv'])):.4f}",
        energy=amounts[0],
        fixed=amounts[1],
        connection=amounts[2],
        lighting=amounts[3],
        interest=amounts[4],
        subtotal=f"{Decimal(str(raw['subtotal'])):.2f}",
        igv=f"{Decimal(str(raw['igv_18'])):.2f}",
        rural=f"{Decimal(str(raw['after_igv'][0]['amount'])):.2f}",
        previous=f"{previous:.2f}",
        current=f"{net - previous:.2f}",
        total_before=f"{Decimal(str(raw['total_before_adjustments'])):.2f}",
        total=f"{Decimal(str(raw['total_to_pay'])):.2f}",
    )
    return replace(sheet, **changed)


def printed_values(sheet: Sheet) -> dict[str, object]:
    """Return the value of every field as the sheet prints it."""
    amounts = {
        name: Decimal(getattr(sheet, name))
        for name in (
            *("kwh", "energy", "fixed", "connection", "lighting", "interest"),
            *("subtotal", "igv", "total_before", "total"),
        )
    }
    return amounts | {
        "distributor": sheet.distributor,
        "period": f"{sheet.month:%Y-%m}",
        "reading_from": sheet.start,
        "reading_to": sheet.end,
        "days": int(sheet.days),
        "tariff_option": sheet.option,
        "unit_price": Decimal(sheet.price),
        "rural_electrification": Decimal(sheet.rural),
        "rounding_previous": Decimal(sheet.previous),
        "rounding_current": Decimal(sheet.current),
        "history_kwh": tuple(Decimal(kwh) for kwh in sheet.history),
    }
