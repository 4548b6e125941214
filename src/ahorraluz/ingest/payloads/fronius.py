"""Fronius Solar API v1: the power flow of a site, and a smart meter."""

from decimal import Decimal
from typing import Any

from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken, iso_ms, seconds_ms


def read(message: Message, taken: Taken) -> bool:
    """Take what flows from the grid, from the panels and into the home."""
    body, head = message.object.get("Body"), message.object.get("Head")
    data = body.get("Data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        return False
    stamp = head.get("Timestamp") if isinstance(head, dict) else None
    at_ms = iso_ms(stamp, message.zone)
    if isinstance(data.get("Site"), dict):
        _site(data["Site"], taken, at_ms)
        return True
    meters = [data, *(part for part in data.values() if isinstance(part, dict))]
    found = [meter for meter in meters if "PowerReal_P_Sum" in meter]
    for place, meter in enumerate(found):
        name = "total" if len(found) == 1 else str(place)
        _meter(name, meter, taken, seconds_ms(meter.get("TimeStamp")) or at_ms)
    return bool(found)


def _site(site: dict[str, Any], taken: Taken, at_ms: int | None) -> None:
    taken.both_ways("total", site.get("P_Grid"), "W", at_ms=at_ms)
    taken.power("total", site.get("P_PV"), "W", Flow.PRODUCTION, at_ms=at_ms)
    load = site.get("P_Load")
    # The load of a site is negative: power that leaves it for the home.
    if isinstance(load, Decimal):
        taken.power("total", -load, "W", Flow.LOAD, at_ms=at_ms)
    if site.get("P_PV") is not None:
        taken.register("total", site.get("E_Total"), "Wh", Flow.PRODUCTION, at_ms=at_ms)


def _meter(name: str, meter: dict[str, Any], taken: Taken, at_ms: int | None) -> None:
    taken.both_ways(name, meter.get("PowerReal_P_Sum"), "W", at_ms=at_ms)
    plus = meter.get("EnergyReal_WAC_Sum_Consumed", meter.get("EnergyReal_WAC_Plus_Absolute"))
    minus = meter.get("EnergyReal_WAC_Sum_Produced", meter.get("EnergyReal_WAC_Minus_Absolute"))
    taken.register(name, plus, "Wh", Flow.IMPORT, at_ms=at_ms)
    taken.register(name, minus, "Wh", Flow.EXPORT, at_ms=at_ms)
