"""Devices push their readings with their own key; programs of people read them."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.programs import Program, World

from ahorraluz.api.door import Limits, this_moment
from ahorraluz.security.scopes import Scope
from ahorraluz.security.throttle import Throttle
from ahorraluz.services.live.devices import DeviceWish, LetIn, let_in, new_key, shut_out, take_out

NDJSON, TEXT = "application/x-ndjson", "text/plain"
PUSH = "/live/readings"


def device(world: World, home: str, **wish: str) -> LetIn:
    said = DeviceWish(**{"name": "Medidor", **wish})
    return let_in(home, said, tools=world.tools, as_of=this_moment())


@pytest.fixture
def home(owner: Program) -> str:
    return owner.home()


@pytest.fixture
def meter(world: World, home: str) -> LetIn:
    return device(world, home)


@pytest.fixture
def pusher(world: World, meter: LetIn) -> Program:
    return world.program(meter.key)


def kept(world: World, home: str) -> dict[str, list[int]]:
    """Return the values of a home's channels by their name and quantity."""
    live = world.tools.store.live
    return {
        f"{one.name} {one.flow.value} {one.quantity.value}": [
            reading.value for reading in live.readings(one.id, first_ms=0, end_ms=2**53)
        ]
        for one in live.devices.channels(home)
    }


def minutes_ago(minutes: int) -> str:
    return (this_moment() - timedelta(minutes=minutes)).isoformat(timespec="seconds")


# --- our own push ----------------------------------------------------------------------------


def test_an_object_is_one_message(world: World, home: str, pusher: Program) -> None:
    answer = pusher.post(PUSH, json={"time": minutes_ago(1), "power_w": 250.5})

    assert answer.status_code == 200
    assert answer.json["readings"] == {"new": 1, "same": 0, "corrected": 0, "outside": 0}  # type: ignore[index]
    assert kept(world, home) == {"total import power": [250_500]}


def test_all_digits_of_a_number_are_kept(world: World, home: str, pusher: Program) -> None:
    body = b'[ {"energy_kwh": 123456.123456} ,{"energy_kwh":\n123456.1234561}]'

    assert pusher.post(PUSH, data=body, content_type="application/json").status_code == 200

    # Both are of the moment that they came; the later one counts.
    assert kept(world, home)["total import register"] == [123_456_123_456]


def test_lines_and_arrays_are_many_messages_and_the_same_again_changes_nothing(
    world: World, home: str, pusher: Program
) -> None:
    said = [{"time": minutes_ago(n), "power_w": 100 + n} for n in range(20)]
    lines = "\n\n".join(json.dumps(one) for one in said)

    first = pusher.post(PUSH, data=lines, content_type=NDJSON)
    again = pusher.post(PUSH, json=said)

    assert first.json["readings"]["new"] == 20  # type: ignore[index]
    assert again.json["readings"] == {"new": 0, "same": 20, "corrected": 0, "outside": 0}  # type: ignore[index]
    assert len(kept(world, home)["total import power"]) == 20


def test_a_packed_body_is_unpacked(world: World, home: str, pusher: Program) -> None:
    body = gzip.compress(b'{"power_w": 1}')
    headers = {"Content-Encoding": "gzip"}

    answer = pusher.post(PUSH, data=body, content_type="application/json", headers=headers)

    assert answer.status_code == 200


def test_a_telegram_is_taken_as_text(world: World, home: str) -> None:
    program = world.program(device(world, home, dialect="dsmr").key)
    telegram = "/KFM5KAIFA-METER\r\n\r\n1-0:1.8.0(000012.345*kWh)\r\n1-0:1.7.0(00.250*kW)\r\n!\r\n"

    answer = program.post(PUSH, data=telegram, content_type=TEXT)

    assert answer.status_code == 200, answer.text
    assert [250_000] in kept(world, home).values()


def test_a_topic_can_be_said(world: World, home: str) -> None:
    program = world.program(device(world, home, dialect="plain").key)

    answer = program.post(f"{PUSH}?topic=cocina/power", data="75", content_type=TEXT)

    assert answer.status_code == 200, answer.text
    assert kept(world, home) == {"cocina import power": [75_000]}


def test_what_was_not_understood_is_told_with_its_place(
    world: World, home: str, pusher: Program
) -> None:
    said: list[object] = [{"power_w": 1}, {"hello": 2}, {"power_w": "much"}, 5]

    answer: Any = pusher.post(f"{PUSH}?lang=en", json=said).json

    assert answer["readings"]["new"] == 1
    assert [(one["message"], one["code"]) for one in answer["refused"]] == [
        (2, "live-message-unknown"),
        (3, "live-not-a-number"),
        (4, "live-message-unknown"),
    ]
    assert "not understood" in answer["refused"][0]["text"]


def test_a_push_of_which_nothing_is_taken_is_refused(pusher: Program) -> None:
    answer = pusher.post(f"{PUSH}?lang=es", json={"hello": 1})

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert "No entendimos el mensaje" in answer.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 422),
        (b"{", "application/json", 422),
        (b"[1,", "application/json", 422),
        (b"[1 2]", "application/json", 422),
        (b"[] []", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"{} {}", "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b'{"a":' * 50_000, "application/json", 422),
        (b"[" + b"1," * 5_001 + b"1]", "application/json", 422),
        (b"\n" * 1000, NDJSON, 422),
        (b"1\n" * 5_001, NDJSON, 422),
        (b"  ", TEXT, 422),
        (b"x=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "", 415),
        (b"1" * (1024 * 1024 + 1), TEXT, 413),
    ],
)
def test_bodies_that_cannot_be_are_refused_in_words(
    world: World, home: str, pusher: Program, body: bytes, kind: str, status: int
) -> None:
    answer = pusher.post(PUSH, data=body, content_type=kind)

    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert kept(world, home) == {}


@pytest.mark.parametrize("times", [1, 2])
def test_a_bomb_is_not_unpacked(pusher: Program, times: int) -> None:
    bomb = b"0" * (40 * 1024 * 1024)
    for _ in range(times):
        bomb = gzip.compress(bomb, 9)
    headers = {"Content-Encoding": "gzip"}

    answer = pusher.post(PUSH, data=bomb, content_type="application/json", headers=headers)

    assert answer.status_code in (413, 422)


# --- whose key opens what --------------------------------------------------------------------


def test_a_key_writes_to_its_own_device_alone(
    world: World, home: str, meter: LetIn, stranger: Program
) -> None:
    other_home = stranger.home()
    other = device(world, other_home)
    program = world.program(other.key)

    # Whatever topic is said, it is one below that of the device of the key.
    for topic in (f"../{meter.device.id}", f"ahorraluz/{meter.device.id}", "home/state"):
        program.post(f"{PUSH}?topic={topic}", json={"power_w": 9})

    assert kept(world, home) == {}


def test_keys_of_accounts_push_nothing_and_keys_of_devices_read_nothing(
    world: World, home: str, owner: Program, pusher: Program
) -> None:
    paths = (f"/homes/{home}", f"/homes/{home}/live", f"/homes/{home}/live/series", "/homes")

    assert owner.post(PUSH, json={"power_w": 1}).status_code == 401
    assert owner.get("/input/post?json={power1:1}").status_code == 401
    assert {pusher.get(path).status_code for path in (*paths, "/account")} == {401}
    assert pusher.ask("DELETE", f"/homes/{home}").status_code == 401


def test_a_key_that_was_taken_back_opens_nothing_at_once(
    world: World, home: str, meter: LetIn, pusher: Program
) -> None:
    assert pusher.post(PUSH, json={"power_w": 1}).status_code == 200

    renewed = new_key(meter.device, tools=world.tools)
    assert pusher.post(PUSH, json={"power_w": 2}).status_code == 401
    assert world.program(renewed.key).post(PUSH, json={"power_w": 3}).status_code == 200
    shut_out(renewed.device, tools=world.tools, as_of=this_moment())
    assert world.program(renewed.key).post(PUSH, json={"power_w": 4}).status_code == 401
    take_out(renewed.device, tools=world.tools)
    assert world.program(renewed.key).post(PUSH, json={"power_w": 5}).status_code == 401


@pytest.mark.parametrize("sent", ["", "x", "ald_" + "A" * 43, "ñ", "a" * 5_000, "' OR 1=1 --"])
def test_a_wrong_key_opens_nothing(world: World, sent: str) -> None:
    assert world.program(sent).post(PUSH, json={"power_w": 1}).status_code == 401
    answer = world.program().get("/input/post", query_string={"apikey": sent, "json": "{p:1}"})
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


def test_a_device_that_writes_too_often_is_told_to_wait(make: Callable[..., World]) -> None:
    limits = Limits(strangers=Throttle(burst=3), programs=Throttle(burst=4))
    world = make(limits=limits)
    key = world.key(world.join())
    home = world.program(key).home()
    program = world.program(device(world, home).key)

    codes = [program.post(PUSH, json={"power_w": n}).status_code for n in range(6)]
    guesses = [world.program(f"x{n}").post(PUSH, json={}).status_code for n in range(6)]

    assert codes[:4] == [200] * 4
    assert codes[-1] == 429
    assert guesses[0] == 401
    assert guesses[-1] == 429


# --- what people's programs read -------------------------------------------------------------


def test_a_home_is_told_as_it_is_now(
    world: World, home: str, owner: Program, pusher: Program
) -> None:
    for minute in range(20, -1, -1):
        pusher.post(PUSH, json={"time": minutes_ago(minute), "power_w": 300})
    world.tools.store.live.close_up_to(this_moment())

    said: Any = owner.get(f"/homes/{home}/live").json

    assert said["figures"]["power_w"] == 300
    assert [one["name"] for one in said["devices"]] == ["Medidor"]
    assert said["devices"][0]["measures"][0]["value"] == 300_000
    start = (this_moment() - timedelta(days=1)).date().isoformat()
    series: Any = owner.get(f"/homes/{home}/live/series?span=hour&since={start}").json
    assert series["series"]
    # Of whole quarter hours: at most what twenty minutes of 300 W are.
    assert 0 < sum(float(one["kwh"]) for one in series["series"]) <= 0.1


def test_nobody_else_is_told(world: World, home: str, owner: Program, stranger: Program) -> None:
    planner = world.program(world.key(world.join(), scopes=[Scope.PLAN_READ]))

    for path in (f"/homes/{home}/live", f"/homes/{home}/live/series"):
        assert owner.get(path).status_code == 200
        assert stranger.get(path).status_code == 404
        assert planner.get(path).status_code == 403
        assert world.program().get(path).status_code == 401


@pytest.mark.parametrize(
    "query",
    ["span=year", "since=yesterday", "until=2026-13-01", "since=0001-01-01&until=9999-12-31"],
)
def test_a_series_that_cannot_be_is_refused(owner: Program, home: str, query: str) -> None:
    assert owner.get(f"/homes/{home}/live/series?{query}").status_code in (400, 422)
