"""A smart home hears over its broker how its month stands, in the words of Home Assistant."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.brokers import MOSQUITTO, RealBroker, running
from tests.signed_people import PAIRS
from tests.waiting import until

from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.households.figures import reckon_and_keep
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.live.announcing import SENSORS
from ahorraluz.services.live.devices import DeviceWish, let_in
from ahorraluz.services.live.taking_in import Incoming, Intake
from ahorraluz.services.live.watching import Watching
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.stream.announcer import Announcer
from ahorraluz.stream.broker import make_client
from ahorraluz.texts import open_texts

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto on this machine")

NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Toolbox]:
    tools = open_toolbox(Settings(data_dir=tmp_path / "data"))
    yield tools
    tools.store.close()


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealBroker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    with running(folder) as broker:
        yield broker


def home_with(tools: Toolbox, *dialects: str) -> list[str]:
    """Make a home whose devices have said something; return their ids."""
    rosa = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
    account = join(rosa, tools=tools, as_of=NOW)
    home = keep_home(PAIRS, account=account.id, tools=tools, as_of=NOW).id
    devices = [
        let_in(home, DeviceWish(name=dialect, dialect=dialect), tools=tools, as_of=NOW).device.id
        for dialect in dialects
    ]
    moments = [NOW - timedelta(minutes=10), NOW - timedelta(minutes=5), NOW]
    intake = Intake(tools, clock=lambda: moments[0], watcher=Watching(tools))
    for kwh in ("1", "1.125", "1.25"):
        body = f'{{"Time": "x", "ENERGY": {{"Total": {kwh}, "Power": 321}}}}'.encode()
        at_ms = int(moments[0].timestamp() * 1000)
        intake.take([Incoming(f"ahorraluz/{devices[0]}/tele/SENSOR", body, at_ms)])
        moments[:] = moments[1:] or moments
    return devices


def heard(
    real: RealBroker, announcer: Announcer, wanted: Callable[[dict[str, bytes]], bool]
) -> dict[str, bytes]:
    """Return what a listener hears, by topic, once it is what was wanted."""
    said: dict[str, bytes] = {}
    client = make_client(real.broker, "listener")
    ready: list[bool] = []
    client.on_message = lambda _c, _d, message: said.update({message.topic: bytes(message.payload)})
    client.on_subscribe = lambda *_: ready.append(True)
    client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
    client.connect(real.broker.host, real.broker.port)
    client.loop_start()
    announcer.start()

    def is_told() -> bool:
        if ready:
            announcer.tell()
        return wanted(said)

    until(is_told)
    announcer.stop()
    client.disconnect()
    client.loop_stop()
    return said


def test_a_home_assistant_hears_its_sensors_below_its_own_topic(
    real: RealBroker, tools: Toolbox
) -> None:
    _, listener = home_with(tools, "tasmota", "home-assistant")
    home = tools.store.live.devices.get(listener)
    assert home is not None
    plan = reckon_and_keep(home.home, tools=tools, as_of=NOW)
    announcer = Announcer(tools, real.broker, open_texts("es"))

    said = heard(real, announcer, lambda said: f"ahorraluz/{listener}/home/state" in said)

    state = json.loads(said[f"ahorraluz/{listener}/home/state"])
    assert state["today_energy"] == 0.25
    assert 100 < state["projected_cost"] < 200
    assert state["projected_cost_low"] <= state["projected_cost"] <= state["projected_cost_high"]
    assert 0.1 < state["price"] < 2
    assert plan.saving_pen_year is not None
    assert state["saving"] == float(round(plan.saving_pen_year / 12, 2))
    root = f"ahorraluz/{listener}/discovery/sensor/ahorraluz_{listener}"
    price = json.loads(said[f"{root}/price/config"])
    assert price["name"] == "Precio del siguiente kWh"
    assert price["unit_of_measurement"] == "PEN/kWh"
    assert price["state_topic"] == f"ahorraluz/{listener}/home/state"
    assert {topic.split("/")[-2] for topic in said if topic.endswith("/config")} == set(SENSORS)
    assert all(topic.startswith(f"ahorraluz/{listener}/") for topic in said)


def test_on_a_broker_of_one_home_sensors_are_found_without_more(
    real: RealBroker, tools: Toolbox
) -> None:
    (device,) = home_with(tools, "tasmota")
    announcer = Announcer(tools, real.broker, open_texts("en"), prefix="homeassistant")

    said = heard(real, announcer, lambda said: f"ahorraluz/{device}/home/state" in said)

    topic = f"homeassistant/sensor/ahorraluz_{device}/month_cost/config"
    assert json.loads(said[topic])["name"] == "Cost this month"


def test_what_was_told_stays_nowhere(real: RealBroker, tools: Toolbox) -> None:
    (device,) = home_with(tools, "home-assistant")
    announcer = Announcer(tools, real.broker, open_texts("es"))
    heard(real, announcer, lambda said: f"ahorraluz/{device}/home/state" in said)
    late: list[str] = []
    client = make_client(real.broker, "late")
    client.on_message = lambda _c, _d, message: late.append(message.topic)
    client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
    # A message of its own comes after whatever the broker retained.
    client.on_subscribe = lambda client, *_: client.publish("end", b"", qos=1)
    client.connect(real.broker.host, real.broker.port)
    client.loop_start()
    until(lambda: "end" in late)
    client.disconnect()
    client.loop_stop()

    assert late == ["end"]


def test_our_own_words_are_no_readings(tools: Toolbox) -> None:
    (device,) = home_with(tools, "tasmota")
    intake = Intake(tools, clock=lambda: NOW)

    result = intake.take(
        [
            Incoming(f"ahorraluz/{device}/home/state", b'{"power": 5}', NOW_MS),
            Incoming(f"ahorraluz/{device}/discovery/sensor/x/power/config", b"5", NOW_MS),
        ]
    )

    assert (result.appended.new, result.refused, result.unknown) == (0, (), 0)
