"""What made-up meters say is exact, in order, and read back to the last digit."""

from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.live.readings import Quantity
from ahorraluz.core.live.synthetic import DAY_MS, SyntheticHome, make_home
from ahorraluz.ingest.payloads.message import Message
from ahorraluz.ingest.payloads.reading import read_payload
from ahorraluz.services.households.keeping import MOST_HOMES as OWNED_BY_ONE
from ahorraluz.services.live.simulating import (
    MICROJOULES,
    MOST_HOMES,
    OFFSET_MS,
    Sent,
    _catalogue,
    make_fleet,
    says,
)
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
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


def test_a_fleet_larger_than_an_account_may_own_is_shared_among_several(tmp_path: Path) -> None:
    tools = open_toolbox(Settings(data_dir=tmp_path))

    fleet = make_fleet(OWNED_BY_ONE + 1, seed=1, tools=tools, as_of=NOW)

    assert len({home.home for home in fleet.homes}) == OWNED_BY_ONE + 1
    assert len({home.let_in.key for home in fleet.homes}) == OWNED_BY_ONE + 1
    tools.store.close()


@pytest.mark.parametrize("count", [0, MOST_HOMES + 1])
def test_a_fleet_of_none_or_too_many_is_refused(tmp_path: Path, count: int) -> None:
    tools = open_toolbox(Settings(data_dir=tmp_path))

    with pytest.raises(InvalidInputError, match="simulate-homes"):
        make_fleet(count, seed=1, tools=tools, as_of=NOW)
