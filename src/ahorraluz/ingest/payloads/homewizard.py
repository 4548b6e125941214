"""HomeWizard: the answer of ``/api/v1/data`` of a P1 meter, a kWh meter or a plug."""

from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken

MARKS = frozenset({"total_power_import_kwh", "total_power_import_t1_kwh", "active_power_w"})


def read(message: Message, taken: Taken) -> bool:
    """Take power and counters, those of the single tariffs where there is no total."""
    body = message.object
    if MARKS.isdisjoint(body):
        return False
    taken.both_ways("total", body.get("active_power_w"), "W")
    for flow, word in ((Flow.IMPORT, "import"), (Flow.EXPORT, "export")):
        total = body.get(f"total_power_{word}_kwh")
        if total is not None:
            taken.register("total", total, "kWh", flow)
        else:
            taken.register("t1", body.get(f"total_power_{word}_t1_kwh"), "kWh", flow)
            taken.register("t2", body.get(f"total_power_{word}_t2_kwh"), "kWh", flow)
    return True
