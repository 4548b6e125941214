"""Take in what a night works with: new price sheets, and a copy of the tables under its hashes.

Tables are copied whole into a folder of their own with a manifest, so that what was worked out
later can be traced to them; the same tables give the same folder, which is then left as it is.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue, Severity
from ahorraluz.ingest.raw_tables import open_table
from ahorraluz.services.import_tariffs import ImportRequest, Outcome, import_sheet
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.write_file import FileWriteError

SCHEMA = "ahorraluz.raw.1"
MANIFEST_FILE = "manifest.json"
SHEETS = (".pdf", ".xlsx", ".xls", ".csv", ".html", ".htm")
"""Ends of files that may be price sheets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetsTaken:
    """What came of a folder of price sheets."""

    stored: tuple[str, ...]
    unchanged: tuple[str, ...]
    """Sheets whose prices are on file already."""
    refused: tuple[Issue, ...]


def take_in_sheets(folder: Path, *, tools: Toolbox, as_of: date) -> SheetsTaken:
    """Import every price sheet of a folder; one that is refused does not stop the others.

    Raises
    ------
    InvalidInputError
        ``raw-folder-missing``.
    """
    if not folder.is_dir():
        raise InvalidInputError("raw-folder-missing", folder=str(folder))
    by_outcome: dict[Outcome, list[str]] = {outcome: [] for outcome in Outcome}
    refused: list[Issue] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() not in SHEETS or path.name.startswith("."):
            continue
        try:
            sheet = import_sheet(ImportRequest(path=path), tools=tools, as_of=as_of)
        except AhorraLuzError as error:
            refused.append(
                Issue(
                    code="raw-sheet-refused",
                    severity=Severity.ERROR,
                    parameters={"file": path.name},
                )
            )
            refused += error.issues
        else:
            by_outcome[sheet.outcome].append(path.name)
    return SheetsTaken(
        stored=tuple(by_outcome[Outcome.STORED]),
        unchanged=tuple(by_outcome[Outcome.UNCHANGED]),
        refused=tuple(refused),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesTaken:
    """Tables that lie in a folder of their own."""

    manifest: Mapping[str, Any]
    anew: bool
    """Whether anything was written: the same tables may be there already."""


def take_in_tables(tables: Mapping[str, Path], out: Path) -> TablesTaken:
    """Copy tables into ``out/<name>/``, with the hash of each file in ``out/manifest.json``.

    Parameters
    ----------
    tables
        Files or folders by the names of the tables, such as ``homes``.
    out
        Folder of the copies: replaced whole, or left as it is.

    Raises
    ------
    RawTableError
        ``tables-missing``, ``tables-folder-empty``, ``tables-header``, ``tables-unreadable``.
    InvalidInputError
        ``raw-name-twice``: two files of a table have one name; ``raw-out-foreign``: the folder
        holds something else.
    FileWriteError
        ``file-not-written``.
    """
    files = {f"{name}/{file.name}": file for name, path in tables.items() for file in _files(path)}
    if len(files) < sum(len(list(_files(path))) for path in tables.values()):
        raise InvalidInputError("raw-name-twice", folders=", ".join(map(str, tables.values())))
    if out.exists() and not (out / MANIFEST_FILE).is_file() and any(out.iterdir()):
        raise InvalidInputError("raw-out-foreign", folder=str(out))
    manifest = {
        "schema": SCHEMA,
        "files": {name: _sha256(file) for name, file in sorted(files.items())},
    }
    text = json.dumps(manifest, indent=1) + "\n"
    with suppress(OSError):
        if (out / MANIFEST_FILE).read_text("utf-8") == text and _is_whole(out, manifest["files"]):
            return TablesTaken(manifest=manifest, anew=False)
    try:
        _replace(out, files, text)
    except OSError:
        raise FileWriteError("file-not-written", file=str(out)) from None
    return TablesTaken(manifest=manifest, anew=True)


def holds_tables(folder: Path) -> bool:
    """Tell whether a folder is one that :func:`take_in_tables` has written."""
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("schema") == SCHEMA


def _files(path: Path) -> Iterator[Path]:
    for file in open_table(path):
        yield file.path


def _is_whole(out: Path, files: object) -> bool:
    assert isinstance(files, dict)  # noqa: S101 - of the manifest above
    return all((out / name).is_file() and _sha256(out / name) == h for name, h in files.items())


def _replace(out: Path, files: Mapping[str, Path], manifest: str) -> None:
    """Write the folder beside its place and rename it, so that half of it is never seen."""
    out.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        for name, file in files.items():
            (part / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(file, part / name)
        (part / MANIFEST_FILE).write_text(manifest, encoding="utf-8")
        part.chmod(0o755)
        if out.exists():
            old = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.old."))
            out.replace(old)
            part.replace(out)
            shutil.rmtree(old)
        else:
            part.replace(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
