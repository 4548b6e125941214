"""What made-up meters say is exact, in order, and read back to the last digit."""

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.live.readings import Quantity
from ahorraluz.core.live.synthetic import DAY_MS, SyntheticHome, make_home
from ahorraluz.ingest.payloads.message import Message
from ahorraluz.ingest.payloads.reading import read_payload
from ahorraluz.services.live.simulating import MICROJOULES, OFFSET_MS, Sent, _catalogue, says

START = 1_795_000_000_000


@given(
    st.integers(min_value=1, max_value=4 * 10**12),
    st.integers(min_value=0, max_value=10**9),
    st.integers(min_value=0, max_value=10**15),
)
def test_what_is_sent_is_read_to_the_last_digit(at_ms: int, power: int, register: int) -> None:
    body = Sent(at_ms, power, register).body()

    taken = read_payload(Message(topic="tele/SENSOR", body=body), "tasmota")

    assert taken.issues == []
    found = {sample.quantity: (sample.at_ms, sample.value) for sample in taken.samples}
    assert found == {Quantity.POWER: (at_ms, power), Quantity.REGISTER: (at_ms, register)}


@pytest.mark.parametrize("every_ms", [10_000, 900_000, 7_777_777])
def test_a_register_is_the_integral_of_its_power_over_days(every_ms: int) -> None:
    home = make_home(3, 2, _catalogue())

    said = list(islice(says(home, start_ms=START, every_ms=every_ms), 200))

    assert {b.at_ms - a.at_ms for a, b in pairwise(said)} == {every_ms}
    for before, after in pairwise(said):
        used = after.register_mwh - before.register_mwh
        assert abs(used - integral(home, before.at_ms, after.at_ms) // MICROJOULES) <= 1


def integral(home: SyntheticHome, start_ms: int, end_ms: int) -> int:
    """Return the energy of some time, added up piece by piece. [uJ]"""
    total = 0
    for day in range((start_ms + OFFSET_MS) // DAY_MS, (end_ms + OFFSET_MS) // DAY_MS + 1):
        begin = day * DAY_MS - OFFSET_MS
        at, level = home.day(day)
        edges = [*(at + begin).tolist(), begin + DAY_MS]
        for (a, b), power in zip(pairwise(edges), level.tolist(), strict=True):
            total += max(0, min(b, end_ms) - max(a, start_ms)) * power
    return total
