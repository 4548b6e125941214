"""Parquet files to channels: any frame with a column or an index of times."""

import io
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.meter_files.content import Content, MeterFileError
from ahorraluz.ingest.meter_files.delimiters import HEAD_LINES, MAX_COLUMNS, Shape
from ahorraluz.ingest.meter_files.meaning import read_rows
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.strings import Strings
from ahorraluz.ingest.meter_files.table import Loaded, Table

MARK = b"PAR1"
MAX_ROWS = 20_000_000
"""Most rows taken: a minute each, for 38 years."""
MAX_BYTES = 256 * 1024 * 1024
"""Largest file taken: columns of equal values unpack to many times their size. [byte]"""
BATCH_ROWS = 131_072


def is_parquet(content: Content) -> bool:
    """Tell whether a content is a Parquet file."""
    return content.head.startswith(MARK) and content.size > 12


def parse_parquet(content: Content, options: ReadOptions) -> MeterFile:
    """Return what a Parquet file says.

    Parameters
    ----------
    content
        One frame; other than numbers, texts and times are left aside.
    options
        What a person says about it.

    Raises
    ------
    MeterFileError
        ``parquet-unreadable``, ``table-too-large``, or what ``tabular.parse_table`` raises.
    """
    pa = import_module("pyarrow")
    parquet = import_module("pyarrow.parquet")

    data = content.read(limit=MAX_BYTES)
    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        if file.metadata.num_rows > MAX_ROWS:
            raise MeterFileError(
                "table-too-large", file=content.name, rows=file.metadata.num_rows, limit=MAX_ROWS
            )
        table = _table(file, name=content.name)
        return read_rows(table, options, form="parquet")
    except (pa.ArrowException, OSError, ValueError, KeyError, NotImplementedError) as error:
        raise MeterFileError("parquet-unreadable", file=content.name) from error


def _table(file: Any, *, name: str) -> Table:  # noqa: ANN401 - pyarrow has no types
    """Return the frame as a table of texts."""
    fields = [field for field in file.schema_arrow if _is_plain(field.type)]
    if len(fields) > MAX_COLUMNS or not fields:
        raise MeterFileError(
            "table-too-many-columns", file=name, limit=MAX_COLUMNS, found=len(fields)
        )
    names = tuple(field.name for field in fields)
    first = next(file.iter_batches(batch_size=HEAD_LINES, columns=list(names)), None)
    columns = [_texts(first.column(place)) for place in range(len(names))] if first else []
    sample = tuple(list(cells) for cells in zip(*columns, strict=True))
    if not sample:
        raise MeterFileError("table-no-time-column", file=name, columns=list(names[:12]))
    shown = tuple(_shown(item) for item in names)
    shape = Shape(names=shown, has_header=True, above="", body=0, sample=sample)

    def load(places: Sequence[int]) -> Loaded:
        return _load(file, [names[place] for place in places])

    return Table(name=name, shape=shape, load=load)


def _shown(name: str) -> str:
    """Return the name of a column; the index of a frame that has none is its time."""
    return "time" if name.startswith("__index_level_") else name


def _is_plain(kind: Any) -> bool:  # noqa: ANN401 - pyarrow has no types
    pa = import_module("pyarrow")

    tests = (
        pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_string,
        pa.types.is_large_string, pa.types.is_timestamp, pa.types.is_date, pa.types.is_time,
        pa.types.is_dictionary, pa.types.is_boolean,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _load(file: Any, names: Sequence[str]) -> Loaded:  # noqa: ANN401 - pyarrow has no types
    pa = import_module("pyarrow")

    parts: list[list[Any]] = [[] for _ in names]
    for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(dict.fromkeys(names))):
        for place, name in enumerate(names):
            parts[place].append(_as_text(batch.column(name)))
    columns = tuple(Strings(pa.concat_arrays(part)) for part in parts)
    return Loaded(columns=columns, line=np.arange(len(columns[0]), dtype=np.int64) + 1)


def _texts(column: Any) -> list[str]:  # noqa: ANN401 - pyarrow has no types
    return list(_as_text(column).to_pylist())


def _as_text(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a column as text, the way a text file would hold it."""
    pa = import_module("pyarrow")
    pc = import_module("pyarrow.compute")

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        # Parts of a second are left away, as in every other format.
        seconds = pc.floor_temporal(column, unit="second")
        column = pc.cast(seconds, pa.timestamp("s", tz=column.type.tz), safe=False)
        if column.type.tz is not None:
            column = pc.cast(column, pa.timestamp("s", tz="UTC"))
    return pc.fill_null(pc.cast(column, pa.string()), "")
