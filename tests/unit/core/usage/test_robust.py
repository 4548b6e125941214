"""Statistics that outliers and unknown values do not move."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ahorraluz.core.usage.robust import by_group, mean, month_of, quantile, quantiles, windows

TABLES = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 9)),
    elements=st.one_of(st.floats(-1e6, 1e6), st.just(np.nan)),
)


@given(table=TABLES, part=st.floats(0, 1))
def test_quantiles_are_those_of_the_known_values(
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]], part: float
) -> None:
    found = quantile(table, part)

    for row, value in zip(table, found, strict=True):
        known = row[~np.isnan(row)]
        if len(known) == 0:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(np.quantile(known, part), rel=1e-9, abs=1e-6)


def test_several_quantiles_are_the_single_ones() -> None:
    row = np.array([5.0, np.nan, 1.0, 3.0])

    low, high = quantiles(row, 0.25, 0.75)

    assert (float(low), float(high)) == (float(quantile(row, 0.25)), float(quantile(row, 0.75)))


@given(table=TABLES)
def test_means_leave_unknown_values_out(
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    found = mean(table)

    for row, value in zip(table, found, strict=True):
        known = row[~np.isnan(row)]
        assert np.isnan(value) if len(known) == 0 else value == pytest.approx(known.mean())


def test_windows_end_in_unknown_values() -> None:
    found = windows(np.array([1.0, 2.0, 3.0]), 1)

    assert np.isnan(found[0, 0])
    assert found[1].tolist() == [1.0, 2.0, 3.0]


def test_groups_keep_the_order_of_their_values() -> None:
    found = by_group(np.array([4.0, 5.0, 6.0, 7.0]), np.array([1, 0, 1, 1]), 3)

    assert found[1].tolist() == [4.0, 6.0, 7.0]
    assert found[0, 0] == 5.0
    assert bool(np.isnan(found[2]).all())


def test_months_are_counted_from_the_first() -> None:
    months, number = month_of(np.datetime64("2024-01-30") + np.arange(33))

    assert months.astype(str).tolist() == ["2024-01", "2024-02", "2024-03"]
    assert number.tolist() == [0] * 2 + [1] * 29 + [2] * 2
