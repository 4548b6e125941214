"""Messages of devices become readings of their homes, and of no other."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.signed_people import PAIRS

from ahorraluz.core.live.readings import Quantity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.live.devices import DeviceWish, LetIn, let_in, shut_out, take_out
from ahorraluz.services.live.taking_in import MOST_CHANNELS, SEEN_EVERY_MS, Incoming, Intake
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.errors import StoreError
from ahorraluz.store.live.book import LiveBook
from ahorraluz.store.live.devices import DeviceBook
from ahorraluz.store.live.speaking import Speaker

NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
HOUR = 3_600_000


@dataclass
class Place:
    """A home with an intake."""

    tools: Toolbox
    home: str
    now: datetime = NOW
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self.intake = Intake(self.tools, clock=lambda: self.now)

    def device(self, **wish: str) -> LetIn:
        """Let a device in."""
        given = DeviceWish(**{"name": "Medidor", **wish})
        return let_in(self.home, given, tools=self.tools, as_of=NOW)

    def rows(self) -> list[tuple[str, str, str, int, int]]:
        """Return what the store holds: name, flow, quantity, moment and value."""
        engine = create_engine(self.tools.settings.database)
        query = (
            "SELECT c.name, c.flow, c.quantity, r.at_ms, r.value FROM live_readings r"
            " JOIN live_channels c ON c.id = r.channel ORDER BY r.at_ms, c.id"
        )
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    tools = open_toolbox(Settings(data_dir=tmp_path))
    rosa = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
    account = join(rosa, tools=tools, as_of=NOW)
    kept = keep_home(PAIRS, account=account.id, tools=tools, as_of=NOW)
    yield Place(tools, kept.id)
    tools.store.close()


def message(device: LetIn, topic: str, body: object, *, after_ms: int = 0) -> Incoming:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Incoming(f"ahorraluz/{device.device.id}/{topic}", raw, NOW_MS + after_ms)


def told(at_ms: int, watts: float) -> dict[str, float]:
    return {"power_w": watts, "energy_kwh": 1.5, "time": at_ms}


def test_a_message_becomes_readings_of_its_channels(place: Place) -> None:
    device = place.device()

    result = place.intake.take([message(device, "x", told(NOW_MS - 5, 123.456))])

    assert result.appended.new == 2
    assert place.rows() == [
        ("x", "import", "power", NOW_MS - 5, 123_456),
        ("x", "import", "register", NOW_MS - 5, 1_500_000),
    ]


def test_the_same_message_again_changes_nothing(place: Place) -> None:
    device = place.device()
    batch = [message(device, "x", told(NOW_MS - 5, 1))]
    place.intake.take(batch)

    again = Intake(place.tools, clock=lambda: NOW).take(batch)

    assert (again.appended.new, again.appended.same, again.appended.corrected) == (0, 2, 0)
    assert len(place.rows()) == 2


def test_what_a_plug_measures_is_a_part_of_the_home(place: Place) -> None:
    device = place.device(measures="part", dialect="shelly")

    place.intake.take([message(device, "relay/0/power", b"5")])

    assert [row[:3] for row in place.rows()] == [("0", "circuit", "power")]


def test_nobody_writes_for_a_device_that_is_not_there(place: Place) -> None:
    place.device()
    strange = [
        Incoming(topic, b'{"power_w": 1}', NOW_MS)
        for topic in ("ahorraluz/0000/x", "ahorraluz", "", "other/x", "ahorraluz/../x", "a/'--/b")
    ]

    result = place.intake.take(strange)

    assert result.unknown == len(strange)
    assert place.rows() == []


def test_a_device_that_was_shut_out_is_believed_half_a_minute_at_most(place: Place) -> None:
    device = place.device()
    place.intake.take([message(device, "x", told(NOW_MS, 1))])
    shut_out(device.device, tools=place.tools, as_of=NOW)
    place.now += timedelta(seconds=31)

    result = place.intake.take([message(device, "x", told(NOW_MS + 1, 2))])

    assert result.unknown == 1
    assert len(place.rows()) == 2


def test_a_device_that_was_taken_out_leaves_nothing_and_stops_nothing(place: Place) -> None:
    gone, stays = place.device(), place.device(name="Otro")
    place.intake.take([message(gone, "x", told(NOW_MS, 1))])
    take_out(gone.device, tools=place.tools)

    place.intake.take(
        [
            message(gone, "x", told(NOW_MS + 1, 2)),
            message(gone, "new", told(NOW_MS + 1, 2)),
            message(stays, "x", told(NOW_MS + 1, 3)),
        ]
    )

    assert [row[3:] for row in place.rows()] == [(NOW_MS + 1, 3_000), (NOW_MS + 1, 1_500_000)]


def test_a_message_that_says_nothing_is_kept_to_be_looked_at(place: Place) -> None:
    device = place.device()

    result = place.intake.take([message(device, "y", b"hola \x00 mundo")])

    assert [one.reason for one in result.refused] == ["live-message-unknown"]
    (kept,) = place.tools.store.live.devices.refused(device.device)
    assert (kept.topic, kept.payload) == ("y", b"hola   mundo")


def test_a_clock_in_another_zone_is_set_right_also_after_a_restart(place: Place) -> None:
    device = place.device()
    ahead = [message(device, "x", told(NOW_MS + 5 * HOUR, 1), after_ms=0)]
    place.intake.take(ahead)

    restarted = Intake(place.tools, clock=lambda: NOW).take(ahead)

    assert {row[3] for row in place.rows()} == {NOW_MS}
    assert restarted.appended.same == 2
    found = place.tools.store.live.devices.get(device.device.id)
    assert found is not None
    assert found.clock_ms == 5 * HOUR


def test_units_are_remembered_beside_what_people_said(place: Place) -> None:
    device = place.device(dialect="home-assistant", measures="part")
    place.intake.take([message(device, "sensor/tv/unit_of_measurement", b"kW")])

    place.intake.take([message(device, "sensor/tv/state", b"0.25")])

    assert [row[4] for row in place.rows()] == [250_000]
    found = place.tools.store.live.devices.get(device.device.id)
    assert found is not None
    assert found.settings == {"measures": "part", "units": {"sensor/tv": "kW"}}


def test_what_people_said_meanwhile_is_not_undone_by_what_a_device_shows(place: Place) -> None:
    device = place.device(dialect="home-assistant")
    place.intake.take([message(device, "sensor/tv/state", b"unknown")])
    shut_out(device.device, tools=place.tools, as_of=NOW)

    place.intake.take([message(device, "sensor/tv/unit_of_measurement", b"kW")])

    found = place.tools.store.live.devices.get(device.device.id)
    assert found is not None
    assert found.revoked_at is not None
    assert found.key_hash is None


def test_topics_without_end_make_no_channels_without_end(place: Place) -> None:
    device = place.device()

    result = place.intake.take(
        [message(device, f"t{n}/power", b"1") for n in range(MOST_CHANNELS + 9)]
    )

    assert len(place.rows()) == MOST_CHANNELS
    assert {one.reason for one in result.refused} == {"live-too-many-channels"}


def test_channels_of_two_devices_are_not_mixed_up(place: Place) -> None:
    first, second = place.device(), place.device(name="Otro")

    place.intake.take([message(first, "power", b"1"), message(second, "power", b"2", after_ms=1)])

    channels = place.tools.store.live.devices.channels(place.home)
    assert [channel.device for channel in channels] == [first.device.id, second.device.id]
    assert {(c.flow, c.quantity) for c in channels} == {(Flow.IMPORT, Quantity.POWER)}


def test_a_device_with_a_mapping_is_read_by_it(place: Place) -> None:
    mapping = json.dumps(
        {"fields": [{"path": "p", "measure": "power", "unit": "kW", "name": "todo"}]}
    )
    device = place.device(dialect="mapped", mapping=mapping)

    place.intake.take([message(device, "any", {"p": 1.25})])

    assert [(row[0], row[4]) for row in place.rows()] == [("todo", 1_250_000)]


def test_forgetting_the_home_leaves_no_reading_and_no_name(place: Place) -> None:
    device = place.device(name="Medidor de Rosa")
    place.intake.take([message(device, "x", told(NOW_MS, 77.7)), message(device, "y", b"secreto")])

    place.tools.store.forget(place.home)

    assert place.rows() == []
    later = place.intake.take([message(device, "x", told(NOW_MS + 1, 1))])
    assert later.appended.new == 0
    raw = Path(place.tools.settings.data_dir, "ahorraluz.db").read_bytes()
    assert device.device.id.encode() not in raw
    assert b"Medidor de Rosa" not in raw


def test_the_devices_of_another_home_are_not_found(place: Place) -> None:
    from ahorraluz.core.live.readings import LiveError
    from ahorraluz.services.live.devices import own_device

    device = place.device()

    with pytest.raises(LiveError) as caught:
        own_device("another", device.device.id, tools=place.tools)

    assert caught.value.issue.code == "device-unknown"
    assert own_device(place.home, device.device.id, tools=place.tools) == replace(device.device)


def test_many_devices_are_asked_for_at_once_and_not_again_with_the_next_batch(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = [place.device(name=f"Medidor {number}") for number in range(5)]
    asked: list[list[str]] = []
    ask = DeviceBook.speakers

    def counted(book: DeviceBook, names: Iterable[str]) -> Mapping[str, Speaker]:
        asked.append(sorted(names))
        return ask(book, asked[-1])

    monkeypatch.setattr(DeviceBook, "speakers", counted)
    for after_ms in range(3):
        place.intake.take([message(device, "power", b"1", after_ms=after_ms) for device in devices])

    assert asked == [sorted(device.device.id for device in devices)]
    assert len(place.rows()) == 15


def test_it_is_noted_now_and_then_that_a_device_was_heard_of(place: Place) -> None:
    device = place.device()

    def seen_after_ms() -> int:
        found = place.tools.store.live.devices.get(device.device.id)
        assert found is not None
        assert found.last_seen_ms is not None
        return found.last_seen_ms - NOW_MS

    noted = []
    for after_ms in (0, SEEN_EVERY_MS - 1, SEEN_EVERY_MS + 5, SEEN_EVERY_MS + 6):
        place.intake.take([message(device, "power", b"1", after_ms=after_ms)])
        noted.append(seen_after_ms())

    assert noted == [0, 0, SEEN_EVERY_MS + 5, SEEN_EVERY_MS + 5]


def test_what_could_not_be_noted_is_noted_with_the_next_batch(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = place.device()
    batch = [message(device, "power", b"1")]
    with monkeypatch.context() as broken:
        broken.setattr(LiveBook, "append", _full)
        with pytest.raises(StoreError):
            place.intake.take(batch)

    place.intake.take(batch)

    found = place.tools.store.live.devices.get(device.device.id)
    assert found is not None
    assert found.last_seen_ms == NOW_MS
    assert len(place.rows()) == 1


def _full(*_given: object, **_named: object) -> None:
    raise StoreError("database-none")
