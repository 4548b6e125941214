"""Live readings as the home's answers see them: on both databases."""

from datetime import timedelta

import numpy as np
import pytest
from tests.live_homes import NOW, NOW_MS, add_channel, every_minute, say

from ahorraluz.core.live.readings import LiveChannel, LiveReading, Quantity
from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.store.database import Store
from ahorraluz.store.live.records import (
    Device,
)


def test_readings_are_found_by_their_moment(store: Store, plug: LiveChannel) -> None:
    say(store, plug, (NOW_MS - 3_000, 1), (NOW_MS - 1_000, 3), (NOW_MS - 2_000, 2))

    some = store.live.readings(plug.id, first_ms=NOW_MS - 3_000, end_ms=NOW_MS - 1_000)

    assert [one.value for one in some] == [1, 2]
    assert store.live.latest([plug.id, 99]) == (LiveReading(plug.id, NOW_MS - 1_000, 3),)
    assert len(store.live.readings(plug.id, first_ms=0, end_ms=2**50, most=2)) == 2


def test_the_home_sees_the_energy_of_quarter_hours(store: Store, plug: LiveChannel) -> None:
    start_ms = NOW_MS - 3_600_000
    say(store, plug, *((start_ms + n * 60_000, 1_200_000) for n in range(36)))
    store.live.close_up_to(NOW)

    (channel,) = store.channels("casa")

    assert (channel.id, channel.flow) == (f"live-{plug.id} total", Flow.IMPORT)
    assert channel.measure is Measure.ENERGY
    # The fourth is known for six minutes only; the third was measured whole.
    assert channel.value.round(9).tolist() == [0.3, 0.3, 0.3]
    assert channel.start_s.tolist() == [start_ms // 1000 + n * 900 for n in range(3)]
    assert channel.flags.tolist() == [0, 0, 0]


def test_a_quarter_hour_known_in_part_is_an_estimate(store: Store, plug: LiveChannel) -> None:
    start_ms = NOW_MS - 3_600_000
    say(store, plug, (start_ms + 300_000, 1_200_000), (start_ms + 900_000, 0))
    store.live.close_up_to(NOW - timedelta(minutes=45))

    (channel,) = store.channels("casa")

    assert (channel.value.round(9).tolist(), channel.flags.tolist()) == ([0.3], [1])


def test_of_one_thing_the_counter_counts_and_of_parts_the_total(
    store: Store, device: Device, plug: LiveChannel
) -> None:
    counter = add_channel(store, device, Quantity.REGISTER, as_of=NOW)
    phase = add_channel(store, device, Quantity.POWER, as_of=NOW, name="a")
    panel = add_channel(store, device, Quantity.POWER, as_of=NOW, flow=Flow.PRODUCTION)
    for channel in (plug, counter, phase, panel):
        say(store, channel, *((NOW_MS - n * 60_000, 10**9 - n) for n in range(1, 60)))
    store.live.close_up_to(NOW)

    chosen = {channel.id for channel in store.channels("casa")}
    store.live.devices.ignore("casa", counter.id, ignored=True)
    without = {channel.id for channel in store.channels("casa")}

    assert chosen == {f"live-{counter.id} total", f"live-{panel.id} total"}
    assert without == {f"live-{plug.id} total", f"live-{panel.id} total"}
    assert store.live.devices.ignored("casa") == {counter.id}


def test_an_import_stands_where_it_tells_of_the_time(store: Store, plug: LiveChannel) -> None:
    say(store, plug, *((NOW_MS - n * 60_000, 400_000) for n in range(1, 300)))
    store.live.close_up_to(NOW)
    hour_s = NOW_MS // 1000 - 2 * 3_600
    file = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=np.array([hour_s]),
        end_s=np.array([hour_s + 3_600]),
        value=np.array([7.0]),
        line=np.array([2]),
        flags=np.zeros(1, dtype=np.uint8),
    )

    before = sum(channel.value.sum() for channel in store.channels("casa"))
    meter = MeterFile(format="csv", channels=(file,), rows=1, zone="America/Lima")
    receipt = store.add_import("casa", meter, sha256="a", file_name="a.csv", as_of=NOW)
    (joined,) = store.channels("casa")
    assert receipt.import_id is not None
    store.undo_import("casa", receipt.import_id, NOW)
    (after,) = store.channels("casa")

    assert joined.value.sum() == pytest.approx(before - 0.4 + 7.0)
    assert after.value.sum() == pytest.approx(before)


def test_a_quarter_hour_of_a_device_is_put_aside_and_comes_back(
    store: Store, plug: LiveChannel
) -> None:
    say(store, plug, *every_minute())
    store.live.close_up_to(NOW)
    (channel,) = store.channels("casa")
    at_s = int(channel.start_s[5])

    number = store.quarantine("casa", channel.id, at_s, at_s, "mudanza", NOW)
    (without,) = store.channels("casa")
    store.release("casa", number, NOW)

    assert at_s not in without.start_s
    assert len(store.channels("casa")[0]) == len(without) + 1
