"""What a file changes, counted."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.store.comparing import Changes, changes, raw_kwh, read_sha256

Row = tuple[int, int, float, int]
ROWS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, 1),
        st.sampled_from([0.0, -0.0, 1.5, float("nan")]),
        st.integers(0, 1),
    ),
    max_size=8,
)


def channel(rows: list[Row], measure: Measure = Measure.ENERGY) -> Channel:
    start, length, value, flags = (
        (list(column) for column in zip(*rows, strict=True))
        if rows
        else (
            [],
            [],
            [],
            [],
        )
    )
    start_s = np.array(start, dtype=np.int64)
    return Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=measure,
        start_s=start_s,
        end_s=start_s + np.array(length, dtype=np.int64),
        value=np.array(value, dtype=np.float64),
        line=np.arange(len(rows), dtype=np.int64),
        flags=np.array(flags, dtype=np.uint8),
    )


def plain(rows: list[Row]) -> dict[tuple[int, int], Counter[str]]:
    """Return the rows by moment, as text in which every NaN and both noughts are one."""
    found: dict[tuple[int, int], Counter[str]] = {}
    for start, length, value, flags in rows:
        found.setdefault((start, length), Counter())[f"{value + 0.0} {flags}"] += 1
    return found


@given(new=ROWS.filter(bool), known=ROWS)
def test_rows_are_counted_as_one_by_one(new: list[Row], known: list[Row]) -> None:
    there = plain(known)
    expected = Counter[str]()
    for moment, rows in plain(new).items():
        if moment not in there:
            expected["added"] += rows.total()
        elif there[moment].keys() >= rows.keys() and there[moment].total() == rows.total():
            expected["unchanged"] += rows.total()
        else:
            expected["changed"] += rows.total()

    found = changes(channel(new), channel(known))

    assert found == Changes(
        added=expected["added"], changed=expected["changed"], unchanged=expected["unchanged"]
    )


def test_everything_is_new_to_a_home_without_the_channel() -> None:
    found = changes(channel([(0, 1, 1.0, 0), (1, 1, 1.0, 0)]), None)

    assert found == Changes(added=2, changed=0, unchanged=0)


def test_the_same_file_read_in_another_unit_has_another_digest() -> None:
    one, same, other = (channel([(0, 1, value, 0)]) for value in (1.5, 1.5, 1500.0))

    assert read_sha256([one]) == read_sha256([same])
    assert read_sha256([one]) != read_sha256([other])


@pytest.mark.parametrize(
    ("measure", "rows", "kwh"),
    [
        pytest.param(Measure.ENERGY, [(0, 1, 1.5, 0), (1, 1, 0.5, 0)], 2.0, id="energy"),
        pytest.param(
            Measure.REGISTER,
            [(0, 0, 10.0, 0), (9, 0, 12.0, 0), (18, 0, 1.0, 0)],
            2.0,
            id="register",
        ),
        pytest.param(Measure.POWER, [(0, 1800, 2.0, 0)], 1.0, id="power of intervals"),
        pytest.param(
            Measure.POWER, [(3600, 0, 9.0, 0), (0, 0, 2.0, 0)], 2.0, id="power at moments"
        ),
        pytest.param(Measure.ENERGY, [(0, 1, float("nan"), 0)], 0.0, id="nothing"),
    ],
)
def test_the_energy_of_a_file_is_told_as_it_stands(
    measure: Measure, rows: list[Row], kwh: float
) -> None:
    assert raw_kwh([channel(rows, measure)]) == pytest.approx(kwh)
