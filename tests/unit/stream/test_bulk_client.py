"""Messages are read many at once, wherever the line cuts them, and all else is left to paho."""

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

from ahorraluz.ingest.payloads.message import MAX_BYTES
from ahorraluz.stream.bulk_client import MOST_BODY, BulkClient, Received

PONG = b"\xd0\x00"
GRANTED = {False: b"\x90\x03\x00\x01\x01", True: b"\x90\x04\x00\x01\x00\x01"}
"""Answer to a subscription, by whether MQTT 5 is spoken."""


class Line:
    """A client whose connection brings what a test gives it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, five: bool) -> None:
        self.pieces: list[bytes | OSError] = []
        self.got: list[Received] = []
        self.numbers: list[int] = []
        self.sent: list[bytes] = []
        self.others: list[int] = []
        self.client = BulkClient("x", five=five, arrived=self._arrived)
        monkeypatch.setattr(Client, "_sock_recv", self._read)
        monkeypatch.setattr(Client, "_packet_queue", self._send)
        monkeypatch.setattr(Client, "_handle_pingresp", self._pong)
        monkeypatch.setattr(self.client, "_sock", object())
        monkeypatch.setattr(self.client, "_sock_close", lambda: None)
        monkeypatch.setattr(self.client, "_call_socket_close", lambda _socket: None)

    def read(self, pieces: Sequence[bytes | OSError]) -> list[MQTTErrorCode]:
        """Bring pieces, one each time that the client reads."""
        self.pieces = list(pieces)
        return [self.client.loop_read() for _ in pieces]

    @property
    def bodies(self) -> list[bytes]:
        """What came."""
        return [message.body for message in self.got]

    def _arrived(self, messages: list[Received], numbers: list[int]) -> None:
        self.got += messages
        self.numbers += numbers

    def _read(self, _most: int) -> bytes:
        piece = self.pieces.pop(0)
        if isinstance(piece, OSError):
            raise piece
        return piece

    def _send(self, _kind: int, packet: bytes, *_more: int) -> MQTTErrorCode:
        self.sent.append(packet)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _pong(self) -> MQTTErrorCode:
        self.others.append(len(self.got))
        return MQTTErrorCode.MQTT_ERR_SUCCESS


def length(size: int) -> bytes:
    """Return a size as packets write it."""
    found = b""
    while True:
        size, low = divmod(size, 128)
        found += bytes((low | (128 if size else 0),))
        if not size:
            return found


def message(
    body: bytes,
    *,
    number: int = 0,
    topic: bytes = b"ahorraluz/d1/power",
    five: bool = False,
    properties: bytes = b"",
    flags: int = 0,
) -> bytes:
    """Return the packet of a message; one without a number is of QoS 0."""
    rest = struct.pack("!H", len(topic)) + topic
    rest += struct.pack("!H", number) if number else b""
    rest += length(len(properties)) + properties if five else b""
    rest += body
    return bytes((0x30 | flags | (2 if number else 0),)) + length(len(rest)) + rest


@pytest.mark.parametrize("five", [False, True])
@given(
    bodies=st.lists(st.binary(max_size=300), min_size=1, max_size=8),
    cuts=st.lists(st.integers(0, 2_000), max_size=12),
)
def test_messages_come_whole_and_in_order_wherever_the_line_cuts_them(
    five: bool, bodies: list[bytes], cuts: list[int]
) -> None:
    expiry = b"\x02\x00\x00\x00\x3c" if five else b""
    packets = b"".join(
        message(body, number=n + 1, five=five, properties=expiry if n % 2 else b"") + PONG
        for n, body in enumerate(bodies)
    )
    places = sorted({0, *(cut % len(packets) for cut in cuts)})
    ends = [*places[1:], len(packets)]
    with pytest.MonkeyPatch.context() as patch:
        line = Line(patch, five=five)

        line.read([packets[a:b] for a, b in zip(places, ends, strict=True)])

    assert line.bodies == bodies
    assert line.numbers == list(range(1, len(bodies) + 1))
    assert line.others == list(range(1, len(bodies) + 1))
    assert line.sent == []


def test_what_is_known_of_a_message_comes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch, five=True)

    line.read([message(b"5", number=7, five=True, flags=0x08) + message(b"6", five=True)])

    assert [(one.topic, one.body, one.again) for one in line.got] == [
        ("ahorraluz/d1/power", b"5", True),
        ("ahorraluz/d1/power", b"6", False),
    ]
    assert line.numbers == [7]


def test_many_are_acknowledged_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch, five=True)

    line.client.acknowledge([1, 2, 65_535])
    line.client.acknowledge([])

    assert line.sent == [b"\x40\x02\x00\x01\x40\x02\x00\x02\x40\x02\xff\xff"]


def test_what_the_broker_retained_is_acknowledged_and_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(monkeypatch, five=False)

    line.read([message(b"old", number=3, flags=1) + message(b"new", number=4)])

    assert line.bodies == [b"new"]
    assert line.numbers == [4]
    assert line.sent == [b"\x40\x02\x00\x03"]


def test_of_a_body_without_end_no_more_is_held_than_it_takes_to_refuse_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(monkeypatch, five=False)

    line.read([message(b"x" * 3 * MOST_BODY, number=1) + message(b"5", number=2)])

    assert [len(body) for body in line.bodies] == [MOST_BODY, 1]
    assert MOST_BODY > MAX_BYTES


def test_a_topic_that_is_no_text_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch, five=False)

    line.read([message(b"5", number=3, topic=b"\xff\xfe")])

    assert [(one.topic, one.body) for one in line.got] == [("", b"5")]


@pytest.mark.parametrize("five", [False, True])
@pytest.mark.parametrize(
    "packet",
    [
        b"\x32\xff\xff\xff\xff\x01",
        b"\x32\x03\x00\x09a",
        b"\x32\x00",
        b"\x32\x01\x00",
        b"\x32\x03\x00\x01a",
        b"\x00\x00",
    ],
    ids=["endless", "topic-too-long", "empty", "half", "no-number", "no-kind"],
)
def test_a_packet_that_is_none_ends_the_connection_after_what_came_before(
    monkeypatch: pytest.MonkeyPatch, packet: bytes, five: bool
) -> None:
    line = Line(monkeypatch, five=five)

    codes = line.read([message(b"5", number=1, five=five) + packet])

    assert codes != [MQTTErrorCode.MQTT_ERR_SUCCESS]
    assert line.bodies == [b"5"]


@pytest.mark.parametrize("end", [b"", ConnectionResetError(), TimeoutError()])
def test_a_connection_that_ends_is_noticed_and_its_rest_forgotten(
    monkeypatch: pytest.MonkeyPatch, end: bytes | OSError
) -> None:
    line = Line(monkeypatch, five=False)
    half = message(b"half", number=1)[:-2]

    codes = line.read([half, end])
    line.client._begin(line.client, None, None)
    monkeypatch.setattr(line.client, "_sock", object())
    line.read([message(b"5", number=1)])

    assert codes == [MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_CONN_LOST]
    assert line.bodies == [b"5"]


def test_a_line_with_nothing_to_read_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch, five=False)

    assert line.read([BlockingIOError()]) == [MQTTErrorCode.MQTT_ERR_SUCCESS]
