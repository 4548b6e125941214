"""The facts on file as an administrator looks after them: what, since when, and from where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from ahorraluz.catalog.check import MAX_AGE_DAYS
from ahorraluz.catalog.evidence import load_measure_facts
from ahorraluz.catalog.national import load_national
from ahorraluz.core.advice.facts import MeasureEvidence
from ahorraluz.core.history import Dated
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.check_data import DataReport, report_on_data
from ahorraluz.services.import_tariffs import ImportedSheet, ImportRequest, Outcome, import_sheet
from ahorraluz.services.pending_files import drop_file, hold_file, pending_file
from ahorraluz.services.tariff_sheets import SheetOnFile, sheets_on_file
from ahorraluz.services.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What is on file."""

    figures: tuple[tuple[str, tuple[Dated[Decimal], ...]], ...]
    """National figures by name, each value with the day from which it holds."""
    measures: Mapping[str, MeasureEvidence]
    report: DataReport
    """What is wrong, and which documents are due to be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person says of a sheet, where it does not say so itself."""

    distributor: str = ""
    system: str = ""
    valid_from: date | None = None
    accept_large_change: bool = False
    replace: bool = False


def catalogue(*, as_of: datetime) -> Catalogue:
    """Return the figures and measures on file, with their history and their documents."""
    national = load_national().histories
    return Catalogue(
        figures=tuple((name, national[name].entries) for name in sorted(national)),
        measures=load_measure_facts(),
        report=report_on_data(as_of.date(), max_age_days=MAX_AGE_DAYS),
    )


def sheets(*, tools: Toolbox) -> Sequence[SheetOnFile]:
    """Return the price sheets on file, the newest first."""
    return sorted(sheets_on_file(tools=tools), key=lambda one: one.start, reverse=True)


def hold_sheet(content: bytes, *, name: str, actor: str, tools: Toolbox, as_of: datetime) -> str:
    """Keep a sheet until it is decided about; return its token; raises ``upload-not-kept``."""
    return hold_file(content, name=name, visitor=actor, tools=tools, as_of=as_of)


def preview_sheet(token: str, told: Told, *, tools: Toolbox, as_of: datetime) -> ImportedSheet:
    """Return a waiting sheet against what is on file; nothing is written.

    Raises
    ------
    PendingFileError
        ``upload-gone``.
    AhorraLuzError
        What :func:`ahorraluz.services.import_tariffs.import_sheet` refuses.
    """
    return _import(token, told, dry_run=True, tools=tools, as_of=as_of)


def keep_sheet(
    token: str, told: Told, *, actor: str, tools: Toolbox, as_of: datetime
) -> ImportedSheet:
    """Take a waiting sheet in; raises as :func:`preview_sheet`."""
    done = _import(token, told, dry_run=False, tools=tools, as_of=as_of)
    if done.outcome is Outcome.STORED:
        detail = f"{done.distributor} {done.system.id} {done.start}"
        note("sheet-imported", tools=tools, as_of=as_of, actor=actor, detail=detail)
    drop_file(token, tools=tools)
    return done


def drop_sheet(token: str, *, tools: Toolbox) -> None:
    """Delete a waiting sheet."""
    drop_file(token, tools=tools)


def _import(
    token: str, told: Told, *, dry_run: bool, tools: Toolbox, as_of: datetime
) -> ImportedSheet:
    held = pending_file(token, tools=tools, as_of=as_of)
    with TemporaryDirectory(prefix="ahorraluz-") as folder:
        path = Path(folder) / _safe(held.name)
        path.write_bytes(held.content)
        request = ImportRequest(
            path=path,
            distributor=told.distributor or None,
            system=told.system or None,
            valid_from=told.valid_from,
            accept_large_change=told.accept_large_change,
            replace=told.replace,
            dry_run=dry_run,
        )
        return import_sheet(request, tools=tools, as_of=as_of.date())


def _safe(name: str) -> str:
    """Return a name for a file of our own: letters of the one it was sent under."""
    kept = "".join(letter for letter in name if letter.isalnum() or letter in " ._-").strip(" .")
    return kept[:60] or "pliego"
