"""Files of the data folder in a backup: imported sheets, what was learnt, and models."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.learning import shelf
from ahorraluz.learning.shelved import Published, ShelfError
from ahorraluz.services.backup.parts import BackupError
from ahorraluz.services.toolbox import TABLES
from ahorraluz.settings import Settings

FOLDERS = ("", "tariffs")
"""Folders of the data folder whose tables are copied."""
FILES, MODELS = "files", "models"
"""Where they lie in the part of the data."""


def copy_files(settings: Settings, into: Path) -> int:
    """Copy the tables of the data folder; return how many there are.

    Each is put into its place whole, so that it is read whole. The documents come first when
    sheets are imported, so they are copied last: no price is without its document.
    """
    count = 0
    for folder in reversed(FOLDERS):
        source = settings.data_dir / folder
        for path in sorted(source.iterdir()) if source.is_dir() else ():
            if path.suffix not in TABLES or not path.is_file() or path == settings.key_ring:
                continue
            target = into / FILES / folder / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            count += 1
    return count


def copy_models(settings: Settings, into: Path) -> tuple[Sequence[Mapping[str, Any]], list[Issue]]:
    """Copy the versions of models on the shelf; return which, and what was left out, and why.

    A champion that is not whole stops the backup: it would be missed after a restore.
    """
    place = settings.data_dir / shelf.FOLDER
    listed: list[Mapping[str, Any]] = []
    left: list[Issue] = []
    for home in sorted(place.iterdir()) if place.is_dir() else ():
        if not home.is_dir() or home.name.startswith("."):
            continue
        # The pointer first: what it points to is there, and stays there.
        served = shelf.champion(place, name=home.name)
        for version in shelf.versions(place, name=home.name):
            target = into / MODELS / home.name / str(version.number)
            try:
                for file in version.files:
                    path = target / file
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(version.read(file))
            except ShelfError as error:
                shutil.rmtree(target, ignore_errors=True)
                left.append(_left_out(version, error))
                continue
            listed.append(
                {
                    "name": version.name,
                    "number": version.number,
                    "version": version.version,
                    "champion": served is not None and served.number == version.number,
                }
            )
    return listed, left


def _left_out(version: Published, error: ShelfError) -> Issue:
    return Issue(
        code="backup-model-left-out",
        severity=Severity.WARNING,
        parameters={
            "model": version.name,
            "number": version.number,
            "reason": error.issue.code,
        },
    )


def refuse_taken_folder(
    settings: Settings, part: Path, models: Sequence[Mapping[str, Any]]
) -> None:
    """Refuse a data folder that holds a file or a model that would be brought back.

    Raises
    ------
    BackupError
        ``copy-place-taken``.
    """
    source = part / FILES
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        target = settings.data_dir / path.relative_to(source)
        if path.is_file() and target.exists():
            raise BackupError("copy-place-taken", place=str(target))
    shelved = settings.data_dir / shelf.FOLDER
    brings = bool(models) or (part / MODELS).is_dir()
    if brings and shelved.is_dir() and any(shelved.iterdir()):
        raise BackupError("copy-place-taken", place=str(shelved))


@contextmanager
def files_back(
    settings: Settings, part: Path, models: Sequence[Mapping[str, Any]]
) -> Iterator[None]:
    """Put files and models where there are none; take them away again if what follows fails."""
    made: list[Path] = []
    shelved = settings.data_dir / shelf.FOLDER
    try:
        source = part / FILES
        for path in sorted(source.rglob("*")) if source.is_dir() else ():
            target = settings.data_dir / path.relative_to(source)
            if path.is_file():
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                made.append(target)
                shutil.copyfile(path, target)
        for one in models:
            name, number = str(one["name"]), int(one["number"])
            folder = part / MODELS / name / str(number)
            shelf.put(folder, shelved, name=name, version=str(one["version"]), number=number)
        for one in models:
            if one["champion"]:
                shelf.point_to(shelved, name=str(one["name"]), number=int(one["number"]))
        yield
    except BaseException:
        for path in made:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        if models:
            shutil.rmtree(shelved, ignore_errors=True)
        raise
