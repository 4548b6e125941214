"""Tables of any size, part by part and as they were written, so that every cell can be named.

A table is a file or a folder of them, CSV, gzipped CSV or Parquet. Cells of a CSV stay text:
what cannot be read must not look like what was left empty. Lists of readings are never opened
as Python lists: their length, their least and their greatest value stand for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.table_files import (
    ENDS,
    bare,
    files_in,
    header_of,
    is_parquet,
    is_utf8,
    text_stream,
)

if TYPE_CHECKING:
    import pandas as pd

BLOCK_BYTES = 8 * 1024 * 1024
"""What is read of a CSV at a time. [byte]"""
PART_ROWS, LIST_ROWS = 100_000, 256
"""Rows of a Parquet file at a time; where a row holds a year of hours, as many as fit."""
LEAST, MOST, COUNT = " least", " most", " count"
"""Columns that stand for a column of lists: its name, with this behind it."""
BROKEN_LISTED = 1_000


class RawTableError(AhorraLuzError):
    """What is no table, or cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRow:
    """A row with too few or too many cells."""

    row: int
    cells: int
    columns: int


@dataclass(slots=True, kw_only=True)
class RawFile:
    """One file of a table."""

    path: Path
    columns: tuple[str, ...]
    """In small letters, as they stand."""
    broken: list[BrokenRow] = field(default_factory=list)
    """Rows left aside so far, the first thousand."""
    broken_rows: int = 0

    @property
    def name(self) -> str:
        """Name without its folder."""
        return self.path.name

    def parts(self) -> "Iterator[pd.DataFrame]":
        """Yield its rows, numbered from 1 without the header.

        Raises
        ------
        RawTableError
            ``tables-unreadable``: from some place on it is not what it begins as.
        """
        pa = import_module("pyarrow")
        try:
            yield from self._parquet() if is_parquet(self.path) else self._csv()
        except (pa.ArrowException, OSError, EOFError, ValueError, KeyError) as error:
            raise RawTableError("tables-unreadable", file=self.name) from error

    def _parquet(self) -> "Iterator[pd.DataFrame]":
        parquet, types = import_module("pyarrow.parquet"), import_module("pyarrow").types
        with parquet.ParquetFile(self.path, pre_buffer=False) as file:
            lists = any(_is_list(column.type, types) for column in file.schema_arrow)
            first = 1
            for batch in file.iter_batches(batch_size=LIST_ROWS if lists else PART_ROWS):
                yield _frame(batch, self.columns, np.arange(first, first + batch.num_rows))
                first += batch.num_rows

    def _csv(self) -> "Iterator[pd.DataFrame]":
        csv, pa = import_module("pyarrow.csv"), import_module("pyarrow")
        skipped: list[int] = []
        first = 1
        with text_stream(self.path) as stream:
            reader = csv.open_csv(
                stream,
                read_options=csv.ReadOptions(
                    column_names=list(self.columns),
                    skip_rows=1,
                    block_size=BLOCK_BYTES,
                    use_threads=False,
                ),
                parse_options=csv.ParseOptions(
                    delimiter=header_of(self.path)[1],
                    invalid_row_handler=lambda row: self._leave_aside(row, skipped),
                ),
                convert_options=csv.ConvertOptions(
                    column_types=dict.fromkeys(self.columns, pa.string()),
                    null_values=["", "NaN", "nan"],
                    strings_can_be_null=True,
                ),
            )
            for batch in reader:
                numbers = np.setdiff1d(
                    np.arange(first, first + batch.num_rows + len(skipped)),
                    np.array(skipped, dtype=np.int64),
                )[: batch.num_rows]
                yield _frame(batch, self.columns, numbers)
                first = int(numbers[-1]) + 1 if batch.num_rows else first
                skipped[:] = [row for row in skipped if row >= first]

    def _leave_aside(self, row: Any, skipped: list[int]) -> str:  # noqa: ANN401 - of pyarrow
        # Its numbers count the header too.
        number = row.number - 1
        skipped.append(number)
        self.broken_rows += 1
        if len(self.broken) < BROKEN_LISTED:
            found = BrokenRow(row=number, cells=row.actual_columns, columns=row.expected_columns)
            self.broken.append(found)
        return "skip"


def open_table(path: Path) -> tuple[RawFile, ...]:
    """Return the files of a table with their columns, in the order of their names.

    Parameters
    ----------
    path
        A file, or a folder whose files, also those of folders in it, are one table.

    Raises
    ------
    RawTableError
        ``tables-missing``; ``tables-folder-empty``: no file of the kinds that are read;
        ``tables-unreadable``; ``tables-not-utf8``.
    """
    if path.is_dir():
        found = files_in(path)
        if not found:
            raise RawTableError("tables-folder-empty", file=path.name, ends=", ".join(ENDS))
    elif path.exists():
        found = (path,)
    else:
        raise RawTableError("tables-missing", file=str(path))
    return tuple(RawFile(path=file, columns=_columns(file)) for file in found)


def _columns(path: Path) -> tuple[str, ...]:
    pa = import_module("pyarrow")
    try:
        if is_parquet(path):
            names = list(import_module("pyarrow.parquet").read_schema(path).names)
        else:
            names = header_of(path)[0]
        text = is_utf8(path)
    except UnicodeDecodeError as error:
        raise RawTableError("tables-not-utf8", file=path.name) from error
    except (pa.ArrowException, OSError, EOFError, ValueError) as error:
        raise RawTableError("tables-unreadable", file=path.name) from error
    if not text:
        raise RawTableError("tables-not-utf8", file=path.name)
    columns = tuple(map(bare, names))
    if not all(columns) or len(set(columns)) < len(columns):
        raise RawTableError("tables-header", file=path.name, columns=", ".join(columns)[:200])
    return columns


def _is_list(kind: Any, types: Any) -> bool:  # noqa: ANN401 - pyarrow has no types
    return bool(types.is_list(kind) or types.is_large_list(kind))


def _frame(
    batch: Any,  # noqa: ANN401 - pyarrow has no types
    names: tuple[str, ...],
    rows: np.ndarray,
) -> "pd.DataFrame":
    import pandas as pd

    types = import_module("pyarrow").types
    columns: dict[str, Any] = {}
    for name, column in zip(names, batch.columns, strict=True):
        if _is_list(column.type, types):
            columns |= {f"{name}{end}": found for end, found in _summed_up(column).items()}
        else:
            columns[name] = column.to_pandas().to_numpy()
    return pd.DataFrame(columns, index=pd.Index(rows, dtype=np.int64))


def _summed_up(column: Any) -> dict[str, np.ndarray]:  # noqa: ANN401 - pyarrow has no types
    """Return length, least and greatest known value of each list; none: NaN."""
    compute = import_module("pyarrow.compute")
    lengths = compute.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    values = column.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    starts = np.cumsum(lengths) - lengths
    filled = lengths > 0
    found = {COUNT: lengths.astype(np.float64)}
    for end, reduce in ((LEAST, np.fmin), (MOST, np.fmax)):
        ends = np.full(len(lengths), np.nan)
        if filled.any():
            ends[filled] = reduce.reduceat(values, starts[filled].astype(np.int64))
        found[end] = ends
    return found
