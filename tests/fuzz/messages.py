"""Messages of devices of every dialect, and the maps that users write for them."""

import json
from contextlib import suppress

from tests.fuzz.cutting import Cut
from tests.fuzz.refusing import hold, refused, tell

from ahorraluz.core.live.readings import MAX_POWER_MW, MAX_REGISTER_MWH, Quantity
from ahorraluz.ingest.payloads.mapping import UserMapping, matches, read_mapping
from ahorraluz.ingest.payloads.message import MAX_SAMPLES, Message, Taken
from ahorraluz.ingest.payloads.reading import AUTO, DIALECTS, MAPPED, read_payload

READ_AS = (AUTO, *DIALECTS)
ZONES = ("America/Lima", "Europe/Madrid", "UTC")


def payload(data: bytes) -> None:
    """Read a dialect, a topic up to the line break, and a body."""
    cut = Cut(data)
    dialect, zone = cut.one_of(READ_AS), cut.one_of(ZONES)
    topic = cut.line().decode("utf-8", "replace")
    _is_possible(read_payload(Message(topic=topic, body=cut.rest(), zone=zone), dialect))


def mapped(data: bytes) -> None:
    """Read a map up to the line break, and a message by it."""
    cut = Cut(data)
    own = _map_of(cut.line())
    if own is None:
        return
    topic = cut.line().decode("utf-8", "replace")
    for field in own.fields:
        matches(field.topic, topic)
    _is_possible(read_payload(Message(topic=topic, body=cut.rest()), MAPPED, own=own))


def _map_of(text: bytes) -> UserMapping | None:
    with suppress(ValueError, RecursionError):
        given = json.loads(text)
        return refused(lambda: read_mapping(given))
    return None


def _is_possible(taken: Taken) -> None:
    hold(len(taken.samples) <= MAX_SAMPLES, "more numbers than a message may tell")
    if taken.issues:
        tell(tuple(taken.issues))
    for sample in taken.samples:
        most = MAX_REGISTER_MWH if sample.quantity is Quantity.REGISTER else MAX_POWER_MW
        hold(isinstance(sample.value, int), "a number that is not whole")
        hold(0 <= sample.value <= most, "a number that no home can have")
