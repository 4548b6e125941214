"""Folders of nights past their time, deleted: they hold copies of readings of homes."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.write_file import FileWriteError

NIGHT = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def tidy_nights(folder: Path, *, keep_days: int, as_of: date) -> tuple[str, ...]:
    """Delete the nights of more than ``keep_days`` before; return their names.

    Parameters
    ----------
    folder
        Folder of folders that are named by their day; others are left alone.
    keep_days
        Days whose nights stay, at least 1. [day]
    as_of
        The day.

    Raises
    ------
    InvalidInputError
        ``raw-folder-missing``.
    FileWriteError
        ``file-not-written``: one of them cannot be deleted.
    """
    if not folder.is_dir():
        raise InvalidInputError("raw-folder-missing", folder=str(folder))
    first = as_of - timedelta(days=keep_days)
    over = []
    for path in sorted(folder.iterdir()):
        if NIGHT.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            try:
                if date.fromisoformat(path.name) < first:
                    over.append(path)
            except ValueError:
                # Digits that are no day: somebody else's folder.
                continue
    for path in over:
        try:
            shutil.rmtree(path)
        except OSError:
            raise FileWriteError("file-not-written", file=str(path)) from None
    return tuple(path.name for path in over)
