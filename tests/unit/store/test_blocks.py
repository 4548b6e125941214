"""Blocks of readings: exact to the bit, small, and never read wrong."""

import struct
import zlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.store.blocks import MAX_ROWS, MIN_ROWS, Block, blocks_of, decode, encode
from ahorraluz.store.errors import StoreError

HALF = 2**62
"""Times as far from 1970 as both ends of an interval can be, and their length in 64 bits."""


def channel(start_s: np.ndarray, value: np.ndarray | None = None, **columns: np.ndarray) -> Channel:
    n = len(start_s)
    return Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start_s,
        end_s=columns.get("end_s", start_s + 60),
        value=np.linspace(0.0, 1.0, n) if value is None else value,
        line=columns.get("line", np.arange(n, dtype=np.int64) + 2),
        flags=columns.get("flags", np.zeros(n, dtype=np.uint8)),
    )


@st.composite
def channels(draw: st.DrawFn) -> Channel:
    n = draw(st.integers(0, 40))
    whole = st.integers(-HALF, HALF)
    start = draw(st.one_of(arrays(np.int64, n, elements=whole), st.just(np.arange(n) * 60)))
    length = draw(arrays(np.int64, n, elements=st.integers(0, HALF - 1)))
    return channel(
        start,
        draw(arrays(np.float64, n, elements=st.floats(width=64))),
        end_s=start + length,
        line=draw(arrays(np.int64, n, elements=st.integers(-(2**63), 2**63 - 1))),
        flags=draw(arrays(np.uint8, n)),
    )


def read(payload: bytes) -> Channel:
    return decode(payload, id="kWh", flow=Flow.IMPORT, measure=Measure.ENERGY)


def columns_of(one: Channel) -> list[tuple[str, bytes]]:
    columns = (one.start_s, one.end_s, one.value, one.line, one.flags)
    return [(column.dtype.str, column.tobytes()) for column in columns]


@given(original=channels())
def test_what_was_encoded_comes_back_bit_by_bit(original: Channel) -> None:
    back = read(encode(original))

    assert columns_of(back) == columns_of(original)


@given(original=channels(), data=st.data())
def test_any_flipped_byte_is_found(original: Channel, data: st.DataObject) -> None:
    payload = bytearray(encode(original))
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(StoreError) as refused:
        read(bytes(payload))

    assert refused.value.issue.code == "database-block-damaged"


@given(original=channels(), data=st.data())
def test_a_cut_payload_is_found(original: Channel, data: st.DataObject) -> None:
    payload = encode(original)

    with pytest.raises(StoreError):
        read(payload[: data.draw(st.integers(0, len(payload) - 1))])


def test_a_payload_of_a_later_version_is_named_so() -> None:
    head, body = struct.pack("<BI", 2, 0), b"something else"
    payload = head + struct.pack("<I", zlib.crc32(body, zlib.crc32(head))) + body

    with pytest.raises(StoreError) as refused:
        read(payload)

    assert refused.value.issue.code == "database-block-newer"


@pytest.mark.parametrize("rows", [1, MAX_ROWS + 1])
def test_a_bomb_with_a_right_check_sum_is_not_unpacked(rows: int) -> None:
    bomb = zlib.compress(bytes(10_000_000))
    body = struct.pack("<BI", 1, len(bomb)) + bomb
    head = struct.pack("<BI", 1, rows)
    payload = head + struct.pack("<I", zlib.crc32(body, zlib.crc32(head))) + body

    with pytest.raises(StoreError) as refused:
        read(payload)

    assert refused.value.issue.code == "database-block-damaged"


def test_regular_times_cost_next_to_nothing() -> None:
    minutes = channel(np.arange(43_200, dtype=np.int64) * 60, np.zeros(43_200))

    assert len(encode(minutes)) < 2_000


def joined(blocks: list[Block]) -> bytes:
    return np.concatenate([read(block.payload).start_s for block in blocks]).tobytes()


def test_a_year_of_minutes_is_a_block_a_month() -> None:
    start = np.datetime64("2026-01-01", "s").astype(np.int64) + np.arange(525_600) * 60

    blocks = list(blocks_of(channel(start)))

    assert len(blocks) == 12
    assert [b.month - blocks[0].month for b in blocks] == list(range(12))
    assert all(one.end_s == other.first_s for one, other in pairwise(blocks))
    assert joined(blocks) == start.tobytes()


def test_short_months_share_a_block() -> None:
    blocks = list(blocks_of(channel(np.arange(3_650, dtype=np.int64) * 86_400)))

    assert [block.rows for block in blocks] == [3_650]


@given(order=st.permutations(range(12)))
def test_rows_keep_their_order_whatever_it_is(order: list[int]) -> None:
    rows = np.repeat(order, MIN_ROWS // 4).astype(np.int64)
    start = rows * 31 * 86_400 + np.arange(len(rows))

    blocks = list(blocks_of(channel(start)))

    assert joined(blocks) == start.tobytes()
    assert sum(block.rows for block in blocks) == len(rows)
    assert min(block.first_s for block in blocks) == start.min()
    assert max(block.end_s for block in blocks) == start.max() + 60


def test_no_block_is_larger_than_what_is_read_back() -> None:
    seconds = np.arange(2 * MAX_ROWS + 5, dtype=np.int64)

    blocks = list(blocks_of(channel(seconds)))

    assert max(block.rows for block in blocks) <= MAX_ROWS
    assert joined(blocks) == seconds.tobytes()


def test_an_empty_channel_has_no_block() -> None:
    assert list(blocks_of(channel(np.array([], dtype=np.int64)))) == []
