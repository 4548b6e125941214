"""Emporia Vue: the answer of its ``getDeviceListUsages``, circuit by circuit in kWh."""

from decimal import Decimal
from typing import Any

from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken, iso_ms, named

SECONDS = {"1S": 1, "1MIN": 60}
"""Scales of whole intervals: their energy is a mean power. [s]"""
MAX_DEPTH = 4
"""How deep devices hang below each other at most."""
MAINS = "1,2,3"
"""Number of the channel that is the sum of the phases."""


def read(message: Message, taken: Taken) -> bool:
    """Take each circuit: a power at a fine scale, a counter that restarts at a coarse one."""
    body = message.object.get("deviceListUsages")
    if not isinstance(body, dict) or not isinstance(body.get("devices"), list):
        return False
    if body.get("energyUnit", "KilowattHours") != "KilowattHours":
        taken.wrong("live-unit-unknown", value=str(body["energyUnit"])[:40], allowed=["kWh"])
        return True
    at_ms = iso_ms(body.get("instant"), message.zone)
    for device in body["devices"]:
        _device(device, str(body.get("scale")), taken, at_ms, below=())
    return True


def _device(
    device: Any,  # noqa: ANN401  any JSON value
    scale: str,
    taken: Taken,
    at_ms: int | None,
    *,
    below: tuple[str, ...],
) -> None:
    usages = device.get("channelUsages") if isinstance(device, dict) else None
    for usage in usages if isinstance(usages, list) else ():
        if not isinstance(usage, dict):
            continue
        main = not below and usage.get("channelNum") == MAINS
        name = "total" if main else named(*below, str(usage.get("name") or "?"))
        flow = Flow.IMPORT if main else Flow.CIRCUIT
        value = usage.get("usage")
        if scale in SECONDS and isinstance(value, Decimal):
            taken.power(name, value * 3600 / SECONDS[scale], "kW", flow, at_ms=at_ms)
        elif scale not in SECONDS:
            taken.register(name, value, "kWh", flow, at_ms=at_ms)
        nested = usage.get("nestedDevices")
        if isinstance(nested, list) and len(below) < MAX_DEPTH:
            for part in nested:
                gid = str(part.get("deviceGid", "?")) if isinstance(part, dict) else "?"
                _device(part, scale, taken, at_ms, below=(*below, gid))
