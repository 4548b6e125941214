"""Rows of a channel as blocks of bytes: small, exact to the bit, and checked when read.

A payload begins with its version (1 byte), its rows (4) and a CRC-32 of everything else (4).
After them comes one column after another: start, length, line, value, flags. Whole numbers
that go up in even steps are their first number and their step, which is all that regular
times cost; every other column is compressed, whole numbers as differences.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, ChannelError, Flags, Flow, Ints, Measure
from ahorraluz.store.errors import StoreError

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

VERSION = 1
MAX_ROWS = 262_144
"""Most rows of a block: what a damaged or hostile payload can make the reader allocate."""
MIN_ROWS = 4_096
"""A month ends a block that has this many rows; shorter months share one."""
LEVEL = 1
"""Of zlib: higher ones take several times as long and save a few percent."""
CONTEXT = "readings"
"""What a sealed payload is sealed as."""
EVEN, PACKED = 0, 1
"""How a column is kept: first number and step, or compressed."""

_HEAD = struct.Struct("<BII")
_EVEN = struct.Struct("<Bqq")
_PACKED = struct.Struct("<BI")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Consecutive rows of a channel."""

    month: int
    """Month of the earliest start, counted from January 1970, UTC."""
    rows: int
    first_s: int
    end_s: int
    """Earliest start and latest end of the rows. [s since 1970 UTC]"""
    payload: bytes


def blocks_of(channel: Channel) -> Iterator[Block]:
    """Yield the rows of a channel as blocks, in their order; none for an empty channel."""
    for low, high in _cuts(channel.start_s):
        rows = channel.rows(np.arange(low, high)) if high - low < len(channel) else channel
        first = int(rows.start_s.min())
        yield Block(
            month=int(np.datetime64(first, "s").astype("datetime64[M]").astype(np.int64)),
            rows=high - low,
            first_s=first,
            end_s=int(rows.end_s.max()),
            payload=encode(rows),
        )


def _cuts(start_s: Ints) -> list[tuple[int, int]]:
    """Return where blocks begin and end: at months where time only goes forward."""
    months = start_s.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    turns = np.flatnonzero(months[1:] != months[:-1]) + 1
    # Rows out of order stay in their order, and so are cut by their number alone.
    ends = [*turns.tolist(), len(start_s)] if bool(np.all(months[1:] >= months[:-1])) else []
    cuts, low = list[tuple[int, int]](), 0
    for end in (*ends, len(start_s)):
        while end - low > MAX_ROWS:
            cuts.append((low, low + MAX_ROWS))
            low += MAX_ROWS
        if end - low >= MIN_ROWS or (end == len(start_s) and end > low):
            cuts.append((low, end))
            low = end
    return cuts


def encode(channel: Channel) -> bytes:
    """Return the payload of all rows of a channel, at most ``MAX_ROWS``."""
    body = b"".join(
        (
            _whole(channel.start_s),
            _whole(channel.end_s - channel.start_s),
            _whole(channel.line),
            _packed(channel.value.astype("<f8", copy=False).tobytes()),
            _whole(channel.flags.astype(np.int64)),
        )
    )
    size = struct.pack("<BI", VERSION, len(channel))
    return size + struct.pack("<I", zlib.crc32(body, zlib.crc32(size))) + body


def decode(payload: bytes, *, id: str, flow: Flow, measure: Measure) -> Channel:  # noqa: A002
    """Return the rows of a payload, as they were encoded.

    Raises
    ------
    StoreError
        ``database-block-damaged``: the bytes are not those that were written;
        ``database-block-newer``: a later version of the program wrote them.
    """
    if len(payload) < _HEAD.size:
        raise StoreError("database-block-damaged", channel=id)
    version, rows, crc = _HEAD.unpack_from(payload)
    body = memoryview(payload)[_HEAD.size :]
    if zlib.crc32(body, zlib.crc32(payload[: _HEAD.size - 4])) != crc or rows > MAX_ROWS:
        raise StoreError("database-block-damaged", channel=id)
    if version != VERSION:
        raise StoreError("database-block-newer", channel=id)
    try:
        return _read(_Columns(body=body, rows=rows, channel=id), id, flow, measure)
    except (zlib.error, struct.error, IndexError, ChannelError) as error:
        # Whoever can write the check sum can write columns that are none.
        raise StoreError("database-block-damaged", channel=id) from error


def _read(columns: "_Columns", id_: str, flow: Flow, measure: Measure) -> Channel:
    start = columns.whole()
    length = columns.whole()
    line = columns.whole()
    value = np.frombuffer(columns.packed(), dtype="<f8").astype(np.float64, copy=False)
    return Channel(
        id=id_,
        flow=flow,
        measure=measure,
        start_s=start,
        end_s=start + length,
        value=value,
        line=line,
        flags=cast(Flags, columns.whole().astype(np.uint8)),
    )


def sealed(payload: bytes, key: "DataKey | None") -> bytes:
    """Return a payload as it is kept: under the key of its home, if that has one."""
    return payload if key is None else key.seal(payload, context=CONTEXT)


def is_sealed(payload: bytes) -> bool:
    """Tell whether a payload lies under a key; homes kept without one have plain ones."""
    return payload[:1] != bytes([VERSION])


def unsealed(payload: bytes, key: "DataKey | None") -> bytes:
    """Return a payload that lies under a key; raises ``key-gone`` or ``seal-broken``."""
    if key is None:
        raise StoreError("key-gone")
    return key.unseal(payload, context=CONTEXT)


def _whole(column: Ints) -> bytes:
    """Return whole numbers as first and step if they rise evenly, else packed differences."""
    # Differences may leave 64 bits; they wrap around, and so do the sums that undo them.
    steps = np.diff(column, prepend=np.int64(0))
    if len(column) == 0:
        return _EVEN.pack(EVEN, 0, 0)
    step = int(steps[1]) if len(steps) > 1 else 0
    if bool(np.all(steps[1:] == step)):
        return _EVEN.pack(EVEN, int(column[0]), step)
    return _packed(steps.astype("<i8", copy=False).tobytes())


def _packed(raw: bytes) -> bytes:
    packed = zlib.compress(raw, LEVEL)
    return _PACKED.pack(PACKED, len(packed)) + packed


@dataclass(slots=True, kw_only=True)
class _Columns:
    """Columns of a payload, taken one after another; the check sum has been found right."""

    body: memoryview
    rows: int
    channel: str

    def whole(self) -> NDArray[np.int64]:
        if self.body[0] == EVEN:
            _, first, step = _EVEN.unpack_from(self.body)
            self.body = self.body[_EVEN.size :]
            with np.errstate(over="ignore"):
                return np.int64(first) + np.int64(step) * np.arange(self.rows, dtype=np.int64)
        steps = np.frombuffer(self.packed(), dtype="<i8")
        return np.cumsum(steps, dtype=np.int64)

    def packed(self) -> bytearray:
        _, size = _PACKED.unpack_from(self.body)
        packed = self.body[_PACKED.size : _PACKED.size + size]
        self.body = self.body[_PACKED.size + size :]
        wanted = self.rows * 8
        # Bounded: a few bytes of zlib can stand for gigabytes.
        raw = zlib.decompressobj().decompress(packed, wanted + 1)
        if len(raw) != wanted:
            raise StoreError("database-block-damaged", channel=self.channel)
        return bytearray(raw)
