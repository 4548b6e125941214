"""Check the tables of homes and readings before anything is worked out from them.

Files are read part by part: a table of any size takes the memory of one part, 8 bytes a home,
and, past four million rows, 32 bytes a row of disk while it is checked.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.ingest.raw_tables import COUNT, RawFile, open_table
from ahorraluz.ingest.span_book import SpanBook, file_and_row, place_of
from ahorraluz.ingest.table_cells import number_of, with_values
from ahorraluz.ingest.table_rules import (
    HOME,
    TIMES,
    VALUE,
    Checker,
    Rule,
    Shape,
    home_rules,
    reading_rules,
    shape_of,
)
from ahorraluz.services.table_faults import Cell, column_missing, fault_of, unknown_column
from ahorraluz.services.table_names import names_of_columns

if TYPE_CHECKING:
    import pandas as pd

LISTED = 1_000
"""Faults that are named one by one; all are counted."""
NAMED_HOMES = 3

Progress = Callable[[str, int, int], None]
"""Told of each part: the table, its rows so far, its files."""


@dataclass(slots=True, kw_only=True)
class Checked:
    """What was found in both tables."""

    shape: Shape
    homes: int = 0
    """Rows of the table of homes."""
    readings: int = 0
    """Rows of readings."""
    files: int = 0
    issues: list[Issue] = field(default_factory=list)
    """Faults in the order of the rows, the first thousand, then what is worth knowing."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often each fault was found, by its code."""

    @property
    def sound(self) -> bool:
        """Whether everything can be worked with."""
        return not self.counts

    def add(self, issue: Issue) -> None:
        """Note a fault."""
        self.counts[issue.code] += 1
        if self.counts.total() <= LISTED:
            self.issues.append(issue)


def _nobody(_: str, __: int, ___: int) -> None:
    """Tell nobody."""


def validate_tables(
    homes: Path, readings: Path, *, as_of: date, progress: Progress = _nobody
) -> Checked:
    """Return everything that is wrong with a table of homes and with their readings.

    Parameters
    ----------
    homes, readings
        Files or folders, CSV, gzipped CSV or Parquet.
    as_of
        Last day that can have been measured.
    progress
        Told of each part.

    Raises
    ------
    RawTableError
        ``tables-missing``, ``tables-folder-empty``, ``tables-header``, ``tables-unreadable``.
    InvalidInputError
        ``tables-shape-unknown``: readings whose columns are none of the three shapes;
        ``tables-shapes-mixed``: files of different shapes in one folder.
    ExtraMissingError
        ``validate-extra-missing``.
    """
    home_files, reading_files = open_table(homes), open_table(readings)
    shape = _shape(reading_files)
    checked = Checked(shape=shape, files=len(home_files) + len(reading_files))
    work = _Work(checked, progress)
    known = work.homes(home_files)
    with_readings = work.readings(reading_files, shape, known, as_of)
    without = len(np.setdiff1d(known, with_readings))
    if without:
        parameters = {"count": without, "homes": checked.homes}
        checked.issues.append(Issue(code="tables-homes-without-readings", parameters=parameters))
    return checked


def _shape(files: Collection[RawFile]) -> Shape:
    found = {}
    for file in files:
        shape = shape_of(file.columns, packed=file.name.endswith(".parquet"))
        if shape is None:
            raise InvalidInputError(
                "tables-shape-unknown", file=file.name, columns=", ".join(file.columns)[:200]
            )
        found[shape] = file.name
    if len(found) > 1:
        raise InvalidInputError("tables-shapes-mixed", files=", ".join(found.values()))
    return next(iter(found))


class _Work:
    """One check of both tables."""

    def __init__(self, checked: Checked, progress: Progress) -> None:
        self._checked, self._progress = checked, progress

    def homes(self, files: tuple[RawFile, ...]) -> NDArray[np.uint64]:
        """Check the table of homes; return the number of each."""
        rules = home_rules(names_of_columns())
        self._columns(files, rules, strict=True)
        numbers = [np.empty(0, dtype=np.uint64)]
        with SpanBook() as book:
            for place, part in self._parts("homes", files, rules):
                numbers.append(number_of(part[HOME]))
                self._checked.homes += len(part)
                rows = place_of(place, part.index.to_numpy())
                book.add(
                    numbers[-1], np.zeros(len(part), np.int64), np.ones(len(part), np.int64), rows
                )
            for first, second in self._listed(book, files):
                self._checked.add(
                    Issue(
                        code="tables-home-twice",
                        severity=Severity.ERROR,
                        parameters={"first": first, "second": second},
                    )
                )
        return np.unique(np.concatenate(numbers))

    def readings(
        self,
        files: tuple[RawFile, ...],
        shape: Shape,
        known: NDArray[np.uint64],
        as_of: date,
    ) -> NDArray[np.uint64]:
        """Check readings; return the numbers of the homes that have any."""
        rules = reading_rules(shape, files[0].columns, as_of=as_of)
        self._columns(files, rules, strict=False)
        seen = np.empty(0, dtype=np.uint64)
        with SpanBook() as book:
            for place, part in self._parts("readings", files, rules):
                self._checked.readings += len(part)
                numbers = number_of(part[HOME])
                self._strangers(files[place], part, numbers, known)
                seen = np.union1d(seen, numbers)
                self._spans(book, place, files[place], part, numbers, shape)
            for first, second in self._listed(book, files):
                self._checked.add(
                    Issue(
                        code="tables-readings-clash",
                        severity=Severity.ERROR,
                        parameters={"first": first, "second": second},
                    )
                )
        return seen

    def _columns(
        self, files: tuple[RawFile, ...], rules: tuple[Rule, ...], *, strict: bool
    ) -> None:
        """Refuse files without a column that is needed; tell of one that is not known."""
        missing = [
            column_missing(file.name, rule.column, file.columns)
            for file in files
            for rule in rules
            if rule.needed and rule.column not in file.columns
        ]
        if missing:
            raise InvalidInputError.of(missing)
        names = [rule.name for rule in rules]
        strange = {column for file in files for column in file.columns} - set(names)
        for column in sorted(strange) if strict else ():
            self._checked.issues.append(unknown_column(column, names))

    def _parts(
        self, table: str, files: tuple[RawFile, ...], rules: tuple[Rule, ...]
    ) -> "Iterator[tuple[int, pd.DataFrame]]":
        """Yield the number of a file and each of its parts, of which the cells were checked."""
        checker, rows = Checker(rules), 0
        for place, file in enumerate(files):
            for raw in file.parts():
                part = with_values(raw, rules)
                for failure in checker.failures(part):
                    cell = Cell.of(file.name, failure.row, part, failure.rule.name)
                    self._checked.add(fault_of(failure, cell))
                rows += len(part)
                self._progress(table, rows, len(files))
                yield place, part
            self._broken(file)

    def _broken(self, file: RawFile) -> None:
        for broken in file.broken:
            self._checked.add(
                Issue(
                    code="tables-row-broken",
                    severity=Severity.ERROR,
                    parameters={
                        "file": file.name,
                        "row": broken.row,
                        "cells": broken.cells,
                        "columns": broken.columns,
                    },
                )
            )
        self._checked.counts["tables-row-broken"] += file.broken_rows - len(file.broken)
        if not self._checked.counts["tables-row-broken"]:
            del self._checked.counts["tables-row-broken"]

    def _strangers(
        self,
        file: RawFile,
        part: "pd.DataFrame",
        numbers: NDArray[np.uint64],
        known: NDArray[np.uint64],
    ) -> None:
        """Note each home that readings have and the table of homes has not, once a part."""
        strange = ~np.isin(numbers, known) & part[HOME].notna().to_numpy(dtype=bool)
        _, first = np.unique(numbers[strange], return_index=True)
        for row in part.index[np.flatnonzero(strange)[np.sort(first)]]:
            self._checked.add(
                Issue(
                    code="tables-home-unknown",
                    severity=Severity.ERROR,
                    parameters={"file": file.name, "row": int(row), "home": part[HOME][row]},
                )
            )

    def _spans(
        self,
        book: SpanBook,
        place: int,
        file: RawFile,
        part: "pd.DataFrame",
        numbers: NDArray[np.uint64],
        shape: Shape,
    ) -> None:
        starts, ends = _ends(part, shape)
        # Of lists, an empty one ends where it begins: that is told of the list already.
        for row in part.index[ends <= starts] if shape is Shape.BILLS else ():
            cell = Cell.of(file.name, int(row), part, "end")
            self._checked.add(
                Issue(
                    code="tables-end-not-after-start",
                    severity=Severity.ERROR,
                    parameters={**cell.parameters(), "start": str(part["start"][row])},
                )
            )
        good = ends > starts
        rows = place_of(place, part.index.to_numpy()[good])
        book.add(numbers[good], starts[good].astype(np.int64), ends[good].astype(np.int64), rows)

    def _listed(self, book: SpanBook, files: tuple[RawFile, ...]) -> Iterator[tuple[str, str]]:
        """Yield both rows of each clash, as a person finds them."""
        for pair in book.clashes():
            first, second = (f"{files[file].name}:{row}" for file, row in map(file_and_row, pair))
            yield first, second


def _ends(part: "pd.DataFrame", shape: Shape) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return start and end of each row, NaN where either cannot be read. [day, or s]"""
    name = next(name for name in (*TIMES, "start") if f"{name}{VALUE}" in part)
    starts = part[f"{name}{VALUE}"].to_numpy(dtype=np.float64)
    if shape is Shape.BILLS:
        ends = part[f"end{VALUE}"].to_numpy(dtype=np.float64)
    elif shape is Shape.PACKED:
        step = part[f"step_s{VALUE}"].to_numpy(dtype=np.float64)
        ends = starts + step * part[f"kwh{COUNT}"].to_numpy(dtype=np.float64)
    else:
        # How long an interval is, no row says: two of one home begin at different times.
        ends = starts + 1
    return starts, np.where(np.isnan(starts), np.nan, ends)
