"""Homes and their readings parted by a hash of the home, in bounded memory.

Every part gets a file of its homes and a file of their readings; rows are gathered until they
fill the memory that is given, and then added to the files of their parts. Which part a home is
in depends on its name and the number of parts alone: in any order of the rows, on any engine.
"""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.fleet_cells import ID
from ahorraluz.ingest.fleet_tables import FleetTable
from ahorraluz.services.fleet.progress import Progress

AT_ONCE = 192 * 1024 * 1024
"""Rows that are gathered before they are written. [byte]"""
HOMES, READINGS = "homes", "readings"
PACKING = pa.ipc.IpcWriteOptions(compression="lz4")


class FleetWriteError(AhorraLuzError):
    """A file of a run that cannot be written: the disk is full, or the folder is not ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Where the parts of a run lie."""

    folder: Path
    parts: int

    def file(self, kind: str, part: int) -> Path:
        """Return the file of one part: ``HOMES`` or ``READINGS``; it may not exist."""
        return self.folder / f"{kind}-{part:05d}.arrows"

    def read(self, kind: str, part: int, schema: pa.Schema) -> pa.Table:
        """Return the rows of one part."""
        path = self.file(kind, part)
        return pa.Table.from_batches(list(_stretches(path)), schema=schema)


def part_of(home: str, parts: int) -> int:
    """Return the part that a home is in.

    Examples
    --------
    >>> part_of("MAC000005", 8)
    3
    """
    return zlib.crc32(home.encode("utf-8")) % parts


def count_rows(table: FleetTable) -> int:
    """Return how many homes a table holds, without those that have no name."""
    return sum(batch.num_rows - batch.column(0).null_count for batch in table.batches())


def split(table: FleetTable, kind: str, into: Split, *, progress: Progress) -> int:
    """Write the rows of a table into the files of their parts; return the rows without a home.

    Raises
    ------
    FleetWriteError
        ``fleet-disk``.
    FleetTableError
        What reading the table refuses.
    """
    gathered = _Gathered(table.schema, kind, into)
    nameless = 0
    for batch in table.batches():
        if kind == READINGS:
            known = batch.column(0).is_valid()
            nameless += batch.num_rows - known.true_count
            batch = batch.filter(known)
        gathered.add(batch)
        progress.add(batch.num_rows)
    gathered.flush()
    return nameless + table.broken_rows


@dataclass(slots=True)
class _Gathered:
    """Rows that wait to be written."""

    schema: pa.Schema
    kind: str
    into: Split
    batches: list[pa.RecordBatch] = field(default_factory=list)
    bytes: int = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self.batches.append(batch)
        self.bytes += batch.nbytes
        if self.bytes >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if not self.batches:
            return
        table = pa.Table.from_batches(self.batches, schema=self.schema)
        self.batches, self.bytes = [], 0
        place = parts_of(table, self.into.parts)
        order = np.argsort(place, kind="stable")
        ends = np.cumsum(np.bincount(place, minlength=self.into.parts)).tolist()
        table = table.take(order).combine_chunks()
        start = 0
        for part, end in enumerate(ends):
            if end > start:
                self._write(part, table.slice(start, end - start))
            start = end

    def _write(self, part: int, rows: pa.Table) -> None:
        try:
            # Streams one behind the other in a file, so that no file has to stay open.
            with (
                self.into.file(self.kind, part).open("ab") as opened,
                pa.ipc.new_stream(opened, self.schema, options=PACKING) as stream,
            ):
                stream.write_table(rows)
        except OSError as error:
            raise FleetWriteError(
                "fleet-disk", folder=str(self.into.folder), reason=error.strerror or str(error)
            ) from error


def parts_of(table: pa.Table, parts: int) -> NDArray[np.int64]:
    """Return the part of each row, shape (n,); rows without a home are in the first."""
    coded = table.column(ID).combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    each = np.array([*(part_of(name, parts) for name in names), 0], dtype=np.int64)
    places = coded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
    return np.asarray(each[places])


def _stretches(path: Path) -> Iterator[pa.RecordBatch]:
    with suppress(FileNotFoundError), path.open("rb") as opened:
        size = path.stat().st_size
        while opened.tell() < size:
            with pa.ipc.open_stream(opened) as stream:
                yield from stream
