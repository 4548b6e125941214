"""Tidy tables of monthly bills: a row for each home and month."""

import csv
import gzip
import io
import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.consumption import MAX_KWH
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.cohorts import COHORT_COLUMN, DELIMITERS, cohorts_of
from ahorraluz.ingest.files import read_limited

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_TEXT_BYTES = 1024 * 1024 * 1024
"""Largest text taken, unpacked. [byte]"""
MAX_MONTHS = 600
"""Longest span of a table, fifty years: a longer one is a mistyped year. [month]"""
GZIP = b"\x1f\x8b"
MONTH_COLUMNS = ("period", "month", "date")
HOME_COLUMN = "household_id"
ENERGY_COLUMN = "kwh"
ONE_HOME = "home"
MONTH = re.compile(r"(\d{4})[-/]?(\d{2})(?:\D.*|\d{2})?")


class BillTableError(AhorraLuzError):
    """A table that is not one of monthly bills."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BillTable:
    """Monthly energy of several homes."""

    homes: tuple[str, ...]
    """Their ids, in order."""
    first: date
    """First day of the first month."""
    kwh: NDArray[np.float64]
    """Energy by home and calendar month, NaN where there is no bill, shape (homes, m). [kWh]"""
    broken_rows: int
    """Rows left aside: without a month, a home or an energy."""
    negative_rows: int
    """Rows left aside since they give more than they take."""
    large_rows: int = 0
    """Rows left aside since no supply of a home carries that much."""
    repeated_rows: int = 0
    """Rows left aside since the home, the month and the energy came before."""
    added_rows: int = 0
    """Further rows of a month, with another energy: they add up."""
    cohorts: Mapping[str, str] = field(default_factory=dict)
    """Group of each home, empty without a column ``cohort``."""


def read_bills(path: Path) -> BillTable:
    """Return the bills of a tidy table.

    Parameters
    ----------
    path
        CSV or gzipped CSV with the columns ``household_id``, ``period`` (or ``month`` or
        ``date``; its first seven characters are the month) and ``kwh``, others beside them;
        commas, semicolons or tabs part them, and a comma may be the decimal point. Without
        ``household_id`` it is one home; a column ``cohort`` is the group of the home. Several
        rows of a month add up, unless they are alike: then they are one row written twice.

    Raises
    ------
    FileReadError
        The file cannot be read.
    BillTableError
        ``bill-table-unreadable``, ``bill-table-columns``, ``bill-table-span`` and
        ``bill-table-empty``; ``bill-rows-too-large`` where all rows are.
    CohortError
        ``cohort-twice``, ``cohorts-too-many``.
    """
    text = _text(path)
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(DELIMITERS, key=head.count))
    rows = _Rows()
    try:
        names = {(name or "").strip().casefold(): name for name in reader.fieldnames or ()}
        month = next((names[name] for name in MONTH_COLUMNS if name in names), None)
        if month is None or ENERGY_COLUMN not in names:
            shown = ", ".join(str(name)[:30] for name in list(names.values())[:8])
            raise BillTableError("bill-table-columns", file=path.name, columns=shown)
        for row in reader:
            home = (row.get(names[HOME_COLUMN]) or "") if HOME_COLUMN in names else ONE_HOME
            rows.take(home.strip(), row[month] or "", row[names[ENERGY_COLUMN]] or "")
            if COHORT_COLUMN in names:
                rows.cohorts.add((home.strip(), (row[names[COHORT_COLUMN]] or "").strip()))
    except csv.Error as error:
        raise BillTableError("bill-table-unreadable", file=path.name) from error
    return _table(rows, name=path.name)


@dataclass(slots=True)
class _Rows:
    """Rows as they come, and what was odd about them."""

    energies: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    """Different energies of each home and month. [kWh]"""
    cohorts: set[tuple[str, str]] = field(default_factory=set)
    broken: int = 0
    negative: int = 0
    large: int = 0
    repeated: int = 0

    def take(self, home: str, month: str, energy: str) -> None:
        number, kwh = _month(month), _number(energy)
        if number is None or kwh is None or not home:
            self.broken += 1
        elif kwh < 0:
            self.negative += 1
        elif kwh > MAX_KWH:
            self.large += 1
        else:
            known = self.energies.setdefault((home, number), [])
            if kwh in known:
                self.repeated += 1
            else:
                known.append(kwh)


def _text(path: Path) -> str:
    data = read_limited(path, limit=MAX_FILE_BYTES)
    if data.startswith(GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(MAX_TEXT_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise BillTableError("bill-table-unreadable", file=path.name) from error
    if len(data) > MAX_TEXT_BYTES:
        raise BillTableError("bill-table-unreadable", file=path.name)
    return data.decode("utf-8-sig", errors="replace")


def _month(text: str) -> int | None:
    """Return a month as months since year 0, ``None`` where the text names none."""
    found = MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) == 0:
        return None
    return int(found[1]) * 12 + int(found[2]) - 1


def _number(text: str) -> float | None:
    """Return a number; a comma is the decimal point, or parts thousands before one."""
    bare = text.strip().replace(" ", "")
    if "," in bare:
        thousands, decimals = (",", ".") if bare.rfind(".") > bare.rfind(",") else (".", ",")
        bare = bare.replace(thousands, "").replace(decimals, ".")
    try:
        value = float(bare)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _table(rows: _Rows, *, name: str) -> BillTable:
    sums = {key: sum(values) for key, values in rows.energies.items()}
    if not sums and rows.large:
        raise BillTableError("bill-rows-too-large", count=rows.large, limit=MAX_KWH)
    if not sums:
        raise BillTableError("bill-table-empty", file=name)
    homes = sorted({home for home, _ in sums})
    first = min(number for _, number in sums)
    months = max(number for _, number in sums) - first + 1
    if months > MAX_MONTHS:
        raise BillTableError("bill-table-span", file=name, years=round(months / 12))
    place = {home: row for row, home in enumerate(homes)}
    kwh = np.full((len(homes), months), np.nan)
    for (home, number), value in sums.items():
        kwh[place[home], number - first] = value
    return BillTable(
        homes=tuple(homes),
        first=date(first // 12, first % 12 + 1, 1),
        kwh=kwh,
        broken_rows=rows.broken,
        negative_rows=rows.negative,
        large_rows=rows.large,
        repeated_rows=rows.repeated,
        added_rows=sum(len(values) - 1 for values in rows.energies.values()),
        cohorts=cohorts_of(sorted(rows.cohorts)),
    )
