"""What files and devices say of the same home, each stretch of time counted once."""

import numpy as np
import pytest

from ahorraluz.core.live.beside_files import beside_files
from ahorraluz.core.readings.channels import Channel, Flow, Measure

HOUR_S, QUARTER_S = 3_600, 900


def rows(
    starts: list[int],
    values: list[float],
    *,
    name: str = "kWh",
    step_s: int = HOUR_S,
    flow: Flow = Flow.IMPORT,
    measure: Measure = Measure.ENERGY,
) -> Channel:
    start_s = np.array(starts, dtype=np.int64)
    return Channel(
        id=name,
        flow=flow,
        measure=measure,
        start_s=start_s,
        end_s=start_s + step_s,
        value=np.array(values, dtype=np.float64),
        line=np.arange(1, len(starts) + 1, dtype=np.int64),
        flags=np.zeros(len(starts), dtype=np.uint8),
    )


def device(quarters: range, *, name: str = "live-1 total", flow: Flow = Flow.IMPORT) -> Channel:
    starts = [number * QUARTER_S for number in quarters]
    return rows(starts, [0.1] * len(starts), name=name, step_s=QUARTER_S, flow=flow)


def told(channel: Channel) -> list[tuple[int, float]]:
    return list(zip(channel.start_s.tolist(), channel.value.round(6).tolist(), strict=True))


def test_a_device_alone_stands_as_it_is() -> None:
    live = device(range(4))

    assert beside_files([], [live]) == (live,)


def test_a_file_stands_where_it_says_anything_and_the_device_around_it() -> None:
    file = rows([HOUR_S, 2 * HOUR_S], [1.0, float("nan")])

    (one,) = beside_files([file], [device(range(2, 14))])

    assert (one.id, one.measure) == ("kWh", Measure.ENERGY)
    assert told(one) == [
        (1_800, 0.1),
        (2_700, 0.1),
        (3_600, 1.0),
        *((number * QUARTER_S, 0.1) for number in range(8, 14)),
    ]


def test_a_file_of_powers_takes_the_power_of_the_device() -> None:
    file = rows([0], [2.0], measure=Measure.POWER)

    (one,) = beside_files([file], [device(range(4, 5))])

    assert (one.measure, told(one)) == (Measure.POWER, [(0, 2.0), (3_600, 0.4)])


def test_beside_a_counter_the_device_counts_before_and_after_it() -> None:
    counter = rows(
        [HOUR_S, 3 * HOUR_S], [100.0, 101.0], name="contador", step_s=0, measure=Measure.REGISTER
    )

    before, after = beside_files([counter], [device(range(20))])[1:]

    assert told(before) == [(number * QUARTER_S, 0.1) for number in range(4)]
    assert told(after) == [(number * QUARTER_S, 0.1) for number in range(12, 20)]
    assert (before.id, after.id) == ("live-1 total", "live-1 total (2)")


def test_of_two_devices_none_is_joined_to_the_file() -> None:
    file = rows([HOUR_S], [1.0])
    devices = [device(range(8, 10), name="live-1 a"), device(range(7, 10), name="live-2 b")]

    found = beside_files([file], devices)

    assert [(one.id, len(one)) for one in found] == [("kWh", 1), ("live-1 a", 2), ("live-2 b", 2)]


@pytest.mark.parametrize("flow", [Flow.CIRCUIT, Flow.EXPORT], ids=["a plug", "what flows back"])
def test_a_file_of_the_grid_takes_nothing_from_other_flows(flow: Flow) -> None:
    file = rows([0], [1.0])
    live = device(range(4), flow=flow)

    assert beside_files([file], [live]) == (file, live)


def test_a_file_without_any_value_takes_nothing() -> None:
    file = rows([0], [float("nan")])

    assert told(beside_files([file], [device(range(4))])[1]) == told(device(range(4)))
