"""Which dialect a message is of, and what it tells."""

from collections.abc import Mapping
from types import MappingProxyType

from ahorraluz.ingest.payloads import (
    dsmr,
    emon,
    emporia,
    enphase,
    fronius,
    homewizard,
    mapping,
    plain,
    sensors,
    shelly,
    tasmota,
    zigbee,
)
from ahorraluz.ingest.payloads.message import MAX_BYTES, Message, Reader, Taken

AUTO, MAPPED = "auto", "mapped"
"""Dialects that are none: the first that knows the message, and the user's own mapping."""
DIALECTS: Mapping[str, Reader] = MappingProxyType(
    {
        "tasmota": tasmota.read,
        "shelly": shelly.read,
        "zigbee2mqtt": zigbee.read,
        "dsmr": dsmr.read,
        "homewizard": homewizard.read,
        "enphase": enphase.read,
        "fronius": fronius.read,
        "emporia": emporia.read,
        "home-assistant": sensors.read,
        "esphome": sensors.read,
        "plain": plain.read,
        "emon": emon.read,
    }
)
"""How each dialect is read; those that say most clearly what they are come first."""
_ALL = tuple(dict.fromkeys(DIALECTS.values()))
NAMES = (AUTO, *DIALECTS, MAPPED)
"""Every dialect that a device can have."""


def read_payload(
    message: Message, dialect: str = AUTO, *, own: mapping.UserMapping | None = None
) -> Taken:
    """Return what a message tells; one that cannot be read tells nothing and an issue.

    Whatever bytes it is given, it returns; nothing is raised.

    Parameters
    ----------
    message
        What a device sent.
    dialect
        One of ``NAMES``.
    own
        The user's mapping, for ``mapped``.
    """
    taken = Taken()
    if len(message.body) > MAX_BYTES:
        taken.wrong("live-message-too-large", most=MAX_BYTES)
    elif dialect == MAPPED:
        if own is None or not mapping.read(message, taken, own):
            taken.wrong("live-topic-not-mapped", topic=message.topic[:60])
    else:
        for reader in _ALL if dialect == AUTO else (DIALECTS[dialect],):
            if reader(message, taken):
                return taken
        taken.wrong("live-message-unknown", topic=message.topic[:60])
    return taken
