"""A client of a broker that takes many messages in at once.

The client of paho asks the system three times for every message and makes a dozen objects of it.
Messages are by far the most that comes to us: they are read here, as many as there are, and their
acknowledgements written as one. Everything else, from the greeting to the parting, is paho's.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from typing_extensions import override

READ_BYTES = 65_536
"""Most that is read at once."""
MOST_BODY = 65_537
"""Bytes of a body that are given away: one of so many is refused, whatever comes after them."""
PUBLISH, PUBACK = 0x30, 0x40
"""First bytes of a message and of its acknowledgement."""
KIND, DUP, QOS, RETAIN = 0xF0, 0x08, 0x06, 0x01
"""Parts of the first byte."""
MOST_LENGTH_BYTES = 4


class Received(NamedTuple):
    """A message as it arrived."""

    topic: str
    """Empty where it is no UTF-8."""
    body: bytes
    arrived_ms: int
    """[ms since 1970 UTC]"""
    again: bool
    """Whether the broker says that it may have come before."""


Arrived = Callable[[list[Received], list[int]], None]
"""Takes messages that arrived, and the numbers by which they are to be acknowledged."""


class BulkClient(Client):
    """Gives messages away as they come; none is acknowledged but by :meth:`acknowledge`.

    Parameters
    ----------
    name
        Of the client.
    five
        Whether to speak MQTT 5, and else 3.1.1.
    arrived
        Called by the thread of the client; while it does not return, nothing more is read.
    """

    def __init__(self, name: str, *, five: bool, arrived: Arrived) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            clean_session=None if five else False,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        self._five, self._give = five, arrived
        self._unread = bytearray()
        self._passed = b""
        self._failure: OSError | None = None
        self.on_socket_open = self._begin

    def acknowledge(self, numbers: list[int]) -> None:
        """Acknowledge messages of the present connection, in the order in which they came."""
        if numbers:
            packets = b"".join(b"\x40\x02" + number.to_bytes(2, "big") for number in numbers)
            self._packet_queue(PUBACK, packets, numbers[-1], 1)

    @override
    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read what there is; called by the client when something came."""
        try:
            data = super()._sock_recv(READ_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError as error:
            self._failure = error
        else:
            if not data:
                self._failure = ConnectionResetError()
            self._unread += data
        if self._failure is not None:
            return super().loop_read(max_packets)
        place, end = 0, len(self._unread)
        while place < end:
            place, other = self._messages(place)
            if not other:
                break
            self._passed = bytes(self._unread[place : place + other])
            place += other
            code = super().loop_read(max_packets)
            if code or self.socket() is None:
                return code
        del self._unread[:place]
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    @override
    def _sock_recv(self, bufsize: int) -> bytes:
        """Give the client of paho the packet that is its business, and no more."""
        if self._failure is not None:
            raise self._failure
        if not self._passed:
            raise BlockingIOError
        part, self._passed = self._passed[:bufsize], self._passed[bufsize:]
        return part

    def _begin(self, _client: Client, _data: Any, _socket: Any) -> None:  # noqa: ANN401  as the client calls it
        """Forget what is left of the connection before."""
        self._unread.clear()
        self._passed, self._failure = b"", None

    def _messages(self, place: int) -> tuple[int, int]:
        """Give away the messages from a place on.

        Returns
        -------
        tuple of int
            Where they end, and the length of another packet that is whole; nought: there is none.
        """
        unread, five = self._unread, self._five
        now_ms = time.time_ns() // 1_000_000
        messages: list[Received] = []
        numbers: list[int] = []
        retained: list[int] = []
        other = 0
        while (found := _whole(unread, place)) is not None:
            start, end = found
            head = unread[place]
            if head & KIND != PUBLISH or head & QOS > 2:
                other = end - place
                break
            topic_end = start + 2 + int.from_bytes(unread[start : start + 2], "big")
            body = topic_end + (2 if head & QOS else 0)
            if five and body < end:
                body = _after_properties(unread, body, end)
            if body > end or start + 2 > end or (five and body == topic_end):
                other = end - place
                break
            number = int.from_bytes(unread[topic_end : topic_end + 2], "big") if head & QOS else 0
            place = end
            if head & RETAIN:
                # What is retained is old, and has no moment of its own: it is let go.
                retained += [number] if number else []
                continue
            numbers += [number] if number else []
            topic = _text(unread[start + 2 : topic_end])
            content = bytes(unread[body : min(end, body + MOST_BODY)])
            messages.append(Received(topic, content, now_ms, bool(head & DUP)))
        self.acknowledge(retained)
        if messages:
            self._give(messages, numbers)
        return place, other


def _whole(packets: bytearray, place: int) -> tuple[int, int] | None:
    """Return where the content of a packet begins and ends; ``None``: it is not all there."""
    length = shift = 0
    for at in range(place + 1, min(place + 1 + MOST_LENGTH_BYTES, len(packets))):
        byte = packets[at]
        length |= (byte & 127) << shift
        if byte < 128:
            end = at + 1 + length
            return (at + 1, end) if end <= len(packets) else None
        shift += 7
    if len(packets) > place + MOST_LENGTH_BYTES:
        # No length is that long: paho ends the connection.
        return place, len(packets)
    return None


def _after_properties(packet: bytearray, place: int, end: int) -> int:
    """Return where the properties of a message end, whose length begins at a place."""
    length = shift = 0
    for at in range(place, min(place + MOST_LENGTH_BYTES, end)):
        byte = packet[at]
        length |= (byte & 127) << shift
        if byte < 128:
            return at + 1 + length
        shift += 7
    return end + 1


def _text(topic: bytearray) -> str:
    try:
        return topic.decode()
    except UnicodeDecodeError:
        return ""
