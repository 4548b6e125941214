"""A published price sheet into the user's data folder: read, compared, checked, kept.

Nothing is guessed and nothing is kept by half: what the sheet does not say for sure is
asked for, what looks wrong is refused or needs an explicit word, and a sheet that is
already on file changes nothing.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from ahorraluz.catalog.distributors import find_distributor, load_distributors, squeeze
from ahorraluz.catalog.places import load_systems, systems_of
from ahorraluz.catalog.schedules import tariff_table
from ahorraluz.catalog.tables import CatalogError
from ahorraluz.catalog.user_sheets import (
    IMPORTED,
    PriceRow,
    UserTables,
    add_rows,
    import_lock,
    price_rows,
    systems_on_file,
    write_tables,
)
from ahorraluz.core.history import Grade, Source
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.tariffs.schedule import Schedule
from ahorraluz.ingest.files import read_limited
from ahorraluz.ingest.price_sheets.choose import ChosenSheet, SheetChoices, choose
from ahorraluz.ingest.price_sheets.reading import parse_price_sheet
from ahorraluz.ingest.price_sheets.sheet import (
    MAX_BYTES,
    FoundSystem,
    PriceSheet,
    SheetKind,
    SheetNames,
)
from ahorraluz.ingest.price_sheets.words import clean, slug
from ahorraluz.services.sheet_checks import (
    PriceChange,
    changes_of,
    check_columns,
    check_fose,
    check_values,
    differing_lists,
    large_changes,
    unpriceable_options,
)
from ahorraluz.services.toolbox import Toolbox

EARLIEST = date(2000, 1, 1)
"""Older sheets are of another currency or law: a day before is a slip."""
LATEST = timedelta(days=62)
"""Sheets are published days ahead of their first day, not months."""
MAX_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """A file to take in, with what a person says of it; ``None``: the sheet must say it."""

    path: Path
    distributor: str | None = None
    system: str | None = None
    new_system: bool = False
    """Whether ``system`` may be one that is not on file."""
    valid_from: date | None = None
    igv_included: bool | None = None
    column: int | None = None
    options: tuple[str, ...] = ()
    accept_large_change: bool = False
    replace: bool = False
    """Whether other prices of the same day may give way."""
    dry_run: bool = False


class Outcome(StrEnum):
    """What an import did."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    """Everything was on file already: nothing was written."""
    DRY_RUN = "dry-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSheet:
    """A sheet as it was recognised, against what was known."""

    outcome: Outcome
    kind: SheetKind
    distributor: str
    distributor_name: str
    system: FoundSystem
    start: date
    changes: tuple[PriceChange, ...]
    ignored_options: tuple[str, ...]
    ignored_charges: tuple[str, ...]
    issues: tuple[Issue, ...]
    source: Source
    files: tuple[Path, ...]
    """What was written."""


def sheet_names(user_folder: Path) -> SheetNames:
    """Return the distributors and systems to look for in a sheet."""
    systems = {(system.distributor, system.id): system.name for system in load_systems().values()}
    for distributor, system in sorted(systems_on_file(user_folder=user_folder)):
        if distributor in load_distributors():
            systems.setdefault((distributor, system), system.replace("-", " ").title())
    return SheetNames(
        distributors={
            known.id: (known.name, *known.aliases) for known in load_distributors().values()
        },
        systems=systems,
    )


def import_sheet(request: ImportRequest, *, tools: Toolbox, as_of: date) -> ImportedSheet:
    """Read a price sheet, compare it with what is known, and keep it.

    Parameters
    ----------
    request
        The file, and what a person says of it.
    tools
        Where the user's folder is.
    as_of
        Today.

    Returns
    -------
    ImportedSheet
        Every price with the known one before it; the outcome says whether anything
        was written.

    Raises
    ------
    AhorraLuzError
        Whatever keeps the sheet out, each with its mend; nothing was written then.
    """
    folder = tools.user_folder
    names = sheet_names(folder)
    content = read_limited(request.path, limit=MAX_BYTES)
    sheet = parse_price_sheet(content, names=names)
    chosen = choose(sheet, _choices(request, sheet, names))
    _check_start(chosen.start, as_of)
    check_values(chosen)
    check_columns(chosen, exempt=load_distributors()[chosen.distributor].settings.igv_exempt)
    source = _source(request, sheet, chosen, content, as_of=as_of)
    # Whatever is refused is refused here, before the folder or its lock exist.
    rehearsed = _take_in(replace(request, dry_run=True), sheet, chosen, source, folder=folder)
    if request.dry_run:
        return rehearsed
    with import_lock(folder):
        return _take_in(request, sheet, chosen, source, folder=folder)


def _take_in(
    request: ImportRequest,
    sheet: PriceSheet,
    chosen: ChosenSheet,
    source: Source,
    *,
    folder: Path,
) -> ImportedSheet:
    """Compare the chosen list with the folder, check it as the catalogue will, and write it."""
    left_out = unpriceable_options(chosen)
    rows = _rows(chosen, source, without=left_out)
    known = price_rows(chosen.distributor, user_folder=folder)
    changes = changes_of(rows, known)
    lists = differing_lists(rows, known)
    tables: UserTables | None = None
    accepted: list[Issue] = []
    if lists:
        new = [row for row in rows if row.list_key in lists]
        tables = _checked(chosen, new, source, folder=folder)
        check_fose(_of_sheet(tables.schedules, chosen))
        accepted = large_changes(changes, accept=request.accept_large_change)
        accepted += _same_day(changes, replace=request.replace)
    outcome = Outcome.DRY_RUN if request.dry_run else Outcome.STORED
    files: tuple[Path, ...] = ()
    if tables is None:
        outcome = Outcome.UNCHANGED
    elif not request.dry_run:
        files = write_tables(tables, user_folder=folder)
    return ImportedSheet(
        outcome=outcome,
        kind=sheet.kind,
        distributor=chosen.distributor,
        distributor_name=load_distributors()[chosen.distributor].name,
        system=chosen.system,
        start=chosen.start,
        changes=changes,
        ignored_options=sheet.ignored_options,
        ignored_charges=sheet.ignored_charges,
        issues=(*_notes(request, sheet, chosen), *left_out.values(), *accepted),
        source=source,
        files=files,
    )


def _choices(request: ImportRequest, sheet: PriceSheet, names: SheetNames) -> SheetChoices:
    """Return what a person says of the sheet, in ids.

    Raises
    ------
    InvalidInputError
        ``distributor-unknown`` or ``sheet-system-not-on-file``.
    """
    distributor = find_distributor(request.distributor).id if request.distributor else None
    of_sheet = {price.distributor for price in sheet.prices if price.distributor}
    of_sheet = of_sheet or set(sheet.distributors)
    whose = distributor or (of_sheet.pop() if len(of_sheet) == 1 else None)
    system = None
    if request.system:
        system = _system(request.system, whose, sheet, names, new=request.new_system)
    return SheetChoices(
        distributor=distributor,
        system=system,
        start=request.valid_from,
        igv_included=request.igv_included,
        column=request.column,
        options=tuple(option.upper() for option in request.options),
    )


def _system(
    text: str, distributor: str | None, sheet: PriceSheet, names: SheetNames, *, new: bool
) -> FoundSystem:
    known = [
        FoundSystem(id=id_, name=name, distributor=of)
        for (of, id_), name in names.systems.items()
        if distributor in (None, of) and squeeze(text) in (squeeze(id_), squeeze(name))
    ]
    named = [s for s in sheet.systems if squeeze(text) in (squeeze(s.id), squeeze(s.name))]
    if known or named:
        return (known or named)[0]
    of_distributor = [name for (of, _), name in names.systems.items() if of == distributor]
    if not slug(text) or (of_distributor and not new):
        raise InvalidInputError(
            "sheet-system-not-on-file",
            field="system",
            value=text[:MAX_NAME],
            known=of_distributor or ["—"],
        )
    return FoundSystem(id=slug(text), name=clean(text)[:MAX_NAME])


def _check_start(start: date, as_of: date) -> None:
    if not EARLIEST <= start <= as_of + LATEST:
        raise InvalidInputError(
            "sheet-start-unlikely", field="valid-from", value=start, latest=as_of + LATEST
        )


def _rows(chosen: ChosenSheet, source: Source, *, without: Mapping[str, Issue]) -> list[PriceRow]:
    return [
        PriceRow(
            start=chosen.start,
            system=chosen.system.id,
            option=price.option,
            segment=price.segment,
            charge=price.charge,
            unit=price.unit,
            value=price.value,
            igv_included=price.igv_included,
            source=source,
        )
        for price in chosen.prices
        if price.option not in without
    ]


def _checked(
    chosen: ChosenSheet, rows: Sequence[PriceRow], source: Source, *, folder: Path
) -> UserTables:
    """Return the tables with the rows in; what the catalogue refuses names the way out."""
    try:
        return add_rows(chosen.distributor, rows, source=source, user_folder=folder)
    except CatalogError as error:
        options = list(dict.fromkeys(row.option for row in rows))
        refused = error.issue.parameters.get("option")
        others = [option for option in options if option != refused]
        if refused not in options or not others:
            raise
        hint = Issue(
            code="sheet-options-without",
            severity=Severity.ERROR,
            parameters={"option": str(refused), "others": others},
        )
        raise InvalidInputError.of([*error.issues, hint]) from error


def _of_sheet(schedules: Sequence[Schedule], chosen: ChosenSheet) -> list[Schedule]:
    return [s for s in schedules if s.start == chosen.start and s.system == chosen.system.id]


def _same_day(changes: Sequence[PriceChange], *, replace: bool) -> list[Issue]:
    """Refuse other prices for a day that has a sheet already, unless a person says so."""
    differing = [c for c in changes if c.known_start == c.row.start and c.differs]
    if not differing:
        return []
    first = differing[0]
    issue = Issue(
        code="sheet-replaces-known" if replace else "sheet-known-differs",
        severity=Severity.WARNING if replace else Severity.ERROR,
        parameters={
            "start": first.row.start,
            "count": len(differing),
            "option": first.row.option,
            "segment": first.row.segment,
            "charge": first.row.charge,
            "old": first.old,
            "new": first.new,
        },
    )
    if not replace:
        raise InvalidInputError.of([issue])
    return [issue]


def _notes(request: ImportRequest, sheet: PriceSheet, chosen: ChosenSheet) -> list[Issue]:
    """Return what a person should know of how the sheet was read."""
    notes = []
    known = {system.id for system in systems_of(chosen.distributor)}
    if chosen.system.id not in known and chosen.system.distributor is None:
        notes.append(
            Issue(
                code="sheet-system-new",
                severity=Severity.NOTE,
                parameters={"system": chosen.system.name, "value": chosen.system.id},
            )
        )
    if sheet.from_list and not request.system:
        notes.append(
            Issue(
                code="sheet-read-from-menu",
                parameters={"system": chosen.system.name, "start": chosen.start},
            )
        )
    mentioned = [system.name for system in sheet.systems if system.id != chosen.system.id]
    if request.system and mentioned and not any(c.system for c in sheet.columns):
        notes.append(
            Issue(
                code="sheet-mentions-other-system",
                parameters={"system": chosen.system.name, "found": mentioned},
            )
        )
    if sheet.unplaced:
        notes.append(
            Issue(
                code="sheet-prices-unplaced",
                severity=Severity.NOTE,
                parameters={"count": sheet.unplaced},
            )
        )
    return notes


def _source(
    request: ImportRequest,
    sheet: PriceSheet,
    chosen: ChosenSheet,
    content: bytes,
    *,
    as_of: date,
) -> Source:
    """Return the document of the sheet: what it is, from where, and how good."""
    digest = hashlib.sha256(content).hexdigest()[:12]
    name = load_distributors()[chosen.distributor].name
    file_name = clean(re.sub(r"[\x00-\x1f]", " ", request.path.name))[:MAX_NAME]
    grade = Grade.DISTRIBUTOR
    if sheet.official:
        grade = Grade.OFFICIAL
    elif sheet.kind is SheetKind.TABLE:
        grade = Grade.SECONDARY
    published = sheet.published
    return Source(
        id=f"{IMPORTED}{chosen.distributor}-{chosen.system.id}-{chosen.start}-{digest}",
        title=f"{name}, {chosen.system.name}, {chosen.start}: {file_name}",
        issuer="Osinergmin" if sheet.official else name,
        url=sheet.url,
        published=published if published and published <= as_of else None,
        consulted=as_of,
        grade=grade,
    )


def imported_table(distributor: str, *, tools: Toolbox) -> Path:
    """Return where the imported sheets of a distributor are kept."""
    return tools.user_folder / tariff_table(distributor)
