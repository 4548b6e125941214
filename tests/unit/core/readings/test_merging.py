"""A newer import over an older one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.same_channel import same_channel
from tests.unit.core.readings.invented_homes import (
    DAY_S,
    HOUR_S,
    MONDAY_S,
    channel,
    home,
    register,
    starts,
)

from ahorraluz.core.readings.channels import Channel, ChannelError
from ahorraluz.core.readings.merging import Changes, changes, supersede, without


def changed(whole: Channel, rows: list[int], value: float) -> Channel:
    values = whole.value.copy()
    values[rows] = value
    return replace(whole, value=values)


@given(first=st.integers(0, 100), rows=st.integers(1, 60))
def test_the_same_rows_again_change_nothing(first: int, rows: int) -> None:
    whole = home(days=10)
    part = whole.rows(np.arange(first, first + rows))

    assert same_channel(supersede(whole, part), whole)
    assert changes(whole, part) == Changes(added=0, changed=0, unchanged=rows, replaced=0)


def test_a_corrected_value_replaces_the_old_one() -> None:
    whole = home(days=2)
    corrected = changed(whole, [5], 9.0)

    merged = supersede(whole, corrected)

    assert merged.value[5] == 9.0
    assert len(merged) == 48
    assert changes(whole, corrected) == Changes(added=0, changed=1, unchanged=47, replaced=1)


def test_later_days_are_added_in_order() -> None:
    whole = home(days=4)
    older, newer = whole.rows(np.arange(60)), whole.rows(np.arange(48, 96))

    assert same_channel(supersede(older, newer), whole)
    assert changes(older, newer) == Changes(added=36, changed=0, unchanged=12, replaced=0)


def test_finer_intervals_replace_the_day_they_cover() -> None:
    days = channel(starts(days=3)[::24], np.array([10.0, 11.0, 12.0]), interval_s=DAY_S)
    hours = home(days=2).rows(np.arange(24, 48))

    merged = supersede(days, hours)

    assert len(merged) == 26
    assert 11.0 not in merged.value
    assert changes(days, hours) == Changes(added=0, changed=24, unchanged=0, replaced=1)


def test_neighbours_that_only_touch_stay() -> None:
    whole = home(days=2)

    merged = supersede(whole.rows(np.arange(24)), whole.rows(np.arange(24, 48)))

    assert same_channel(merged, whole)


def test_an_empty_cell_takes_no_value_away() -> None:
    whole = home(days=1)

    assert same_channel(supersede(whole, changed(whole, [3, 4], np.nan)), whole)


def test_a_value_fills_an_empty_cell() -> None:
    whole = home(days=1)

    assert same_channel(supersede(changed(whole, [3, 4], np.nan), whole), whole)


def test_standings_of_one_moment_are_replaced() -> None:
    whole = register(days=2)

    merged = supersede(whole, changed(whole, [7], 1.0).rows(np.array([7])))

    assert (len(merged), merged.value[7]) == (49, 1.0)


def test_other_channels_are_refused() -> None:
    with pytest.raises(ChannelError) as raised:
        supersede(home(days=1), replace(home(days=1), id="other"))

    assert raised.value.issue.code == "channels-differ"


def test_quarantined_moments_are_left_out() -> None:
    whole = home(days=1)

    left = without(whole, np.array([MONDAY_S, MONDAY_S + 2 * HOUR_S, 7]))

    assert len(left) == 22
    assert left.start_s[0] == MONDAY_S + HOUR_S
    assert len(whole) == 24


@given(
    older=st.lists(st.integers(0, 40), max_size=20, unique=True),
    newer=st.lists(st.integers(0, 40), max_size=20, unique=True),
)
def test_every_moment_is_told_once_and_newer_first(older: list[int], newer: list[int]) -> None:
    a, b = (
        channel(MONDAY_S + np.array(sorted(hours), dtype=np.int64) * HOUR_S, np.full(len(hours), v))
        for hours, v in ((older, 1.0), (newer, 2.0))
    )

    merged = supersede(a, b)

    told = dict(zip(((merged.start_s - MONDAY_S) // HOUR_S).tolist(), merged.value, strict=True))
    assert told == dict.fromkeys(older, 1.0) | dict.fromkeys(newer, 2.0)
    assert len(merged) == len(told)
    assert changes(a, b).added == len(set(newer) - set(older))
