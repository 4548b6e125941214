"""One micro-batch of a home: order, numbers, refusals; no Spark is needed for it."""

from collections.abc import Sequence
from random import Random

import pytest
from tests.recorded_homes import record
from tests.spark_files import embedded
from tests.watched_home import START, rules

from ahorraluz.core.live.readings import LiveError
from ahorraluz.core.live.rows import figures_text, row_of
from ahorraluz.core.live.state import read_state
from ahorraluz.pipelines.live_on_spark import COLUMNS, Arrived, Told, work_off


def arrived(number: int = 0, *, days: int = 3) -> list[Arrived]:
    rows = enumerate(map(row_of, record(number, days=days).arrivals))
    return [(seq, r.kind, r.channel, r.at_ms, r.value, r.body) for seq, r in rows]


def in_batches(rows: Sequence[Arrived], most: int) -> list[Told]:
    kept, told, chance, place = None, list[Told](), Random(most), 0
    while place < len(rows):
        after = place + chance.randint(1, most)
        batch = list(rows[place:after])
        chance.shuffle(batch)
        kept, some = work_off("h", kept, batch)
        told += some
        place = after
    return told


def test_micro_batches_tell_what_the_embedded_way_tells() -> None:
    recorded = record(4, days=4)

    told = in_batches(arrived(4, days=4), 50)

    mine = embedded(recorded.arrivals, Random(1))
    assert mine == recorded.events
    assert [(t[2], t[3], t[4], t[7], t[8]) for t in told] == [
        (e.kind.value, e.key, e.at_ms, figures_text(e), e.cents) for e in mine
    ]


def test_events_are_numbered_from_one_without_a_gap() -> None:
    told = in_batches(arrived(), 30)

    assert [one[COLUMNS.index("number")] for one in told] == list(range(1, len(told) + 1))


def test_a_micro_batch_that_is_done_again_has_the_same_events_with_the_same_numbers() -> None:
    rows = arrived()
    kept, _ = work_off("h", None, rows[:200])

    first, again = work_off("h", kept, rows[200:]), work_off("h", kept, rows[200:])

    assert first == again
    assert first[1]


@pytest.mark.parametrize("most", [1, 40, 1_000])
def test_a_row_that_is_none_is_told_in_its_place_however_batches_are_cut(most: int) -> None:
    rows = arrived(days=2)
    rows[150] = (150, "reading", 1, START, -5, "")
    rows[20] = (20, "what", -1, -1, -1, "")

    told = in_batches(rows, most)

    refused = [(one[1], one[7]) for one in told if one[2] == "refused"]
    assert told == in_batches(rows, 7)
    assert [why for _, why in refused] == [
        '{"seq":20,"why":"live-row-kind"}',
        '{"seq":150,"why":"live-row-reading"}',
    ]


def test_the_clock_is_told_before_and_after_what_arrived() -> None:
    row = row_of(rules())
    first: Arrived = (0, row.kind, row.channel, row.at_ms, row.value, row.body)
    reading: Arrived = (1, "reading", 1, START + 5_000, 10, "")

    (content, _), _ = work_off("h", None, [first, reading], now_ms=START + 7_000)

    state = read_state(content)
    assert state.clock == state.now == START + 7_000
    assert state.channels[1].heard == START + 7_000


def test_a_state_of_another_version_stops_rather_than_begins_anew() -> None:
    with pytest.raises(LiveError, match="live-state-unknown"):
        work_off("h", (b'\n{"version":0}', 3), [])
