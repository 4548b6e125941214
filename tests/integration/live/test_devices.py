"""Devices of homes, their channels and what they sent in vain: on both databases."""

from dataclasses import replace

from tests.live_homes import (
    NOW,
    NOW_MS,
    SECRET,
    add_channel,
    add_home,
    every_minute,
    readings_of,
    refused,
    say,
)

from ahorraluz.core.live.readings import LiveChannel, Quantity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.store.database import Store
from ahorraluz.store.live.records import (
    Device,
    Refused,
)


def test_a_device_comes_back_as_it_was(store: Store) -> None:
    device = Device(
        id="a1",
        home="casa",
        name=SECRET,
        dialect="tasmota",
        mapping={"fields": [{"at": "ENERGY.Power", "unit": "W"}]},
        settings={"every_s": 10},
        key_hash="k",
        broker_password="$7$x",
        certificate="ab:cd",
        clock_ms=-1_500,
        made_at=NOW,
    )

    store.live.devices.add(device)

    assert store.live.devices.get("a1") == device
    assert store.live.devices.by("key_hash", "k") == device
    assert store.live.devices.by("certificate", "ab:cd") == device
    assert store.live.devices.of_home("casa") == store.live.devices.everything() == (device,)
    assert store.live.devices.get("other") is None


def test_a_device_is_changed_and_seen(store: Store, device: Device) -> None:
    store.live.devices.seen({device.id: NOW_MS, "nobody": 1})
    store.live.devices.seen({device.id: NOW_MS - 5})

    store.live.devices.change(replace(device, name="Otro", revoked_at=NOW))

    found = store.live.devices.get(device.id)
    assert found == replace(device, name="Otro", revoked_at=NOW, last_seen_ms=NOW_MS)


def test_two_devices_with_one_key_are_refused(store: Store, device: Device) -> None:
    store.live.devices.add(replace(device, id="b", key_hash="k"))

    errors = [
        refused(lambda: store.live.devices.add(device)),
        refused(lambda: store.live.devices.add(replace(device, id="c", key_hash="k"))),
        refused(lambda: store.live.devices.change(replace(device, id="c"))),
        refused(lambda: store.live.devices.remove("casa", "c")),
    ]

    codes = [error.issue.code for error in errors]
    assert codes == ["live-device-taken"] * 2 + ["live-device-unknown"] * 2


def test_a_channel_is_made_once(store: Store, device: Device, plug: LiveChannel) -> None:
    again = add_channel(store, device, Quantity.POWER, as_of=NOW)
    other = add_channel(store, device, Quantity.POWER, as_of=NOW, flow=Flow.EXPORT)

    assert again == plug
    assert store.live.devices.channels("casa") == (plug, other)
    assert store.live.devices.channels("tienda") == ()


def test_a_device_that_is_removed_takes_all_it_said_with_it(
    store: Store, device: Device, plug: LiveChannel
) -> None:
    say(store, plug, *every_minute())
    store.live.close_up_to(NOW)

    store.live.devices.remove("casa", device.id)

    late = store.live.append(readings_of(plug.id, [(NOW_MS, 1)]), as_of=NOW)
    assert (late.new, late.gone) == (0, 1)
    assert store.channels("casa") == ()
    error = refused(lambda: add_channel(store, device, Quantity.POWER, as_of=NOW))
    assert error.issue.code == "live-device-unknown"


def test_fifty_messages_that_could_not_be_taken_are_kept(store: Store, device: Device) -> None:
    def message(number: int) -> Refused:
        payload = bytes([0, number, 255]) * 300
        return Refused(
            device=device.id, at_ms=number, reason="live-not-a-number", topic=f"t/{number}",
            payload=payload,
        )  # fmt: skip

    for first in range(0, 60, 6):
        batch = [message(number) for number in range(first, first + 6)]
        store.live.append([], as_of=NOW, refused=[*batch, replace(batch[0], device="nobody")])

    found = store.live.devices.refused(device)
    assert [one.at_ms for one in found] == list(range(59, 9, -1))
    assert found[0].payload == (b" " + bytes([59, 255])) * 166 + b" " + bytes([59])
    assert (found[0].topic, found[0].reason) == ("t/59", "live-not-a-number")


def test_devices_that_speak_are_found_together_with_what_is_around_them(
    store: Store, device: Device
) -> None:
    add_home(store, "otra", zone="America/Bogota")
    other, gone = (
        replace(device, id=name, home="otra", name=SECRET, key_hash=None, certificate=None)
        for name in ("other", "gone")
    )
    for one in (other, gone):
        store.live.devices.add(one)
    channels = [
        add_channel(store, one, quantity, as_of=NOW)
        for one in (device, other)
        for quantity in Quantity
    ]
    store.live.devices.change(replace(gone, revoked_at=NOW))

    found = store.live.devices.speakers([device.id, other.id, gone.id, "nobody"])

    assert found.keys() == {device.id, other.id}
    assert found[device.id].channels == tuple(channels[:2])
    assert found[other.id].channels == tuple(channels[2:])
    assert found[other.id].zone == "America/Bogota"
    assert found[other.id].device.home == "otra"
    assert SECRET not in str(found)
    assert store.live.devices.speakers([]) == {}
