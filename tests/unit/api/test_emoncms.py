"""Devices of emoncms push to us as they do to it."""

import json

import pytest
from tests.programs import Program, World
from tests.unit.api.test_live import device, kept

from ahorraluz.api.door import this_moment
from ahorraluz.api.emoncms import read_bulk, read_post
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.live.devices import LetIn


@pytest.fixture
def home(owner: Program) -> str:
    return owner.home()


@pytest.fixture
def emon(world: World, home: str) -> LetIn:
    return device(world, home, dialect="emon")


@pytest.mark.parametrize("path", ["/input/post", "/input/post.json", "/api/v1/input/post"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_node_is_taken_wherever_devices_send_it(
    world: World, home: str, emon: LetIn, path: str, method: str
) -> None:
    said = {"node": "emontx", "fulljson": '{"power1": 250.5, "wh1": 1000}', "apikey": emon.key}
    where = {"query_string": said} if method == "GET" else {"data": said}

    answer = world.app.test_client().open(path, method=method, **where)  # type: ignore[arg-type]

    assert (answer.status_code, answer.text) == (200, '{"success": true}')
    assert kept(world, home) == {
        "emontx power1 import power": [250_500],
        "emontx wh1 import register": [1_000_000],
    }


def test_pairs_and_the_header_are_taken_and_ok_is_said(
    world: World, home: str, emon: LetIn
) -> None:
    program = world.program(emon.key)

    answer = program.get("/input/post?node=5&json={power1:+100,power2:.5}")

    assert answer.text == "ok"
    assert kept(world, home)["5 power2 import power"] == [500]


def test_packets_get_their_own_times(world: World, home: str, emon: LetIn) -> None:
    now = int(this_moment().timestamp())
    packets = [[-20, "emontx", {"power1": 1}], [-10, "emontx", {"power1": 2}]]
    said = {"data": json.dumps(packets), "time": str(now), "apikey": emon.key}

    answer = world.app.test_client().post("/input/bulk", data=said)
    again = world.app.test_client().post("/input/bulk.json", data=said)

    assert (answer.status_code, answer.text, again.text) == (200, "ok", "ok")
    live = world.tools.store.live
    channel = live.devices.channels(home)[0].id
    readings = live.readings(channel, first_ms=0, end_ms=2**53)
    assert [(one.at_ms, one.value) for one in readings] == [
        ((now - 20) * 1000, 1000),
        ((now - 10) * 1000, 2000),
    ]


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({}, 996),
        ({"sentat": "6"}, 994),
        ({"offset": "6"}, 994),
        ({"offset": "-10"}, 990),
        ({"time": "500"}, 500),
        ({"time": "0"}, 0),
    ],
)
def test_the_time_of_a_packet_is_as_emoncms_has_it(fields: dict[str, str], first: int) -> None:
    said = {"data": '[[0,16,1137],[2,17,1437,3164],[4,19,{"power1":1412}]]', **fields}

    messages = read_bulk(said, now_s=lambda: 1000.0)

    assert json.loads(messages[0].body) == {"1": 1137, "time": first}
    assert json.loads(messages[1].body) == {"1": 1437, "2": 3164, "time": first + 2}
    assert (messages[2].topic, json.loads(messages[2].body)["power1"]) == ("emon/19", 1412)


@pytest.mark.parametrize(
    "text", ["100,200,300", "{1:100,2:200,3:300}", '{"1":100,"2":200,"3":300}']
)
def test_values_without_names_are_counted(text: str) -> None:
    (message,) = read_post({"csv": text, "node": "a/b#+c"})

    assert json.loads(message.body) == {"1": 100, "2": 200, "3": 300}
    assert message.topic == "emon/abc"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"json": "{power1:abc}"},
        {"json": "{:5}"},
        {"csv": "1,,2"},
        {"csv": "1e99999"},
        {"fulljson": "[1]"},
        {"fulljson": "{"},
        {"fulljson": '{"a": {"b": 1}}'},
        {"fulljson": "[" * 7000},
        {"json": "{power1:1}", "time": "now"},
    ],
)
def test_posts_that_cannot_be_are_refused(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        read_post(fields)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "[]",
        "{}",
        "5",
        "[5]",
        "[[]]",
        '[["x",1,2]]',
        "[[1,[2],3]]",
        "[[1,2,[3]]]",
        "[[1,2,true]]",
        '[[1,2,"x"]]',
        "[" * 7000,
    ],
)
def test_packets_that_cannot_be_are_refused(data: str) -> None:
    with pytest.raises(InvalidInputError):
        read_bulk({"data": data})


def test_what_is_refused_of_emoncms_is_told(world: World, emon: LetIn) -> None:
    program = world.program(emon.key)

    assert program.get("/input/post?json={temperature:20}").status_code == 422
    assert program.get("/input/post").status_code == 422
    assert program.get("/input/bulk?data=x").status_code == 422
    assert program.get("/input/post?json={power1:1}&json={power1:2}").status_code == 400
    huge = world.app.test_client().post("/input/post", data={"csv": "1," * 200_000})
    assert huge.status_code == 413
