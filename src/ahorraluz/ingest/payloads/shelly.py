"""Shelly of the first generation (a topic for each number) and of the later ones (RPC status).

First: ``relay/0/power`` in W, ``relay/0/energy`` in watt minutes, ``emeter/0/power`` in W with
its sign, ``emeter/0/total`` and ``total_returned`` in Wh; or the status as one JSON object.
Later: components ``switch:0`` (``apower`` in W, ``aenergy.total`` in Wh), ``em:0`` with
``emdata:0``, ``em1:0`` with ``em1data:0``, ``pm1:0``; one to a topic ``status/<component>``, or
many in ``NotifyStatus`` and in the answer of ``Shelly.GetStatus``.
"""

import csv
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ahorraluz.core.live.readings import WATT_MINUTE
from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken, named, seconds_ms

SWITCHES = ("switch", "pm1", "cover", "light")
"""Components that measure what hangs on them."""
FIRST_KINDS = ("relay", "emeter", "light", "roller", "meter")
PHASES = ("a", "b", "c")


def read(message: Message, taken: Taken) -> bool:
    """Take power and counters of a Shelly."""
    return (
        _first_topic(message, taken)
        or _first_status(message, taken)
        or _later(message, taken)
        or _stored(message, taken)
    )


# --- the first generation --------------------------------------------------------------------


def _first_topic(message: Message, taken: Taken) -> bool:
    parts = message.parts
    if len(parts) < 2 or parts[-2 if len(parts) == 2 else -3] not in FIRST_KINDS:
        return False
    kind, *place, what = parts[-2:] if len(parts) == 2 else parts[-3:]
    device = named(*(p for p in parts[: -2 if len(parts) == 2 else -3] if p != "shellies"))
    name = named("" if device == "total" else device, *place)
    value = message.text.strip()
    if kind == "emeter":
        if what == "power":
            taken.both_ways(name, value, "W")
        elif what == "total":
            taken.register(name, value, "Wh", Flow.IMPORT)
        elif what == "total_returned":
            taken.register(name, value, "Wh", Flow.EXPORT)
        return True
    if what == "power":
        taken.power(name, value, "W", message.flow)
    elif what == "energy":
        taken.register(name, value, WATT_MINUTE, message.flow)
    return True


def _first_status(message: Message, taken: Taken) -> bool:
    body = message.object.get("status", message.object)
    if not isinstance(body, dict):
        return False
    meters, emeters = body.get("meters"), body.get("emeters")
    if not isinstance(meters, list) and not isinstance(emeters, list):
        return False
    at_ms = seconds_ms(body.get("unixtime"))
    for place, meter in _objects(emeters):
        taken.both_ways(place, meter.get("power"), "W", at_ms=at_ms)
        taken.register(place, meter.get("total"), "Wh", Flow.IMPORT, at_ms=at_ms)
        taken.register(place, meter.get("total_returned"), "Wh", Flow.EXPORT, at_ms=at_ms)
    # A device with clamps lists its own meters a second time.
    for place, meter in [] if emeters else _objects(meters):
        if meter.get("is_valid", True) is True:
            taken.power(place, meter.get("power"), "W", message.flow, at_ms=at_ms)
            taken.register(place, meter.get("total"), WATT_MINUTE, message.flow, at_ms=at_ms)
    return True


def _objects(value: object) -> list[tuple[str, dict[str, Any]]]:
    rows = value if isinstance(value, list) else []
    return [(str(n), row) for n, row in enumerate(rows) if isinstance(row, dict)]


# --- later generations -----------------------------------------------------------------------


def _later(message: Message, taken: Taken) -> bool:
    body = message.object
    params = body.get("params", body.get("result", body.get("status", body)))
    if not isinstance(params, dict):
        return False
    at_ms = seconds_ms(params.get("ts"))
    sys = params.get("sys")
    if at_ms is None and isinstance(sys, dict):
        at_ms = seconds_ms(sys.get("unixtime"))
    found = False
    for component, status in params.items():
        if isinstance(status, dict) and ":" in component:
            found |= _component(component, status, message, taken, at_ms)
    if found:
        return True
    component = message.parts[-1] if message.parts else ""
    if ":" not in component:
        component = _guessed(params)
    return bool(component) and _component(component, params, message, taken, at_ms)


def _guessed(status: Mapping[str, Any]) -> str:
    """Return which component a status without a name is of, or nothing."""
    if "total_act_power" in status:
        return "em:0"
    if "total_act" in status and "total_act_ret" in status:
        return "emdata:0"
    if "apower" in status and "aenergy" in status:
        return f"switch:{status.get('id', 0)}"
    return ""


def _component(
    component: str,
    status: Mapping[str, Any],
    message: Message,
    taken: Taken,
    at_ms: int | None,
) -> bool:
    kind, _, place = component.partition(":")
    name = named("" if place == "0" else place)
    if kind == "em":
        taken.both_ways(name, status.get("total_act_power"), "W", at_ms=at_ms)
    elif kind == "em1":
        taken.both_ways(name, status.get("act_power"), "W", at_ms=at_ms)
    elif kind == "emdata":
        taken.register(name, status.get("total_act"), "Wh", Flow.IMPORT, at_ms=at_ms)
        taken.register(name, status.get("total_act_ret"), "Wh", Flow.EXPORT, at_ms=at_ms)
    elif kind == "em1data":
        taken.register(name, status.get("total_act_energy"), "Wh", Flow.IMPORT, at_ms=at_ms)
        taken.register(name, status.get("total_act_ret_energy"), "Wh", Flow.EXPORT, at_ms=at_ms)
    elif kind in SWITCHES and ("apower" in status or "aenergy" in status):
        taken.power(name, status.get("apower"), "W", message.flow, at_ms=at_ms)
        energy = status.get("aenergy")
        if isinstance(energy, dict):
            taken.register(name, energy.get("total"), "Wh", message.flow, at_ms=at_ms)
    else:
        return False
    return True


# --- what a Shelly with clamps kept by the minute --------------------------------------------


def _stored(message: Message, taken: Taken) -> bool:
    """Take rows of ``EMData.GetData`` as CSV: Wh of each minute, which is a mean power."""
    if not message.body.startswith(b"timestamp,a_total_act_energy"):
        return False
    for row in csv.DictReader(message.text.splitlines()):
        at_ms = seconds_ms(row.get("timestamp"))
        for flow, word in ((Flow.IMPORT, "act"), (Flow.EXPORT, "act_ret")):
            taken.power("total", _minute(row, word), "W", flow, at_ms=at_ms)
    return True


def _minute(row: Mapping[str, str | None], word: str) -> Decimal | str:
    try:
        parts = [Decimal(row.get(f"{phase}_total_{word}_energy") or "0") for phase in PHASES]
        return sum(parts, Decimal(0)) * 60
    except ArithmeticError:  # no number, or one of an endless exponent
        return "?"
