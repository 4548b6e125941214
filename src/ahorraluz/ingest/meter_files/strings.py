"""Columns of text as Arrow keeps them: read in one go from delimited text, cut, counted, cast."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Floats, Ints

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

MAX_SPOILED = 1_000
"""Rows with a wrong number of cells that are kept as text; the rest is counted."""


class Strings:
    """One column of text, shape (n,); an empty cell is an empty text."""

    __slots__ = ("_array",)

    def __init__(self, array: Any) -> None:  # noqa: ANN401 - pyarrow has no types
        self._array = array

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Strings":
        """Return the column of some texts."""
        pa = import_module("pyarrow")

        return cls(pa.array(texts, type=pa.string()))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._array)

    def at(self, row: int) -> str:
        """Return the text of one row."""
        return str(self._array[row].as_py())

    def texts(self) -> list[str]:
        """Return all texts."""
        return list(self._array.to_pylist())

    def take(self, rows: Ints) -> "Strings":
        """Return some rows, by their places."""
        return Strings(self._array.take(_to_arrow(rows)))

    def coded(self) -> tuple[Ints, list[str]]:
        """Return the place of each row's text among the distinct texts, and those."""
        encoded = self._array.dictionary_encode()
        places = np.from_dlpack(encoded.indices).astype(np.int64)
        return places, list(encoded.dictionary.to_pylist())

    def followed_by(self, texts: Sequence[str]) -> "Strings":
        """Return the column with some texts at its end."""
        pa = import_module("pyarrow")

        return Strings(pa.concat_arrays([self._array, pa.array(texts, type=pa.string())]))

    def buffers(self) -> tuple[Bytes, Ints]:
        """Return the bytes of all rows one after the other, and where each starts, shape (n+1,)."""
        array = self._array
        _, places, data = array.buffers()
        starts = np.frombuffer(places, dtype=np.int32)[array.offset : array.offset + len(array) + 1]
        content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8)
        return content, starts.astype(np.int64)

    def trimmed(self, also: str = "") -> "Strings":
        """Return the texts without space, quotes and the characters of ``also`` at both ends."""
        pc = import_module("pyarrow.compute")

        return Strings(pc.utf8_trim(self._array, characters=' \t\u00a0\u202f"' + also))

    def replaced(self, old: str, new: str) -> "Strings":
        """Return the texts with one part replaced."""
        pc = import_module("pyarrow.compute")

        return Strings(pc.replace_substring(self._array, pattern=old, replacement=new))

    def matching(self, pattern: str) -> Bools:
        """Tell which rows match a regular expression (RE2)."""
        pc = import_module("pyarrow.compute")

        return _flags(pc.match_substring_regex(self._array, pattern=pattern))

    def holding(self, part: str) -> Bools:
        """Tell which rows hold a text."""
        pc = import_module("pyarrow.compute")

        return _flags(pc.match_substring(self._array, pattern=part))

    def split(self, separator: str) -> tuple["Strings", "Strings"]:
        """Return what stands before and after a separator; empty where it is not."""
        pa = import_module("pyarrow")
        pc = import_module("pyarrow.compute")

        parts = pc.split_pattern(self._array, pattern=separator, max_splits=1)
        two = pc.equal(pc.list_value_length(parts), 2)
        parts = pc.if_else(two, parts, pa.scalar(["", ""], type=parts.type))
        return Strings(pc.list_element(parts, 0)), Strings(pc.list_element(parts, 1))

    def without(self, texts: Sequence[str]) -> "Strings":
        """Return the column with nothing in the place of some texts."""
        pa = import_module("pyarrow")
        pc = import_module("pyarrow.compute")

        found = pc.is_in(self._array, value_set=pa.array(texts, type=pa.string()))
        return Strings(pc.if_else(found, pa.scalar("", type=pa.string()), self._array))

    def empty(self) -> Bools:
        """Tell which rows hold nothing."""
        return np.asarray(np.diff(self.buffers()[1]) == 0, dtype=np.bool_)

    def floats(self) -> Floats | None:
        """Return the numbers where every row that is not empty is a plain one, else ``None``."""
        pa = import_module("pyarrow")
        pc = import_module("pyarrow.compute")

        array = self._array
        if bool(self.empty().any()):
            array = pc.replace_with_mask(
                array, pa.array(self.empty()), pa.scalar(None, type=array.type)
            )
        try:
            numbers = pc.cast(array, pa.float64())
        except pa.ArrowInvalid:
            return None
        if numbers.null_count:
            numbers = pc.fill_null(numbers, math.nan)
        return np.array(np.from_dlpack(numbers), dtype=np.float64)


# Arrow loads pandas to look at whatever it is given as an array or asked for as one; for a
# command that reads one file that is a third of its time. Plain memory needs no looking at.


def _to_arrow(rows: Ints) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return whole numbers as Arrow keeps them."""
    pa = import_module("pyarrow")

    numbers = np.ascontiguousarray(rows, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def _flags(array: Any) -> Bools:  # noqa: ANN401 - pyarrow has no types
    """Return truths, one bit each, as numpy keeps them."""
    pa = import_module("pyarrow")
    pc = import_module("pyarrow.compute")

    return np.from_dlpack(pc.cast(array, pa.uint8())).astype(np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delimited:
    """What delimited text holds, before its meaning is known."""

    columns: tuple[Strings, ...]
    """The kept columns, in the order they were asked for."""
    place: Ints
    """Which line each row is among those that are not empty, from 0, shape (n,)."""
    spoiled: tuple[tuple[int, str], ...]
    """Lines with another number of cells, by their place, with their text."""
    spoiled_rows: int
    """How many of them there are."""


def parse_delimited(
    body: memoryview, *, delimiter: str, width: int, keep: Sequence[int], quoted: bool
) -> Delimited:
    """Return some columns of delimited text without a header, all as text.

    Raises
    ------
    pyarrow.ArrowInvalid
        The text cannot be cut, such as a quote that never ends.
    """
    pa = import_module("pyarrow")
    csv = import_module("pyarrow.csv")

    spoiled: list[tuple[int, str]] = []
    places: list[int] = []

    def put_aside(row: Any) -> str:  # noqa: ANN401 - pyarrow has no types
        places.append(row.number - 1)
        if len(spoiled) < MAX_SPOILED:
            spoiled.append((row.number - 1, row.text[:400]))
        return "skip"

    names = [f"c{place}" for place in range(width)]
    kept = [names[place] for place in keep]
    table = csv.read_csv(
        pa.BufferReader(pa.py_buffer(body)),
        read_options=csv.ReadOptions(
            use_threads=False, column_names=names, block_size=min(len(body) + 1, 1 << 24)
        ),
        parse_options=csv.ParseOptions(
            delimiter=delimiter,
            quote_char='"' if quoted else False,
            ignore_empty_lines=True,
            invalid_row_handler=put_aside,
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=list(dict.fromkeys(kept)),
            strings_can_be_null=False,
        ),
    )
    place = np.arange(table.num_rows + len(places), dtype=np.int64)
    if places:
        place = np.delete(place, places)
    columns = {name: Strings(_joined(table.column(name))) for name in dict.fromkeys(kept)}
    return Delimited(
        columns=tuple(columns[name] for name in kept),
        place=place,
        spoiled=tuple(spoiled),
        spoiled_rows=len(places),
    )


def _joined(chunked: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    joined = chunked.combine_chunks()
    # Older versions give a chunked array of one chunk back.
    return joined.chunk(0) if hasattr(joined, "chunk") and joined.num_chunks == 1 else joined
