"""Whatever a device sends, reading it ends, raises nothing and tells nothing impossible."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.live.readings import MAX_NAME, MAX_POWER_MW, MAX_REGISTER_MWH, Quantity
from ahorraluz.ingest.payloads.message import MAX_BYTES, MAX_SAMPLES, Message, Taken
from ahorraluz.ingest.payloads.reading import DIALECTS, read_payload

KEYS = st.sampled_from(
    [
        "ENERGY",
        "Total",
        "Power",
        "Time",
        "StatusSNS",
        "params",
        "result",
        "status",
        "ts",
        "switch:0",
        "em:0",
        "emdata:0",
        "apower",
        "aenergy",
        "total",
        "total_act_power",
        "meters",
        "emeters",
        "power",
        "energy",
        "linkquality",
        "last_seen",
        "produced_energy",
        "active_power_w",
        "production",
        "consumption",
        "wNow",
        "whLifetime",
        "measurementType",
        "Body",
        "Head",
        "Data",
        "Site",
        "P_Grid",
        "P_Load",
        "E_Total",
        "deviceListUsages",
        "devices",
        "channelUsages",
        "usage",
        "name",
        "scale",
        "instant",
        "nestedDevices",
        "event_data",
        "new_state",
        "entity_id",
        "state",
        "attributes",
        "unit_of_measurement",
        "power_w",
        "energy_kwh",
        "time",
        "channel",
        "power1",
        "E1",
        "unixtime",
        "readingTime",
        "sys",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**45), max_value=10**45)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["1MIN", "1D", "kWh", "W", "sensor.x", "net-consumption", "-5", "1e99999"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
TOPICS = st.lists(
    st.sampled_from(
        [
            "tele",
            "SENSOR",
            "emeter",
            "relay",
            "0",
            "power",
            "total",
            "energy",
            "sensor",
            "state",
            "x",
            "emon",
            "power1",
            "status",
            "kwh",
        ]
    )
    | st.text(max_size=5),
    max_size=5,
).map("/".join)


def check(taken: Taken) -> None:
    assert len(taken.samples) <= MAX_SAMPLES
    for sample in taken.samples:
        most = MAX_POWER_MW if sample.quantity is Quantity.POWER else MAX_REGISTER_MWH
        assert 0 <= sample.value <= most
        assert 0 < len(sample.name) <= MAX_NAME
        assert sample.name.isprintable()
        assert sample.at_ms is None or sample.at_ms > 0


@given(topic=TOPICS, body=VALUES)
def test_objects_with_the_fields_of_devices_are_survived(topic: str, body: object) -> None:
    check(read_payload(Message(topic=topic, body=json.dumps(body).encode())))


@given(topic=TOPICS, body=st.binary(max_size=200), dialect=st.sampled_from(sorted(DIALECTS)))
def test_bytes_are_survived_by_every_dialect(topic: str, body: bytes, dialect: str) -> None:
    check(read_payload(Message(topic=topic, body=body), dialect))


@given(st.text(alphabet="/!*()0123456789.-:kWh\r\nSW", max_size=200))
def test_what_looks_like_a_telegram_is_survived(text: str) -> None:
    check(read_payload(Message(topic="", body=f"/X\r\n{text}!{text}".encode())))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"power_w":1e999999999}',
        b'{"power_w":' + b"9" * 60_000 + b"}",
        b'{"power_w":NaN}',
        b'{"power_w":1,"time":1e9999999}',
        b"\x00" * 1000,
        b"\xff\xfe",
        b"",
    ],
    ids=["deep", "exponent", "long", "nan", "moment", "zeros", "mark", "empty"],
)
def test_what_is_no_message_tells_nothing_but_why(body: bytes) -> None:
    taken = read_payload(Message(topic="x", body=body))

    assert taken.samples == []
    assert taken.issues


def test_a_kept_minute_with_an_endless_exponent_is_no_number() -> None:
    taken = read_payload(Message(topic="", body=b"timestamp,a_total_act_energy\n1,1e999999\n"))

    assert [issue.code for issue in taken.issues] == ["live-not-a-number"]


def test_a_message_larger_than_any_is_not_read() -> None:
    taken = read_payload(Message(topic="power", body=b"1" + b" " * MAX_BYTES))

    assert [issue.code for issue in taken.issues] == ["live-message-too-large"]


def test_a_message_tells_so_many_numbers_at_most() -> None:
    usages = [{"name": str(n), "usage": 1, "channelNum": str(n)} for n in range(MAX_SAMPLES + 5)]
    devices = [{"channelUsages": usages}]
    body = {"deviceListUsages": {"scale": "1MIN", "devices": devices}}

    taken = read_payload(Message(topic="", body=json.dumps(body).encode()))

    assert len(taken.samples) == MAX_SAMPLES
    assert [issue.code for issue in taken.issues] == ["live-too-many-numbers"]
