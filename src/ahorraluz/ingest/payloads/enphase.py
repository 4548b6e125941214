"""Enphase Envoy: ``api/v1/production`` and ``production.json`` of its local API."""

from typing import Any

from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken, seconds_ms

FLOWS = {
    "production": Flow.PRODUCTION,
    "total-consumption": Flow.LOAD,
    "net-consumption": Flow.IMPORT,
}
"""Flow of each ``measurementType``."""


def read(message: Message, taken: Taken) -> bool:
    """Take what the panels make, what the home uses and what comes from the grid."""
    body = message.object
    if "wattsNow" in body and "wattHoursLifetime" in body:
        taken.power("total", body["wattsNow"], "W", Flow.PRODUCTION)
        taken.register("total", body["wattHoursLifetime"], "Wh", Flow.PRODUCTION)
        return True
    groups = [body.get("production"), body.get("consumption")]
    meters = [meter for group in groups for meter in _objects(group) if "wNow" in meter]
    if not meters:
        return False
    # Inverters sum what a meter of production measures: they count where it is not there.
    metered = any(m.get("measurementType") == "production" and _active(m) for m in meters)
    for meter in meters:
        kind = meter.get("measurementType", "production")
        if not _active(meter) or kind not in FLOWS:
            continue
        if metered and meter.get("type") == "inverters":
            continue
        at_ms = seconds_ms(meter.get("readingTime"))
        if kind == "net-consumption":
            # Its counter runs back while power is given away: no standing to take.
            taken.both_ways("total", meter.get("wNow"), "W", at_ms=at_ms)
        else:
            taken.power("total", meter.get("wNow"), "W", FLOWS[kind], at_ms=at_ms)
            taken.register("total", meter.get("whLifetime"), "Wh", FLOWS[kind], at_ms=at_ms)
    return True


def _objects(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _active(meter: dict[str, Any]) -> bool:
    return bool(meter.get("activeCount", 1))
