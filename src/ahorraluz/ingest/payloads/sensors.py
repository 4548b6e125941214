"""A topic for each sensor: ESPHome, and the state and event streams of Home Assistant.

``…/sensor/<name>/state`` holds a number. Home Assistant tells the unit in a topic beside it,
``…/sensor/<name>/unit_of_measurement``; ESPHome does not, so that the name must say it. The
event stream holds number and unit in one object.
"""

from typing import Any

from ahorraluz.core.live.readings import THOUSANDTHS
from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken, iso_ms

EMPTY = frozenset({"", "unavailable", "unknown", "none", "nan", "null"})
"""States that stand for no number."""
POWER_UNITS = frozenset({"W", "kW", "MW"})
ENERGY_UNITS = frozenset({"Wh", "kWh", "MWh"})
POWER_WORDS = ("power", "potencia", "watt")
ENERGY_WORDS = ("energy", "energia", "consumption", "consumo")
FLOW_WORDS = {
    Flow.EXPORT: ("export", "returned", "feed_in", "injected", "inyectad"),
    Flow.PRODUCTION: ("solar", "production", "produccion", "yield", "generation"),
}


def read(message: Message, taken: Taken) -> bool:
    """Take the state of one sensor, or remember the unit that a sensor has."""
    parts = message.parts
    if len(parts) >= 3 and parts[-3] == "sensor":
        topic, what = "/".join(parts[:-1]), parts[-1]
        text = message.text.strip().strip('"')
        if what == "unit_of_measurement":
            if text in THOUSANDTHS:
                taken.units[topic] = text
            return True
        if what != "state":
            return True  # its other attributes tell nothing of energy
        _state(parts[-2], text, message.units.get(topic, ""), message, taken, None)
        return True
    return _event(message, taken)


def _event(message: Message, taken: Taken) -> bool:
    data = message.object.get("event_data")
    state: Any = data.get("new_state") if isinstance(data, dict) else None
    if not isinstance(state, dict):
        return False
    entity = str(state.get("entity_id", ""))
    attributes = state.get("attributes")
    unit = attributes.get("unit_of_measurement", "") if isinstance(attributes, dict) else ""
    if entity.startswith("sensor.") and unit in THOUSANDTHS:
        at_ms = iso_ms(state.get("last_updated", state.get("last_changed")), message.zone)
        name = entity.removeprefix("sensor.")
        _state(name, str(state.get("state", "")), unit, message, taken, at_ms)
    return True


def _state(
    name: str, text: str, unit: str, message: Message, taken: Taken, at_ms: int | None
) -> None:
    if text.casefold() in EMPTY:
        return
    low = name.casefold()
    unit = unit or _unit(low)
    flow = next((f for f, words in FLOW_WORDS.items() if any(w in low for w in words)), None)
    if unit in POWER_UNITS:
        taken.power(name, text, unit, flow or message.flow, at_ms=at_ms)
    elif unit in ENERGY_UNITS:
        taken.register(name, text, unit, flow or message.flow, at_ms=at_ms)
    elif any(word in low for word in ENERGY_WORDS):
        taken.wrong("live-unit-needed", name=name)


def _unit(name: str) -> str:
    """Return the unit that the name of a sensor says, or nothing."""
    last = name.rsplit("_", 1)[-1]
    for unit in THOUSANDTHS:
        if last == unit.casefold() and unit != "MW":
            return unit
    return "W" if any(word in name for word in POWER_WORDS) else ""
