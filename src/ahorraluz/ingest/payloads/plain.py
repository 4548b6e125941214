"""A number alone, or an object with fields that name their unit: what people write themselves.

The last part of the topic says what a number is: ``power``, ``w``, ``kw``, ``energy``, ``wh``
or ``kwh``. An object has ``power_w``, ``power_kw``, ``energy_wh``, ``energy_kwh``, and perhaps
``export_kwh``, ``production_kwh``, and ``time`` or ``timestamp``.
"""

from decimal import Decimal

from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken, iso_ms, named, seconds_ms

TOPICS = {
    "power": "W",
    "potencia": "W",
    "w": "W",
    "kw": "kW",
    "energy": "kWh",
    "energia": "kWh",
    "wh": "Wh",
    "kwh": "kWh",
}
"""Unit of a number by the last part of its topic."""
FIELDS: dict[str, tuple[str, Flow | None]] = {
    "power_w": ("W", None),
    "power_kw": ("kW", None),
    "energy_wh": ("Wh", None),
    "energy_kwh": ("kWh", None),
    "export_w": ("W", Flow.EXPORT),
    "export_wh": ("Wh", Flow.EXPORT),
    "export_kwh": ("kWh", Flow.EXPORT),
    "production_w": ("W", Flow.PRODUCTION),
    "production_wh": ("Wh", Flow.PRODUCTION),
    "production_kwh": ("kWh", Flow.PRODUCTION),
}
"""Unit and flow of a field; ``None`` is what the device measures."""
TIMES = ("time", "timestamp", "ts")


def read(message: Message, taken: Taken) -> bool:
    """Take a number whose topic says its unit, or the fields that say theirs."""
    last = message.parts[-1].casefold() if message.parts else ""
    if last in TOPICS and isinstance(message.json, Decimal):
        name = named(*message.parts[:-1])
        _take(name, message.json, TOPICS[last], message.flow, taken, None)
        return True
    body = message.object
    known = [key for key in body if key in FIELDS]
    at_ms = next((moment_ms(body[key], message.zone) for key in TIMES if key in body), None)
    for key in known:
        unit, flow = FIELDS[key]
        name = str(body.get("channel") or named(*message.parts))
        _take(name, body[key], unit, flow or message.flow, taken, at_ms)
    return bool(known)


def moment_ms(value: object, zone: str) -> int | None:
    """Return a moment that is told as text, in seconds or in milliseconds since 1970."""
    if isinstance(value, str):
        return iso_ms(value, zone)
    if isinstance(value, Decimal) and value > 10**11:
        return seconds_ms(value, parts=1000)
    return seconds_ms(value)


def _take(name: str, value: object, unit: str, flow: Flow, taken: Taken, at_ms: int | None) -> None:
    if unit in ("W", "kW"):
        taken.power(name, value, unit, flow, at_ms=at_ms)
    else:
        taken.register(name, value, unit, flow, at_ms=at_ms)
