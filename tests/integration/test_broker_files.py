"""A real Mosquitto lets a device write its own topics with its key, and nothing else."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.brokers import MOSQUITTO, RealBroker
from tests.signed_people import PAIRS
from tests.waiting import PATIENCE_S, until

from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.live.broker_files import PASSWORDS, RULES, WORKER, write_broker_files
from ahorraluz.services.live.devices import DeviceWish, LetIn, let_in, new_key, shut_out
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.stream.broker import make_client

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto on this machine")

NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)
WORKER_KEY = "una clave larga del trabajador"


@dataclass
class Place:
    """A home with two devices, and a broker that knows them."""

    tools: Toolbox
    broker: RealBroker
    mine: LetIn
    other: LetIn

    def write_files(self) -> bool:
        """Write who may enter, as it is now."""
        return write_broker_files(self.broker.folder, tools=self.tools, worker_key=WORKER_KEY)

    def enters(self, user: str, key: str) -> bool:
        """Tell whether the broker lets somebody in."""
        return self.arrived(user, key, None) is not None

    def arrived(self, user: str, key: str, topic: str | None) -> list[str] | None:
        """Publish to a topic; return what the worker heard of it, or ``None``: not let in."""
        heard: list[str] = []
        broker = self.broker.broker
        worker = make_client(
            replace(broker, user=WORKER, password=WORKER_KEY), f"w{time.time_ns()}"
        )
        worker.on_message = lambda _c, _d, message: heard.append(message.topic)
        ready: list[bool] = []
        worker.on_subscribe = lambda *_: ready.append(True)
        worker.on_connect = lambda client, *_: client.subscribe("ahorraluz/#", qos=1)
        worker.connect(broker.host, broker.port)
        worker.loop_start()
        assert until(lambda: bool(ready))
        device = make_client(replace(broker, user=user, password=key), f"d{time.time_ns()}")
        codes: list[bool] = []
        device.on_connect = lambda _c, _d, _f, code, _p: codes.append(code.is_failure)
        device.connect(broker.host, broker.port)
        device.loop_start()
        assert until(lambda: bool(codes))
        if not codes[0] and topic is not None:
            device.publish(topic, b"1", qos=1).wait_for_publish(PATIENCE_S)
            # A message of the worker's own after it: what was let through is there by then.
            worker.publish("ahorraluz/end/home/now", b"1", qos=1)
            assert until(lambda: "ahorraluz/end/home/now" in heard)
        for client in (device, worker):
            client.disconnect()
            client.loop_stop()
        return None if codes[0] else [one for one in heard if one == topic]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    tools = open_toolbox(Settings(data_dir=tmp_path / "data"))
    rosa = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
    account = join(rosa, tools=tools, as_of=NOW)
    home = keep_home(PAIRS, account=account.id, tools=tools, as_of=NOW).id
    devices = [
        let_in(home, DeviceWish(name=name), tools=tools, as_of=NOW) for name in ("Uno", "Dos")
    ]
    folder = tmp_path / "broker"
    folder.mkdir()
    more = f"password_file {folder / PASSWORDS}\nacl_file {folder / RULES}\n"
    broker = RealBroker(folder, more=more, anonymous=False)
    place = Place(tools, broker, *devices)
    place.write_files()
    broker.start()
    yield place
    broker.stop()
    tools.store.close()


def test_a_device_writes_its_own_topic_with_its_key(place: Place) -> None:
    topic = f"ahorraluz/{place.mine.device.id}/power"

    assert place.arrived(place.mine.device.id, place.mine.key, topic) == [topic]


def test_a_device_cannot_write_for_another(place: Place) -> None:
    topic = f"ahorraluz/{place.other.device.id}/power"

    assert place.arrived(place.mine.device.id, place.mine.key, topic) == []


def test_nobody_enters_with_a_wrong_key_or_without_one(place: Place) -> None:
    assert not place.enters(place.mine.device.id, place.other.key)
    assert not place.enters(place.mine.device.id, "")
    assert not place.enters("nobody", place.mine.key)


def test_a_new_key_shuts_the_former_one_out(place: Place) -> None:
    renewed = new_key(place.mine.device, tools=place.tools)
    assert place.write_files()
    place.broker.read_files_again()

    assert place.enters(place.mine.device.id, renewed.key)
    assert not place.enters(place.mine.device.id, place.mine.key)


def test_a_device_that_was_shut_out_enters_no_more(place: Place) -> None:
    shut_out(place.mine.device, tools=place.tools, as_of=NOW)
    assert place.write_files()
    place.broker.read_files_again()

    assert not place.enters(place.mine.device.id, place.mine.key)
    assert place.enters(place.other.device.id, place.other.key)


def test_files_are_written_again_only_when_devices_changed(place: Place) -> None:
    assert not place.write_files()
    assert (place.broker.folder / PASSWORDS).stat().st_mode & 0o077 == 0
    assert place.mine.key not in (place.broker.folder / PASSWORDS).read_text("utf-8")
