"""Zigbee2MQTT: one JSON object for a device, ``energy`` a counter in kWh and ``power`` in W."""

from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken, iso_ms, named, seconds_ms

MARKS = frozenset({"linkquality", "last_seen", "power_outage_memory"})
"""Fields that the objects of other dialects do not have."""


def read(message: Message, taken: Taken) -> bool:
    """Take power and counters of a Zigbee device, those given back as well."""
    body = message.object
    if MARKS.isdisjoint(body) or not {"power", "energy"} & body.keys():
        return False
    name = named(*(part for part in message.parts if part != "zigbee2mqtt"))
    seen = body.get("last_seen")
    at_ms = iso_ms(seen, message.zone) if isinstance(seen, str) else seconds_ms(seen, parts=1000)
    if "produced_energy" in body:
        taken.both_ways(name, body.get("power"), "W", at_ms=at_ms)
        taken.register(name, body.get("produced_energy"), "kWh", Flow.EXPORT, at_ms=at_ms)
    else:
        taken.power(name, body.get("power"), "W", message.flow, at_ms=at_ms)
    flow = Flow.IMPORT if "produced_energy" in body else message.flow
    taken.register(name, body.get("energy"), "kWh", flow, at_ms=at_ms)
    return True
