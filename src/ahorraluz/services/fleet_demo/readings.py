"""Readings of made-up homes, written in parts of so many homes."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ahorraluz.core.forecast.holidays import peru_free
from ahorraluz.core.usage.made_up import BLOCK, Country, MadeUpHomes, Texts, make_homes
from ahorraluz.core.usage.made_up_bills import make_bills
from ahorraluz.core.usage.made_up_faults import broken_bills, broken_hours, chance_of
from ahorraluz.core.usage.made_up_hours import HOUR_BLOCK, Calendar, make_hours, part_of
from ahorraluz.services.fleet_demo.tables import (
    BILLS_LAYOUT,
    HOURS_LAYOUT,
    household_ids,
    table_of_bills,
    table_of_hours,
)

BILL_BLOCKS = 16
"""Blocks of homes in a part of recibos."""
HOUR_BLOCKS = 8
"""Blocks of hours in a part."""
LIMA_BEHIND = np.timedelta64(5, "h")
"""Of UTC, all year."""


class Parts:
    """Files ``part-00000.parquet`` and on, each of so many tables."""

    def __init__(self, folder: Path, layout: pa.Schema, *, tables: int) -> None:
        """Begin with the first part."""
        folder.mkdir()
        self._folder, self._layout, self._tables = folder, layout, tables
        self._writer: pq.ParquetWriter | None = None
        self._written = 0

    def write(self, table: pa.Table) -> None:
        """Write a table as a row group of its own."""
        if self._written % self._tables == 0:
            self.close()
            number = self._written // self._tables
            self._writer = open_parquet(self._folder / f"part-{number:05}.parquet", self._layout)
        assert self._writer is not None  # noqa: S101  opened for the first table
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self._written += 1

    def close(self) -> None:
        """End the part that is open."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def open_parquet(path: Path, layout: pa.Schema) -> pq.ParquetWriter:
    """Return a writer of a table, small and quick to read."""
    return pq.ParquetWriter(path, layout, compression="zstd", compression_level=1)


class BillReadings:
    """Recibos of each month."""

    def __init__(
        self, folder: Path, country: Country, *, start: date, months: int, seed: int
    ) -> None:
        """Keep what to make."""
        self._parts = Parts(folder, BILLS_LAYOUT, tables=BILL_BLOCKS)
        self._country, self._seed, self._months = country, seed, months
        self._start = np.datetime64(start, "D")

    def write(self, homes: MadeUpHomes, faults: Texts) -> Iterator[tuple[int, int]]:
        """Write a block of homes; yield how many homes and readings are done more."""
        bills = make_bills(
            homes, self._country, start=self._start, months=self._months, seed=self._seed
        )
        rows = broken_bills(bills, faults, first=homes.first, seed=self._seed)
        self._parts.write(table_of_bills(homes.first, len(homes), rows))
        yield len(homes), len(rows["home"])

    def close(self) -> None:
        """End the last part."""
        self._parts.close()


class HourReadings:
    """A row of hours for each home."""

    def __init__(
        self, folder: Path, country: Country, *, start: date, months: int, seed: int
    ) -> None:
        """Keep what to make."""
        self._parts = Parts(folder, HOURS_LAYOUT, tables=HOUR_BLOCKS)
        self._country, self._seed = country, seed
        first = np.datetime64(start, "D")
        days = np.arange(first, np.datetime64(_months_later(start, months), "D"))
        self._calendar = Calendar(days=days, free=peru_free(days))
        self._start = first.astype("datetime64[h]") + LIMA_BEHIND

    def write(self, homes: MadeUpHomes, faults: Texts) -> Iterator[tuple[int, int]]:
        """Write a block of homes; yield how many homes and readings are done more."""
        whole = make_homes(self._country, first=homes.first, count=BLOCK, seed=self._seed)
        for at in range(0, len(homes), HOUR_BLOCK):
            few = part_of(whole, at, HOUR_BLOCK)
            kwh = make_hours(few, self._country, calendar=self._calendar, seed=self._seed)
            count = min(HOUR_BLOCK, len(homes) - at)
            ids = household_ids(few.first, count)
            rows = [
                (str(ids[home]), row)
                for home in range(count)
                for row in broken_hours(
                    kwh[home],
                    str(faults[at + home]),
                    chance=chance_of(few.first + home, seed=self._seed),
                )
            ]
            self._parts.write(table_of_hours(rows, start=self._start))
            yield count, sum(len(row.kwh) for _, row in rows)

    def close(self) -> None:
        """End the last part."""
        self._parts.close()


def _months_later(start: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
