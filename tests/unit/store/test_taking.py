"""Channels out of several imports."""

from functools import reduce

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.core.readings.merging import supersede
from ahorraluz.store.taking import merged

ROWS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 3), st.sampled_from([1.0, 2.0, float("nan")])),
    min_size=1,
    max_size=5,
)


def channel(rows: list[tuple[int, int, float]]) -> Channel:
    start_s = np.array([start for start, _, _ in rows], dtype=np.int64)
    return Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start_s,
        end_s=start_s + np.array([length for _, length, _ in rows], dtype=np.int64),
        value=np.array([value for _, _, value in rows], dtype=np.float64),
        line=np.arange(len(rows), dtype=np.int64),
        flags=np.zeros(len(rows), dtype=np.uint8),
    )


def rows_of(one: Channel) -> list[str]:
    columns = (one.start_s, one.end_s, one.value, one.line)
    return sorted(str(row) for row in zip(*(column.tolist() for column in columns), strict=True))


@given(files=st.lists(ROWS, min_size=1, max_size=6))
def test_many_files_are_merged_as_one_after_another(
    files: list[list[tuple[int, int, float]]],
) -> None:
    channels = [channel(rows) for rows in files]

    together = merged(channels)

    assert rows_of(together) == rows_of(reduce(supersede, channels))


def test_files_that_follow_each_other_are_in_order_of_time() -> None:
    days = [channel([(day, 1, 1.0)]) for day in (3, 1, 2, 0)]

    assert merged(days).start_s.tolist() == [0, 1, 2, 3]
