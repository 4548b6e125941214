"""Price sheets a person imported: rows of the user's data folder, written whole or not at all.

They have the form of the shipped tables, so one reader serves both. Tables are checked
by that reader before anything is written; each file is replaced at once; a lock keeps
two imports apart.
"""

import csv
import io
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.schedules import (
    COLUMNS,
    ENERGY,
    FIXED,
    NO,
    NON_RESIDENTIAL,
    SEGMENTS,
    YES,
    load_schedules,
    tariff_table,
)
from ahorraluz.catalog.sources import COLUMNS as SOURCE_COLUMNS
from ahorraluz.catalog.sources import TABLE as SOURCES_TABLE
from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import Row, read_optional_table, shipped_tables
from ahorraluz.core.history import Source
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.tariffs.figures import IGV
from ahorraluz.core.tariffs.schedule import Schedule

LOCK = "import.lock"
IMPORTED = "imported-"
"""How the id of an imported document begins."""
TARIFFS = "tariffs/"
CHARGES = (*FIXED, *ENERGY)


class UserFolderError(AhorraLuzError):
    """The user's data folder cannot be written now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """One price on file, as it was published."""

    start: date
    system: str
    option: str
    segment: str
    charge: str
    unit: str
    """PEN/month, PEN/kWh or PEN/30kWh."""
    value: Decimal
    igv_included: bool
    source: Source
    imported: bool = True
    """Whether it lies in the user's folder; else it came with the program."""

    @property
    def figure(self) -> tuple[str, str, str, str]:
        """System, option, segment and charge: what the price is of, whatever the day."""
        return self.system, self.option, self.segment, self.charge

    @property
    def list_key(self) -> tuple[date, str, str, bool]:
        """The price list it belongs to: day, system, option, and whether for homes."""
        return self.start, self.system, self.option, self.segment != NON_RESIDENTIAL

    @property
    def order(self) -> tuple[date, str, str, int, int]:
        """Place in a table and on a screen."""
        segment, charge = SEGMENTS.index(self.segment), CHARGES.index(self.charge)
        return self.start, self.system, self.option, segment, charge

    @property
    def before_igv(self) -> Decimal:
        """The price before IGV, not rounded. [as ``unit``]"""
        if not self.igv_included:
            return self.value
        return self.value / (1 + load_national().value(IGV, self.start))


def price_rows(distributor: str, *, user_folder: Path | None = None) -> tuple[PriceRow, ...]:
    """Return every price on file for ``distributor``, by day; the user's over the shipped one.

    Raises
    ------
    CatalogError
        What :func:`~ahorraluz.catalog.schedules.load_schedules` refuses.
    """
    load_schedules(distributor, user_folder=user_folder)
    rows = _rows(distributor, folder=None, sources=load_sources())
    if user_folder is not None:
        own = load_sources(user_folder=user_folder)
        rows |= _rows(distributor, folder=user_folder, sources=own)
    return tuple(sorted(rows.values(), key=lambda row: row.order))


def _rows(
    distributor: str, *, folder: Path | None, sources: Mapping[str, Source]
) -> dict[tuple[str, ...], PriceRow]:
    table = read_optional_table(tariff_table(distributor), columns=COLUMNS, folder=folder)
    rows = [_row(row, sources, imported=folder is not None) for row in table]
    return {(row.start.isoformat(), *row.figure): row for row in rows}


def _row(row: Row, sources: Mapping[str, Source], *, imported: bool) -> PriceRow:
    return PriceRow(
        start=row.date("start"),
        system=row.text("system"),
        option=row.text("option"),
        segment=row.one_of("segment", SEGMENTS),
        charge=row.one_of("charge", CHARGES),
        unit=row.text("unit"),
        value=row.decimal("value"),
        igv_included=row.one_of("igv_included", (YES, NO)) == YES,
        source=source_of(row, sources),
        imported=imported,
    )


def tariff_files(*, user_folder: Path | None = None) -> tuple[str, ...]:
    """Return the distributors that have price sheets on file, shipped or imported, in order."""
    names = {name for name in shipped_tables() if name.startswith(TARIFFS)}
    if user_folder is not None:
        names |= {f"{TARIFFS}{path.name}" for path in (user_folder / TARIFFS).glob("*.csv")}
    return tuple(sorted(name.removeprefix(TARIFFS).removesuffix(".csv") for name in names))


def systems_on_file(*, user_folder: Path | None = None) -> frozenset[tuple[str, str]]:
    """Return distributor and system of every price sheet on file."""
    return frozenset(
        (distributor, row.text("system"))
        for distributor in tariff_files(user_folder=user_folder)
        for folder in {None, user_folder}
        for row in read_optional_table(tariff_table(distributor), columns=COLUMNS, folder=folder)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTables:
    """The tables of a user's folder as they would be, checked and not yet written."""

    files: Mapping[str, bytes]
    """Content by path inside the folder; documents before the prices that name them."""
    schedules: tuple[Schedule, ...]
    """Every price list of the distributor with the new ones in."""


def add_rows(
    distributor: str, rows: Sequence[PriceRow], *, source: Source, user_folder: Path
) -> UserTables:
    """Return the user's tables with ``rows`` in; whole price lists replace their old rows.

    Nothing is written: :func:`write_tables` does that.

    Raises
    ------
    CatalogError
        ``sheet-incomplete``, ``sheet-first-block``, ``sheet-fixed-differ``, or a table
        in the folder that cannot be read.
    """
    lists = {row.list_key for row in rows}
    kept = [
        row
        for row in _rows(
            distributor, folder=user_folder, sources=load_sources(user_folder=user_folder)
        ).values()
        if row.list_key not in lists
    ]
    every = sorted((*kept, *rows), key=lambda row: row.order)
    files = {
        SOURCES_TABLE: _sources_table(distributor, every, source, user_folder=user_folder),
        tariff_table(distributor): _csv(COLUMNS, map(_cells, every)),
    }
    return UserTables(files=files, schedules=_check(distributor, files))


def _check(distributor: str, files: Mapping[str, bytes]) -> tuple[Schedule, ...]:
    """Return what the catalogue makes of the tables, read as it will read them later."""
    with tempfile.TemporaryDirectory(prefix="ahorraluz-") as name:
        folder = Path(name)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return load_schedules(distributor, user_folder=folder)


def _cells(row: PriceRow) -> list[str]:
    return [
        row.start.isoformat(),
        row.system,
        row.option,
        row.segment,
        row.charge,
        row.unit,
        format(row.value, "f"),
        YES if row.igv_included else NO,
        "in-force",
        row.source.id,
    ]


def _sources_table(
    distributor: str, rows: Iterable[PriceRow], source: Source, *, user_folder: Path
) -> bytes:
    """Return the user's documents with ``source``, without those no price rests on any more."""
    used = {row.source.id for row in rows}
    own = f"{IMPORTED}{distributor}-"
    kept = [
        [row.values[column] for column in SOURCE_COLUMNS]
        for row in read_optional_table(SOURCES_TABLE, columns=SOURCE_COLUMNS, folder=user_folder)
        if row.text("id") != source.id
        and (row.text("id") in used or not row.text("id").startswith(own))
    ]
    new = [
        source.id,
        source.title,
        source.issuer,
        source.url,
        source.published.isoformat() if source.published else "",
        source.consulted.isoformat(),
        source.grade.value,
    ]
    return _csv(SOURCE_COLUMNS, [*kept, new])


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


@contextmanager
def import_lock(user_folder: Path) -> Iterator[None]:
    """Hold the user's folder for one import; the system lets go of it even after a crash.

    Raises
    ------
    UserFolderError
        ``data-folder-busy``: another import is at work, or ``data-folder-not-written``.
    """
    try:
        user_folder.mkdir(parents=True, exist_ok=True)
        handle = (user_folder / LOCK).open("a+b")
    except OSError as error:
        raise _not_written(user_folder, error) from error
    with handle:
        try:
            _lock(handle.fileno())
        except OSError:
            raise UserFolderError("data-folder-busy", folder=str(user_folder)) from None
        yield


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:

    def _lock(descriptor: int) -> None:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write_tables(tables: UserTables, *, user_folder: Path) -> tuple[Path, ...]:
    """Write checked tables into the user's folder and return their paths.

    Every file is written beside its place, flushed to the disk and put there at once:
    a reader sees the old table or the new one. The documents come first, so that no
    moment has prices without theirs.

    Raises
    ------
    UserFolderError
        ``data-folder-not-written``: no rights, no room; the old tables stand.
    """
    written = []
    try:
        for name, content in tables.files.items():
            path = user_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, content)
            written.append(path)
    except OSError as error:
        raise _not_written(user_folder, error) from error
    return tuple(written)


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Make the new name itself last through a power cut, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _not_written(folder: Path, error: OSError) -> UserFolderError:
    reason = error.strerror or type(error).__name__
    return UserFolderError("data-folder-not-written", folder=str(folder), reason=reason)
