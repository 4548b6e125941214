"""Tables of very many homes, read batch by batch: the homes, and their recibos or readings.

Parquet, CSV or gzipped CSV, a file or a folder of them. Batches come in one form whatever the
file: texts of homes as texts, days as days, moments as seconds. A cell that is not what its
column says never stops the reading: it is kept as text in ``BROKEN``, for whoever asks why.
"""

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.fleet_cells import (
    BILLS,
    HOMES,
    ID,
    PACKED,
    STAMPS,
    TIDY,
    Clock,
    bills_of,
    clocks_of,
    homes_of,
    packed_of,
    tidy_of,
)
from ahorraluz.ingest.table_files import bare, files_in, header_of, is_parquet, is_utf8, text_stream

CSV_BLOCK = 8 * 1024 * 1024
"""Text read at once. [byte]"""
ROWS_AT_ONCE = 262_144
PACKED_AT_ONCE = 1_024
"""Rows of a batch; a packed row may be a year of minutes."""
MAX_SHOWN = 60
NOT_UTF8 = "invalid UTF8"
"""What pyarrow says of a cell in another encoding."""


class FleetTableError(AhorraLuzError):
    """A table of homes or of readings that cannot be used at all."""


class Shape(StrEnum):
    """What the rows of a table are."""

    HOMES = "homes"
    BILLS = "bills"
    TIDY = "tidy"
    """Readings, a row each."""
    PACKED = "packed"
    """Readings, a row for a stretch of them."""


SCHEMAS = {
    Shape.HOMES: HOMES,
    Shape.BILLS: BILLS,
    Shape.TIDY: TIDY,
    Shape.PACKED: PACKED,
}
NEEDED = {
    Shape.HOMES: ((ID,), ("distributor",)),
    Shape.BILLS: ((ID,), ("start",), ("end",), ("kwh",)),
    Shape.TIDY: ((ID,), STAMPS, ("kwh", "load_kwh")),
    Shape.PACKED: ((ID,), ("start",), ("step_s",), ("kwh",)),
}
"""Columns of each shape; of alternatives one."""


@dataclass(slots=True, eq=False)
class FleetTable:
    """A table that can be read batch by batch, any number of times."""

    path: Path
    files: tuple[Path, ...]
    shape: Shape
    columns: tuple[str, ...]
    """As the first file calls them, bare."""
    clock: Clock | None = None
    """Which clock the stamps of tidy readings are of; ``None``: there are none."""
    broken_rows: int = 0
    """Rows of a CSV with another number of columns, left aside while reading."""

    @property
    def schema(self) -> pa.Schema:
        """The columns of every batch."""
        return SCHEMAS[self.shape]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows.

        Raises
        ------
        FleetTableError
            ``fleet-table-unreadable``, ``fleet-not-utf8``.
        """
        self.broken_rows = 0
        for file in self.files:
            with _readable(file):
                for batch in self._raw(file, _wanted(self.shape)):
                    if batch.num_rows:
                        yield self._normal(batch)

    def read_clock(self) -> None:
        """Find out which clock the stamps of tidy readings are of, in all files.

        Raises
        ------
        FleetTableError
            ``fleet-clock-mixed``; what :meth:`batches` refuses.
        """
        found: dict[bool, Clock] = {}
        for file in self.files:
            with _readable(file):
                for column in self._stamps(file):
                    for clock in clocks_of(column):
                        found.setdefault(clock.is_local, clock)
                    if len(found) > 1:
                        raise FleetTableError(
                            "fleet-clock-mixed",
                            file=file.name,
                            offset=found[False].stamp,
                            bare=found[True].stamp,
                        )
                    if found and pa.types.is_temporal(column.type):
                        # The type speaks for every row of the file.
                        break
        self.clock = next(iter(found.values()), None)
        self.broken_rows = 0

    def _stamps(self, file: Path) -> Iterator[Any]:
        """Yield the column of the moments of one file, a batch at once."""
        there = _columns(file)
        name = next(name for name in STAMPS if name in there)
        for batch in self._raw(file, {name}):
            yield batch.column(0)

    def _raw(self, file: Path, wanted: set[str]) -> Iterator[pa.RecordBatch]:
        if is_parquet(file):
            opened = pq.ParquetFile(file)
            columns = [name for name in opened.schema_arrow.names if bare(name) in wanted]
            rows = PACKED_AT_ONCE if self.shape is Shape.PACKED else ROWS_AT_ONCE
            yield from opened.iter_batches(batch_size=rows, columns=columns)
            return
        with text_stream(file) as stream:
            yield from _csv_batches(stream, file, wanted, self._leave_aside)

    def _leave_aside(self, _: object) -> str:
        self.broken_rows += 1
        return "skip"

    def _normal(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        batch = batch.rename_columns([bare(name) for name in batch.schema.names])
        match self.shape:
            case Shape.HOMES:
                return homes_of(batch)
            case Shape.BILLS:
                return bills_of(batch)
            case Shape.PACKED:
                return packed_of(batch)
            case _:
                return tidy_of(batch)

    def digest(self) -> str:
        """Return the hash of the content of every file, in order."""
        whole = hashlib.sha256()
        for file in self.files:
            with file.open("rb") as opened:
                whole.update(hashlib.file_digest(opened, "sha256").digest())
        return whole.hexdigest()


def open_homes(path: Path) -> FleetTable:
    """Return the table of homes; raises what :func:`open_readings` raises."""
    files = _files(path)
    columns = _columns(files[0])
    _check_columns(Shape.HOMES, files)
    return FleetTable(path, files, Shape.HOMES, columns)


def open_readings(path: Path) -> FleetTable:
    """Return a table of readings, of the shape that its columns tell.

    Raises
    ------
    FleetTableError
        ``fleet-path-missing``, ``fleet-folder-empty``, ``fleet-table-unreadable``,
        ``fleet-not-utf8``, ``fleet-columns-missing``, ``fleet-column-twice``,
        ``fleet-clock-mixed``: some stamps have an offset and some have none,
        ``fleet-packed-text``: packed readings are Parquet only.
    """
    files = _files(path)
    columns = _columns(files[0])
    if "step_s" in columns:
        shape = Shape.PACKED
    elif "end" in columns or "start" in columns:
        shape = Shape.BILLS
    else:
        shape = Shape.TIDY
    _check_columns(shape, files)
    if shape is Shape.PACKED and not is_parquet(files[0]):
        raise FleetTableError("fleet-packed-text", file=files[0].name)
    table = FleetTable(path, files, shape, columns)
    if shape is Shape.TIDY:
        table.read_clock()
    return table


def _files(path: Path) -> tuple[Path, ...]:
    try:
        if path.is_dir():
            found = files_in(path)
            if not found:
                raise FleetTableError("fleet-folder-empty", folder=str(path))
            return found
        if not path.is_file():
            raise FleetTableError("fleet-path-missing", path=str(path))
    except OSError as error:
        raise FleetTableError("fleet-path-missing", path=str(path)) from error
    return (path,)


def _columns(file: Path) -> tuple[str, ...]:
    with _readable(file):
        names = pq.ParquetFile(file).schema_arrow.names if is_parquet(file) else header_of(file)[0]
    return tuple(bare(name) for name in names)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Say in words of ours why a file cannot be read."""
    try:
        yield
    except (pa.ArrowException, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError) or NOT_UTF8 in str(error):
            raise FleetTableError("fleet-not-utf8", file=file.name) from error
        raise FleetTableError(
            "fleet-table-unreadable", file=file.name, reason=str(error)[:MAX_SHOWN]
        ) from error


def _wanted(shape: Shape) -> set[str]:
    return {name for names in NEEDED[shape] for name in names} | set(SCHEMAS[shape].names)


def _csv_batches(
    stream: Any,  # noqa: ANN401 - pyarrow has no types
    file: Path,
    wanted: set[str],
    leave_aside: Any,  # noqa: ANN401 - pyarrow has no types
) -> Iterator[pa.RecordBatch]:
    names, delimiter = header_of(file)
    keep = [name for name in names if bare(name) in wanted]
    reader = pc_csv.open_csv(
        stream,
        read_options=pc_csv.ReadOptions(column_names=names, skip_rows=1, block_size=CSV_BLOCK),
        parse_options=pc_csv.ParseOptions(delimiter=delimiter, invalid_row_handler=leave_aside),
        convert_options=pc_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=keep,
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
    yield from reader


def _check_columns(shape: Shape, files: tuple[Path, ...]) -> None:
    for file in files:
        columns = _columns(file)
        if not is_utf8(file):
            raise FleetTableError("fleet-not-utf8", file=file.name)
        missing = [names[0] for names in NEEDED[shape] if not set(names) & set(columns)]
        if missing:
            shown = ", ".join(name[:30] for name in columns[:12])
            raise FleetTableError(
                "fleet-columns-missing", file=file.name, missing=", ".join(missing), columns=shown
            )
        twice = [name for name in columns if name in _wanted(shape) and columns.count(name) > 1]
        if twice:
            raise FleetTableError("fleet-column-twice", file=file.name, column=twice[0])
