"""Tables of homes as the watch reads them: hours of tidy or packed readings, months of recibos.

Rows are parted by a hash of the home on disk first, so that no table has to fit into memory.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ahorraluz.core.forecast.forecaster import Floats
from ahorraluz.core.forecast.hourly import hours_of_series
from ahorraluz.core.forecast.months import in_a_row, month_number, month_period
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue, Severity
from ahorraluz.ingest.bill_tables import MAX_MONTHS, BillTableError, read_bills
from ahorraluz.ingest.fleet_cells import BROKEN
from ahorraluz.ingest.fleet_tables import FleetTable, FleetTableError, Shape, open_readings
from ahorraluz.services.drift.grouping import Belongs
from ahorraluz.services.drift.scoring import Progress
from ahorraluz.services.fleet.intervals import homes_in, series_of, slices_of
from ahorraluz.services.fleet.progress import Silent
from ahorraluz.services.fleet.recibos import Recibo, recibos_of, uses_of
from ahorraluz.services.fleet.splitting import READINGS, Split, split

UTC_ZONE = "UTC"
Made = TypeVar("Made")
MOST_HOMES = 4_000
"""Homes that are looked at hour by hour: more say nothing new, and take 100 kB each."""
PART_BYTES = 4 * 1024 * 1024
"""What of a table, packed as it is, makes a part that is read at once. [byte]"""
MOST_PARTS = 1_024
LEAST_KNOWN = 0.5
"""Part of the homes without which a month is not read yet: meters are read on many days."""
NAMED = 3
"""Homes and reasons that are named of those put aside."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Months:
    """Energy of homes by calendar month."""

    homes: tuple[str, ...]
    first: date
    kwh: Floats
    """NaN without a recibo, shape (homes, months). [kWh]"""
    cohorts: Mapping[str, str] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Homes hour by hour."""

    homes: tuple[HomeHours, ...]
    issues: tuple[Issue, ...]


def is_of_bills(path: Path) -> bool:
    """Tell whether a table is one of bills; raises what :func:`open_readings` raises."""
    try:
        return open_readings(path).shape is Shape.BILLS
    except FleetTableError as error:
        if error.issue.code == "fleet-columns-missing" and _has_months(path):
            return True
        raise


def _has_months(path: Path) -> bool:
    """Tell whether a file is a row for each home and calendar month."""
    if not path.is_file():
        return False
    try:
        read_bills(path)
    except BillTableError as error:
        return error.issue.code not in ("bill-table-columns", "bill-table-unreadable")
    return True


def read_months(path: Path, *, known_by: date | None) -> Months:
    """Return the bills of a table, by calendar month.

    Parameters
    ----------
    path
        ``household_id, start, end, kwh``, a file or a folder; or ``household_id, period, kwh``.
    known_by
        Only what was over when this day began; ``None``: all.

    Raises
    ------
    InvalidInputError
        ``drift-not-bills``: the rows are readings; ``drift-no-home``: no home can be used.
    AhorraLuzError
        It cannot be read as either.
    """
    try:
        table = open_readings(path)
    except FleetTableError as error:
        if error.issue.code == "fleet-columns-missing" and path.is_file():
            return _calendar_months(path, known_by)
        raise
    if table.shape is not Shape.BILLS:
        raise InvalidInputError("drift-not-bills", file=path.name)
    aside = _Aside()
    energies: dict[str, Mapping[int, float]] = {}
    for rows in _parts(table, aside):
        for home, recibos in recibos_of(rows).items():
            with_of = aside.made(home, partial(_months_of, recibos, known_by))
            if with_of:
                energies[home] = with_of
    aside.check(path, found=len(energies))
    first, kwh = _by_month(path, energies)
    return Months(homes=tuple(sorted(energies)), first=first, kwh=kwh, issues=aside.issues())


def _calendar_months(path: Path, known_by: date | None) -> Months:
    bills = read_bills(path)
    kwh = bills.kwh
    if known_by is not None:
        over = month_number(known_by) - month_number(bills.first)
        kwh = kwh[:, : max(0, over)]
    return Months(homes=bills.homes, first=bills.first, kwh=kwh, cohorts=bills.cohorts)


def _months_of(recibos: list[Recibo], known_by: date | None) -> Mapping[int, float]:
    """Return what a home would have used in whole months, by their numbers. [kWh]"""
    uses = [use for use in uses_of(recibos) if known_by is None or use.period.end <= known_by]
    months = in_a_row((use.period, float(use.kwh)) for use in uses)
    found = {}
    for month in months:
        number = month_number(month.month)
        found[number] = month.kwh / (month.days or 1) * month_period(number).days
    return found


def _by_month(path: Path, energies: Mapping[str, Mapping[int, float]]) -> tuple[date, Floats]:
    first = min(min(months) for months in energies.values())
    count = max(max(months) for months in energies.values()) - first + 1
    if count > MAX_MONTHS:
        raise BillTableError("bill-table-span", file=path.name, years=round(count / 12))
    kwh = np.full((len(energies), count), np.nan)
    for row, home in enumerate(sorted(energies)):
        for number, energy in energies[home].items():
            kwh[row, number - first] = energy
    read = np.flatnonzero((~np.isnan(kwh)).mean(axis=0) >= LEAST_KNOWN)
    if len(read):
        kwh = kwh[:, : read[-1] + 1]
    return month_period(first).start, kwh


def read_hours(
    path: Path,
    *,
    zone: str | None,
    as_of: date,
    known: Mapping[str, Belongs],
    newest: int | None,
    progress: Progress,
) -> Hours:
    """Return the homes of a table of readings, hour by hour.

    Parameters
    ----------
    path
        Tidy or packed readings, a file or a folder.
    zone
        IANA zone of local days; ``None``: that of each home by the table of homes, else UTC.
    as_of
        Last local day that can have been measured.
    known
        What the table of homes says, by home.
    newest
        Newest days of each home that are kept; ``None``: all. [day]
    progress
        Told of each home.

    Raises
    ------
    InvalidInputError
        ``backtest-zone-unknown``, ``drift-bills-given``: the rows are bills;
        ``drift-no-home``: no home can be used.
    FleetTableError
        It cannot be read as such a table.
    """
    if zone is not None and not _is_zone(zone):
        raise InvalidInputError("backtest-zone-unknown", zone=zone[:60])
    table = open_readings(path)
    if table.shape is Shape.BILLS:
        raise InvalidInputError("drift-bills-given", file=path.name)
    aside, seen = _Aside(), 0
    homes: list[HomeHours] = []
    clock = _Clocks(zone, known)
    for rows in _parts(table, aside):
        if len(homes) >= MOST_HOMES:
            seen += len(homes_in(rows))
            continue
        local = table.clock is not None and table.clock.is_local
        for name, some in slices_of(aside.sound(rows), order=("start_s",)):
            seen += 1
            home = aside.made(name, partial(_hours_of, name, some, clock, local))
            cut = None if home is None else _cut(home, as_of, newest)
            if cut is not None:
                homes.append(cut)
                progress("homes", len(homes), max(len(homes), seen))
    aside.check(path, found=len(homes))
    notes = aside.issues()
    if len(homes) < seen and len(homes) >= MOST_HOMES:
        sampled = {"homes": len(homes), "count": seen}
        notes = (Issue(code="drift-homes-sampled", parameters=sampled), *notes)
    return Hours(homes=tuple(sorted(homes, key=lambda home: home.id)), issues=notes)


@dataclass(frozen=True, slots=True)
class _Clocks:
    """Which zone each home is in."""

    asked: str | None
    known: Mapping[str, Belongs]

    def of(self, home: str) -> str:
        said = self.asked or self.known.get(home, Belongs()).zone or UTC_ZONE
        if not _is_zone(said):
            raise InvalidInputError("backtest-zone-unknown", zone=said[:60])
        return said


def _hours_of(name: str, rows: pa.Table, clock: _Clocks, is_local: bool) -> HomeHours:
    zone = clock.of(name)
    starts_s, _, kwh = series_of(rows, zone=zone, is_local=is_local)
    return hours_of_series(name, starts_s, kwh, zone=zone)


def _cut(home: HomeHours, as_of: date, newest: int | None) -> HomeHours | None:
    """Return the days of a home that count; ``None``: none has been measured."""
    past = int((home.days <= np.datetime64(as_of, "D")).sum())
    if past == 0:
        return None
    chosen = slice(0 if newest is None else max(0, past - newest), past)
    # A slice would keep the years before it in memory.
    return HomeHours(id=home.id, days=home.days[chosen].copy(), kwh=home.kwh[chosen].copy())


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _parts(table: FleetTable, aside: "_Aside") -> Iterator[pa.Table]:
    """Yield the rows of a table, those of a home together."""
    size = sum(file.stat().st_size for file in table.files)
    parts = min(MOST_PARTS, 1 + size // PART_BYTES)
    with tempfile.TemporaryDirectory(prefix="ahorraluz-drift-") as folder:
        into = Split(folder=Path(folder), parts=parts)
        aside.rows += split(table, READINGS, into, progress=Silent())
        for part in range(parts):
            yield into.read(READINGS, part, table.schema)


class _Aside:
    """What is not looked at, and why."""

    def __init__(self) -> None:
        self.rows = 0
        self._homes: list[str] = []
        self._why: dict[str, Issue] = {}
        self._negative = 0

    def sound(self, rows: pa.Table) -> pa.Table:
        """Return rows with a time and what may be an energy; a broken cell is a missing reading."""
        kept = rows.filter(
            pc.and_(pc.is_null(rows.column(BROKEN)), pc.is_valid(rows.column("start_s")))
        )
        self.rows += rows.num_rows - kept.num_rows
        if not pa.types.is_list(kept.schema.field("kwh").type):
            self._negative += pc.sum(pc.less(kept.column("kwh"), 0)).as_py() or 0
        return kept

    def made(self, home: str, make: Callable[[], Made]) -> Made | None:
        """Return what is made of a home, or keep why it is put aside."""
        try:
            return make()
        except AhorraLuzError as error:
            self._homes.append(home)
            self._why.setdefault(error.issue.code, error.issue)
            return None

    def check(self, path: Path, *, found: int) -> None:
        """Raise ``drift-no-home`` where no home is left."""
        if not found:
            none = Issue(
                code="drift-no-home",
                severity=Severity.ERROR,
                parameters={"file": path.name, "homes": len(self._homes)},
            )
            raise InvalidInputError.of([none, *self.issues()])

    def issues(self) -> tuple[Issue, ...]:
        """Return what is told of rows and homes that were put aside."""
        notes = []
        if self._negative:
            notes.append(Issue(code="backtest-given-to-grid", parameters={"count": self._negative}))
        if self.rows:
            notes.append(Issue(code="drift-rows-aside", parameters={"count": self.rows}))
        if self._homes:
            some = ", ".join(home[:30] for home in sorted(self._homes)[:NAMED])
            notes.append(
                Issue(
                    code="drift-homes-aside",
                    parameters={"count": len(self._homes), "ids": some},
                )
            )
            why = [self._why[code] for code in sorted(self._why)[:NAMED]]
            notes += [replace(one, severity=Severity.WARNING) for one in why]
        return tuple(notes)
