"""Tasmota: ``tele/SENSOR`` and ``stat/STATUS8`` and ``STATUS10`` with an ``ENERGY`` part.

``Total`` is a counter in kWh, ``Power`` is in W. Plugs with several outlets send lists of them.
``Time`` is the device's own local time, without a zone.
"""

from typing import Any

from ahorraluz.ingest.payloads.message import Message, Taken, iso_ms, named

WORDS = frozenset({"tele", "stat", "SENSOR", "STATE", "STATUS8", "STATUS10", "tasmota"})
"""Parts of a topic that name no device."""


def read(message: Message, taken: Taken) -> bool:
    """Take power and counter of a Tasmota device."""
    body: Any = message.object.get("StatusSNS", message.object)
    energy = body.get("ENERGY") if isinstance(body, dict) else None
    if not isinstance(energy, dict):
        return False
    at_ms = iso_ms(body.get("Time"), message.zone)
    device = named(*(part for part in message.parts if part not in WORDS))
    flow = message.flow
    for outlet, value in _each(energy.get("Power")):
        taken.power(_name(device, outlet), value, "W", flow, at_ms=at_ms)
    for outlet, value in _each(energy.get("Total")):
        taken.register(_name(device, outlet), value, "kWh", flow, at_ms=at_ms)
    return True


def _each(value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401  any JSON value
    if isinstance(value, list):
        return [(str(place), one) for place, one in enumerate(value, start=1)]
    return [("", value)]


def _name(device: str, outlet: str) -> str:
    return named("" if device == "total" and outlet else device, outlet)
