"""OpenEnergyMonitor: emonTx and emonPi over MQTT, and what ``input/post`` of emoncms takes.

``power1``, ``P1`` are in W, ``E1``, ``Wh1`` in Wh; topics are ``emon/<node>/<name>`` with a number,
or ``emon/<node>`` with all of them as an object.
"""

import re
from decimal import Decimal

from ahorraluz.ingest.payloads.message import Message, Taken, named, seconds_ms

_POWER = re.compile(
    r"(?i)p(?:ower)?_?\d{0,2}|power\d?pluspower\d?|ct\d{1,2}(?:_?power)?|real_?power"
)
_ENERGY = re.compile(r"(?i)(?:e|wh|energy_?wh)_?\d{0,2}")
_KILO = re.compile(r"(?i)(?:kwh|energy_?kwh)_?\d{0,2}")


def read(message: Message, taken: Taken) -> bool:
    """Take the inputs of a node whose names say power or energy."""
    parts = tuple(part for part in message.parts if part != "emon")
    body = message.object
    if body:
        at_ms = seconds_ms(body.get("time"))
        known = {k: v for k, v in body.items() if isinstance(v, Decimal) and kind_of(k)}
        for key, value in known.items():
            _take(named(*parts, key), key, value, message, taken, at_ms)
        return bool(known)
    if "emon" not in message.parts or not parts or not kind_of(parts[-1]):
        return False
    _take(named(*parts), parts[-1], message.text.strip(), message, taken, None)
    return True


def kind_of(name: str) -> str:
    """Return the unit that the name of an input says, or nothing."""
    for unit, pattern in (("W", _POWER), ("Wh", _ENERGY), ("kWh", _KILO)):
        if pattern.fullmatch(name):
            return unit
    return ""


def _take(
    name: str, key: str, value: object, message: Message, taken: Taken, at_ms: int | None
) -> None:
    unit = kind_of(key)
    if unit == "W":
        taken.power(name, value, unit, message.flow, at_ms=at_ms)
    else:
        taken.register(name, value, unit, message.flow, at_ms=at_ms)
